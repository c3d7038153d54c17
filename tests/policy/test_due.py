"""Due days follow DOMAIN section c; a deadline on a day off moves to the next working day."""

import datetime as dt

import pytest

from xinqu.policy.due import due_date, owed_periods, period_of
from xinqu.policy.load import load_pack
from xinqu.vocabulary.periods import Frequency, Period

PACK = load_pack()

# form, period, due day by the table of DOMAIN section c counted by hand on the calendar of 2025-2026
CASES = [
    ("xa1", "2025", dt.date(2026, 3, 31)),  # 31 March, a Tuesday
    ("xa8", "2025", dt.date(2026, 2, 28)),  # a Saturday, but a make-up working day of the Spring Festival
    ("xq1", "2026-Q3", dt.date(2026, 10, 26)),  # calendar day 25 is a Sunday
    ("xq2", "2026-Q3", dt.date(2026, 10, 20)),  # working day 10 after 30 September, holiday 1-7 October
]


@pytest.mark.parametrize(("form", "period", "day"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_due_day(form, period, day):
    due = due_date(PACK.forms[form], Period.parse(period), PACK.calendar)
    assert due is not None
    assert (due.day, due.provisional) == (day, False)


def test_january_has_no_monthly_return():
    assert due_date(PACK.forms["xm1"], Period.parse("2026-01"), PACK.calendar) is None


def test_a_period_is_owed_from_the_day_after_it_was_due():
    xq1 = PACK.forms["xq1"]
    assert owed_periods(xq1, dt.date(2026, 10, 26), PACK.calendar)[-1] == Period.parse("2026-Q2")
    assert owed_periods(xq1, dt.date(2026, 10, 27), PACK.calendar)[-1] == Period.parse("2026-Q3")


@pytest.mark.parametrize("frequency", list(Frequency))
def test_a_period_holds_its_days(frequency):
    day = dt.date(2024, 2, 29)
    period = period_of(day, frequency)
    assert period.start <= day <= period.end
