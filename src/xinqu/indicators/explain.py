"""Says a figure or a check in words, in Chinese and English, with the numbers filled in, or why it is not known."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from xinqu.expressions import tree
from xinqu.expressions.explain import explain
from xinqu.expressions.parse import Expression, parse
from xinqu.indicators.trace_model import Input, Trace
from xinqu.policy.pack import Pack
from xinqu.validation.generated import condition_message
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown, Verdict

_DECIMALS = 4
_TEXT_UNITS = ("none", "code")
_ENGLISH_UNITS = {"pct": "%", "pp": "percentage points", "count": "", "none": "", "code": "", "ratio": "times"}


def explain_figure(pack: Pack, trace: Trace) -> Text:
    """Return the figure in words: ``4.3 % = …`` with each input's number, or why it is not known and what to file."""
    head = Text(
        f"{trace.area_name.zh} {trace.period_label.zh} {trace.name.zh}",
        f"{trace.name.en}, {trace.area_name.en}, {trace.period_label.en}",
    )
    body = _unknown(pack, trace) if trace.figure.value is None else _known(pack, trace)
    return Text(zh=f"{head.zh}：{body.zh}", en=f"{head.en}: {body.en}")


def explain_check(pack: Pack, finding: Mapping[str, Any]) -> Text:
    """Return what a check demands and what it found; ``finding`` is a row of the findings frame.

    For a check that holds pass ``verdict`` ``true`` with empty ``items``, ``values`` and ``detail`` ``{}``.
    """
    check, verdict = pack.checks.get(finding["check"]), Verdict(finding["verdict"])
    detail = json.loads(finding["detail"])
    given = dict(zip(finding["items"], finding["values"], strict=True)) | detail.get("context", {})
    message = condition_message(pack, finding["check"])
    demanded = _filled(pack, parse(check.expression), given) if check else _values_said(pack, given)
    sentence = _REPORTED if check is None and verdict is Verdict.FALSE else _SENTENCES[verdict]
    why = _reasons_said(pack, detail.get("unknown", {})) if verdict is Verdict.INDETERMINATE else Text("", "")
    return Text(
        zh=f"{message.zh}{sentence.zh}{demanded.zh and '：' + demanded.zh}{why.zh}",
        en=f"{message.en} {sentence.en}{demanded.en and ': ' + demanded.en}{why.en}",
    )


_SENTENCES = {
    Verdict.TRUE: Text("符合", "It holds"),
    Verdict.FALSE: Text("不符合，要求", "It does not hold, required is"),
    Verdict.INDETERMINATE: Text("无法判定", "It can't be judged"),
}
_REPORTED = Text("不符合，所报", "It does not hold, reported is")


def number(value: float | str | None, unit: Text) -> Text:
    """Return a value with its unit as a person writes it; at most four decimals, thousands set apart."""
    if value is None:
        return Text("—", "—")
    text = f"{value:,.{_DECIMALS}f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    times = " × " if unit.en[:1].isdigit() else " "  # 900,000 × 10,000 yuan
    return Text(f"{text} {unit.zh}".rstrip(), f"{text}{times}{unit.en}".rstrip())


def _unit(pack: Pack, code: str) -> Text:
    name = pack.units[code].name
    shown = Text("", "") if code in _TEXT_UNITS else name
    return Text(shown.zh, _ENGLISH_UNITS.get(code, shown.en.replace("_", " ")))


def _known(pack: Pack, trace: Trace) -> Text:
    values = {one.call or one.item: one.value for one in trace.inputs}
    values |= {f"param('{one.id}')": one.value for one in trace.parameters}
    result = number(trace.figure.value, _unit(pack, trace.figure.unit))
    filled = _filled(pack, parse(trace.formula.text), values)
    return Text(zh=f"{result.zh} = {filled.zh}", en=f"{result.en} = {filled.en}")


def _unknown(pack: Pack, trace: Trace) -> Text:
    reason = Unknown(trace.figure.unknown).label
    inputs = {one.call or one.item: one for one in trace.inputs}
    told = [_input_said(pack, inputs, name, why) for name, why in trace.figure.detail.items()]
    to_file = _to_file(trace)
    zh = "；".join(["无法判定（" + reason.zh + "）", *(t.zh for t in told), *(t.zh for t in to_file)])
    en = "; ".join(["not known (" + reason.en + ")", *(t.en for t in told), *(t.en for t in to_file)])
    return Text(zh=f"{zh}。", en=f"{en}.")


def _input_said(pack: Pack, inputs: Mapping[str, Input], name: str, why: str) -> Text:
    """Say one entry of a figure's detail: an input with its reason, or ``item#scope`` with its scope version."""
    item = name.removesuffix("#scope")
    said = inputs[item].name if item in inputs else pack.items[item].name if item in pack.items else Text(item, item)
    if name.endswith("#scope"):
        return Text(f"“{said.zh}”口径为 {why}", f'"{said.en}" has scope {why}')
    call = _call_named(pack, item)
    return Text(f"“{call.zh}”{Unknown(why).label.zh}", f'"{call.en}" {Unknown(why).label.en}')


def _to_file(trace: Trace) -> list[Text]:
    """Say which items to file on which form for which period."""
    wanted: dict[tuple[str, str], list[Input]] = {}
    for one in trace.inputs:
        if trace.figure.detail.get(one.call or one.item) == Unknown.MISSING:
            wanted.setdefault((one.form, one.period), []).append(one)
    said = []
    for (form, text), inputs in wanted.items():
        period, name = Period.parse(text).label, inputs[0].form_name
        items = list(dict.fromkeys(one.item for one in inputs))
        said.append(
            Text(
                f"请在报表 {form}（{name.zh}）{period.zh}中填报 {'、'.join(items)}",
                f"file {', '.join(items)} on form {form} ({name.en}) for {period.en}",
            )
        )
    return said


def _filled(pack: Pack, expression: Expression, values: Mapping[str, Any]) -> Text:
    """Say an expression with the value of each item, call and parameter in brackets behind its name."""
    names: dict[str, Text] = {}

    def named(node: tree.Node) -> tree.Node:
        column = tree.sql(node)
        names[column] = _with_value(pack, column, values.get(column))
        return tree.Item(column)

    filled = Expression(_replace_reads(expression.tree, named))
    return Text(zh=explain(filled, names, "zh"), en=explain(filled, names, "en"))


def _replace_reads(node: tree.Node, named: Callable[[tree.Node], tree.Node]) -> tree.Node:
    """Return the tree with each item, context call and parameter replaced by what ``named`` makes of it."""
    match node:
        case tree.Item() | tree.Context() | tree.Parameter():
            return named(node)
        case tree.Near():
            return tree.Near(*(_replace_reads(part, named) for part in tree.children(node)))
        case tree.Operation():
            return msgspec.structs.replace(node, operands=tuple(_replace_reads(part, named) for part in node.operands))
        case tree.Case():
            branches = tuple(
                (_replace_reads(test, named), _replace_reads(value, named)) for test, value in node.branches
            )
            otherwise = None if node.otherwise is None else _replace_reads(node.otherwise, named)
            return tree.Case(branches, otherwise)
    return node


def _with_value(pack: Pack, column: str, value: Any) -> Text:
    name, unit = _call_named(pack, column), _unit_of(pack, column)
    shown = number(value if unit in _TEXT_UNITS else _as_number(value), _unit(pack, unit))
    return Text(f"{name.zh}〔{shown.zh}〕", f"{name.en} [{shown.en}]")


def _call_named(pack: Pack, column: str) -> Text:
    """Return the name of an item, or a context call or parameter in words."""
    if column in pack.items:
        return pack.items[column].name
    expression = parse(column)
    names = {code: pack.items[code].name for code in expression.items}
    return Text(zh=explain(expression, names, "zh"), en=explain(expression, names, "en"))


def _unit_of(pack: Pack, column: str) -> str:
    if column in pack.items:
        return pack.items[column].unit
    expression = parse(column)
    if expression.parameters:
        return pack.parameters[expression.parameters[0]].unit
    return pack.items[expression.items[0]].unit if len(expression.items) == 1 else "none"


def _as_number(value: Any) -> float | str | None:
    if value is None or isinstance(value, float):
        return value
    try:
        return float(value)
    except ValueError:
        return str(value)


def _values_said(pack: Pack, given: Mapping[str, Any]) -> Text:
    said = [_with_value(pack, column, value) for column, value in given.items() if value is not None]
    return Text(zh="、".join(s.zh for s in said), en=", ".join(s.en for s in said))


def _reasons_said(pack: Pack, unknown: Mapping[str, str]) -> Text:
    said = [(_call_named(pack, column), Unknown(why).label) for column, why in unknown.items()]
    zh = "；".join(f"“{name.zh}”{why.zh}" for name, why in said)
    en = "; ".join(f'"{name.en}" {why.en}' for name, why in said)
    return Text(zh=f"；{zh}" if zh else "", en=f"; {en}" if en else "")
