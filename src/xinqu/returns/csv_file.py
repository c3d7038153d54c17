"""Reads a CSV upload into a raw table: header lines ``#area,lanzhou`` or header columns, then one row per item."""

import csv
import io

from xinqu.returns import faults
from xinqu.returns.guard import LIMITS, Limits, decode_text
from xinqu.returns.layout import CSV_ALIASES, NOTE_COLUMNS, unescape_text
from xinqu.returns.raw import COLUMNS, HEADER_FIELDS, RawRow, RawTable, column_letters
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_DELIMITERS = ",\t;"


def read_csv(body: bytes, filename: str, *, limits: Limits = LIMITS) -> RawTable:
    """Return the texts of a CSV file.

    Raises:
        Refused: XQ-RETURN-001, 003, 004, 007, 008, 009, 013, 032.
    """
    text = decode_text(body, filename)
    lines = _lines(text, filename, limits)
    header, header_cells, start = _header_lines(lines)
    if start >= len(lines):
        raise Refused(faults.empty_file(filename))
    names = [CSV_ALIASES.get(name.strip(), name.strip()) for name in lines[start][1]]
    columns = {name: index for index, name in enumerate(names) if name}
    if not {"code", "value"} <= columns.keys():
        raise Refused(faults.wrong_sheet(filename, expected="code,value", found=[",".join(lines[start][1])[:80]]))
    problems = _shape_problems(lines[start + 1 :], len(names), filename, ends=text.endswith(("\n", "\r")))
    rows = [_row(number, cells, columns) for number, cells in lines[start + 1 :]]
    table = RawTable(filename, "", header, header_cells, columns, [row for row in rows if row.texts], {})
    problems += header_columns(table)
    if problems:
        raise Refused(problems)
    return table


def _lines(text: str, filename: str, limits: Limits) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of the lines that hold anything."""
    head = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                lines.append((number, cells))
            if len(lines) > limits.rows:
                why = Text(f"超过 {limits.rows:,} 行", f"more than {limits.rows:,} rows")
                raise Refused(faults.too_large(filename, why))
    except csv.Error as error:
        raise Refused(faults.damaged(filename, f"line {number + 1}: {error}")) from error
    return lines


def _header_lines(lines: list[tuple[int, list[str]]]) -> tuple[dict[str, str], dict[str, str], int]:
    header: dict[str, str] = {}
    cells: dict[str, str] = {}
    for index, (number, line) in enumerate(lines):
        if not line[0].startswith("#"):
            return header, cells, index
        name = line[0].lstrip("#").strip()
        field = CSV_ALIASES.get(name, name).replace("default_scope", "scope")
        if field in HEADER_FIELDS and len(line) > 1:
            header[field] = line[1].strip()
            cells[field] = f"B{number}"
    return header, cells, len(lines)


def _shape_problems(lines: list[tuple[int, list[str]]], width: int, filename: str, *, ends: bool) -> list[Problem]:
    problems = []
    for number, cells in lines:
        extra = [cell for cell in cells[width:] if cell.strip()]
        if extra:
            where = Where(file=filename, cell=f"{column_letters(width)}{number}", line=number)
            problems.append(faults.shifted(where, found=extra[0][:40], expected=""))
    if lines and not ends and len(lines[-1][1]) < width:
        problems.append(faults.damaged(filename, f"line {lines[-1][0]}: {len(lines[-1][1])}/{width}"))
    return problems


def _row(number: int, cells: list[str], columns: dict[str, int]) -> RawRow:
    wanted = {*COLUMNS, *NOTE_COLUMNS, *HEADER_FIELDS, "default_scope"}
    texts = {
        name: unescape_text(cells[index].strip())
        for name, index in columns.items()
        if name in wanted and index < len(cells) and cells[index].strip()
    }
    return RawRow(number, texts)


def header_columns(table: RawTable) -> list[Problem]:
    """Move header columns (``form``, ``area`` ...) into the header; each must hold one value."""
    problems = []
    for column in (*HEADER_FIELDS, "default_scope"):
        field = "scope" if column == "default_scope" else column
        if column not in table.columns or column == "scope":
            continue
        values = sorted({row.text(column) for row in table.rows if row.text(column)})
        if len(values) > 1:
            where = Where(file=table.filename, cell=f"{column_letters(table.columns[column])}1", subject=column)
            problems.append(faults.several_returns(where, field=column, values=values))
        elif values:
            table.header.setdefault(field, values[0])
            first = next(row for row in table.rows if row.text(column))
            table.header_cells.setdefault(field, table.cell(first, column).cell)
    return problems
