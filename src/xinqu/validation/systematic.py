"""Recognises errors that have a known cause: slips by a power of ten, wrong unit, sign, swapped columns, wrong accumulation.

A slip is proposed only where it explains what the checks found: put in place of what was reported it cures checks and
breaks none, and it lies nearer to last year's or the last accepted value; without such a value it must restore an
equality within the record, and be the only one that does. A return whose values of one unit are off together is mended
as a whole first: one by one, a part would come to stand above its whole.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import polars as pl
from msgspec import structs
from numpy.typing import NDArray

from xinqu.expressions import tree
from xinqu.expressions.parse import Expression, parse
from xinqu.policy.model import Check, Item
from xinqu.validation.locate import FALSE, TRUE, verdicts
from xinqu.validation.rules import Rule
from xinqu.validation.slip_trials import (
    NONE,
    Floats,
    Table,
    Trials,
    Whole,
    accumulations,
    either,
    joined,
    powers,
    signs,
    sums,
    swaps,
)

_ROUNDS = 5  # several slips in one return, found one after another
_MANY = 3  # values of one unit that are off together before the whole return is taken to be in a wrong unit


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A value with the cause that explains it.

    ``row``: row of the frame; ``kind``: ``x10``, ``x100``, ``x1000``, ``x10000``, ``sign``, ``swapped``,
    ``not_accumulated``, ``not_reset``, ``accumulated``; ``last_year``, ``previous``: what it was compared with, NaN where there is none;
    ``cured``: the checks that hold again.
    """

    row: int
    item: str
    kind: str
    reported: float
    suggested: float
    last_year: float
    previous: float
    other: str
    cured: tuple[str, ...]


def references(items: Sequence[Item], periods: int) -> list[Expression]:
    """Return the expressions whose context the rows must hold: each item a year and a period before.

    Of an item of the single period also the other periods of a year before it; ``periods`` are those of a year.
    """
    beside = [parse(f"{step}({item.code})") for item in items for step in ("ly", "prev")]
    single = [item.code for item in items if item.accumulation == "flow"]
    return beside + [parse(_earlier(code, back)) for code in single for back in range(2, periods)]


def _earlier(code: str, back: int) -> str:
    return "prev(" * back + code + ")" * back


def numeric(items: Sequence[Item]) -> list[Item]:
    """Return the items that hold numbers, in the order of the form."""
    return [item for item in items if item.type in ("decimal", "integer")]


def slips(
    rows: pl.DataFrame, rules: Sequence[Rule], checks: Sequence[Check], items: Sequence[Item], *, periods: int
) -> tuple[list[Slip], pl.DataFrame]:
    """Return the slips recognised in ``rows`` and the rows with their suggestions put in place.

    Args:
        rows: rows of the context frame of an area form, with the ``references`` of its numeric items.
        rules: the rules that judge them; info-level ones are left aside.
        checks: the written checks among them.
        items: the form's items in its order.
        periods: how many of the form there are in a year.
    """
    judge = _Judge(rules, checks, numeric(items), periods=periods)
    found, rows = judge.together(rows)
    for _ in range(_ROUNDS):
        slip, rows = judge.round(rows, {(one.row, one.item) for one in found})
        if not slip:
            break
        found += slip
    return found, rows


class _Judge:
    def __init__(self, rules: Sequence[Rule], checks: Sequence[Check], items: Sequence[Item], *, periods: int) -> None:
        self._rules = [rule for rule in rules if rule.level != "info"]
        self._items, self._codes = items, [item.code for item in items]
        self._equal = np.array([rule.id in _equalities(checks) for rule in self._rules], dtype=bool)
        self._reads = np.array([[code in rule.inputs for code in self._codes] for rule in self._rules], dtype=bool)
        self._yearly = np.array([item.link == "same_period_last_year" for item in items], dtype=bool)
        self._cumulative = np.array([item.accumulation == "ytd" for item in items], dtype=bool)
        self._single = np.array([item.accumulation == "flow" for item in items], dtype=bool)
        self._periods = periods

    def together(self, rows: pl.DataFrame) -> tuple[list[Slip], pl.DataFrame]:
        """Find whole returns in a wrong unit: most values of one unit are off by the same power of ten."""
        said = verdicts(rows, self._rules)
        table = self._table(rows, said, set())
        known = np.isfinite(table.value) & np.isfinite(table.reference)
        trials = powers(structs.replace(table, suspect=known))
        power = np.round(np.log10(np.abs(trials.value / table.value[trials.row, trials.item]))).astype(np.float64)
        units = np.unique([item.unit for item in self._items], return_inverse=True)[1]
        group = np.column_stack((power, trials.row, units[trials.item]))
        _, at, count = np.unique(group, axis=0, return_inverse=True, return_counts=True)
        of_unit = known.astype(np.int64) @ (units[:, None] == units[None, :]).astype(np.int64)
        many = count[at.reshape(-1)]
        kept = trials.taken(np.nonzero((many >= _MANY) & (2 * many > of_unit[trials.row, trials.item]))[0])
        tried = verdicts(self._put(rows, kept, kept.row), self._rules)
        good = ((said == FALSE) & (tried == TRUE)).any(axis=1) & ~((said != FALSE) & (tried == FALSE)).any(axis=1)
        kept = kept.taken(np.nonzero(good[kept.row])[0])
        cured = (said == FALSE) & (tried == TRUE)
        found = [slip for n, row in enumerate(kept.row) for slip in self._slips(rows, kept, n, cured[row])]
        return found, self._put(rows, kept, kept.row)

    def round(self, rows: pl.DataFrame, done: set[tuple[int, str]]) -> tuple[list[Slip], pl.DataFrame]:
        """Find at most one slip in each row."""
        said = verdicts(rows, self._rules)
        trials = self._trials(rows, said, done)
        if not len(trials.row):
            return [], rows
        tried = verdicts(self._put(rows[trials.row.tolist()], trials, np.arange(len(trials.row))), self._rules)
        before = said[trials.row]
        cured = (before == FALSE) & (tried == TRUE)
        broken = ((before != FALSE) & (tried == FALSE)).any(axis=1)
        near = np.isfinite(trials.distance) | (cured & self._equal).any(axis=1)
        chosen = self._chosen(trials, cured, tried == FALSE, cured.any(axis=1) & ~broken & near)
        kept = trials.taken(chosen)
        slips = [slip for n, at in enumerate(chosen) for slip in self._slips(rows, kept, n, cured[at])]
        return slips, self._put(rows, kept, kept.row)

    def _table(self, rows: pl.DataFrame, said: NDArray[np.int8], done: set[tuple[int, str]]) -> Table:
        value = _matrix(rows, self._codes)
        last_year, previous = _matrix(rows, self._codes, "ly"), _matrix(rows, self._codes, "prev")
        first = _first_of_year(rows)
        # a sum from January compared with the whole year before says nothing
        comparable = np.where(self._cumulative & first[:, None], np.nan, previous)
        reference = np.where(self._yearly, either(last_year, comparable), either(comparable, last_year))
        suspect = ((said == FALSE).astype(np.int64) @ self._reads.astype(np.int64) > 0) & np.isfinite(value)
        for row, item in done:
            suspect[row, self._codes.index(item)] = False
        elapsed = rows["sys_period"].cast(pl.Float64).to_numpy() - 1
        return Table(value, reference, comparable, previous, self._so_far(rows, elapsed), suspect, elapsed)

    def _trials(self, rows: pl.DataFrame, said: NDArray[np.int8], done: set[tuple[int, str]]) -> Trials:
        table, first = self._table(rows, said, done), _first_of_year(rows)
        parts = [powers(table), signs(table, np.array([bool(i.min) and float(i.min) >= 0 for i in self._items]))]
        parts += [swaps(table, [item.unit for item in self._items])]
        parts += [accumulations(table, self._cumulative, first), sums(table, self._single)]
        return joined(parts)

    def _so_far(self, rows: pl.DataFrame, elapsed: Floats) -> Floats:
        """Return the sum of the earlier periods of the year for items of the single period; NaN for others."""
        total = np.where(self._single, 0.0, np.nan) + np.zeros((rows.height, 1))
        for n in np.nonzero(self._single)[0]:
            for back in range(1, self._periods):
                column = rows[_earlier(self._codes[n], back)].cast(pl.Float64).fill_null(np.nan).to_numpy()
                total[:, n] += np.where(back <= elapsed, column, 0.0)
        return total

    def _put(self, rows: pl.DataFrame, trials: Trials, places: Whole) -> pl.DataFrame:
        """Return ``rows`` with each trial's values put in its place; half digits scale with a slip by a power."""
        columns: dict[str, Floats] = {}
        for target, fresh in ((trials.item, trials.value), (trials.other, trials.other_value)):
            for n in np.unique(target[target != NONE]):
                code, here = self._codes[n], target == n
                new = columns.get(code, rows[code].to_numpy()).astype(float, copy=True)
                half = columns.get(f"{code}#half", rows[f"{code}#half"].cast(pl.Float64).to_numpy()).copy()
                power = here & np.char.startswith(trials.kind, "x")
                old = new[places[power]]
                half[places[power]] *= np.abs(fresh[power] / old)
                new[places[here]] = fresh[here]
                columns |= {code: new, f"{code}#half": half}
        return rows.with_columns(pl.Series(name, column, nan_to_null=True) for name, column in columns.items())

    def _chosen(
        self, trials: Trials, cured: NDArray[np.bool_], fails: NDArray[np.bool_], good: NDArray[np.bool_]
    ) -> Whole:
        """Return the best trial of each row: fewest checks on its item left failing, most cured, nearest to the past."""
        left = (fails & self._reads[:, trials.item].T).sum(axis=1)
        order = np.lexsort((trials.distance, -cured.sum(axis=1), left, trials.row))
        order = order[good[order]]
        best: list[int] = []
        for row in np.unique(trials.row[order]):
            mine = order[trials.row[order] == row]
            rivals = [n for n in mine[1:] if (left[n], cured[n].sum()) == (left[mine[0]], cured[mine[0]].sum())]
            if np.isfinite(trials.distance[mine[0]]) or not rivals:
                best.append(int(mine[0]))
        return np.array(best, dtype=np.int64)

    def _slips(self, rows: pl.DataFrame, trials: Trials, n: int, cured: NDArray[np.bool_]) -> list[Slip]:
        row, kind = int(trials.row[n]), str(trials.kind[n])
        names = tuple(rule.id for rule, yes in zip(self._rules, cured, strict=True) if yes)
        pairs = [(trials.item[n], trials.value[n], trials.other[n])]
        if trials.other[n] != NONE:
            pairs.append((trials.other[n], trials.other_value[n], trials.item[n]))
        found = []
        for item, fresh, other in pairs:
            code = self._codes[item]
            before = [_number(rows[row, name]) for name in (code, f"ly({code})", f"prev({code})")]
            found.append(
                Slip(
                    row=row,
                    item=code,
                    kind=kind,
                    reported=before[0],
                    suggested=float(fresh),
                    last_year=before[1],
                    previous=before[2],
                    other="" if other == NONE else self._codes[other],
                    cured=names,
                )
            )
        return found


def _first_of_year(rows: pl.DataFrame) -> NDArray[np.bool_]:
    return (rows["#prev"].str.slice(0, 4) != rows["period"].str.slice(0, 4)).to_numpy()


def _matrix(rows: pl.DataFrame, codes: Sequence[str], step: str = "") -> Floats:
    name: Callable[[str], str] = (lambda code: f"{step}({code})") if step else str
    return rows.select(pl.col(name(code)).cast(pl.Float64).fill_null(np.nan) for code in codes).to_numpy()


def _equalities(checks: Sequence[Check]) -> set[str]:
    """Return the checks within the record that are equalities: what satisfies one by chance is rare."""
    roots = {check.id: parse(check.expression).tree for check in checks if check.type == "identity"}
    return {
        check
        for check, root in roots.items()
        if isinstance(root, tree.Near) or (isinstance(root, tree.Operation) and root.op == "=")
    }


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
