"""Turns the checks of a form into linear edits on one record; what is not linear is named and left out.

An edit is what must not be FALSE: a choice of alternatives, each a set of inequalities ``sum(coefficient x item) <= bound``
over the record's own numeric items. Everything else that a check reads (earlier periods, other forms, parameters, codes,
half digits) is a constant of the record; where a constant is unknown the check can't be FALSE and asks for nothing.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from xinqu.expressions import tree
from xinqu.expressions.parse import parse
from xinqu.policy.model import Check, Item
from xinqu.vocabulary.text import Text

RELATIVE_SLACK = 1e-9  # what doubles need, as in near(); a strict inequality keeps twice as far away


class Linear(msgspec.Struct, frozen=True):
    """``sum(coefficient x item) <= bound``; at least one term, no coefficient is 0."""

    terms: tuple[tuple[str, float], ...]
    bound: float


Alternative = tuple[Linear, ...]  # all must hold
Formula = tuple[Alternative, ...]  # one must hold; () never does, and an empty alternative always does
_HOLDS: Formula = ((),)
_FAILS: Formula = ()


class Edit(msgspec.Struct, frozen=True):
    """What one check asks of a record: one of the ``alternatives`` holds, that is all of its inequalities."""

    check: str
    alternatives: Formula


class LeftOut(msgspec.Struct, frozen=True):
    """A check that takes no part, and why."""

    check: str
    reason: Text


class RecordEdits(msgspec.Struct, frozen=True):
    """The edits on one record and the checks left out because they are not linear."""

    edits: tuple[Edit, ...]
    left_out: tuple[LeftOut, ...]


class _Affine(msgspec.Struct, frozen=True):
    """``constant + sum(coefficient x item)``."""

    terms: dict[str, float]
    constant: float

    def plus(self, other: "_Affine", times: float = 1.0) -> "_Affine":
        terms = dict(self.terms)
        for item, coefficient in other.terms.items():
            terms[item] = terms.get(item, 0.0) + times * coefficient
        return _Affine({item: c for item, c in terms.items() if c != 0}, self.constant + times * other.constant)

    def scaled(self, factor: float) -> "_Affine":
        return _Affine({item: factor * c for item, c in self.terms.items()} if factor else {}, factor * self.constant)


class _Ratio(msgspec.Struct, frozen=True):
    """An affine value over an affine divisor that holds items."""

    above: _Affine
    below: _Affine


_Value = _Affine | _Ratio | str | None


class _NotLinearError(Exception):
    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


_PRODUCT = Text("含指标之间的乘除", "it multiplies or divides items by one another")
_DIVISOR = Text("除数的正负不定", "the sign of a divisor is not certain")
_FUNCTION = Text("对指标使用了 {name}", "it takes {name} of an item")
_FLAG = Text("以文字、代码或是否为条件", "its condition is a text, a code or a flag")


def record_edits(
    checks: Iterable[Check], items: Iterable[Item], row: Mapping[str, Any], fields: frozenset[str]
) -> RecordEdits:
    """Return the edits on one record.

    Args:
        checks: written checks in force on the record.
        items: items of the form; their min and max are edits too (``<item>_rng``).
        row: the record's row of the context frame (docs/architecture.md).
        fields: numeric items whose value may change or be supplied; all others are constants.
    """
    own = list(items)
    reader = _Reader(row, fields, frozenset(item.code for item in own if item.min and float(item.min) >= 0))
    edits, left_out = [], []
    for check in checks:
        try:
            formula = reader.formula(parse(check.expression).tree, wanted=True)
        except _NotLinearError as refused:
            left_out.append(LeftOut(check.id, refused.reason))
            continue
        if formula and () not in formula:
            edits.append(Edit(check.id, formula))
    edits += [_range(item) for item in own if item.code in fields and (item.min or item.max)]
    return RecordEdits(tuple(edits), tuple(left_out))


def _range(item: Item) -> Edit:
    rows = [Linear(((item.code, -1.0),), -float(item.min))] if item.min else []
    rows += [Linear(((item.code, 1.0),), float(item.max))] if item.max else []
    return Edit(f"{item.code}_rng", (tuple(rows),))


def holds(linear: Linear, values: Mapping[str, float]) -> bool:
    """Say whether an inequality holds at ``values``, within the slack that doubles need."""
    parts = [coefficient * values[item] for item, coefficient in linear.terms]
    return sum(parts) <= linear.bound + RELATIVE_SLACK * max(1.0, abs(linear.bound), *map(abs, parts))


def satisfied(edit: Edit, values: Mapping[str, float]) -> bool:
    """Say whether an edit holds at ``values``."""
    return any(all(holds(linear, values) for linear in alternative) for alternative in edit.alternatives)


class _Reader:
    """Reads the tree of a check over one record. Unknown is taken as TRUE in either sense: such a check is never FALSE."""

    def __init__(self, row: Mapping[str, Any], fields: frozenset[str], not_negative: frozenset[str]) -> None:
        self._row, self._fields, self._not_negative = row, fields, not_negative

    def formula(self, node: tree.Node, *, wanted: bool) -> Formula:  # noqa: PLR0911 - one return per kind of node
        """Return when ``node`` is not FALSE (``wanted``) or not TRUE, as a choice of alternatives."""
        match node:
            case tree.Near():
                return self._near(node, wanted=wanted)
            case tree.Operation(op="not", operands=(inner,)):
                return self.formula(inner, wanted=not wanted)
            case tree.Operation(op="and" | "or" as op, operands=operands):
                parts = [self.formula(part, wanted=wanted) for part in operands]
                return _all(parts) if (op == "and") == wanted else _any(parts)
            case tree.Operation(op="is null", operands=(inner,)):
                return _HOLDS if (self.value(inner) is None) == wanted else _FAILS
            case tree.Operation(op="between", operands=(value, low, high)):
                parts = [
                    self._compared(">=", value, low, wanted=wanted),
                    self._compared("<=", value, high, wanted=wanted),
                ]
                return _all(parts) if wanted else _any(parts)
            case tree.Operation(op="in", operands=(value, *choices)):
                parts = [self._compared("=", value, choice, wanted=wanted) for choice in choices]
                return _any(parts) if wanted else _all(parts)
            case tree.Operation(op=op, operands=(left, right)) if op in tree.COMPARISONS:
                return self._compared(op, left, right, wanted=wanted)
            case tree.Item(code=code) if code not in self._fields:
                known = self._row.get(code)
                return _HOLDS if known is None or bool(known) == wanted else _FAILS
        raise _NotLinearError(_FLAG)

    def _compared(self, op: str, left: tree.Node, right: tree.Node, *, wanted: bool) -> Formula:
        one, other = self.value(left), self.value(right)
        if one is None or other is None:
            return _HOLDS
        op = op if wanted else _OPPOSITE[op]
        if isinstance(one, str) or isinstance(other, str):
            return _compared_texts(op, one, other)
        return self._sign(op, _minus(one, other))

    def _near(self, node: tree.Near, *, wanted: bool) -> Formula:
        value, other, tolerance = (self.value(part) for part in tree.children(node))
        if value is None or other is None or tolerance is None:
            return _HOLDS
        if isinstance(value, str) or isinstance(other, str) or isinstance(tolerance, str):
            raise _NotLinearError(_FLAG)
        op = "<=" if wanted else ">"
        above = self._sign(op, _minus(_minus(value, other), tolerance))
        below = self._sign(op, _minus(_minus(other, value), tolerance))
        return _all([above, below]) if wanted else _any([above, below])

    def _sign(self, op: str, difference: _Affine | _Ratio) -> Formula:
        """Return when ``difference op 0``."""
        if isinstance(difference, _Ratio):
            if not self._is_positive(difference.below):
                raise _NotLinearError(_DIVISOR)
            difference = difference.above
        if op == "=":
            return _all([_at_most(difference), _at_most(difference.scaled(-1))])
        if op == "<>":
            return _any([_at_most(difference, strict=True), _at_most(difference.scaled(-1), strict=True)])
        turned = difference if op in ("<", "<=") else difference.scaled(-1)
        return _at_most(turned, strict=op in ("<", ">"))

    def _is_positive(self, divisor: _Affine) -> bool:
        """Say whether a divisor can't be negative; at zero the check is unknown and asks for nothing."""
        own = all(c > 0 and item in self._not_negative for item, c in divisor.terms.items())
        return own and divisor.constant >= 0

    def value(self, node: tree.Node) -> _Value:  # noqa: PLR0911 - one return per kind of node
        """Return an affine value or ratio over the fields, a text, or None for unknown."""
        match node:
            case tree.Number():
                return _Affine({}, float(node.exact))
            case tree.String(text=text):
                return text
            case tree.Item(code=code) if code in self._fields:
                return _Affine({code: 1.0}, 0.0)
            case tree.Item() | tree.System() | tree.Parameter() | tree.Context():
                return self._constant(tree.sql(node))
            case tree.HalfDigit(argument=argument):
                return self._constant(f"{tree.sql(argument)}#half", default=0.0)
            case tree.Case():
                return self._case(node)
            case tree.Operation():
                return self._operation(node)
        raise _NotLinearError(_FLAG)

    def _constant(self, column: str, default: float | None = None) -> _Value:
        found = self._row.get(column)
        found = default if found is None else found
        return found if found is None or isinstance(found, str) else _Affine({}, float(found))

    def _case(self, node: tree.Case) -> _Value:
        for condition, value in node.branches:
            may_be, may_not_be = self.formula(condition, wanted=True), self.formula(condition, wanted=False)
            if {may_be, may_not_be} - {_HOLDS, _FAILS}:
                raise _NotLinearError(_FUNCTION.fill(name="CASE"))
            if may_not_be == _FAILS:
                return self.value(value)
        return None if node.otherwise is None else self.value(node.otherwise)

    def _operation(self, node: tree.Operation) -> _Value:
        if node.op == "coalesce":
            return next((value for part in node.operands if (value := self.value(part)) is not None), None)
        values = [self.value(part) for part in node.operands]
        if node.op == "nullif":
            return _nullif(values)
        if any(value is None for value in values):
            known = [value for value in values if value is not None]
            return _folded(node.op, known) if node.op in ("greatest", "least") and known else None
        return _folded(node.op, [value for value in values if value is not None])


_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _all(parts: list[Formula]) -> Formula:
    if all(len(part) == 1 for part in parts):
        return (tuple(itertools.chain.from_iterable(part[0] for part in parts)),)
    return tuple(tuple(itertools.chain.from_iterable(chosen)) for chosen in itertools.product(*parts))


def _any(parts: list[Formula]) -> Formula:
    alternatives = tuple(itertools.chain.from_iterable(parts))
    return _HOLDS if () in alternatives else alternatives


def _at_most(value: _Affine, *, strict: bool = False) -> Formula:
    """Return when ``value <= 0``."""
    bound = 0.0 - value.constant - (2 * RELATIVE_SLACK * max(1.0, abs(value.constant)) if strict else 0.0)
    if value.terms:
        return ((Linear(tuple(value.terms.items()), bound),),)
    return _HOLDS if bound >= -RELATIVE_SLACK * (not strict) else _FAILS


def _compared_texts(op: str, one: object, other: object) -> Formula:
    if not (isinstance(one, str) and isinstance(other, str)):
        raise _NotLinearError(_FLAG)
    verdicts = {
        "=": one == other, "<>": one != other, "<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other,
    }  # fmt: skip
    return _HOLDS if verdicts[op] else _FAILS


def _minus(one: _Affine | _Ratio, other: _Affine | _Ratio) -> _Affine | _Ratio:
    return _added(one, other, -1.0)


def _added(one: _Affine | _Ratio, other: _Affine | _Ratio, times: float) -> _Affine | _Ratio:
    match one, other:
        case _Affine(), _Affine():
            return one.plus(other, times)
        case _Ratio(), _Ratio() if one.below == other.below:
            return _Ratio(one.above.plus(other.above, times), one.below)
        case _Ratio(), _Affine() if not other.terms:
            return _Ratio(one.above.plus(one.below, times * other.constant), one.below)
        case _Affine(), _Ratio() if not one.terms:
            return _Ratio(other.below.scaled(one.constant).plus(other.above, times), other.below)
    raise _NotLinearError(_PRODUCT)


def _nullif(values: list[_Value]) -> _Value:
    value, null = values
    if value is None or null is None:
        return value
    if isinstance(value, _Affine) and isinstance(null, _Affine) and not null.terms and null.constant == 0:
        return value if value.terms or value.constant != 0 else None  # a field that is 0 is met by _is_positive
    if isinstance(value, _Affine | _Ratio) or isinstance(null, _Affine | _Ratio):
        raise _NotLinearError(_FUNCTION.fill(name="NULLIF"))
    return None if value == null else value


def _folded(op: str, values: list[_Affine | _Ratio | str]) -> _Value:
    numbers = [value for value in values if not isinstance(value, str)]
    if len(numbers) < len(values):
        raise _NotLinearError(_FLAG)
    match op, numbers:
        case "+", [one, other]:
            return _added(one, other, 1.0)
        case "-", [one, other]:
            return _added(one, other, -1.0)
        case "neg", [one]:
            return _times(one, -1.0)
        case "*", [one, other]:
            return _product(one, other)
        case "/", [one, other]:
            return _quotient(one, other)
    constants = [value.constant for value in numbers if isinstance(value, _Affine) and not value.terms]
    if len(constants) < len(numbers) or op not in _PLAIN:
        raise _NotLinearError(_FUNCTION.fill(name=op.upper()))
    return _Affine({}, float(_PLAIN[op](constants)))


_PLAIN: Mapping[str, Callable[[list[float]], float]] = {
    "abs": lambda n: abs(n[0]),
    "floor": lambda n: n[0] // 1,
    "greatest": max,
    "least": min,
}


def _times(value: _Affine | _Ratio, factor: float) -> _Affine | _Ratio:
    return value.scaled(factor) if isinstance(value, _Affine) else _Ratio(value.above.scaled(factor), value.below)


def _product(one: _Affine | _Ratio, other: _Affine | _Ratio) -> _Affine | _Ratio:
    if isinstance(other, _Affine) and not other.terms:
        return _times(one, other.constant)
    if isinstance(one, _Affine) and not one.terms:
        return _times(other, one.constant)
    raise _NotLinearError(_PRODUCT)


def _quotient(one: _Affine | _Ratio, other: _Affine | _Ratio) -> _Value:
    if isinstance(other, _Ratio):
        raise _NotLinearError(_PRODUCT)
    if not other.terms:
        return _times(one, 1 / other.constant) if other.constant else None
    if isinstance(one, _Ratio):
        raise _NotLinearError(_PRODUCT)
    return _Ratio(one, other)
