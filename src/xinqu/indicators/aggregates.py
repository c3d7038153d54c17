"""Figures of the nation and of groups of areas: ratios from sums over the same disjoint areas, with coverage.

The nineteen areas are the leaves: sub-units are never added beside their area, and nothing that overlaps an area is a leaf.
"""

import datetime as dt
from collections.abc import Collection, Mapping

import polars as pl

from xinqu.engines.context import Facts
from xinqu.expressions import tree
from xinqu.expressions.compile import to_polars
from xinqu.expressions.parse import Expression
from xinqu.indicators import panel
from xinqu.indicators.formulas import Formula, formulas
from xinqu.policy.pack import Pack
from xinqu.vocabulary.truth import Unknown

GROUPINGS = ("nation", "peer", "region", "province")
COVERAGE_MIN = "aggregate_coverage_min"
LOW_COVERAGE = "low_coverage"  # fewer areas reported than the pack asks for
NOT_ADDITIVE = "not_additive"  # an input is a rate, an index or a statistic of peers: it has no sum
NO_BASE = "no_base"  # a released growth without the level it weighs by
SCHEMA: dict[str, pl.DataType] = {
    "indicator": pl.String(), "grouping": pl.String(), "group": pl.String(), "period": pl.String(), "value": pl.Float64(),
    "unknown": pl.String(), "method": pl.String(), "areas": pl.Int64(), "expected": pl.Int64(), "coverage": pl.Float64(),
    "size_coverage": pl.Float64(), "estimated_share": pl.Float64(), "unit": pl.String(), "origin": pl.String(),
    "without": pl.List(pl.String()), "estimated": pl.List(pl.String()),
}  # fmt: skip
_SHARES = frozenset(
    {"pct", "pp", "ratio", "index", "score", "none", "code", "year", "hour", "day", "working_day", "ug_m3"}
)
_ADDED_CALLS = frozenset({"prev", "ly", "latest"})


def is_additive(pack: Pack, item: str) -> bool:
    """Say whether values of different areas may be added: an amount or a count, not a rate, a date or a share."""
    found = pack.items[item]
    if found.type not in ("decimal", "integer") or found.accumulation == "rate":
        return False
    return found.unit not in _SHARES and "_per_" not in found.unit


def method_of(pack: Pack, expression: Expression) -> str:
    """Return how an expression is brought to a group: ``sums``, ``weighted_growth``, or ``NOT_ADDITIVE``."""
    if all(is_additive(pack, item) for item in expression.items) and all(
        call.function in _ADDED_CALLS and isinstance(call.argument.tree, tree.Item) for call in expression.context
    ):
        return "sums"
    root = expression.tree
    if isinstance(root, tree.Item) and pack.items[root.code].growth_of:
        return "weighted_growth"
    return NOT_ADDITIVE


def groups_of(pack: Pack, grouping: str) -> dict[str, str]:
    """Return area -> group."""
    match grouping:
        case "nation":
            return dict.fromkeys(pack.areas, "nation")
        case "region":
            return {code: area.region for code, area in pack.areas.items()}
        case "province":
            return {code: area.province_org for code, area in pack.areas.items()}
    peers = {region: code for code, group in pack.codelists["CL_PEER_GROUP"].items() for region in group.members}
    return {code: peers[area.region] for code, area in pack.areas.items()}


def aggregate(
    pack: Pack, facts: Facts, grouping: str, *, as_of: dt.date, indicators: Collection[str] | None = None,
    periods: Collection[str] | None = None, estimates: pl.DataFrame | None = None, sizes: Mapping[str, float] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return figures of groups of areas (``SCHEMA``), sorted by indicator, group and period.

    Args:
        facts: as for ``compile_figures``.
        grouping: one of ``GROUPINGS``.
        estimates: ``estimates.SCHEMA``: stand in for missing items; the share they have is told, the origin is estimated.
        sizes: area -> size; ``size_coverage`` is the share of the group's size whose areas are in the sum.

    An area is in a sum with all inputs of the formula or not at all, so that numerator and denominator are of the same
    areas. Below the pack's ``COVERAGE_MIN`` (by number or size) the value is null with reason ``LOW_COVERAGE``. Released
    growth is weighted by the level it grew from: level / (1 + growth).
    """
    group = groups_of(pack, grouping)
    parts = [pl.DataFrame(schema=SCHEMA)]
    by_frequency: dict[object, list[Formula]] = {}
    for formula in formulas(pack, indicators):
        by_frequency.setdefault(formula.frequency, []).append(formula)
    for same in by_frequency.values():
        board = panel.build(pack, facts, same, as_of=as_of, areas=sorted(pack.areas), periods=periods)
        board = board.with_columns(
            pl.col("area").replace_strict(group, return_dtype=pl.String).alias("group"),
            pl.col("area").replace_strict(dict(sizes or {}), default=1.0, return_dtype=pl.Float64).alias("#size"),
        )
        parts += [_of_formula(pack, formula, board, grouping, estimates, as_of) for formula in same]
    return pl.concat(parts).sort("indicator", "group", "period")


def _of_formula(
    pack: Pack, formula: Formula, board: pl.DataFrame, grouping: str, estimates: pl.DataFrame | None, as_of: dt.date
) -> pl.DataFrame:
    due = board.filter(pl.any_horizontal(pl.col(panel.due(form)) for form in formula.forms))
    method = method_of(pack, formula.expression)
    inputs = list(formula.expression.inputs) if method == "sums" else list(formula.expression.own_items)
    level = pack.items[inputs[0]].growth_of if method == "weighted_growth" else ""
    if level:
        inputs = [inputs[0], level]
    added = [name for name in inputs if not name.startswith("param(")]
    if method == NOT_ADDITIVE or not added or any(name not in due.columns for name in added):
        return _empty(formula, due, grouping, NOT_ADDITIVE if method != "weighted_growth" else NO_BASE)
    rows = _with_estimates(due.select("area", "group", "period", "#size", *inputs), added, estimates)
    complete = pl.all_horizontal(pl.col(name).is_not_null() for name in added)
    told = pl.any_horizontal(pl.col(f"{name}#estimated") for name in added)
    if level:
        base = pl.col(level) / (1 + pl.col(inputs[0]) / 100)
        rows = rows.with_columns((base * pl.col(inputs[0])).alias(inputs[0]), base.alias("#base"))
        added.append("#base")
    size = pl.col("#size")
    sums = rows.group_by("group", "period").agg(
        *(pl.col(name).filter(complete).sum().alias(name) for name in added),
        *(pl.col(name).first() for name in inputs if name.startswith("param(")),
        complete.sum().cast(pl.Int64).alias("areas"), pl.len().cast(pl.Int64).alias("expected"),
        (size.filter(complete).sum() / size.sum()).alias("size_coverage"),
        pl.max_horizontal(_share(name, complete) for name in inputs if not name.startswith("param(")).alias("estimated_share"),
        pl.col("area").filter(~complete).sort().alias("without"),
        pl.col("area").filter(complete & told).sort().alias("estimated"),
    )  # fmt: skip
    computed = pl.col(inputs[0]) / pl.col("#base") if level else to_polars(formula.expression).cast(pl.Float64)
    least = pack.parameters[COVERAGE_MIN].on(as_of) if COVERAGE_MIN in pack.parameters else None
    enough = pl.col("size_coverage") >= (float(least.exact) if least else 1.0)
    counted = pl.col("areas") / pl.col("expected")
    value = pl.when(enough & (counted >= (float(least.exact) if least else 1.0)) & computed.is_finite()).then(computed)
    reason = pl.when(~enough | (counted < (float(least.exact) if least else 1.0))).then(pl.lit(LOW_COVERAGE))
    return sums.with_columns(value.alias("value"), counted.alias("coverage")).select(
        pl.lit(formula.indicator.id).alias("indicator"), pl.lit(grouping).alias("grouping"), "group", "period", "value",
        pl.when(pl.col("value").is_null()).then(pl.coalesce(reason, pl.lit(Unknown.ZERO_DIVISOR.value))).alias("unknown"),
        pl.lit(method).alias("method"), "areas", "expected", "coverage", "size_coverage",
        pl.col("estimated_share").fill_nan(0.0).fill_null(0.0), pl.lit(formula.indicator.unit).alias("unit"),
        pl.when(pl.col("estimated").list.len() > 0).then(pl.lit("estimated")).alias("origin"), "without", "estimated",
    )  # fmt: skip


def _share(name: str, complete: pl.Expr) -> pl.Expr:
    """Return the share of an input's sum that is estimated."""
    size = pl.col(name).abs().filter(complete)
    return (size * pl.col(f"{name}#estimated").filter(complete)).sum() / size.sum()


def _with_estimates(rows: pl.DataFrame, added: list[str], estimates: pl.DataFrame | None) -> pl.DataFrame:
    """Fill missing items with their estimates, and say where; what a context call reads is not estimated."""
    for name in added:
        flag = f"{name}#estimated"
        if estimates is None or estimates.is_empty():
            rows = rows.with_columns(pl.lit(value=False).alias(flag))
            continue
        mine = estimates.filter((pl.col("item") == name) & pl.col("value").is_not_null())
        joined = rows.join(
            mine.select("area", "period", pl.col("value").alias("#made")), on=["area", "period"], how="left"
        )
        is_made = pl.col(name).is_null() & pl.col("#made").is_not_null()
        rows = joined.with_columns(is_made.alias(flag), pl.coalesce(name, "#made").alias(name)).drop("#made")
    return rows


def _empty(formula: Formula, due: pl.DataFrame, grouping: str, reason: str) -> pl.DataFrame:
    keys = due.select("group", "period").unique()
    expected = due.group_by("group", "period").agg(pl.len().cast(pl.Int64).alias("expected"))
    return keys.join(expected, on=["group", "period"]).select(
        pl.lit(formula.indicator.id).alias("indicator"), pl.lit(grouping).alias("grouping"), "group", "period",
        pl.lit(None, pl.Float64).alias("value"), pl.lit(reason).alias("unknown"), pl.lit("").alias("method"),
        pl.lit(0, pl.Int64).alias("areas"), "expected", pl.lit(None, pl.Float64).alias("coverage"),
        pl.lit(None, pl.Float64).alias("size_coverage"), pl.lit(0.0).alias("estimated_share"),
        pl.lit(formula.indicator.unit).alias("unit"), pl.lit(None, pl.String).alias("origin"),
        pl.lit([], pl.List(pl.String)).alias("without"), pl.lit([], pl.List(pl.String)).alias("estimated"),
    )  # fmt: skip
