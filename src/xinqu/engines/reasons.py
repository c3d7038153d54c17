"""Why a result is unknown: the reason of the first unusable input, and the list of all of them.

Public: ``unknown_reasons(expr, context) -> pl.DataFrame`` with columns ``row`` (UInt32, index in the context frame),
``reason`` (an ``Unknown`` code) and ``detail`` (JSON text: ``{"inputs": {"xa1_gdp": "missing"}}``), one row per NULL result.
With all inputs usable (a CASE of which no branch applies) the reason is ``no_rule_basis``.
"""

import polars as pl

from xinqu.expressions import tree
from xinqu.expressions.compile import mixed_scopes, to_polars
from xinqu.expressions.parse import Expression
from xinqu.vocabulary.truth import Unknown


def unknown_reasons(expr: Expression, context: pl.DataFrame) -> pl.DataFrame:
    """Return why ``expr`` is NULL, for the rows of ``context`` where it is (see the module for the columns)."""
    scopes = known_scopes(context)
    inputs = _inputs(expr.tree, scopes)
    reasons = [reason for _, reason in inputs]
    detail = pl.concat_str(
        pl.lit('{"inputs":{'),
        pl.concat_str([_entry(name, reason) for name, reason in inputs], separator=",", ignore_nulls=True),
        pl.lit("}}"),
    )
    return (
        context.with_row_index("#row")
        .filter(to_polars(expr, scopes=scopes).is_null())
        .select(
            pl.col("#row").alias("row"),
            pl.coalesce([*reasons, pl.lit(Unknown.NO_RULE_BASIS.value)]).alias("reason"),
            detail.alias("detail"),
        )
    )


def known_scopes(context: pl.DataFrame) -> frozenset[str]:
    """Return the scope columns to compare: those of a context frame in which some row joins several scope versions."""
    if "sys_mixed" not in context.columns or not context["sys_mixed"].any():
        return frozenset()
    return frozenset(name for name in context.columns if name.endswith("#scope"))


def reason_of(node: tree.Node, scopes: frozenset[str] = frozenset()) -> pl.Expr:
    """Return the reason why ``node`` is NULL as a String column; NULL where all its inputs are usable."""
    return pl.coalesce([*(reason for _, reason in _inputs(node, scopes)), pl.lit(None, pl.String)])


def _inputs(node: tree.Node, scopes: frozenset[str]) -> list[tuple[str, pl.Expr]]:
    """Return each input of ``node`` with the expression of its reason, in reading order."""
    found: dict[str, list[pl.Expr]] = {}
    parts = list(tree.walk_row(node))
    for part in parts:
        if isinstance(part, (tree.Item, tree.Context, tree.Parameter)):
            column = tree.sql(part)
            found.setdefault(column, []).append(pl.when(pl.col(column).is_null()).then(_own_reason(part)))
    for part in parts:
        if isinstance(part, tree.Operation) and part.op == "/":
            divisor = _inside_nullif(part.operands[1])
            zero = pl.when(to_polars(Expression(divisor)) == 0).then(pl.lit(Unknown.ZERO_DIVISOR.value))
            found.setdefault(tree.sql(divisor), []).append(zero)
    mixed = mixed_scopes(node, scopes)
    if mixed is not None:
        found["scope"] = [pl.when(mixed).then(pl.lit(Unknown.SCOPE_MISMATCH.value))]
    return [(name, pl.coalesce(reasons)) for name, reasons in found.items()]


def _own_reason(node: tree.Node) -> pl.Expr:
    match node:
        case tree.Item(code=code):
            return pl.col(f"{code}#state").cast(pl.String).fill_null(Unknown.MISSING.value)
        case tree.Context():
            return pl.col(f"{tree.sql(node)}#why")
    return pl.lit(Unknown.NO_PARAMETER.value)


def _inside_nullif(divisor: tree.Node) -> tree.Node:
    return divisor.operands[0] if isinstance(divisor, tree.Operation) and tree.guards_zero(divisor) else divisor


def _entry(name: str, reason: pl.Expr) -> pl.Expr:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return pl.concat_str(pl.lit(f'"{escaped}":"'), reason, pl.lit('"'))
