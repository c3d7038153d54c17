"""Inspections: drawn by plan or on another ground, carried out, mostly without a problem, published."""

import numpy as np
import polars as pl

from xinqu.rehearsal.records.draw import credit_codes, day_number, days, labels, stream
from xinqu.vocabulary.periods import Period


def generate(area: str, period: str, count: int, seed: int) -> pl.DataFrame:
    """Return ``count`` inspections of ``area`` in month ``period``."""
    month = Period.parse(period)
    dice = stream(seed, area, "xr4", period)
    first, last = day_number(month, end=False), day_number(month)
    drawn_on = dice.integers(first, last - 8, count)
    inspected = drawn_on + dice.integers(0, 5, count)
    published = inspected + dice.integers(0, 4, count)
    planned = dice.random(count) < 0.8  # noqa: PLR2004 - a share of the rehearsal's own
    joint = dice.random(count) < 0.3  # noqa: PLR2004
    result = dice.choice(["no_problem", "corrected", "ordered"], count, p=[0.85, 0.1, 0.05])
    problems = np.where(result == "no_problem", 0, dice.integers(1, 6, count)).astype(float)
    grade = dice.choice(["A", "B", "C", "D"], count, p=[0.4, 0.35, 0.2, 0.05])
    ordered = result == "ordered"
    return pl.DataFrame(
        {
            "area": area, "period": period, "xr4_insp_no": labels("J", f"{area}-{month}", count),
            "xr4_plan": f"{month.year}-plan", "xr4_item_code": pl.Series(dice.integers(1, 300, count)).cast(pl.String),
            "xr4_stratum": grade, "xr4_uscc": credit_codes(area, count), "xr4_class": grade,
            "xr4_ground": np.where(planned, "plan", dice.choice(["key_regulation", "complaint"], count)), "xr4_drawn": planned,
            "xr4_joint": joint, "xr4_depts_n": np.where(joint, dice.integers(2, 5, count), 1).astype(float),
            "xr4_inspectors_n": dice.integers(2, 5, count).astype(float), "xr4_drawn_on": days(drawn_on.astype(float)),
            "xr4_inspected_on": days(inspected.astype(float)), "xr4_hours": np.round(dice.uniform(0.5, 8, count), 1),
            "xr4_result": result, "xr4_problems_n": problems,
            "xr4_fine": np.where(problems > 0, np.round(dice.exponential(0.4, count), 2), 0.0),
            "xr4_published_on": days(published.astype(float)), "xr4_followup_due": days(np.where(ordered, inspected + 30, np.nan)),
            "xr4_followup_on": days(np.full(count, np.nan)), "xr4_annual_no": dice.integers(1, 3, count).astype(float),
            "xr4_annual_cap": 2.0, "xr4_void_reason": pl.Series([None], dtype=pl.String).new_from_index(0, count),
        }
    )  # fmt: skip
