"""Decides exactly whether a few free fields can satisfy linear inequalities, and between which values each can lie.

Fourier-Motzkin elimination: with the one to four fields that an error leaves free it is faster than handing a linear
programme to a solver, and it says of every contradiction which fixed values it rests on, which a solver does not.
Rows that Chernikov's rule proves redundant are dropped, so that the number of rows stays small.
"""

import itertools
import math
from collections.abc import Sequence

import msgspec

from xinqu.validation.edits import RELATIVE_SLACK

MOST_ROWS = 5_000  # beyond it the record is given up, not guessed: measured records stay below 300


class TooManyRowsError(Exception):
    """Elimination grew beyond MOST_ROWS."""


class Row(msgspec.Struct, frozen=True):
    """``sum(terms) <= bound`` over free fields.

    ``fixed``: bit set of the fixed fields whose values stand in the bound. ``scale``: size of what was added up, for
    the slack. ``sources``: bit set of the rows it was combined from.
    """

    terms: dict[int, float]
    bound: float
    fixed: int
    scale: float
    sources: int

    @property
    def fails(self) -> bool:
        """Say whether a row without terms is a contradiction."""
        return self.bound < -RELATIVE_SLACK * self.scale


def contradiction(rows: Sequence[Row]) -> int | None:
    """Return None when the rows can be satisfied, else the fixed fields that a contradiction among them rests on."""
    free = sorted({field for row in rows for field in row.terms})
    left: Sequence[Row] = rows
    conflict = _failing(left)
    for gone in range(len(free)):
        if conflict is not None:
            return conflict
        field = _cheapest(left, free)
        free.remove(field)
        left = _eliminated(left, field, gone + 1)
        conflict = _failing(left)
    return conflict


def interval(rows: Sequence[Row], field: int) -> tuple[float, float]:
    """Return the least and greatest value of ``field`` over all solutions of rows that can be satisfied."""
    free = sorted({other for row in rows for other in row.terms} - {field})
    left: Sequence[Row] = rows
    for gone in range(len(free)):
        other = _cheapest(left, free)
        free.remove(other)
        left = _eliminated(left, other, gone + 1)
    low, high = -math.inf, math.inf
    for row in left:
        coefficient = row.terms.get(field, 0.0)
        if coefficient > 0:
            high = min(high, row.bound / coefficient)
        elif coefficient < 0:
            low = max(low, row.bound / coefficient)
    return (low, high) if low <= high else ((low + high) / 2,) * 2  # apart by no more than the slack


def _failing(rows: Sequence[Row]) -> int | None:
    """Return the smallest set of fixed fields among rows that are contradictions."""
    found = [row.fixed for row in rows if not row.terms and row.fails]
    return min(found, key=int.bit_count) if found else None


def _cheapest(rows: Sequence[Row], free: Sequence[int]) -> int:
    """Return the field whose elimination makes the fewest rows."""
    if len(free) == 1:
        return free[0]
    below, above = dict.fromkeys(free, 0), dict.fromkeys(free, 0)
    for row in rows:
        for field, coefficient in row.terms.items():
            if field in below:
                (above if coefficient > 0 else below)[field] += 1
    return min(free, key=lambda field: below[field] * above[field] - below[field] - above[field])


def _eliminated(rows: Sequence[Row], field: int, gone: int) -> list[Row]:
    """Return what the rows say without ``field``; ``gone`` fields are eliminated with it."""
    kept: list[Row] = []
    above: list[Row] = []
    below: list[Row] = []
    for row in rows:
        coefficient = row.terms.get(field)
        (kept if coefficient is None else above if coefficient > 0 else below).append(row)
    if all(len(row.terms) == 1 for row in (*above, *below)):
        pairs = itertools.product(_tightest(above, field), _tightest(below, field))
        return [*kept, *(_combined(high, low, field, high.sources | low.sources) for high, low in pairs)]
    for high in above:
        for low in below:
            sources = high.sources | low.sources
            if sources.bit_count() <= gone + 1:  # Chernikov: a row of more sources follows from others
                kept.append(_combined(high, low, field, sources))
    if len(kept) > MOST_ROWS:
        raise TooManyRowsError
    return kept


def _tightest(rows: list[Row], field: int) -> list[Row]:
    """Return the tightest of bounds on ``field`` alone."""
    return [min(rows, key=lambda row: row.bound / abs(row.terms[field]))] if rows else []


def _combined(high: Row, low: Row, field: int, sources: int) -> Row:
    one, other = 1 / high.terms[field], -1 / low.terms[field]
    terms = {name: one * c for name, c in high.terms.items() if name != field}
    for name, coefficient in low.terms.items():
        if name != field:
            total = terms.get(name, 0.0) + other * coefficient
            if abs(total) <= RELATIVE_SLACK * abs(other * coefficient):
                terms.pop(name, None)  # the two cancel but for rounding
            else:
                terms[name] = total
    return Row(
        terms,
        one * high.bound + other * low.bound,
        high.fixed | low.fixed,
        one * high.scale + other * low.scale,
        sources,
    )
