"""Scores with what is there: coverage by pillar, weights renormalised inside a pillar, and indeterminate below it."""

from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from xinqu.evaluation.index.points import Matrix
from xinqu.evaluation.index.scheme import Scheme


class Scores(msgspec.Struct, frozen=True):
    """Scores of areas: ``pillar`` has shape (areas, pillars), ``total`` (areas,); NaN is indeterminate.

    ``present`` counts the known indicators of each pillar; ``is_covered`` says whether they reach the coverage.
    """

    pillar: Matrix
    total: NDArray[np.float64]
    present: NDArray[np.int64]
    is_covered: NDArray[np.bool_]


def score(scheme: Scheme, points: Matrix, coverage_min: Fraction) -> Scores:
    """Score areas from their ``points`` (areas, indicators).

    A pillar is the weighted mean of its known indicators when at least ``coverage_min`` of them are known; an area has
    a total when every pillar has one.
    """
    shape = (points.shape[0], len(scheme.pillars))
    pillar, present = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    is_covered = np.zeros(shape, dtype=np.bool_)
    for n in range(len(scheme.pillars)):
        columns = scheme.columns(n)
        known = ~np.isnan(points[:, columns])
        present[:, n] = known.sum(axis=1)
        is_covered[:, n] = present[:, n] * coverage_min.denominator >= coverage_min.numerator * columns.size
        is_covered[:, n] &= present[:, n] > 0
        pillar[:, n] = mean_of_known(points[:, columns], np.array([float(w) for w in scheme.inner_weights(n)]))
    pillar = np.where(is_covered, pillar, np.nan)
    weights = np.array([float(scheme.pillar_weight(n)) for n in range(len(scheme.pillars))])
    return Scores(pillar=pillar, total=pillar @ weights, present=present, is_covered=is_covered)


def mean_of_known(points: Matrix, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean over the known columns of ``points``; NaN where none is known."""
    known = ~np.isnan(points)
    weight = known @ weights
    total = np.where(known, points, 0) @ weights
    mean = np.full(len(points), np.nan)
    np.divide(total, weight, out=mean, where=weight > 0)
    return mean
