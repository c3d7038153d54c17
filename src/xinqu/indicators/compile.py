"""Compiles the figures: every indicator for every area and period that is due, in three values with reason and origin."""

import datetime as dt
import functools
import operator
from collections.abc import Collection, Mapping

import polars as pl

from xinqu.engines.context import Facts, build_context
from xinqu.engines.facts import empty_facts
from xinqu.expressions.compile import mixed_scopes, to_polars
from xinqu.expressions.parse import ContextCall
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
_STEPS = {"prev": Period.prev, "ly": Period.last_year}


def compile_figures(
    pack: Pack,
    facts: Facts,
    *,
    as_of: dt.date,
    periods: Collection[str] | None = None,
    areas: Collection[str] | None = None,
) -> pl.DataFrame:
    """Compile all indicators into the figures frame of docs/architecture.md, sorted by indicator, area and period.

    An indicator has a row for each area in each period that some form of it owes by ``as_of`` or some area has filed.
    A value that can't be known is null with its reason in ``unknown`` and the unusable inputs in ``detail``: an item of
    a return that is owed is ``missing``, of one that is not owed ``not_due``; inputs of different scope versions are
    ``scope_mismatch``; an earlier value across one is ``series_break``. Growth that is released (Q01) is the released
    item, never computed from levels.

    Args:
        facts: facts frames by form; the rows of sub-units are not read, but for sums over them.
        periods: only these (text); None: all. areas: only these; None: all of the pack.
    """
    wanted = sorted(pack.areas if areas is None else areas)
    by_frequency: dict[Frequency, list[Formula]] = {}
    for formula in formulas(pack):
        by_frequency.setdefault(formula.frequency, []).append(formula)
    parts = [pl.DataFrame(schema=FIGURES_SCHEMA)]
    for group in by_frequency.values():
        board = _board(pack, facts, group, as_of=as_of, areas=wanted, periods=periods)
        queries = [_figures_of(pack, formula, board) for formula in group]
        parts += [part.cast(FIGURES_SCHEMA) for part in pl.collect_all(queries)]  # type: ignore[arg-type]
    return pl.concat(parts).sort("indicator", "area", "period")


def _board(
    pack: Pack,
    facts: Facts,
    group: list[Formula],
    *,
    as_of: dt.date,
    areas: list[str],
    periods: Collection[str] | None,
) -> pl.DataFrame:
    """Return the panel of the forms that the formulas of one frequency read."""
    frames: dict[str, pl.DataFrame] = {}
    for form in sorted({form for formula in group for form in formula.forms}):
        reading = [f.expression for f in group if f.expression.context and f.forms == (form,)]
        frame = facts.get(form, empty_facts(pack, form))
        frames[form] = build_context(pack, facts, form, reading) if reading else frame
        frames[form] = _with_earlier_submissions(frames[form], form, reading)
    return panel.build(pack, frames, as_of=as_of, areas=areas, periods=periods)


def _earlier(step: str, form: str) -> str:
    return f"submission#{step}#{form}"


def _with_earlier_submissions(frame: pl.DataFrame, form: str, reading: list) -> pl.DataFrame:
    """Keep what the panel needs of a context frame, and add the submission of the period each call reads."""
    steps = sorted({call.function for expression in reading for call in expression.context if call.function in _STEPS})
    drop = [name for name in frame.columns if name.startswith(("sys_", "#"))]
    filed = frame.select("area", "sub_unit", pl.col("period").alias("#at"), "submission")
    for step in steps:
        earlier = {text: str(_STEPS[step](Period.parse(text))) for text in frame["period"].unique().to_list()}
        frame = frame.with_columns(pl.col("period").replace_strict(earlier, return_dtype=pl.String).alias("#at")).join(
            filed.rename({"submission": _earlier(step, form)}), on=["area", "sub_unit", "#at"], how="left"
        ).drop("#at")
    return frame.drop(drop)


def _figures_of(pack: Pack, formula: Formula, board: pl.DataFrame) -> pl.LazyFrame:
    """Return the query that gives the figures of one formula from the panel."""
    indicator, expression = formula.indicator, formula.expression
    scopes = frozenset(f"{code}#scope" for code in expression.own_items if pack.items[code].territory == "area")
    mixed = mixed_scopes(expression.tree, scopes)
    mixed = pl.lit(value=False) if mixed is None else mixed.fill_null(value=False)
    unusable = _unusable(formula)
    computed = to_polars(expression)
    value = pl.when(~mixed & computed.is_finite()).then(computed)
    reason = pl.coalesce(*unusable.values(), pl.when(mixed).then(pl.lit(Unknown.SCOPE_MISMATCH.value)), pl.lit(Unknown.ZERO_DIVISOR.value))
    return (
        board.lazy()
        .filter(pl.any_horizontal(pl.col(panel.due(form)) for form in formula.forms))
        .select(
            pl.lit(indicator.id).alias("indicator"),
            "area",
            "period",
            value.cast(pl.Float64).alias("value"),
            pl.when(value.is_null()).then(reason).alias("unknown"),
            pl.when(value.is_null()).then(_detail(unusable, scopes, mixed)).otherwise(pl.lit("{}")).alias("detail"),
            pl.lit(indicator.unit).alias("unit"),
            pl.when(~mixed).then(pl.coalesce(pl.col(name).cast(pl.String) for name in sorted(scopes))).alias("scope")
            if scopes else pl.lit(None, pl.String).alias("scope"),
            _origin(expression.own_items).alias("origin"),
            _status(pack, formula, board).alias("status"),
            _submissions(formula).alias("submissions"),
        )
    )  # fmt: skip


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


def _detail(unusable: Mapping[str, pl.Expr], scopes: Collection[str], mixed: pl.Expr) -> pl.Expr:
    """Return the JSON of what was not usable: input -> state or reason; where scopes differ, input -> scope version."""
    entries = [pl.concat_str(pl.lit(f'"{name}":"'), reason, pl.lit('"')) for name, reason in unusable.items()]
    for name in sorted(scopes):
        scope = pl.when(mixed).then(pl.col(name).cast(pl.String))
        entries.append(pl.concat_str(pl.lit(f'"{name}":"'), scope, pl.lit('"')))
    return pl.concat_str(pl.lit("{"), pl.concat_str(entries, separator=",", ignore_nulls=True), pl.lit("}"))


def _origin(items: Collection[str]) -> pl.Expr:
    """Return the worst origin of the inputs that are there; null when none is."""
    names = [origin.value for origin in ORIGINS]
    ranks = [pl.col(f"{code}#origin").cast(pl.String).replace_strict(names, list(range(len(names))), default=None, return_dtype=pl.Int8) for code in items]  # fmt: skip
    return pl.max_horizontal(ranks).replace_strict(list(range(len(names))), names, default=None, return_dtype=pl.String)


def _status(pack: Pack, formula: Formula, board: pl.DataFrame) -> pl.Expr:
    texts = board["period"].unique().to_list()
    status = {text: "official" if is_official(pack, formula, Period.parse(text)) else "trial" for text in texts}
    return pl.col("period").replace_strict(status, return_dtype=pl.String) if status else pl.lit("trial")


def _submissions(formula: Formula) -> pl.Expr:
    """Return the submissions read, each once: those of the period, then those of earlier periods."""
    names = [panel.submission(form) for form in formula.forms]
    names += [_earlier(call.function, form) for call in formula.expression.context for form in _form_of(call, formula)]
    return pl.concat_list(names).list.drop_nulls().list.unique(maintain_order=True)


def _form_of(call: ContextCall, formula: Formula) -> list[str]:
    return [formula.forms[0]] if call.function in _STEPS and len(formula.forms) == 1 else []


__all__ = ["FIGURES_SCHEMA", "compile_figures"]
_ = functools, operator
