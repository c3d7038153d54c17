"""Exact chances of counts under an honest model, and how many tests they are corrected for."""

import math
from collections.abc import Sequence


def at_least(hits: int, trials: int, share: float) -> float:
    """Return the probability of ``hits`` or more of ``trials`` when each hits with probability ``share``.

    Summed from the larger side in logarithms, so that 10,000 trials neither overflow nor underflow.
    """
    if hits <= 0:
        return 1.0
    if hits > trials or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    return min(1.0, math.fsum(math.exp(_log_mass(k, trials, share)) for k in range(hits, trials + 1)))


def _log_mass(hits: int, trials: int, share: float) -> float:
    choose = math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
    return choose + hits * math.log(share) + (trials - hits) * math.log1p(-share)


def holm(chances: Sequence[float]) -> list[float]:
    """Return chances corrected for how many were looked at (S. Holm, Scandinavian Journal of Statistics 6, 1979).

    The probability that honest data raise any signal of the family at a level is then at most that level.
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    corrected, least = [0.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, chances[place] * (len(chances) - rank)))
        corrected[place] = least
    return corrected
