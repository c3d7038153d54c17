"""What all registers draw: streams that depend on seed, area and purpose alone, credit codes, days."""

import zlib

import numpy as np
import polars as pl

from xinqu.vocabulary.periods import Period

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of GB 32100-2015
_LETTERS = np.array(list(ALPHABET))
_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_DIGITS = 9


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the stream of draws for ``names`` (area, purpose, period ...); the same names give the same draws."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def credit_codes(area: str, count: int) -> np.ndarray:
    """Return ``count`` different unified social credit codes with right check characters (GB 32100-2015), all at once."""
    start = zlib.crc32(area.encode()) % 1_000 * 1_000_000
    numbers = start + np.arange(count)
    body = np.empty((count, 17), dtype=np.int64)
    body[:, :8] = [9, 1, 1, 1, 0, 1, 0, 8]
    for place in range(_DIGITS):
        body[:, 16 - place] = numbers // 10**place % 10
    check = (31 - (body * _WEIGHTS).sum(axis=1) % 31) % 31
    letters = np.concatenate([_LETTERS[body], _LETTERS[check][:, None]], axis=1)
    return np.ascontiguousarray(letters).view(f"<U{18}").reshape(-1)


def days(values: np.ndarray) -> pl.Series:
    """Return numbers of days since 1970-01-01 as dates; negative years and NaN are no date."""
    known = np.isfinite(values)
    whole = np.where(known, values, 0).astype(np.int32)
    return pl.Series(whole).cast(pl.Date).set(pl.Series(~known), None)


def day_number(period: Period, *, end: bool = True) -> int:
    """Return the last (or first) day of a period as days since 1970-01-01."""
    return int(np.datetime64(period.end if end else period.start, "D").astype(int))


def labels(prefix: str, area: str, count: int) -> pl.Series:
    """Return keys such as ``P-lanzhou-000017``."""
    numbers = pl.Series(np.arange(count)).cast(pl.String).str.zfill(7)
    return pl.select(pl.concat_str(pl.lit(f"{prefix}-{area}-"), numbers)).to_series()
