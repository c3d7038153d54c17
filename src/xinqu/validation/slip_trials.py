"""The values that a known cause would give in place of those reported, for all returns at once.

Each function tries one cause on a table of rows by items and returns the values worth judging.
"""

import itertools
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
POWERS = (1, 2, 3, 4)  # ten to ten-thousand-fold; the last is what 万 and 亿 mixed up give
_KINDS = {1: "x10", 2: "x100", 3: "x1000", 4: "x10000"}
# A slip is believed when it halves the distance to the past and leaves less than a doubling or halving: growth alone
# and errors of any size seldom look like one. On six rehearsals all 232 slips were found and 1 of 83 errors of other
# sizes was mistaken for one.
_NEARER, _LIKE_PAST = 0.5, float(np.log10(2))
_MOST_DECIMALS = 4  # 万元 to the yuan
NONE = -1


class Trials(msgspec.Struct, frozen=True):
    """Values to try, one entry each: row, item, kind, new value; the other item and its new value for a swap."""

    row: Whole
    item: Whole
    kind: NDArray[np.str_]
    value: Floats
    other: Whole
    other_value: Floats
    distance: Floats

    def taken(self, chosen: Whole) -> "Trials":
        """Return the chosen entries."""
        return Trials(*(getattr(self, name)[chosen] for name in self.__struct_fields__))


class Table(msgspec.Struct, frozen=True):
    """Rows by numeric items: what was reported, what it is compared with, and whether a failing check reads it.

    ``previous`` is the last period as accepted; ``comparable`` is NaN where that can't be compared. ``so_far``:
    sum of the year before this period, for items of the single period. ``elapsed``: periods of the year before this one.
    """

    value: Floats
    reference: Floats
    comparable: Floats
    previous: Floats
    so_far: Floats
    suspect: NDArray[np.bool_]
    elapsed: Floats

    def distance(self, row: Whole, item: Whole, value: Floats) -> Floats:
        """Return how many powers of ten lie between values and their references; inf where it can't be said."""
        return _apart(value, self.reference[row, item])


def powers(table: Table) -> Trials:
    """Try the power of ten that is nearest to value over reference; every power where there is no reference."""
    row, item = np.nonzero(table.suspect & (table.value != 0))
    value, reference = table.value[row, item], table.reference[row, item]
    power, last = _power(value, reference), _power(value, table.comparable[row, item])
    past = np.fmax(_decimals(reference), _decimals(table.previous[row, item]))
    usual_decimals = np.where(np.isnan(past), np.nan, np.fmax(past, _decimals(value)))
    parts = []
    for k in (*POWERS, *(-k for k in POWERS)):
        usual = last == 0  # like the period before: then it is last year's value that looks wrong
        here = np.isnan(power) | ((power == k) & ~usual)
        if 0 < k < POWERS[-1]:  # with another unit come other decimals, with a digit too many they don't
            here &= ~(_decimals(value / 10.0**k) > usual_decimals)
        fresh = value[here] / 10.0**k if k > 0 else value[here] * 10.0**-k
        kind = np.full(here.sum(), _KINDS[abs(k)])
        parts.append(_made(table, row[here], item[here], kind, fresh))
    return joined(parts)


def signs(table: Table, not_negative: NDArray[np.bool_]) -> Trials:
    """Try the other sign where a negative value stands against its past, or against an item that can't be negative."""
    wrong = np.where(np.isfinite(table.reference), np.sign(table.reference) == -np.sign(table.value), not_negative)
    row, item = np.nonzero(table.suspect & wrong & (table.value < 0))
    return _made(table, row, item, np.full(len(row), "sign"), -table.value[row, item])


def swaps(table: Table, units: Sequence[str]) -> Trials:
    """Try neighbouring columns of one unit the other way round where both then lie nearer to their past."""
    same = np.array([one == other for one, other in itertools.pairwise(units)], dtype=bool)
    value, reference = table.value, table.reference
    pair = same & np.isfinite(value[:, :-1]) & np.isfinite(value[:, 1:]) & (value[:, :-1] != value[:, 1:])
    row, item = np.nonzero(pair & (table.suspect[:, :-1] | table.suspect[:, 1:]))
    one, other = value[row, item], value[row, item + 1]
    left, right = reference[row, item], reference[row, item + 1]
    crossed = _apart(other, left) + _apart(one, right)
    nearer = (_apart(other, left) < _apart(one, left)) & (_apart(one, right) < _apart(other, right))
    here = np.isfinite(crossed) & nearer
    kind = np.full(here.sum(), "swapped")
    return Trials(row[here], item[here], kind, other[here], item[here] + 1, one[here], crossed[here])


def accumulations(table: Table, cumulative: NDArray[np.bool_], first: NDArray[np.bool_]) -> Trials:
    """Try adding the sum of the year so far, and taking off last year's sum in the first period of a year.

    What is added must be of the size of one period: the power of ten nearest to it over the mean so far is 0.
    """
    usable = table.suspect & cumulative & (table.value > 0) & (table.previous > 0)
    parts = []
    single = _power(table.value, table.previous / np.maximum(table.elapsed[:, None], 1)) == 0
    row, item = np.nonzero(usable & single & ~first[:, None] & (table.value < table.previous))
    fresh = table.value[row, item] + table.previous[row, item]
    parts.append(_made(table, row, item, np.full(len(row), "not_accumulated"), fresh))
    row, item = np.nonzero(usable & first[:, None] & (table.value > table.previous))
    fresh = table.value[row, item] - table.previous[row, item]
    parts.append(_made(table, row, item, np.full(len(row), "not_reset"), fresh))
    both = joined(parts)
    return both.taken(np.nonzero(np.isfinite(both.distance))[0])


def sums(table: Table, single: NDArray[np.bool_]) -> Trials:
    """Try taking off the sum of the year so far where the single period is asked for."""
    row, item = np.nonzero(table.suspect & single & (table.so_far > 0) & (table.value > table.so_far))
    fresh = table.value[row, item] - table.so_far[row, item]
    made = _made(table, row, item, np.full(len(row), "accumulated"), fresh)
    return made.taken(np.nonzero(np.isfinite(made.distance))[0])


def _made(table: Table, row: Whole, item: Whole, kind: NDArray[np.str_], value: Floats) -> Trials:
    """Return trials of single values, leaving out those that are not clearly nearer to their reference."""
    distance = table.distance(row, item, value)
    reported = np.where(kind == "sign", np.inf, table.distance(row, item, table.value[row, item]))
    here = ~np.isfinite(table.reference[row, item]) | (distance < np.minimum(_NEARER * reported, _LIKE_PAST))
    nothing = np.full(here.sum(), NONE, dtype=np.int64)
    return Trials(row[here], item[here], kind[here], value[here], nothing, np.full(here.sum(), np.nan), distance[here])


def joined(parts: Sequence[Trials]) -> Trials:
    """Return all entries of several causes."""
    return Trials(*(np.concatenate([getattr(part, name) for part in parts]) for name in Trials.__struct_fields__))


def _power(value: Floats, reference: Floats) -> Floats:
    """Return the power of ten nearest to value over reference; NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(value * reference > 0, np.round(np.log10(np.abs(value / reference))), np.nan)


def _decimals(value: Floats) -> Floats:
    """Return how many decimals values have, at most four; NaN for NaN."""
    found = np.where(np.isnan(value), np.nan, float(_MOST_DECIMALS))
    for decimals in range(_MOST_DECIMALS - 1, -1, -1):
        scaled = value * 10.0**decimals
        found[np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(1.0, np.abs(scaled))] = decimals
    return found


def _apart(value: Floats, reference: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(value * reference > 0, np.abs(np.log10(np.abs(value / reference))), np.inf)


def either(one: Floats, other: Floats) -> Floats:
    """Return ``one`` where it can be compared with, else ``other``; zero can't."""
    filled = np.where(np.isfinite(one) & (one != 0), one, other)
    return np.where(filled != 0, filled, np.nan)
