"""Finds the fewest values, weighted by reliability, that must change for a record to satisfy every edit (Fellegi and Holt).

Best-first search over conflict sets. A conflict is a set of fields whose values can't all stay, whatever the others do;
each solution must free one of every conflict. The search frees the cheapest set that meets the conflicts known so far
and asks elimination whether the edits can then be satisfied; if not, the answer is a new conflict.

Source: I. P. Fellegi and D. Holt, A systematic approach to automatic edit and imputation, JASA 71 (1976) 17-35.
"""

import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from xinqu.validation.edits import RELATIVE_SLACK, Alternative, Edit, Linear
from xinqu.validation.eliminate import Row, TooManyRowsError, contradiction, interval

MOST_SETS = 20_000  # sets of fields looked at before a record is given up


class Localised(msgspec.Struct, frozen=True):
    """Where a record is wrong.

    ``freed``: the fields to change or supply, in the order of the record; ``cost``: sum of their weights, fields to be
    supplied not counted; ``others``: other sets of the same cost, as many as were asked for; ``intervals``: field ->
    least and greatest value that some consistent record has there, the other freed fields moving too.
    """

    freed: tuple[str, ...]
    cost: float
    others: tuple[tuple[str, ...], ...]
    intervals: dict[str, tuple[float, float]]


def localise(
    edits: Sequence[Edit],
    values: Mapping[str, float | None],
    weights: Mapping[str, float],
    *,
    others: int = 0,
    within: float = 0.0,
) -> Localised | None:
    """Return the cheapest fields to change so that every edit can hold.

    Args:
        edits: what must hold (``edits.record_edits``).
        values: every field of the record; None has to be supplied and costs nothing.
        weights: cost of changing a field, > 0, how far its value is trusted; 1 where none is given.
        others: how many more sets of the same cost to look for; ``within``: how much more they may cost.

    Returns: None when no change satisfies the edits (they contradict one another), or when the search was given up at
        its limits (MOST_SETS, eliminate.MOST_ROWS).
    """
    record = _Record(edits, values, weights)
    found: list[tuple[float, int]] = []
    try:
        for cost, freed in record.solutions():
            if found and (cost > found[0][0] + within + RELATIVE_SLACK or len(found) > others):
                break
            found.append((cost, freed))
            if not others:
                break
        if not found:
            return None
        cost, best = found[0]
        return Localised(
            freed=record.names(best),
            cost=cost,
            others=tuple(record.names(other) for _, other in found[1:]),
            intervals=record.intervals(best),
        )
    except TooManyRowsError:
        return None


class _Prepared(msgspec.Struct, frozen=True):
    """An inequality by field numbers: coefficients, bound, and the bit set of its fields."""

    terms: tuple[tuple[int, float], ...]
    bound: float
    fields: int


_Choice = list[list[_Prepared]]  # the alternatives of one edit


class _Record:
    """A record under search; sets of fields are bit sets."""

    def __init__(self, edits: Sequence[Edit], values: Mapping[str, float | None], weights: Mapping[str, float]) -> None:
        self._names = list(values)
        self._number = {name: n for n, name in enumerate(self._names)}
        self._values = [0.0 if value is None else float(value) for value in values.values()]
        self._weights = [float(weights.get(name, 1.0)) for name in self._names]
        self._absent = sum(1 << n for n, value in enumerate(values.values()) if value is None)
        self._plain: list[_Prepared] = []
        self._choices: list[_Choice] = []
        for edit in edits:
            prepared = [self._prepared(alternative) for alternative in edit.alternatives]
            if len(prepared) == 1:
                self._plain += prepared[0]
            else:
                self._choices.append(prepared)

    def _prepared(self, alternative: Alternative) -> list[_Prepared]:
        return [self._numbered(linear) for linear in alternative]

    def _numbered(self, linear: Linear) -> _Prepared:
        terms = tuple((self._number[item], coefficient) for item, coefficient in linear.terms)
        return _Prepared(terms, linear.bound, sum(1 << n for n, _ in terms))

    def names(self, fields: int) -> tuple[str, ...]:
        """Return the names of a set of fields."""
        return tuple(name for n, name in enumerate(self._names) if fields >> n & 1)

    def solutions(self) -> Iterator[tuple[float, int]]:
        """Yield sets of fields that can repair the record, none inside another, cheapest first."""
        conflicts = self._first_conflicts()
        tie = itertools.count()
        heap = [(self._left_to_pay(self._absent, conflicts), next(tie), 0.0, self._absent)]
        seen, repaired = {self._absent}, list[int]()
        while heap and len(seen) < MOST_SETS:
            _, _, cost, freed = heapq.heappop(heap)
            if any(done & freed == done for done in repaired):
                continue
            conflict = next((known for known in conflicts if not known & freed), None)
            if conflict is None:
                conflict = self._conflict(freed)
                if conflict is None:
                    repaired.append(freed)
                    yield cost, freed
                    continue
                if not conflict:
                    return  # nothing to free: the edits contradict one another
                conflicts.append(conflict)
                conflicts.sort(key=int.bit_count)
            for n in _bits(conflict):
                more = freed | 1 << n
                if more not in seen:
                    seen.add(more)
                    paid = cost + self._weights[n]
                    heapq.heappush(heap, (paid + self._left_to_pay(more, conflicts), next(tie), paid, more))

    def _left_to_pay(self, freed: int, conflicts: Sequence[int]) -> float:
        """Return what at least must still be paid: the cheapest field of each of some conflicts that share no field."""
        used, cost = freed, 0.0
        for conflict in conflicts:
            if not conflict & used:
                used |= conflict
                cost += min((self._weights[n] for n in _bits(conflict)), default=0.0)
        return cost

    def _first_conflicts(self) -> list[int]:
        """Return the fields of every inequality that fails as the record stands."""
        failing = {row.fields for row in self._plain if not row.fields & self._absent and not self._stands(row)}
        return sorted(failing, key=int.bit_count)

    def _stands(self, row: _Prepared) -> bool:
        total, size = 0.0, max(1.0, abs(row.bound))
        for n, coefficient in row.terms:
            part = coefficient * self._values[n]
            total += part
            size = max(size, abs(part))
        return total <= row.bound + RELATIVE_SLACK * size

    def _conflict(self, freed: int) -> int | None:
        """Return None when the edits can hold with ``freed`` free, else a new conflict."""
        rows = self._rows(self._plain, freed)
        return self._tried(rows, self._open_choices(freed), freed)

    def _rows(self, plain: Sequence[_Prepared], freed: int) -> list[Row]:
        rows: list[Row] = []
        for row in plain:
            if row.fields & freed or not self._stands(row):
                rows.append(self._row(row, freed, 1 << len(rows)))
        return rows

    def _row(self, row: _Prepared, freed: int, source: int) -> Row:
        bound, scale, terms = row.bound, max(1.0, abs(row.bound)), {}
        for n, coefficient in row.terms:
            if freed >> n & 1:
                terms[n] = coefficient
            else:
                part = coefficient * self._values[n]
                bound -= part
                scale = max(scale, abs(part))
        return Row(terms, bound, row.fields & ~freed, scale, source)

    def _open_choices(self, freed: int) -> list[_Choice]:
        """Return the edits with alternatives that are not settled by fixed values alone."""
        return [choice for choice in self._choices if not any(self._settled(rows, freed) for rows in choice)]

    def _settled(self, rows: list[_Prepared], freed: int) -> bool:
        return all(not row.fields & freed and self._stands(row) for row in rows)

    def _tried(self, rows: list[Row], choices: Sequence[_Choice], freed: int) -> int | None:
        """Try the alternatives of each edit in turn; a conflict joins what each of them rests on."""
        conflict = contradiction(rows)
        if conflict is not None or not choices:
            return conflict
        later, joined = choices[1:], 0
        for alternative in choices[0]:
            more = [self._row(row, freed, 1 << (len(rows) + n)) for n, row in enumerate(alternative)]
            found = self._tried([*rows, *more], later, freed)
            if found is None:
                return None
            joined |= found
        return joined

    def intervals(self, freed: int) -> dict[str, tuple[float, float]]:
        """Return least and greatest value of each freed field over all ways to satisfy the edits."""
        found: dict[str, tuple[float, float]] = {}
        rows = self._rows(self._plain, freed)
        for way in self._ways(rows, self._open_choices(freed), freed):
            for n in _bits(freed):
                low, high = interval(way, n)
                before = found.get(self._names[n], (low, high))
                found[self._names[n]] = (min(low, before[0]), max(high, before[1]))
        return found

    def _ways(self, rows: list[Row], choices: Sequence[_Choice], freed: int) -> Iterator[list[Row]]:
        if contradiction(rows) is not None:
            return
        if not choices:
            yield rows
            return
        for alternative in choices[0]:
            more = [self._row(row, freed, 1 << (len(rows) + n)) for n, row in enumerate(alternative)]
            yield from self._ways([*rows, *more], choices[1:], freed)


def _bits(fields: int) -> Iterator[int]:
    while fields:
        lowest = fields & -fields
        yield lowest.bit_length() - 1
        fields ^= lowest
