"""Latent economy of each area: product, industry, investment, budget, trade; before rounding and scope."""

from dataclasses import dataclass

import numpy as np

from xinqu.rehearsal.draws import Array, Draws
from xinqu.rehearsal.grid import MONTHS, Grid
from xinqu.rehearsal.product import QUARTERS, WAN_PER_YI, Product, grow_product
from xinqu.rehearsal.profiles import read_cycle
from xinqu.rehearsal.stories import Stories

# how a year's amount spreads over its months
MONTH_INDUSTRY = np.array([7.5, 6.7, 8.7, 8.1, 8.3, 8.9, 8.1, 8.2, 8.6, 8.5, 8.8, 9.6])
MONTH_INVESTMENT = np.array([4.2, 4.4, 8.2, 8.3, 8.9, 11.2, 8.4, 8.5, 9.9, 8.8, 8.9, 10.3])
MONTH_REVENUE = np.array([10.6, 7.4, 7.9, 8.6, 8.0, 9.3, 8.9, 7.1, 8.0, 8.7, 7.3, 8.2])
MONTH_SPENDING = np.array([7.0, 7.2, 9.0, 7.7, 7.9, 10.1, 7.6, 7.7, 9.3, 7.2, 8.2, 11.1])
MONTH_TRADE = np.array([7.8, 6.8, 8.4, 8.3, 8.4, 8.6, 8.6, 8.7, 8.8, 8.2, 8.6, 8.8])
MONTH_FLAT = np.array([8.6, 7.2, 8.6, 8.2, 8.2, 8.3, 8.6, 8.7, 8.2, 8.1, 8.3, 9.0])


@dataclass(frozen=True)
class Economy(Product):
    """Product, and what hangs on it. Yearly: shape (areas, years); ``_ytd`` from here on monthly, cumulated in the year.

    Money in 万元 at current prices, foreign capital in 万美元, growth in percent as released.
    """

    industry: Array  # value added of industry as a share of the secondary sector, yearly
    manufacturing: Array  # as a share of industry, yearly
    above_scale: Array  # as a share of industry, yearly
    output: Array  # above-scale output value, yearly
    output_ytd: Array
    industry_growth_ytd: Array
    investment_ytd: Array
    investment_growth_ytd: Array
    revenue: Array  # general public budget, yearly
    revenue_ytd: Array
    spending_ytd: Array
    exports_ytd: Array
    imports_ytd: Array
    fdi_ytd: Array


def grow(grid: Grid, draws: Draws, profile: dict[str, Array], anchor: dict[str, Array], stories: Stories) -> Economy:
    """Grow the economy of every area; ``stories`` revise some year-to-date figures downwards (see grow_product)."""
    product = grow_product(grid, draws, profile, anchor)
    cycle = read_cycle(range(grid.first_year, grid.first_year + grid.years))
    return Economy(
        **vars(product),
        **_industry(grid, draws, product, cycle),
        **_investment(grid, draws, product.gdp, cycle["investment_pct"], stories),
        **_budget(draws, product.gdp, cycle["revenue_pct"], stories),
        **_trade(draws, profile, product.gdp, cycle),
    )


def spread_over_months(draws: Draws, name: str, yearly: Array, weights: Array, rough: float) -> Array:
    """Return year-to-date months of ``yearly`` amounts; shape (areas, 12 x years); December equals the year."""
    areas, years = yearly.shape
    weight = np.tile(weights, years) * np.exp(draws.noise(f"{name}:months", MONTHS * years, rough))
    ytd = weight.reshape(areas, years, MONTHS).cumsum(axis=2)
    spread: Array = (yearly[:, :, None] * ytd / ytd[:, :, -1:]).reshape(areas, years * MONTHS)
    return spread


def _industry(grid: Grid, draws: Draws, product: Product, cycle: dict[str, Array]) -> dict[str, Array]:
    years = grid.years
    industry = _steady(draws, "industry_share", 0.82, 0.93, years, 0.004)
    above_scale = _steady(draws, "above_scale_share", 0.90, 0.96, years, 0.004)
    second = product.va2_ytd[:, QUARTERS - 1 :: QUARTERS]
    output = second * industry * above_scale / _steady(draws, "value_added_rate", 0.205, 0.255, years, 0.003)
    return {
        "industry": industry,
        "manufacturing": _steady(draws, "manufacturing_share", 0.88, 0.95, years, 0.003),
        "above_scale": above_scale,
        "output": output,
        "output_ytd": spread_over_months(draws, "output", output, MONTH_INDUSTRY, 0.02),
        "industry_growth_ytd": _industry_growth(grid, draws, product, cycle["industry_gap_pp"]),
    }


def _budget(draws: Draws, gdp: Array, pct: Array, stories: Stories) -> dict[str, Array]:
    revenue = gdp * draws.spread("revenue_ratio", 0.072, 0.112)[:, None] * _trend(pct, gdp)
    spending = revenue * _steady(draws, "spending_ratio", 1.12, 1.62, gdp.shape[1], 0.02)
    months = spread_over_months(draws, "revenue", revenue, MONTH_REVENUE, 0.05)
    return {
        "revenue": revenue,
        "revenue_ytd": stories.lower("xm1_rev", months),
        "spending_ytd": spread_over_months(draws, "spending", spending, MONTH_SPENDING, 0.05),
    }


def _trade(draws: Draws, profile: dict[str, Array], gdp: Array, cycle: dict[str, Array]) -> dict[str, Array]:
    trade = gdp[:, :1] * profile["trade_pct"][:, None] / 100 * _index(cycle["trade_pct"], draws, "trade", 4.5)
    fdi = profile["fdi_yi_usd"][:, None] * WAN_PER_YI * _index(cycle["fdi_pct"], draws, "fdi", 7.0)
    export_share = _steady(draws, "export_share", 0.46, 0.68, gdp.shape[1], 0.01)
    return {
        "exports_ytd": spread_over_months(draws, "exports", trade * export_share, MONTH_TRADE, 0.04),
        "imports_ytd": spread_over_months(draws, "imports", trade * (1 - export_share), MONTH_TRADE, 0.05),
        "fdi_ytd": spread_over_months(draws, "fdi", fdi, MONTH_FLAT, 0.2),
    }


def _steady(draws: Draws, name: str, low: float, high: float, years: int, sigma: float) -> Array:
    """A share that differs between areas and wanders a little between years."""
    path: Array = draws.spread(name, low, high)[:, None] + draws.noise(name, years, sigma)
    return path


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


def _industry_growth(grid: Grid, draws: Draws, product: Product, gap: Array) -> Array:
    """Released growth of above-scale industry: that of product, an own lead, and what fades within the year."""
    yearly = product.growth + gap + draws.spread("industry_growth_gap_pp", -1.6, 1.9)[:, None]
    month = np.arange(1, MONTHS + 1)
    quarter = (month + 2) // 3 - 1
    within = product.growth_ytd.reshape(-1, grid.years, QUARTERS)
    within = (within - within[:, :, -1:])[:, :, quarter]
    fade = (1 - month / (MONTHS + 2)) * 1.1
    noise = draws.noise("industry_growth:months", grid.months, 1.0).reshape(-1, grid.years, MONTHS) * fade
    return np.round((yearly[:, :, None] + within * 1.15 + noise).reshape(-1, grid.months), 1)


def _investment(grid: Grid, draws: Draws, gdp: Array, pct: Array, stories: Stories) -> dict[str, Array]:
    """Amounts and released growth, year to date; the one is not the growth of the other, as in real statistics."""
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
    months = spread_over_months(draws, "investment", amount, MONTH_INVESTMENT, 0.05)
    return {
        "investment_ytd": stories.lower("xm1_fai", months),
        "investment_growth_ytd": np.round(path.reshape(-1, grid.months), 1),
    }
