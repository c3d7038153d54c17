"""xa5, energy, ecology and climate (annual)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.territory import HA_PER_KM2
from xinqu.rehearsal.world import World

_DAYS = 365


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    economy, territory, years = world.economy, world.territory, world.years
    energy = economy.gdp * world.toward("energy_intensity", 0.27, 0.56, 0.15, years)
    water = territory.residents * 95 * world.share("water_people", 0.8, 1.15, years) + economy.gdp * 2.1e-4
    sewage = water * world.share("sewage", 0.62, 0.72, years)
    homes = territory.residents * world.share("building_people", 0.9, 2.3, years, sigma=0.03)
    green = homes * np.clip(world.toward("green_building", 0.78, 0.93, 1.02, years), 0.5, 1.0)
    valid = np.minimum(world.rate(world.share("valid_days", 354.0, 365.0, years, sigma=1.0), 0), _DAYS)
    good = np.clip(world.toward("good_days", 0.76, 0.92, 0.97, years), 0.5, 0.995)
    sections = world.count(world.size * world.rising("sections", 6.0, 10.0, 0.02, years) + 9)
    good_water = np.clip(world.rate(world.toward("good_water", 0.74, 0.92, 1.0, years), 4), 0, 1)
    return {
        "xa5_energy": world.amount(energy),
        "xa5_energy_ind": world.amount(energy * world.share("energy_industry", 0.48, 0.68, years)),
        "xa5_renew": world.amount(energy * world.toward("renewables", 0.12, 0.26, 0.40, years)),
        "xa5_co2": world.amount(energy * world.share("carbon", 1.8, 2.2, years, sigma=0.01)),
        "xa5_water": world.amount(water),
        "xa5_water_ind": world.amount(water * world.share("water_industry", 0.18, 0.32, years)),
        "xa5_pm25": world.rate(
            world.profile["pm25"][:, None] * world.rising("pm25", 0.94, 1.06, -0.03, years, rough=0.02)
        ),
        "xa5_air_days": np.floor(valid * world.rate(good, 4)),
        "xa5_air_valid": valid,
        "xa5_wq_sec": sections,
        "xa5_wq_good": np.round(sections * good_water),
        "xa5_sewage": world.amount(sewage),
        "xa5_sewage_tr": world.amount(sewage * world.share("sewage_treated", 0.965, 0.995, years, sigma=0.001)),
        "xa5_gb_new": world.amount(homes, 2),
        "xa5_gb_green": world.amount(green, 2),
        "xa5_gb_star": world.amount(green * world.share("green_star", 0.32, 0.56, years), 2),
        "xa5_built_area": built_area(world),
        "xa5_sponge_area": np.floor(
            built_area(world) * world.rate(world.toward("sponge", 0.26, 0.46, 0.80, years), 4) * 100
        )
        / 100,
        "xa5_clim_fin": world.amount(economy.gdp * world.share("climate_finance", 0.006, 0.013, years, sigma=0.0005)),
        "xa5_eco_invest": world.amount(
            economy.gdp * world.share("ecology_investment", 0.006, 0.012, years, sigma=0.0005)
        ),
    }


def built_area(world: World) -> Array:
    """Built-up area in km2, yearly; xa6 reports the same number."""
    return world.amount(world.territory.town_land / HA_PER_KM2 * 0.98, 2)
