"""Where an area stands beyond its figures: the composite index with its rank interval, and its open difficulties."""

import datetime as dt

import msgspec
import polars as pl

from xinqu.spine.pages.model import SnapshotLike
from xinqu.vocabulary.text import Text

SCORED = "scored"


class IndexLine(msgspec.Struct, frozen=True, kw_only=True):
    """The composite index of one area and year.

    ``score`` 0..100 and the rank interval of ``draws`` draws among the areas that are scored; all None when the index
    can't be told, with the pillars short of coverage and the indicators that are missing.
    """

    framework: str
    status: str
    year: int
    draws: int
    score: float | None
    rank_low: int | None
    rank_high: int | None
    scored_areas: int
    present: int
    expected: int
    short_pillars: tuple[str, ...]
    missing: tuple[str, ...]


class DifficultyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One open difficulty: who holds it, on which rung, until when."""

    id: str
    indicator: str
    indicator_name: Text
    rung: Text
    holder: Text
    raised_on: dt.date
    days_used: int
    limit_wd: int | None
    due_on: dt.date | None
    is_overdue: bool


def index_of(snapshot: SnapshotLike, area: str) -> IndexLine | None:
    """Return the index line of ``area``; None when the framework does not rate it."""
    result = snapshot.index
    rows = result.scores.filter(pl.col("area") == area)
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    return IndexLine(
        framework=result.framework,
        status=result.status,
        year=result.year,
        draws=result.draws,
        score=row["score"],
        rank_low=row["rank_low"],
        rank_high=row["rank_high"],
        scored_areas=result.scores.filter(pl.col("verdict") == SCORED).height,
        present=row["present"],
        expected=row["expected"],
        short_pillars=tuple(row["short_pillars"]),
        missing=tuple(row["missing"]),
    )


def difficulties_of(snapshot: SnapshotLike, area: str) -> tuple[DifficultyLine, ...]:
    """Return the open difficulties of ``area``: overdue first, then by due day."""
    rows = snapshot.difficulties.filter(pl.col("area") == area, pl.col("is_open"))
    ordered = rows.sort(pl.col("is_overdue").not_(), "due_on", "difficulty", nulls_last=True)
    return tuple(_difficulty(snapshot, row) for row in ordered.iter_rows(named=True))


def _difficulty(snapshot: SnapshotLike, row: dict[str, object]) -> DifficultyLine:
    pack = snapshot.pack
    indicator, holder, rung = str(row["indicator"] or ""), str(row["holder"] or ""), str(row["rung"] or "")
    rungs = pack.codelists.get("CL_RUNG", {})
    return msgspec.convert(
        {
            **{name: row[name] for name in ("raised_on", "days_used", "limit_wd", "due_on", "is_overdue")},
            "id": row["difficulty"],
            "indicator": indicator,
            "indicator_name": pack.indicators[indicator].name if indicator in pack.indicators else Text("", ""),
            "rung": rungs[rung].name if rung in rungs else Text(rung, rung),
            "holder": pack.organisations[holder].name if holder in pack.organisations else Text(holder, holder),
        },
        DifficultyLine,
    )
