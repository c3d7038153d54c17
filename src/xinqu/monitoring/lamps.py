"""Lamps: every figure against what its target expects; computed, never typed, grey when it can't be known.

A figure that falls short of what is expected by no more than the yellow share of the distance base to target is green,
up to the red share yellow, beyond it red. A limit (cap, floor, step, or a ``target:<=`` or ``target:>=`` direction) is
red as soon as it is breached, and yellow inside the warning band before it. A number of a published plan has no band:
``at_least`` is green when reached and red when missed; ``about`` is grey when the gap is smaller than half of the last
digit it was stated with. An override stands beside the computed lamp and never replaces it.
"""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from xinqu.monitoring.reasons import GreyReason
from xinqu.monitoring.series import with_period_columns
from xinqu.monitoring.targets import DIRECTION, PLAN
from xinqu.monitoring.trajectories import LIMIT_KINDS, with_expectations
from xinqu.policy.pack import Pack
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.truth import Unknown

GREEN, YELLOW, RED, GREY = "green", "yellow", "red", "grey"
SLACK = 1e-9  # relative slack of every comparison of doubles (DESIGN section 7)
COLUMNS = (
    "indicator", "area", "period", "value", "expected", "lamp", "reason", "band_yellow", "band_red", "target", "goal",
    "override", "override_reason", "override_event",
)  # fmt: skip
_KEY = ["indicator", "area", "period"]


def lamps(
    pack: Pack,
    figures: pl.DataFrame,
    targets: pl.DataFrame,
    *,
    as_of: dt.date,
    facts: Mapping[str, pl.DataFrame] | None = None,
    events: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Light one lamp per figure.

    Args:
        pack: gives the forms of limiting items and the dated parameters.
        figures: the figures frame; a row whose value is unknown keeps that reason.
        targets: the frame of ``targets_in_force``.
        as_of: figures of periods that end later are not due.
        facts: facts by form, for limits that are items; without them such limits are unknown.
        events: the log, for overrides.

    Returns: columns ``COLUMNS``, rows in the order of ``figures``. ``lamp`` is a code of CL_LAMP; ``reason`` is ""
    unless it is grey; ``band_yellow`` and ``band_red`` are the values at which it would turn, in the indicator's unit;
    ``target`` is "" when only the direction of the indicator judges; ``override`` is the lamp a person set, or null.
    """
    known = figures.select(*_KEY, pl.col("value").cast(pl.Float64), "unknown").with_row_index("row")
    judged = _choose_target(with_period_columns(known), targets)
    judged = with_expectations(judged, figures, pack, facts or {})
    judged = judged.with_columns(_bands())
    lit = judged.with_columns(lamp=_lamp()).with_columns(
        reason=pl.when(pl.col("end") > as_of).then(pl.lit(Unknown.NOT_DUE)).otherwise(_reason())
    )
    is_lit, is_doubted = pl.col("reason") == "", pl.col("doubt").is_not_null()
    lines = ["goal", "expected", "band_yellow", "band_red"]
    lit = lit.with_columns(
        pl.when(is_lit | ~is_doubted).then(pl.col(lines)),
        lamp=pl.when(is_lit).then("lamp").otherwise(pl.lit(GREY)),
        target=pl.col("target").fill_null(""),
    )
    return _with_overrides(lit, events, as_of).sort("row").select(COLUMNS)


def shown_lamp() -> pl.Expr:
    """Return the lamp that counts: the override where there is one, else the computed lamp."""
    return pl.coalesce("override", "lamp")


def _choose_target(figures: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """Join each figure with the target that judges it: a plan at the close of its year, else a rule, else direction."""
    of_its_year = (pl.col("year") == pl.col("target_year")) & pl.col("closes_year")
    return (
        figures.join(targets, on=["indicator", "area"], how="left", maintain_order="left")
        .filter((pl.col("priority").fill_null(DIRECTION) != PLAN) | of_its_year)
        .sort("row", "priority", "target", nulls_last=True)
        .unique(subset="row", keep="first", maintain_order=True)
        .with_columns(pl.col("rule").fill_null("none"), pl.col("sense").fill_null(1))
    )


def _bands() -> list[pl.Expr]:
    sense, expected, distance = pl.col("sense"), pl.col("expected"), pl.col("distance")
    is_limit = pl.col("trajectory").is_in(LIMIT_KINDS).fill_null(value=False)
    before_limit = expected + sense * pl.col("yellow_share") * distance
    return [
        pl.when(is_limit)
        .then(before_limit)
        .otherwise(expected - sense * pl.col("yellow_share") * distance)
        .alias("band_yellow"),
        pl.when(is_limit | pl.col("yellow_share").is_null())
        .then(expected)
        .otherwise(expected - sense * pl.col("red_share") * distance)
        .alias("band_red"),
    ]


def _falls_short_of(line: str) -> pl.Expr:
    """Say whether the value lies on the worse side of a line by more than the slack of doubles."""
    value, limit = pl.col("value"), pl.col(line)
    slack = SLACK * pl.max_horizontal(pl.lit(1.0), value.abs())
    return (limit - value) * pl.col("sense") > slack


def _lamp() -> pl.Expr:
    return (
        pl.when(_falls_short_of("band_red")).then(pl.lit(RED))
        .when(_falls_short_of("band_yellow").fill_null(value=False)).then(pl.lit(YELLOW))
        .otherwise(pl.lit(GREEN))
    )  # fmt: skip


def _reason() -> pl.Expr:
    """Return why the lamp is grey; "" when it is not."""
    is_bound = pl.col("trajectory").is_in(LIMIT_KINDS).fill_null(value=False) | pl.col("is_bound")
    breached = (pl.col("rule") == "limit") & is_bound & _falls_short_of("expected")
    undated = pl.col("trajectory").is_null() & ~is_bound & _falls_short_of("expected")
    approximate = (
        (pl.col("qualifier") == "about")
        & _falls_short_of("expected")
        & ((pl.col("expected") - pl.col("value")).abs() <= pl.col("half_digit"))
    )
    waits = (
        (pl.col("trajectory") == "milestone")
        & ~(pl.col("closes_year") & (pl.col("year") >= pl.col("target_year")))
    )  # fmt: skip
    return (
        pl.when(pl.col("value").is_null()).then(pl.col("unknown").fill_null(Unknown.MISSING))
        .when(breached.fill_null(value=False)).then(pl.lit(""))
        .when(pl.col("doubt").is_not_null()).then("doubt")
        .when(waits.fill_null(value=False)).then(pl.lit(GreyReason.NOT_YET_DUE))
        .when(undated.fill_null(value=False)).then(pl.lit(GreyReason.NOT_MET_UNDATED))
        .when(approximate.fill_null(value=False)).then(pl.lit(GreyReason.APPROXIMATE))
        .when(pl.col("expected").is_null()).then(pl.lit(GreyReason.NO_BASE))
        .otherwise(pl.lit(""))
    )  # fmt: skip


def _with_overrides(lit: pl.DataFrame, events: pl.DataFrame | None, as_of: dt.date) -> pl.DataFrame:
    if events is None:
        nothing = pl.lit(None, pl.String)
        return lit.with_columns(override=nothing, override_reason=nothing, override_event=pl.lit(None, pl.Int64))
    overrides = (
        read_events(events, ["lamp.overridden"], [*_KEY, "lamp", "reason"], as_of=as_of)
        .unique(subset=_KEY, keep="last", maintain_order=True)
        .select(
            *_KEY,
            pl.col("lamp").alias("override"),
            pl.col("reason").alias("override_reason"),
            pl.col("seq").alias("override_event"),
        )
    )
    return lit.join(overrides, on=_KEY, how="left", maintain_order="left")
