"""Enterprises: lasting size, industry and land, growing a little each year; a few close."""

import numpy as np
import polars as pl

from xinqu.rehearsal.records.draw import credit_codes, day_number, days, stream
from xinqu.vocabulary.periods import Period

_INDUSTRIES = (["C", "F", "I", "M", "E", "G", "L", "D"], [0.55, 0.1, 0.1, 0.09, 0.06, 0.05, 0.04, 0.01])
_FIRST_YEAR = 2015  # nobody is registered later: each stands in every year
_CLOSED = 0.02


def generate(area: str, period: str, count: int, seed: int) -> pl.DataFrame:
    """Return ``count`` enterprises of ``area`` as they report ``period`` (a year)."""
    year = Period.parse(period)
    base, now = stream(seed, area, "xr1"), stream(seed, area, "xr1", period)
    years = year.year - _FIRST_YEAR
    size = base.lognormal(8.2, 1.3, count)
    drift = base.normal(0.04, 0.03, count).clip(-0.1, 0.15)
    revenue = np.round(size * np.exp(drift * years) * np.exp(now.normal(0, 0.05, count)), 2)
    employees = np.maximum(np.round(revenue / base.uniform(60, 220, count)), 3)
    output = np.round(revenue * base.uniform(0.8, 1.05, count), 2)
    land = np.round(base.uniform(2, 200, count), 2)
    electricity = np.round(revenue * base.uniform(0.005, 0.05, count), 2)
    closed = base.random(count) < _CLOSED
    live = np.where(closed, 0.0, 1.0)
    share = {name: base.uniform(low, high, count) for name, (low, high) in _SHARES.items()}
    built = np.round(land * base.uniform(0.5, 0.95, count), 2)
    rd_staff = np.round(employees * base.uniform(0, 0.3, count), 1)
    return pl.DataFrame(
        {
            "area": area, "period": period, "xr1_uscc": credit_codes(area, count),
            "xr1_name": pl.select(pl.concat_str(pl.lit("演练企业"), pl.Series(np.arange(count)).cast(pl.String))).to_series(),
            "xr1_industry": base.choice(_INDUSTRIES[0], count, p=_INDUSTRIES[1]),
            "xr1_scale": np.where(revenue >= 2000, "above", "below"),  # noqa: PLR2004 - the rehearsal's own draw
            "xr1_status": np.where(closed, "closed", "operating"),
            "xr1_registered_on": days(day_number(Period.parse(str(_FIRST_YEAR))) - base.integers(0, 9_000, count)),
            "xr1_land": land, "xr1_land_built": built, "xr1_floor": np.round(built * 666 * base.uniform(0.5, 2, count), 0),
            "xr1_output": output * live, "xr1_revenue": revenue, "xr1_cost": np.round(revenue * share["cost"], 2),
            "xr1_profit": np.round(revenue * share["profit"], 2),
            "xr1_value_added": np.round(output * share["added"], 2) * live,
            "xr1_wage": np.round(revenue * share["wage"], 2), "xr1_tax": np.minimum(np.round(revenue * share["tax"], 2), land * 1_900),
            "xr1_exports": np.round(output * share["exports"], 2) * live, "xr1_employees": employees,
            "xr1_rd": np.round(revenue * share["rd"], 2), "xr1_rd_fte": rd_staff,
            "xr1_energy": np.round(electricity * share["energy"], 2) + 0.01, "xr1_electricity": electricity,
            "xr1_emission": np.round(electricity * 0.01, 2), "xr1_invest_cum": np.round(revenue * 1.4, 2),
            "xr1_inventions": base.poisson(2, count).astype(float), "xr1_foreign_share": np.round(base.choice([0, 0, 0, 25.5, 100], count), 1),
        }
    )  # fmt: skip


_SHARES = {
    "cost": (0.6, 0.9), "profit": (-0.02, 0.15), "added": (0.15, 0.4), "wage": (0.05, 0.2), "tax": (0.01, 0.08),
    "exports": (0.0, 0.4), "rd": (0.0, 0.08), "energy": (1.3, 4.0),
}  # fmt: skip
