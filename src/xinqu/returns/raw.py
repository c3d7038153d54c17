"""A file as a table of texts before its words are understood: header fields, columns, rows, and the place of each."""

import msgspec

from xinqu.returns.document import Cell
from xinqu.vocabulary.problem import Where

# Columns a return may have beside the ``source_*`` ones; labels and earlier values are for people and not read.
COLUMNS = ("code", "label", "unit", "value", "state", "scope", "half_digit", "origin", "note")
HEADER_FIELDS = ("form", "form_version", "area", "sub_unit", "period", "kind", "scope")
ROUNDED_MARKS = frozenset({"y", "是", "取整", "rounded"})  # in ``half_digit``: rounded at its last digit


def column_letters(index: int) -> str:
    """Return the spreadsheet name of a column, 0 -> A."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class RawRow(msgspec.Struct, frozen=True):
    """One row of items: column name -> text (absent or "" when blank), and its row number in the file from 1."""

    number: int
    texts: dict[str, str]

    def text(self, column: str) -> str:
        """Return the text of a column, "" when blank."""
        return self.texts.get(column, "")


class RawTable(msgspec.Struct, frozen=True):
    """All texts of a file.

    ``header`` maps the names of ``HEADER_FIELDS`` to texts, ``header_cells`` to their places; ``columns`` maps column
    name -> index from 0; ``fixed`` holds what the template wrote when it was exported (hidden, for comparison).
    """

    filename: str
    sheet: str
    header: dict[str, str]
    header_cells: dict[str, str]
    columns: dict[str, int]
    rows: list[RawRow]
    fixed: dict[str, str]

    def cell(self, row: RawRow, column: str) -> Cell:
        """Return the place of a column in a row."""
        return Cell(self.sheet, f"{column_letters(self.columns.get(column, 0))}{row.number}")

    def where(self, row: RawRow, column: str) -> Where:
        """Return the place for a problem."""
        return Where(
            file=self.filename,
            sheet=self.sheet,
            cell=self.cell(row, column).cell,
            subject=row.text("code"),
        )

    def where_header(self, field: str) -> Where:
        """Return the place of a header field for a problem."""
        return Where(file=self.filename, sheet=self.sheet, cell=self.header_cells.get(field, ""), subject=field)
