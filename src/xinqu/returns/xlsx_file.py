"""Reads an XLSX upload into a raw table: finds form sheet and hidden sheet, reads texts and exact numbers with their cells."""

import re
from typing import Any

import fastexcel
import polars as pl

from xinqu.returns import faults
from xinqu.returns.guard import LIMITS, Limits, open_workbook
from xinqu.returns.layout import CODE_KEY, HEADER_MARK, HEADER_VALUE_COLUMN, HIDDEN_SHEET, UNREAD_COLUMNS
from xinqu.returns.places import sheet_parts
from xinqu.returns.raw import HEADER_FIELDS, RawRow, RawTable, column_letters
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

# XML as any program may write it: prefixes, single quotes, attributes in any order.
_CELL = re.compile(rb"""<(?:[\w.-]+:)?c\b[^>]*\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")
_ROW = re.compile(rb"""<(?:[\w.-]+:)?row\b[^>]*\br\s*=\s*["'](\d{1,7})["'][^>]*(?<!/)>""")
_FAR = re.compile(rb"""\br\s*=\s*["'](?:[A-Z]{2}|[A-Z]\d{4})""")  # only when there is one is each cell looked at
_ERROR = re.compile(
    rb"""<(?:[\w.-]+:)?c\b(?=[^>]*\bt\s*=\s*["']e["'])[^>]*\br\s*=\s*["']([A-Z]+\d+)["'][^>]*>"""
    rb"""(?:(?!</(?:[\w.-]+:)?c>).)*?<(?:[\w.-]+:)?v>([^<]*)<""",
    re.DOTALL,
)
_ERROR_TYPE = re.compile(rb"""\bt\s*=\s*["']e["']""")  # only then is each error looked for; so are formulas
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f\b")
_NO_RESULT = re.compile(
    rb"""<(?:[\w.-]+:)?c\b[^>]*\br\s*=\s*["']([A-Z]+\d+)["'][^>]*>\s*"""
    rb"""<(?:[\w.-]+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:[\w.-]+:)?f>)\s*"""
    rb"""(?:<(?:[\w.-]+:)?v\s*/>|<(?:[\w.-]+:)?v></(?:[\w.-]+:)?v>)?\s*</(?:[\w.-]+:)?c>"""
)
_EXCEL_DIGITS = 15
Grid = list[list[str]]


def read_xlsx(body: bytes, filename: str, *, limits: Limits = LIMITS) -> RawTable:
    """Return the texts of the form sheet.

    Numbers come as the shortest decimal that Excel's 15 digits hold, so 0.1+0.2 reads 0.3.

    Raises:
        Refused: XQ-RETURN-003 to 007, 009, 013, 028, 030.
    """
    parts = open_workbook(body, filename, limits=limits)
    sheets = sheet_parts(parts)
    if HIDDEN_SHEET not in sheets:
        raise Refused(faults.wrong_sheet(filename, expected=HIDDEN_SHEET, found=list(sheets)))
    for name, part in sheets.items():
        _check_extent(parts.get(part, b""), name, filename, limits)
    reader = _open(body, filename)
    fixed = {row[0]: row[1] for row in _grid(reader, HIDDEN_SHEET, filename) if len(row) > 1 and row[0]}
    form = fixed.get("form", "")
    if form not in sheets:
        raise Refused(faults.wrong_sheet(filename, expected=form, found=[n for n in sheets if not n.startswith("_")]))
    broken = uncalculated(parts.get(sheets[form], b""), form, filename)
    table = _table(_grid(reader, form, filename), form, filename, fixed)
    broken = [problem for problem in broken if _is_read(table, problem.where.cell)]
    if broken:
        raise Refused(broken)
    return table


def _is_read(table: RawTable, cell: str) -> bool:
    """Say whether a cell is looked at: those of earlier values and live checks beside it are for people alone."""
    letters = cell.rstrip("0123456789")
    beside = {column_letters(index) for key, index in table.columns.items() if key in UNREAD_COLUMNS}
    return letters not in beside


def _check_extent(content: bytes, sheet: str, filename: str, limits: Limits) -> None:
    """Refuse a sheet whose outermost cell is far away: readers reserve the whole rectangle."""
    cells = set(_CELL.findall(content)) if _FAR.search(content) else set()
    deepest = max(map(int, {*_ROW.findall(content), *(row for _, row in cells)}), default=0)
    widest = max(map(_column_number, {letters for letters, _ in cells}), default=0)
    if deepest > limits.rows or widest > limits.columns:
        why = Text(
            f"工作表用到第 {deepest:,} 行、第 {widest:,} 列，上限 {limits.rows:,} 行 {limits.columns} 列",
            f"the sheet reaches row {deepest:,} and column {widest:,}; the limits are {limits.rows:,} and {limits.columns}",
        )
        raise Refused(faults.too_large(filename, why, Where(file=filename, sheet=sheet)))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _open(body: bytes, filename: str) -> Any:
    try:
        return fastexcel.read_excel(body)
    except fastexcel.FastExcelError as error:
        raise Refused(faults.damaged(filename, str(error).splitlines()[0])) from error


def _grid(reader: Any, sheet: str, filename: str) -> Grid:
    """Return the texts of a sheet by row and column from A1; blank is ""."""
    return [list(row) for row in zip(*exact_columns(reader, sheet, filename), strict=True)]


def exact_columns(reader: Any, sheet: str, filename: str) -> Grid:
    """Return the texts of a sheet by column and row from A1; blank is ""."""
    as_text = _loaded(reader, sheet, filename, "string")
    texts = as_text.to_polars()
    offset = min((column.absolute_index for column in as_text.available_columns()), default=0)
    stripped = texts.select(pl.all().fill_null("").str.strip_chars()) if texts.width else texts
    columns: Grid = [[""] * texts.height for _ in range(offset)] + [column.to_list() for column in stripped]
    doubtful = _doubtful(texts)
    if doubtful:
        floats = _loaded(reader, sheet, filename, "float").to_polars()
        for number, rows in doubtful.items():
            _put_exact(columns[offset + number], rows, texts.to_series(number), floats.to_series(number))
    return columns


def _loaded(reader: Any, sheet: str, filename: str, kind: str) -> Any:
    try:
        return reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes=kind)
    except fastexcel.FastExcelError as error:
        raise Refused(faults.damaged(filename, f"{sheet}: {str(error).splitlines()[0]}")) from error


def _doubtful(texts: pl.DataFrame) -> dict[int, list[int]]:
    """Return column -> rows whose text may not be the whole number: the reader's text stops at nine decimals."""
    if texts.width == 0:
        return {}
    cut = pl.all().str.contains(r"^-?0$|\.\d{9}$") | (pl.all().str.len_chars() > _EXCEL_DIGITS)
    found = texts.select(cut.fill_null(value=False).arg_true().implode()).row(0)
    return {number: rows for number, rows in enumerate(found) if rows}


def _put_exact(column: list[str], rows: list[int], texts: pl.Series, floats: pl.Series) -> None:
    """Put a number's own digits where its cell holds more of them than the reader's text."""
    for index in rows:
        number = floats[index]
        if number is not None and texts[index] == _nine_decimals(number):
            column[index] = format(number, ".15g")


def _nine_decimals(number: float) -> str:
    return format(number, ".9f").rstrip("0").rstrip(".")


def uncalculated(content: bytes, sheet: str, filename: str) -> list[Problem]:
    """Return a problem per formula of a sheet that has no result, or an error as its result."""
    found = [(m[1], m[2]) for m in _ERROR.finditer(content)] if _ERROR_TYPE.search(content) else []
    found += [(m[1], b"") for m in _NO_RESULT.finditer(content)] if _FORMULA.search(content) else []
    return [
        faults.not_calculated(Where(file=filename, sheet=sheet, cell=cell.decode()), found=error.decode() or "-")
        for cell, error in found
    ]


def _table(grid: Grid, sheet: str, filename: str, fixed: dict[str, str]) -> RawTable:
    head = next((n for n, row in enumerate(grid) if row[0] == CODE_KEY and "value" in row), None)
    if head is None:
        where = Where(file=filename, sheet=sheet, cell="A1")
        raise Refused(faults.shifted(where, found=grid[0][0][:40] if grid and grid[0] else "", expected=CODE_KEY))
    columns = {key: index for index, key in enumerate(grid[head]) if key}
    header_column = columns.get(HEADER_VALUE_COLUMN, 0)
    header: dict[str, str] = {name: fixed[name] for name in ("form", "form_version") if name in fixed}
    cells: dict[str, str] = {}
    for number, row in enumerate(grid[:head], start=1):
        field = row[0].removeprefix(HEADER_MARK)
        if row[0].startswith(HEADER_MARK) and field in HEADER_FIELDS:
            header[field] = row[header_column]
            cells[field] = f"{column_letters(header_column)}{number}"
    rows = [
        RawRow(number, {key: row[index] for key, index in columns.items() if row[index]})
        for number, row in enumerate(grid[head + 1 :], start=head + 2)
    ]
    return RawTable(filename, sheet, header, cells, columns, [row for row in rows if row.texts], fixed)
