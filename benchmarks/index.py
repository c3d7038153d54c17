"""Speed of the composite index: rank intervals of 19 areas x 39 indicators x 1,000 draws against a plain NumPy loop over draws.

    python benchmarks/index.py [--draws 1000] [--rounds 7]

The scheme (weights, pillars) is the pack's framework; points are synthetic, 5 % unknown. The peer draws the same weights
with the same seed, then recomputes scores and ranks one draw at a time, as one writes it first; the totals are compared.
"""

import argparse

import numpy as np
from measure import alternate, compare, heading

from xinqu.evaluation.index.scheme import Scheme, scheme_of
from xinqu.evaluation.index.uncertainty import INTERVAL_PCT, TIE, WEIGHT_NOISE, Ranking, rank_areas
from xinqu.policy.load import load_pack

AREAS, SEED = 19, 58
UNKNOWN = 0.05


def weights(rng: np.random.Generator, nominal: np.ndarray, draws: int) -> np.ndarray:
    """Draw Dirichlet weights, as the method says; the same numbers for the same generator."""
    if nominal.size == 1:
        return np.ones((draws, 1))
    return rng.dirichlet(nominal * ((nominal.size - 1) / (WEIGHT_NOISE**2 / 3) - 1), size=draws)


def by_loop(scheme: Scheme, variants: np.ndarray, draws: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return totals, rank intervals and pairwise order by a loop over draws."""
    rng = np.random.default_rng(SEED)
    chosen = rng.integers(len(variants), size=draws)
    pillars = range(len(scheme.pillars))
    outer = weights(rng, np.array([float(scheme.pillar_weight(n)) for n in pillars]), draws)
    inner = [weights(rng, np.array([float(w) for w in scheme.inner_weights(n)]), draws) for n in pillars]
    areas = variants.shape[1]
    totals, ranks, ahead = np.zeros((draws, areas)), np.zeros((draws, areas), dtype=int), np.zeros((areas, areas))
    for draw in range(draws):
        points = variants[chosen[draw]]
        for n in pillars:
            mine = points[:, scheme.columns(n)]
            known = ~np.isnan(mine)
            totals[draw] += outer[draw, n] * (np.where(known, mine, 0) @ inner[n][draw]) / (known @ inner[n][draw])
        before = totals[draw][:, None] > totals[draw][None, :] + TIE
        ranks[draw] = 1 + before.sum(axis=0)
        ahead += before + 0.5 * ~(before | before.T)
    return totals, np.percentile(ranks, INTERVAL_PCT, axis=0, method="inverted_cdf"), ahead / draws


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    heading("Rank intervals of the composite index", "numpy")
    scheme = scheme_of(max(load_pack().frameworks.values(), key=lambda framework: len(framework.indicators)))
    generator = np.random.default_rng(SEED)
    variants = generator.uniform(0, 100, (2, AREAS, len(scheme.indicators)))
    variants[:, generator.random(variants.shape[1:]) < UNKNOWN] = np.nan
    nominal = np.nanmean(variants[0], axis=1)

    def ours() -> Ranking:
        return rank_areas(scheme, nominal, variants, draws=options.draws, seed=SEED)

    def loop() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return by_loop(scheme, variants, options.draws)

    same, totals, ahead = ours(), *loop()[::2]
    off_diagonal = ~np.eye(AREAS, dtype=bool)
    assert np.allclose(same.totals, totals)
    assert np.allclose(same.ahead[off_diagonal], ahead[off_diagonal])
    shape = f"{AREAS} x {len(scheme.indicators)} x {options.draws:,} draws"
    compare(shape, alternate(options.rounds, {"ours": ours, "NumPy loop": loop}))


if __name__ == "__main__":
    main()
