"""The calendar of returns: which return is due when, until when it is only late, and what stands on a day."""

import datetime as dt

import polars as pl

from xinqu.policy.due import due_date, period_of
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack, in_force
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.periods import Period, periods_between

DUE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "form": pl.String,
    "period": pl.String,
    "due_on": pl.Date,
    "grace_until": pl.Date,
    "provisional": pl.Boolean,
}


def due_table(pack: Pack, calendar: WorkingCalendar, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Return every return whose period ends between ``first`` and ``last`` while its form is in force.

    Returns: the columns of ``DUE_SCHEMA``, by form and period. ``grace_until`` is the last day on which a return is
    late rather than missing; ``provisional`` when the due day or the grace lies beyond the known calendar: such a day
    never lapses. Periods without a return (January of xm1) have no row.
    """
    rows = [
        row
        for form in pack.forms.values()
        for period in periods_between(period_of(first, form.frequency), period_of(last, form.frequency))
        if first <= period.end <= last and in_force(form, period.end)
        if (row := _due_row(form, period, calendar))
    ]
    return pl.DataFrame(rows, schema=DUE_SCHEMA, orient="row")


def _due_row(form: Form, period: Period, calendar: WorkingCalendar) -> tuple[str, str, dt.date, dt.date, bool] | None:
    due = due_date(form, period, calendar)
    if due is None:
        return None
    grace = calendar.add(due.day, form.grace_working_days)
    return form.id, str(period), due.day, grace.day, due.provisional or grace.provisional


def settled_on(pack: Pack, figures: pl.DataFrame, calendar: WorkingCalendar) -> pl.DataFrame:
    """Return per indicator and period the day on which the grace of the last form it needs is over.

    From the next working day on a lamp is taken to stand: until then the return may still be filed or corrected
    without delay. Returns: columns indicator, period, settled_on, provisional; periods of other lengths than the
    form's take the form's period that holds their last day.
    """
    pairs = figures.select("indicator", "period").unique().sort("indicator", "period")
    cache: dict[tuple[str, Period], tuple[dt.date, bool]] = {}
    rows = []
    for indicator, text in pairs.iter_rows():
        end = Period.parse(text).end
        graces = [
            _grace(pack.forms[form], period_of(end, pack.forms[form].frequency), calendar, cache)
            for form in pack.indicators[indicator].forms
        ]
        rows.append((indicator, text, max(day for day, _ in graces), any(provisional for _, provisional in graces)))
    schema = {"indicator": pl.String, "period": pl.String, "settled_on": pl.Date, "provisional": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _grace(
    form: Form, period: Period, calendar: WorkingCalendar, cache: dict[tuple[str, Period], tuple[dt.date, bool]]
) -> tuple[dt.date, bool]:
    key = (form.id, period)
    if key not in cache:
        due = due_date(form, period, calendar) or calendar.add(period.end, 0)
        grace = calendar.add(due.day, form.grace_working_days)
        cache[key] = (grace.day, due.provisional or grace.provisional)
    return cache[key]
