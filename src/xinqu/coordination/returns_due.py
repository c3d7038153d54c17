"""Returns that time has overtaken: late from the day after the due day, missing from the day after the grace."""

import datetime as dt
from collections.abc import Collection

import polars as pl

from xinqu.coordination.due_events import DueEvent
from xinqu.monitoring.calendar_of_returns import due_table
from xinqu.policy.pack import Pack
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.event_frame import read_events

_KEY = ["form", "area", "period"]
ONE_DAY = dt.timedelta(days=1)


def overtaken_returns(
    pack: Pack,
    events: pl.DataFrame,
    calendar: WorkingCalendar,
    *,
    since: dt.date,
    as_of: dt.date,
    forms: Collection[str] | None = None,
) -> list[DueEvent]:
    """Return the ``return.due_passed`` events that ``since`` (excluded) to ``as_of`` brought about and nobody wrote yet.

    A return counts from its first submission; a recall does not undo that it came in time. ``return.extended`` moves the
    due day of one return, its grace after it. A provisional due day never lapses. ``forms`` None means all forms.
    """
    due = _owed(pack, events, calendar, since, as_of, forms)
    lapses = pl.concat([
        due.select(*_KEY, "due_on", "filed_on", status=pl.lit("late"), lapsed_on=pl.col("due_on") + ONE_DAY),
        due.select(*_KEY, "due_on", "filed_on", status=pl.lit("missing"), lapsed_on=pl.col("grace_until") + ONE_DAY),
    ])  # fmt: skip
    written = read_events(events, ["return.due_passed"], [*_KEY, "status"])
    rows = (
        lapses.filter(
            (pl.col("lapsed_on") > since)
            & (pl.col("lapsed_on") <= as_of)
            & (pl.col("filed_on").is_null() | (pl.col("filed_on") >= pl.col("lapsed_on")))
        )
        .join(written, on=[*_KEY, "status"], how="anti")
        .sort("lapsed_on", *_KEY, "status")
    )
    return [
        DueEvent(
            type="return.due_passed",
            subject=f"return/{row['form']}/{row['area']}/{row['period']}",
            effective_on=row["lapsed_on"],
            data={
                "form": row["form"],
                "area": row["area"],
                "period": row["period"],
                "status": row["status"],
                "due": row["due_on"].isoformat(),
            },
        )
        for row in rows.iter_rows(named=True)
    ]


def _owed(
    pack: Pack,
    events: pl.DataFrame,
    calendar: WorkingCalendar,
    since: dt.date,
    as_of: dt.date,
    forms: Collection[str] | None,
) -> pl.DataFrame:
    """Return form, area, period, due_on, grace_until, filed_on of the returns that could lapse in the span."""
    first = dt.date(since.year - 2, 1, 1)  # an annual return is due in the year after; an extension may move it on
    table = due_table(pack, calendar, first, as_of)
    wanted = table.filter(pl.col("form").is_in(list(pack.forms if forms is None else forms)) & ~pl.col("provisional"))
    grid = wanted.join(pl.DataFrame({"area": list(pack.areas)}), how="cross")
    extended = _extensions(pack, events, calendar, as_of)
    filed = (
        read_events(events, ["return.submitted"], _KEY, as_of=as_of)
        .group_by(_KEY)
        .agg(filed_on=pl.col("effective_on").min())
    )
    return (
        grid.join(extended, on=_KEY, how="left")
        .with_columns(
            pl.coalesce("new_due", "due_on").alias("due_on"),
            pl.coalesce("new_grace", "grace_until").alias("grace_until"),
        )
        .join(filed, on=_KEY, how="left")
    )


def _extensions(pack: Pack, events: pl.DataFrame, calendar: WorkingCalendar, as_of: dt.date) -> pl.DataFrame:
    """Return the last extension of each return: new_due and new_grace."""
    rows = read_events(events, ["return.extended"], [*_KEY, "due"], as_of=as_of).unique(
        subset=_KEY, keep="last", maintain_order=True
    )
    found = [
        (
            row["form"],
            row["area"],
            row["period"],
            due,
            calendar.add(due, pack.forms[row["form"]].grace_working_days).day,
        )
        for row in rows.iter_rows(named=True)
        for due in [dt.date.fromisoformat(row["due"])]
    ]
    schema = dict.fromkeys(_KEY, pl.String) | {"new_due": pl.Date, "new_grace": pl.Date}
    return pl.DataFrame(found, schema=schema, orient="row")
