"""Working days of years outside the pack come from chinesecalendar and are marked; the pack's own days stand."""

import datetime as dt

from xinqu.rehearsal.calendar import merged_calendar


def test_years_of_the_pack_are_its_own(pack):
    merged = merged_calendar(pack, 2021, 2026)
    assert {day: merged.calendar.days[day] for day in pack.calendar.days} == dict(pack.calendar.days)
    assert {day.year for day in merged.recalled} == {2021, 2022, 2023}
    assert not set(merged.recalled) & set(pack.calendar.days)
    assert merged.calendar.known_years == frozenset(range(2021, 2027))


def test_known_days_of_the_recalled_years(pack):
    """Guo Ban Fa Ming Dian notices of 2020-2022 (recalled): National Day off, the Saturday before a long holiday worked."""
    calendar = merged_calendar(pack, 2021, 2023).calendar
    assert not calendar.is_working_day(dt.date(2021, 10, 1))
    assert not calendar.is_working_day(dt.date(2022, 2, 1))
    assert calendar.is_working_day(dt.date(2022, 1, 29))
    assert calendar.is_working_day(dt.date(2023, 10, 7))
    assert calendar.is_working_day(dt.date(2023, 10, 8))  # a Sunday, worked for the long National Day


def test_a_year_that_nobody_knows_stays_unknown(pack):
    merged = merged_calendar(pack, 2026, 2045)
    assert 2045 not in merged.calendar.known_years
    assert merged.calendar.add(dt.date(2045, 3, 1), 5).provisional
