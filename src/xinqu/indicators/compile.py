"""Compiles the figures: every indicator for every area and period that is due, in three values with reason and origin."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import polars as pl

from xinqu.engines.context import Facts
from xinqu.expressions.compile import mixed_scopes, to_polars
from xinqu.indicators import panel
from xinqu.indicators.formulas import Formula, formulas, is_official
from xinqu.policy.pack import Pack
from xinqu.vocabulary.origin import ORIGINS
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.truth import Unknown, ValueState

FIGURES_SCHEMA: dict[str, pl.DataType] = {
    "indicator": pl.String(), "area": pl.String(), "period": pl.String(), "value": pl.Float64(), "unknown": pl.String(),
    "detail": pl.String(), "unit": pl.String(), "scope": pl.String(), "origin": pl.String(), "status": pl.String(),
    "submissions": pl.List(pl.String()),
}  # fmt: skip
_ORIGIN_RANKS = {origin.value: origin.rank for origin in ORIGINS}


def compile_figures(
    pack: Pack,
    facts: Facts,
    *,
    as_of: dt.date,
    periods: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
) -> pl.DataFrame:
    """Compile all indicators into the figures frame of docs/architecture.md, sorted by indicator, area and period.

    An indicator has a row for each area in each period that some form of it owes by ``as_of`` or some area has filed.
    A value that can't be known is null with its reason in ``unknown`` and the unusable inputs in ``detail``: an item of
    a return that is owed is ``missing``, of one that is not owed ``not_due``; inputs of different scope versions are
    ``scope_mismatch``; an earlier value across one is ``series_break``. Growth that is released (Q01) is the released
    item, never computed from levels.

    Args:
        facts: facts frames by form; the rows of sub-units are not read, but for sums over them.
        periods: only these (text); None: all. areas, indicators: only these; None: all of the pack.
    """
    wanted = sorted(pack.areas if areas is None else areas)
    by_frequency: dict[Frequency, list[Formula]] = {}
    for formula in formulas(pack, indicators):
        by_frequency.setdefault(formula.frequency, []).append(formula)
    parts = [pl.DataFrame(schema=FIGURES_SCHEMA)]
    for group in by_frequency.values():
        board = panel.build(pack, facts, group, as_of=as_of, areas=wanted, periods=periods)
        parts += [_figures_of(pack, formula, board) for formula in group]
    return pl.concat(parts).sort("indicator", "area", "period")


def _figures_of(pack: Pack, formula: Formula, board: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of one formula from the panel."""
    due = board.filter(pl.any_horizontal(pl.col(panel.due(form)) for form in formula.forms))
    expression, rows = formula.expression, due.select(_columns(formula, due))
    scopes = sorted(f"{code}#scope" for code in expression.own_items if pack.items[code].territory == "area")
    mixed = mixed_scopes(expression.tree, frozenset(scopes))
    mixed = pl.lit(value=False) if mixed is None else mixed
    computed = to_polars(expression).cast(pl.Float64)
    rows = rows.with_columns(mixed.alias("#mixed"), computed.alias("#computed")).with_columns(
        pl.when(~pl.col("#mixed") & pl.col("#computed").is_finite()).then("#computed").alias("value")
    )
    unusable = _unusable(formula)
    unknown = pl.col("value").is_null()
    return rows.select(
        pl.lit(formula.indicator.id).alias("indicator"),
        "area",
        "period",
        "value",
        pl.when(unknown).then(_reason(unusable)).alias("unknown"),
        pl.when(unknown).then(_detail(unusable, scopes)).otherwise(pl.lit("{}")).alias("detail"),
        pl.lit(formula.indicator.unit).alias("unit"),
        _scope(scopes).alias("scope"),
        _origin(expression.own_items).alias("origin"),
        _status(pack, formula, rows).alias("status"),
        pl.concat_list(panel.submission_columns(formula)).list.drop_nulls().list.unique(maintain_order=True).alias("submissions"),
    ).cast(pl.Schema(FIGURES_SCHEMA))  # fmt: skip


def _columns(formula: Formula, board: pl.DataFrame) -> list[str]:
    """Return the columns the formula reads: a query over all of the panel would be planned over a thousand."""
    names = ["area", "period", *panel.submission_columns(formula)]
    for name in formula.expression.inputs:
        names += [name, *(f"{name}#{part}" for part in ("state", "scope", "origin", "why"))]
    known = set(board.columns)
    return [name for name in names if name in known]


def _unusable(formula: Formula) -> dict[str, pl.Expr]:
    """Return for each input, in reading order, its state or reason where it can't be used, else null."""
    calls = {call.column for call in formula.expression.context}
    reasons: dict[str, pl.Expr] = {}
    for name in formula.expression.inputs:
        if name in calls:
            reasons[name] = pl.col(f"{name}#why").cast(pl.String)
        elif name.startswith("param("):
            reasons[name] = pl.when(pl.col(name).is_null()).then(pl.lit(Unknown.NO_PARAMETER.value))
        else:
            state = pl.col(f"{name}#state").cast(pl.String)
            reasons[name] = pl.when(state != ValueState.REPORTED.value).then(state)
    return reasons


def _reason(unusable: Mapping[str, pl.Expr]) -> pl.Expr:
    mismatch = pl.when("#mixed").then(pl.lit(Unknown.SCOPE_MISMATCH.value))
    return pl.coalesce(*unusable.values(), mismatch, pl.lit(Unknown.ZERO_DIVISOR.value))


def _detail(unusable: Mapping[str, pl.Expr], scopes: Sequence[str]) -> pl.Expr:
    """Return the JSON of what was not usable: input -> state or reason; where scopes differ, input -> scope version."""
    told = dict(unusable) | {name: pl.when("#mixed").then(pl.col(name).cast(pl.String)) for name in scopes}
    entries = [pl.concat_str(pl.lit(f'"{name}":"'), said, pl.lit('"')) for name, said in told.items()]
    return pl.concat_str(pl.lit("{"), pl.concat_str(entries, separator=",", ignore_nulls=True), pl.lit("}"))


def _scope(scopes: Sequence[str]) -> pl.Expr:
    """Return the scope version that the inputs share; null where they differ or none is known."""
    if not scopes:
        return pl.lit(None, pl.String)
    return pl.when(~pl.col("#mixed")).then(pl.coalesce(pl.col(name).cast(pl.String) for name in scopes))


def _origin(items: Collection[str]) -> pl.Expr:
    """Return the worst origin of the inputs that are there; null when none is."""
    ranks = [pl.col(f"{code}#origin").cast(pl.String).replace_strict(_ORIGIN_RANKS, default=None, return_dtype=pl.Int8) for code in items]  # fmt: skip
    names = {rank: name for name, rank in _ORIGIN_RANKS.items()}
    return pl.max_horizontal(ranks).replace_strict(names, default=None, return_dtype=pl.String)


def _status(pack: Pack, formula: Formula, rows: pl.DataFrame) -> pl.Expr:
    texts = rows["period"].unique().to_list()
    status = {text: "official" if is_official(pack, formula, Period.parse(text)) else "trial" for text in texts}
    return pl.col("period").replace_strict(status, return_dtype=pl.String) if status else pl.lit("trial")
