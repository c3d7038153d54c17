"""xm2, progress of major projects (monthly)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.grid import MONTHS
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, months)."""
    years, months = world.years, world.all_months
    elapsed = np.tile(np.arange(1, MONTHS + 1) / MONTHS, years)
    listed = world.stretch(world.size * world.rising("projects", 78.0, 130.0, 0.03, years), months)
    done = world.count(listed * world.stretch(world.share("projects_done", 0.14, 0.24, years), months) * elapsed)
    planned = world.count(
        listed * world.stretch(world.share("projects_plan", 0.22, 0.34, years), months) * (1 - 0.55 * elapsed)
    )
    suspended = world.count(listed * world.stretch(world.share("projects_stopped", 0.005, 0.03, years), months))
    total = np.maximum(world.count(listed), done + planned + suspended)
    yearly_plan = world.economy.investment_ytd[:, MONTHS - 1 :: MONTHS] * world.share(
        "projects_investment", 0.32, 0.48, years
    )
    plan_ytd = world.months("project_plan", yearly_plan, _TRAJECTORY, 0.01)
    progress = world.stretch(world.toward("project_progress", 0.95, 1.05, 1.1, years), months)
    late = listed * world.stretch(world.share("projects_late", 0.03, 0.11, years), months)
    return {
        "xm2_proj_n": total,
        "xm2_proj_plan_n": planned,
        "xm2_proj_build_n": total - planned - done - suspended,
        "xm2_proj_done_n": done,
        "xm2_proj_susp_n": suspended,
        "xm2_inv_plan_year": world.amount(world.stretch(yearly_plan, months)),
        "xm2_inv_done_ytd": world.amount(plan_ytd * progress),
        "xm2_inv_plan_ytd": world.amount(plan_ytd),
        "xm2_proj_late_n": np.minimum(world.count(late), total),
        "xm2_proj_foreign_n": np.minimum(
            world.count(listed * world.stretch(world.share("projects_foreign", 0.04, 0.14, years), months)), total
        ),
        "xm2_proj_ind_n": np.minimum(
            world.count(listed * world.stretch(world.share("projects_industrial", 0.45, 0.65, years), months)), total
        ),
        "xm2_proj_gap_land_n": np.minimum(world.count(late * 0.45), total),
    }


_TRAJECTORY = np.array([5.0, 5.0, 8.5, 8.5, 9.0, 10.5, 8.5, 8.5, 9.5, 9.0, 9.0, 9.0])
