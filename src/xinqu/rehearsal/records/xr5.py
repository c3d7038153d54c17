"""Land contracts: signed, built on, producing; a few idle; areas and dates stay from year to year."""

import numpy as np
import polars as pl

from xinqu.rehearsal.records.draw import credit_codes, day_number, days, labels, stream
from xinqu.vocabulary.periods import Period

_FIRST = "2014"


def generate(area: str, period: str, count: int, seed: int) -> pl.DataFrame:
    """Return ``count`` land contracts of ``area`` as they stand at the end of ``period`` (a year); all signed by 2014."""
    year = Period.parse(period)
    base = stream(seed, area, "xr5")
    signed = day_number(Period.parse(_FIRST)) - base.integers(0, 2_500, count)
    hectares = np.round(base.lognormal(0.8, 0.9, count).clip(0.1, 300), 4)
    idle = base.random(count) < 0.03  # noqa: PLR2004 - a share of the rehearsal's own
    start = signed + base.integers(30, 300, count)
    finish = start + base.integers(300, 900, count)
    started_area = np.where(idle, 0.0, np.round(hectares * base.uniform(0.7, 1.0, count), 4))
    built = np.round(started_area * base.uniform(0.5, 0.95, count), 4)
    price = np.round(hectares * base.uniform(200, 4_000, count), 2)
    plan = np.round(hectares * base.uniform(2_000, 9_000, count), 2)
    progress = min(0.5 + 0.04 * (year.year - int(_FIRST)), 1.0)
    industrial = base.random(count) < 0.8  # noqa: PLR2004
    return pl.DataFrame(
        {
            "area": area, "period": period, "xr5_contract_no": labels("L", area, count),
            "xr5_parcel": labels("D", area, count), "xr5_uscc": credit_codes(area, count),
            "xr5_use": np.where(industrial, "industrial", "commercial"), "xr5_mode": "grant",
            "xr5_state": np.where(idle, "idle", "producing"), "xr5_area": hectares, "xr5_started_area": started_area,
            "xr5_built_area": built, "xr5_floor": np.round(built * 10_000 * base.uniform(0.5, 2, count), 0),
            "xr5_price": price, "xr5_paid": price, "xr5_invest_plan": plan,
            "xr5_invest_done": np.where(idle, 0.0, np.round(plan * progress, 2)), "xr5_tax_promised": np.round(hectares * 100, 2),
            "xr5_tax": np.round(hectares * 120, 2), "xr5_signed_on": days(signed.astype(float)),
            "xr5_deliver_on": days(signed + 20.0), "xr5_agreed_start": days(signed + 200.0),
            "xr5_started_on": days(np.where(idle, np.nan, start)), "xr5_agreed_finish": days(signed + 900.0),
            "xr5_finished_on": days(np.where(idle, np.nan, finish)), "xr5_stopped_on": days(np.full(count, np.nan)),
            "xr5_idle_since": days(np.where(idle, signed + 565.0, np.nan)), "xr5_exit_on": days(np.full(count, np.nan)),
            "xr5_term_years": np.where(industrial, 50.0, 40.0), "xr5_lease_years": 0.0,
        }
    )  # fmt: skip
