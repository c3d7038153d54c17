"""Says checks of a form as Excel formulas, so that an officer sees sums and limits come out while he types.

Only checks that read nothing but numbers of the same sheet are said. The formulas stand in a column that is never read; what
counts is the verdict of the check itself.
"""

from collections.abc import Iterator, Mapping

import msgspec

from xinqu.expressions import tree
from xinqu.expressions.parse import Expression, parse
from xinqu.policy.model import Check, Form, Item
from xinqu.policy.pack import Pack
from xinqu.returns.units import unit_name

HOLDS_MARK = "✓"
_FUNCTIONS = {"abs": "ABS", "greatest": "MAX", "least": "MIN"}


class LiveCheck(msgspec.Struct, frozen=True):
    """A check said in a spreadsheet.

    ``anchor``: the item it is shown beside. ``formula``: gives "" until all its cells hold numbers in their declared
    units (exact ones, where rounding widens the check), "✓" when it holds, else by how much it fails. ``items``: what it
    reads.
    """

    check: str
    anchor: str
    formula: str
    items: tuple[str, ...]


def live_checks(pack: Pack, form: Form, cells: Mapping[str, int]) -> list[LiveCheck]:
    """Return the checks of ``form`` that can be said; ``cells`` maps item -> row of the sheet (units in E, values in F)."""
    numbers = {item.code: item for item in form.items if item.type in {"decimal", "integer"}}
    found = []
    for check in pack.checks.values():
        if check.form != form.id or check.valid_to is not None:
            continue
        said = _said(pack, check, numbers, cells)
        if said is not None:
            found.append(said)
    return found


def _said(pack: Pack, check: Check, numbers: Mapping[str, Item], cells: Mapping[str, int]) -> LiveCheck | None:
    expression = parse(check.expression)
    items = expression.items
    if len(items) < 2 or not set(items) <= numbers.keys():  # noqa: PLR2004 - the range of one item is in its cell's own rule
        return None
    if expression.context or expression.parameters or expression.system or expression.outside:
        return None
    try:
        condition, gap = _condition(expression.tree, cells)
    except KeyError:  # an operator or function that a cell doesn't say
        return None
    values = ",".join(f"F{cells[item]}" for item in items)
    units = ",".join(f'E{cells[item]}="{unit_name(pack, numbers[item].unit)}"' for item in items)
    ready = f"AND(COUNT({values})={len(items)},{units})"
    if any(isinstance(node, tree.HalfDigit) for node in tree.walk(expression.tree)):
        rounded = ",".join(f"I{cells[item]}" for item in items)
        ready = f"AND({ready},COUNTA({rounded})=0)"
    formula = f'=IFERROR(IF({ready},IF({condition},"{HOLDS_MARK}",{gap}),""),"")'
    return LiveCheck(check.id, _anchor(expression), formula, items)


def _anchor(expression: Expression) -> str:
    """Return the item on the left: the sum, or the part that must not exceed its whole."""
    return next(node.code for node in tree.walk(expression.tree) if isinstance(node, tree.Item))


def _condition(node: tree.Node, cells: Mapping[str, int]) -> tuple[str, str]:
    """Return the condition and, where it fails, what to show: left minus right, else a cross."""
    match node:
        case tree.Near():
            left, right, tolerance = (_term(part, cells) for part in (node.value, node.other, node.tolerance))
            gap = f"({left})-({right})"
            return f"ABS({gap})<={tolerance}", f"ROUND({gap},6)"
        case tree.Operation(op=op, operands=(left, right)) if op in tree.COMPARISONS:
            gap = f"({_term(left, cells)})-({_term(right, cells)})"
            return f"ROUND({gap},6){op}0", f"ROUND({gap},6)"
        case tree.Operation(op="between", operands=(value, low, high)):
            x, a, b = (_term(part, cells) for part in (value, low, high))
            below, above = f"ROUND(({x})-({a}),6)", f"ROUND(({x})-({b}),6)"
            return f"AND({below}>=0,{above}<=0)", f"IF({below}<0,{below},{above})"
    raise KeyError(node)


def _term(node: tree.Node, cells: Mapping[str, int]) -> str:  # noqa: PLR0911 - one return per kind of node
    """Return a number's expression; half digits are 0, since the formula is silent where a value is rounded."""
    match node:
        case tree.Number(text=text):
            return text
        case tree.Item(code=code):
            return f"F{cells[code]}"
        case tree.HalfDigit():
            return "0"
        case tree.Operation(op="neg", operands=(inner,)):
            return f"-({_term(inner, cells)})"
        case tree.Operation(op="nullif", operands=(inner, _)):
            return f"({_term(inner, cells)})"
        case tree.Operation(op=op, operands=operands) if op in tree.ARITHMETIC:
            return "(" + op.join(_term(part, cells) for part in operands) + ")"
        case tree.Operation(op=op, operands=operands) if op in _FUNCTIONS:
            return f"{_FUNCTIONS[op]}({','.join(_term(part, cells) for part in operands)})"
    raise KeyError(node)


def by_anchor(checks: list[LiveCheck]) -> Iterator[tuple[str, list[LiveCheck]]]:
    """Yield item -> the checks shown beside it, in the order of the pack."""
    groups: dict[str, list[LiveCheck]] = {}
    for check in checks:
        groups.setdefault(check.anchor, []).append(check)
    yield from groups.items()


def joined(checks: list[LiveCheck]) -> str:
    """Return one formula for the checks of one cell: the difference of the first that fails, else the mark of those that hold."""
    if len(checks) == 1:
        return checks[0].formula
    bodies = [check.formula.removeprefix("=") for check in checks]
    fails = [f"IF(ISNUMBER({body}),{body}," for body in bodies]
    holds = f'IF(OR({",".join(f"{body}={chr(34)}{HOLDS_MARK}{chr(34)}" for body in bodies)}),"{HOLDS_MARK}","")'
    return f"={''.join(fails)}{holds}{')' * len(fails)}"
