"""xa11, spatial plans and how they are carried out (annual)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.territory import HA_PER_KM2
from xinqu.rehearsal.world import World

_BREACH_CHANCE = 0.08  # of an area-year with a breach to report


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    years = world.years
    plans = world.count(world.rising("plans", 24.0, 56.0, 0.03, years))
    land_ha = np.repeat(world.profile["land_km2"][:, None] * HA_PER_KM2, years, axis=1)
    conflict = world.territory.construction * world.rising("conflicts", 0.008, 0.02, -0.06, years)
    changes = world.count(world.share("plan_changes", 2.0, 9.0, years, sigma=0.8))
    unlawful = np.minimum(world.rare("plan_changed", years, _BREACH_CHANCE)[world.unit_area], changes)
    grid_cases = world.amount(world.territory.residents * world.rising("grid_cases", 180.0, 340.0, 0.03, years))
    return {
        "xa11_plan_n": plans,
        "xa11_plan_onmap": np.floor(
            plans * np.clip(world.rate(world.toward("plans_on_map", 0.8, 0.95, 1.02, years), 4), 0, 1)
        ),
        "xa11_conf_n": world.amount(conflict * 1.3),
        "xa11_conf_ha": world.amount(conflict, 2),
        "xa11_conf_res_ha": world.amount(conflict * world.share("conflicts_resolved", 0.3, 0.7, years, sigma=0.02), 2),
        "xa11_check_ha": world.amount(land_ha * world.share("land_checked", 0.6, 0.95, years), 2),
        "xa11_chg_n": changes,
        "xa11_chg_legal": changes - unlawful,
        "xa11_viol_ha": world.amount(3.2 * world.rare("plan_violated", years, _BREACH_CHANCE), 2),
        "xa11_grid_n": world.amount(world.territory.residents * world.rising("grids", 2.4, 4.2, 0.01, years)),
        "xa11_grid_case": np.floor(grid_cases * world.rate(world.share("grid_in_time", 0.93, 0.99, years), 4)),
        "xa11_grid_all": grid_cases,
    }
