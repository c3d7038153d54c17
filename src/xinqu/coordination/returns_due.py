"""Returns and their due days: a reminder before, late from the day after the due day, missing after the grace."""

import datetime as dt
from collections.abc import Collection

import polars as pl

from xinqu.coordination.due_events import DueEvent
from xinqu.monitoring.owed_returns import KEY as _KEY
from xinqu.monitoring.owed_returns import first_filed, owed_returns
from xinqu.policy.model import Parameter
from xinqu.policy.pack import Pack
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.event_frame import read_events

DUE_SOON, REMINDER = "return.due_soon", "reminder_working_days"
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

    A return counts from its first submission (one of a sub-unit is not the area's); a recall does not undo that it came in time. ``return.extended`` moves the
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


def due_reminders(
    pack: Pack,
    events: pl.DataFrame,
    calendar: WorkingCalendar,
    *,
    since: dt.date,
    as_of: dt.date,
    forms: Collection[str] | None = None,
) -> list[DueEvent]:
    """Return the ``return.due_soon`` events that ``since`` (excluded) to ``as_of`` brought about and nobody wrote yet.

    A return that is not filed is reminded of ``reminder_working_days`` before its due day, and again when the due day
    is moved. A pack without that parameter, or without the event, reminds nobody. A provisional due day says so.
    """
    parameter = pack.parameters.get(REMINDER)
    if parameter is None or DUE_SOON not in pack.event_types:
        return []
    span = owed_returns(pack, events, calendar, _first(since), as_of, as_of=as_of, forms=forms)
    owed = span.join(first_filed(events, as_of=as_of), on=_KEY, how="left")
    days = {due: _reminded_on(parameter, calendar, due) for due in owed["due_on"].unique().to_list()}
    written = read_events(events, [DUE_SOON], [*_KEY, "due"]).select(*_KEY, pl.col("due").str.to_date().alias("due_on"))
    rows = (
        owed.with_columns(reminded_on=pl.col("due_on").replace_strict(days, default=None, return_dtype=pl.Date))
        .filter(
            (pl.col("reminded_on") > since)
            & (pl.col("reminded_on") <= as_of)
            & (pl.col("filed_on").is_null() | (pl.col("filed_on") >= pl.col("reminded_on")))
        )
        .join(written, on=[*_KEY, "due_on"], how="anti")
        .sort("reminded_on", *_KEY)
    )
    return [
        DueEvent(
            type=DUE_SOON,
            subject=f"return/{row['form']}/{row['area']}/{row['period']}",
            effective_on=row["reminded_on"],
            data={name: row[name] for name in _KEY}
            | {"due": row["due_on"].isoformat(), "provisional": row["provisional"]},
        )
        for row in rows.iter_rows(named=True)
    ]


def _reminded_on(parameter: Parameter, calendar: WorkingCalendar, due: dt.date) -> dt.date | None:
    """Return the working day so many working days before ``due``; None where the pack names no number for then."""
    number = parameter.on(due)
    if number is None:
        return None
    day, left = due, int(number.value)
    while left > 0:
        day -= ONE_DAY
        left -= calendar.is_working_day(day)
    return day


def _first(since: dt.date) -> dt.date:
    """Return the first end of period to look at: annual returns are due the year after; an extension may move them on."""
    return dt.date(since.year - 2, 1, 1)


def _owed(
    pack: Pack,
    events: pl.DataFrame,
    calendar: WorkingCalendar,
    since: dt.date,
    as_of: dt.date,
    forms: Collection[str] | None,
) -> pl.DataFrame:
    """Return form, area, period, due_on, grace_until, filed_on of the returns that could lapse in the span."""
    owed = owed_returns(pack, events, calendar, _first(since), as_of, as_of=as_of, forms=forms)
    return owed.filter(~pl.col("provisional")).join(first_filed(events, as_of=as_of), on=_KEY, how="left")
