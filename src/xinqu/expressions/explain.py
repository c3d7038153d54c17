"""Says an expression in words, in Chinese and English: ``100 × 制造业增加值 ÷ 地区生产总值``.

Public: ``explain(expr, names, lang) -> str``; ``names`` maps item codes and parameter ids to what a person calls them.
``NULLIF(x, 0)`` below a division is said as x: that a zero divisor gives no result holds for every division.
"""

from collections.abc import Mapping

from xinqu.expressions import tree
from xinqu.expressions.parse import Expression
from xinqu.vocabulary.text import Lang, Text

_SYSTEM = {
    "sys_year": Text("年份", "the year"),
    "sys_period": Text("期数", "the number of the period"),
    "sys_area": Text("新区", "the area"),
    "sys_region": Text("地区分组", "the region"),
    "sys_start": Text("报告期首日", "the first day of the period"),
    "sys_end": Text("报告期末日", "the last day of the period"),
}
_CONTEXT = {
    "prev": Text("上期{0}", "{0} of the previous period"),
    "ly": Text("上年同期{0}", "{0} of the same period last year"),
    "latest": Text("本期内最近一次{0}", "the latest {0} within the period"),
    "sub_sum": Text("下级单位{0}之和", "the sum of {0} over the sub-units"),
    "peer_med": Text("同组中位数〔{0}〕", "the peer median of [{0}]"),
    "peer_mad": Text("同组绝对中位差〔{0}〕", "the peer median absolute deviation of [{0}]"),
}
_FUNCTIONS = {
    "abs": Text("{0}的绝对值", "the absolute value of {0}"),
    "floor": Text("{0}的整数部分", "the whole part of {0}"),
    "coalesce": Text("首个已知值（{all}）", "the first known of ({all})"),
    "greatest": Text("最大值（{all}）", "the greatest of ({all})"),
    "least": Text("最小值（{all}）", "the least of ({all})"),
    "nullif": Text("{0}（等于{1}时视为未知）", "{0} (unknown when it equals {1})"),
    "neg": Text("−{0}", "−{0}"),
    "not": Text("并非（{0}）", "not ({0})"),
    "between": Text("{0} 在 {1} 与 {2} 之间", "{0} lies between {1} and {2}"),
    "in": Text("{0} 属于 {rest}", "{0} is one of {rest}"),
    "is null": Text("{0}未知", "{0} is not known"),
    "+": Text("{0} + {1}", "{0} + {1}"),
    "-": Text("{0} − {1}", "{0} − {1}"),
    "*": Text("{0} × {1}", "{0} × {1}"),
    "/": Text("{0} ÷ {1}", "{0} ÷ {1}"),
    "=": Text("{0} 等于 {1}", "{0} equals {1}"),
    "<>": Text("{0} 不等于 {1}", "{0} differs from {1}"),
    "<": Text("{0} 小于 {1}", "{0} is less than {1}"),
    "<=": Text("{0} 不大于 {1}", "{0} is at most {1}"),
    ">": Text("{0} 大于 {1}", "{0} is more than {1}"),
    ">=": Text("{0} 不小于 {1}", "{0} is at least {1}"),
}
_NEGATED = {
    "is null": Text("{0}已知", "{0} is known"),
    "in": Text("{0} 不属于 {rest}", "{0} is none of {rest}"),
    "between": Text("{0} 不在 {1} 与 {2} 之间", "{0} does not lie between {1} and {2}"),
}
_NEAR = Text("{0} 与 {1} 相差不超过 {2}", "{0} and {1} differ by at most {2}")
_HALF = Text("{0}末位的一半", "half the last published digit of {0}")
_JOINS = {"and": Text("，且", " and "), "or": Text("，或", " or ")}
_LIST = Text("、", ", ")
_THEN = Text("若{0}则为{1}", "{1} if {0}")
_ELSE = Text("否则为{0}", "otherwise {0}")
_CASES = Text("；", ", ")
_FLAG = Text("{0}为真", "{0} holds")
_LEVEL = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6, "neg": 7}


def explain(expr: Expression, names: Mapping[str, Text], lang: Lang) -> str:
    """Return ``expr`` in words; a name that ``names`` lacks is said as its code."""
    speaker = _Speaker(names, lang)
    return speaker.condition(expr.tree) if expr.is_condition else speaker.say(expr.tree)


class _Speaker:
    def __init__(self, names: Mapping[str, Text], lang: Lang) -> None:
        self.names = names
        self.lang: Lang = lang

    def _fill(self, text: Text, *parts: str) -> str:
        separator = _LIST.say(self.lang)
        return text.say(self.lang).format(*parts, all=separator.join(parts), rest=separator.join(parts[1:]))

    def _name(self, code: str) -> str:
        name = self.names[code].say(self.lang) if code in self.names else code
        return name.removeprefix("其中：").removeprefix("of which ")  # says the place on the form, not the thing

    def condition(self, node: tree.Node) -> str:
        """Say a truth value; an item alone is a flag that holds."""
        said = self.say(node)
        inner = node.argument if isinstance(node, tree.Context) else node
        return self._fill(_FLAG, said) if isinstance(inner, tree.Item) else said

    def say(self, node: tree.Node) -> str:
        match node:
            case tree.Number(text=text):
                return _short(text)
            case tree.String(text=text):
                return f"“{text}”"
            case tree.Case():
                return self._case(node)
            case tree.Operation():
                return self._operation(node)
        return self._read(node)

    def _read(self, node: tree.Node) -> str:
        match node:
            case tree.Item(code=code) | tree.Parameter(id=code):
                return self._name(code)
            case tree.System(name=name):
                return _SYSTEM[name].say(self.lang)
            case tree.Context(function=function, argument=argument):
                return self._fill(_CONTEXT[function], self.say(argument))
            case tree.HalfDigit(argument=argument):
                return self._fill(_HALF, self.say(argument))
        return self._fill(_NEAR, *(self.say(part) for part in tree.children(node)))

    def _case(self, node: tree.Case) -> str:
        parts = [self._fill(_THEN, self.condition(test), self.say(value)) for test, value in node.branches]
        if node.otherwise is not None:
            parts.append(self._fill(_ELSE, self.say(node.otherwise)))
        return (
            f"（{_CASES.say(self.lang).join(parts)}）"
            if self.lang == "zh"
            else f"({_CASES.say(self.lang).join(parts)})"
        )

    def _operation(self, node: tree.Operation) -> str:
        op, operands = node.op, node.operands
        if op in _JOINS:
            return _JOINS[op].say(self.lang).join(self._inside(part, _LEVEL[op]) for part in operands)
        if op == "not":
            return self._negated(operands[0])
        if op == "*" and tree.is_number(operands[0], 1):
            return self.say(operands[1])
        if op == "/" and (shown := _known_divisor(operands[1])) is not None:
            operands = (operands[0], shown)
        if op in _LEVEL:
            level = _LEVEL[op]
            said = [self._inside(part, level + (place > 0)) for place, part in enumerate(operands)]
        else:
            said = [self.say(part) for part in operands]
        return self._fill(_FUNCTIONS[op], *said)

    def _negated(self, node: tree.Node) -> str:
        if isinstance(node, tree.Operation) and node.op in _NEGATED:
            return self._fill(_NEGATED[node.op], *(self.say(part) for part in node.operands))
        return self._fill(_FUNCTIONS["not"], self.condition(node))

    def _inside(self, node: tree.Node, level: int) -> str:
        own = _LEVEL.get(node.op, 9) if isinstance(node, tree.Operation) else 9
        joins_conditions = level <= _LEVEL["and"]
        said = self.condition(node) if joins_conditions else self.say(node)
        return f"({said})" if own < level else said


def _short(text: str) -> str:
    """Return a number as a person writes it: ``100.0`` as 100."""
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text.lower() else text


def _known_divisor(node: tree.Node) -> tree.Node | None:
    """Return x of ``NULLIF(x, 0)``."""
    return node.operands[0] if isinstance(node, tree.Operation) and tree.guards_zero(node) else None
