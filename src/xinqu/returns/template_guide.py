"""Writes the instructions sheet of a form workbook: colours, each item with its unit and range, and the checks in words."""

import xlsxwriter

from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.returns.template_style import Styles
from xinqu.returns.units import offered_units, unit_name
from xinqu.vocabulary.text import Lang, Text

GUIDE_SHEET = Text("填表说明", "Instructions")
_WIDTHS = (6, 38, 14, 22, 60)
_ITEM_HEADINGS = (
    Text("序号", "no."), Text("指标", "item"), Text("单位", "unit"), Text("范围", "range"), Text("填写要求", "how to fill"),
)  # fmt: skip
_CHECK_HEADINGS = (Text("级别", "level"), Text("规则", "check"), Text("说明", "what it asks"))
_LEVELS = {
    "error": Text("错误", "error"),
    "warning": Text("警告", "warning"),
    "info": Text("提示", "info"),
}
_LEGEND = (
    ("required", Text("黄色格：必填", "yellow: required")),
    ("optional", Text("白色格：可填可不填", "white: optional")),
    ("locked", Text("灰色格：不可改", "grey: can't be changed")),
)
_LIVE = Text(
    "表中“核对”一列随填随算：✓ 表示勾稽成立，数字为差额；空白表示尚未填全或改用了其他单位。该列仅供参考，不读取。",
    "The column 'check' is worked out while you type: ✓ holds, a number is the difference, blank means that values are "
    "missing or another unit is chosen. It is for you alone and never read.",
)
_LEVELS_MEAN = Text(
    "错误须改正后才能报送；警告须说明原因；提示仅供参考。",
    "Errors must be corrected before the return is handed in; warnings need an explanation; infos are for you alone.",
)


def write_guide(book: xlsxwriter.Workbook, styles: Styles, pack: Pack, form: Form, lang: Lang) -> None:
    """Add the sheet; it is for people and never read."""
    sheet = book.add_worksheet(GUIDE_SHEET.say(lang))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_row(0, 27)
    sheet.write_string(0, 0, f"{GUIDE_SHEET.say(lang)}　{form.name.say(lang)}　{form.id}", styles.title)
    row = _legend(sheet, styles, lang, 2)
    row = _items(sheet, styles, pack, form, lang, row + 1)
    _checks(sheet, styles, pack, form, lang, row + 1)
    sheet.protect()


def _legend(sheet: xlsxwriter.worksheet.Worksheet, styles: Styles, lang: Lang, row: int) -> int:
    for kind, text in _LEGEND:
        sheet.write_blank(row, 0, None, getattr(styles, f"sample_{kind}"))
        sheet.write_string(row, 1, text.say(lang), styles.plain)
        row += 1
    for text in (_LIVE, _LEVELS_MEAN):
        sheet.set_row(row, 30)
        sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, text.say(lang), styles.plain)
        row += 1
    return row


def _items(sheet: xlsxwriter.worksheet.Worksheet, styles: Styles, pack: Pack, form: Form, lang: Lang, row: int) -> int:
    for column, heading in enumerate(_ITEM_HEADINGS):
        sheet.write_string(row, column, heading.say(lang), styles.heading)
    for number, item in enumerate(form.items, start=1):
        row += 1
        units = offered_units(pack, item.unit)
        texts = (
            f"{number}*" if item.required else str(number),
            item.name.say(lang),
            "" if item.type == "code" else unit_name(pack, item.unit),
            _range(item),
            _how(pack, item, units).say(lang),
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, styles.label if column else styles.number)
    return row + 1


def _range(item: Item) -> str:
    if item.min and item.max:
        return f"{item.min} – {item.max}"
    return f"≥ {item.min}" if item.min else f"≤ {item.max}" if item.max else ""


def _how(pack: Pack, item: Item, units: list[str]) -> Text:
    if item.codelist in pack.codelists:
        return Text("从下拉列表选择", "choose from the drop-down")
    if item.type == "bool":
        return Text("选“是”或“否”", "choose 是 (yes) or 否 (no)")
    if item.type == "date":
        return Text("日期，如 2026-03-31", "a date such as 2026-03-31")
    runs = _ACCUMULATION.get(item.accumulation, Text("", ""))
    if item.type in {"decimal", "integer"} and len(units) > 1:
        other = "、".join(units[1:])
        return Text(f"{runs.zh}可改用{other}填写", f"{runs.en}may be entered in {other}")
    return Text(runs.zh.rstrip("；"), runs.en.rstrip("; "))


_ACCUMULATION = {
    "ytd": Text("1月至本期末累计；", "from January to the end of the period; "),
    "stock": Text("期末数；", "as it stands at the end of the period; "),
    "flow": Text("本期数；", "of the period alone; "),
}


def _checks(
    sheet: xlsxwriter.worksheet.Worksheet, styles: Styles, pack: Pack, form: Form, lang: Lang, row: int
) -> None:
    for column, heading in enumerate(_CHECK_HEADINGS[:2]):
        sheet.write_string(row, column, heading.say(lang), styles.heading)
    sheet.merge_range(row, 2, row, len(_WIDTHS) - 1, _CHECK_HEADINGS[2].say(lang), styles.heading)
    mine = [check for check in pack.checks.values() if check.form == form.id and check.valid_to is None]
    for check in sorted(mine, key=lambda check: list(_LEVELS).index(check.level)):
        row += 1
        sheet.write_string(row, 0, _LEVELS[check.level].say(lang), styles.number)
        sheet.write_string(row, 1, check.id, styles.label)
        sheet.merge_range(row, 2, row, len(_WIDTHS) - 1, check.message.say(lang), styles.label)
