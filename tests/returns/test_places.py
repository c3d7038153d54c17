"""A marking in the XML of a workbook is told by the sheet and cell that a person sees, wherever programs keep the text."""

import openpyxl
import pytest
from return_files import edited, repacked, with_cells

from xinqu.returns.guard import open_workbook
from xinqu.vocabulary.problem import Refused, Where

MARK = "机密"


def place(body: bytes) -> Where:
    with pytest.raises(Refused) as caught:
        open_workbook(body, "return.xlsx")
    return caught.value.problems[0].where


def test_shared_string(workbook):
    where = place(with_cells(workbook, M30=MARK))
    assert (where.sheet, where.cell) == ("xm1", "M30")


def test_string_in_the_cell_itself(workbook):
    def inline(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        cell = f'<row r="60"><c r="A60"/><c r="B60" t="inlineStr"><is><t>{MARK}</t></is></c></row></sheetData>'
        return part.replace(b"</sheetData>", cell.encode())

    where = place(repacked(workbook, inline))
    assert (where.sheet, where.cell) == ("xm1", "B60")


def test_comment(workbook):
    def comment(book):
        book["xm1"]["F10"].comment = openpyxl.comments.Comment(MARK, "a")

    where = place(edited(workbook, comment))
    assert (where.sheet, where.cell) == ("xm1", "F10")


def test_footer_has_a_sheet_and_no_cell(workbook):
    def footer(book):
        book["xm1"].oddFooter.center.text = MARK

    where = place(edited(workbook, footer))
    assert (where.sheet, where.cell) == ("xm1", "")


def test_sheet_name_is_placed_in_its_part(workbook):
    where = place(edited(workbook, lambda book: book.create_sheet(f"{MARK}附表")))
    assert (where.sheet, where.subject) == ("", "xl/workbook.xml")


def test_broken_xml_is_searched_in_linear_time(workbook):
    """A hundred thousand cells that never end; what is not quick here would take minutes."""

    def endless(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        return part.replace(b"</sheetData>", b'<c r="A1">' * 100_000 + MARK.encode() + b"</sheetData>")

    where = place(repacked(workbook, endless))
    assert (where.sheet, where.cell) == ("xm1", "A1")
