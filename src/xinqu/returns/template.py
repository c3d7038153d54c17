"""Writes the workbook an officer fills: one sheet per form, codes hidden, units and lists offered, all else locked."""

import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import xlsxwriter

from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.returns.check_context import CheckContext, write_sheet
from xinqu.returns.document import UNSTATED, Cell, ReturnDocument
from xinqu.returns.header import refuse_wrong_preset
from xinqu.returns.layout import (
    CODE_KEY,
    HEADER_LABELS,
    HEADER_MARK,
    HEADER_VALUE_COLUMN,
    HIDDEN_SHEET,
    KIND_LABELS,
    LAYOUT_VERSION,
    LISTS_SHEET,
    SHEET_COLUMNS,
    UNSTATED_LABEL,
)
from xinqu.returns.live_checks import HOLDS_MARK, by_anchor, joined, live_checks
from xinqu.returns.raw import column_letters
from xinqu.returns.rows import STATE_LABELS
from xinqu.returns.template_guide import write_guide
from xinqu.returns.template_style import WIDTHS, Styles
from xinqu.returns.units import offered_units, unit_name
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.periods import Frequency
from xinqu.vocabulary.text import Lang, Text
from xinqu.vocabulary.truth import ValueState

_STAMP = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - written as is: the same input gives the same bytes
_COLUMNS = list(SHEET_COLUMNS)
_AT = {key: index for index, key in enumerate(_COLUMNS)}
_FIELDS = ("area", "sub_unit", "period", "kind", "scope")
_FIRST_FIELD = 2
_HEADINGS = _FIRST_FIELD + len(_FIELDS)
_KEYS = _HEADINGS + 1
_FIRST_ITEM = _KEYS + 1
_TITLE, _HINT = 32, 255  # most characters of a cell's hint
_LIST_LIMIT = 250  # Excel takes at most 255 characters of choices inside a cell
_HELP = Text(
    "填表说明\n"
    "1. 只填底色为黄（必填，序号带 *）或白的格；没有数据就留空，不要填 0。\n"
    "2. 数值按“计量单位”填写；用别的单位时先在单位列选定，系统按精确系数换算。\n"
    "3. 不适用：在“状态”列选择，并在备注写明理由。取整的数在“取整误差”选“是”。\n"
    "4. 请勿插入、删除、排序行列。只报非涉密数据。",
    "How to fill it\n"
    "1. Fill yellow cells (required, marked *) and white ones only; leave blank what you don't have, never 0.\n"
    "2. Enter values in the unit shown; for another, choose it in the unit column first: the exact factor is applied.\n"
    "3. Not applicable: choose it under state and say why in the note. Rounded numbers: choose 'y' under rounded.\n"
    "4. Don't insert, delete or sort rows or columns. Unclassified data only.",
)
_PERIOD_HINTS = {
    Frequency.MONTHLY: "2026-03",
    Frequency.QUARTERLY: "2026-Q1",
    Frequency.HALF_YEAR: "2026-S1",
    Frequency.ANNUAL: "2025",
}
_FOOT = Text("{note}报送期限：{deadline}。依据：{citation}。", "{note}Due: {deadline}. Basis: {citation}.")


def export_workbook(
    pack: Pack,
    form: Form,
    *,
    area: str | None = None,
    period: str | None = None,
    previous: Mapping[str, str] | None = None,
    document: ReturnDocument | None = None,
    context: CheckContext | None = None,
    lang: Lang = "zh",
) -> bytes:
    """Return the form as a protected XLSX workbook; the same input gives the same bytes.

    Args:
        pack: areas, units, code lists.
        form: an area form.
        area: area code; given, the head shows it and can't be changed.
        period: period text; the same.
        previous: item -> value text of the last period, shown beside each cell.
        document: a return whose rows, area, period, kind and scope are filled in.
        context: what the checks read beside the return, put on a hidden sheet so that they run without a workspace.
        lang: first language of labels; the other stands beside it, smaller.

    Raises:
        Refused: XQ-RETURN-019 to 021 for an area or period that could not be filed.
    """
    refuse_wrong_preset(pack, form, area=area, period=period)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{form.id} {form.name.zh}", "created": _STAMP})
    writer = _Writer(pack, form, book, lang, document)
    writer.write(area=area, period=period, previous=previous or {})
    if context is not None:
        write_sheet(book, context)
    book.close()
    return out.getvalue()


class _Writer:
    """Writes the three sheets of one workbook."""

    def __init__(
        self, pack: Pack, form: Form, book: xlsxwriter.Workbook, lang: Lang, document: ReturnDocument | None
    ) -> None:
        self._pack, self._form, self._lang, self._document = pack, form, lang, document
        self._styles = Styles(book)
        self._book, self._sheet = book, book.add_worksheet(form.id)
        self._lists = book.add_worksheet(LISTS_SHEET)
        self._fixed = book.add_worksheet(HIDDEN_SHEET)
        self._list_columns = 0
        rows = document.rows.iter_rows(named=True) if document else ()
        self._rows: dict[str, dict[str, Any]] = {row["item"]: row for row in rows}

    def write(self, *, area: str | None, period: str | None, previous: Mapping[str, str]) -> None:
        self._page()
        self._head(area, period)
        self._headings()
        for number, item in enumerate(self._form.items, start=1):
            self._item(number, item, previous.get(item.code, ""))
        self._live()
        self._foot()
        self._hidden(area, period)
        write_guide(self._book, self._styles, self._pack, self._form, self._lang)

    def _page(self) -> None:
        sheet = self._sheet
        for key, index in _AT.items():
            sheet.set_column(index, index, WIDTHS[key], None, {"hidden": key == CODE_KEY})
        sheet.hide_gridlines(2)
        sheet.freeze_panes(_FIRST_ITEM, _AT["unit"])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEADINGS)
        sheet.set_footer(f"&L{self._form.id} v{self._form.version}&C&P / &N&R{self._pack.info.version}")
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def _head(self, area: str | None, period: str | None) -> None:
        sheet, styles, form = self._sheet, self._styles, self._form
        other: Lang = "en" if self._lang == "zh" else "zh"
        sheet.set_row(0, 27)
        sheet.write_string(0, 1, f"{form.name.say(self._lang)}　{form.id}", styles.title)
        edition = Text(f"第 {form.version} 版", f"version {form.version}").say(self._lang)
        source = f"{form.name.say(other)} · {edition} · {self._pack.info.id} {self._pack.info.version}"
        sheet.write_string(1, 1, source, styles.subtitle)
        top, bottom = _FIRST_FIELD, _FIRST_FIELD + len(_FIELDS) - 1
        sheet.merge_range(top, _AT["unit"], bottom, _AT["last"], _HELP.say(self._lang), styles.help)
        for offset, field in enumerate(_FIELDS):
            self._field(_FIRST_FIELD + offset, field, area, period)

    def _field(self, row: int, field: str, area: str | None, period: str | None) -> None:
        sheet, styles, column = self._sheet, self._styles, _AT[HEADER_VALUE_COLUMN]
        sheet.set_row(row, 18)
        sheet.write_string(row, 0, HEADER_MARK + field, styles.hidden)
        label = HEADER_LABELS[field]
        sheet.merge_range(row, 1, row, _AT["label"], f"{label.zh} {label.en}", styles.field)
        text = self._field_text(field, area, period)
        if (field == "area" and area) or (field == "period" and period):
            sheet.write_string(row, column, text, styles.field_fixed)
            return
        style = styles.field_optional if field == "sub_unit" else styles.field_open
        sheet.write_string(row, column, text, style)
        if field == "period":
            hint = Text(f"例如 {_PERIOD_HINTS[self._form.frequency]}", f"such as {_PERIOD_HINTS[self._form.frequency]}")
            options = {"validate": "any", "input_title": label.say(self._lang), "input_message": hint.say(self._lang)}
            sheet.data_validation(row, column, row, column, options)
            return
        self._offer(row, column, self._field_choices(field, area))

    def _field_text(self, field: str, area: str | None, period: str | None) -> str:
        header = self._document.header if self._document else None
        match field:
            case "area":
                code = area or (header.area if header else "")
                return self._area_text(code) if code else ""
            case "sub_unit":
                return header.sub_unit if header else ""
            case "period":
                return period or (header.period if header else "")
            case "kind":
                return KIND_LABELS[header.kind if header else "regular"].say(self._lang)
        scope = header.scope if header else self._main_scope(area)
        return self._scope_text(scope) if scope else ""

    def _area_text(self, code: str) -> str:
        return f"{code} {self._pack.areas[code].name.say(self._lang)}"

    def _main_scope(self, area: str | None) -> str:
        scopes = self._pack.areas[area].scopes if area else []
        return next((scope.scope for scope in scopes if scope.main), "")

    def _scope_text(self, code: str) -> str:
        label = UNSTATED_LABEL if code == UNSTATED else self._pack.codelists["CL_SCOPE"][code].name
        return f"{code} {label.say(self._lang)}"

    def _scopes(self) -> list[str]:
        return [self._scope_text(code) for code in [*self._pack.codelists["CL_SCOPE"], UNSTATED]]

    def _field_choices(self, field: str, area: str | None) -> list[str]:
        match field:
            case "area":
                return [self._area_text(code) for code in self._pack.areas]
            case "sub_unit":
                units = [o for o in self._pack.organisations.values() if o.kind == "sub_unit"]
                return [f"{o.id} {o.name.say(self._lang)}" for o in units if area in {None, o.parent}]
            case "kind":
                return [label.say(self._lang) for label in KIND_LABELS.values()]
        return self._scopes()

    def _offer(self, row: int, column: int, choices: list[str], *, strict: bool = True) -> None:
        """Put a drop-down on a cell; long lists stand on the hidden lists sheet."""
        if not choices:
            return
        source: list[str] | str = choices
        if len(",".join(choices)) > _LIST_LIMIT:
            source = self._listed(choices)
        options = {"validate": "list", "source": source, "ignore_blank": True, "show_error": strict}
        self._sheet.data_validation(row, column, row, column, options)

    def _listed(self, choices: list[str]) -> str:
        column = self._list_columns
        self._list_columns += 1
        self._lists.write_column(0, column, choices)
        letter = chr(ord("A") + column)
        return f"={LISTS_SHEET}!${letter}$1:${letter}${len(choices)}"

    def _headings(self) -> None:
        sheet, styles = self._sheet, self._styles
        sheet.set_row(_HEADINGS, 30)
        sheet.set_row(_KEYS, None, None, {"hidden": True})
        for key, index in _AT.items():
            label = SHEET_COLUMNS[key]
            text = Text(label.zh, label.en).say(self._lang)
            sheet.write_string(_HEADINGS, index, "" if key == CODE_KEY else text, styles.heading)
            sheet.write_string(_KEYS, index, key, styles.hidden)

    def _item(self, number: int, item: Item, last: str) -> None:
        sheet, styles, row = self._sheet, self._styles, _FIRST_ITEM + number - 1
        other: Lang = "en" if self._lang == "zh" else "zh"
        filled = self._rows.get(item.code, {})
        sheet.set_row(row, 24)
        sheet.write_string(row, _AT["code"], item.code, styles.hidden)
        sheet.write_string(row, _AT["number"], f"{number}*" if item.required else str(number), styles.number)
        sheet.write_string(row, _AT["label"], item.name.say(self._lang), styles.label)
        sheet.write_string(row, _AT["label2"], item.name.say(other), styles.label2)
        self._unit(row, item)
        self._value(row, item, filled.get("value"))
        self._choices(row, filled)
        sheet.write_string(row, _AT["note"], note_text(filled.get("note", "")), styles.note)
        if _is_number(item) and last and _fits_a_double(last):
            sheet.write_number(row, _AT["last"], float(last), styles.last)
        else:
            sheet.write_string(row, _AT["last"], last, styles.last)

    def _live(self) -> None:
        """Put beside each item the check that its value can be held against at once; the column is never read."""
        sheet, column = self._sheet, _AT["live"]
        rows = {item.code: _FIRST_ITEM + n for n, item in enumerate(self._form.items, start=1)}
        said = dict(by_anchor(live_checks(self._pack, self._form, rows)))
        for code, number in rows.items():
            checks = said.get(code, [])
            if not checks:
                sheet.write_blank(number - 1, column, None, self._styles.live)
                continue
            sheet.write_formula(number - 1, column, joined(checks), self._styles.live, "")
            words = " ".join(self._pack.checks[check.check].message.say(self._lang) for check in checks)
            hint = {"input_title": " ".join(check.check for check in checks)[:_TITLE], "input_message": words[:_HINT]}
            sheet.data_validation(number - 1, column, number - 1, column, {"validate": "any", **hint})
        span = (_FIRST_ITEM, column, _FIRST_ITEM + len(rows) - 1, column)
        fails = {"type": "formula", "criteria": f"=ISNUMBER(${chr(65 + column)}{_FIRST_ITEM + 1})"}
        holds = {"type": "cell", "criteria": "==", "value": f'"{HOLDS_MARK}"'}
        sheet.conditional_format(*span, {**fails, "format": self._styles.live_fails})
        sheet.conditional_format(*span, {**holds, "format": self._styles.live_holds})

    def _unit(self, row: int, item: Item) -> None:
        units, column = offered_units(self._pack, item.unit), _AT["unit"]
        open_ = len(units) > 1 and _is_number(item)
        style = self._styles.unit_open if open_ else self._styles.unit_fixed
        name = "" if item.type == "code" else unit_name(self._pack, item.unit)
        self._sheet.write_string(row, column, name, style)
        if open_:
            self._offer(row, column, units)

    def _value(self, row: int, item: Item, value: str | None) -> None:
        sheet, column, style = self._sheet, _AT["value"], self._styles.value(item)
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif _is_number(item) and _fits_a_double(value):
            sheet.write_number(row, column, float(value), style)
        else:
            sheet.write_string(row, column, self._code_text(item, value), style)
        if item.codelist in self._pack.codelists:
            codes = self._pack.codelists[item.codelist]
            self._offer(row, column, [self._code_text(item, code) for code in codes], strict=False)
        elif item.type == "bool":
            self._offer(row, column, ["是", "否"])
        elif _is_number(item):
            cell = {"type": "formula", "criteria": f"=ISTEXT(${chr(65 + column)}{row + 1})"}
            sheet.conditional_format(row, column, row, column, {**cell, "format": self._styles.warning})

    def _code_text(self, item: Item, value: str) -> str:
        code = self._pack.codelists.get(item.codelist, {}).get(value)
        return f"{value} {code.name.say(self._lang)}" if code else value

    def _choices(self, row: int, filled: Mapping[str, Any]) -> None:
        state = ValueState(filled.get("state", ValueState.MISSING))
        shown = state not in {ValueState.MISSING, ValueState.REPORTED}
        header_scope = self._document.header.scope if self._document else ""
        scope, half_digit = filled.get("scope", header_scope), filled.get("half_digit", "0")
        origin = Origin(filled.get("origin", Origin.REPORTED))
        no_value = (ValueState.NOT_APPLICABLE, ValueState.SUPPRESSED, ValueState.NOT_DUE)
        texts = {
            "state": STATE_LABELS[state].say(self._lang) if shown else "",
            "scope": self._scope_text(scope) if scope != header_scope else "",
            "half_digit": "" if half_digit == "0" else half_digit,
            "origin": "" if origin is Origin.REPORTED else origin.label.say(self._lang),
        }
        offers = {
            "state": [STATE_LABELS[one].say(self._lang) for one in no_value],
            "scope": self._scopes(),
            "half_digit": [Text("是", "y").say(self._lang)],
            "origin": [one.label.say(self._lang) for one in (Origin.REPORTED, Origin.ESTIMATED)],
        }
        for key, text in texts.items():
            self._sheet.write_string(row, _AT[key], text, self._styles.choice)
            self._offer(row, _AT[key], offers[key], strict=key != "half_digit")

    def _foot(self) -> None:
        form, row = self._form, _FIRST_ITEM + len(self._form.items)
        note = f"{form.note}. " if form.note else ""
        text = _FOOT.fill(note=note, deadline=form.deadline, citation=form.citation).say(self._lang)
        self._sheet.set_row(row, 32)
        self._sheet.merge_range(row, _AT["label"], row, _AT["last"], text, self._styles.foot)

    def _hidden(self, area: str | None, period: str | None) -> None:
        fixed = {
            "layout": LAYOUT_VERSION,
            "form": self._form.id,
            "form_version": str(self._form.version),
            "pack": self._pack.info.id,
            "pack_version": self._pack.info.version,
            "area": area or "",
            "period": period or "",
        }
        for row, (name, text) in enumerate(fixed.items()):
            self._fixed.write_string(row, 0, name)
            self._fixed.write_string(row, 1, text)
        self._fixed.very_hidden()
        self._lists.very_hidden()
        self._fixed.protect()


def note_text(note: str) -> str:
    """Return a note as a person reads it when it is only a text, else its JSON."""
    if not note:
        return ""
    fields = msgspec.json.decode(note)
    text = fields.get("text") if set(fields) == {"text"} else None
    plain = isinstance(text, str) and text == text.strip() and text.isprintable() and not text.startswith("{")
    return str(text) if plain and text and "_x" not in text else note


def _is_number(item: Item) -> bool:
    return item.type in {"decimal", "integer"}


def _fits_a_double(value: str) -> bool:
    """Say whether a spreadsheet number keeps all digits of the value (15 at most)."""
    return Decimal(format(float(value), ".15g")) == Decimal(value)


def value_cells(form: Form) -> dict[str, Cell]:
    """Return where the value of each item stands in the exported workbook of a form."""
    letter = column_letters(_AT["value"])
    return {item.code: Cell(form.id, f"{letter}{_FIRST_ITEM + n}") for n, item in enumerate(form.items, start=1)}
