"""How far a condition is broken, as a share of what it allows or compares: to put the most telling cases first."""

from collections.abc import Container

import polars as pl

from xinqu.expressions import tree
from xinqu.expressions.compile import to_polars
from xinqu.expressions.parse import Expression

_ORDERED = {"<": False, "<=": False, ">": True, ">=": True, "=": None, "<>": None}


def excess(condition: Expression, numbers: Container[str]) -> pl.Expr:
    """Return by how much the condition is broken on each row: 0 at its limit, null where that cannot be said.

    ``numbers``: the items that hold numbers.

    Of ``near`` it is the distance beyond the tolerance as a share of the tolerance; of a comparison the distance as a
    share of the greater side; of AND the worst part, of OR the part that is nearest to holding. Conditions on codes,
    texts and presence have no distance.
    """
    node = _excess(condition.tree, numbers)
    return pl.lit(None, pl.Float64) if node is None else to_polars(Expression(node)).cast(pl.Float64)


def _excess(node: tree.Node, numbers: Container[str]) -> tree.Node | None:  # noqa: PLR0911 - one return per kind of condition
    match node:
        case tree.Near(value=value, other=other, tolerance=tolerance):
            return _share(_minus(_absolute(_minus(value, other)), tolerance), tolerance)
        case tree.Operation(op="and", operands=parts):
            return _joined("greatest", parts, numbers)
        case tree.Operation(op="or", operands=parts):
            return _joined("least", parts, numbers)
        case tree.Operation(op="between", operands=(value, low, high)) if _are_numbers(node.operands, numbers):
            below, above = _distance(low, value), _distance(value, high)
            return tree.Operation("greatest", (below, above))
        case tree.Operation(op=op, operands=(left, right)) if op in _ORDERED and _are_numbers(node.operands, numbers):
            if _ORDERED[op] is None:
                return _absolute(_distance(left, right)) if op == "=" else None
            return _distance(right, left) if _ORDERED[op] else _distance(left, right)
    return None


def _joined(op: str, parts: tuple[tree.Node, ...], numbers: Container[str]) -> tree.Node | None:
    found = [one for part in parts if (one := _excess(part, numbers)) is not None]
    return tree.Operation(op, tuple(found)) if len(found) > 1 else next(iter(found), None)


def _distance(more: tree.Node, than: tree.Node) -> tree.Node:
    return _share(_minus(more, than), tree.Operation("greatest", (_absolute(more), _absolute(than))))


def _share(part: tree.Node, whole: tree.Node) -> tree.Node:
    return tree.Operation("/", (part, tree.Operation("nullif", (whole, tree.Number("0")))))


def _minus(left: tree.Node, right: tree.Node) -> tree.Node:
    return tree.Operation("-", (left, right))


def _absolute(node: tree.Node) -> tree.Node:
    return tree.Operation("abs", (node,))


def _are_numbers(nodes: tuple[tree.Node, ...], numbers: Container[str]) -> bool:
    """Say whether a comparison is of numbers: texts, codes, flags and system columns have no distance."""
    parts = [part for node in nodes for part in tree.walk(node)]
    others = (part for part in parts if isinstance(part, (tree.String, tree.System)))
    return next(others, None) is None and all(p.code in numbers for p in parts if isinstance(p, tree.Item))
