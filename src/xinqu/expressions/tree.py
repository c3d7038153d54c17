"""The tree of an expression: eleven kinds of node, how to walk them, and their canonical text.

The nodes are frozen values that hash and compare by content, so that anything derived from a tree can be cached.
``sql(node)`` is the canonical text; it is also the name of the context column that a context call or ``param`` reads.
"""

from collections.abc import Iterator
from fractions import Fraction

import msgspec

CONTEXT_FUNCTIONS = ("prev", "ly", "latest", "sub_sum", "peer_med", "peer_mad")
SYSTEM_COLUMNS = ("sys_year", "sys_period", "sys_area", "sys_region", "sys_start", "sys_end")
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/")
_BOOLEAN = (*COMPARISONS, "and", "or", "not", "between", "in", "is null")


class Node(msgspec.Struct, frozen=True):
    """Base of all nodes."""


class Number(Node, frozen=True):
    """A number literal as it is written; never negative (the sign is a ``neg`` around it)."""

    text: str

    @property
    def exact(self) -> Fraction:
        """The exact value."""
        return Fraction(self.text)


class String(Node, frozen=True):
    """A text literal: a code of a list, or an ISO date."""

    text: str


class Item(Node, frozen=True):
    """The value of a form's item in the row."""

    code: str


class System(Node, frozen=True):
    """A system column: year, period number, area, region, first and last day."""

    name: str


class Parameter(Node, frozen=True):
    """The version of a pack parameter in force on the last day of the period."""

    id: str


class Outside(Parameter, frozen=True):
    """The figure of an outside source for the row's area, in force on the last day of the period."""


class Context(Node, frozen=True):
    """A value from other rows: previous period, last year, other form, sub-units or peers."""

    function: str
    argument: Node


class HalfDigit(Node, frozen=True):
    """Half the last published digit of an item, or of an item seen through a context function."""

    argument: Node


class Near(Node, frozen=True):
    """Equality within a tolerance, with the slack that doubles need."""

    value: Node
    other: Node
    tolerance: Node


class Operation(Node, frozen=True):
    """An operator or plain function over its operands; ``between`` has three, ``in`` the value and then literals."""

    op: str
    operands: tuple[Node, ...]


class Case(Node, frozen=True):
    """CASE: pairs of condition and value, and the value otherwise (None: NULL)."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct operands of ``node`` in reading order."""
    match node:
        case Context(argument=argument) | HalfDigit(argument=argument):
            return (argument,)
        case Near():
            return (node.value, node.other, node.tolerance)
        case Operation():
            return node.operands
        case Case():
            pairs = tuple(part for branch in node.branches for part in branch)
            return pairs if node.otherwise is None else (*pairs, node.otherwise)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and everything under it, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)


def walk_row(node: Node) -> Iterator[Node]:
    """Yield what is read from the context frame's own row: as ``walk``, but context calls are leaves."""
    yield node
    if isinstance(node, (Context, HalfDigit)):
        return
    for child in children(node):
        yield from walk_row(child)


def is_condition(node: Node) -> bool:
    """Say whether ``node`` gives a truth value by its own shape; an item alone may be a flag and gives False here."""
    match node:
        case Near():
            return True
        case Operation(op=op):
            return op in _BOOLEAN
        case Case():
            return all(is_condition(value) for _, value in node.branches)
    return False


def is_number(node: Node, value: int) -> bool:
    """Say whether ``node`` is the literal ``value``."""
    return isinstance(node, Number) and node.exact == value


def guards_zero(node: Node) -> bool:
    """Say whether ``node`` is ``NULLIF(x, 0)``."""
    return isinstance(node, Operation) and node.op == "nullif" and is_number(node.operands[1], 0)


_PRECEDENCE = {
    "or": 1,
    "and": 2,
    "not": 3,
    "between": 4,
    "in": 4,
    "is null": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "neg": 7,
}
_PRECEDENCE |= dict.fromkeys(COMPARISONS, 4)
_ATOM = 9


def sql(node: Node) -> str:  # noqa: C901, PLR0911 - one return per kind of node
    """Return the canonical text of ``node`` (DuckDB SQL, fewest brackets, single blanks)."""
    match node:
        case Number(text=text):
            return text
        case String(text=text):
            return "'" + text.replace("'", "''") + "'"
        case Item(code=name) | System(name=name):
            return name
        case Outside(id=identity):
            return f"outside('{identity}')"
        case Parameter(id=identity):
            return f"param('{identity}')"
        case Context():
            return f"{node.function}({sql(node.argument)})"
        case HalfDigit():
            return f"half_digit({sql(node.argument)})"
        case Near():
            return f"near({', '.join(sql(part) for part in children(node))})"
        case Case():
            return _case_sql(node)
        case Operation():
            return _operation_sql(node)
    raise TypeError(node)


def _case_sql(node: Case) -> str:
    branches = " ".join(f"WHEN {sql(condition)} THEN {sql(value)}" for condition, value in node.branches)
    otherwise = "" if node.otherwise is None else f" ELSE {sql(node.otherwise)}"
    return f"CASE {branches}{otherwise} END"


def _operation_sql(node: Operation) -> str:
    op, operands = node.op, node.operands
    level = _PRECEDENCE.get(op, _ATOM)
    match op:
        case "and" | "or":
            return f" {op.upper()} ".join(_inside(part, level) for part in operands)
        case "not":
            return _not_sql(operands[0])
        case "between" | "in" | "is null":
            return _test_sql(node, "")
        case "neg":
            return f"-{_inside(operands[0], level + 1)}"
    if op in ARITHMETIC or op in COMPARISONS:
        return f"{_inside(operands[0], level + (op in COMPARISONS))} {op} {_inside(operands[1], level + 1)}"
    return f"{op.upper()}({', '.join(sql(part) for part in operands)})"


def _not_sql(inner: Node) -> str:
    if isinstance(inner, Operation) and inner.op in ("between", "in", "is null"):
        return _test_sql(inner, "NOT ")
    return f"NOT {_inside(inner, _PRECEDENCE['not'])}"


def _test_sql(node: Operation, negation: str) -> str:
    first = _inside(node.operands[0], _PRECEDENCE["between"] + 1)
    rest = [_inside(part, _PRECEDENCE["between"] + 1) for part in node.operands[1:]]
    match node.op:
        case "between":
            return f"{first} {negation}BETWEEN {rest[0]} AND {rest[1]}"
        case "in":
            return f"{first} {negation}IN ({', '.join(rest)})"
    return f"{first} IS {negation}NULL"


def _inside(node: Node, level: int) -> str:
    own = _PRECEDENCE.get(node.op, _ATOM) if isinstance(node, Operation) else _ATOM
    return f"({sql(node)})" if own < level else sql(node)
