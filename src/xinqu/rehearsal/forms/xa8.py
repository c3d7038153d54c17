"""xa8, organisation and powers (annual): organisations and posts, no persons."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.forms.xh2 import powers_granted, powers_in_force
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    years = world.years
    steady = np.ones(years)
    bodies_cap = world.count(world.draws.spread("bodies_cap", 14.0, 24.0)[:, None] * steady)
    posts_cap = world.count(world.draws.spread("posts_cap", 420.0, 1250.0)[:, None] * steady)
    bodies = np.floor(bodies_cap * world.rate(world.share("bodies", 0.88, 1.0, years, sigma=0.0), 4))
    posts = np.floor(posts_cap * world.rate(world.share("posts", 0.88, 0.985, years), 4))
    duties = world.count(world.rising("duties", 1700.0, 3600.0, 0.02, years))
    parks = world.count(world.draws.spread("parks", 5.0, 14.0)[:, None] * steady)
    return {
        "xa8_org_units": bodies,
        "xa8_org_cap": bodies_cap,
        "xa8_posts": posts,
        "xa8_posts_cap": posts_cap,
        "xa8_posts_appoint": np.floor(posts * world.rate(world.toward("posts_appointed", 0.32, 0.58, 0.85, years), 4)),
        "xa8_pay_scheme": np.floor(bodies * world.rate(world.share("pay_scheme", 0.6, 0.95, years), 4)),
        "xa8_duty_items": duties,
        "xa8_duty_pub": np.floor(duties * world.rate(world.share("duties_published", 0.95, 1.0, years), 4)),
        "xa8_pow_total": powers_granted(world)[:, 1::2],
        "xa8_pow_taken": powers_in_force(world)[:, 1::2],
        "xa8_parks_n": parks,
        "xa8_parks_unified": np.floor(parks * world.rate(world.share("parks_unified", 0.55, 0.95, years), 4)),
    }
