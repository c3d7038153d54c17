"""Service cases: accepted in the month, most decided in it; those left open are decided the month after."""

import numpy as np
import polars as pl

from xinqu.rehearsal.records.draw import credit_codes, day_number, days, labels, stream
from xinqu.vocabulary.periods import Period

_CARRIED = 10  # of so many cases one is open at the month's end


def generate(area: str, period: str, count: int, seed: int) -> pl.DataFrame:
    """Return ``count`` cases of ``area`` in month ``period``: new ones, and those left open by the month before."""
    month = Period.parse(period)
    carried = count // (_CARRIED + 1)
    new = _new(area, month, count - carried, seed)
    before = _new(area, month.prev(), count - carried, seed).filter(pl.col("xr3_result") == "open").head(carried)
    return pl.concat([new, _decided(before, month, stream(seed, area, "xr3", period, "carried"))])


def _new(area: str, month: Period, count: int, seed: int) -> pl.DataFrame:
    dice = stream(seed, area, "xr3", str(month))
    first, last = day_number(month, end=False), day_number(month)
    accepted = dice.integers(first, last + 1, count)
    office = np.round(dice.gamma(1.6, 1.2, count).clip(0.1, 18), 2)
    rework = (dice.random(count) < 0.1).astype(float)  # noqa: PLR2004 - a share of the rehearsal's own
    applicant = np.round(np.where(rework > 0, dice.uniform(0.5, 4, count), 0.0), 2)
    stop = np.round(np.where(dice.random(count) < 0.05, dice.uniform(1, 10, count), 0.0), 2)  # noqa: PLR2004
    elapsed = np.round(office + applicant + stop, 2)
    is_open = np.arange(count) % _CARRIED == 0
    decided = np.where(is_open, np.nan, np.minimum(accepted + np.ceil(elapsed * 1.4), last))
    kind = dice.choice(
        ["startup", "licence", "construction", "registration", "other"], count, p=[0.2, 0.3, 0.1, 0.3, 0.1]
    )
    channel = dice.choice(["window", "online", "mobile", "self_service"], count, p=[0.25, 0.5, 0.2, 0.05])
    visits = np.where(np.isin(channel, ["online", "mobile"]), 0.0, 1.0)
    modes = dice.choice(["cancel", "filing", "commitment", "optimise"], count)
    return pl.DataFrame(
        {
            "area": area, "period": str(month), "xr3_case_no": labels("C", f"{area}-{month}", count),
            "xr3_item_code": pl.Series(dice.integers(1, 900, count)).cast(pl.String), "xr3_kind": kind, "xr3_channel": channel,
            "xr3_uscc": credit_codes(area, count), "xr3_mode": pl.Series(modes).set(pl.Series(kind != "licence"), None),
            "xr3_accepted_on": days(accepted.astype(float)), "xr3_decided_on": days(decided), "xr3_closed_on": days(decided),
            "xr3_limit_wd": 20.0, "xr3_promised_wd": 10.0, "xr3_office_wd": office, "xr3_applicant_wd": applicant,
            "xr3_stop_wd": stop, "xr3_elapsed_wd": elapsed, "xr3_rework_n": rework, "xr3_visits_n": visits,
            "xr3_docs_n": dice.integers(0, 12, count).astype(float),
            "xr3_result": np.where(is_open, "open", dice.choice(["granted", "refused"], count, p=[0.95, 0.05])),
            "xr3_reopened": False, "xr3_rating": dice.integers(3, 6, count).astype(float),
        }
    )  # fmt: skip


def _decided(cases: pl.DataFrame, month: Period, dice: np.random.Generator) -> pl.DataFrame:
    """Return cases left open as they are decided in the month after."""
    first, last = day_number(month, end=False), day_number(month)
    on = days(dice.integers(first, last + 1, cases.height).astype(float))
    return cases.with_columns(
        period=pl.lit(str(month)), xr3_decided_on=on, xr3_closed_on=on, xr3_result=pl.lit("granted")
    )
