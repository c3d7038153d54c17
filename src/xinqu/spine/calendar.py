"""The working calendar of a realm: the pack's days; in a rehearsal, other years as recalled."""

from xinqu.policy.pack import Pack
from xinqu.rehearsal.calendar import merged_calendar
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.origin import Realm

_REHEARSED_YEARS = (2021, 2026)  # the five years of the rehearsal and the year it is judged in


def calendar_of(pack: Pack, realm: Realm) -> WorkingCalendar:
    """Return the calendar that due days of ``realm`` are counted with.

    Outside a rehearsal a year that the pack does not hold stays unknown, and its due days are provisional.
    """
    return merged_calendar(pack, *_REHEARSED_YEARS).calendar if realm is Realm.REHEARSAL else pack.calendar
