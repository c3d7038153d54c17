"""Working days for the years that a pack does not hold: from chinesecalendar, marked recalled."""

import datetime as dt
from dataclasses import dataclass

import chinese_calendar

from xinqu.policy.pack import Pack
from xinqu.vocabulary.calendars import WorkingCalendar

_SATURDAY = 5


@dataclass(frozen=True)
class MergedCalendar:
    """A working calendar and the days in it that stand in no document of the pack."""

    calendar: WorkingCalendar
    recalled: dict[dt.date, str]


def merged_calendar(pack: Pack, first_year: int, last_year: int) -> MergedCalendar:
    """Return the pack's calendar, with the missing years up to ``last_year`` filled from chinesecalendar where it has them.

    ``recalled`` maps each day so filled to ``off`` or ``work``; a year in neither stays unknown, so that its due days
    are provisional. A pack of another country names no such package: its missing years stay unknown.
    """
    years = range(first_year, last_year + 1) if pack.info.recalled_calendar == "chinesecalendar" else ()
    missing = [year for year in years if year not in pack.calendar.known_years and _holds(year)]
    recalled = {day: kind for year in missing for day, kind in _special_days(year)}
    known = pack.calendar.known_years | frozenset(missing)
    return MergedCalendar(WorkingCalendar(days={**recalled, **pack.calendar.days}, known_years=known), recalled)


def _holds(year: int) -> bool:
    try:
        chinese_calendar.is_workday(dt.date(year, 12, 31))
    except NotImplementedError:
        return False
    return True


def _special_days(year: int) -> list[tuple[dt.date, str]]:
    """Return the days of a year on which the working week is not followed."""
    first = dt.date(year, 1, 1)
    days = [first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days)]
    worked = {day: bool(chinese_calendar.is_workday(day)) for day in days}
    return [(day, "work" if works else "off") for day, works in worked.items() if works != (day.weekday() < _SATURDAY)]
