"""xa4, land use and intensity (annual): idle land is a balance that starts where the year before ended."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.forms.xa2 import industrial_tax
from xinqu.rehearsal.forms.xq1 import revenue_ytd
from xinqu.rehearsal.territory import HA_PER_KM2
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years); land in ha to two decimals."""
    territory, years = world.territory, world.years

    def ha(latent: Array) -> Array:
        return world.amount(latent, 2)

    new = territory.construction_new
    approved = new * 5.0 * world.share("land_approved", 0.9, 1.1, years)
    supply = new * world.share("land_supplied", 0.95, 1.3, years, sigma=0.02)
    industrial_supply = supply * world.share("land_supplied_industrial", 0.3, 0.48, years)
    quota = new * world.share("land_quota", 1.04, 1.18, years)
    occupied = new * world.share("farmland_occupied", 0.32, 0.48, years)
    replenished = occupied * world.share("farmland_replenished", 1.0, 1.12, years)
    built, taxed = territory.built_industrial, world.share("land_taxed", 0.86, 0.95, years)
    land_ha = world.profile["land_km2"][:, None] * HA_PER_KM2
    cap_pct = 100 * territory.construction_cap / land_ha
    return {
        "xa4_con_total": ha(territory.construction),
        "xa4_con_cap": ha(territory.construction_cap),
        "xa4_dev_cap": np.ceil(world.rate(cap_pct, 3) * 10) / 10,
        "xa4_con_new": ha(new),
        "xa4_city_con": ha(territory.town_land),
        "xa4_ind_land": ha(territory.industrial_land),
        "xa4_ind_built": ha(built),
        "xa4_ind_inv_cum": world.amount(built * world.toward("land_investment", 4_200.0, 8_600.0, 20_000.0, years)),
        "xa4_ind_tax": world.amount(industrial_tax(world) * taxed),
        "xa4_ind_rev": world.amount(revenue_ytd(world)[:, 3::4] * taxed),
        "xa4_floor_area": ha(built * world.rising("floor_area", 0.78, 1.25, 0.015, years)),
        "xa4_appr5": ha(approved),
        "xa4_supp5": ha(approved * np.clip(world.toward("supply_rate", 0.59, 0.75, 0.85, years), 0.4, 0.99)),
        **_idle(world, new),
        "xa4_quota": ha(quota),
        "xa4_quota_used": ha(quota * world.share("quota_used", 0.86, 0.98, years)),
        "xa4_farm_occ": ha(occupied),
        "xa4_farm_comp": ha(replenished),
        "xa4_farm_nat": ha(replenished * world.share("farmland_national", 0.04, 0.2, years)),
        "xa4_std_land": ha(
            industrial_supply * np.clip(world.toward("standard_land", 0.42, 0.7, 1.0, years), 0.2, 0.98)
        ),
        "xa4_flex_land": ha(industrial_supply * world.share("flexible_land", 0.24, 0.5, years)),
        "xa4_ind_supply": ha(industrial_supply),
        "xa4_mix_land": ha(supply * world.share("mixed_land", 0.03, 0.1, years)),
        "xa4_supply": ha(supply),
        "xa4_redev": ha(territory.industrial_land * world.share("redeveloped", 0.006, 0.016, years, sigma=0.001)),
        "xa4_white": ha(territory.construction * world.share("white_land", 0.03, 0.08, years, sigma=0.0008)),
        "xa4_green": ha((land_ha - territory.construction) * world.share("green_space", 0.5, 0.8, years)),
    }


def _idle(world: World, new: Array) -> dict[str, Array]:
    """Carry idle land from year to year in hundredths of a hectare, so that the balance is exact."""
    found = world.amount(new * world.share("idle_found", 0.05, 0.13, world.years, sigma=0.01), 2)
    disposal = world.rate(world.toward("idle_disposed", 0.24, 0.4, 0.75, world.years), 4)
    start = world.amount(new[:, :1] * world.draws.spread("idle_start", 0.16, 0.4)[:, None], 2)[:, 0]
    opening, disposed, closing = np.zeros_like(found), np.zeros_like(found), np.zeros_like(found)
    ratio = world.land_ratio[:, world.grid.ends(world.years)][world.unit_area]
    for year in range(world.years):
        moved = ratio[:, year] / ratio[:, year - 1] if year else 1.0  # a new scope restates what it opens with
        opening[:, year] = np.round(closing[:, year - 1] * moved, 2) if year else start
        disposed[:, year] = np.round((opening[:, year] + found[:, year]) * np.clip(disposal[:, year], 0.05, 0.95), 2)
        closing[:, year] = np.round(opening[:, year] + found[:, year] - disposed[:, year], 2)
    return {"xa4_idle0": opening, "xa4_idle_new": found, "xa4_idle_disp": disposed, "xa4_idle1": closing}
