"""The working-day clock, against the State Council's holiday notices as they stand in the pack."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.policy.load import load_pack

CALENDAR = load_pack().calendar
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2026, 11, 30))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (dt.date(2026, 11, 17), True),
        (dt.date(2025, 10, 1), False),  # National Day
        (dt.date(2025, 9, 28), True),  # Sunday, make-up day
        (dt.date(2026, 11, 21), False),  # Saturday
    ],
)
def test_holidays_and_make_up_days(day, worked):
    assert CALENDAR.is_working_day(day) is worked


@given(DAYS, st.integers(1, 30))
def test_adding_and_counting_agree(day, steps):
    due = CALENDAR.add(day, steps)
    assert CALENDAR.between(day, due.day) == steps
    assert CALENDAR.is_working_day(due.day)


def test_a_due_day_beyond_the_known_calendar_is_provisional():
    assert CALENDAR.add(dt.date(2026, 12, 28), 10).provisional
    assert not CALENDAR.add(dt.date(2026, 11, 2), 10).provisional


def test_a_deadline_on_a_day_off_moves_on():
    assert CALENDAR.add(dt.date(2025, 10, 1), 0).day == dt.date(2025, 10, 9)
