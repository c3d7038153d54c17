"""The frames of an index result: scores with intervals, pillars, indicators, and who is ahead of whom."""

from collections.abc import Mapping

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from xinqu.evaluation.index.points import Matrix
from xinqu.evaluation.index.scheme import Scheme
from xinqu.evaluation.index.score import Scores
from xinqu.evaluation.index.uncertainty import Ranking, brackets
from xinqu.vocabulary.truth import Unknown


class Inputs(msgspec.Struct, frozen=True):
    """Values of a year as arrays (areas, indicators) with the long frame they came from."""

    areas: tuple[str, ...]
    values: Matrix
    caps: Matrix
    long: pl.DataFrame


def score_frame(
    scheme: Scheme,
    inputs: Inputs,
    nominal: Matrix,
    scores: Scores,
    scored: NDArray[np.int64],
    ranking: Ranking | None,
    peers: Mapping[str, str],
    peers_min: int,
) -> pl.DataFrame:
    """Return one row per area: score, rank interval, bracket, peer interval, coverage and what is missing."""
    gone = np.isnan(nominal)
    sizes = np.array([scheme.columns(n).size for n in range(len(scheme.pillars))])
    partial = scores.is_covered & (scores.present < sizes)
    frame = pl.DataFrame(
        {
            "area": inputs.areas,
            "verdict": np.where(np.isnan(scores.total), "indeterminate", "scored").tolist(),
            "score": scores.total,
            "peer_group": [peers[area] for area in inputs.areas],
            "present": (~gone).sum(axis=1),
            "expected": np.full(len(inputs.areas), len(scheme.indicators)),
            "missing": [_named(scheme.indicators, row) for row in gone],
            "short_pillars": [_named(scheme.pillars, row) for row in ~scores.is_covered],
            "renormalised": [_named(scheme.pillars, row) for row in partial],
        },
        schema_overrides={name: pl.List(pl.String) for name in ("missing", "short_pillars", "renormalised")},
    ).with_columns(pl.col("score").fill_nan(None))
    names = [inputs.areas[n] for n in scored]
    ranks = _rank_frame(names, scores.total[scored], ranking, [peers[name] for name in names], peers_min)
    return frame.join(ranks, on="area", how="left").select(
        "area", "verdict", "score", "rank", "rank_low", "rank_high", "bracket", "peer_group", "peer_rank_low",
        "peer_rank_high",
        pl.when(pl.col("verdict") == "indeterminate").then(pl.lit("")).otherwise("peer_reason").alias("peer_reason"),
        "present", "expected", "missing", "short_pillars", "renormalised",
    ).sort("score", "area", descending=[True, False], nulls_last=True)  # fmt: skip


def _named(names: tuple[str, ...], chosen: NDArray[np.bool_]) -> list[str]:
    return [name for name, is_chosen in zip(names, chosen, strict=True) if is_chosen]


def _rank_frame(
    areas: list[str], total: NDArray[np.float64], ranking: Ranking | None, groups: list[str], peers_min: int
) -> pl.DataFrame:
    schema = {
        "area": pl.String, "rank": pl.Int64, "rank_low": pl.Int64, "rank_high": pl.Int64, "bracket": pl.Int64,
        "peer_rank_low": pl.Int64, "peer_rank_high": pl.Int64, "peer_reason": pl.String,
    }  # fmt: skip
    if ranking is None:
        return pl.DataFrame(schema=schema)
    order = np.array(sorted(range(len(areas)), key=lambda n: (-total[n], areas[n])), dtype=np.int64)
    peer_low, peer_high = _peer_intervals(ranking, np.array(groups), peers_min)
    columns = {
        "area": areas,
        "rank": ranking.rank,
        "rank_low": ranking.low,
        "rank_high": ranking.high,
        "bracket": brackets(order, ranking.ahead),
        "peer_rank_low": peer_low,
        "peer_rank_high": peer_high,
        "peer_reason": [Unknown.TOO_FEW_PEERS.value if low is None else "" for low in peer_low],
    }
    return pl.DataFrame(columns, schema=schema)


def _peer_intervals(
    ranking: Ranking, groups: NDArray[np.str_], peers_min: int
) -> tuple[list[int | None], list[int | None]]:
    """Return the rank interval of each area inside its peer group; None where it has too few scored peers."""
    low: list[int | None] = [None] * groups.size
    high: list[int | None] = [None] * groups.size
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        if members.size - 1 < peers_min:
            continue
        within = ranking.within(members)
        for position, area in enumerate(members):
            low[area], high[area] = int(within.low[position]), int(within.high[position])
    return low, high


def pillar_frame(scheme: Scheme, inputs: Inputs, scores: Scores) -> pl.DataFrame:
    """Return one row per area and pillar with its contribution to the total."""
    count = len(scheme.pillars)
    weights = np.array([float(scheme.pillar_weight(n)) for n in range(count)])
    return pl.DataFrame(
        {
            "area": np.repeat(inputs.areas, count),
            "pillar": list(scheme.pillars) * len(inputs.areas),
            "score": scores.pillar.ravel(),
            "weight": np.tile(weights, len(inputs.areas)),
            "contribution": (scores.pillar * weights).ravel(),
            "present": scores.present.ravel(),
            "expected": np.tile([scheme.columns(n).size for n in range(count)], len(inputs.areas)),
            "is_covered": scores.is_covered.ravel(),
        }
    ).with_columns(pl.col("score", "contribution").fill_nan(None))


def indicator_frame(scheme: Scheme, inputs: Inputs, nominal: Matrix) -> pl.DataFrame:
    """Return one row per area and indicator with its points, or why it has none."""
    count = len(inputs.areas)
    no_cap = pl.col("value").is_not_null() & pl.col("points").is_null()
    return inputs.long.with_columns(
        pillar=pl.Series([scheme.pillars[n] for n in scheme.pillar_of] * count),
        points=pl.Series(nominal.ravel()).fill_nan(None),
        weight=pl.Series([float(weight) for weight in scheme.weights] * count),
    ).select(
        "area", "indicator", "pillar", "period", "value", "points", "weight",
        reason=pl.when(no_cap).then(pl.lit("no_limit"))
        .when(pl.col("value").is_null()).then(pl.col("unknown").fill_null(Unknown.MISSING.value))
        .otherwise(pl.lit("")),
    )  # fmt: skip


def ahead_frame(areas: tuple[str, ...], scored: NDArray[np.int64], ranking: Ranking | None) -> pl.DataFrame:
    """Return one row per ordered pair of scored areas."""
    schema = {"area": pl.String, "other": pl.String, "share": pl.Float64}
    if ranking is None:
        return pl.DataFrame(schema=schema)
    names = [areas[n] for n in scored]
    frame = pl.DataFrame(
        {"area": np.repeat(names, len(names)), "other": names * len(names), "share": ranking.ahead.ravel()},
        schema=schema,
    )
    return frame.filter(pl.col("area") != pl.col("other"))
