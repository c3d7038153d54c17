"""xq3, opening-up (quarterly): year to date."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, quarters)."""
    economy, quarters, years = world.economy, world.quarters, world.years
    fdi = world.at(economy.fdi_ytd, quarters)
    exports, imports = world.at(economy.exports_ytd, quarters), world.at(economy.imports_ytd, quarters)
    trade = exports + imports
    headquarters = world.profile["hq_n"]
    offices = (headquarters * 0.9 + 2) * world.draws.spread("functional_start", 0.8, 1.2)
    bonded = trade * world.stretch(world.share("bonded_share", 0.16, 0.38, years), quarters)
    payments = world.at(
        world.months("payments", world.size * world.rising("payments", 420.0, 900.0, 0.12, years)), quarters
    )
    policies = world.at(
        world.months("policies", world.size * world.rising("policies", 60.0, 150.0, 0.09, years)), quarters
    )
    trains = world.at(world.months("trains", world.rising("trains", 130.0, 620.0, 0.08, years)), quarters)
    foreign = world.months(
        "foreign_enterprises", world.profile["fdi_yi_usd"][:, None] * world.rising("foreign", 4.0, 7.0, 0.01, years)
    )
    import_hours = world.toward("import_hours", 24.0, 46.0, 12.0, quarters)
    return {
        "xq3_fdi_new": world.amount(world.at(foreign, quarters)),
        "xq3_fdi_contract": world.amount(
            fdi * world.stretch(world.share("contracted", 1.6, 2.6, years, sigma=0.05), quarters)
        ),
        "xq3_fdi_used": world.amount(fdi),
        "xq3_fdi_manu": world.amount(
            fdi * world.stretch(world.share("fdi_manufacturing", 0.24, 0.42, years), quarters)
        ),
        "xq3_fdi_hightech": world.amount(fdi * world.toward("fdi_hightech", 0.22, 0.42, 0.60, quarters)),
        "xq3_fproj_n": world.count(
            2 + world.profile["fdi_yi_usd"][:, None] * 0.9 * world.rising("foreign_projects", 0.9, 1.2, 0.04, quarters)
        ),
        "xq3_hq_n": _bodies(world, "headquarters", headquarters, 95.0),
        "xq3_func_n": _bodies(world, "functional", offices, 105.0),
        "xq3_fx_n": world.only(world.amount(payments), "pilot"),
        "xq3_fx_amt": world.only(world.amount(payments * 18), "pilot"),
        "xq3_fx_bad": world.only(world.amount(payments * 0.003), "pilot"),
        "xq3_ex": world.amount(exports),
        "xq3_im": world.amount(imports),
        "xq3_bond_trade": world.only(world.amount(bonded), "bonded"),
        "xq3_ecom_trade": world.amount(trade * world.toward("ecommerce_share", 0.03, 0.09, 0.16, quarters)),
        "xq3_tgi_n": world.only(world.amount(policies), "bonded"),
        "xq3_tgi_amt": world.only(world.amount(policies * 620), "bonded"),
        "xq3_trains": world.only(world.amount(trains), "trains"),
        "xq3_im_hours": world.rate(import_hours),
        "xq3_ex_hours": world.rate(import_hours * np.clip(world.share("export_hours", 0.03, 0.2, quarters), 0.02, 0.5)),
    }


def _bodies(world: World, name: str, start: Array, goal: float) -> Array:
    """Bodies of multinationals: from ``start`` (areas,) towards a goal, those that have many towards a higher one."""
    higher = np.maximum(start * 1.4, goal)
    path = world.draws.toward(name, start, higher, world.quarters, world.years)
    return world.count(np.maximum(path, 0.0))
