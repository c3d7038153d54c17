"""xq5, government debt and special bonds (quarterly)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World

_YTD = np.array([0.28, 0.58, 0.86, 0.98])
_DEBT_STORY = 1.75  # how much more debt the indebted area carries at the end


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, quarters)."""
    quarters, years = world.quarters, world.years
    revenue = world.stretch(world.economy.revenue, quarters)
    quota = revenue * world.stretch(world.share("bond_quota", 0.18, 0.34, years, sigma=0.01), quarters)
    new = quota * np.tile(_YTD, years) * world.stretch(world.share("bond_issue", 0.94, 1.0, years), quarters)
    issued = new * world.stretch(world.share("bond_refinance", 1.2, 1.45, years), quarters)
    capacity = revenue * world.stretch(world.share("fiscal_capacity", 1.7, 2.3, years, sigma=0.02), quarters)
    debt = _debt(world, capacity)
    special = debt * world.stretch(world.share("special_debt", 0.62, 0.78, years), quarters)
    general = debt - special
    projects = world.count(world.size * world.rising("bond_projects", 28.0, 52.0, 0.08, quarters))
    due = debt * world.stretch(world.share("debt_service", 0.085, 0.12, years), quarters)
    return {
        "xq5_limit_new": world.amount(quota),
        "xq5_issued": world.amount(issued),
        "xq5_issued_new": world.amount(new),
        "xq5_used": world.amount(issued * world.stretch(world.share("bond_spending", 0.78, 0.95, years), quarters)),
        "xq5_cap_use": world.amount(new * world.stretch(world.share("bond_capital", 0.07, 0.21, years), quarters)),
        "xq5_bal_sp": world.amount(special),
        "xq5_bal_gen": world.amount(general),
        "xq5_lim_sp": world.amount(special * world.stretch(world.share("special_room", 1.03, 1.12, years), quarters)),
        "xq5_lim_gen": world.amount(general * world.stretch(world.share("general_room", 1.03, 1.12, years), quarters)),
        "xq5_fisc_cap": world.amount(capacity),
        "xq5_proj_n": projects,
        "xq5_proj_cov_lt": np.minimum(
            world.count(world.size * world.rising("bond_weak", 1.0, 4.5, 0.02, quarters)), projects
        ),
        "xq5_pi_due": world.amount(due),
        "xq5_proj_income": world.amount(due * world.stretch(world.share("bond_income", 1.01, 1.3, years), quarters)),
        "xq5_idle_amt": world.amount(
            special * world.stretch(world.share("bond_idle", 0.008, 0.022, years, sigma=0.0005), quarters)
        ),
    }


def _debt(world: World, capacity: Array) -> Array:
    """Debt against fiscal capacity, rising slowly; one area's rises over the line."""
    ratio = world.rising("debt_ratio", 0.55, 0.86, 0.03, world.quarters)
    story = np.ones_like(ratio)
    story[world.stories.indebted_area] = np.linspace(1.15, _DEBT_STORY, world.quarters)
    return capacity * np.minimum(ratio, 1.05) * story
