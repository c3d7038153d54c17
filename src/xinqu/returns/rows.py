"""Understands the rows of a return: each item's value, state, precision, scope and note, exactly as entered."""

from fractions import Fraction
from typing import Any

import msgspec

from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.returns import faults, values
from xinqu.returns.document import Cell, Header
from xinqu.returns.guard import Limits
from xinqu.returns.header import read_scope
from xinqu.returns.layout import NOTE_COLUMNS
from xinqu.returns.raw import ROUNDED_MARKS, RawRow, RawTable
from xinqu.returns.units import factor_to, offered_units, unit_name
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.origin import Origin, worst_origin
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import ValueState

_KINDS = {
    "decimal": Text("数", "a number"),
    "integer": Text("整数", "a whole number"),
    "date": Text("日期", "a date"),
    "bool": Text("是或否", "yes or no"),
}
_STATE_WORDS = {
    ValueState.MISSING: {"未报", "缺报", "missing", "not filed"},
    ValueState.NOT_APPLICABLE: {"不适用", "na", "n/a", "n.a.", "not_applicable", "not applicable", "–", "—", "/"},
    ValueState.SUPPRESSED: {"隐去", "不公布", "suppressed", "×"},
    ValueState.NOT_DUE: {"未到期", "not_due", "not due"},
    ValueState.REPORTED: {"已报", "reported"},
}
_WORD_TO_STATE = {word: state for state, words in _STATE_WORDS.items() for word in words}
STATE_LABELS = {
    ValueState.REPORTED: Text("已报", "reported"),
    ValueState.MISSING: Text("缺报", "missing"),
    ValueState.NOT_APPLICABLE: Text("不适用", "not applicable"),
    ValueState.SUPPRESSED: Text("隐去", "suppressed"),
    ValueState.NOT_DUE: Text("未到期", "not due"),
}

Row = dict[str, str | None]


class Context(msgspec.Struct, frozen=True):
    """What all rows of one return share while they are read."""

    pack: Pack
    form: Form
    header: Header
    raw: RawTable
    origin: Origin
    limits: Limits
    problems: list[Problem]


def read_rows(context: Context) -> tuple[list[Row], dict[str, Cell]]:
    """Return one row per item of the form, and the cells of those that stand in the file; problems are collected."""
    items = {item.code: item for item in context.form.items}
    found: dict[str, RawRow] = {}
    for row in context.raw.rows:
        code = row.text("code")
        if _code_stands(context, row, items) and _first(context, row, found):
            found[code] = row
    cells = {code: context.raw.cell(row, "value") for code, row in found.items()}
    rows = [
        _read(context, item, found[code]) if code in found else _missing(context, code) for code, item in items.items()
    ]
    return rows, cells


def _code_stands(context: Context, row: RawRow, items: dict[str, Item]) -> bool:
    """Check that the row has a code of the form and that the label beside it is that item's."""
    code, label = row.text("code"), row.text("label")
    if not code:
        if row.text("value") or row.text("state"):
            where = context.raw.where(row, "code")
            context.problems.append(faults.shifted(where, found="", expected=Text("指标代码", "item code").zh))
        return False
    item = items.get(code)
    if item is None:
        where = context.raw.where(row, "code")
        context.problems.append(faults.unknown_item(where, code=code, form=context.form.id))
        return False
    labelled = bool(label) or (bool(context.raw.sheet) and "label" in context.raw.columns)
    if labelled and label not in {item.name.zh, item.name.en}:
        where = context.raw.where(row, "label")
        context.problems.append(faults.shifted(where, found=label, expected=item.name.zh))
        return False
    return True


def _first(context: Context, row: RawRow, found: dict[str, RawRow]) -> bool:
    code = row.text("code")
    if code not in found:
        return True
    first = context.raw.cell(found[code], "code").cell
    context.problems.append(faults.duplicate_item(context.raw.where(row, "code"), code=code, first=first))
    return False


def _missing(context: Context, code: str) -> Row:
    return _row(context, code, state=ValueState.MISSING)


def _row(
    context: Context,
    code: str,
    *,
    state: ValueState,
    value: str | None = None,
    half_digit: str = "0",
    scope: str = "",
    origin: Origin | None = None,
    note: str = "",
) -> Row:
    return {
        "item": code,
        "value": value,
        "state": state.value,
        "half_digit": half_digit,
        "scope": scope or context.header.scope,
        "origin": (origin or context.origin).value,
        "note": note,
    }


def _read(context: Context, item: Item, raw: RawRow) -> Row:
    problems, where = context.problems, context.raw.where
    text = raw.text("value")
    limit = context.limits.value_characters
    if len(text) > limit:
        problems.append(faults.overlong(where(raw, "value"), length=len(text), limit=limit))
        return _missing(context, item.code)
    note = _note(context, raw)
    state, text = _state(context, raw, text)
    if state is ValueState.NOT_APPLICABLE and not note:
        problems.append(faults.no_reason(where(raw, "note")))
    scope = read_scope(context.pack, raw.text("scope"), where(raw, "scope"), problems)
    origin = _origin(context, raw)
    if state is not ValueState.REPORTED or not text:
        return _row(context, item.code, state=state, note=note)
    value, half_digit = _value(context, item, raw, text)
    return _row(
        context, item.code, state=state, value=value, half_digit=half_digit, scope=scope, origin=origin, note=note
    )


def _state(context: Context, raw: RawRow, text: str) -> tuple[ValueState, str]:
    """Return the state and the value text that is left; a state word may stand in either cell."""
    named = raw.text("state")
    state = _WORD_TO_STATE.get(named.lower())
    in_value = _WORD_TO_STATE.get(text.lower())
    if named and state is None:
        admitted = "、".join(label.zh for label in STATE_LABELS.values())
        where = context.raw.where(raw, "state")
        context.problems.append(faults.unknown_word(where, text=named, field=Text("状态", "state"), admitted=admitted))
    if in_value is not None and state in {None, in_value}:
        return in_value, ""
    if state is None:
        return (ValueState.REPORTED if text else ValueState.MISSING), text
    if bool(text) != (state is ValueState.REPORTED):
        where = context.raw.where(raw, "state")
        context.problems.append(faults.contradiction(where, value=text, state=STATE_LABELS[state]))
    return state, text


def _origin(context: Context, raw: RawRow) -> Origin:
    text = raw.text("origin")
    if not text:
        return context.origin
    named = next((o for o in Origin if text in {o.value, o.label.zh, o.label.en}), None)
    if named is None:
        admitted = "、".join(o.label.zh for o in Origin)
        where = context.raw.where(raw, "origin")
        context.problems.append(
            faults.unknown_word(where, text=text, field=Text("数据性质", "origin"), admitted=admitted)
        )
        return context.origin
    return worst_origin([named, context.origin])


def _note(context: Context, raw: RawRow) -> str:
    """Return the note as canonical JSON: the officer's text, and what the ``source_*`` columns say; "" when nothing."""
    note: dict[str, Any] = {}
    text = raw.text("note")
    parsed = _json(text) if text.startswith("{") else None
    if isinstance(parsed, dict):
        note.update(parsed)
    elif text:
        note["text"] = text
    for column, key in NOTE_COLUMNS.items():
        if raw.text(column):
            source = raw.text(column)
            note[key] = (_json(source) or source) if key == "alternatives" else source
    if not note:
        return ""
    body = canonical_json(note).decode()
    if len(body) > context.limits.note_characters:
        where = context.raw.where(raw, "note")
        context.problems.append(faults.overlong(where, length=len(body), limit=context.limits.note_characters))
    return body


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def _value(context: Context, item: Item, raw: RawRow, text: str) -> tuple[str | None, str]:
    """Return the canonical value and its half digit; None after a problem."""
    where = context.raw.where(raw, "value")
    if item.type in {"decimal", "integer"}:
        return _number(context, item, raw, text)
    if item.type == "code":
        return _code(context, item, text), "0"
    read = {"date": values.read_date, "bool": values.read_bool}.get(item.type)
    value = read(text) if read else text
    if value is None:
        context.problems.append(faults.not_a_value(where, text=text, kind=_KINDS[item.type]))
    return value, "0"


def _code(context: Context, item: Item, text: str) -> str:
    """Return the code; drop-downs offer ``code name``. An unknown code stays: the generated list check finds it."""
    codes = context.pack.codelists.get(item.codelist, {})
    if text in codes:
        return text
    named = next((code.code for code in codes.values() if text in {code.name.zh, code.name.en}), "")
    first = text.split(maxsplit=1)[0]
    return named or (first if first in codes else text)


def _number(context: Context, item: Item, raw: RawRow, text: str) -> tuple[str | None, str]:
    where = context.raw.where(raw, "value")
    if values.is_not_finite(text):
        context.problems.append(faults.not_finite(where, text=text))
        return None, "0"
    number = values.read_number(text)
    if number is None:
        context.problems.append(faults.not_a_value(where, text=text, kind=_KINDS[item.type]))
        return None, "0"
    factor = _factor(context, item, raw, number)
    if factor is None:
        return None, "0"
    value = values.exact_text(Fraction(number.value) * factor)
    if value is None:
        own, entered = unit_name(context.pack, item.unit), raw.text("unit")
        why = Text(f"{text} {entered}换算成{own}除不尽", f"{text} {entered} has no finite number of {own}")
        fix = Text(f"换算成{own}后填写", f"enter it in {own}")
        context.problems.append(faults.wrong_unit(where, found=entered, expected=own, why=why, fix=fix))
        return None, "0"
    return value, _half_digit(context, raw, number, factor)


def _factor(context: Context, item: Item, raw: RawRow, number: values.Number) -> Fraction | None:
    """Return the exact factor from what was written to the declared unit; a problem and None when there is none."""
    own = unit_name(context.pack, item.unit)
    entered = raw.text("unit") or own
    factor = factor_to(context.pack, entered=entered, declared=item.unit)
    offered = "、".join(offered_units(context.pack, item.unit))
    if factor is None:
        why = Text(f"报表规定单位为{own}，{entered}没有到它的精确换算",
                   f"the form declares {own}, and {entered} has no exact factor to it")  # fmt: skip
        fix = Text(
            f"换算成{own}后填写，或从单位列选择：{offered}", f"convert it to {own}, or choose the unit from: {offered}"
        )
        where = context.raw.where(raw, "unit")
        context.problems.append(faults.wrong_unit(where, found=entered, expected=own, why=why, fix=fix))
        return None
    if not _suffix_agrees(number.suffix, entered):
        _refuse_suffix(context, item, raw, number)
        return None
    return factor


def _suffix_agrees(suffix: str, unit: str) -> bool:
    """Say whether what follows the number only repeats the unit: 亿 or 亿元 beside 亿元, % beside %."""
    return not suffix or suffix == unit or (suffix in {"万", "亿", "千"} and unit.startswith(suffix))


def _refuse_suffix(context: Context, item: Item, raw: RawRow, number: values.Number) -> None:
    own, entered = unit_name(context.pack, item.unit), raw.text("unit") or unit_name(context.pack, item.unit)
    meant = number.suffix if factor_to(context.pack, entered=number.suffix, declared=item.unit) is not None else ""
    if not meant and number.suffix in {"万", "亿", "千"}:
        units = offered_units(context.pack, item.unit)
        meant = next((unit for unit in units if unit.startswith(number.suffix)), "")
    if not meant and number.suffix not in {"万", "亿", "千"}:
        text = raw.text("value")
        where = context.raw.where(raw, "value")
        context.problems.append(faults.not_a_value(where, text=text, kind=_KINDS[item.type]))
        return
    why = Text(
        f"数值写“{number.suffix}”，单位列是{entered}：不知道按哪一个读",
        f"the value says {number.suffix!r}, the unit column {entered}: which of the two counts can't be told",
    )
    factor = factor_to(context.pack, entered=meant, declared=item.unit) if meant else None
    converted = values.exact_text(Fraction(number.value) * factor) if factor else None
    by_hand = (
        Text(f"填写 {converted}", f"enter {converted}") if converted else Text(f"换算成{own}", f"convert it to {own}")
    )
    choose = Text(f"，或把单位列改为{meant}", f", or set the unit column to {meant}") if meant else Text("", "")
    context.problems.append(
        faults.wrong_unit(
            context.raw.where(raw, "value"),
            found=meant or number.suffix,
            expected=entered,
            why=why,
            fix=Text(by_hand.zh + choose.zh, by_hand.en + choose.en),
        )
    )


def _half_digit(context: Context, raw: RawRow, number: values.Number, factor: Fraction) -> str:
    """Return half the last digit written, in the declared unit: when rounded, or entered in another unit; else 0."""
    text = raw.text("half_digit")
    entered = values.read_number(text) if text else None
    if entered is not None and not entered.suffix and entered.value >= 0:
        return values.exact_text(Fraction(entered.value)) or "0"
    if text and text.lower() not in ROUNDED_MARKS:
        where = context.raw.where(raw, "half_digit")
        field = Text("取整误差", "rounding")
        context.problems.append(faults.unknown_word(where, text=text, field=field, admitted="是、0、0.5 …"))
    if not text and factor == 1:
        return "0"
    return values.exact_text(number.last_digit / 2 * factor) or "0"
