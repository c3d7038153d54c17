"""Workbooks of records as people fill them: real dates of both calendars, formulas, merged cells, hidden rows, labels."""

import datetime as dt
import io

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from return_files import edited

from xinqu.policy.load import load_pack
from xinqu.returns.read import read_return
from xinqu.returns.record_write import export_records_workbook
from xinqu.vocabulary.problem import Refused

PACK = load_pack()
FORM = PACK.forms["xr3"]
AS_OF = dt.date(2026, 1, 20)
TYPED = {
    "xr3_case_no": "c1", "xr3_item_code": "i9", "xr3_kind": "startup", "xr3_channel": "online",
    "xr3_accepted_on": dt.date(2025, 11, 3), "xr3_limit_wd": 20, "xr3_promised_wd": 5, "xr3_office_wd": 1.5,
    "xr3_applicant_wd": 0, "xr3_stop_wd": 0, "xr3_elapsed_wd": 1.5, "xr3_rework_n": 0, "xr3_visits_n": 0, "xr3_docs_n": 3,
    "xr3_result": "granted", "xr3_reopened": "否",
}  # fmt: skip


def columns_of(sheet):
    """Return row number of the hidden row of item codes, and item -> column letter."""
    keys = next(row for row in sheet.iter_rows() if row[0].value == "#items")
    return keys[0].row, {cell.value: cell.column_letter for cell in keys[1:]}


def nothing(*_):
    """Leave the workbook as it is."""


def workbook(*records, change=nothing):
    """Return the exported workbook with records typed into it, and what ``change`` does to it afterwards."""

    def fill(book):
        sheet = book["xr3"]
        first, letters = columns_of(sheet)
        for number, record in enumerate(records, start=first + 1):
            for item, value in record.items():
                sheet[f"{letters[item]}{number}"] = value
        change(book, sheet, first + 1, letters)

    return edited(export_records_workbook(PACK, FORM, area="lanzhou", period="2025-11"), fill)


def read(body):
    return read_return(PACK, body, "cases.xlsx", as_of=AS_OF)


def problems(body):
    with pytest.raises(Refused) as caught:
        read(body)
    return [(problem.code, problem.where.cell) for problem in caught.value.problems]


def test_typed_numbers_and_dates_are_read():
    row = read(workbook(TYPED)).rows.row(0, named=True)
    assert (row["xr3_accepted_on"], row["xr3_office_wd"], row["xr3_reopened"]) == ("2025-11-03", "1.5", "false")


def test_dates_of_the_1904_calendar_are_the_same_days():
    def of_1904(book, sheet, first, letters):
        book.epoch = CALENDAR_MAC_1904

    assert read(workbook(TYPED, change=of_1904)).rows.equals(read(workbook(TYPED)).rows)


def test_labels_of_lists_are_their_codes():
    label = PACK.codelists[next(i for i in FORM.items if i.code == "xr3_channel").codelist]["online"].name
    for written in (label.zh, label.en, f"online {label.zh}"):
        assert read(workbook(TYPED | {"xr3_channel": written})).rows["xr3_channel"].to_list() == ["online"]


def test_a_formula_without_result_is_refused_at_its_cell():
    def formula(book, sheet, first, letters):
        sheet[f"{letters['xr3_docs_n']}{first}"] = "=1+2"

    assert [code for code, _ in problems(workbook(TYPED, change=formula))] == ["XQ-RETURN-028"]


def test_merged_cells_among_the_records_are_refused():
    def merge(book, sheet, first, letters):
        sheet.merge_cells(f"{letters['xr3_kind']}{first}:{letters['xr3_kind']}{first + 1}")

    body = workbook(TYPED, TYPED | {"xr3_case_no": "c2"}, change=merge)
    assert [code for code, _ in problems(body)] == ["XQ-RETURN-037"]


def test_hidden_rows_are_records_too():
    def hide(book, sheet, first, letters):
        sheet.row_dimensions[first].hidden = True

    body = workbook(TYPED, TYPED | {"xr3_case_no": "c2"}, change=hide)
    assert read(body).rows["xr3_case_no"].to_list() == ["c1", "c2"]


def test_columns_in_another_order_and_blank_rows_between_are_read():
    def swap(book, sheet, first, letters):
        one, two = letters["xr3_limit_wd"], letters["xr3_promised_wd"]
        for row in range(first - 1, first + 1):
            sheet[f"{one}{row}"].value, sheet[f"{two}{row}"].value = (
                sheet[f"{two}{row}"].value,
                sheet[f"{one}{row}"].value,
            )
        for item, value in (TYPED | {"xr3_case_no": "c9"}).items():
            at = {"xr3_limit_wd": two, "xr3_promised_wd": one}.get(item, letters[item])
            sheet[f"{at}{first + 3}"] = value

    document = read(workbook(TYPED, change=swap))
    assert document.rows.select("xr3_case_no", "xr3_limit_wd", "xr3_promised_wd").rows() == [
        ("c1", "20", "5"), ("c9", "20", "5"),
    ]  # fmt: skip
    assert document.places.rows[1] - document.places.rows[0] == 3


@pytest.mark.parametrize("form", [form.id for form in PACK.forms.values() if form.kind == "record"])
def test_a_blank_workbook_says_what_it_wants(form):
    """Names with a star where required, units, drop-downs for each code list, the codes hidden, the area fixed."""
    definition = PACK.forms[form]
    body = export_records_workbook(PACK, definition, lang="en")
    sheet = openpyxl.load_workbook(io.BytesIO(body))[form]
    row, letters = columns_of(sheet)
    assert sheet.row_dimensions[row].hidden
    for item in definition.items:
        heading = sheet[f"{letters[item.code]}{row - 2}"].value
        assert heading.rstrip("*") == item.name.en
        assert heading.endswith("*") == (item.required or item.key)
    listed = sum(1 for item in definition.items if item.codelist in PACK.codelists or item.type == "bool")
    assert len(sheet.data_validations.dataValidation) == listed + 3
