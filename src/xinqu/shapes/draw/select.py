"""Who is drawn: every unit ranked by SHA-256(seed | id), the smallest of each stratum taken; excluded units keep their rank.

Equal rates: bottom-k. Unequal rates: Pareto order sampling with the same hashes (B. Rosen, Asymptotic theory for order
sampling, J. Statist. Planning and Inference 62, 1997): fixed size, inclusion probabilities near those asked for.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import polars as pl


class Selection(msgspec.Struct, frozen=True):
    """What was drawn.

    drawn: ``id, stratum, hash, order`` in the order drawn. thresholds: stratum -> the largest hash (or rank) drawn.
    short: stratum -> how many fewer units than its quota could be drawn.
    """

    drawn: pl.DataFrame
    thresholds: dict[str, str]
    short: dict[str, int]


def hashes(seed: str, ids: Sequence[str]) -> np.ndarray:
    """Return SHA-256(seed | id) of each id as 32 bytes, shape (ids,), dtype V32."""
    start = hashlib.sha256(f"{seed}|".encode())
    parts = []
    for unit in ids:
        one = start.copy()
        one.update(unit.encode())
        parts.append(one.digest())
    return np.frombuffer(b"".join(parts), dtype="V32")


def select(frame: pl.DataFrame, quotas: Mapping[str, int], seed: str) -> Selection:
    """Return the ``quotas`` smallest hashes of each stratum among units that are not excluded.

    ``frame``: ``id, stratum, excluded`` ("" = in the draw). The order of rows changes nothing; whom an exclusion removes
    leaves the order of the others as it is.
    """
    ranked = _ranked(frame, seed)
    return _taken(ranked, quotas, pl.col("hash"))


def select_unequal(frame: pl.DataFrame, quotas: Mapping[str, int], seed: str) -> Selection:
    """Return a Pareto sample of each stratum with probabilities proportional to ``size`` (positive numbers as text).

    A unit whose share of the quota reaches one is drawn for certain.
    """
    ranked = _ranked(frame, seed)
    uniform = (np.array([int(text[:13], 16) for text in ranked["hash"]], dtype=np.float64) + 0.5) / 16.0**13
    sized = ranked.with_columns(u=pl.Series(uniform), s=pl.col("size").cast(pl.Float64))
    parts = []
    for (stratum,), group in sized.partition_by("stratum", as_dict=True).items():
        wanted = quotas.get(str(stratum), 0)
        chance = inclusion(group["s"].to_numpy(), group["excluded"].to_numpy() == "", wanted)
        u = group["u"].to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            rank = np.where(chance >= 1, 0.0, u / (1 - u) * (1 - chance) / chance)
        parts.append(group.with_columns(rank=pl.Series(np.where(chance > 0, rank, np.inf))))
    return _taken(pl.concat(parts).drop("u", "s"), quotas, pl.col("rank"))


def inclusion(sizes: np.ndarray, present: np.ndarray, wanted: int) -> np.ndarray:
    """Return the probabilities ``wanted * size / total``, at most one; what is certain leaves the rest of the quota."""
    chance = np.zeros(len(sizes))
    certain = np.zeros(len(sizes), dtype=bool)
    while True:
        rest = present & ~certain
        left, total = wanted - int(certain.sum()), sizes[rest].sum()
        chance = np.where(rest & (total > 0), left * sizes / (total or 1.0), 0.0)
        over = rest & (chance >= 1)
        if not over.any() or left <= 0:
            return np.where(certain, 1.0, np.clip(chance, 0.0, 1.0))
        certain |= over


def _ranked(frame: pl.DataFrame, seed: str) -> pl.DataFrame:
    ordered = frame.sort("id")
    digests = hashes(seed, ordered["id"].to_list())
    texts = [digest.hex() for digest in digests.tolist()]
    return ordered.with_columns(hash=pl.Series(texts, dtype=pl.String))


def _taken(ranked: pl.DataFrame, quotas: Mapping[str, int], by: pl.Expr) -> Selection:
    """Take the first of each stratum by ``by``; drawn units of all strata in the order of their hash."""
    open_units = ranked.filter((pl.col("excluded") == "") & pl.col("stratum").is_in(list(quotas)))
    place = by.rank("ordinal").over("stratum")
    quota = pl.col("stratum").replace_strict(dict(quotas), return_dtype=pl.Int64)
    drawn = open_units.sort("hash").filter(place <= quota)
    last = drawn.group_by("stratum").agg(by.max().cast(pl.String).alias("last"))
    counts = dict(drawn.group_by("stratum").len().iter_rows())
    return Selection(
        drawn=drawn.select("id", "stratum", "hash").with_columns(order=pl.int_range(1, pl.len() + 1)),
        thresholds=dict(last.sort("stratum").iter_rows()),
        short={name: wanted - counts.get(name, 0) for name, wanted in quotas.items() if counts.get(name, 0) < wanted},
    )
