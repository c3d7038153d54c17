"""xa2, industry and cultivation of enterprises (annual)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.forms.xm1 import items as monthly_items
from xinqu.rehearsal.forms.xq1 import emerging_share, hightech_share, margin, revenue_ytd
from xinqu.rehearsal.forms.xq2 import enterprise_stock
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    economy, years, size = world.economy, world.years, world.size
    above_scale = economy.va2_ytd[:, 3::4] * economy.industry * economy.above_scale
    revenue = revenue_ytd(world)[:, 3::4]
    enterprises = world.at(enterprise_stock(world), years)
    december = {code: value[:, 11::12] for code, value in monthly_items(world).items()}
    weak = size * world.rising("chain_weak", 16.0, 40.0, -0.06, years)
    output = december["xm1_output"]

    def ladder(name: str, low: float, high: float, growth: float) -> Array:
        return np.minimum(world.amount(size * world.rising(name, low, high, growth, years)), world.amount(enterprises))

    high_new = enterprises * world.toward("high_new_enterprises", 0.008, 0.021, 0.05, years)
    return {
        "xa2_scale_n": world.amount(scale_enterprises(world)),
        "xa2_scale_va": world.amount(above_scale),
        "xa2_scale_emp": world.amount(above_scale / world.share("value_added_per_head", 34.0, 58.0, years, sigma=0.6)),
        "xa2_scale_rev": world.amount(revenue),
        "xa2_scale_profit": world.amount(revenue * margin(world)),
        "xa2_scale_tax": world.amount(industrial_tax(world)),
        "xa2_hightech_va": world.amount(above_scale * hightech_share(world)),
        "xa2_sei_va": world.amount(economy.gdp * emerging_share(world)),
        "xa2_newprod": world.amount(revenue * world.share("new_products", 0.16, 0.34, years, sigma=0.006)),
        "xa2_ent_high": world.amount(high_new),
        "xa2_ent_all": world.amount(enterprises),
        "xa2_gazelle": ladder("gazelles", 12.0, 36.0, 0.09),
        "xa2_giant": ladder("little_giants", 10.0, 30.0, 0.14),
        "xa2_champion": ladder("champions", 1.6, 5.0, 0.1),
        "xa2_chain_nodes": world.amount(size * world.rising("chain_nodes", 230.0, 410.0, 0.04, years)),
        "xa2_chain_weak": world.amount(weak),
        "xa2_chain_fixed": world.amount(weak * world.share("chain_fixed", 0.1, 0.24, years, sigma=0.02)),
        "xa2_cluster_out": np.floor(output * world.rate(world.share("cluster_share", 0.34, 0.58, years), 4)),
        "xa2_lead_out": np.floor(output * world.rate(world.share("leading_share", 0.58, 0.82, years), 4)),
        "xa2_ind_out": output,
        "xa2_tech_inv": december["xm1_fai_tech"],
        "xa2_ind_inv": december["xm1_fai_ind"],
        "xa2_firstset": world.amount(size * world.rising("first_sets", 5.0, 16.0, 0.08, years)),
        "xa2_firstset_sale": world.amount(size * world.rising("first_set_sales", 32_000.0, 90_000.0, 0.1, years)),
        "xa2_block_n": world.amount(size * world.rising("blockchain", 5.0, 14.0, 0.1, years)),
    }


def scale_enterprises(world: World) -> Array:
    """Above-scale industrial enterprises: output over an average size; yearly."""
    average = world.rising("scale_output", 38_000.0, 72_000.0, 0.012, world.years)
    return world.economy.output / average


def industrial_tax(world: World) -> Array:
    """Taxes of above-scale industry; yearly, read by xa4 too."""
    return revenue_ytd(world)[:, 3::4] * world.share("industrial_tax", 0.032, 0.047, world.years, sigma=0.0006)
