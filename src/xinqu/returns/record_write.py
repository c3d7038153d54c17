"""Writes files of records: a workbook or CSV to fill, and the same with records in it; Parquet for programs."""

import datetime as dt
import io
from decimal import Decimal

import polars as pl
import xlsxwriter

from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.returns.canonical import to_parquet
from xinqu.returns.csv_write import BOM, header_lines
from xinqu.returns.document import UNSTATED, Header, ReturnDocument
from xinqu.returns.header import refuse_wrong_preset
from xinqu.returns.layout import (
    FORMULA_STARTS,
    HEADER_LABELS,
    HEADER_MARK,
    KIND_LABELS,
    LAYOUT_VERSION,
    LISTS_SHEET,
    RECORD_SHEET,
)
from xinqu.returns.raw import column_letters
from xinqu.returns.record_file import KEYS_MARK
from xinqu.returns.record_rows import STATES
from xinqu.returns.rows import STATE_LABELS
from xinqu.returns.template_style import Styles
from xinqu.returns.units import unit_name
from xinqu.vocabulary.text import Lang, Text
from xinqu.vocabulary.truth import ValueState

_STAMP = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - written as is: the same input gives the same bytes
_FIELDS = ("area", "period", "kind", "scope")
_FIRST_FIELD, _OPEN_ROWS = 2, 1_000
_VERSION = _FIRST_FIELD + len(_FIELDS)
_HEADINGS = _VERSION + 2
_UNITS, _KEYS = _HEADINGS + 1, _HEADINGS + 2
_FIRST = _KEYS + 1
_HELP = Text(
    "填表说明：每行一条记录，从标题下一行填起，中间不留空行。黄色列必填（带 *），灰底为主键，同一新区同一期内不得重复。"
    "数值按标题下的单位填写；代码从下拉列表选择；不适用的格填“不适用”。只报非涉密数据。",
    "How to fill it: one record per row, from the row below the headings, no blank row between. Yellow columns are required "
    "(marked *), keys stand once in an area and period. Enter numbers in the unit below the heading, choose codes from "
    "the list, write 'not applicable' where an item can't apply. Unclassified data only.",
)


def export_records_workbook(
    pack: Pack, form: Form, *, area: str | None = None, period: str | None = None,
    document: ReturnDocument | None = None, lang: Lang = "zh",
) -> bytes:  # fmt: skip
    """Return the workbook of a record form, to fill or with the records of ``document``; same input, same bytes.

    Raises:
        Refused: XQ-RETURN-019 to 021 for an area or period that could not be filed.
    """
    refuse_wrong_preset(pack, form, area=area, period=period)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{form.id} {form.name.zh}", "created": _STAMP})
    _Writer(pack, form, book, lang).write(area, period, document)
    book.close()
    return out.getvalue()


class _Writer:
    """Writes the three sheets of a record workbook."""

    def __init__(self, pack: Pack, form: Form, book: xlsxwriter.Workbook, lang: Lang) -> None:
        self._pack, self._form, self._lang = pack, form, lang
        self._styles = Styles(book)
        self._sheet = book.add_worksheet(form.id)
        self._lists = book.add_worksheet(LISTS_SHEET)
        self._fixed = book.add_worksheet(RECORD_SHEET)

    def write(self, area: str | None, period: str | None, document: ReturnDocument | None) -> None:
        self._head(area, period, document.header if document else None)
        for column, item in enumerate(self._form.items, start=1):
            self._column(column, item)
        records = document.rows if document else pl.DataFrame()
        if document:
            self._records(records)
        self._choices(max(records.height, _OPEN_ROWS))
        self._page()
        fixed = {"layout": LAYOUT_VERSION, "form": self._form.id, "form_version": str(self._form.version)}
        for row, (name, text) in enumerate(fixed.items()):
            self._fixed.write_row(row, 0, (name, text))
        self._fixed.very_hidden()
        self._lists.very_hidden()

    def _head(self, area: str | None, period: str | None, header: Header | None) -> None:
        sheet, styles, form, lang = self._sheet, self._styles, self._form, self._lang
        for row in range(_HEADINGS):  # the colours of the columns begin below
            sheet.set_row(row, 27 if row == 0 else None, styles.plain)
        sheet.write_string(0, 1, f"{form.name.say(lang)}　{form.id}", styles.title)
        other: Lang = "en" if lang == "zh" else "zh"
        sheet.write_string(
            1, 1, f"{form.name.say(other)} · {self._pack.info.id} {self._pack.info.version}", styles.subtitle
        )
        scope = header.scope if header else UNSTATED
        texts = {
            "area": area or (header.area if header else ""), "period": period or (header.period if header else ""),
            "kind": KIND_LABELS[header.kind if header else "regular"].say(lang), "scope": scope,
        }  # fmt: skip
        for offset, field in enumerate(_FIELDS):
            row, label = _FIRST_FIELD + offset, HEADER_LABELS[field]
            sheet.write_string(row, 0, HEADER_MARK + field, styles.hidden)
            sheet.write_string(row, 1, f"{label.zh} {label.en}", styles.field)
            sheet.write_string(row, 2, texts[field], styles.field_open)
        label = HEADER_LABELS["form_version"]
        sheet.write_string(_VERSION, 0, f"{HEADER_MARK}form_version", styles.hidden)
        sheet.write_string(_VERSION, 1, f"{label.zh} {label.en}", styles.field)
        sheet.write_string(_VERSION, 2, str(form.version), styles.field_fixed)
        offers = {"area": list(self._pack.areas), "kind": [label.say(lang) for label in KIND_LABELS.values()],
                  "scope": [*self._pack.codelists["CL_SCOPE"], UNSTATED]}  # fmt: skip
        for field, choices in offers.items():
            row = _FIRST_FIELD + _FIELDS.index(field)
            sheet.data_validation(row, 2, row, 2, {"validate": "list", "source": choices})
        last = min(len(form.items), 10)
        sheet.merge_range(_FIRST_FIELD, 3, _VERSION, last, _HELP.say(lang), styles.help)

    def _column(self, column: int, item: Item) -> None:
        sheet, styles = self._sheet, self._styles
        mark = "*" if item.required or item.key else ""
        width = 22 if item.key or item.type in {"text", "uscc"} else 14
        sheet.set_column(column, column, width, styles.record(item))
        sheet.write_string(_HEADINGS, column, item.name.say(self._lang) + mark, styles.heading)
        unit = "" if item.unit in {"none", "code"} else unit_name(self._pack, item.unit)
        sheet.write_string(_UNITS, column, unit, styles.unit_fixed)
        sheet.write_string(_KEYS, column, item.code, styles.hidden)

    def _choices(self, rows: int) -> None:
        """Offer code lists and yes or no in each open row."""
        listed = 0
        for column, item in enumerate(self._form.items, start=1):
            where = (_FIRST, column, _FIRST + rows - 1, column)
            if item.codelist in self._pack.codelists:
                codes = [f"{c.code} {c.name.say(self._lang)}" for c in self._pack.codelists[item.codelist].values()]
                self._lists.write_column(0, listed, codes)
                letter = column_letters(listed)
                source = f"={LISTS_SHEET}!${letter}$1:${letter}${len(codes)}"
                self._sheet.data_validation(*where, {"validate": "list", "source": source, "show_error": False})
                listed += 1
            elif item.type == "bool":
                self._sheet.data_validation(*where, {"validate": "list", "source": ["是", "否"]})

    def _records(self, rows: pl.DataFrame) -> None:
        states = STATE_LABELS
        for column, item in enumerate(self._form.items, start=1):
            named = rows[STATES].str.extract(f'"{item.code}":"([a-z_]+)"').to_list()
            style = self._styles.record(item)
            for row, (text, state) in enumerate(zip(rows[item.code].to_list(), named, strict=True), start=_FIRST):
                if text is None and state is not None:
                    self._sheet.write_string(row, column, states[ValueState(state)].say(self._lang), style)
                elif text is not None and item.type in {"decimal", "integer"} and _fits(text):
                    self._sheet.write_number(row, column, float(text), style)
                elif text is not None:
                    self._sheet.write_string(row, column, text, style)

    def _page(self) -> None:
        sheet = self._sheet
        sheet.set_column(0, 0, 4, None, {"hidden": True})
        sheet.set_row(_HEADINGS, 32)
        sheet.set_row(_KEYS, None, None, {"hidden": True})
        sheet.write_string(_KEYS, 0, KEYS_MARK, self._styles.hidden)
        sheet.hide_gridlines(2)
        sheet.freeze_panes(_FIRST, 2)
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEADINGS, _UNITS)


def _fits(text: str) -> bool:
    return Decimal(format(float(text), ".15g")) == Decimal(text)


def export_records_csv(
    pack: Pack, form: Form, *, area: str = "", period: str = "", scope: str = "", document: ReturnDocument | None = None
) -> bytes:
    """Return a CSV file of records: header lines, a line of item codes, and the records of ``document``.

    Raises:
        Refused: XQ-RETURN-019 to 021 for an area or period that could not be filed.
    """
    refuse_wrong_preset(pack, form, area=area or None, period=period or None)
    head = Header(form=form.id, form_version=form.version, area=area, period=period, scope=scope)
    text = BOM + header_lines(document.header if document else head)
    codes = [item.code for item in form.items]
    if document is None:
        return (text + ",".join(codes) + "\n").encode()
    numbers = {item.code for item in form.items if item.type in {"decimal", "integer"}}
    out = document.rows.select(_csv_cell(code, is_number=code in numbers) for code in codes)
    return (text + out.write_csv(quote_style="necessary", null_value="")).encode()


def _csv_cell(code: str, *, is_number: bool) -> pl.Expr:
    """Return a column as it is written: states as words, texts that open like a formula made safe."""
    named = pl.col(STATES).str.extract(f'"{code}":"([a-z_]+)"')
    text = pl.col(code)
    if not is_number:
        risky = pl.any_horizontal(text.str.starts_with(start) for start in (*FORMULA_STARTS, "'"))
        text = pl.when(risky).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)
    return pl.coalesce(text, named).alias(code)


def export_records_parquet(document: ReturnDocument) -> bytes:
    """Return the records as Parquet with the header in its metadata."""
    return to_parquet(document)
