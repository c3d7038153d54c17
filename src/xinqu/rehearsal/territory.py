"""Latent people and land of each area: residents, town dwellers, construction land; before rounding and scope."""

from dataclasses import dataclass

import numpy as np

from xinqu.rehearsal.draws import Array, Draws
from xinqu.rehearsal.grid import Grid
from xinqu.rehearsal.profiles import PROFILE_YEAR
from xinqu.rehearsal.stories import Stories

HA_PER_KM2 = 100.0
_FULL_TOWN_PCT = 90.0


@dataclass(frozen=True)
class Territory:
    """Yearly series at year's end, shape (areas, years); people in 万人, land in ha, ``sea_km2`` and caps by area."""

    residents: Array
    residents_before: Array  # a year earlier
    town_dwellers: Array
    employed: Array
    town_land: Array  # urban construction land
    construction: Array  # all construction land
    construction_new: Array
    construction_cap: Array
    industrial_land: Array
    built_industrial: Array


def settle(grid: Grid, draws: Draws, profile: dict[str, Array], stories: Stories) -> Territory:
    """Settle people and land; ``profile`` holds ``land_km2`` of the first scope beside the columns of profiles.csv."""
    years = grid.years
    growth = profile["pop_growth_pct"][:, None] / 100 + draws.noise("residents", years + 1, 0.0012)
    steps = np.log1p(growth)
    offset = grid.first_year - PROFILE_YEAR
    start = profile["pop_wan"] * np.exp(profile["pop_growth_pct"] / 100 * (offset - 1))
    path = start[:, None] * np.exp(np.cumsum(steps, axis=1) - steps[:, :1])
    residents, before = path[:, 1:], path[:, :-1]
    urban = np.minimum(profile["urban_pct"][:, None] / 100 + 0.0045 * np.arange(years), 0.985)
    town = residents * urban
    employed = residents * (draws.spread("employed_share", 0.50, 0.60)[:, None] + 0.001 * np.arange(years))
    town_land = _town_land(draws, years, profile, town[:, 0])
    town_share = 0.42 + 0.44 * profile["urban_pct"] / 100 - draws.spread("village_land_share", 0.0, 0.06)
    construction = np.minimum(town_land[:, 0] / town_share, 0.62 * HA_PER_KM2 * profile["land_km2"])[:, None] * _creep(
        draws, "construction", 0.004, 0.017, years
    )
    cap = _cap(draws, construction, stories, profile["land_km2"])
    new = np.diff(construction, axis=1, prepend=construction[:, :1] * 0.99)
    industrial = 0.998 ** np.arange(years) * town_land * draws.spread("industrial_land_share", 0.20, 0.29)[:, None]
    built = industrial * (draws.spread("built_share", 0.78, 0.88)[:, None] + 0.008 * np.arange(years))
    return Territory(
        residents=residents,
        residents_before=before,
        town_dwellers=town,
        employed=employed,
        town_land=np.minimum(town_land, construction * 0.97),
        construction=construction,
        construction_new=new * 1.06,
        construction_cap=cap,
        industrial_land=industrial,
        built_industrial=np.minimum(built, industrial * 0.97),
    )


def _creep(draws: Draws, name: str, low: float, high: float, years: int) -> Array:
    """Steady small growth, another rate for each area; 1 in the first year."""
    path: Array = (1 + draws.spread(f"{name}:growth", low, high)[:, None]) ** np.arange(years)
    return path


def _town_land(draws: Draws, years: int, profile: dict[str, Array], town_first: Array) -> Array:
    """Urban construction land: town dwellers at a steady growth, by land per head; full towns build closer."""
    per_person_m2 = draws.toward("town_land_per_person", draws.spread("town_land_m2", 92.0, 138.0), 78.0, years, years)
    closer = np.where(profile["urban_pct"] > _FULL_TOWN_PCT, 0.93, 1.0)
    growth = np.exp(profile["pop_growth_pct"][:, None] / 100 * np.arange(years))
    land: Array = town_first[:, None] * growth * per_person_m2 * closer[:, None]  # 万人 x m2 = ha
    return land


def _cap(draws: Draws, construction: Array, stories: Stories, land_km2: Array) -> Array:
    """A cap that holds to the last year, but for one area that passes it in the last annual return."""
    room = draws.spread("cap_room", 1.05, 1.22)
    cap = np.minimum(construction[:, -1] * room, 0.9 * HA_PER_KM2 * land_km2)
    last_annual = max(construction.shape[1] - 2, 0)
    area = stories.over_cap_area
    cap[area] = construction[area, [max(last_annual - 1, 0), last_annual]].mean()
    return np.repeat(cap[:, None], construction.shape[1], axis=1)
