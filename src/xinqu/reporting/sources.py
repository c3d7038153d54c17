"""Where published values come from: the sources behind the returns, and the cells for which two sources disagree."""

import json
from typing import Any

import msgspec
import polars as pl

_CONFLICT_COLUMNS = (
    "area", "form", "item", "period", "unit", "taken", "taken_source", "other", "other_source", "relation",
    "reason_zh", "reason_en",
)  # fmt: skip
_CONFLICT_SCHEMA = dict.fromkeys(_CONFLICT_COLUMNS, pl.String)
_SOURCE_SCHEMA = {"source_id": pl.String, "title": pl.String, "address": pl.String, "confidence": pl.String}


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Frames ``conflicts_of`` and ``sources_of`` of one set of returns."""

    conflicts: pl.DataFrame
    sources: pl.DataFrame


def provenance_of(rows: pl.DataFrame) -> Provenance:
    """Return conflicts and sources from canonical rows with ``area, form, period, item, note``."""
    return Provenance(conflicts=conflicts_of(rows), sources=sources_of(rows))


def conflicts_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per figure that lost its cell to another of a different value.

    Args:
        rows: canonical rows of returns with ``area, form, period, item, note``; the note is the JSON of a published
            value with its ``alternatives`` (returns.published).

    Returns: area, form, item, period, unit, taken, taken_source, other, other_source, relation (``differs``, or
        ``other_wording`` when the texts word the scope differently), reason_zh, reason_en; values as published.
    """
    found = [
        _conflict(row, note, other)
        for row, note in _noted(rows)
        for other in note.get("alternatives", ())
        if other["relation"] != "same"
    ]
    return pl.DataFrame(found, schema=_CONFLICT_SCHEMA).sort("area", "item", "period", "other_source", "other")


def sources_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per source of a value taken: source_id, title, address, confidence, figures (count)."""
    found = [
        {
            "source_id": note["source_id"],
            "title": note.get("source_title", ""),
            "address": note.get("source_address", ""),
            "confidence": note.get("confidence", ""),
        }
        for _, note in _noted(rows)
        if note.get("source_id")
    ]
    frame = pl.DataFrame(found, schema=_SOURCE_SCHEMA)
    return (
        frame.group_by("source_id")
        .agg(pl.col("title", "address", "confidence").first(), figures=pl.len())
        .sort("figures", "source_id", descending=[True, False])
    )


def _noted(rows: pl.DataFrame) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    noted = rows.filter(pl.col("note").fill_null("").str.starts_with("{"))
    return [(row, json.loads(row["note"])) for row in noted.to_dicts()]


def _conflict(row: dict[str, Any], note: dict[str, Any], other: dict[str, Any]) -> dict[str, str]:
    return {
        "area": row["area"],
        "form": row["form"],
        "item": row["item"],
        "period": row["period"],
        "unit": note["published_unit"],
        "taken": note["published_value"],
        "taken_source": note["source_title"],
        "other": other["published_value"],
        "other_source": other["source_title"],
        "relation": other["relation"],
        "reason_zh": other["reason_zh"],
        "reason_en": other["reason_en"],
    }
