"""Suggests corrections of returns that fail checks: first slips with a known cause, then the fewest values in doubt.

Nothing is applied: a suggestion is a row for a person to read, with its reason and the values it rests on.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from xinqu.engines.context import Facts
from xinqu.policy.model import Item
from xinqu.policy.pack import Pack
from xinqu.validation.edits import record_edits
from xinqu.validation.localise import Localised, localise
from xinqu.validation.locate import FALSE, UNKNOWN, verdicts
from xinqu.validation.reasons import in_doubt, shown_range, slip_reason
from xinqu.validation.rules import Rule
from xinqu.validation.run import REGULAR, Judged, judged_parts
from xinqu.validation.systematic import Slip, numeric, references, slips
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import ValueState

SUGGESTIONS_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("form", "area", "sub_unit", "period", "submission", "item"), pl.String),
    **dict.fromkeys(("value", "suggested_low", "suggested_high", "suggested"), pl.Float64),
    **dict.fromkeys(("kind", "reason_zh", "reason_en"), pl.String),
}
_KEY = ("area", "sub_unit", "period", "submission")
_NARROW = 0.001  # an interval of a thousandth of its value names the value: identities leave one of rounding only
_DOUBT = 0.01  # how much less a value costs that is a power of ten off its past: it decides between equal costs only
_OTHERS = 3


def suggestions(
    pack: Pack,
    facts: Facts,
    form: str,
    *,
    kind: str | Mapping[str, str] = REGULAR,
    keys: pl.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Return suggestions for the returns of an area form that fail error or warning checks.

    Args:
        facts, kind, keys: as in ``validation.run.validate``.
        weights: cost of changing an item; where none is given, its ``reliability`` in the pack.

    Returns: frame of ``SUGGESTIONS_SCHEMA``, values in the unit of the item. ``kind`` is a slip (``systematic.Slip``),
        ``in_doubt`` (one of the fewest values that must change) or ``missing``. ``suggested`` is null where the checks
        leave an interval; its open ends are null. Record forms have none.
    """
    definition = pack.forms[form]
    if definition.kind != "area":
        return no_suggestions()
    trusted = {item.code: item.reliability for item in definition.items} | dict(weights or {})
    beside = references(numeric(definition.items), definition.frequency.per_year)
    parts = judged_parts(pack, facts, form, kind=kind, keys=keys, beside=beside)
    found = [line for part in parts for line in _of_part(pack, form, part, trusted)]
    return pl.DataFrame(found, schema=SUGGESTIONS_SCHEMA, orient="row") if found else no_suggestions()


def no_suggestions() -> pl.DataFrame:
    """Return the empty frame."""
    return pl.DataFrame(schema=SUGGESTIONS_SCHEMA)


def _of_part(pack: Pack, form: str, part: Judged, trusted: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    rules = [rule for rule in part.rules if rule.level != "info"]
    fails = (verdicts(part.rows, rules) == FALSE).any(axis=1)
    rows = part.rows.filter(fails)
    if rows.is_empty():
        return
    definition = pack.forms[form]
    periods = definition.frequency.per_year
    found, mended = slips(rows, rules, part.checks, definition.items, periods=periods)
    said = verdicts(mended, rules)
    of_row: dict[int, list[Slip]] = {}
    for slip in found:
        of_row.setdefault(slip.row, []).append(slip)
    for number, row in enumerate(mended.iter_rows(named=True)):
        head = {"form": form, **{name: row[name] for name in _KEY}}
        for slip in of_row.get(number, []):
            yield head | _slip_line(pack, slip)
        if (said[number] == FALSE).any():
            recognised = {slip.item for slip in of_row.get(number, [])}
            doubted = _Doubted(pack, form, part, rules, said[number], row, trusted)
            yield from (head | line for line in doubted.lines() if line["item"] not in recognised)


def _slip_line(pack: Pack, slip: Slip) -> dict[str, Any]:
    reason = slip_reason(pack, slip)
    value = slip.suggested
    return _line(slip.item, slip.reported, (value, value), value, slip.kind, reason)


def _line(
    item: str, value: float | None, ends: tuple[float, float], suggested: float | None, kind: str, reason: Text
) -> dict[str, Any]:
    low, high = (None if math.isinf(end) else end for end in ends)
    return {
        "item": item, "value": value, "suggested_low": low, "suggested_high": high, "suggested": suggested,
        "kind": kind, "reason_zh": reason.zh, "reason_en": reason.en,
    }  # fmt: skip


class _Doubted:
    """The fewest values of one record that must change, with what the checks leave for each."""

    def __init__(
        self,
        pack: Pack,
        form: str,
        part: Judged,
        rules: Sequence[Rule],
        said: NDArray[np.int8],
        row: Mapping[str, Any],
        trusted: Mapping[str, float],
    ) -> None:
        self._pack, self._row, self._trusted = pack, row, trusted
        self._verdicts = dict(zip((rule.id for rule in rules), said.tolist(), strict=True))
        self._levels = {rule.id: rule.level for rule in rules}
        self._reads = {rule.id: set(rule.inputs) for rule in rules}
        self._items = {item.code: item for item in numeric(pack.forms[form].items)}
        self._values = {code: row[code] for code in self._items if self._is_field(code)}
        self._checks = [check for check in part.checks if check.id in self._verdicts and self._takes_part(check.id)]

    def _is_field(self, code: str) -> bool:
        """Say whether a value may change: it is reported, or it is owed and missing."""
        state = self._row[f"{code}#state"] or ValueState.MISSING
        return state == ValueState.REPORTED or self._verdicts.get(f"{code}_req") == FALSE

    def _takes_part(self, check: str) -> bool:
        """An unknown check asks for nothing, unless what it lacks is a value to be supplied."""
        supplied = any(code in self._reads[check] and value is None for code, value in self._values.items())
        return self._verdicts[check] != UNKNOWN or supplied

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield a suggestion for each value that must change or be supplied."""
        fields = frozenset(self._values)
        items = [item for code, item in self._items.items() if code in fields and self._has_range(item)]
        edits = record_edits(self._checks, items, self._row, fields).edits
        weights = {code: self._weight(code) for code in self._values}
        found = localise(edits, self._values, weights, others=_OTHERS, within=2 * _DOUBT)
        if found is None:
            return
        for code in found.freed:
            low, high = _ends(self._items[code], found.intervals[code])
            yield self._suggestion(code, (low, high), found)

    def _has_range(self, item: Item) -> bool:
        """A range at level info stops nobody."""
        return item.range_level != "info"

    def _weight(self, code: str) -> float:
        """Return how far a value is trusted, a little less where it is far from its past."""
        past = [self._row[f"{step}({code})"] for step in ("ly", "prev")]
        value = self._values[code]
        apart = [abs(math.log10(value / one)) for one in past if value and one and value * one > 0]
        return self._trusted.get(code, 1.0) * (1 - _DOUBT * min(1.0, min(apart, default=0.0)))

    def _suggestion(self, code: str, ends: tuple[float, float], found: Localised) -> dict[str, Any]:
        low, high = ends
        value = self._values[code]
        broken = [check for check, said in self._verdicts.items() if said == FALSE and code in self._reads[check]]
        narrow = math.isfinite(high - low) and high - low <= _NARROW * max(abs(low), abs(high))
        suggested = _middle(self._items[code], low, high) if narrow else None
        others = {other for alternative in found.others for other in alternative} - set(found.freed)
        warned = all(self._levels[check] == "warning" for check in broken)
        values = shown_range(low, high)
        reason = in_doubt(
            self._pack, values, broken, sorted(others), supplied=value is None, only_warned=bool(broken) and warned
        )
        return _line(code, value, ends, suggested, "missing" if value is None else "in_doubt", reason)


def _ends(item: Item, ends: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of an interval; whole numbers for an item that counts."""
    low, high = ends
    if item.type != "integer":
        return ends
    inner = (
        math.ceil(low - _NARROW) if math.isfinite(low) else low,
        math.floor(high + _NARROW) if math.isfinite(high) else high,
    )
    return (float(inner[0]), float(inner[1])) if inner[0] <= inner[1] else ends


def _middle(item: Item, low: float, high: float) -> float:
    middle = (low + high) / 2
    return float(round(middle)) if item.type == "integer" else middle
