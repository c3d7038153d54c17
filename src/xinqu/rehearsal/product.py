"""Latent product of each area: levels at current prices, real growth, sectors; bent to what is published."""

from dataclasses import dataclass

import numpy as np

from xinqu.rehearsal.calibrate import bend, bend_shares
from xinqu.rehearsal.draws import Array, Draws
from xinqu.rehearsal.grid import Grid
from xinqu.rehearsal.profiles import PROFILE_YEAR, read_cycle

QUARTERS = 4
WAN_PER_YI = 10_000.0
_YTD_SHARE = np.array([0.224, 0.467, 0.727, 1.0])  # product, year to date, of a full year
_YTD_PRIMARY = np.array([0.10, 0.29, 0.62, 1.0])  # the harvest comes late
_YTD_SECOND = np.array([0.99, 1.0, 0.998, 1.0])  # against the share of the full year


@dataclass(frozen=True)
class Product:
    """Yearly: shape (areas, years); ``_ytd``: shape (areas, quarters), cumulated within the year.

    Money in 万元 at current prices, growth in percent at constant prices.
    """

    gdp: Array
    growth: Array  # what a perfect office would release, unrounded
    gdp_ytd: Array
    growth_ytd: Array  # as released: anchored cells as published, the rest to one decimal
    province_gdp: Array
    province_growth_ytd: Array
    va1_ytd: Array
    va2_ytd: Array


def grow_product(grid: Grid, draws: Draws, profile: dict[str, Array], anchor: dict[str, Array]) -> Product:
    """Grow the product of every area.

    Args:
        profile: column of profiles.csv -> shape (areas,).
        anchor: item -> shape (areas, quarters), NaN where nothing is published.
    """
    lo = min(grid.first_year, PROFILE_YEAR)
    span = range(lo, grid.first_year + grid.years)
    cycle = read_cycle(span)
    own = slice(grid.first_year - lo, None)
    growth, growth_ytd = _growth(grid, draws, profile, anchor["xq1_gdp_growth"], cycle, span)
    deflator = cycle["deflator_pct"] + draws.noise("deflator", len(span), 0.35)
    nominal = np.cumsum(np.log1p((growth + deflator) / 100), axis=1)
    nominal -= nominal[:, [PROFILE_YEAR - lo]]
    gdp_ytd = _levels(profile["gdp_yi"] * WAN_PER_YI, nominal[:, own], _quarter_shares(draws, grid), anchor["xq1_gdp"])
    gdp = gdp_ytd[:, QUARTERS - 1 :: QUARTERS]
    first, second = _sector_shares(draws, profile, grid.years)
    return Product(
        gdp=gdp,
        growth=growth[:, own],
        gdp_ytd=gdp_ytd,
        growth_ytd=growth_ytd,
        province_gdp=_province(profile, cycle, span)[:, own],
        province_growth_ytd=_province_growth(grid, draws, profile, cycle, own),
        va1_ytd=np.repeat(gdp * first, QUARTERS, axis=1) * np.tile(_YTD_PRIMARY, grid.years),
        va2_ytd=gdp_ytd * np.repeat(second, QUARTERS, axis=1) * np.tile(_YTD_SECOND, grid.years),
    )


def _sector_shares(draws: Draws, profile: dict[str, Array], years: int) -> tuple[Array, Array]:
    """Primary and secondary sector as shares of product: the first gives way, the second is what areas are built for."""
    first = profile["va1_pct"][:, None] / 100 * 0.985 ** np.arange(years)
    start = profile["va2_pct"] / 100
    return first, draws.toward("secondary_share", start, start + 0.16, years, years, rough=0.3)


def _growth(
    grid: Grid, draws: Draws, profile: dict[str, Array], anchor: Array, cycle: dict[str, Array], span: range
) -> tuple[Array, Array]:
    """Real growth of each year of ``span`` (latent) and of each quarter of the grid, year to date, as released."""
    skipped = len(span) - grid.years
    persistent = profile["growth_gap_pp"][:, None] * 0.93 ** np.arange(len(span))
    growth = cycle["growth_pct"] + persistent + draws.noise("growth", len(span), 0.55)
    gap = np.stack([cycle["q1_gap_pp"], cycle["q2_gap_pp"], cycle["q3_gap_pp"], np.zeros(len(span))], axis=1)
    gap = gap[skipped:].reshape(-1) + draws.noise("growth:quarters", QUARTERS * grid.years, 0.3) * np.tile(
        [1.0, 0.7, 0.4, 0.0], grid.years
    )
    implied = (anchor - gap).reshape(-1, grid.years, QUARTERS)
    known = np.isfinite(implied)
    for quarter in range(QUARTERS):  # the latest published quarter decides
        growth[:, skipped:] = np.where(known[:, :, quarter], implied[:, :, quarter], growth[:, skipped:])
    released = np.repeat(growth[:, skipped:], QUARTERS, axis=1) + gap
    released = np.where(np.isfinite(anchor), anchor, np.round(released, 1))
    return growth, released


def _quarter_shares(draws: Draws, grid: Grid) -> Array:
    wobble = draws.noise("gdp:quarters", QUARTERS * grid.years, 0.003) * np.tile([1.0, 1.0, 1.0, 0.0], grid.years)
    shares: Array = np.tile(_YTD_SHARE, grid.years) + wobble
    return shares


def _levels(base: Array, nominal: Array, shares: Array, anchor: Array) -> Array:
    """Product, year to date, through the published years and quarters."""
    free = base[:, None] * np.exp(nominal)
    by_quarter = anchor.reshape(len(base), -1, QUARTERS)
    yearly = by_quarter[:, :, -1].copy()
    for quarter in range(QUARTERS - 2, -1, -1):  # a year known by its quarters alone
        implied = by_quarter[:, :, quarter] / shares.reshape(by_quarter.shape)[:, :, quarter]
        yearly = np.where(np.isfinite(yearly), yearly, implied)
    gdp = np.repeat(bend(free, yearly), QUARTERS, axis=1)
    ytd = gdp * bend_shares(shares, anchor / gdp)
    return np.where(np.isfinite(anchor), anchor, ytd)


def _province(profile: dict[str, Array], cycle: dict[str, Array], span: range) -> Array:
    """Product of the province in each year of ``span``: the national path and a lasting lead."""
    since = np.arange(len(span)) - (PROFILE_YEAR - span.start)
    national = np.cumsum(np.log1p((cycle["growth_pct"] + cycle["deflator_pct"]) / 100))
    path = national - national[PROFILE_YEAR - span.start] + profile["province_gap_pp"][:, None] / 100 * since
    level: Array = profile["province_gdp_yi"][:, None] * WAN_PER_YI * np.exp(path)
    return level


def _province_growth(grid: Grid, draws: Draws, profile: dict[str, Array], cycle: dict[str, Array], own: slice) -> Array:
    yearly = cycle["growth_pct"][own] + profile["province_gap_pp"][:, None] + draws.noise("province", grid.years, 0.3)
    gap = np.stack([cycle[f"q{n}_gap_pp"][own] for n in (1, 2, 3)] + [np.zeros(grid.years)], axis=1).reshape(-1)
    return np.round(np.repeat(yearly, QUARTERS, axis=1) + gap, 1)
