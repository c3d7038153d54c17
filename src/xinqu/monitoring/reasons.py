"""Why a lamp is grey when the figure itself is known: nothing to hold it against, or no band to judge the gap."""

from enum import StrEnum

from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown


class GreyReason(StrEnum):
    """Why a known figure gets no coloured lamp; an unknown figure carries its ``Unknown`` code instead."""

    NO_TARGET = "no_target"
    NOT_MET_UNDATED = "not_met_undated"
    NEUTRAL = "neutral"
    NOT_AFTER_BASE = "not_after_base"
    NO_BASE = "no_base"
    NO_DISTANCE = "no_distance"
    BEYOND_GOALPOST = "beyond_goalpost"
    NO_GOALPOST = "no_goalpost"
    NO_LIMIT = "no_limit"
    SERIES_TOO_SHORT = "series_too_short"
    NOT_YET_DUE = "not_yet_due"
    APPROXIMATE = "approximate"

    @property
    def label(self) -> Text:
        """The reason in words."""
        return _LABELS[self]


_LABELS = {
    GreyReason.NO_TARGET: Text("没有目标", "no target"),
    GreyReason.NOT_MET_UNDATED: Text("未达到，但没有规定期限", "not met, and no date is set for it"),
    GreyReason.NEUTRAL: Text("指标无优劣方向", "the indicator has no better side"),
    GreyReason.NOT_AFTER_BASE: Text("不在基期之后", "not after the base period"),
    GreyReason.NO_BASE: Text("基期数值未知", "the value of the base period is not known"),
    GreyReason.NO_DISTANCE: Text("基期与目标之间没有距离，无法设预警带", "base and target are equal: there is no band"),
    GreyReason.BEYOND_GOALPOST: Text("基期已优于满意值", "the base is already beyond the better goalpost"),
    GreyReason.NO_GOALPOST: Text("评价方案没有该指标的满意值", "no framework gives a goalpost"),
    GreyReason.NO_LIMIT: Text("限值未知", "the limit is not known"),
    GreyReason.SERIES_TOO_SHORT: Text("本身序列年数不足", "the own series has too few years"),
    GreyReason.NOT_YET_DUE: Text("尚未到期", "not due yet"),
    GreyReason.APPROXIMATE: Text(
        "目标为约数，差距小于其尾数", "the target is rounded and the gap is smaller than its last digit"
    ),
}


def reason_label(code: str) -> Text:
    """Return the words of a lamp's reason, whether the figure or the target is what is missing; "" has none."""
    if not code:
        return Text("", "")
    return GreyReason(code).label if code in set(GreyReason) else Unknown(code).label
