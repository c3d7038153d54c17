"""How the two file kinds are laid out: names of columns, of header fields and of the hidden sheet, in one place."""

from xinqu.vocabulary.text import Text

LAYOUT_VERSION = "1"
HIDDEN_SHEET = "_xinqu"
LISTS_SHEET = "_lists"
RECORD_SHEET = "_xinqu_records"  # hidden, in the workbook of a record form in place of HIDDEN_SHEET
CODE_KEY = "code"
HEADER_MARK = "@"  # in the hidden code column: this row holds a header field
HEADER_VALUE_COLUMN = "label2"  # header values stand in the column of the second label

# Columns of the sheet in order: key (hidden row) and heading.
SHEET_COLUMNS: dict[str, Text] = {
    "code": Text("代码", "code"),
    "number": Text("序号", "no."),
    "label": Text("指标名称", "item"),
    "label2": Text("英文名称", "Chinese name"),
    "unit": Text("计量单位", "unit"),
    "value": Text("本期数值", "value"),
    "state": Text("状态", "state"),
    "scope": Text("口径", "scope"),
    "half_digit": Text("取整误差±", "rounded ±"),
    "origin": Text("数据性质", "origin"),
    "note": Text("备注 / 理由", "note / reason"),
    "last": Text("上期数值", "last period"),
    "live": Text("核对", "check"),
}
UNREAD_COLUMNS = frozenset({"last", "live"})  # for people alone; a formula there may have any result
HEADER_LABELS: dict[str, Text] = {
    "form": Text("表号", "form"),
    "form_version": Text("表版本", "form version"),
    "area": Text("新区", "area"),
    "sub_unit": Text("片区", "sub-unit"),
    "period": Text("报告期", "period"),
    "kind": Text("报送类型", "kind"),
    "scope": Text("默认口径", "default scope"),
}
KIND_LABELS: dict[str, Text] = {"regular": Text("定期", "regular"), "backfill": Text("补报", "backfill")}
UNSTATED_LABEL = Text("口径未说明", "not stated")

# Columns of a CSV file under the names officers may give them.
CSV_ALIASES: dict[str, str] = {
    "代码": "code",
    "指标代码": "code",
    "item": "code",
    "指标名称": "label",
    "单位": "unit",
    "计量单位": "unit",
    "数值": "value",
    "本期数值": "value",
    "状态": "state",
    "口径": "scope",
    "备注": "note",
    "取整": "half_digit",
    "rounded": "half_digit",
    "数据性质": "origin",
    "表号": "form",
    "表版本": "form_version",
    "新区": "area",
    "片区": "sub_unit",
    "报告期": "period",
    "报送类型": "kind",
    "默认口径": "default_scope",
}

# ``source_*`` columns of a CSV file -> keys of the note JSON.
NOTE_COLUMNS: dict[str, str] = {
    "source_title": "source_title",
    "source_address": "source_address",
    "source_id": "source_id",
    "source_quote": "quote",
    "source_confidence": "confidence",
    "source_value": "published_value",
    "source_unit": "published_unit",
    "source_period": "published_period",
    "source_qualifier": "qualifier",
    "source_scope": "published_scope",
    "source_remark": "definition_note",
    "source_alternatives": "alternatives",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def escape_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula when it opens a CSV file; ``unescape_text`` undoes it."""
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def unescape_text(text: str) -> str:
    """Return the text that ``escape_text`` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*FORMULA_STARTS, "'")) else text
