"""Projects: planned, begun, spent on month by month, completed; each lasts over the months of its life."""

import numpy as np
import polars as pl

from xinqu.rehearsal.records.draw import credit_codes, day_number, days, labels, stream
from xinqu.vocabulary.periods import Period


def generate(area: str, period: str, count: int, seed: int) -> pl.DataFrame:
    """Return the ``count`` projects of ``area`` as they stand at the end of month ``period``."""
    month = Period.parse(period)
    base = stream(seed, area, "xr2", str(month.year))  # a year's list of projects
    end, january = day_number(month), day_number(Period.parse(f"{month.year}-01"), end=False)
    total = np.round(base.lognormal(9.5, 1.1, count).clip(50, 2_000_000), 2)
    planned = january + base.integers(-900, 300, count)
    life = base.integers(300, 1_500, count)
    began = planned + base.integers(-20, 60, count)
    begun = began <= end
    done_share = np.clip((end - began) / life, 0, 1)
    at_january = np.clip((january - began) / life, 0, 1)
    finished = begun & (began + life <= end)
    cumulative = np.round(np.where(begun, total * 0.98 * done_share, 0.0), 2)
    ytd = np.minimum(np.round(np.where(begun, total * 0.98 * (done_share - at_january), 0.0), 2), cumulative)
    year_end = day_number(Period.parse(str(month.year)))
    plan_year = np.round(
        np.where(began <= year_end, total * 0.98 * (np.clip((year_end - began) / life, 0, 1) - at_january), 0), 2
    )
    plan_ytd = np.minimum(np.round(ytd * base.uniform(0.95, 1.05, count), 2), plan_year)
    nodes = base.integers(4, 40, count)
    due = np.floor(nodes * done_share)
    late = np.minimum(base.integers(0, 2, count), due)
    need = np.round(base.uniform(0.5, 60, count), 2)
    stage = np.where(finished, "completed", np.where(begun, "building", "approved"))
    foreign = base.random(count) < 0.2  # noqa: PLR2004 - a share of the rehearsal's own
    return pl.DataFrame(
        {
            "area": area, "period": period, "xr2_project_no": labels("P", f"{area}-{month.year}", count),
            "xr2_name": pl.select(pl.concat_str(pl.lit("演练项目"), pl.Series(np.arange(count)).cast(pl.String))).to_series(),
            "xr2_uscc": credit_codes(area, count), "xr2_industry": base.choice(["C", "D", "G", "N"], count),
            "xr2_kind": np.where(foreign, "foreign", base.choice(["national_industrial", "other"], count)), "xr2_stage": stage,
            "xr2_blocked_by": "none", "xr2_total_inv": total,
            "xr2_foreign_total": np.where(foreign, np.round(total * 0.03, 2) + 1, 0.0), "xr2_inv_plan_year": plan_year,
            "xr2_inv_plan_ytd": plan_ytd, "xr2_inv_done_ytd": ytd, "xr2_inv_done_cum": cumulative,
            "xr2_bond": np.round(total * base.choice([0, 0, 0.1], count), 2), "xr2_land_need": need,
            "xr2_land_got": np.round(need * base.uniform(0.4, 1.0, count), 2),
            "xr2_start_plan": days(planned.astype(float)), "xr2_start_on": days(np.where(begun, began, np.nan)),
            "xr2_finish_plan": days((planned + life).astype(float)),
            "xr2_finish_on": days(np.where(finished, began + life, np.nan)), "xr2_nodes_n": nodes.astype(float),
            "xr2_nodes_due": due, "xr2_nodes_done": due - late, "xr2_nodes_late": late,
            "xr2_jobs_plan": base.integers(10, 900, count).astype(float),
        }
    )  # fmt: skip
