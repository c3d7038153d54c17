"""Latent economy of each area: product, growth, sectors, industry, investment, budget, trade; before rounding and scope."""

from dataclasses import dataclass

import numpy as np

from xinqu.rehearsal.calibrate import bend, bend_shares
from xinqu.rehearsal.draws import Array, Draws
from xinqu.rehearsal.grid import MONTHS, Grid
from xinqu.rehearsal.profiles import PROFILE_YEAR, read_cycle
from xinqu.rehearsal.stories import Stories

QUARTERS = 4
_WAN_PER_YI = 10_000.0
_YTD_SHARE = np.array([0.224, 0.467, 0.727, 1.0])  # product, year to date, of a full year
_YTD_PRIMARY = np.array([0.10, 0.29, 0.62, 1.0])  # the harvest comes late
MONTH_INDUSTRY = np.array([7.5, 6.7, 8.7, 8.1, 8.3, 8.9, 8.1, 8.2, 8.6, 8.5, 8.8, 9.6])
MONTH_INVESTMENT = np.array([4.2, 4.4, 8.2, 8.3, 8.9, 11.2, 8.4, 8.5, 9.9, 8.8, 8.9, 10.3])
MONTH_REVENUE = np.array([10.6, 7.4, 7.9, 8.6, 8.0, 9.3, 8.9, 7.1, 8.0, 8.7, 7.3, 8.2])
MONTH_SPENDING = np.array([7.0, 7.2, 9.0, 7.7, 7.9, 10.1, 7.6, 7.7, 9.3, 7.2, 8.2, 11.1])
MONTH_TRADE = np.array([7.8, 6.8, 8.4, 8.3, 8.4, 8.6, 8.6, 8.7, 8.8, 8.2, 8.6, 8.8])
MONTH_FLAT = np.array([8.6, 7.2, 8.6, 8.2, 8.2, 8.3, 8.6, 8.7, 8.2, 8.1, 8.3, 9.0])


@dataclass(frozen=True)
class Economy:
    """Latent series. Yearly: shape (areas, years); ``_ytd`` quarterly or monthly, cumulated within the year.

    Money in 万元 at current prices, foreign capital in 万美元, growth in percent at constant prices.
    """

    gdp: Array
    growth: Array  # what a perfect office would release, unrounded
    gdp_ytd: Array  # quarterly
    growth_ytd: Array  # quarterly, as released: anchored cells as published, the rest to one decimal
    province_gdp: Array
    province_growth_ytd: Array
    va1_ytd: Array  # quarterly
    va2_ytd: Array
    industry: Array  # value added of industry as a share of the secondary sector, yearly
    manufacturing: Array  # as a share of industry
    above_scale: Array  # as a share of industry
    output: Array  # above-scale output value, yearly
    output_ytd: Array  # monthly
    industry_growth_ytd: Array  # monthly, as released
    investment_ytd: Array  # monthly
    investment_growth_ytd: Array  # monthly, as released
    revenue: Array
    revenue_ytd: Array
    spending_ytd: Array
    exports_ytd: Array
    imports_ytd: Array
    fdi_ytd: Array


def grow(grid: Grid, draws: Draws, profile: dict[str, Array], anchor: dict[str, Array], stories: Stories) -> Economy:
    """Grow the economy of every area.

    Args:
        profile: column of profiles.csv -> shape (areas,).
        anchor: item -> shape (areas, quarters), NaN where nothing is published.
        stories: months in which a year-to-date figure is revised downwards.
    """
    lo = min(grid.first_year, PROFILE_YEAR)
    span = range(lo, grid.first_year + grid.years)
    cycle = read_cycle(span)
    own = slice(grid.first_year - lo, None)
    growth, growth_ytd = _growth(grid, draws, profile, anchor["xq1_gdp_growth"], cycle, span)
    deflator = cycle["deflator_pct"] + draws.noise("deflator", len(span), 0.35)
    nominal = np.cumsum(np.log1p((growth + deflator) / 100), axis=1)
    nominal -= nominal[:, [PROFILE_YEAR - lo]]
    shares = _quarter_shares(draws, grid)
    gdp, shares = _levels(profile["gdp_yi"] * _WAN_PER_YI, nominal[:, own], shares, anchor["xq1_gdp"])
    gdp_ytd = np.repeat(gdp, QUARTERS, axis=1) * shares
    fixed = np.isfinite(anchor["xq1_gdp"])
    gdp_ytd[fixed] = anchor["xq1_gdp"][fixed]
    gdp = gdp_ytd[:, QUARTERS - 1 :: QUARTERS]
    years = grid.years
    second = profile["va2_pct"][:, None] / 100 + draws.noise("va2_share", years, 0.003).cumsum(axis=1)
    second = second - 0.002 * np.arange(years)
    first = profile["va1_pct"][:, None] / 100 * 0.985 ** np.arange(years)
    industry = _steady(draws, "industry_share", 0.82, 0.93, years, 0.004)
    manufacturing = _steady(draws, "manufacturing_share", 0.88, 0.95, years, 0.003)
    above_scale = _steady(draws, "above_scale_share", 0.90, 0.96, years, 0.004)
    value_added_rate = _steady(draws, "value_added_rate", 0.205, 0.255, years, 0.003)
    output = gdp * second * industry * above_scale / value_added_rate
    industry_growth = _industry_growth(grid, draws, growth, growth_ytd, cycle["industry_gap_pp"][own])
    investment, investment_growth = _investment(grid, draws, gdp, cycle["investment_pct"][own])
    revenue = gdp * draws.spread("revenue_ratio", 0.072, 0.112)[:, None] * _trend(cycle["revenue_pct"][own], gdp)
    spending = revenue * _steady(draws, "spending_ratio", 1.12, 1.62, years, 0.02)
    trade = gdp[:, :1] * profile["trade_pct"][:, None] / 100 * _index(cycle["trade_pct"][own], draws, "trade", 4.5)
    export_share = _steady(draws, "export_share", 0.46, 0.68, years, 0.01)
    fdi = profile["fdi_yi_usd"][:, None] * _WAN_PER_YI * _index(cycle["fdi_pct"][own], draws, "fdi", 7.0)
    flow = _Flow(grid, draws)
    return Economy(
        gdp=gdp,
        growth=growth,
        gdp_ytd=gdp_ytd,
        growth_ytd=growth_ytd,
        province_gdp=_province(profile, nominal[:, own], cycle, own),
        province_growth_ytd=_province_growth(grid, draws, profile, cycle, own),
        va1_ytd=np.repeat(gdp * first, QUARTERS, axis=1) * np.tile(_YTD_PRIMARY, years),
        va2_ytd=gdp_ytd * np.repeat(second, QUARTERS, axis=1) * _second_season(years),
        industry=industry,
        manufacturing=manufacturing,
        above_scale=above_scale,
        output=output,
        output_ytd=flow.ytd("output", output, MONTH_INDUSTRY, 0.02),
        industry_growth_ytd=industry_growth,
        investment_ytd=stories.lower("xm1_fai", flow.ytd("investment", investment, MONTH_INVESTMENT, 0.05)),
        investment_growth_ytd=investment_growth,
        revenue=revenue,
        revenue_ytd=stories.lower("xm1_rev", flow.ytd("revenue", revenue, MONTH_REVENUE, 0.05)),
        spending_ytd=flow.ytd("spending", spending, MONTH_SPENDING, 0.05),
        exports_ytd=flow.ytd("exports", trade * export_share, MONTH_TRADE, 0.04),
        imports_ytd=flow.ytd("imports", trade * (1 - export_share), MONTH_TRADE, 0.05),
        fdi_ytd=flow.ytd("fdi", fdi, MONTH_FLAT, 0.2),
    )


@dataclass(frozen=True)
class _Flow:
    grid: Grid
    draws: Draws

    def ytd(self, name: str, yearly: Array, weights: Array, rough: float) -> Array:
        """Spread yearly amounts over months by seasonal weights with noise; cumulated within the year."""
        return spread_over_months(self.draws, name, yearly, weights, rough)


def spread_over_months(draws: Draws, name: str, yearly: Array, weights: Array, rough: float) -> Array:
    """Return year-to-date months of ``yearly`` amounts; shape (areas, 12 x years); December equals the year."""
    areas, years = yearly.shape
    weight = np.tile(weights, years) * np.exp(draws.noise(f"{name}:months", MONTHS * years, rough))
    ytd = weight.reshape(areas, years, MONTHS).cumsum(axis=2)
    return (yearly[:, :, None] * ytd / ytd[:, :, -1:]).reshape(areas, years * MONTHS)


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


def _levels(base: Array, nominal: Array, shares: Array, anchor: Array) -> tuple[Array, Array]:
    """Yearly product through the published years, and quarter shares through the published quarters."""
    free = base[:, None] * np.exp(nominal)
    by_quarter = anchor.reshape(len(base), -1, QUARTERS)
    yearly = by_quarter[:, :, -1].copy()
    for quarter in range(QUARTERS - 2, -1, -1):  # a year known by its quarters alone
        implied = by_quarter[:, :, quarter] / shares.reshape(by_quarter.shape)[:, :, quarter]
        yearly = np.where(np.isfinite(yearly), yearly, implied)
    gdp = bend(free, yearly)
    return gdp, bend_shares(shares, anchor / np.repeat(gdp, QUARTERS, axis=1))


def _steady(draws: Draws, name: str, low: float, high: float, years: int, sigma: float) -> Array:
    """A share that differs between areas and wanders a little between years."""
    path: Array = draws.spread(name, low, high)[:, None] + draws.noise(name, years, sigma)
    return path


def _second_season(years: int) -> Array:
    return np.tile(np.array([0.99, 1.0, 0.998, 1.0]), years)


def _trend(pct: Array, gdp: Array) -> Array:
    """Budget revenue against product: what the cycle of revenue adds to that of product, damped."""
    steps = np.log1p(pct / 100) * 0.5
    steps[0] = 0.0
    path: Array = np.exp(np.cumsum(steps)) * (gdp / gdp[:, :1]) ** -0.4
    return path


def _index(pct: Array, draws: Draws, name: str, sigma_pct: float) -> Array:
    """An index of the first year = 1 that follows the cycle with own noise and an own lasting lead."""
    years = len(pct)
    own = draws.spread(f"{name}:lead_pct", -4.0, 6.0)[:, None] + draws.noise(f"{name}:growth", years, sigma_pct)
    steps = np.log1p((pct + own) / 100)
    steps[:, 0] = 0.0
    path: Array = np.exp(np.cumsum(steps, axis=1))
    return path


def _industry_growth(grid: Grid, draws: Draws, growth: Array, growth_ytd: Array, gap: Array) -> Array:
    yearly = growth[:, -grid.years :] + gap + draws.spread("industry_growth_gap_pp", -1.6, 1.9)[:, None]
    month = np.arange(1, MONTHS + 1)
    quarter = (month + 2) // 3 - 1
    within = growth_ytd.reshape(-1, grid.years, QUARTERS)
    within = (within - within[:, :, -1:])[:, :, quarter]
    fade = (1 - month / (MONTHS + 2)) * 1.1
    noise = draws.noise("industry_growth:months", grid.months, 1.0).reshape(-1, grid.years, MONTHS) * fade
    return np.round((yearly[:, :, None] + within * 1.15 + noise).reshape(-1, grid.months), 1)


def _investment(grid: Grid, draws: Draws, gdp: Array, pct: Array) -> tuple[Array, Array]:
    """Yearly amounts and released growth, year to date; the two are told apart as in real statistics."""
    own = draws.spread("investment:lead_pct", -5.0, 7.5)[:, None] + draws.noise("investment:growth", grid.years, 2.5)
    yearly_pct = pct + own
    steps = np.log1p(yearly_pct / 100)
    steps[:, 0] = 0.0
    ratio = draws.spread("investment_ratio", 0.26, 0.52)[:, None]
    amount = gdp[:, :1] * ratio * np.exp(np.cumsum(steps, axis=1))
    before = np.concatenate([yearly_pct[:, :1], yearly_pct[:, :-1]], axis=1)
    month = np.arange(1, MONTHS + 1)
    carry = 0.5 * (1 - month / MONTHS)
    path = yearly_pct[:, :, None] + (before - yearly_pct)[:, :, None] * carry
    path = path + draws.noise("investment:months", grid.months, 1.3).reshape(-1, grid.years, MONTHS) * (
        1.05 - month / MONTHS
    )
    return amount, np.round(path.reshape(-1, grid.months), 1)


def _province(profile: dict[str, Array], nominal: Array, cycle: dict[str, Array], own: slice) -> Array:
    lead = profile["province_gap_pp"][:, None] / 100 * np.arange(nominal.shape[1])
    national = np.cumsum(np.log1p((cycle["growth_pct"] + cycle["deflator_pct"]) / 100))[own]
    return profile["province_gdp_yi"][:, None] * _WAN_PER_YI * np.exp(national - national[0] + lead)


def _province_growth(
    grid: Grid, draws: Draws, profile: dict[str, Array], cycle: dict[str, Array], own: slice
) -> Array:
    yearly = cycle["growth_pct"][own] + profile["province_gap_pp"][:, None] + draws.noise("province", grid.years, 0.3)
    gap = np.stack([cycle[f"q{n}_gap_pp"][own] for n in (1, 2, 3)] + [np.zeros(grid.years)], axis=1).reshape(-1)
    return np.round(np.repeat(yearly, QUARTERS, axis=1) + gap, 1)
