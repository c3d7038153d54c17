"""xq1, gross product, industry and finance (quarterly): year to date."""

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, quarters)."""
    economy, quarters, years = world.economy, world.quarters, world.years
    product = sectors(world)
    industry = economy.va2_ytd * world.stretch(economy.industry, quarters)
    manufacturing = industry * world.stretch(economy.manufacturing, quarters)
    above_scale = industry * world.stretch(economy.above_scale, quarters)
    revenue = revenue_ytd(world)
    loans = manufacturing_loans(world)
    third = economy.gdp_ytd - economy.va1_ytd - economy.va2_ytd
    return {
        "xq1_gdp": product["gdp"],
        "xq1_gdp_growth": world.rate(economy.growth_ytd, 2),
        "xq1_va1": product["va1"],
        "xq1_va2": product["va2"],
        "xq1_va3": product["va3"],
        "xq1_va_ind": world.amount(industry),
        "xq1_va_manu": world.amount(manufacturing),
        "xq1_va_psvc": world.amount(
            third * world.stretch(world.share("producer_services", 0.42, 0.58, years), quarters)
        ),
        "xq1_va_hightech": world.amount(above_scale * world.stretch(hightech_share(world), quarters)),
        "xq1_va_sei": world.amount(economy.gdp_ytd * world.stretch(emerging_share(world), quarters)),
        "xq1_iva_scale": world.amount(above_scale),
        "xq1_ind_rev": world.amount(revenue),
        "xq1_ind_profit": world.amount(revenue * world.stretch(margin(world), quarters)),
        "xq1_loan_manu": world.amount(loans),
        "xq1_loan_manu_ml": world.amount(loans * world.toward("loan_long_share", 0.36, 0.52, 0.70, quarters)),
        "xq1_loan_manu_cr": world.amount(loans * world.toward("loan_credit_share", 0.16, 0.27, 0.40, quarters)),
        "xq1_gdp_prov_growth": world.rate(economy.province_growth_ytd),
        "xq1_ind_cost": world.amount(revenue * world.stretch(world.share("cost_ratio", 0.81, 0.865, years), quarters)),
    }


def sectors(world: World) -> dict[str, Array]:
    """Product and its three sectors as reported, adding up exactly; quarterly, read by xa1 too."""
    economy = world.economy
    gdp, first, second = (world.amount(x) for x in (economy.gdp_ytd, economy.va1_ytd, economy.va2_ytd))
    return {"gdp": gdp, "va1": first, "va2": second, "va3": gdp - first - second}


def revenue_ytd(world: World) -> Array:
    """Operating revenue of above-scale industry, quarterly, year to date; read by xa2 and xa4 too."""
    ratio = world.share("revenue_to_output", 0.955, 1.03, world.years)
    return world.at(world.economy.output_ytd, world.quarters) * world.stretch(ratio, world.quarters)


def margin(world: World) -> Array:
    """Profit on revenue, yearly."""
    return world.toward("profit_margin", 0.038, 0.072, 0.11, world.years)


def hightech_share(world: World) -> Array:
    """High-tech manufacturing in above-scale industry, yearly."""
    return world.toward("hightech_share", 0.12, 0.38, 0.52, world.years)


def emerging_share(world: World) -> Array:
    """Strategic emerging industries in product, yearly."""
    return world.toward("emerging_share", 0.12, 0.27, 0.42, world.years)


def manufacturing_loans(world: World) -> Array:
    """Loans to manufacturing at the end of each quarter."""
    base = world.economy.gdp[:, :1] * world.draws.spread("manufacturing_loans", 0.14, 0.24)[:, None]
    return base * world.rising("loan_growth", 0.97, 1.03, 0.11, world.quarters, rough=0.005)
