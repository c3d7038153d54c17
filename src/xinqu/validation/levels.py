"""At which of the six levels a check works, derived from what it reads: from the form of a value to outside sources.

Levels follow the ESS handbook "Methodology for data validation" (0 to 5 there): what a check can see decides who can
settle what it finds. A level is never typed by hand: a check that is rewritten moves by itself.
"""

from enum import StrEnum

from xinqu.expressions import tree
from xinqu.expressions.parse import Expression, parse
from xinqu.policy.model import Check
from xinqu.policy.pack import Pack
from xinqu.validation.generated import GeneratedCheck
from xinqu.vocabulary.text import Text

_EARLIER = frozenset({"prev", "ly", "latest"})
_WIDER = frozenset({"sub_sum", "peer_med", "peer_mad"})


class EssLevel(StrEnum):
    """The six levels, from what one value alone tells to what needs somebody else's figures."""

    FORMAT = "format"
    RECORD = "record"
    FILE = "file"
    PERIODS = "periods"
    AREAS = "areas"
    OUTSIDE = "outside"

    @property
    def number(self) -> int:
        """The level's number, 0 to 5."""
        return list(EssLevel).index(self)

    @property
    def label(self) -> Text:
        """What a person calls it."""
        return _LABELS[self]


_LABELS = {
    EssLevel.FORMAT: Text("格式", "format"),
    EssLevel.RECORD: Text("记录内", "within record"),
    EssLevel.FILE: Text("报表内", "within file"),
    EssLevel.PERIODS: Text("表间与跨期", "across forms and periods"),
    EssLevel.AREAS: Text("跨新区与层级", "across areas and levels"),
    EssLevel.OUTSIDE: Text("对照外部来源", "against outside sources"),
}


def level_of(pack: Pack, check: Check | GeneratedCheck) -> EssLevel:
    """Return the level of a written or generated check."""
    if isinstance(check, Check):
        return level_of_expression(pack, check.form, parse(check.expression))
    if check.kind in ("type", "list"):
        return EssLevel.FORMAT
    return EssLevel.FILE if check.kind == "key" else EssLevel.RECORD


def level_of_expression(pack: Pack, form: str, expression: Expression) -> EssLevel:
    """Return the level of a condition on ``form``.

    A record is a canonical row: one item of an area form, one of many rows of a record form. So a condition that joins
    items stays within the record on a record form, and reaches across the file on an area form.
    """
    functions = {call.function for call in expression.context}
    if expression.outside:
        return EssLevel.OUTSIDE
    if functions & _WIDER:
        return EssLevel.AREAS
    forms = {pack.form_of_item[item] for item in expression.items if item in pack.form_of_item}
    if functions & _EARLIER or forms - {form}:
        return EssLevel.PERIODS
    if _asks_for_whole_numbers_or_codes(expression.tree):
        return EssLevel.FORMAT
    one_row = pack.forms[form].kind == "record" or len(expression.own_items) <= 1
    return EssLevel.RECORD if one_row else EssLevel.FILE


def _asks_for_whole_numbers_or_codes(node: tree.Node) -> bool:
    """Say whether a condition asks no more than a type or a code list would: ``x = FLOOR(x)``, ``x IN (codes)``."""
    match node:
        case tree.Operation(op="=", operands=(tree.Item() as item, tree.Operation(op="floor", operands=(inner,)))):
            return inner == item
        case tree.Operation(op="in", operands=(tree.Item(), *listed)):
            return all(isinstance(one, tree.String) for one in listed)
    return False
