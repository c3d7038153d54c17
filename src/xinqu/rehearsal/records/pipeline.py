"""Projects (xr2) that add up to the progress of major projects (xm2) which the same area reports for the same month."""

from typing import Any

import numpy as np
import polars as pl

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.records import xr2
from xinqu.rehearsal.records.draw import day_number, days, stream
from xinqu.vocabulary.periods import Period

_HUNDREDTHS = 100  # of 10,000 yuan: amounts are shared out in whole hundredths, so that they add up exactly
_WHOLE_PLANS = 3.0  # a project's whole investment, in years of its plan
_BEFORE = 0.3  # at most so much of it was done before the year
_NEVER = 99
Places = np.ndarray[tuple[Any, ...], np.dtype[np.int64]]


def projects(progress: pl.DataFrame, area: str, period: str, seed: int) -> pl.DataFrame:
    """Return the projects of ``area`` at the end of month ``period`` as records of xr2.

    Held exactly: as many records as ``xm2_proj_n``; those in preparation, under construction, completed and suspended;
    those with an overdue node, with foreign capital, waiting for land; the sums of the year's plan, of the plan to date
    and of the investment done. A project that has begun or ended stays so; a year's projects are numbered anew.
    Not held: ``xm2_proj_ind_n``, since a record's kind does not say whether a project is industrial.

    Args:
        progress: complete rows of xm2 with ``area, sub_unit, period`` and its items; those of the year up to ``period``
            are read.
    """
    year = Period.parse(period).year
    mine = pl.col("period").str.starts_with(str(year)) & (pl.col("period") <= period)
    rows = progress.filter(pl.col("area") == area, pl.col("sub_unit") == "", mine).sort("period")
    said = {name: rows[name].to_numpy() for name in rows.columns if name.startswith("xm2_")}
    now = {name: int(values[-1]) for name, values in said.items()}
    most = int(said["xm2_proj_n"].max())
    dice = stream(seed, area, "pipeline", str(year))
    begun, ended = _months(said, most)
    stage = _stages(now)
    money = _money(said, begun, ended, dice, most)
    whole = xr2.generate(area, period, most, seed).with_columns(
        **_dates(begun, ended, year, day_number(Period.parse(period)), dice, most),
        **{name: np.round(amount / _HUNDREDTHS, 2) for name, amount in money.items()},
    )
    kept = whole.head(now["xm2_proj_n"]).with_columns(xr2_stage=pl.Series(stage))
    return _with_marks(kept, now, dice.permutation(most))


def _months(said: dict[str, Array], most: int) -> tuple[Array, Array]:
    """Return the month of the year (from 0) in which each project begins and ends; 0 when it stood so in January.

    Projects stand in a row: suspended, completed, under construction, in preparation; the borders only move on.
    """
    place = np.arange(most)[:, None]
    built = place < (said["xm2_proj_n"] - said["xm2_proj_plan_n"])[None, :]
    done = (place < (said["xm2_proj_susp_n"] + said["xm2_proj_done_n"])[None, :]) & (
        place >= said["xm2_proj_susp_n"][-1]
    )
    first = [np.where(reached.any(axis=1), reached.argmax(axis=1), _NEVER) for reached in (built, done)]
    return first[0], first[1]


def _stages(now: dict[str, int]) -> list[str]:
    counts = {
        "suspended": now["xm2_proj_susp_n"], "completed": now["xm2_proj_done_n"],
        "building": now["xm2_proj_build_n"], "approved": now["xm2_proj_plan_n"],
    }  # fmt: skip
    return [stage for stage, count in counts.items() for _ in range(count)]


def _money(
    said: dict[str, Array], begun: Array, ended: Array, dice: np.random.Generator, most: int
) -> dict[str, Array]:
    """Share what the area reports among the projects at work in each month, in hundredths."""
    weight = dice.lognormal(0, 0.8, most)
    first_plan = said["xm2_inv_plan_year"][0] * _HUNDREDTHS
    total = _shared(first_plan * _WHOLE_PLANS, weight)
    before = np.where(begun == 0, np.floor(total * dice.uniform(0, _BEFORE, most)), 0.0)
    stopped = np.arange(most) < said["xm2_proj_susp_n"][-1]
    months = np.arange(len(said["xm2_proj_n"]))[:, None]
    at_work = (begun <= months) & (ended >= months) & ~stopped
    plan, done = (_accrued(said[name], weight * at_work) for name in ("xm2_inv_plan_ytd", "xm2_inv_done_ytd"))
    rest = said["xm2_inv_plan_year"][-1] * _HUNDREDTHS - plan.sum()
    ahead = weight * ((ended == _NEVER) & ~stopped)
    return {
        "xr2_total_inv": total, "xr2_inv_plan_year": plan + _shared(rest, ahead), "xr2_inv_plan_ytd": plan,
        "xr2_inv_done_ytd": done, "xr2_inv_done_cum": before + done,
    }  # fmt: skip


def _accrued(to_date: Array, weight: Array) -> Array:
    """Share each month's part of an amount that runs through the year; ``weight`` has months as rows."""
    so_far = np.zeros(weight.shape[1])
    for amount, shares in zip(to_date, weight, strict=True):
        so_far = so_far + _shared(amount * _HUNDREDTHS - so_far.sum(), shares)
    return so_far


def _shared(amount: float, weight: Array) -> Array:
    """Return ``amount`` in whole parts by ``weight``; they add up to it."""
    borders = np.round(np.cumsum(weight) / weight.sum() * round(amount))
    parts: Array = np.diff(borders, prepend=0.0)
    return parts


def _dates(
    begun: Array, ended: Array, year: int, last_day: int, dice: np.random.Generator, most: int
) -> dict[str, pl.Series]:
    starts = np.array([day_number(Period.parse(f"{year}-{month:02}"), end=False) for month in range(1, 13)])
    into, back = dice.integers(0, 27, most), dice.integers(30, 900, most)
    begun_in = starts[np.minimum(begun, 11)]
    start = np.where(begun == 0, starts[0] - back, begun_in + into)
    finish = np.maximum(starts[np.minimum(ended, 11)] + dice.integers(0, 27, most), start)
    planned = np.where(begun == _NEVER, last_day + back, start - dice.integers(0, 30, most))
    return {
        "xr2_start_plan": days(planned.astype(float)),
        "xr2_finish_plan": days((planned + dice.integers(300, 1_500, most)).astype(float)),
        "xr2_start_on": days(np.where(begun == _NEVER, np.nan, start)),
        "xr2_finish_on": days(np.where(ended == _NEVER, np.nan, finish)),
    }


def _with_marks(kept: pl.DataFrame, now: dict[str, int], order: Places) -> pl.DataFrame:
    """Mark projects that are late, foreign-funded, waiting for land: as many as the area reports."""
    place = pl.Series(order[order < kept.height])  # which project comes at each turn
    turn = pl.Series(np.argsort(place.to_numpy()))
    late, foreign = turn < now["xm2_proj_late_n"], turn.reverse() < now["xm2_proj_foreign_n"]
    share = (pl.col("xr2_inv_done_cum") / pl.col("xr2_total_inv")).clip(0, 1)
    due = (pl.col("xr2_nodes_n") * share).floor().clip(1, None)
    waits = pl.int_range(pl.len()) >= pl.len().cast(pl.Int64) - now["xm2_proj_gap_land_n"]
    kind = pl.when(foreign).then(pl.lit("foreign")).when(pl.col("xr2_kind") == "foreign").then(pl.lit("other"))
    return kept.with_columns(
        xr2_kind=kind.otherwise("xr2_kind"),
        xr2_foreign_total=pl.when(foreign).then((pl.col("xr2_total_inv") * 0.03).round(2) + 1).otherwise(0.0),
        xr2_blocked_by=pl.when(waits).then(pl.lit("land")).otherwise(pl.lit("none")),
        xr2_nodes_due=due, xr2_nodes_late=late.cast(pl.Float64), xr2_nodes_done=due - late.cast(pl.Float64),
        xr2_land_got=(pl.col("xr2_land_need") * 0.8).round(2),
    )  # fmt: skip
