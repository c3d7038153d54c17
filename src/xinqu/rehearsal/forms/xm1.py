"""xm1, main economic indicators (monthly): all year to date."""

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, months)."""
    economy, months, years = world.economy, world.all_months, world.years
    output, investment, revenue = economy.output_ytd, economy.investment_ytd, economy.revenue_ytd

    def of(whole: Array, name: str, low: float, high: float) -> Array:
        return whole * world.stretch(world.share(name, low, high, years), months)

    sales = of(output, "sales_ratio", 0.955, 0.995)
    industrial = of(investment, "investment_industrial", 0.24, 0.42)
    technical = industrial * world.stretch(technical_share(world), months)
    revenue_tax = of(revenue, "revenue_tax_share", 0.74, 0.87)
    exports, imports = world.amount(economy.exports_ytd), world.amount(economy.imports_ytd)
    electricity = electricity_ytd(world)
    product_by_month = world.months("retail", economy.gdp, rough=0.03)
    loans = economy.gdp[:, :1] * world.rising("loans", 1.0, 1.7, 0.095, months, rough=0.002)
    return {
        "xm1_iva_growth": world.rate(economy.industry_growth_ytd),
        "xm1_output": world.amount(output),
        "xm1_sales": world.amount(sales),
        "xm1_export_deliv": world.amount(of(sales, "export_delivery_share", 0.06, 0.24)),
        "xm1_fai": world.amount(investment),
        "xm1_fai_growth": world.rate(economy.investment_growth_ytd),
        "xm1_fai_ind": world.amount(industrial),
        "xm1_fai_manu": world.amount(of(industrial, "investment_manufacturing", 0.72, 0.9)),
        "xm1_fai_tech": world.amount(technical),
        "xm1_fai_private": world.amount(of(investment, "investment_private", 0.30, 0.52)),
        "xm1_fai_infra": world.amount(of(investment, "investment_infrastructure", 0.14, 0.27)),
        "xm1_fai_estate": world.amount(
            of(investment, "investment_estate", 0.13, 0.28) * world.stretch(_estate(world), months)
        ),
        "xm1_retail": world.amount(of(product_by_month, "retail_ratio", 0.13, 0.24)),
        "xm1_rev": world.amount(revenue),
        "xm1_rev_tax": world.amount(revenue_tax),
        "xm1_exp": world.amount(economy.spending_ytd),
        "xm1_exports": exports,
        "xm1_imports": imports,
        "xm1_trade": exports + imports,
        "xm1_fdi_used": world.amount(economy.fdi_ytd),
        "xm1_elec": world.amount(electricity),
        "xm1_elec_ind": world.amount(of(electricity, "electricity_industrial", 0.52, 0.72)),
        "xm1_new_ent": world.amount(new_enterprises_ytd(world)),
        "xm1_loans": world.amount(loans),
    }


def technical_share(world: World) -> Array:
    """Technical transformation as a share of industrial investment; yearly, read by xa2 too."""
    return world.toward("technical_share", 0.13, 0.29, 0.40, world.years)


def electricity_ytd(world: World) -> Array:
    """Electricity of the whole society in 万 kWh, monthly, year to date."""
    intensity = world.rising("electricity_intensity", 0.042, 0.066, 0.0, world.years)
    return world.months("electricity", world.economy.gdp * intensity, rough=0.02)


def new_enterprises_ytd(world: World) -> Array:
    """Enterprises newly registered, monthly, year to date; read by xq2 too."""
    yearly = enterprise_base(world) * world.share("enterprise_birth", 0.13, 0.19, world.years, sigma=0.006)
    return world.months("new_enterprises", yearly, rough=0.05)


def enterprise_base(world: World) -> Array:
    """Enterprises at the start of each year, by residents and product."""
    density = world.draws.spread("enterprise_density", 250.0, 430.0)[:, None]
    return world.territory.residents_before * density * world.rising("enterprise_base", 0.9, 1.1, 0.055, world.years)


def _estate(world: World) -> Array:
    """Real-estate investment has fallen with sales since the first year."""
    pct = world.cycle["housing_pct"]
    falls: Array = 1 + pct[None, :] * 0.01
    falls[:, 0] = 1.0
    return falls.cumprod(axis=1)
