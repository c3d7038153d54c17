"""Injects faults of twelve kinds into right returns, for measuring how many are found and at which cell.

The mistakes of ``mistakes`` make a rehearsal's story and are sure to be seen; these are drawn blindly, also where no check
looks. One fault stands in an area's form in one round, so that each is judged beside right values of its own past.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
import polars as pl

from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.rehearsal.nation import Nation
from xinqu.vocabulary.periods import Period

KINDS = {
    "x10": "a digit too many",
    "x01": "a digit too few",
    "x1000": "thousand-fold",
    "yuan": "yuan in place of 万元, and other units 10,000 times too small",
    "yi": "亿元 in place of 万元, and other units 10,000 times too large",
    "sign": "a minus in front",
    "swapped": "exchanged with the next number of the form",
    "single": "the single period in place of the cumulative one",
    "not_reset": "last year's total still in the cumulative",
    "stale": "the value of the period before",
    "transposed": "two neighbouring digits exchanged",
    "missing": "left empty",
}
KEY = ("area", "sub_unit", "period")


class Fault(msgspec.Struct, frozen=True):
    """One fault: the return it stands in, the items that were changed, and what the first of them was and became."""

    round: int
    kind: str
    form: str
    area: str
    period: str
    items: tuple[str, ...]
    right: float
    wrong: float | None


class Round(msgspec.Struct, frozen=True):
    """Faults that stand in one nation together, and its wide frames with them."""

    faults: tuple[Fault, ...]
    forms: dict[str, pl.DataFrame]


def inject(pack: Pack, nation: Nation, *, count: int, seed: int) -> Iterator[Round]:
    """Yield rounds of faults, ``count`` in all, kinds in turn; places are drawn from ``seed``.

    A fault goes into a whole area's return of the second year or later, into a number that is not zero, and changes it.
    """
    dice = np.random.default_rng(seed)
    kinds = list(KINDS)
    number, turn = 0, 0
    while number < count:
        forms, faults = dict(nation.forms), []
        places = [(form, area) for form in sorted(forms) for area in sorted(pack.areas)]
        for form, area in (places[place] for place in dice.permutation(len(places))):
            fault = _draw(pack.forms[form], nation.forms[form], area, kinds[number % len(kinds)], turn, dice)
            if fault is not None:
                forms[form] = _with(forms[form], fault, nation.forms[form])
                faults.append(fault)
                number += 1
            if number == count:
                break
        yield Round(tuple(faults), forms)
        turn += 1


def _draw(form: Form, frame: pl.DataFrame, area: str, kind: str, turn: int, dice: np.random.Generator) -> Fault | None:
    """Draw a place for ``kind`` among the returns of an area; None when it has none there."""
    mine = frame.filter((pl.col("area") == area) & (pl.col("sub_unit") == "")).sort("period")
    first = min((int(period[:4]) for period in mine["period"]), default=0)
    later = mine.filter(pl.col("period").str.slice(0, 4).cast(pl.Int64) > first)
    items = [item for item in form.items if item.type in ("decimal", "integer") and item.required]
    if later.is_empty() or not items:
        return None
    for _ in range(_TRIES):
        item = items[int(dice.integers(len(items)))]
        row = later.row(int(dice.integers(later.height)), named=True)
        right = row[item.code]
        if not right:
            continue
        made = _MAKERS[kind](_Place(form, item, items, mine, row, float(right)))
        if made is not None and made[1] != right:
            return Fault(turn, kind, form.id, area, row["period"], made[0], float(right), made[1])
    return None


_TRIES = 30


class _Place(msgspec.Struct, frozen=True):
    """Where a fault may be made: the item of a return, the numbers of the form, and the other returns of the area."""

    form: Form
    item: Item
    items: Sequence[Item]
    returns: pl.DataFrame
    row: dict[str, object]
    right: float

    def at(self, period: str) -> float | None:
        """Return the item's value in another period, None when there is none."""
        found = self.returns.filter(pl.col("period") == period)[self.item.code].to_list()
        return float(found[0]) if found and found[0] is not None else None

    @property
    def before(self) -> Period:
        """The period before."""
        return self.form.previous(Period.parse(str(self.row["period"])))

    @property
    def previous(self) -> float | None:
        """The value of the period before."""
        return self.at(str(self.before))


Made = tuple[tuple[str, ...], float | None] | None


def _times(factor: float) -> Callable[[_Place], Made]:
    def make(place: _Place) -> Made:
        wrong = place.right * factor
        whole = place.item.type == "integer"
        return None if whole and wrong != round(wrong) else ((place.item.code,), round(wrong, 4))

    return make


def _swapped(place: _Place) -> Made:
    """Exchange with the next item of the same unit: in another unit nobody reads a column for its neighbour."""
    start = place.items.index(place.item)
    for other in place.items[start + 1 :]:
        value = place.row[other.code]
        if other.unit == place.item.unit and other.type == place.item.type and value:
            return (place.item.code, other.code), float(str(value))
    return None


def _single(place: _Place) -> Made:
    same_year = str(place.before)[:4] == str(place.row["period"])[:4]
    if place.item.accumulation != "ytd" or place.previous is None or not same_year:
        return None
    return (place.item.code,), round(place.right - place.previous, 4)


def _not_reset(place: _Place) -> Made:
    year, _, rest = str(place.row["period"]).partition("-")
    if place.item.accumulation != "ytd":
        return None
    last = place.returns.filter(pl.col("period").str.starts_with(str(int(year) - 1)))["period"].max()
    before = place.at(str(last))
    return None if before is None or not rest else ((place.item.code,), round(place.right + before, 4))


def _stale(place: _Place) -> Made:
    return None if place.previous is None else ((place.item.code,), place.previous)


def _transposed(place: _Place) -> Made:
    text = f"{abs(place.right):.4f}".rstrip("0").rstrip(".")
    for n in range(len(text) - 1):
        pair = text[n : n + 2]
        if pair.isdigit() and pair[0] != pair[1] and not (n == 0 and pair[1] == "0"):
            turned = float(text[:n] + pair[::-1] + text[n + 2 :])
            return (place.item.code,), turned if place.right > 0 else -turned
    return None


def _missing(place: _Place) -> Made:
    return (place.item.code,), None


_MAKERS: dict[str, Callable[[_Place], Made]] = {
    "x10": _times(10), "x01": _times(0.1), "x1000": _times(1_000), "yuan": _times(10_000), "yi": _times(0.0001),
    "sign": _times(-1), "swapped": _swapped, "single": _single, "not_reset": _not_reset, "stale": _stale,
    "transposed": _transposed, "missing": _missing,
}  # fmt: skip


def _with(frame: pl.DataFrame, fault: Fault, right: pl.DataFrame) -> pl.DataFrame:
    """Return ``frame`` with the fault put in; ``right`` holds what stood there."""
    cell = pl.all_horizontal(pl.col("area") == fault.area, pl.col("sub_unit") == "", pl.col("period") == fault.period)
    values = {fault.items[0]: fault.wrong}
    if len(fault.items) > 1:
        values[fault.items[1]] = fault.right
    return frame.with_columns(
        pl.when(cell).then(pl.lit(value, right.schema[item])).otherwise(item).alias(item)
        for item, value in values.items()
    )
