"""How a formula is brought from areas to a group: what may be added, what is a ratio of sums, and which areas make a group."""

from collections.abc import Callable
from enum import IntEnum

from xinqu.expressions import tree
from xinqu.expressions.parse import Expression
from xinqu.policy.pack import Pack

GROUPINGS = ("nation", "peer", "region", "province")
SUM = "sum"  # amounts of the areas added
RATIO = "ratio_of_sums"  # numerator and denominator added over the same areas
WEIGHTED = "weighted_growth"  # released growth weighted by the level it grew from
MEDIAN = "median"  # of the areas' own values: what has no sum
METHODS = (SUM, RATIO, WEIGHTED, MEDIAN)
# Units of values that have no sum: shares, indices, durations, a year, a concentration. Rates per something say so.
_NOT_ADDED = frozenset(
    {"pct", "pp", "ratio", "index", "score", "none", "code", "year", "hour", "day", "working_day", "ug_m3"}
)
_EARLIER = frozenset({"prev", "ly", "latest"})


class _Shape(IntEnum):
    """What becomes of a part of a formula when areas are added: a constant, a sum of amounts, a ratio of sums."""

    CONSTANT = 0
    TOTAL = 1
    RATIO = 2


def is_additive(pack: Pack, item: str) -> bool:
    """Say whether values of different areas may be added: an amount or a count, not a rate, a date or a share.

    An item of the province is added only where no two areas lie in one province, else it would count twice.
    """
    found = pack.items[item]
    if found.type not in ("decimal", "integer") or found.accumulation == "rate" or found.unit in _NOT_ADDED:
        return False
    provinces = [area.province_org for area in pack.areas.values()]
    is_counted_once = found.territory == "area" or len(set(provinces)) == len(provinces)
    return is_counted_once and "_per_" not in found.unit


def method_of(pack: Pack, expression: Expression) -> str:
    """Return which of ``METHODS`` brings the expression to a group; the median where it has no sum and no base."""
    shape = _shape(expression.tree, lambda item: is_additive(pack, item))
    if shape is _Shape.TOTAL:
        return SUM
    if shape is _Shape.RATIO:
        return RATIO
    root = expression.tree
    if isinstance(root, tree.Item) and pack.items[root.code].growth_of:
        return WEIGHTED
    return MEDIAN


def groups_of(pack: Pack, grouping: str) -> dict[str, str]:
    """Return area -> group: every area is in exactly one, so groups are disjoint and cover the nation."""
    match grouping:
        case "nation":
            return dict.fromkeys(pack.areas, "nation")
        case "region":
            return {code: area.region for code, area in pack.areas.items()}
        case "province":
            return {code: area.province_org for code, area in pack.areas.items()}
    peers = {region: code for code, group in pack.codelists["CL_PEER_GROUP"].items() for region in group.members}
    return {code: peers[area.region] for code, area in pack.areas.items()}


def _shape(node: tree.Node, is_added: Callable[[str], bool]) -> _Shape | None:
    """Return the shape of a formula's part; None where the formula over sums would not mean what it means of one area."""
    match node:
        case tree.Number() | tree.Parameter():
            return None if isinstance(node, tree.Outside) else _Shape.CONSTANT
        case tree.Item(code=code) | tree.Context(argument=tree.Item(code=code)):
            is_read = not isinstance(node, tree.Context) or node.function in _EARLIER
            return _Shape.TOTAL if is_read and is_added(code) else None
        case tree.Operation(op=op, operands=operands):
            if op == "nullif" and not tree.guards_zero(node):
                return None
            shapes = [_shape(part, is_added) for part in (operands[:1] if op == "nullif" else operands)]
            known = [shape for shape in shapes if shape is not None]
            return _joined(op, known) if len(known) == len(shapes) else None
    return None


def _joined(op: str, shapes: list[_Shape]) -> _Shape | None:
    """Return the shape of an operation: an amount times a ratio, say, is none, because sum(a * r) is not sum(a) * r."""
    first, last, kinds = shapes[0], shapes[-1], set(shapes)
    if op in ("neg", "nullif"):
        return first
    if op in ("+", "-"):
        return max(shapes) if len(kinds) == 1 or _Shape.TOTAL not in kinds else None
    if op == "*" and (_Shape.CONSTANT in kinds or kinds == {_Shape.RATIO}):
        return max(shapes)
    if op == "/":
        if last is _Shape.CONSTANT:
            return first
        is_ratio = first is last or (first is _Shape.CONSTANT and last is _Shape.RATIO)
        return _Shape.RATIO if is_ratio else None
    return None
