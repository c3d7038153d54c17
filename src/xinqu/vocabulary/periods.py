"""SDMX time periods: 2024, 2024-S1, 2024-Q3, 2024-07; their days, neighbours and names."""

import calendar
import datetime as dt
import re
from collections.abc import Collection
from enum import StrEnum

import msgspec

from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Text

_PATTERN = re.compile(r"([12][0-9]{3})(?:-(S[12]|Q[1-4]|0[1-9]|1[0-2]))?")
_ZH_QUARTERS = "一二三四"


class Frequency(StrEnum):
    """How often a form is due."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEAR = "half_year"
    ANNUAL = "annual"

    @property
    def per_year(self) -> int:
        """Periods in a year."""
        return _PER_YEAR[self]


_PER_YEAR = {Frequency.MONTHLY: 12, Frequency.QUARTERLY: 4, Frequency.HALF_YEAR: 2, Frequency.ANNUAL: 1}


class Period(msgspec.Struct, frozen=True, order=True):
    """One period; ``number`` counts from 1 inside the year (annual: 1). Ordered within one frequency."""

    year: int
    number: int
    frequency: Frequency

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read an SDMX time period.

        Raises:
            Refused: XQ-PERIOD-001 when the text is none of the four kinds.
        """
        match = _PATTERN.fullmatch(text)
        if not match:
            raise Refused(
                Problem(
                    code="XQ-PERIOD-001",
                    what=Text(f"“{text}”不是有效的报告期", f"{text!r} is not a period"),
                    fix=Text("写作 2024、2024-S1、2024-Q3 或 2024-07", "write 2024, 2024-S1, 2024-Q3 or 2024-07"),
                )
            )
        year, part = int(match[1]), match[2]
        if part is None:
            return cls(year, 1, Frequency.ANNUAL)
        if part[0] == "S":
            return cls(year, int(part[1]), Frequency.HALF_YEAR)
        if part[0] == "Q":
            return cls(year, int(part[1]), Frequency.QUARTERLY)
        return cls(year, int(part), Frequency.MONTHLY)

    def __str__(self) -> str:
        match self.frequency:
            case Frequency.ANNUAL:
                return str(self.year)
            case Frequency.HALF_YEAR:
                return f"{self.year}-S{self.number}"
            case Frequency.QUARTERLY:
                return f"{self.year}-Q{self.number}"
        return f"{self.year}-{self.number:02d}"

    @property
    def _months(self) -> int:
        return 12 // self.frequency.per_year

    @property
    def start(self) -> dt.date:
        """First day."""
        return dt.date(self.year, (self.number - 1) * self._months + 1, 1)

    @property
    def end(self) -> dt.date:
        """Last day."""
        month = self.number * self._months
        return dt.date(self.year, month, calendar.monthrange(self.year, month)[1])

    def shift(self, steps: int) -> "Period":
        """Return the period ``steps`` later (earlier when negative) of the same frequency."""
        per_year = self.frequency.per_year
        index = self.year * per_year + self.number - 1 + steps
        return Period(index // per_year, index % per_year + 1, self.frequency)

    def prev(self, skipped: Collection[int] = ()) -> "Period":
        """Return the period before this one, passing over numbers of the year that have no return (``skipped``)."""
        before = self.shift(-1)
        return before.prev(skipped) if before.number in skipped else before

    def last_year(self) -> "Period":
        """Return the same period of the year before."""
        return self.shift(-self.frequency.per_year)

    def contains(self, other: "Period") -> bool:
        """Say whether ``other`` lies wholly inside this period."""
        return self.start <= other.start and other.end <= self.end

    @property
    def label(self) -> Text:
        """The period as a person says it."""
        year = self.year
        match self.frequency:
            case Frequency.ANNUAL:
                return Text(f"{year}年", str(year))
            case Frequency.HALF_YEAR:
                return Text(f"{year}年{'上下'[self.number - 1]}半年", f"H{self.number} {year}")
            case Frequency.QUARTERLY:
                return Text(f"{year}年{_ZH_QUARTERS[self.number - 1]}季度", f"Q{self.number} {year}")
        return Text(f"{year}年{self.number}月", f"{calendar.month_abbr[self.number]} {year}")


def periods_between(first: Period, last: Period) -> list[Period]:
    """Return all periods from ``first`` to ``last``, both included; both of one frequency."""
    out, current = [], first
    while current <= last:
        out.append(current)
        current = current.shift(1)
    return out
