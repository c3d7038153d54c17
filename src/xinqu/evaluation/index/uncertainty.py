"""How sure a rank is: 1,000 recomputations with other weights and another normalisation, all at once.

Method: Saisana, Saltelli and Tarantola, "Uncertainty and sensitivity analysis techniques as tools for the quality
assessment of composite indicators", J. R. Statist. Soc. A 168 (2005), and Nardo et al., "Tools for Composite
Indicators Building", EUR 21682 (2005): recompute with weights and normalisation drawn at random, and read the spread of
the ranks. The size follows the worked example of the COINr package (vignette "Sensitivity Analysis"): weights vary by
a quarter of their nominal value at both levels, normalisation is min-max or z-score. Here weights are Dirichlet, so that
they stay positive and sum to 1; their relative deviation equals that of a uniform draw of +/- a quarter. What is *not*
drawn, and so not in the interval: errors of the figures themselves, the choice of indicators, and the way of adding.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from xinqu.evaluation.index.points import Matrix
from xinqu.evaluation.index.scheme import Scheme

WEIGHT_NOISE = 0.25  # half width of the uniform draw, as a share of the nominal weight
INTERVAL_PCT = (5, 95)
TIE = 1e-9  # totals closer than this share one rank


class Ranking(msgspec.Struct, frozen=True):
    """Ranks of areas under uncertainty; 1 is best.

    ``rank``: nominal, shape (areas,); ``low``, ``high``: interval of ranks, widened to hold the nominal one;
    ``ahead[a, b]``: share of draws in which a is before b, ties counted half, NaN on the diagonal;
    ``totals``: scores in each draw, shape (draws, areas), comparable inside a draw only; ``nominal``: shape (areas,).
    """

    rank: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    ahead: Matrix
    totals: Matrix
    nominal: NDArray[np.float64]

    def within(self, members: NDArray[np.int64]) -> "Ranking":
        """Return the ranking among some of the areas only, from the same draws."""
        return ranking_of(self.nominal[members], self.totals[:, members])


def rank_areas(
    scheme: Scheme, total: NDArray[np.float64], variants: NDArray[np.float64], *, draws: int, seed: int
) -> Ranking:
    """Rank areas whose nominal ``total`` is known.

    Args:
        scheme: gives nominal weights and pillars.
        total: nominal scores, shape (areas,).
        variants: points under each normalisation, shape (normalisations, areas, indicators), NaN where unknown.
        draws: number of recomputations, at least 1.
        seed: of NumPy's PCG64; the same seed gives the same ranking.
    """
    return ranking_of(total, drawn_totals(scheme, variants, draws=draws, seed=seed))


def ranking_of(total: NDArray[np.float64], totals: Matrix) -> Ranking:
    """Read ranks, intervals and pairwise order off nominal scores (areas,) and drawn scores (draws, areas)."""
    before = totals[:, :, None] > totals[:, None, :] + TIE
    ranks = 1 + before.sum(axis=1)
    ahead = (before.mean(axis=0) + 1 - before.mean(axis=0).T) / 2
    np.fill_diagonal(ahead, np.nan)
    nominal = 1 + (total[None, :] > total[:, None] + TIE).sum(axis=1)
    low, high = np.percentile(ranks, INTERVAL_PCT, axis=0, method="inverted_cdf").astype(np.int64)
    return Ranking(
        rank=nominal,
        low=np.minimum(low, nominal),
        high=np.maximum(high, nominal),
        ahead=ahead,
        totals=totals,
        nominal=total,
    )


def drawn_totals(scheme: Scheme, variants: NDArray[np.float64], *, draws: int, seed: int) -> Matrix:
    """Return totals under drawn weights and normalisations, shape (draws, areas)."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(variants), size=draws)
    outer = _weights(rng, np.array([float(scheme.pillar_weight(n)) for n in range(len(scheme.pillars))]), draws)
    totals = np.zeros((draws, variants.shape[1]))
    for n in range(len(scheme.pillars)):
        inner = _weights(rng, np.array([float(w) for w in scheme.inner_weights(n)]), draws)
        totals += outer[:, n, None] * _pillar_means(variants[:, :, scheme.columns(n)], inner, chosen)
    return totals


def _pillar_means(variants: NDArray[np.float64], weights: Matrix, chosen: NDArray[np.int64]) -> Matrix:
    """Return the mean of known points per draw and area; ``weights`` has shape (draws, indicators of the pillar)."""
    known = ~np.isnan(variants[0])
    out = np.empty((len(weights), known.shape[0]))
    for variant, points in enumerate(variants):
        rows = chosen == variant
        out[rows] = weights[rows] @ np.where(known, points, 0).T / (weights[rows] @ known.T)
    return out


def _weights(rng: np.random.Generator, nominal: NDArray[np.float64], draws: int) -> Matrix:
    """Draw weights around ``nominal`` (sums to 1): Dirichlet with the relative deviation of the noise at an equal share."""
    if nominal.size == 1:
        return np.ones((draws, 1))
    relative_variance = WEIGHT_NOISE**2 / 3
    concentration = (nominal.size - 1) / relative_variance - 1
    return rng.dirichlet(nominal * concentration, size=draws)


def brackets(order: NDArray[np.int64], ahead: Matrix) -> NDArray[np.int64]:
    """Group areas into brackets, 1 the best, shape (areas,): the only strict order that the draws support.

    ``order`` lists areas from best to worst. A bracket ends where every area up to there is ahead of every area after
    it in at least the upper share of ``INTERVAL_PCT`` of the draws; inside a bracket no order is claimed.
    """
    sure = INTERVAL_PCT[1] / 100
    sorted_ahead = ahead[np.ix_(order, order)]
    out = np.empty(order.size, dtype=np.int64)
    bracket = 1
    for place, area in enumerate(order):
        if place and bool((sorted_ahead[:place, place:] >= sure).all()):
            bracket += 1
        out[area] = bracket
    return out
