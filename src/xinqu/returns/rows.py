"""Understands the rows of a return: each item's value, state, precision, scope and note, exactly as entered."""

from typing import Any

import msgspec

from xinqu.policy.model import Item
from xinqu.returns import faults, values
from xinqu.returns.document import Cell
from xinqu.returns.header import read_scope
from xinqu.returns.layout import NOTE_COLUMNS
from xinqu.returns.number_cells import KINDS, Context, read_number_cell
from xinqu.returns.raw import RawRow
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.origin import Origin, worst_origin
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import ValueState

_STATE_WORDS = {
    ValueState.MISSING: {"未报", "缺报", "missing", "not filed"},
    ValueState.NOT_APPLICABLE: {"不适用", "na", "n/a", "n.a.", "not_applicable", "not applicable", "–", "—", "/"},
    ValueState.SUPPRESSED: {"隐去", "不公布", "suppressed", "×"},
    ValueState.NOT_DUE: {"未到期", "not_due", "not due"},
    ValueState.REPORTED: {"已报", "reported"},
}
WORD_TO_STATE = {word: state for state, words in _STATE_WORDS.items() for word in words}
STATE_LABELS = {
    ValueState.REPORTED: Text("已报", "reported"),
    ValueState.MISSING: Text("缺报", "missing"),
    ValueState.NOT_APPLICABLE: Text("不适用", "not applicable"),
    ValueState.SUPPRESSED: Text("隐去", "suppressed"),
    ValueState.NOT_DUE: Text("未到期", "not due"),
}

Row = dict[str, str | None]


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
        _read(context, item, found[code]) if code in found else missing_row(context, code)
        for code, item in items.items()
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


def missing_row(context: Context, code: str) -> Row:
    """Return the row of an item that the file does not give."""
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
        return missing_row(context, item.code)
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
    state = WORD_TO_STATE.get(named.lower())
    in_value = WORD_TO_STATE.get(text.lower())
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
        return read_number_cell(context, item, raw, text)
    if item.type == "code":
        return _code(context, item, text), "0"
    read = {"date": values.read_date, "bool": values.read_bool}.get(item.type)
    value = read(text) if read else text
    if value is None:
        context.problems.append(faults.not_a_value(where, text=text, kind=KINDS[item.type]))
    return value, "0"


def _code(context: Context, item: Item, text: str) -> str:
    """Return the code; drop-downs offer ``code name``. An unknown code stays: the generated list check finds it."""
    codes = context.pack.codelists.get(item.codelist, {})
    if text in codes:
        return text
    named = next((code.code for code in codes.values() if text in {code.name.zh, code.name.en}), "")
    first = text.split(maxsplit=1)[0]
    return named or (first if first in codes else text)
