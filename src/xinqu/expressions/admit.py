"""The table of what the language admits: turns sqlglot's nodes into ours and names everything else, with its place."""

import math
import re
from collections.abc import Callable
from typing import Literal

import msgspec
from sqlglot import exp

from xinqu.expressions import tree
from xinqu.vocabulary.problem import NO_TEXT
from xinqu.vocabulary.text import Text

_NAME = re.compile(r"(?!sys_|nan$|inf$|infinity$)[a-z][a-z0-9_]*")  # item codes, and field names in the guards of cases
_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*")
_HOLE = tree.Number("0")
_LANGUAGE = Text(
    "可用：AND OR NOT、= <> < <= > >=、BETWEEN、IN（常量）、IS [NOT] NULL、+ - * /、CASE、ABS、FLOOR、COALESCE、NULLIF、"
    "GREATEST、LEAST、param、outside、near、half_digit、prev、ly、latest、sub_sum、peer_med、peer_mad",
    "admitted: AND OR NOT, = <> < <= > >=, BETWEEN, IN (literals), IS [NOT] NULL, + - * /, CASE, ABS, FLOOR, COALESCE, "
    "NULLIF, GREATEST, LEAST, param, outside, near, half_digit, prev, ly, latest, sub_sum, peer_med, peer_mad",
)


class Fault(msgspec.Struct, frozen=True):
    """One thing outside the language; ``at`` is the character it stands at (1 = first; 0 = unknown)."""

    kind: Literal["node", "arguments", "value", "kind"]
    what: Text
    at: int
    why: Text = NO_TEXT
    fix: Text = _LANGUAGE


def admit(root: exp.Expr, text: str) -> tuple[tree.Node, list[Fault]]:
    """Return our tree of ``root`` and every fault; with faults the tree is of no use."""
    reader = _Reader(text)
    return reader.read(root), reader.faults


class _Reader:
    """Reads nodes and collects faults; a faulty node becomes a hole so that reading goes on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []

    def read(self, node: exp.Expr) -> tree.Node:
        if getattr(node, "comments", None):
            return self._refuse(node, "a comment")
        rule = _TABLE.get(type(node))
        if rule is None:
            return self._refuse(node, self._written(node) if _text_of(node, self.text) else _name_of(node))
        admitted, make = rule
        extra = [name for name, value in node.args.items() if value not in (None, [], False) and name not in admitted]
        if extra or not _by_its_own_name(node, self.text):
            return self._refuse(
                node, _EXTRA.get(extra[0], f"{_name_of(node)} … {extra[0]}") if extra else self._written(node)
            )
        return make(self, node)

    def _written(self, node: exp.Expr) -> str:
        return f"{_text_of(node, self.text)}()"

    def _refuse(self, node: exp.Expr, name: str) -> tree.Node:
        what = Text(f"不允许使用 {name}", f"{name} is not admitted")
        self.faults.append(Fault("node", what, _place(node, self.text)))
        return _HOLE

    def _wrong(self, node: exp.Expr, kind: Literal["arguments", "value", "kind"], zh: str, en: str) -> tree.Node:
        self.faults.append(Fault(kind, Text(zh, en), _place(node, self.text)))
        return _HOLE

    def column(self, node: exp.Expr) -> tree.Node:
        identifier = node.this
        name = str(getattr(identifier, "name", ""))
        if not isinstance(identifier, exp.Identifier) or identifier.args.get("quoted"):
            return self._refuse(
                node, "a quoted name" if isinstance(identifier, exp.Identifier) else _name_of(identifier)
            )
        if name in tree.SYSTEM_COLUMNS:
            return tree.System(name)
        if not _NAME.fullmatch(name):
            return self._wrong(
                node, "value", f"{name} 不是指标代码或系统列", f"{name} is neither an item code nor a system column"
            )
        return tree.Item(name)

    def literal(self, node: exp.Expr) -> tree.Node:
        text = str(node.this)
        if node.is_string:
            return tree.String(text)
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            return self._wrong(node, "value", f"{text} 不是有限的十进制数", f"{text} is not a finite decimal number")
        return tree.Number(text)

    def operation(self, op: str) -> Callable[[exp.Expr], tree.Node]:
        def make(node: exp.Expr) -> tree.Node:
            raw = [node.this, node.args.get("expression"), *node.args.get("expressions", [])]
            operands = tuple(self.read(part) for part in raw if part is not None)
            if op in ("and", "or"):
                flat = [part.operands if _is(part, op) else (part,) for part in operands]  # type: ignore[attr-defined]
                operands = tuple(part for group in flat for part in group)
            return self.typed(node, tree.Operation(op, operands))

        return make

    def typed(self, node: exp.Expr, made: tree.Operation) -> tree.Node:
        if made.op in ("and", "or", "not"):
            if any(not (tree.is_condition(part) or _may_be_flag(part)) for part in made.operands):
                return self._wrong(
                    node,
                    "kind",
                    f"{made.op.upper()} 只连接条件",
                    f"{made.op.upper()} joins conditions only, not values",
                )
        elif any(tree.is_condition(part) for part in made.operands):
            return self._wrong(
                node, "kind", f"{made.op} 不能用于条件", f"{made.op} works on values, a condition stands there"
            )
        texts = [isinstance(part, tree.String) for part in made.operands]
        if any(texts) and (made.op not in (*tree.COMPARISONS, "in", "between") or texts[0]):
            return self._wrong(node, "kind", "文字只能作比较的右侧", "a text may only stand right of a comparison")
        return made

    def between(self, node: exp.Expr) -> tree.Node:
        parts = (node.this, node.args["low"], node.args["high"])
        return self.typed(node, tree.Operation("between", tuple(self.read(part) for part in parts)))

    def member(self, node: exp.Expr) -> tree.Node:
        members = node.args.get("expressions") or []
        if not members or not all(_is_constant(part) for part in members):
            return self._wrong(node, "arguments", "IN 只接受非空常量", "IN takes literals only, and no NULL")
        return self.typed(node, tree.Operation("in", tuple(self.read(part) for part in (node.this, *members))))

    def null_test(self, node: exp.Expr) -> tree.Node:
        if not isinstance(node.expression, exp.Null):
            return self._refuse(node, f"IS {_name_of(node.expression).upper()}")
        return self.typed(node, tree.Operation("is null", (self.read(node.this),)))

    def case(self, node: exp.Expr) -> tree.Node:
        subject = node.args.get("this")
        branches = []
        for branch in node.args["ifs"]:
            if branch.args.get("false") is not None:
                return self._refuse(branch, "IF")
            condition = self.read(branch.this)
            if subject is not None:
                condition = self.typed(branch, tree.Operation("=", (self.read(subject), condition)))
            elif not (tree.is_condition(condition) or _may_be_flag(condition)):
                return self._wrong(branch, "kind", "WHEN 之后须为条件", "a condition must stand after WHEN")
            branches.append((condition, self.read(branch.args["true"])))
        default = node.args.get("default")
        return tree.Case(tuple(branches), None if default is None else self.read(default))

    def function(self, node: exp.Expr) -> tree.Node:
        name, arguments = str(node.this), node.expressions
        if len(arguments) != _FUNCTIONS.get(name, -1):
            return self._not_ours(node, name)
        if name in _QUOTED:
            return self._quoted_id(node, name, arguments[0])
        read = [self.read(argument) for argument in arguments]
        if any(tree.is_condition(part) or isinstance(part, tree.String) for part in read):
            return self._wrong(node, "kind", f"{name} 的参数须为数值", f"{name} takes values, not conditions or texts")
        if name == "near":
            return tree.Near(*read)
        return self._half_digit(node, read[0]) if name == "half_digit" else self._context(node, name, read[0])

    def _not_ours(self, node: exp.Expr, name: str) -> tree.Node:
        count = _FUNCTIONS.get(name)
        if count is None:
            return self._refuse(node, f"{name}()")
        return self._wrong(node, "arguments", f"{name} 须有{count}个参数", f"{name} takes {count} argument(s)")

    def _quoted_id(self, node: exp.Expr, name: str, given: exp.Expr) -> tree.Node:
        kind, words = _QUOTED[name]
        if isinstance(given, exp.Literal) and given.is_string and _PARAMETER.fullmatch(str(given.this)):
            return kind(str(given.this))
        zh, en = f"{name} 的参数须为引号中的{words.zh}编号", f"{name} takes the id of {words.en} in quotes"
        return self._wrong(node, "arguments", zh, en)

    def _context(self, node: exp.Expr, name: str, argument: tree.Node) -> tree.Node:
        if not any(isinstance(part, tree.Item) for part in tree.walk(argument)):
            return self._wrong(node, "arguments", f"{name} 须读取指标", f"{name} must read an item")
        if name == "latest" and not isinstance(argument, tree.Item):
            return self._wrong(node, "arguments", "latest 的参数须为单个指标", "latest takes one item")
        return tree.Context(name, argument)

    def _half_digit(self, node: exp.Expr, argument: tree.Node) -> tree.Node:
        inner = argument.argument if isinstance(argument, tree.Context) else argument
        seen_through = not isinstance(argument, tree.Context) or argument.function in ("prev", "ly", "latest")
        if not isinstance(inner, tree.Item) or not seen_through:
            return self._wrong(node, "arguments", "half_digit 的参数须为单个指标", "half_digit takes one item")
        return tree.HalfDigit(argument)


_QUOTED: dict[str, tuple[type[tree.Parameter], Text]] = {
    "param": (tree.Parameter, Text("参数", "a parameter")),
    "outside": (tree.Outside, Text("外部数据", "an outside figure")),
}
_FUNCTIONS = {"param": 1, "outside": 1, "near": 3, "half_digit": 1} | dict.fromkeys(tree.CONTEXT_FUNCTIONS, 1)
_BINARY = {"this", "expression"}
_MANY = {"this", "expressions"}
_OPERATIONS: dict[type[exp.Expr], tuple[str, set[str]]] = {
    exp.And: ("and", _BINARY), exp.Or: ("or", _BINARY), exp.Not: ("not", {"this"}),
    exp.EQ: ("=", _BINARY), exp.NEQ: ("<>", _BINARY), exp.LT: ("<", _BINARY), exp.LTE: ("<=", _BINARY),
    exp.GT: (">", _BINARY), exp.GTE: (">=", _BINARY),
    exp.Add: ("+", _BINARY), exp.Sub: ("-", _BINARY), exp.Mul: ("*", _BINARY), exp.Div: ("/", {*_BINARY, "safe", "typed"}),
    exp.Neg: ("neg", {"this"}), exp.Abs: ("abs", {"this"}), exp.Floor: ("floor", {"this"}),
    exp.Coalesce: ("coalesce", _MANY), exp.Nullif: ("nullif", _BINARY),
    exp.Greatest: ("greatest", {*_MANY, "ignore_nulls"}), exp.Least: ("least", {*_MANY, "ignore_nulls"}),
}  # fmt: skip


def _operator(op: str) -> Callable[[_Reader, exp.Expr], tree.Node]:
    return lambda reader, node: reader.operation(op)(node)


_TABLE: dict[type[exp.Expr], tuple[set[str], Callable[[_Reader, exp.Expr], tree.Node]]] = {
    kind: (admitted, _operator(op)) for kind, (op, admitted) in _OPERATIONS.items()
} | {
    exp.Paren: ({"this"}, lambda reader, node: reader.read(node.this)),
    exp.Column: ({"this"}, _Reader.column),
    exp.Literal: ({"this", "is_string"}, _Reader.literal),
    exp.Between: ({"this", "low", "high"}, _Reader.between),
    exp.In: ({"this", "expressions"}, _Reader.member),
    exp.Is: (_BINARY, _Reader.null_test),
    exp.Case: ({"this", "ifs", "default"}, _Reader.case),
    exp.Anonymous: (_MANY, _Reader.function),
}
_EXTRA = {
    "table": "a qualified name (a.b)",
    "symmetric": "SYMMETRIC",
    "decimals": "FLOOR(x, digits)",
    "query": "a subquery",
}
_SPELLED: dict[type[exp.Expr], str] = {
    exp.IntDiv: "//", exp.Mod: "%", exp.Pow: "**", exp.DPipe: "||", exp.Cast: "::", exp.Null: "NULL",
    exp.PropertyEQ: ":=", exp.NullSafeEQ: "<=>",
}  # fmt: skip
_SPOKEN: dict[type[exp.Expr], str] = _SPELLED | {
    exp.Cast: "a cast (::)", exp.Subquery: "a subquery", exp.Select: "SELECT", exp.Boolean: "TRUE or FALSE",
    exp.Alias: "an alias", exp.Window: "OVER",
}  # fmt: skip


def _name_of(node: exp.Expr) -> str:
    if type(node) in _SPOKEN:
        return _SPOKEN[type(node)]
    return f"{node.sql_name()}()" if isinstance(node, exp.Func) else type(node).__name__.upper()


def _text_of(node: exp.Expr, text: str) -> str:
    """Return the name of a function as it is written; "" for other nodes."""
    if not isinstance(node, exp.Func) or "start" not in node.meta:
        return ""
    return text[node.meta["start"] : node.meta["end"] + 1]


def _by_its_own_name(node: exp.Expr, text: str) -> bool:
    """Say whether a plain function is written as the language names it: sqlglot reads IFNULL as COALESCE."""
    written = _text_of(node, text)
    return not written or type(node) not in _OPERATIONS or written.lower() == _OPERATIONS[type(node)][0]


def _is(node: tree.Node, op: str) -> bool:
    return isinstance(node, tree.Operation) and node.op == op


def _may_be_flag(node: tree.Node) -> bool:
    inner = node.argument if isinstance(node, tree.Context) else node
    return isinstance(inner, (tree.Item, tree.Case))


def _is_constant(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) or (isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal))


def _place(node: exp.Expr, text: str) -> int:
    """Return the first character of ``node`` (1-based, 0 unknown).

    sqlglot notes the places of names, literals and most functions; the rest is found by its spelling.
    """
    spelling = re.escape(_SPELLED.get(type(node), ""))
    if not spelling and isinstance(node, exp.Func):
        spelling = f"{node.sql_name()}\\b"
    starts = [inner.meta["start"] for inner in node.walk() if "start" in inner.meta]
    if "start" not in node.meta and spelling:
        found = re.search(spelling, text, re.IGNORECASE)
        starts = [found.start()] if found else starts
    return min(starts) + 1 if starts else 0
