"""xa1, basic conditions and population (annual)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.forms.xq1 import sectors
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years); the scope code of the product stands in the frame, not here."""
    economy, territory, years = world.economy, world.territory, world.years
    product = {name: value[:, 3::4] for name, value in sectors(world).items()}
    land = np.repeat(world.profile["land_km2"][:, None], years, axis=1)
    sea = np.repeat(world.profile["sea_km2"][:, None], years, axis=1)
    manufacturing = economy.va2_ytd[:, 3::4] * economy.industry * economy.manufacturing
    land_km2, sea_km2 = world.amount(land, 2), world.amount(sea, 2)
    income = economy.gdp / territory.residents * world.share("income_ratio", 0.24, 0.36, years, sigma=0.001)
    return {
        "xa1_area_plan": land_km2 + sea_km2,
        "xa1_area_land": land_km2,
        "xa1_area_sea": np.where(sea_km2 > 0, sea_km2, np.nan),
        "xa1_pop": world.amount(territory.residents, 2),
        "xa1_pop_urban": world.amount(territory.town_dwellers, 2),
        "xa1_pop_avg": world.amount((territory.residents + territory.residents_before) / 2, 2),
        "xa1_settled": world.amount(
            territory.town_dwellers * world.share("settled", 0.004, 0.011, years, sigma=0.0005), 2
        ),
        "xa1_employed": world.amount(territory.employed, 2),
        "xa1_gdp": product["gdp"],
        "xa1_gdp_growth": world.rate(economy.growth_ytd[:, 3::4], 2),
        "xa1_gdp_prov": world.rate(economy.province_gdp, 0),
        "xa1_income": world.rate(np.clip(income, 24_000, 92_000) * 1.03 ** np.arange(years), 0),
        "xa1_va_manu": world.amount(manufacturing),
        "xa1_va3": product["va3"],
    }
