"""Gives an officer the workbook of records back with each fault in its cell, and the list of them on a sheet of its own."""

import io
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec
import openpyxl
import polars as pl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from xinqu.policy.pack import Pack
from xinqu.returns.document import ReturnDocument
from xinqu.returns.read import read_return
from xinqu.returns.record_write import export_records_workbook
from xinqu.validation.generated import condition_message
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Lang, Text
from xinqu.vocabulary.truth import Verdict

AUTHOR = "xinqu"
SHEET = Text("审核结果", "Checks")
_COLOURS = {"error": "F8B4B4", "warning": "FCE9A9", "info": "D6E6F5"}
_LEVELS = {"error": Text("错误", "error"), "warning": Text("警告", "warning"), "info": Text("提示", "info")}
_HEADINGS = (Text("单元格", "cell"), Text("主键", "key"), Text("级别", "level"), Text("规则", "check"), Text("说明", "message"),
             Text("数值", "values"))  # fmt: skip
_MOST = 5_000  # findings that are marked and listed: beyond, the file is sent back whole


def annotate_records(document: ReturnDocument, findings: pl.DataFrame, pack: Pack, lang: Lang) -> bytes:
    """Return the records as the form's workbook with false checks marked in their cells and listed, worst first.

    A file that came as CSV or Parquet comes back as the workbook too. At most ``_MOST`` findings are marked.
    """
    form = pack.forms[document.header.form]
    body = export_records_workbook(pack, form, document=document, lang=lang)
    end = Period.parse(document.header.period).end
    placed = read_return(pack, body, "x.xlsx", as_of=end, expect_form=form.id).places
    rows = {
        tuple(values): number for number, values in enumerate(document.rows.select(form.keys).fill_null("").iter_rows())
    }
    order = pl.col("level").replace_strict({"error": 0, "warning": 1, "info": 2}, return_dtype=pl.Int64)
    false = findings.filter(
        (pl.col("submission") == document.content_sha256) & (pl.col("verdict") == Verdict.FALSE)
    ).sort(order, "check", maintain_order=True)
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet, said = book[form.id], defaultdict[str, list[Mapping[str, Any]]](list)
    lines: list[tuple[str, str, Mapping[str, Any]]] = []
    for finding in false.head(_MOST).iter_rows(named=True):
        key = msgspec.json.decode(finding["detail"]).get("record", {})
        row = rows.get(tuple(key.get(item, "") for item in form.keys))
        cells = [placed.cell(row, item) for item in finding["items"]] if placed and row is not None else []
        places = [cell.cell for cell in cells if cell]
        for place in dict.fromkeys(places):
            said[place].append(finding)
        lines.append((places[0] if places else "", ", ".join(key.values()), finding))
    for place, found in said.items():
        sheet[place].fill = PatternFill("solid", fgColor=_COLOURS[found[0]["level"]])
        text = "\n\n".join(_words(finding, pack, lang) for finding in found)
        sheet[place].comment = Comment(text, AUTHOR, width=320, height=min(60 * len(found) + 30, 400))
    _list(book.create_sheet(SHEET.say(lang), 1), lines, pack, lang, false.height)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _words(finding: Mapping[str, Any], pack: Pack, lang: Lang) -> str:
    message = condition_message(pack, finding["check"]).say(lang)
    return f"[{_LEVELS[finding['level']].say(lang)}] {finding['check']}\n{message}"


def _list(sheet: Any, lines: list[tuple[str, str, Mapping[str, Any]]], pack: Pack, lang: Lang, count: int) -> None:
    sheet.append([heading.say(lang) for heading in _HEADINGS])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for place, key, finding in lines:
        values = "; ".join(f"{i} = {v}" for i, v in zip(finding["items"], finding["values"], strict=True))
        message = condition_message(pack, finding["check"]).say(lang)
        sheet.append([place, key, _LEVELS[finding["level"]].say(lang), finding["check"], message, values])
    if count > len(lines):
        more = Text(f"另有 {count - len(lines):,} 条未列出", f"{count - len(lines):,} more are not listed")
        sheet.append([more.say(lang)])
    for column, width in zip("ABCDEF", (10, 24, 8, 14, 60, 60), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
