"""The calendar day of a moment, which is Beijing's: deadlines are days there, the log records UTC."""

import datetime as dt

BEIJING = dt.timezone(dt.timedelta(hours=8))  # no daylight saving since 1992


def beijing_day(moment: dt.datetime) -> dt.date:
    """Return the day that ``moment`` (aware) falls on in Beijing."""
    return moment.astimezone(BEIJING).date()
