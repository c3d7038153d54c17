"""Compiles one tree to a Polars expression (the engine) and to DuckDB SQL (the independent oracle of the tests).

Public: ``to_polars(expr, *, scopes=()) -> pl.Expr`` and ``to_duckdb(expr) -> str``. Both read the context frame of
docs/architecture.md: a column per item, per context call (its canonical text), ``param('id')``, ``<x>#half`` for
``half_digit(x)``. With the sorted names of scope columns in ``scopes``, Polars also gives NULL where one sum, ratio or
comparison joins values of different scope versions.

What the engines do differently is removed here (docs/architecture.md, research measured on Polars 2.1, DuckDB 2.0):
numbers are doubles; ``a / b`` is ``a / NULLIF(b, 0)``; IN is a chain of ORs; GREATEST and LEAST skip NULL; ``near`` has the
slack that makes amounts which differ by exactly the tolerance equal.
"""

import functools
import operator
from collections.abc import Callable
from functools import lru_cache

import polars as pl

from xinqu.expressions import tree
from xinqu.expressions.parse import Expression

SLACK = 1e-9  # of max(1, |a|): without it 57 % of amounts that differ by exactly one cent fail `ABS(a - b) <= 0.01`
_CACHED = 16_384


def to_polars(expr: Expression, *, scopes: frozenset[str] = frozenset()) -> pl.Expr:
    """Return ``expr`` as a Polars expression over a context frame; Boolean for a condition, else Float64 or as stored."""
    return _polars_cached(expr.tree, scopes)


def to_duckdb(expr: Expression) -> str:
    """Return ``expr`` as DuckDB SQL over the same columns."""
    return _duckdb(expr.tree)


@lru_cache(maxsize=_CACHED)
def _polars_cached(node: tree.Node, scopes: frozenset[str]) -> pl.Expr:
    built = _polars(node, scopes)
    return built if tree.is_condition(node) else _same_scope(built, node, scopes)


def _polars(node: tree.Node, scopes: frozenset[str]) -> pl.Expr:  # noqa: PLR0911 - one return per kind of node
    match node:
        case tree.Number(text=text):
            return pl.lit(float(text))
        case tree.String(text=text):
            return pl.lit(text)
        case tree.Item() | tree.System() | tree.Parameter() | tree.Context():
            return pl.col(tree.sql(node))
        case tree.HalfDigit(argument=argument):
            return pl.col(f"{tree.sql(argument)}#half")
        case tree.Near():
            parts = [_polars(part, scopes) for part in tree.children(node)]
            return _same_scope(_polars_near(*parts), node, scopes)
        case tree.Case():
            return _polars_case(node, scopes)
        case tree.Operation():
            built = _polars_operation(node, [_polars(part, scopes) for part in node.operands])
            joins = node.op in (*tree.COMPARISONS, "between", "in")
            return _same_scope(built, node, scopes) if joins else built
    raise TypeError(node)


def _polars_operation(node: tree.Operation, operands: list[pl.Expr]) -> pl.Expr:
    if node.op == "/" and _guarded(node.operands[1]):
        return operands[0] / operands[1]
    return _POLARS[node.op](*operands)


def _polars_nullif(value: pl.Expr, other: pl.Expr) -> pl.Expr:
    return pl.when(value == other).then(None).otherwise(value)


def _any_of(*conditions: pl.Expr) -> pl.Expr:
    return functools.reduce(operator.or_, conditions)


def _all_of(*conditions: pl.Expr) -> pl.Expr:
    return functools.reduce(operator.and_, conditions)


_POLARS: dict[str, Callable[..., pl.Expr]] = {
    "and": _all_of,
    "or": _any_of,
    "not": operator.invert,
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "between": lambda value, low, high: (value >= low) & (value <= high),
    "in": lambda value, *members: _any_of(*(value == member for member in members)),
    "is null": lambda value: value.is_null(),
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda value, divisor: value / _polars_nullif(divisor, pl.lit(0.0)),
    "neg": operator.neg,
    "abs": lambda value: value.abs(),
    "floor": lambda value: value.floor(),
    "nullif": _polars_nullif,
    "coalesce": lambda *values: pl.coalesce(values),
    "greatest": lambda *values: pl.max_horizontal(values),
    "least": lambda *values: pl.min_horizontal(values),
}


def _polars_near(value: pl.Expr, other: pl.Expr, tolerance: pl.Expr) -> pl.Expr:
    return (value - other).abs() <= tolerance + SLACK * pl.max_horizontal(pl.lit(1.0), value.abs())


def _polars_case(node: tree.Case, scopes: frozenset[str]) -> pl.Expr:
    """Build from the last branch: ``when`` takes NULL as false, as SQL does."""
    built = pl.lit(None) if node.otherwise is None else _polars(node.otherwise, scopes)
    for condition, value in reversed(node.branches):
        built = pl.when(_polars(condition, scopes)).then(_polars(value, scopes)).otherwise(built)
    return built


def _same_scope(built: pl.Expr, node: tree.Node, scopes: frozenset[str]) -> pl.Expr:
    """Make ``built`` NULL where the values it joins have different scope versions."""
    mixed = mixed_scopes(node, scopes)
    return built if mixed is None else pl.when(mixed).then(None).otherwise(built)


def scope_columns(node: tree.Node) -> tuple[str, ...]:
    """Return the ``#scope`` columns of the values that ``node`` joins.

    ``prev`` and ``ly`` of an item have the scope of its row by construction; sub-units and peers are other territories.
    """
    named = (_scope_of(inner) for inner in tree.walk_row(node))
    return tuple(dict.fromkeys(f"{name}#scope" for name in named if name))


def _scope_of(node: tree.Node) -> str:
    match node:
        case tree.Item(code=code):
            return code
        case tree.Context(function="latest"):
            return tree.sql(node)
        case tree.Context(function="prev" | "ly", argument=tree.Item(code=code)):
            return code
    return ""


def mixed_scopes(node: tree.Node, scopes: frozenset[str]) -> pl.Expr | None:
    """Return the condition that known scope columns of ``node`` differ; None when fewer than two are known."""
    columns = [pl.col(name).cast(pl.String) for name in scope_columns(node) if name in scopes]
    if len(columns) < 2:  # noqa: PLR2004 - two are needed to differ
        return None
    first = pl.coalesce(columns)
    return functools.reduce(operator.or_, [(first != other).fill_null(value=False) for other in columns])


def _guarded(divisor: tree.Node) -> bool:
    """Say whether ``divisor`` can't be zero: NULLIF(x, 0), or a number other than zero."""
    return tree.guards_zero(divisor) or (isinstance(divisor, tree.Number) and divisor.exact != 0)


def _duckdb(node: tree.Node) -> str:  # noqa: PLR0911 - one return per kind of node
    match node:
        case tree.Number(text=text):
            return f"CAST({float(text)!r} AS DOUBLE)"
        case tree.String():
            return tree.sql(node)
        case tree.Item() | tree.System() | tree.Parameter() | tree.Context():
            return _quoted(tree.sql(node))
        case tree.HalfDigit(argument=argument):
            return _quoted(f"{tree.sql(argument)}#half")
        case tree.Near():
            value, other, tolerance = (_duckdb(part) for part in tree.children(node))
            slack = f"CAST({SLACK!r} AS DOUBLE) * GREATEST(1.0, ABS({value}))"
            return f"(ABS({value} - {other}) <= {tolerance} + {slack})"
        case tree.Case():
            branches = " ".join(f"WHEN {_duckdb(test)} THEN {_duckdb(value)}" for test, value in node.branches)
            otherwise = "NULL" if node.otherwise is None else _duckdb(node.otherwise)
            return f"(CASE {branches} ELSE {otherwise} END)"
        case tree.Operation():
            return _duckdb_operation(node.op, [_duckdb(part) for part in node.operands])
    raise TypeError(node)


def _duckdb_operation(op: str, operands: list[str]) -> str:
    shape = _DUCKDB.get(op)
    if shape:
        return shape.format(*operands)
    if op == "in":
        return "(" + " OR ".join(f"{operands[0]} = {member}" for member in operands[1:]) + ")"
    if op in ("and", "or"):
        return "(" + f" {op.upper()} ".join(operands) + ")"
    if op in tree.ARITHMETIC or op in tree.COMPARISONS:
        return f"({operands[0]} {op} {operands[1]})"
    return f"{op.upper()}({', '.join(operands)})"


_DUCKDB = {
    "not": "(NOT {})",
    "neg": "(- {})",
    "/": "({} / NULLIF({}, 0))",
    "between": "({} BETWEEN {} AND {})",
    "is null": "({} IS NULL)",
}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
