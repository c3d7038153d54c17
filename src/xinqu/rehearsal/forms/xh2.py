"""xh2, reform, experience and replication of free-trade-zone practice (half-year)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World

_HALF_YEAR = np.array([0.42, 0.86])


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, half-years)."""
    halves, years = world.halves, world.years
    reforms = world.count(world.stretch(world.rising("reforms", 44.0, 82.0, 0.03, years), halves))
    finished = world.rate(
        world.stretch(world.share("reforms_finished", 0.9, 1.1, years, sigma=0.03), halves)
        * np.tile(_HALF_YEAR, years),
        4,
    )
    experiences = world.rising("experiences", 9.0, 26.0, 0.12, halves)
    zone = world.count(world.rising("zone_practice", 190.0, 270.0, 0.05, halves))
    adopted = np.floor(zone * np.clip(world.rate(world.adopting("zone_adopted", 0.58, 0.80, 1.0, halves), 4), 0, 0.98))
    capitals = world.count(world.rising("capital_practice", 60.0, 95.0, 0.06, halves))
    powers = powers_in_force(world)
    return {
        "xh2_ref_n": reforms,
        "xh2_ref_done": np.floor(reforms * np.minimum(finished, 1.0)),
        "xh2_exp_n": world.count(experiences),
        "xh2_exp_out": np.minimum(
            world.count(experiences * world.toward("experience_adopted", 0.14, 0.34, 0.75, halves)),
            world.count(experiences),
        ),
        "xh2_ftz_app": zone,
        "xh2_ftz_adopt": adopted,
        "xh2_ftz_ver": np.floor(adopted * world.rate(world.share("zone_verified", 0.6, 0.85, halves), 4)),
        "xh2_bjsh_app": capitals,
        "xh2_bjsh_adopt": np.floor(
            capitals * np.clip(world.rate(world.toward("capital_adopted", 0.55, 0.78, 1.0, halves), 4), 0, 0.98)
        ),
        "xh2_pow_n": powers,
        "xh2_pow_used": np.floor(powers * world.rate(world.share("powers_used", 0.62, 0.85, halves), 4)),
        "xh2_pow_back": world.count(world.rare("powers_back", halves, 0.15)),
    }


def powers_granted(world: World) -> Array:
    """Powers granted by document, half-yearly; read by xa8 too."""
    return world.count(world.rising("powers_granted", 150.0, 340.0, 0.06, world.halves))


def powers_in_force(world: World) -> Array:
    """Powers taken over in practice, half-yearly; the second half of a year is what xa8 reports."""
    taken = world.rate(world.toward("powers_taken", 0.66, 0.86, 1.0, world.halves), 4)
    return np.floor(powers_granted(world) * np.clip(taken, 0, 1))
