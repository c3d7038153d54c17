"""The grid a nation stands on: areas with their dated scopes, years, and the periods each form is due for."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from xinqu.policy.due import due_date
from xinqu.policy.model import Area, AreaScope, Form
from xinqu.policy.pack import Pack
from xinqu.rehearsal.draws import Array
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.periods import Frequency, Period

MONTHS = 12


@dataclass(frozen=True)
class Grid:
    """Areas and years of a nation.

    ``scopes[a][m]`` is the scope version in which area ``a`` reports a period that ends with month ``m`` (counted from
    January of the first year).
    """

    areas: tuple[str, ...]
    first_year: int
    years: int
    scopes: tuple[tuple[AreaScope, ...], ...]

    @property
    def months(self) -> int:
        """Months covered, whole years."""
        return self.years * MONTHS

    def ends(self, columns: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the index of the last month of each of ``columns`` equal periods."""
        step = self.months // columns
        return np.arange(columns, dtype=np.int64) * step + step - 1

    def land_ratio(self) -> Array:
        """Return land of the scope at each month's end over land at the start; shape (areas, months); 1 without a break."""
        km2 = np.array([[float(scope.km2_land) for scope in row] for row in self.scopes])
        ratio: Array = km2 / km2[:, :1]
        return ratio

    def period(self, frequency: Frequency, column: int) -> Period:
        """Return the period of a column of an array of that frequency."""
        year, number = divmod(column, frequency.per_year)
        return Period(self.first_year + year, number + 1, frequency)

    def scope_of(self, area: int, period: Period) -> AreaScope:
        """Return the scope version in which the area reports ``period``."""
        return self.scopes[area][(period.end.year - self.first_year) * MONTHS + period.end.month - 1]


def lay_grid(pack: Pack, first_year: int, as_of: dt.date) -> Grid:
    """Lay the grid from January of ``first_year`` to December of the year of ``as_of``."""
    ends = [
        Period(year, month, Frequency.MONTHLY).end
        for year in range(first_year, as_of.year + 1)
        for month in range(1, MONTHS + 1)
    ]
    scopes = tuple(tuple(reporting_scope(area, day) for day in ends) for area in pack.areas.values())
    return Grid(tuple(pack.areas), first_year, as_of.year + 1 - first_year, scopes)


def reporting_scope(area: Area, day: dt.date) -> AreaScope:
    """Return the scope version an area reports in on ``day``: its main one, or the one that followed when that ended.

    Before the first version the first one is taken.
    """
    valid = [s for s in area.scopes if s.valid_from <= day and (s.valid_to is None or day <= s.valid_to)]
    main = [s for s in valid if s.main]
    return main[-1] if main else max(valid or area.scopes[:1], key=lambda scope: scope.valid_from)


def owed_columns(
    form: Form, grid: Grid, as_of: dt.date, calendar: WorkingCalendar
) -> list[tuple[int, Period, dt.date]]:
    """Return (column, period, due day) of each period of the grid whose due day has passed on ``as_of``, oldest first."""
    owed = []
    for column in range(grid.years * form.frequency.per_year):
        period = grid.period(form.frequency, column)
        due = due_date(form, period, calendar) if period.end < as_of else None
        if due and due.day < as_of:
            owed.append((column, period, due.day))
    return owed
