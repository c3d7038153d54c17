"""The returns each area owes, with the extensions the log holds: the one reading of due day and grace for all."""

import datetime as dt
from collections.abc import Collection

import polars as pl

from xinqu.monitoring.calendar_of_returns import due_table
from xinqu.policy.pack import Pack
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.periods import Period

KEY = ["form", "area", "period"]
EXTENDED = "return.extended"


def owed_returns(
    pack: Pack,
    events: pl.DataFrame,
    calendar: WorkingCalendar,
    first: dt.date,
    last: dt.date,
    *,
    as_of: dt.date,
    forms: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return one row per area and return whose period ends between ``first`` and ``last``; an area owes none before it was approved.

    Returns: form, area, period, ends_on, due_on, grace_until, provisional, extended; the last extension in force on ``as_of``
    moves due day and grace. ``forms`` None means all forms of the pack.
    """
    wanted = list(pack.forms if forms is None else forms)
    table = due_table(pack, calendar, first, last).filter(pl.col("form").is_in(wanted))
    areas = pl.DataFrame(
        {"area": list(pack.areas), "approved_on": [area.approved_on for area in pack.areas.values()]},
        schema={"area": pl.String, "approved_on": pl.Date},
    )
    moved = extensions(pack, events, calendar, as_of=as_of)
    return (
        table.join(areas, how="cross")
        .join(_ends(table["period"]), on="period")
        .filter(pl.col("approved_on") <= pl.col("ends_on"))
        .join(moved, on=KEY, how="left")
        .select(
            *KEY,
            "ends_on",
            pl.coalesce("new_due", "due_on").alias("due_on"),
            pl.coalesce("new_grace", "grace_until").alias("grace_until"),
            pl.coalesce("new_provisional", "provisional").alias("provisional"),
            pl.col("new_due").is_not_null().alias("extended"),
        )
    )


def extensions(pack: Pack, events: pl.DataFrame, calendar: WorkingCalendar, *, as_of: dt.date) -> pl.DataFrame:
    """Return the last extension of each return: form, area, period, new_due, new_grace, new_provisional."""
    rows = read_events(events, [EXTENDED], [*KEY, "due"], as_of=as_of).unique(
        subset=KEY, keep="last", maintain_order=True
    )
    found = []
    for row in rows.iter_rows(named=True):
        due = dt.date.fromisoformat(row["due"])
        grace = calendar.add(due, pack.forms[row["form"]].grace_working_days)
        found.append((row["form"], row["area"], row["period"], due, grace.day, grace.provisional))
    schema = dict.fromkeys(KEY, pl.String) | {"new_due": pl.Date, "new_grace": pl.Date, "new_provisional": pl.Boolean}
    return pl.DataFrame(found, schema=schema, orient="row")


def first_filed(events: pl.DataFrame, *, as_of: dt.date) -> pl.DataFrame:
    """Return form, area, period, filed_on: the day each area's own return first came in, not those of its sub-units."""
    return (
        read_events(events, ["return.submitted"], [*KEY, "sub_unit"], as_of=as_of)
        .filter(pl.col("sub_unit").fill_null("") == "")
        .group_by(KEY)
        .agg(filed_on=pl.col("effective_on").min())
    )


def _ends(periods: pl.Series) -> pl.DataFrame:
    texts = periods.unique().to_list()
    ends = [Period.parse(text).end for text in texts]
    return pl.DataFrame({"period": texts, "ends_on": ends}, schema={"period": pl.String, "ends_on": pl.Date})
