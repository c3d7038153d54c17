"""Gives an officer the own workbook back with each fault in its cell, and a sheet that lists all that was found."""

import datetime as dt
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
import openpyxl
import polars as pl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from xinqu.policy.pack import Pack
from xinqu.returns.document import Cell, ReturnDocument
from xinqu.returns.template import export_workbook, value_cells
from xinqu.returns.template_style import FONT, HEAD, LINE, LOCKED, MUTED, OPTIONAL, REQUIRED
from xinqu.validation.generated import condition_message
from xinqu.vocabulary.text import Lang, Text
from xinqu.vocabulary.truth import Unknown, Verdict

AUTHOR = "xinqu"
SHEET = Text("审核结果", "findings")
_ZIP_MAGIC = b"PK"
_STAMP = (2020, 1, 1, 0, 0, 0)
_LEVELS = {
    "error": (Text("错误", "error"), "F4A79D"),
    "warning": (Text("警告", "warning"), "F9C97C"),
    "info": (Text("提示", "info"), "BBD9F0"),
}
_SUGGESTED = Text("更正建议，供核对", "suggested, to be checked")
_NOT_EVALUATED = Text("未判定", "not evaluated")
_ORDER = {"error": 0, "warning": 1, "info": 2}
_HEADINGS = (
    (Text("级别", "level"), 9),
    (Text("规则", "check"), 22),
    (Text("单元格", "cell"), 9),
    (Text("指标", "items"), 36),
    (Text("数值", "values"), 24),
    (Text("说明", "what"), 52),
    (Text("更正建议", "suggestion"), 56),
    (Text("依据", "basis"), 24),
)
_TALLEST = 409  # points; Excel shows no taller row
_VALUES = 5  # column of values in the list
_WORDS = {
    "summary": Text("{error} 个错误，{warning} 个警告，{info} 个提示；{unknown} 条未判定",
                    "{error} errors, {warning} warnings, {info} notes; {unknown} not evaluated"),
    "why_not": Text("因{reason}未判定：{inputs}", "not evaluated because {reason}: {inputs}"),
    "nothing": Text("没有发现问题", "nothing was found"),
}  # fmt: skip


class _Line(msgspec.Struct, frozen=True):
    """One finding as it is shown."""

    level: str
    verdict: str
    check: str
    items: list[str]
    values: list[str | None]
    text: str
    basis: str

    @property
    def is_false(self) -> bool:
        return self.verdict == Verdict.FALSE

    @property
    def order(self) -> tuple[bool, int, str]:
        return not self.is_false, _ORDER[self.level], self.check


def annotate(
    body: bytes,
    document: ReturnDocument,
    findings: pl.DataFrame,
    pack: Pack,
    lang: Lang = "zh",
    *,
    suggestions: pl.DataFrame | None = None,
) -> bytes:
    """Return the upload as XLSX with findings in it; a CSV upload comes back as the form's workbook, filled in.

    Args:
        body: the upload of ``document``, which ``read_return`` has accepted.
        document: the return as read.
        findings: the frame of docs/architecture.md; rows of other submissions are left out.
        pack: messages and citations of checks.
        lang: language of messages.
        suggestions: corrections to tell (``suggest.suggestions``); nothing is ever put into a cell.

    Returns: the same bytes for the same input. Marks of an earlier annotation are taken off first.
    """
    form = pack.forms[document.header.form]
    cells: Mapping[str, Cell] = document.cells
    if not body.startswith(_ZIP_MAGIC):
        body, cells = export_workbook(pack, form, document=document, lang=lang), value_cells(form)
    mine = findings.filter(pl.col("submission") == document.content_sha256)
    lines = sorted((_line(row, pack, lang) for row in mine.iter_rows(named=True)), key=lambda line: line.order)
    advice = _advice(document, suggestions, lang)
    book = openpyxl.load_workbook(io.BytesIO(body), rich_text=True)
    sheet = book[form.id]
    required = {item.code: item.required for item in form.items}
    for item, cell in cells.items():
        _clean(sheet, cell.cell, required=required.get(item, False))
    _mark(sheet, lines, cells, pack, lang, advice)
    for name in (SHEET.zh, SHEET.en):
        if name in book.sheetnames:
            del book[name]
    _list(book.create_sheet(SHEET.say(lang), 1), lines, cells, pack, lang, advice)
    return _save(book)


def _advice(document: ReturnDocument, suggestions: pl.DataFrame | None, lang: Lang) -> dict[str, str]:
    """Return what is suggested for each item of the return."""
    if suggestions is None:
        return {}
    mine = suggestions.filter(pl.col("submission") == document.content_sha256)
    return dict(zip(mine["item"].to_list(), mine[f"reason_{lang}"].to_list(), strict=True))


def _line(row: Mapping[str, Any], pack: Pack, lang: Lang) -> _Line:
    check = pack.checks.get(row["check"])
    text = condition_message(pack, row["check"]).say(lang)
    if row["verdict"] != Verdict.FALSE:
        text = f"{text} {_why_not(row, pack, lang)}"
    return _Line(
        level=row["level"],
        verdict=row["verdict"],
        check=row["check"],
        items=list(row["items"]),
        values=list(row["values"]),
        text=text,
        basis=check.citation if check else "",
    )


def _why_not(row: Mapping[str, Any], pack: Pack, lang: Lang) -> str:
    reason = Unknown(row["reason"]).label.say(lang) if row["reason"] else "?"
    unknown = msgspec.json.decode(row["detail"] or "{}").get("unknown", {})
    inputs = [f"{_name(pack, name, lang)} ({_reason(state, lang)})" for name, state in unknown.items()]
    return _WORDS["why_not"].fill(reason=reason, inputs="; ".join(inputs) or "–").say(lang)


def _reason(state: str, lang: Lang) -> str:
    return Unknown(state).label.say(lang) if state in set(Unknown) else state


def _name(pack: Pack, code: str, lang: Lang) -> str:
    """Return an item's name with its code; a context input such as ``prev(x)`` stays as it is written."""
    item = pack.items.get(code)
    return f"{item.name.say(lang)} {code}" if item else code


def _clean(sheet: Worksheet, address: str, *, required: bool) -> None:
    """Take off what an earlier annotation left, so that a corrected cell looks like new."""
    cell = sheet[address]
    if cell.comment is not None and cell.comment.author == AUTHOR:
        cell.comment = None
        cell.fill = PatternFill("solid", fgColor=(REQUIRED if required else OPTIONAL).lstrip("#"))


def _mark(
    sheet: Worksheet, lines: list[_Line], cells: Mapping[str, Cell], pack: Pack, lang: Lang, advice: Mapping[str, str]
) -> None:
    of_cell: dict[str, list[_Line]] = defaultdict(list)
    for line in lines:
        if line.is_false:
            for item in dict.fromkeys(line.items):
                if item in cells:
                    of_cell[cells[item].cell].append(line)
    told = {cells[item].cell: f"[{_SUGGESTED.say(lang)}] {text}" for item, text in advice.items() if item in cells}
    for address in dict.fromkeys([*of_cell, *told]):
        found = of_cell.get(address, [])
        cell = sheet[address]
        level = found[0].level if found else "info"  # the lines are sorted: worst first
        cell.fill = PatternFill("solid", fgColor=_LEVELS[level][1])
        texts = [*([told[address]] if address in told else []), *(_comment(line, pack, lang) for line in found)]
        cell.comment = Comment("\n\n".join(texts), AUTHOR, width=360, height=min(70 * len(texts) + 30, 400))


def _comment(line: _Line, pack: Pack, lang: Lang) -> str:
    head = f"[{_LEVELS[line.level][0].say(lang)}] {line.check}"
    values = [f"{_name(pack, item, lang)} = {_shown(value)}" for item, value in _pairs(line)]
    return "\n".join([head, line.text, *values])


def _pairs(line: _Line) -> list[tuple[str, str | None]]:
    return list(dict.fromkeys(zip(line.items, line.values, strict=True)))


def _shown(value: str | None) -> str:
    """Return a value as people read it: numbers with group commas, all digits kept."""
    if value is None:
        return "–"
    try:
        return format(Decimal(value), ",f")
    except InvalidOperation:
        return value


def _list(
    sheet: Worksheet, lines: list[_Line], cells: Mapping[str, Cell], pack: Pack, lang: Lang, advice: Mapping[str, str]
) -> None:
    """Write all findings, false ones first, each with a link to its cell."""
    _head(sheet, lines, lang)
    for number, line in enumerate(lines, start=4):
        label, colour = _LEVELS[line.level]
        first = next((cells[item] for item in line.items if item in cells), None)
        pairs = _pairs(line)
        told = [
            f"{_name(pack, item, lang)}: {advice[item]}" for item in dict(pairs) if line.is_false and item in advice
        ]
        texts = (
            label.say(lang) if line.is_false else _NOT_EVALUATED.say(lang),
            line.check,
            first.cell if first else "",
            "\n".join(_name(pack, item, lang) for item, _ in pairs),
            "\n".join(_shown(value) for _, value in pairs),
            line.text,
            "\n".join(told),
            line.basis,
        )
        for column, text in enumerate(texts, start=1):
            cell = sheet.cell(number, column)
            cell.value, cell.data_type = text, "s"  # never a formula, whatever it begins with
            cell.font = Font(name=FONT, size=9, color=None if line.is_false else MUTED.lstrip("#"))
            cell.alignment = Alignment(
                wrap_text=True, vertical="top", horizontal="right" if column == _VALUES else None, indent=1
            )
            cell.border = Border(bottom=Side(style="thin", color=LINE.lstrip("#")))
        fill = colour if line.is_false else LOCKED.lstrip("#")
        sheet.cell(number, 1).fill = PatternFill("solid", fgColor=fill)
        if first:
            link = sheet.cell(number, 3)
            link.hyperlink = f"#'{first.sheet}'!{first.cell}"
            link.font = Font(name=FONT, size=9, underline="single", color="1F4E79")
        rows = max(len(pairs), 1 + len(line.text) // 34, sum(1 + len(text) // 36 for text in told))
        sheet.row_dimensions[number].height = min(14 * rows + 4, _TALLEST)


def _head(sheet: Worksheet, lines: list[_Line], lang: Lang) -> None:
    counts = {level: sum(line.is_false and line.level == level for line in lines) for level in _LEVELS}
    unknown = sum(not line.is_false for line in lines)
    summary = _WORDS["summary"].fill(**counts, unknown=unknown) if lines else _WORDS["nothing"]
    sheet["A1"] = SHEET.say(lang)
    sheet["A1"].font = Font(name=FONT, size=16, bold=True, color=HEAD.lstrip("#"))
    sheet["A2"] = summary.say(lang)
    sheet["A2"].font = Font(name=FONT, size=10, color=MUTED.lstrip("#"))
    for column, (heading, width) in enumerate(_HEADINGS, start=1):
        cell = sheet.cell(3, column, heading.say(lang))
        cell.font = Font(name=FONT, size=10, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=HEAD.lstrip("#"))
        cell.alignment = Alignment(horizontal="center")
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A4"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _save(book: openpyxl.Workbook) -> bytes:
    """Return the workbook's bytes with fixed stamps in place of the hour of saving."""
    out = io.BytesIO()
    book.save(out)
    fixed = io.BytesIO()
    with zipfile.ZipFile(out) as written, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in written.infolist():
            content = written.read(entry)
            if entry.filename == "docProps/core.xml":
                stamp = dt.datetime(*_STAMP, tzinfo=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            info = zipfile.ZipInfo(entry.filename, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return fixed.getvalue()
