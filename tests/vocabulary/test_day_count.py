"""The table of working days equals the calendar's own clock, holidays and make-up days included."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.policy.load import load_pack
from xinqu.vocabulary.day_count import DayCount

CALENDAR = load_pack().calendar  # 2024 to 2026 are known
FIRST, LAST = dt.date(2023, 6, 1), dt.date(2027, 12, 31)
TABLE = DayCount(CALENDAR, FIRST, LAST)
DAYS = st.dates(dt.date(2023, 7, 1), dt.date(2027, 3, 31))


def one(day: dt.date) -> np.ndarray:
    return np.array([day], dtype="datetime64[D]")


@settings(deadline=None)
@given(DAYS, st.integers(0, 120))
def test_adding_working_days_is_the_calendars_addition(day, count):
    expected = CALENDAR.add(day, count)
    got = TABLE.add(one(day), np.array([count]))
    assert got[0] == np.datetime64(expected.day, "D")
    assert bool(TABLE.is_known(one(day), got)[0]) == (not expected.provisional)


@settings(deadline=None)
@given(DAYS, DAYS)
def test_counting_between_days_is_the_calendars_count(start, end):
    start, end = min(start, end), max(start, end)
    assert TABLE.between(one(start), one(end))[0] == CALENDAR.between(start, end)


def test_oracle_w91_ten_working_days_from_26_september_2025():
    """domain/oracles.csv W91: make-up days on 28 September and 11 October, days off 1 to 8 October."""
    assert TABLE.add(one(dt.date(2025, 9, 26)), np.array([10]))[0] == np.datetime64("2025-10-16")


def test_a_day_outside_the_table_is_an_error_and_not_a_guess():
    with pytest.raises(IndexError):
        TABLE.between(one(dt.date(2020, 1, 1)), one(dt.date(2024, 1, 1)))
    with pytest.raises(IndexError):
        TABLE.add(one(dt.date(2027, 12, 30)), np.array([10]))
