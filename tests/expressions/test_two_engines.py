"""One tree, two engines: Polars gives what DuckDB gives, value by value (DuckDB is the independent oracle)."""

import itertools
import math
from collections.abc import Mapping

import duckdb
import numpy as np
import polars as pl
import pytest

from xinqu.expressions.compile import to_duckdb, to_polars
from xinqu.expressions.parse import Expression, parse, parse_all
from xinqu.policy.pack import Pack

VALUES = [None, 0.0, -1.0, 0.01, 5.0, 1e6]  # research-notes: the values at which engines were seen to differ
NODES = [
    "x_a + x_b - x_c", "x_a * x_b", "x_a / x_b", "x_a / (x_b - x_c)", "1 / x_a", "-x_a - -x_b", "ABS(x_a)", "FLOOR(x_a / 2)",
    "COALESCE(x_a, x_b, 7)", "NULLIF(x_a, x_b)", "GREATEST(x_a, x_b, 1)", "LEAST(x_a, x_b)", "GREATEST(x_a, x_b)",
    "x_a = x_b", "x_a <> x_b", "x_a < x_b", "x_a <= x_b", "x_a > x_b", "x_a >= x_b",
    "x_a BETWEEN x_b AND x_c", "x_a NOT BETWEEN x_b AND x_c", "x_a IN (0, 5, -1)", "x_a NOT IN (0.01, 1000000)",
    "x_a IS NULL", "x_a IS NOT NULL", "x_a > 0 AND x_b > 0", "x_a > 0 OR x_b > 0", "NOT (x_a > 0 OR x_b > 0 AND x_c > 0)",
    "CASE WHEN x_a > 0 THEN x_b WHEN x_b > 0 THEN x_c ELSE 3 END", "CASE WHEN x_a > x_b THEN x_c END",
    "CASE x_a WHEN 0 THEN 1 WHEN 5 THEN x_b ELSE x_c END", "near(x_a, x_b, x_c)", "near(x_a, x_b, 0.01 * x_c)",
    "x_flag", "NOT x_flag OR x_a > 1", "x_flag AND x_b > 1", "x_code = 'p'", "x_code <> 'p' OR x_a = 0", "x_code IN ('p', 'q')",
    "x_code NOT IN ('p', 'q') OR x_flag", "x_day <= sys_end", "sys_period = 2 OR x_a >= prev(x_a)", "x_a / NULLIF(x_b, 0) <= 1",
    "half_digit(x_a) + x_b > 0", "CASE WHEN x_flag THEN x_a ELSE -x_a END",
]  # fmt: skip


def _frame() -> pl.DataFrame:
    rows = [
        (a, b, c, flag, code, day, "2024-06-30", 2)
        for (a, b, c), (flag, code, day) in zip(
            itertools.product(VALUES, repeat=3),
            itertools.cycle(
                [(True, "p", "2024-01-01"), (False, "q", "2024-12-31"), (None, None, None), (True, "r", "2024-06-30")]
            ),
            strict=False,
        )
    ]
    names = ["x_a", "x_b", "x_c", "x_flag", "x_code", "x_day", "sys_end", "sys_period"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(pl.col("x_b").alias("prev(x_a)"), pl.col("x_c").alias("x_a#half"))


def _both(frame: pl.DataFrame, expressions: Mapping[str, Expression]) -> tuple[pl.DataFrame, pl.DataFrame]:
    polars = frame.with_columns(to_polars(e).alias(f"#{name}") for name, e in expressions.items())
    polars = polars.select(pl.col(f"#{name}").alias(name) for name in expressions)
    asked = ", ".join(f'{to_duckdb(e)} AS "{name}"' for name, e in expressions.items())
    connection = duckdb.connect()
    connection.register("context", frame.with_row_index("#row").to_arrow())
    query = f'SELECT {asked} FROM context ORDER BY "#row"'  # noqa: S608 - our own compiled text
    return polars, connection.sql(query).pl()


def _assert_same(ours: pl.DataFrame, oracle: pl.DataFrame, expressions: Mapping[str, Expression]) -> None:
    for name, expression in expressions.items():
        for row, (left, right) in enumerate(zip(ours[name], oracle[name], strict=True)):
            same = left == right or (
                isinstance(left, float) and right is not None and math.isclose(left, right, rel_tol=1e-15)
            )
            assert same, f"{name} {expression.sql}, row {row}: Polars {left}, DuckDB {right}"
            assert not (isinstance(left, float) and not math.isfinite(left)), f"{name} {expression.sql}: {left}"


@pytest.mark.parametrize("text", NODES)
def test_every_node_has_the_same_truth_table_on_both_engines(text: str) -> None:
    expressions = {"e": parse(text)}
    _assert_same(*_both(_frame(), expressions), expressions)


# expression, x_a, x_b, the value of three-valued logic (SQL standard, Kleene)
KLEENE = [
    ("x_a > 0 AND x_b > 0", None, -1.0, False), ("x_a > 0 AND x_b > 0", None, 1.0, None),
    ("x_a > 0 OR x_b > 0", None, 1.0, True), ("x_a > 0 OR x_b > 0", None, -1.0, None),
    ("NOT x_a > 0", None, 1.0, None), ("x_a IN (1, 2)", None, 1.0, None), ("x_a / x_b", 1.0, 0.0, None),
    ("x_a / x_b", 0.0, 0.0, None), ("GREATEST(x_a, x_b)", None, 3.0, 3.0), ("NULLIF(x_a, x_b)", 3.0, None, 3.0),
    ("x_a <> x_b", None, 1.0, None), ("x_a / 4 - 5", 2.0, 0.0, -4.5),
]  # fmt: skip


@pytest.mark.parametrize(("text", "a", "b", "expected"), KLEENE)
def test_unknown_is_neither_true_nor_false(text: str, a: float | None, b: float | None, expected: object) -> None:
    frame = pl.DataFrame({"x_a": [a], "x_b": [b]}, schema={"x_a": pl.Float64, "x_b": pl.Float64})
    assert frame.select(to_polars(parse(text)).alias("e"))["e"].to_list() == [expected]


def test_amounts_that_differ_by_exactly_the_tolerance_are_near() -> None:
    """Plain `ABS(a - b) <= 0.01` in doubles fails on 57 % of such amounts (measured); the slack makes it none."""
    generator = np.random.default_rng(20191231)
    cents = generator.integers(1, 10**13, 20_000)
    frame = pl.DataFrame({"x_a": cents / 100, "x_b": (cents + 1) / 100})
    plain = frame.select((pl.col("x_a") - pl.col("x_b")).abs() <= 0.01).to_series()
    near = frame.select(to_polars(parse("near(x_a, x_b, 0.01)")).alias("near")).to_series()
    assert near.all()
    assert 0.4 < 1 - plain.mean() < 0.7  # type: ignore[operator]
    two_cents = pl.DataFrame({"x_a": [0.01, 1.0, 99.99], "x_b": [0.03, 1.02, 100.01]})
    assert not two_cents.select(to_polars(parse("near(x_a, x_b, 0.01)")).alias("near")).to_series().any()


def _random_context(pack: Pack, expressions: Mapping[str, Expression], rows: int, seed: int) -> pl.DataFrame:
    """Columns for everything the expressions read: zeros, NULLs, equal neighbours and large values included."""
    generator = np.random.default_rng(seed)
    codes = dict.fromkeys(code for e in expressions.values() for code in e.own_items)
    kinds = {code: pack.items[code] for code in codes}
    for expression in expressions.values():
        for call in expression.context:
            codes[call.column] = None
            if len(call.argument.items) == 1:
                kinds[call.column] = pack.items[call.argument.items[0]]
    columns: dict[str, pl.Series] = {}
    for name in codes:
        item = kinds.get(name)
        columns[name] = _column(
            generator, rows, item.type if item else "decimal", _codes(pack, item.codelist if item else "")
        )
        columns[f"{name}#half"] = pl.Series(generator.choice([0.0, 0.5, 50.0], rows))
    for expression in expressions.values():
        for identity in expression.parameters:
            columns[f"param('{identity}')"] = pl.Series([float(pack.parameters[identity].versions[-1].exact)] * rows)
        for identity in expression.outside:
            columns[f"outside('{identity}')"] = _column(generator, rows, "decimal", [])
    system = {
        "sys_period": generator.integers(1, 13, rows), "sys_year": np.full(rows, 2024),
        "sys_start": np.full(rows, "2024-06-01"), "sys_end": np.full(rows, "2024-06-30"),
    }  # fmt: skip
    return pl.DataFrame(columns | system)


def _codes(pack: Pack, codelist: str) -> list[str]:
    return list(pack.codelists.get(codelist, {})) or ["p", "q"]


def _column(generator: np.random.Generator, rows: int, kind: str, codes: list[str]) -> pl.Series:
    unknown = generator.random(rows) < 0.15
    if kind == "bool":
        drawn: list[object] = list(generator.random(rows) < 0.5)
    elif kind == "date":
        drawn = [f"2024-{month:02d}-15" for month in generator.integers(1, 13, rows)]
    elif kind in ("code", "text", "uscc"):
        drawn = list(generator.choice(codes, rows))
    else:
        levels = np.array([0.0, 1.0, 0.01, 5.0, 100.0, -3.0, 1e6])
        drawn = list(
            np.where(generator.random(rows) < 0.6, generator.choice(levels, rows), generator.lognormal(6, 3, rows))
        )
    if kind == "bool":
        return pl.Series(
            [None if gone else bool(value) for gone, value in zip(unknown, drawn, strict=True)], dtype=pl.Boolean
        )
    return pl.Series([None if gone else value for gone, value in zip(unknown, drawn, strict=True)])


@pytest.mark.parametrize("seed", [1, 2])
def test_all_checks_and_formulas_of_the_pack_agree_on_random_rows(pack: Pack, seed: int) -> None:
    texts = {check.id: check.expression for check in pack.checks.values()}
    texts |= {indicator.id: indicator.formula for indicator in pack.indicators.values()}
    expressions = parse_all(texts)
    context = _random_context(pack, expressions, 200, seed)
    ours, oracle = _both(context, expressions)
    _assert_same(ours, oracle, expressions)
    seen = {value for name in pack.checks for value in ours[name].unique()}
    assert seen == {True, False, None}


def test_where_all_scopes_are_one_the_scope_guard_changes_nothing(pack: Pack) -> None:
    expressions = parse_all({indicator.id: indicator.formula for indicator in pack.indicators.values()})
    context = _random_context(pack, expressions, 100, 3)
    names = [name for name in context.columns if "#" not in name]
    context = context.with_columns(pl.lit("S4@2012-09-06").alias(f"{name}#scope") for name in names)
    scopes = frozenset(name for name in context.columns if name.endswith("#scope"))
    guarded = context.select(to_polars(e, scopes=scopes).alias(name) for name, e in expressions.items())
    assert guarded.equals(context.select(to_polars(e).alias(name) for name, e in expressions.items()))
