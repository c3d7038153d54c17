"""xa7, public finance and provincial support (annual): final accounts, a little off the December report."""

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World

_FINAL = 0.003  # noise of final accounts against budget execution


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    economy, years, size = world.economy, world.years, world.size
    revenue = world.at(economy.revenue_ytd, years) * (1 + world.draws.noise("final_revenue", years, _FINAL))
    spending = world.at(economy.spending_ytd, years) * (1 + world.draws.noise("final_spending", years, _FINAL))
    promised = size * world.rising("support", 22_000.0, 64_000.0, 0.04, years)
    arrived = promised * world.share("support_arrived", 0.91, 1.0, years, sigma=0.008)
    procurement = spending * world.share("procurement", 0.085, 0.14, years)
    return {
        "xa7_rev": world.amount(revenue),
        "xa7_rev_tax": world.amount(revenue * world.share("revenue_tax_share", 0.74, 0.87, years)),
        "xa7_exp": world.amount(spending),
        "xa7_exp_sci": world.amount(spending * world.share("spending_science", 0.045, 0.085, years)),
        "xa7_exp_edu": world.amount(spending * world.share("spending_education", 0.13, 0.18, years)),
        "xa7_exp_live": world.amount(spending * world.share("spending_livelihood", 0.7, 0.82, years)),
        "xa7_prov_sup": world.amount(arrived),
        "xa7_prov_prom": world.amount(promised),
        "xa7_prov_plat": world.amount(arrived * world.share("support_platforms", 0.16, 0.3, years)),
        "xa7_fund_rev": world.amount(revenue * _land_sales(world)),
        "xa7_proc_total": world.amount(procurement),
        "xa7_proc_innov": world.amount(procurement * world.share("procurement_new", 0.07, 0.16, years)),
    }


def _land_sales(world: World) -> Array:
    """Fund revenue against budget revenue; it follows the housing market."""
    ratio = world.share("fund_ratio", 0.45, 0.85, world.years, sigma=0.02)
    market: Array = (1 + world.cycle["housing_pct"] / 100 * 0.8).cumprod()
    path: Array = ratio * market / market[0]
    return path
