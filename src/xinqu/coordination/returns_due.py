"""Returns that time has overtaken: late from the day after the due day, missing from the day after the grace."""

import datetime as dt
from collections.abc import Collection

import polars as pl

from xinqu.coordination.due_events import DueEvent
from xinqu.monitoring.owed_returns import KEY as _KEY
from xinqu.monitoring.owed_returns import first_filed, owed_returns
from xinqu.policy.pack import Pack
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.event_frame import read_events

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
    owed = owed_returns(pack, events, calendar, first, as_of, as_of=as_of, forms=forms)
    return owed.filter(~pl.col("provisional")).join(first_filed(events, as_of=as_of), on=_KEY, how="left")
