"""Tables of a release for people: items down, areas across, in Chinese and English, as HTML and as one workbook."""

import datetime as dt
import html
import io
from typing import Any

import msgspec
import xlsxwriter

from xinqu.vocabulary.text import Lang, Text

_STYLE = (
    "body{font:14px/1.5 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:24px;color:#1F2933}"
    "table{border-collapse:collapse}th,td{border:1px solid #D5DBE1;padding:3px 8px}td{text-align:right;white-space:nowrap}"
    "thead th{background:#F4F6F8}tbody th{text-align:left;font-weight:normal}.mark{color:#5B3E8F;font-weight:bold}"
    ".none{color:#6B7785}"
)

_SHEETS: tuple[tuple[Lang, str], ...] = (("zh", "中文"), ("en", "English"))


class Wide(msgspec.Struct, frozen=True, kw_only=True):
    """A table of one form and period: ``rows`` are (label, unit, cells), a cell per column; a cell without value is words.

    ``cells`` are (text, has a value); ``mark`` is the realm's, "" for none.
    """

    title: Text
    mark: Text
    notes: tuple[Text, ...]
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, Text, tuple[tuple[Text, bool], ...]], ...]


def as_html(tables: list[Wide], lang: Lang) -> bytes:
    """Return tables as one self-contained page."""
    title = html.escape(tables[0].title.say(lang))
    tag = "zh-Hans" if lang == "zh" else "en"
    head = f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8"><title>{title}</title>'
    parts = [f"{head}<style>{_STYLE}</style></head><body>"]
    for table in tables:
        parts += _html_table(table, lang)
    return ("\n".join([*parts, "</body></html>"]) + "\n").encode()


def _html_table(table: Wide, lang: Lang) -> list[str]:
    item, unit = ("指标", "单位") if lang == "zh" else ("Item", "Unit")
    heads = "".join(f'<th scope="col">{html.escape(column.say(lang))}</th>' for column in table.columns)
    lines = [f"<h1>{html.escape(table.title.say(lang))}</h1>"]
    if table.mark.say(lang):
        lines.append(f'<p class="mark">{html.escape(table.mark.say(lang))}</p>')
    lines.append(f'<table><thead><tr><th scope="col">{item}</th><th scope="col">{unit}</th>{heads}</tr></thead><tbody>')
    for label, measured, cells in table.rows:
        shown = "".join(
            f"<td>{html.escape(text.say(lang))}</td>"
            if known
            else f'<td class="none">{html.escape(text.say(lang))}</td>'
            for text, known in cells
        )
        lines.append(
            f'<tr><th scope="row">{html.escape(label.say(lang))}</th><td>{html.escape(measured.say(lang))}</td>{shown}</tr>'
        )
    lines.append("</tbody></table>")
    return lines + [f"<p>{html.escape(note.say(lang))}</p>" for note in table.notes]


def as_workbook(tables: list[Wide], made_on: dt.datetime) -> bytes:
    """Return tables as a workbook, a sheet per language and table; texts are never formulas, numbers are numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": made_on})
    bold, mark = book.add_format({"bold": True}), book.add_format({"bold": True, "font_color": "#5B3E8F"})
    for number, table in enumerate(tables, 1):
        for lang, name in _SHEETS:
            _sheet(book.add_worksheet(f"{name} {number}" if len(tables) > 1 else name), table, lang, bold, mark)
    book.close()
    return out.getvalue()


def _sheet(sheet: Any, table: Wide, lang: Lang, bold: Any, mark: Any) -> None:
    write, number = sheet.write_string, sheet.write_number
    write(0, 0, table.title.say(lang), bold)
    write(1, 0, table.mark.say(lang), mark)
    for column, text in enumerate((Text("指标", "Item"), Text("单位", "Unit"), *table.columns)):
        write(2, column, text.say(lang), bold)
    for row, (label, unit, cells) in enumerate(table.rows, 3):
        write(row, 0, label.say(lang))
        write(row, 1, unit.say(lang))
        for column, (text, known) in enumerate(cells, 2):
            value = _number(text.en) if known else None
            if value is None:
                write(row, column, text.say(lang))
            else:
                number(row, column, value)
    for row, note in enumerate(table.notes, len(table.rows) + 4):
        write(row, 0, note.say(lang))
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, len(table.columns) + 1, 14)
    sheet.freeze_panes(3, 2)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
