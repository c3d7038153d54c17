"""From values to points of 0 to 100, and the second normalisation that uncertainty draws on."""

import numpy as np
from numpy.typing import NDArray

from xinqu.evaluation.index.scheme import Scheme

Matrix = NDArray[np.float64]
FULL = 100.0


def minmax_points(values: Matrix, low: Matrix, high: Matrix) -> Matrix:
    """Return points between fixed goalposts, cut outside; ``low`` lies above ``high`` where less is better."""
    return np.clip(FULL * (values - low) / (high - low), 0, FULL)


def cap_points(values: Matrix, caps: Matrix) -> Matrix:
    """Return the share of a cap that is left, in percent: nothing left is 0 points; no positive cap, no points."""
    usable = np.where(caps > 0, caps, np.nan)
    return np.clip(FULL * (usable - values) / usable, 0, FULL)


def efficacy_points(values: Matrix, low: Matrix, high: Matrix, *, base: float, span: float, cut: bool = True) -> Matrix:
    """Return efficacy coefficients: ``base`` at the unacceptable value, ``base + span`` at the satisfactory one."""
    raw = base + span * (values - low) / (high - low)
    return np.clip(raw, base, base + span) if cut else raw


def points(scheme: Scheme, values: Matrix, caps: Matrix, *, efficacy: tuple[float, float]) -> Matrix:
    """Return the points of ``values``, shape (areas, indicators), NaN where a value or its cap is not known.

    ``caps`` has the same shape and matters in the columns of ``cap_share``; ``efficacy`` is (base, span).
    """
    methods = np.array(scheme.methods)
    out = minmax_points(values, scheme.low, scheme.high)
    by_cap = methods == "cap_share"
    out[:, by_cap] = cap_points(values[:, by_cap], caps[:, by_cap])
    by_efficacy = methods == "efficacy"
    out[:, by_efficacy] = efficacy_points(
        values[:, by_efficacy],
        scheme.low[by_efficacy],
        scheme.high[by_efficacy],
        base=efficacy[0],
        span=efficacy[1],
    )
    return out


def standard_scores(scheme: Scheme, values: Matrix, caps: Matrix) -> Matrix:
    """Return z-scores over the areas, oriented so that more is better; NaN stays NaN, no spread gives 0.

    The alternative normalisation of the uncertainty analysis: it neither cuts nor looks at goalposts.
    """
    by_cap = np.array(scheme.methods) == "cap_share"
    raw = np.where(by_cap, -values / np.where(caps > 0, caps, np.nan), values * np.sign(scheme.high - scheme.low))
    known = ~np.isnan(raw)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, raw, 0).sum(axis=0) / count
    gap = np.where(known, raw - mean, 0)
    deviation = np.sqrt((gap**2).sum(axis=0) / count)
    varies = np.where(known, raw, np.inf).min(axis=0, initial=np.inf) < np.where(known, raw, -np.inf).max(
        axis=0, initial=-np.inf
    )
    scores = np.divide(gap, deviation, out=np.zeros_like(gap), where=varies & (deviation > 0))
    return np.where(known, scores, np.nan)
