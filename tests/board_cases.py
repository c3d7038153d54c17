"""Events of returns written short, and the board they give."""

import datetime as dt
import json

import polars as pl

from xinqu.monitoring.submission_board import board
from xinqu.policy.load import load_pack
from xinqu.shapes import statistical_return

PACK = load_pack()
CALENDAR = PACK.calendar
SCHEMA = {
    "seq": pl.Int64, "type": pl.String, "realm": pl.String, "actor": pl.String, "organisation": pl.String,
    "role": pl.String, "recorded_at": pl.Datetime("us", "UTC"), "effective_on": pl.Date, "data": pl.String,
}  # fmt: skip


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def event(kind: str, on: str, **data: object) -> tuple:
    """An event on xa4 of Lanzhou for 2025 unless ``data`` says otherwise: due 15 April 2026, grace to 22 April."""
    return kind, on, {"form": "xa4", "area": "lanzhou", "period": "2025", "version": 1} | data


def log(*events: tuple) -> pl.DataFrame:
    rows = [
        {
            "seq": n + 1, "type": kind, "realm": "rehearsal", "actor": "someone", "organisation": "lanzhou", "role": "filer",
            "recorded_at": dt.datetime.combine(day(on), dt.time(2), dt.UTC), "effective_on": day(on),
            "data": json.dumps(data),
        }
        for n, (kind, on, data) in enumerate(events)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA)


def board_on(as_of: str, *events: tuple, forms: tuple[str, ...] = ("xa4",), first: str = "2025-12-01") -> pl.DataFrame:
    frame = log(*events)
    folded = statistical_return.fold(frame)
    on = day(as_of)
    return board(PACK, CALENDAR, frame, folded, as_of=on, first=day(first), last=on, forms=forms)


def row_on(as_of: str, *events: tuple, form: str = "xa4", period: str = "2025", area: str = "lanzhou") -> dict:
    found = board_on(as_of, *events, forms=(form,))
    return found.row(by_predicate=(pl.col("area") == area) & (pl.col("period") == period), named=True)
