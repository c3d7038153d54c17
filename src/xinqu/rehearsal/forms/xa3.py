"""xa3, science, technology and intellectual property (annual)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    economy, years, size = world.economy, world.years, world.size
    research = economy.gdp * world.toward("rd_intensity", 0.021, 0.043, 0.06, years)
    patents = world.territory.residents * world.toward("patents_high", 5.0, 20.0, 60.0, years)
    stock = patents / world.share("patents_high_share", 0.36, 0.5, years)
    income = size * world.rising("transfer_income", 9_000.0, 30_000.0, 0.09, years)
    cases = world.amount(size * world.rising("ip_cases", 160.0, 420.0, 0.04, years))
    eligible = world.amount(size * world.rising("rights_eligible", 48.0, 110.0, 0.05, years))
    granted = np.floor(
        eligible * np.clip(world.rate(world.adopting("rights_granted", 0.06, 0.2, 0.60, years), 4), 0, 0.95)
    )
    owned = np.floor(granted * 0.55)
    return {
        "xa3_rd": world.amount(research),
        "xa3_rd_ent": world.amount(research * world.share("rd_enterprise", 0.68, 0.86, years)),
        "xa3_rd_basic": world.amount(research * world.share("rd_basic", 0.04, 0.11, years)),
        "xa3_rd_fte": world.amount(research / world.share("rd_per_head", 42.0, 62.0, years, sigma=0.6)),
        "xa3_pat_inv": world.amount(stock * world.share("patents_granted", 0.16, 0.24, years)),
        "xa3_pat_stock": world.amount(stock),
        "xa3_pat_high": world.amount(patents),
        "xa3_pct_app": world.amount(size * world.rising("pct", 70.0, 220.0, 0.06, years)),
        "xa3_ip_lic": world.amount(stock * world.share("patents_licensed", 0.06, 0.12, years)),
        "xa3_ip_pledge": world.amount(size * world.rising("pledge", 42_000.0, 110_000.0, 0.13, years, rough=0.04)),
        "xa3_ip_case": cases,
        "xa3_ip_case_done": np.floor(cases * world.rate(world.share("ip_cases_done", 0.9, 0.985, years), 4)),
        "xa3_tech_contract": world.amount(economy.gdp * world.toward("technology_contracts", 0.02, 0.062, 0.15, years)),
        "xa3_trans_n": world.amount(size * world.rising("transfers", 60.0, 150.0, 0.08, years)),
        "xa3_trans_income": world.amount(income),
        "xa3_trans_reward": world.amount(income * world.share("transfer_reward", 0.52, 0.74, years, sigma=0.008)),
        "xa3_right_own": owned,
        "xa3_right_use": granted - owned,
        "xa3_right_elig": eligible,
        "xa3_ip_ent": world.amount(size * world.rising("ip_enterprises", 26.0, 64.0, 0.08, years)),
    }
