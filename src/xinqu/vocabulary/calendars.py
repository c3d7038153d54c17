"""The working-day clock: holidays, make-up days, and due dates that say when they are provisional."""

import datetime as dt
from collections.abc import Mapping

import msgspec

_SATURDAY = 5


class DueDate(msgspec.Struct, frozen=True):
    """A due day; ``provisional`` when it lies beyond the known calendar (only weekends were counted)."""

    day: dt.date
    provisional: bool


class WorkingCalendar(msgspec.Struct, frozen=True):
    """Days off and make-up days of the years that are known.

    ``days`` maps a date to ``"off"`` or ``"work"``; a date not in it is a working day when it is Monday to Friday.
    """

    days: Mapping[dt.date, str]
    known_years: frozenset[int]

    def is_working_day(self, day: dt.date) -> bool:
        """Say whether ``day`` is worked."""
        kind = self.days.get(day)
        return kind == "work" if kind else day.weekday() < _SATURDAY

    def add(self, day: dt.date, working_days: int) -> DueDate:
        """Return the day that is ``working_days`` working days after ``day``; 0 moves a day off to the next worked one."""
        current, left, provisional = day, working_days, False
        while left > 0 or not self.is_working_day(current):
            current += dt.timedelta(days=1)
            provisional = provisional or current.year not in self.known_years
            left -= self.is_working_day(current) and left > 0
        return DueDate(current, provisional or current.year not in self.known_years)

    def between(self, start: dt.date, end: dt.date) -> int:
        """Count working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.between(end, start)
        span = (end - start).days
        return sum(self.is_working_day(start + dt.timedelta(days=n)) for n in range(1, span + 1))
