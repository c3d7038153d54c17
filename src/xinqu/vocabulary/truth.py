"""Three values and their reasons: what can't be known is indeterminate, and says why."""

from enum import StrEnum

from xinqu.vocabulary.text import Text


class ValueState(StrEnum):
    """State of an item's value (CL_VALUE_STATE); only REPORTED carries a value, zero included."""

    REPORTED = "reported"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    SUPPRESSED = "suppressed"
    NOT_DUE = "not_due"


class Verdict(StrEnum):
    """Result of a check: TRUE holds, FALSE is a finding, INDETERMINATE could not be evaluated."""

    TRUE = "true"
    FALSE = "false"
    INDETERMINATE = "indeterminate"


class Unknown(StrEnum):
    """Why a value or verdict is indeterminate."""

    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    SUPPRESSED = "suppressed"
    NOT_DUE = "not_due"
    ZERO_DIVISOR = "zero_divisor"
    SCOPE_MISMATCH = "scope_mismatch"
    SERIES_BREAK = "series_break"
    NO_PARAMETER = "no_parameter"
    TOO_FEW_PEERS = "too_few_peers"
    NO_SPREAD = "no_spread"
    NO_RULE_BASIS = "no_rule_basis"

    @property
    def label(self) -> Text:
        """The reason in words."""
        return _LABELS[self]


_LABELS = {
    Unknown.MISSING: Text("未报", "not filed"),
    Unknown.NOT_APPLICABLE: Text("不适用", "not applicable"),
    Unknown.SUPPRESSED: Text("不公布", "suppressed"),
    Unknown.NOT_DUE: Text("未到期", "not due"),
    Unknown.ZERO_DIVISOR: Text("除数为零", "zero divisor"),
    Unknown.SCOPE_MISMATCH: Text("口径不同", "inputs have different scopes"),
    Unknown.SERIES_BREAK: Text("序列断点", "across a series break"),
    Unknown.NO_PARAMETER: Text("该日无有效参数", "no parameter version in force"),
    Unknown.TOO_FEW_PEERS: Text("同组新区不足", "too few peers"),
    Unknown.NO_SPREAD: Text("同组无离散", "no spread among peers"),
    Unknown.NO_RULE_BASIS: Text("无有依据的规则", "no rule with a basis"),
}
