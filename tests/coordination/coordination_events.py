"""Events and lamps of the coordination tests, written short."""

import datetime as dt
import json

import polars as pl

from xinqu.policy.load import load_pack
from xinqu.vocabulary.event_frame import LOG_SCHEMA

PACK = load_pack()
CALENDAR = PACK.calendar  # the years 2024 to 2026 are known
SINCE = dt.date(2026, 1, 1)
AS_OF = dt.date(2026, 11, 16)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def log(*rows: tuple) -> pl.DataFrame:
    """Rows are (type, day, data) or (type, day, data, organisation)."""
    events = [
        {
            "seq": n + 1,
            "type": row[0],
            "actor": "someone",
            "organisation": row[3] if len(row) > 3 else "lanzhou.dr",
            "effective_on": day(row[1]),
            "data": json.dumps(row[2]),
        }
        for n, row in enumerate(rows)
    ]
    return pl.DataFrame(events, schema=LOG_SCHEMA)


def raised(on: str, identity: str = "K1", area: str = "lanzhou", **data: str) -> tuple:
    return ("difficulty.raised", on, {"difficulty": identity, "area": area, "field": "land", **data})


def moved(on: str, event: str, identity: str = "K1", **data: str) -> tuple:
    return ("case.moved", on, {"instrument": "I86", "case": identity, "event": event, **data})


def lamps(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """Rows are (indicator, area, period, lamp); the computed lamp, nothing overridden."""
    schema = ["indicator", "area", "period", "lamp"]
    return pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row").with_columns(
        value=pl.lit(1.0),
        expected=pl.lit(2.0),
        target=pl.lit("T"),
        override=pl.lit(None, pl.String),
    )
