"""Proves on the tree that a formula comes out in its declared unit and scale, and that both sides of a comparison agree.

Public: ``unit_of(code, defined) -> Unit``, ``definition_of(text, defined) -> Unit | None``,
``unit_faults(expr, units, *, declared="", defined) -> tuple[Text, ...]``.

A unit is a vector of base dimensions and an exact factor. The principles, where the units of the pack leave a choice:

* Counted things (count, person, person_year as full-time equivalents of one year) have dimension one, as in the SI:
  their scale is proved (wan_person = 10,000), which things are counted is not.
* pct is 0.01; pp, the difference of two pct, has the same unit. ratio is 1; ``count_per_wan`` is 1/10,000.
* Coal equivalent (tce) and kWh are bases of their own: an equivalence between them is a parameter with a date, not a
  conversion. So are yuan and US dollar, working day and calendar day, year, index (previous year = 100) and score.
* A compound code ``a_per_b`` is unit a over unit b.
* A code that is neither is what the pack's CL_UNIT defines: ``1000 crown`` is a multiple of another unit, ``1 crown`` of
  the code crown itself makes a base of its own, a bare number is a counted thing of dimension one.
* A literal that multiplies or divides is a unit factor when it is one of ``UNIT_FACTORS``: the number 100 x in unit u
  is the number x in u/100. In a formula every multiplier is one; in a condition any other multiplier is a tolerance or a
  share and has no unit. Inside the third argument of ``near`` every literal is a tolerance.
* A literal that is added or compared takes the unit of the other side (a bound in the item's own unit); but 1 beside a
  pure number means 1, and a dimensionless quotient compared with a literal must be a ratio or pct.
* A bound written as a product of literals (100 * 30000, ha against km2) must lead from the unit of the other side to a
  unit of the table.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

import msgspec

from xinqu.expressions import tree
from xinqu.expressions.literals import UNIT_FACTORS
from xinqu.expressions.parse import Expression
from xinqu.vocabulary.text import Text


class Unit(msgspec.Struct, frozen=True):
    """Sorted base dimensions with exponents, and the factor to the base units (yuan, m, kg, day, ...)."""

    dimensions: tuple[tuple[str, int], ...] = ()
    factor: Fraction = Fraction(1)

    def __mul__(self, other: "Unit") -> "Unit":
        return Unit(_added(self.dimensions, other.dimensions, 1), self.factor * other.factor)

    def __truediv__(self, other: "Unit") -> "Unit":
        return Unit(_added(self.dimensions, other.dimensions, -1), self.factor / other.factor)

    def __str__(self) -> str:
        bases = " ".join(base if power == 1 else f"{base}^{power}" for base, power in self.dimensions)
        return f"{self.factor} {bases}".strip()


class Free(msgspec.Struct, frozen=True):
    """A number without a unit of its own; ``factor`` is the scale that its unit factors would give."""

    factor: Fraction = Fraction(1)
    is_one: bool = False
    is_product: bool = False


class Plain(msgspec.Struct, frozen=True):
    """A text, code, date, flag or truth value: nothing to compute with."""


Measure = Unit | Free | Plain
_ONE, _FREE, _PLAIN = Unit(), Free(), Plain()
_METRE, _AREA, _VOLUME = (("m", 1),), (("m", 2),), (("m", 3),)
_SIMPLE = {
    "yuan": Unit((("yuan", 1),)),
    "yi_yuan": Unit((("yuan", 1),), Fraction(100_000_000)),
    "wan_yuan": Unit((("yuan", 1),), Fraction(10_000)),
    "fen": Unit((("yuan", 1),), Fraction(1, 100)),
    "wan_usd": Unit((("usd", 1),), Fraction(10_000)),
    "m2": Unit(_AREA),
    "wan_m2": Unit(_AREA, Fraction(10_000)),
    "ha": Unit(_AREA, Fraction(10_000)),
    "mu": Unit(_AREA, Fraction(10_000, 15)),
    "km2": Unit(_AREA, Fraction(1_000_000)),
    "km": Unit(_METRE, Fraction(1_000)),
    "m3": Unit(_VOLUME),
    "wan_m3": Unit(_VOLUME, Fraction(10_000)),
    "kg": Unit((("kg", 1),)),
    "t": Unit((("kg", 1),), Fraction(1_000)),
    "ug_m3": Unit((("kg", 1), ("m", -3)), Fraction(1, 1_000_000_000)),
    "tce": Unit((("tce", 1),)),
    "wan_kwh": Unit((("kWh", 1),), Fraction(10_000)),
    "TB": Unit((("TB", 1),)),
    "day": Unit((("day", 1),)),
    "hour": Unit((("day", 1),), Fraction(1, 24)),
    "working_day": Unit((("working_day", 1),)),
    "year": Unit((("year", 1),)),
    "index": Unit((("index", 1),)),
    "score": Unit((("score", 1),)),
    "count": _ONE,
    "person": _ONE,
    "person_year": _ONE,
    "ratio": _ONE,
    "wan_person": Unit((), Fraction(10_000)),
    "wan": Unit((), Fraction(10_000)),
    "thousand": Unit((), Fraction(1_000)),
    "pct": Unit((), Fraction(1, 100)),
    "pp": Unit((), Fraction(1, 100)),
}
_PURE_SCALES = (Fraction(1), Fraction(1, 100))
_PLAIN_CODES = frozenset({"none", "code", ""})
_DEFINITION = re.compile(r"(\d+(?:\.\d+|/[1-9]\d*)?)(?: (\w+))?(?: \(.*\))?")
_NONE_DEFINED: Mapping[str, str] = MappingProxyType({})


def unit_of(code: str, defined: Mapping[str, str] = _NONE_DEFINED) -> Unit:
    """Return the unit of a CL_UNIT code.

    Args:
        code: the code.
        defined: definition by code as the pack writes it; read for codes that the table of this module lacks.

    Raises:
        KeyError: for a code that stands in no table, is not ``a_per_b``, and has no definition that can be read.
    """
    if code in _SIMPLE:
        return _SIMPLE[code]
    above, per, below = code.partition("_per_")
    if per:
        return unit_of(above, defined) / unit_of(below, defined)
    text = defined.get(code, "")
    others = {name: other for name, other in defined.items() if name != code}
    unit = Unit(((code, 1),)) if text == f"1 {code}" else definition_of(text, others)
    if unit is None:
        raise KeyError(code)
    return unit


def definition_of(text: str, defined: Mapping[str, str]) -> Unit | None:
    """Return what a definition such as ``10000 m2 (= 1 ha)`` comes to; None when it can't be read."""
    match = _DEFINITION.fullmatch(text)
    if match is None:
        return None
    factor = Unit((), Fraction(match[1]))
    if not match[2]:
        return factor
    try:
        return factor * unit_of(match[2], defined)
    except KeyError:
        return None


def unit_faults(
    expr: Expression, units: Mapping[str, str], *, declared: str = "", defined: Mapping[str, str] = _NONE_DEFINED
) -> tuple[Text, ...]:
    """Return what does not agree in ``expr``; empty when the proof holds.

    Args:
        units: unit code by item code and by parameter id; names must be known (the policy check proves that first).
        declared: unit code of the result; "" for a condition.
        defined: definitions of the pack's own units, see ``unit_of``.
    """
    proof = _Proof(units, defined, is_formula=bool(declared))
    result = proof.measure(expr.tree)
    if declared:
        proof.result(result, declared)
    return tuple(proof.faults)


class _Proof:
    """Walks the tree once; every disagreement is noted and the walk goes on with the left side's unit."""

    def __init__(self, units: Mapping[str, str], defined: Mapping[str, str], *, is_formula: bool) -> None:
        self.units = units
        self.defined = defined
        self.is_formula = is_formula
        self.faults: list[Text] = []
        self.in_tolerance = False

    def result(self, result: Measure, declared: str) -> None:
        if isinstance(result, Unit) and declared not in _PLAIN_CODES:
            wanted = unit_of(declared, self.defined)
            if result != wanted:
                self._say("结果", "the result", result, f"{wanted} ({declared})")
        elif (declared in _PLAIN_CODES) != isinstance(result, Plain) and not isinstance(result, Free):
            self._say("结果", "the result", result, declared)

    def measure(self, node: tree.Node) -> Measure:  # noqa: PLR0911 - one return per kind of node
        match node:
            case tree.Number():
                return self._number(node)
            case tree.System(name="sys_year" | "sys_period"):
                return _FREE
            case tree.Item(code=name) | tree.Parameter(id=name):
                code = self.units[name]
                return _PLAIN if code in _PLAIN_CODES else unit_of(code, self.defined)
            case tree.Context(argument=argument) | tree.HalfDigit(argument=argument):
                return self.measure(argument)
            case tree.Near():
                return self._near(node)
            case tree.Case():
                return self._case(node)
            case tree.Operation():
                return self._operation(node)
        return _PLAIN

    def _number(self, node: tree.Number) -> Free:
        is_factor = node.exact in UNIT_FACTORS or (self.is_formula and node.exact != 0)
        scale = 1 / node.exact if is_factor and not self.in_tolerance else Fraction(1)
        return Free(scale, is_one=node.exact == 1)

    def _near(self, node: tree.Near) -> Plain:
        both = self._agree(node, self.measure(node.value), self.measure(node.other))
        self.in_tolerance, outer = True, self.in_tolerance
        self._agree(node, both, self.measure(node.tolerance))
        self.in_tolerance = outer
        return _PLAIN

    def _case(self, node: tree.Case) -> Measure:
        for condition, _ in node.branches:
            self.measure(condition)
        values = [value for _, value in node.branches] + ([] if node.otherwise is None else [node.otherwise])
        return self._all_agree(node, values)

    def _operation(self, node: tree.Operation) -> Measure:
        op, operands = node.op, node.operands
        if op in ("*", "/"):
            return self._product(node, *(self._value(node, part) for part in operands))
        if op in ("+", "-"):
            return self._sum(node)
        if op in ("and", "or", "not", "is null"):
            for part in operands:
                self.measure(part)
            return _PLAIN
        if op in (*tree.COMPARISONS, "between", "in"):
            self._compare(node)
            return _PLAIN
        if op in ("neg", "abs", "floor", "nullif"):
            return self._value(node, operands[0])
        return self._all_agree(node, operands)

    def _value(self, node: tree.Node, part: tree.Node) -> Measure:
        measured = self.measure(part)
        if isinstance(measured, Plain):
            self._say(tree.sql(node), tree.sql(node), measured, "a number with a unit")
            return _FREE
        return measured

    def _product(self, node: tree.Operation, left: Measure, right: Measure) -> Measure:
        over = node.op == "/"
        if isinstance(left, Free) and isinstance(right, Free):
            return Free(left.factor / right.factor if over else left.factor * right.factor, is_product=True)
        first, second = (_as_unit(side) for side in (left, right))
        return first / second if over else first * second

    def _sum(self, node: tree.Operation) -> Measure:
        left, right = (self._value(node, part) for part in node.operands)
        for one, other in ((left, right), (right, left)):
            stands_alone = isinstance(one, Free) and one.is_one and isinstance(other, Unit) and not self.in_tolerance
            if stands_alone and isinstance(other, Unit) and not other.dimensions and other.factor != 1:
                self._say(tree.sql(node), tree.sql(node), _ONE, str(other))
        return self._agree(node, left, right)

    def _compare(self, node: tree.Operation) -> None:
        measures = [self.measure(part) for part in node.operands]
        measured = measures[0]
        for other in measures[1:]:
            measured = self._agree(node, measured, other)
        for free in (other for other in measures if isinstance(other, Free)):
            self._bound(node, measured, free)
        if any(isinstance(other, Free) for other in measures) and any(_is_quotient(part) for part in node.operands):
            self._pure(node, measured)

    def _bound(self, node: tree.Node, measured: Measure, free: Free) -> None:
        """A bound of literals alone, such as 100 * 30000: its unit factor must lead to a unit that exists."""
        if free.is_product and isinstance(measured, Unit):
            meant = Unit(measured.dimensions, measured.factor / free.factor)
            if meant not in _SIMPLE.values() and not self._is_defined(meant):
                self._say(tree.sql(node), tree.sql(node), meant, "a unit of the table")

    def _is_defined(self, unit: Unit) -> bool:
        found = (definition_of(text, self.defined) for text in self.defined.values())
        return unit in found

    def _pure(self, node: tree.Node, measured: Measure) -> None:
        if isinstance(measured, Unit) and not measured.dimensions and measured.factor not in _PURE_SCALES:
            self._say(tree.sql(node), tree.sql(node), measured, "1 (ratio) or 1/100 (pct)")

    def _all_agree(self, node: tree.Node, parts: tuple[tree.Node, ...] | list[tree.Node]) -> Measure:
        measured = self.measure(parts[0])
        for part in parts[1:]:
            measured = self._agree(node, measured, self.measure(part))
        return measured

    def _agree(self, node: tree.Node, left: Measure, right: Measure) -> Measure:
        """Note a disagreement; return the side that has a unit."""
        if isinstance(left, Free):
            return right if isinstance(right, Unit) else left
        if not isinstance(right, Free) and left != right:
            self._say(tree.sql(node), tree.sql(node), left, str(right) if isinstance(right, Unit) else "no unit")
        return left

    def _say(self, place_zh: str, place_en: str, found: Measure, wanted: str) -> None:
        shown = str(found) if isinstance(found, Unit) else "no unit"
        self.faults.append(
            Text(f"{place_zh}：单位为 {shown}，应为 {wanted}", f"{place_en}: the unit is {shown}, expected {wanted}")
        )


def _is_quotient(node: tree.Node) -> bool:
    return any(isinstance(part, tree.Operation) and part.op == "/" for part in tree.walk_row(node))


def _as_unit(side: Measure) -> Unit:
    return side if isinstance(side, Unit) else Unit((), side.factor if isinstance(side, Free) else Fraction(1))


def _added(
    left: tuple[tuple[str, int], ...], right: tuple[tuple[str, int], ...], sign: int
) -> tuple[tuple[str, int], ...]:
    powers = dict(left)
    for base, power in right:
        powers[base] = powers.get(base, 0) + sign * power
    return tuple(sorted((base, power) for base, power in powers.items() if power))
