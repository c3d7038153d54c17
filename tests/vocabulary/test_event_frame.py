"""The log as a frame: folding order, dates, absent fields and voided events."""

import datetime as dt
import json

import polars as pl

from xinqu.vocabulary.event_frame import LOG_SCHEMA, empty_log, read_events


def log(*rows: tuple[str, str, dict]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "seq": n + 1,
                "type": kind,
                "actor": "a",
                "organisation": "o",
                "effective_on": dt.date.fromisoformat(day),
                "data": json.dumps(data),
            }
            for n, (kind, day, data) in enumerate(rows)
        ],
        schema=LOG_SCHEMA,
    )


EVENTS = log(
    ("target.set", "2026-02-01", {"area": "nansha", "period": "2030", "n": 5}),
    ("target.set", "2026-01-01", {"area": "pudong"}),
    ("target.set", "2026-03-01", {"area": "binhai"}),
    ("lamp.overridden", "2026-01-01", {"area": "nansha"}),
    ("data.corrected", "2026-04-01", {"event": 3, "reason": "wrong area"}),
)


def test_events_come_in_folding_order_with_absent_fields_null():
    rows = read_events(EVENTS, ["target.set"], ["area", "period", "n"])
    assert rows.select("area", "period", "n").rows() == [("pudong", None, None), ("nansha", "2030", "5")]


def test_a_voided_event_is_left_out_and_a_later_one_not_yet_seen():
    assert read_events(EVENTS, ["target.set"], ["area"])["seq"].to_list() == [2, 1]
    assert read_events(EVENTS, ["target.set"], ["area"], as_of=dt.date(2026, 1, 15))["seq"].to_list() == [2]


def test_days_may_be_iso_text():
    text = EVENTS.with_columns(pl.col("effective_on").cast(pl.String))
    assert read_events(text, ["target.set"], ["area"]).equals(read_events(EVENTS, ["target.set"], ["area"]))


def test_an_empty_log_has_no_events():
    assert read_events(empty_log(), ["target.set"], ["area"]).is_empty()
