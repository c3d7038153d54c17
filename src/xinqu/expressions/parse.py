"""Reads the text of a check or formula into an ``Expression``, admitting only the language of the pack.

Public: ``parse(text, *, where=Where()) -> Expression`` (cached by text) and ``parse_all``; ``Expression`` has ``text``,
``tree``, ``sql`` (canonical text), ``items``, ``system``, ``context`` (tuple of ``ContextCall``), ``parameters``,
``literals`` (tuple of ``NumberUse``), ``inputs`` (the columns of the context frame it reads) and ``is_condition``.

sqlglot reads far more than we admit (``read_csv('/etc/passwd') = 1`` is fine for it), so a text becomes nodes of our own
only through the table of ``expressions.admit``; everything else is refused by name and place.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property, lru_cache

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from xinqu.expressions import tree
from xinqu.expressions.admit import Fault, admit
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

MAX_CHARACTERS = 2_000
MAX_BRACKETS = 30  # sqlglot's parser leaves Python's stack at about 45
MAX_DEPTH = 100
_CACHED_TEXTS = 16_384


class ContextCall(msgspec.Struct, frozen=True):
    """One call of a context function: ``column`` is its canonical text and its name in the context frame."""

    function: str
    argument: "Expression"
    column: str


class NumberUse(msgspec.Struct, frozen=True):
    """A number literal and what stands around it: the parent's operator and the names of its other operands."""

    text: str
    exact: Fraction
    parent: str
    beside: tuple[str, ...]


class Expression(msgspec.Struct, frozen=True, dict=True):
    """A parsed expression; equal when the trees are equal."""

    tree: tree.Node
    text: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.tree == other.tree

    def __hash__(self) -> int:
        return hash(self.tree)

    @cached_property
    def sql(self) -> str:
        """The canonical text."""
        return tree.sql(self.tree)

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Codes of all items read, inside context functions too, in reading order."""
        return _unique(node.code for node in tree.walk(self.tree) if isinstance(node, tree.Item))

    @cached_property
    def own_items(self) -> tuple[str, ...]:
        """Codes of the items read from the row itself (not through a context function), in reading order."""
        return _unique(node.code for node in tree.walk_row(self.tree) if isinstance(node, tree.Item))

    @cached_property
    def system(self) -> tuple[str, ...]:
        """System columns read."""
        return _unique(node.name for node in tree.walk(self.tree) if isinstance(node, tree.System))

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Ids of the parameters read."""
        return _unique(node.id for node in tree.walk(self.tree) if type(node) is tree.Parameter)

    @cached_property
    def outside(self) -> tuple[str, ...]:
        """Ids of the outside figures read."""
        return _unique(node.id for node in tree.walk(self.tree) if isinstance(node, tree.Outside))

    @cached_property
    def context(self) -> tuple[ContextCall, ...]:
        """The context calls, innermost first, each once."""
        calls: dict[str, ContextCall] = {}
        for node in tree.walk(self.tree):
            if isinstance(node, tree.Context):
                argument = Expression(node.argument, tree.sql(node.argument))
                inner = {call.column: call for call in argument.context}
                calls = {**inner, **calls, tree.sql(node): ContextCall(node.function, argument, tree.sql(node))}
        return tuple(sorted(calls.values(), key=lambda call: len(call.argument.context)))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The value columns of the context frame that the expression reads: items, context calls, parameters."""
        kinds = (tree.Item, tree.Context, tree.Parameter)
        return _unique(tree.sql(node) for node in tree.walk_row(self.tree) if isinstance(node, kinds))

    @cached_property
    def literals(self) -> tuple[NumberUse, ...]:
        """Every number literal with its surroundings, for the proof that no legal number is a literal."""
        return tuple(_number_uses(self.tree, "", ()))

    @property
    def is_condition(self) -> bool:
        """Whether the root gives a truth value; False for a value and for an item alone (which may be a flag)."""
        return tree.is_condition(self.tree)


def parse(text: str, *, where: Where = Where()) -> Expression:  # noqa: B008 - a frozen value
    """Return the expression written in ``text``.

    Raises:
        Refused: XQ-EXPR-001 too long, -002 nested too deep, -003 not SQL, -004 not one expression, -005 outside the
            language, -006 wrong arguments, -007 a number or name that can't be, -008 a truth value and a number mixed;
            all faults of one text together, each with its place.
    """
    outcome = _parse(text)
    if isinstance(outcome, Expression):
        return outcome
    raise Refused([msgspec.structs.replace(problem, where=_join(where, problem.where)) for problem in outcome])


def parse_all(texts: Mapping[str, str]) -> dict[str, Expression]:
    """Parse many texts by id; raises Refused with the faults of all of them, each with its id as subject."""
    problems: list[Problem] = []
    parsed: dict[str, Expression] = {}
    for identity, text in texts.items():
        try:
            parsed[identity] = parse(text, where=Where(subject=identity))
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        raise Refused(problems)
    return parsed


@lru_cache(maxsize=_CACHED_TEXTS)
def _parse(text: str) -> Expression | tuple[Problem, ...]:
    read = _guard(text) or _statement(text)
    if isinstance(read, Problem):
        return (read,)
    root, faults = admit(read, text)
    return tuple(_problem(fault) for fault in faults) or Expression(root, text)


def _statement(text: str) -> exp.Expr | Problem:
    """Return sqlglot's tree of the one statement in ``text``, or why there is none."""
    try:
        statements = [statement for statement in sqlglot.parse(text, read="duckdb") if statement is not None]
    except RecursionError:
        return _too_deep()
    except SqlglotError as error:
        return _not_sql(text, error)
    if len(statements) != 1 or ";" in _outside_quotes(text):
        return _not_one(len(statements))
    return _too_deep() if _depth(statements[0]) > MAX_DEPTH else statements[0]


def _guard(text: str) -> Problem | None:
    if len(text) > MAX_CHARACTERS:
        return Problem(
            code="XQ-EXPR-001",
            what=Text(
                f"表达式长{len(text)}个字符，超过{MAX_CHARACTERS}",
                f"{len(text)} characters, more than {MAX_CHARACTERS}",
            ),
            why=Text("过长的表达式无法审阅", "nobody can review an expression that long"),
            fix=Text("拆成几条规则", "split it into several rules"),
        )
    depth = deepest = 0
    for character in _outside_quotes(text):
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return _too_deep() if deepest > MAX_BRACKETS else None


def _outside_quotes(text: str) -> str:
    return "".join(text.split("'")[::2])


def _depth(root: exp.Expr) -> int:
    """Return how deep the tree is, without recursion."""
    deepest, stack = 0, [(root, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in node.iter_expressions()]
    return deepest


def _too_deep() -> Problem:
    return Problem(
        code="XQ-EXPR-002",
        what=Text("嵌套过深", "nested too deep"),
        why=Text(
            f"至多{MAX_BRACKETS}层括号、{MAX_DEPTH}层运算", f"at most {MAX_BRACKETS} brackets, {MAX_DEPTH} operators"
        ),
        fix=Text("去掉多余括号或拆成几条规则", "drop needless brackets or split the rule"),
    )


def _not_sql(text: str, error: SqlglotError) -> Problem:
    details = getattr(error, "errors", None) or [{}]
    line, column = details[0].get("line"), details[0].get("col")
    said = details[0].get("description") or str(error).split("\n")[0]
    return Problem(
        code="XQ-EXPR-003",
        what=Text("无法解析", "does not parse"),
        where=Where(line=line if text.count("\n") else None, column=f"character {column}" if column else ""),
        why=Text(f"解析器报告：{said}", f"the parser says: {said}"),
        fix=Text("检查括号、逗号和运算符", "check brackets, commas and operators"),
    )


def _not_one(count: int) -> Problem:
    return Problem(
        code="XQ-EXPR-004",
        what=Text("须为恰好一个表达式", "must be exactly one expression"),
        why=Text(f"共有{count}条语句", f"{count} statements stand here")
        if count != 1
        else Text("含有分号", "a semicolon stands here"),
        fix=Text("每条规则只写一个表达式，不用分号", "write one expression per rule, without a semicolon"),
    )


_CODES = {"node": "XQ-EXPR-005", "arguments": "XQ-EXPR-006", "value": "XQ-EXPR-007", "kind": "XQ-EXPR-008"}


def _problem(fault: Fault) -> Problem:
    column = f"character {fault.at}" if fault.at else ""
    return Problem(code=_CODES[fault.kind], what=fault.what, where=Where(column=column), why=fault.why, fix=fault.fix)


def _join(outer: Where, inner: Where) -> Where:
    return msgspec.structs.replace(outer, line=outer.line or inner.line, column=inner.column or outer.column)


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _number_uses(node: tree.Node, parent: str, beside: tuple[str, ...]) -> Iterator[NumberUse]:
    if isinstance(node, tree.Number):
        yield NumberUse(node.text, node.exact, parent, beside)
        return
    if isinstance(node, tree.Operation) and node.op == "neg":
        yield from _number_uses(node.operands[0], parent, beside)
        return
    operands = tree.children(node)
    own = node.op if isinstance(node, tree.Operation) else type(node).__name__.lower()
    for position, operand in enumerate(operands):
        others = tuple(tree.sql(other) for at, other in enumerate(operands) if at != position)
        yield from _number_uses(operand, own, others)
