"""xa10, cross-regional cooperation (annual): the agreement ledger, own part and partners' part adding up exactly."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    years, size = world.years, world.size
    agreements = world.count(world.rising("agreements", 5.0, 13.0, 0.07, years))
    invested = size * world.rising("joint_investment", 120_000.0, 380_000.0, 0.08, years)
    taxed = size * world.rising("joint_tax", 3_000.0, 9_500.0, 0.08, years)
    output = size * world.rising("joint_output", 150_000.0, 460_000.0, 0.08, years)
    share = world.share("own_share", 0.5, 0.68, years)
    return {
        "xa10_agr_n": agreements,
        "xa10_park_n": np.floor(agreements * world.rate(world.share("joint_parks", 0.25, 0.5, years), 4)),
        **_ledger(world, "xa10_inv", invested, share),
        **_ledger(world, "xa10_tax", taxed, share),
        **_ledger(world, "xa10_out", output, share),
        "xa10_trans_n": world.amount(size * world.rising("transfer_projects", 9.0, 22.0, 0.05, years)),
        "xa10_trans_inv": world.amount(
            size * world.rising("transfer_investment", 130_000.0, 330_000.0, 0.07, years, rough=0.05)
        ),
    }


def _ledger(world: World, stem: str, total: Array, share: Array) -> dict[str, Array]:
    own, partner = world.count(total * share), world.count(total * (1 - share))
    return {f"{stem}_total": own + partner, f"{stem}_own": own, f"{stem}_partner": partner}
