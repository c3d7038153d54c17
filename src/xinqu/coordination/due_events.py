"""What time brings about, as events that wait to be written: their day, their identity, and a log with them added."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import polars as pl

from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.event_frame import LOG_SCHEMA

SYSTEM = "system"


class DueEvent(msgspec.Struct, frozen=True):
    """An event that the system account is to write; ``effective_on`` is the day on which time brought it about.

    ``subject`` is ``<kind>/<id>``; ``data`` holds text only, with the fields that the pack requires of the type (actor,
    organisation and time belong to the event itself).
    """

    type: str
    subject: str
    effective_on: dt.date
    data: Mapping[str, str]


def in_due_order(events: Iterable[DueEvent]) -> list[DueEvent]:
    """Return events in the order in which they are written: by day, then type and subject."""
    return sorted(events, key=lambda event: (event.effective_on, event.type, event.subject))


def with_due(log: pl.DataFrame, events: Sequence[DueEvent]) -> pl.DataFrame:
    """Return the log with ``events`` appended, as it will read once they are written."""
    first = 1 + max(log.get_column("seq").to_list(), default=0)
    rows = [
        {
            "seq": first + n,
            "type": event.type,
            "actor": SYSTEM,
            "organisation": SYSTEM,
            "effective_on": event.effective_on,
            "data": canonical_json(dict(event.data)).decode(),
        }
        for n, event in enumerate(events)
    ]
    return pl.concat([log_columns(log), pl.DataFrame(rows, schema=LOG_SCHEMA)])


def log_columns(log: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that folds read, with the day as a Date."""
    on = pl.col("effective_on")
    day = on if log.schema["effective_on"] == pl.Date else on.cast(pl.String).str.slice(0, 10).str.to_date()
    return log.with_columns(day.alias("effective_on")).select(
        pl.col(name).cast(kind) for name, kind in LOG_SCHEMA.items()
    )
