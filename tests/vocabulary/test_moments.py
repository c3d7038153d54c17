"""A moment's day is Beijing's."""

import datetime as dt

from xinqu.vocabulary.moments import beijing_day


def test_late_evening_utc_is_the_next_day_in_beijing():
    assert beijing_day(dt.datetime(2026, 11, 16, 15, 59, tzinfo=dt.UTC)) == dt.date(2026, 11, 16)
    assert beijing_day(dt.datetime(2026, 11, 16, 16, 0, tzinfo=dt.UTC)) == dt.date(2026, 11, 17)
