"""xh1, innovation platforms and talent (half-year): institutions and posts, no persons."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World

_HALF_YEAR = np.array([0.44, 1.0])


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, half-years)."""
    halves, years, size = world.halves, world.years, world.size

    def stock(name: str, low: float, high: float, growth: float) -> Array:
        return world.count(size * world.rising(name, low, high, growth, halves))

    national, provincial = stock("platforms_national", 6.0, 14.0, 0.07), stock("platforms_provincial", 30.0, 60.0, 0.08)
    institutes = size * world.rising("institutes", 14.0, 30.0, 0.07, halves)
    listed = world.count(size * world.rising("bottlenecks", 18.0, 34.0, 0.03, halves))
    broken = world.rate(world.adopting("bottlenecks_broken", 0.10, 0.28, 0.82, halves), 4)
    funds = world.economy.gdp * world.rising("fund_investment", 0.006, 0.016, 0.07, years)
    return {
        "xh1_pf_nat": national,
        "xh1_pf_prov": provincial,
        "xh1_pf_total": national + provincial + stock("platforms_other", 8.0, 24.0, 0.05),
        "xh1_rd_inst": world.count(institutes),
        "xh1_rd_inst_univ": world.count(
            institutes * world.stretch(world.share("institutes_university", 0.45, 0.65, years), halves)
        ),
        "xh1_bigfac": world.count(size * world.rising("large_facilities", 0.1, 1.6, 0.05, halves)),
        "xh1_natproj": stock("national_projects", 8.0, 18.0, 0.08),
        "xh1_pubplat": stock("public_platforms", 6.0, 13.0, 0.08),
        "xh1_consort": stock("consortia", 2.5, 7.0, 0.12),
        "xh1_mic": world.count(size * world.rising("innovation_centres", 0.6, 2.0, 0.1, halves)),
        "xh1_neck_n": listed,
        "xh1_neck_done": np.floor(listed * np.clip(broken, 0, 1)),
        "xh1_offshore": stock("offshore_bases", 0.8, 3.0, 0.08),
        "xh1_oversea_posts": stock("overseas_posts", 240.0, 620.0, 0.05),
        "xh1_parttime_posts": stock("part_time_posts", 90.0, 210.0, 0.08),
        "xh1_permit_days": world.rate(world.toward("permit_days", 6.0, 13.0, 4.0, halves)),
        "xh1_vc_n": stock("funds", 24.0, 70.0, 0.07),
        "xh1_vc_inv": world.amount(world.stretch(funds, halves) * np.tile(_HALF_YEAR, years)),
    }
