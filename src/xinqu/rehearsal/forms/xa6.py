"""xa6, urban construction, housing and public services (annual)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.forms.xa5 import built_area
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    territory, years, size = world.territory, world.years, world.size
    residents = territory.residents
    housing = np.cumprod(1 + np.where(np.arange(years) > 0, world.cycle["housing_pct"], 0.0) / 100)
    jobs = territory.employed * world.share("jobs", 0.88, 1.18, years, sigma=0.006)
    pupils = residents * 10_000 * world.share("pupils", 0.088, 0.112, years, sigma=0.0008)
    systems = world.count(world.rising("city_systems", 46.0, 84.0, 0.05, years))
    connected = np.clip(world.rate(world.toward("systems_connected", 0.46, 0.7, 0.98, years), 4), 0, 1)
    price = 100 + world.cycle["housing_pct"] * 0.35 + world.share("house_price", -1.6, 1.6, years, sigma=0.4)
    return {
        "xa6_house_new": world.amount(
            residents * world.share("homes_sold", 0.75, 1.35, years, sigma=0.02) * housing, 2
        ),
        "xa6_house_price": world.rate(price),
        "xa6_house_stock": world.amount(residents * world.rising("homes_unsold", 0.7, 1.3, 0.03, years), 2),
        "xa6_rent_units": world.amount(residents * world.share("rental_homes", 14.0, 44.0, years, sigma=2.0)),
        "xa6_res_supply": world.amount(
            residents * world.share("residential_land", 0.2, 0.42, years, sigma=0.01) * housing, 2
        ),
        "xa6_jobs": world.amount(jobs, 2),
        "xa6_live_work": world.amount(jobs * world.share("live_and_work", 0.62, 0.82, years), 2),
        "xa6_school_seats": world.amount(pupils * world.share("school_room", 1.02, 1.1, years, sigma=0.006)),
        "xa6_pupils": world.amount(pupils),
        "xa6_beds": world.amount(residents * 10 * world.toward("beds", 3.8, 6.6, 10.0, years)),
        "xa6_culture": world.amount(residents * world.rising("culture", 0.28, 0.6, 0.05, years), 2),
        "xa6_func_in": world.count(size * world.rising("functions_moved", 1.5, 5.0, 0.05, years)),
        "xa6_smart_items": np.floor(systems * connected),
        "xa6_smart_all": systems,
        "xa6_road_len": world.amount(territory.town_land * world.share("roads", 0.062, 0.084, years, sigma=0.0003), 1),
        "xa6_built": built_area(world),
    }
