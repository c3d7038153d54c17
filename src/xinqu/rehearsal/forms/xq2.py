"""xq2, market entities and supervision (quarterly)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.forms.xm1 import enterprise_base, new_enterprises_ytd
from xinqu.rehearsal.world import World

_YTD = np.array([0.2, 0.48, 0.76, 1.0])


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, quarters)."""
    quarters, years = world.quarters, world.years
    stock = enterprise_stock(world)
    new = world.at(new_enterprises_ytd(world), quarters)
    plan = world.stretch(enterprise_base(world) * world.share("inspection_plan", 0.030, 0.042, years), quarters)
    done = plan * np.tile(_YTD, years) * world.stretch(world.share("inspection_done", 0.93, 1.04, years), quarters)

    def of(whole: Array, name: str, low: float, high: float) -> Array:
        return world.amount(whole * world.stretch(world.share(name, low, high, years, sigma=0.002), quarters))

    class_a = stock * world.stretch(world.share("credit_a", 0.52, 0.6, years), quarters)
    class_d = stock * world.stretch(world.share("credit_d", 0.012, 0.024, years, sigma=0.001), quarters)
    looked_d = class_d * 0.22 * np.tile(_YTD, years)
    looked_a = class_a * 0.016 * np.tile(_YTD, years)
    return {
        "xq2_ent_stock": world.amount(stock),
        "xq2_ent_new": world.amount(new),
        "xq2_ent_closed": world.amount(closed_ytd(world)),
        "xq2_start_days": world.rate(world.toward("start_days", 0.9, 2.6, 0.5, quarters)),
        "xq2_start_cases": world.amount(new * 0.97),
        "xq2_rand_items": world.count(world.rising("inspection_items", 180.0, 360.0, 0.03, quarters)),
        "xq2_rand_plan": world.amount(plan),
        "xq2_rand_done": world.amount(done),
        "xq2_rand_joint": of(done, "inspection_joint", 0.3, 0.5),
        "xq2_rand_found": of(done, "inspection_found", 0.06, 0.11),
        "xq2_rand_pub": of(done, "inspection_published", 0.958, 0.998),
        "xq2_off_plan": of(done, "inspection_off_plan", 0.08, 0.2),
        "xq2_cap_breach": world.count(_breaches(world)),
        "xq2_cls_a": world.amount(class_a),
        "xq2_cls_b": world.amount(stock * world.stretch(world.share("credit_b", 0.22, 0.28, years), quarters)),
        "xq2_cls_c": world.amount(stock * world.stretch(world.share("credit_c", 0.06, 0.09, years), quarters)),
        "xq2_cls_d": world.amount(class_d),
        "xq2_insp_d": world.amount(looked_d),
        "xq2_found_d": of(looked_d, "found_d", 0.24, 0.36),
        "xq2_insp_a": world.amount(looked_a),
        "xq2_found_a": of(looked_a, "found_a", 0.035, 0.07),
        "xq2_tol_cases": of(done, "tolerance_cases", 0.02, 0.06),
    }


def enterprise_stock(world: World) -> Array:
    """Enterprises at the end of each quarter: the base of the first year and all that came and went; read by xa2 too."""
    new, closed = world.at(new_enterprises_ytd(world), world.quarters), closed_ytd(world)
    net = (new - closed).reshape(-1, world.years, 4)
    years_before = np.concatenate([np.zeros_like(net[:, :1, -1]), net[:, :-1, -1].cumsum(axis=1)], axis=1)
    start = enterprise_base(world)[:, :1]
    return start + (years_before[:, :, None] + net).reshape(len(start), -1)


def closed_ytd(world: World) -> Array:
    """Enterprises deregistered, quarterly, year to date."""
    yearly = enterprise_base(world) * world.share("enterprise_death", 0.07, 0.11, world.years, sigma=0.004)
    return world.at(world.months("closed_enterprises", yearly, rough=0.05), world.quarters)


def _breaches(world: World) -> Array:
    """Enterprises inspected more often than the cap: none, but for a few areas in a few years."""
    return world.stretch(2 * world.rare("frequency_cap", world.years, 0.03), world.quarters)
