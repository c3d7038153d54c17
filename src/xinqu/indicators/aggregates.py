"""Figures of the nation and of groups of areas: ratios from sums over the same disjoint areas, with coverage.

The areas of the pack are the leaves: sub-units are never added beside their area, and nothing that overlaps an area
(district, free-trade zone, development zone) is a leaf.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping

import msgspec
import polars as pl

from xinqu.engines.context import Facts
from xinqu.engines.scopes import UNSTATED
from xinqu.expressions.compile import mixed_scopes, to_polars
from xinqu.indicators import panel
from xinqu.indicators.aggregate_methods import MEDIAN, WEIGHTED, groups_of, method_of
from xinqu.indicators.formulas import Formula, formulas
from xinqu.indicators.trace import with_item
from xinqu.policy.pack import Pack
from xinqu.vocabulary.origin import ORIGINS, Origin
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import Unknown, ValueState

COVERAGE_MIN = "aggregate_coverage_min"
LOW_COVERAGE = "low_coverage"  # fewer areas reported than the pack asks for
OTHER_SCOPE = (
    "other_scope"  # the value is of another scope than the area's main one: the leaves would overlap or fall short
)
SCHEMA: dict[str, pl.DataType] = {
    "indicator": pl.String(), "grouping": pl.String(), "group": pl.String(), "period": pl.String(), "value": pl.Float64(),
    "unknown": pl.String(), "method": pl.String(), "areas": pl.Int64(), "expected": pl.Int64(), "coverage": pl.Float64(),
    "size_coverage": pl.Float64(), "estimated_share": pl.Float64(), "unit": pl.String(), "origin": pl.String(),
    "without": pl.List(pl.String()), "estimated": pl.List(pl.String()), "doubtful_scope": pl.List(pl.String()),
}  # fmt: skip
LEAVES: dict[str, pl.DataType] = {
    "indicator": pl.String(), "group": pl.String(), "area": pl.String(), "period": pl.String(), "input": pl.String(),
    "value": pl.Float64(), "state": pl.String(), "scope": pl.String(), "origin": pl.String(), "in_sum": pl.Boolean(),
    "why": pl.String(), "size": pl.Float64(),
}  # fmt: skip
_RANKS = {origin.value: origin.rank for origin in ORIGINS}
_BASE = "#base"


class _Leaves(msgspec.Struct, frozen=True):
    """One formula at the areas: a row per area and period. ``inputs`` are added; ``is_in`` says which areas are in.

    Columns: area, group, period, #size, each input with #state, #scope, #origin and #estimated, #own (the area's own
    value), #why (why the area is not in; null when it is), #doubtful.
    """

    formula: Formula
    method: str
    inputs: list[str]
    rows: pl.DataFrame


def aggregate(
    pack: Pack, facts: Facts, grouping: str, *, as_of: dt.date, indicators: Collection[str] | None = None,
    periods: Collection[str] | None = None, estimates: pl.DataFrame | None = None, sizes: Mapping[str, float] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return figures of groups of areas (``SCHEMA``), sorted by indicator, group and period.

    Args:
        facts: as for ``compile_figures``.
        grouping: one of ``aggregate_methods.GROUPINGS``.
        indicators: ids of indicators or codes of area forms' items; None: all indicators.
        estimates: ``estimates.SCHEMA``: stand in for missing items; their share is told, they are not facts.
        sizes: area -> size; ``size_coverage`` is the share of the group's size whose areas reported. None: not known.

    An area is in with all inputs of the formula or not at all, so that numerator and denominator are of the same areas;
    with a scope that is not its main one it is out, with an unstated one it is in and named in ``doubtful_scope``.
    ``expected`` are the areas that existed or filed, ``areas`` those that are in. ``coverage`` counts those in by what they
    reported: below the pack's ``COVERAGE_MIN`` (by number or size) the value is null with reason ``LOW_COVERAGE``, so
    that estimates can complete an aggregate but never make one. ``estimated_share`` is the largest share that estimates have in a sum, of a
    median in the areas. Released growth is weighted by the level it grew from: level / (1 + growth).
    """
    least = pack.parameters[COVERAGE_MIN].on(as_of) if COVERAGE_MIN in pack.parameters else None
    floor = float(least.exact) if least else 1.0
    found = _leaves(pack, facts, grouping, as_of, indicators, periods, estimates, sizes)
    parts = [_grouped(leaves, grouping, floor=floor) for leaves in found]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts]).sort("indicator", "group", "period")


def leaves(
    pack: Pack, facts: Facts, grouping: str, *, as_of: dt.date, indicators: Collection[str], periods: Collection[str],
    estimates: pl.DataFrame | None = None, sizes: Mapping[str, float] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return what an aggregate was made of (``LEAVES``): every input of every area, in the sum or not and why.

    Arguments as for ``aggregate``, which reads the same rows. ``state`` of an estimate is that of what it stands for.
    """
    parts = [_told(one) for one in _leaves(pack, facts, grouping, as_of, indicators, periods, estimates, sizes)]
    return pl.concat([pl.DataFrame(schema=LEAVES), *parts]).sort("indicator", "group", "period", "area", maintain_order=True)  # fmt: skip


def _leaves(
    pack: Pack, facts: Facts, grouping: str, as_of: dt.date, indicators: Collection[str] | None,
    periods: Collection[str] | None, estimates: pl.DataFrame | None, sizes: Mapping[str, float] | None,
) -> Iterator[_Leaves]:  # fmt: skip
    for item in indicators or ():
        pack = with_item(pack, item)
    group = groups_of(pack, grouping)
    by_frequency: dict[object, list[Formula]] = {}
    for formula in formulas(pack, indicators):
        by_frequency.setdefault(formula.frequency, []).append(formula)
    for same in by_frequency.values():
        board = panel.build(pack, facts, same, as_of=as_of, areas=sorted(pack.areas), periods=periods)
        board = board.join(_main_scopes(pack, board), on=["area", "period"], how="left").with_columns(
            pl.col("area").replace_strict(group, return_dtype=pl.String).alias("group"),
            pl.col("area").replace_strict(dict(sizes or {}), default=None, return_dtype=pl.Float64).alias("#size"),
        )
        yield from (_of_formula(pack, formula, board, estimates) for formula in same)


def _of_formula(pack: Pack, formula: Formula, board: pl.DataFrame, estimates: pl.DataFrame | None) -> _Leaves:
    is_due = pl.any_horizontal(pl.col(panel.due(form)) for form in formula.forms)
    filed = pl.any_horizontal(pl.col(panel.submission(form)).is_not_null() for form in formula.forms)
    method = method_of(pack, formula.expression)
    inputs = [name for name in formula.expression.inputs if not name.startswith("param(")]
    if method == WEIGHTED:
        inputs.append(pack.items[inputs[0]].growth_of)
    items = set(inputs) & set(pack.items)
    parameters = [name for name in formula.expression.inputs if name.startswith("param(")]
    rows = board.filter(is_due & (pl.col("#existed") | filed)).select(
        "area", "group", "period", "#size", "#main", *(pl.col(name).cast(pl.Float64) for name in inputs), *parameters,
        *(column for name in inputs for column in _input_columns(name, is_item=name in items)),
    )  # fmt: skip
    rows = _with_estimates(rows, sorted(items), estimates)
    rows = rows.with_columns(*(pl.lit(value=False).alias(f"{name}#estimated") for name in inputs if name not in items))
    scoped = [f"{code}#scope" for code in sorted(items) if pack.items[code].territory == "area"]
    rows = rows.with_columns(_own(formula).alias("#own"))
    if method == WEIGHTED:
        rows = rows.with_columns((pl.col(inputs[1]) / (1 + pl.col(inputs[0]) / 100)).alias(_BASE))
    return _Leaves(formula, method, inputs, rows.with_columns(_why(formula, method, inputs, scoped), _doubtful(scoped)))


def _input_columns(name: str, *, is_item: bool) -> list[pl.Expr]:
    """Return state, scope and origin of an input; of a context call the state is why it has no value."""
    if is_item:
        return [pl.col(f"{name}#{part}").cast(pl.String) for part in ("state", "scope", "origin")]
    reported = pl.when(pl.col(name).is_not_null()).then(pl.lit(ValueState.REPORTED.value))
    nothing = [pl.lit(None, pl.String).alias(f"{name}#{part}") for part in ("scope", "origin")]
    return [reported.otherwise(pl.col(f"{name}#why").cast(pl.String)).alias(f"{name}#state"), *nothing]


def _own(formula: Formula) -> pl.Expr:
    computed = to_polars(formula.expression).cast(pl.Float64)
    return pl.when(computed.is_finite()).then(computed)


def _why(formula: Formula, method: str, inputs: list[str], scoped: list[str]) -> pl.Expr:
    """Return why an area is not in; a zero denominator keeps an area out of a median, but not out of a sum."""
    unusable = [pl.when(pl.col(name).is_null()).then(pl.col(f"{name}#state")) for name in inputs]
    stated = [pl.col(name).str.split("@").list.first() for name in scoped]
    others = [(said != UNSTATED) & (said != pl.col("#main")) for said in stated]
    other = pl.any_horizontal(others).fill_null(value=False) if others else pl.lit(value=False)
    mixed = mixed_scopes(formula.expression.tree, frozenset(scoped))
    reasons = [
        *unusable,
        pl.when(other).then(pl.lit(OTHER_SCOPE)),
        *([] if mixed is None else [pl.when(mixed).then(pl.lit(Unknown.SCOPE_MISMATCH.value))]),
        *([pl.when(pl.col("#own").is_null()).then(pl.lit(Unknown.ZERO_DIVISOR.value))] if method == MEDIAN else []),
    ]
    return pl.coalesce(reasons).alias("#why")


def _doubtful(scoped: list[str]) -> pl.Expr:
    """Say where a scope is unstated, or stated while the area has no main scope on that day."""
    doubts = [(pl.col(name) == UNSTATED) | (pl.col(name).is_not_null() & pl.col("#main").is_null()) for name in scoped]
    return (pl.any_horizontal(doubts).fill_null(value=False) if doubts else pl.lit(value=False)).alias("#doubtful")


def _main_scopes(pack: Pack, board: pl.DataFrame) -> pl.DataFrame:
    """Return ``#main``: the code of the area's main scope at each period's end; null where it has none."""
    ends = {text: Period.parse(text).end for text in board["period"].unique()}
    rows = [
        (code, text, next((s.scope for s in area.scopes if s.main and _holds(s.valid_from, s.valid_to, day)), None))
        for code, area in pack.areas.items()
        for text, day in ends.items()
    ]
    return pl.DataFrame(rows, schema={"area": pl.String, "period": pl.String, "#main": pl.String}, orient="row")


def _holds(start: dt.date, end: dt.date | None, day: dt.date) -> bool:
    return start <= day and (end is None or day <= end)


def _with_estimates(rows: pl.DataFrame, items: list[str], estimates: pl.DataFrame | None) -> pl.DataFrame:
    """Fill missing items with their estimates, and say where; what a context call reads is not estimated."""
    for name in items:
        flag = f"{name}#estimated"
        if estimates is None or estimates.is_empty():
            rows = rows.with_columns(pl.lit(value=False).alias(flag))
            continue
        mine = estimates.filter((pl.col("item") == name) & pl.col("value").is_not_null())
        made = mine.select("area", "period", pl.col("value").alias("#made"))
        joined = rows.join(made, on=["area", "period"], how="left", maintain_order="left")
        is_made = pl.col(name).is_null() & pl.col("#made").is_not_null()
        rows = joined.with_columns(
            is_made.alias(flag), pl.coalesce(name, "#made").alias(name),
            pl.when(is_made).then(pl.lit(Origin.ESTIMATED.value)).otherwise(f"{name}#origin").alias(f"{name}#origin"),
        ).drop("#made")  # fmt: skip
    return rows


def _grouped(leaves: _Leaves, grouping: str, *, floor: float) -> pl.DataFrame:
    """Return the figures of the groups from their leaves."""
    formula, inputs, method = leaves.formula, leaves.inputs, leaves.method
    is_in, size = pl.col("#why").is_null(), pl.col("#size")
    told = pl.any_horizontal(pl.col(f"{name}#estimated") for name in inputs)
    ranks = [pl.col(f"{name}#origin").replace_strict(_RANKS, default=None, return_dtype=pl.Int8) for name in inputs]
    added = [*inputs, *([_BASE] if method == WEIGHTED else [])]
    rows = leaves.rows
    if method == WEIGHTED:  # growth times its base: what was gained
        rows = rows.with_columns((pl.col(_BASE) * pl.col(inputs[0])).alias(inputs[0]))
    shares = [_share(name, is_in) for name in inputs] if method != MEDIAN else [told.filter(is_in).mean()]
    sums = rows.group_by("group", "period").agg(
        *(pl.col(name).filter(is_in).sum() for name in added),
        *(pl.col(name).first() for name in formula.expression.inputs if name.startswith("param(")),
        (is_in & ~told).sum().alias("#reported"), pl.col("#own").filter(is_in).median(),
        is_in.sum().cast(pl.Int64).alias("areas"), pl.len().cast(pl.Int64).alias("expected"),
        (size.filter(is_in & ~told).sum() / size.sum()).alias("size_coverage"),
        pl.max_horizontal(shares).fill_nan(0.0).fill_null(0.0).alias("estimated_share"),
        pl.max_horizontal(ranks).filter(is_in).max().alias("#rank"),
        pl.col("area").filter(~is_in).sort().alias("without"),
        pl.col("area").filter(is_in & told).sort().alias("estimated"),
        pl.col("area").filter(is_in & pl.col("#doubtful")).sort().alias("doubtful_scope"),
    ).with_columns((pl.col("#reported") / pl.col("expected")).alias("coverage"))  # fmt: skip
    computed = {MEDIAN: pl.col("#own"), WEIGHTED: pl.col(inputs[0]) / pl.col(_BASE)}.get(method, _own(formula))
    is_enough = (pl.col("#reported") > 0) & (
        pl.min_horizontal("coverage", pl.col("size_coverage").fill_nan(None)) >= floor
    )
    sums = sums.with_columns(value=pl.when(is_enough & computed.is_finite()).then(computed))
    short = pl.when(~is_enough).then(pl.lit(LOW_COVERAGE)).otherwise(pl.lit(Unknown.ZERO_DIVISOR.value))
    names = {rank: name for name, rank in _RANKS.items()}
    return sums.select(
        pl.lit(formula.indicator.id).alias("indicator"), pl.lit(grouping).alias("grouping"), "group", "period", "value",
        pl.when(pl.col("value").is_null()).then(short).alias("unknown"), pl.lit(method).alias("method"), "areas",
        "expected", "coverage", pl.col("size_coverage").fill_nan(None), "estimated_share",
        pl.lit(formula.indicator.unit).alias("unit"),
        pl.col("#rank").replace_strict(names, default=None, return_dtype=pl.String).alias("origin"), "without",
        "estimated", "doubtful_scope",
    )  # fmt: skip


def _share(name: str, is_in: pl.Expr) -> pl.Expr:
    """Return the share of an input's sum that is estimated."""
    size = pl.col(name).abs().filter(is_in)
    return (size * pl.col(f"{name}#estimated").filter(is_in)).sum() / size.sum()


def _told(leaves: _Leaves) -> pl.DataFrame:
    """Return the leaves one input a row."""
    parts = [
        leaves.rows.select(
            pl.lit(leaves.formula.indicator.id).alias("indicator"), "group", "area", "period", pl.lit(name).alias("input"),
            pl.col(name).alias("value"), pl.col(f"{name}#state").alias("state"), pl.col(f"{name}#scope").alias("scope"),
            pl.col(f"{name}#origin").alias("origin"), pl.col("#why").is_null().alias("in_sum"),
            pl.col("#why").alias("why"), pl.col("#size").alias("size"),
        )
        for name in leaves.inputs
    ]  # fmt: skip
    return pl.concat(parts)
