"""Working days counted for whole arrays at once: a running count per day, equal to the calendar's own clock."""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from xinqu.vocabulary.calendars import WorkingCalendar

Days = NDArray[np.datetime64]
_EPOCH = 1970  # year 0 of numpy's datetime64


class DayCount:
    """A running count of working days over the days ``first`` to ``last`` (both included).

    ``WorkingCalendar`` says what a working day is and is the oracle of this table.
    """

    def __init__(self, calendar: WorkingCalendar, first: dt.date, last: dt.date) -> None:
        size = (last - first).days + 1
        worked = np.fromiter(
            (calendar.is_working_day(first + dt.timedelta(days=n)) for n in range(size)), dtype=np.int64, count=size
        )
        self._first = np.datetime64(first, "D")
        self._count = np.cumsum(worked)
        years = (self._first + np.arange(size)).astype("datetime64[Y]").astype(np.int64) + _EPOCH
        self._is_unknown = ~np.isin(years, np.array(sorted(calendar.known_years), dtype=np.int64))
        self._unknown = np.cumsum(self._is_unknown)

    def between(self, start: Days, end: Days) -> NDArray[np.int64]:
        """Count working days after ``start`` up to and including ``end``, element by element."""
        return self._at(end) - self._at(start)

    def add(self, day: Days, working_days: NDArray[np.int64]) -> Days:
        """Return the day that lies ``working_days`` (>= 0) after ``day``; 0 moves a day off to the next worked one.

        Raises:
            IndexError: when an answer lies beyond ``last``.
        """
        at = self._at(day)
        before = np.where(self._is_worked(day), at - 1, at)
        wanted = np.where(working_days > 0, at + working_days, before + 1)
        found = np.searchsorted(self._count, wanted, side="left")
        if found.size and int(found.max()) >= self._count.size:
            raise IndexError("the working-day table ends too early")
        return self._first + found.astype("timedelta64[D]")

    def is_known(self, start: Days, end: Days) -> NDArray[np.bool_]:
        """Say whether the holidays of all days after ``start`` up to ``end`` are known; else ``end`` is provisional."""
        last = self._index(end)
        same: NDArray[np.bool_] = self._unknown[last] == self._unknown[self._index(start)]
        return same & ~self._is_unknown[last]

    def _index(self, day: Days) -> NDArray[np.int64]:
        index = (day.astype("datetime64[D]") - self._first).astype(np.int64)
        if index.size and (int(index.min()) < 0 or int(index.max()) >= self._count.size):
            raise IndexError("a day lies outside the working-day table")
        return index

    def _at(self, day: Days) -> NDArray[np.int64]:
        return self._count[self._index(day)]

    def _is_worked(self, day: Days) -> NDArray[np.bool_]:
        index = self._index(day)
        previous = np.where(index > 0, self._count[np.maximum(index - 1, 0)], 0)
        return self._count[index] > previous
