"""When a form is due, and which periods are owed by a day (DOMAIN section c)."""

import datetime as dt

from xinqu.policy.model import Form
from xinqu.vocabulary.calendars import DueDate, WorkingCalendar
from xinqu.vocabulary.periods import Frequency, Period, periods_between


def due_date(form: Form, period: Period, calendar: WorkingCalendar) -> DueDate | None:
    """Return when the return of ``period`` is due; None when the form has no return for it (January of xm1).

    A deadline on a day off moves to the next working day.
    """
    if period.number in form.due.skip_periods:
        return None
    match form.due.rule:
        case "working_day":
            return calendar.add(period.end, form.due.day)
        case "calendar_day":
            return calendar.add(period.end + dt.timedelta(days=form.due.day), 0)
        case "month_day":
            return calendar.add(dt.date(period.end.year + 1, form.due.month, form.due.day), 0)


def owed_periods(form: Form, as_of: dt.date, calendar: WorkingCalendar) -> list[Period]:
    """Return the periods that end while the form is in force and whose due day is past on ``as_of``, oldest first."""
    last_end = min(as_of, form.valid_to or as_of)
    candidates = periods_between(period_of(form.valid_from, form.frequency), period_of(last_end, form.frequency))
    owed = []
    for period in candidates:
        due = due_date(form, period, calendar)
        if due and due.day < as_of and form.valid_from <= period.end <= last_end:
            owed.append(period)
    return owed


def period_of(day: dt.date, frequency: Frequency) -> Period:
    """Return the period of ``frequency`` that ``day`` lies in."""
    months = 12 // frequency.per_year
    return Period(day.year, (day.month - 1) // months + 1, frequency)
