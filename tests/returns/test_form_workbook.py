"""The exported workbook: codes hidden, only entry cells open, lists offered, the last period beside each cell."""

import io
import re

import openpyxl
import pytest
from return_files import AS_OF

from xinqu.policy.load import load_pack
from xinqu.returns.csv_write import export_csv
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook, value_cells
from xinqu.returns.units import unit_name
from xinqu.vocabulary.problem import Refused

PACK = load_pack()
FORMS = [form.id for form in PACK.area_forms]
OPEN_COLUMNS = set("EFGHIJK")


def opened(form_id, **options):
    book = openpyxl.load_workbook(io.BytesIO(export_workbook(PACK, PACK.forms[form_id], **options)))
    return book, book[form_id]


def choices(book, sheet, address):
    """Return the texts that the drop-down of a cell offers."""
    for rule in sheet.data_validations.dataValidation:
        if address in rule.sqref and rule.type == "list":
            source = rule.formula1
            if source.startswith('"'):
                return source.strip('"').split(",")
            name, area = re.fullmatch(r"=?(\w+)!(.+)", source).groups()
            return [cell.value for (cell,) in book[name][area.replace("$", "")]]
    return []


@pytest.mark.parametrize("form_id", FORMS)
def test_every_item_has_its_code_label_unit_and_open_value_cell(form_id):
    form = PACK.forms[form_id]
    _, sheet = opened(form_id)
    cells = value_cells(form)
    assert sheet.column_dimensions["A"].hidden
    assert sheet.protection.sheet
    for item in form.items:
        row = sheet[cells[item.code].cell].row
        texts = [sheet.cell(row, column).value for column in (1, 3, 4)]
        assert texts == [item.code, item.name.zh, item.name.en]
        assert not sheet.cell(row, 6).protection.locked
        assert sheet.cell(row, 3).protection.locked
        assert str(sheet.cell(row, 2).value).endswith("*") == item.required
        if item.type != "code":
            assert sheet.cell(row, 5).value == unit_name(PACK, item.unit)


def test_only_entry_cells_are_open():
    _, sheet = opened("xm1", area="lanzhou", period="2026-03")
    items = range(10, 10 + len(PACK.forms["xm1"].items))
    for row in sheet.iter_rows():
        for cell in row:
            if not cell.protection.locked:
                header = cell.coordinate in {"D4", "D6", "D7"}
                assert header or (cell.row in items and cell.column_letter in OPEN_COLUMNS), cell.coordinate


def test_area_and_period_given_are_fixed():
    book, sheet = opened("xm1", area="lanzhou", period="2026-03")
    assert (sheet["D3"].value, sheet["D5"].value) == ("lanzhou 兰州新区", "2026-03")
    assert sheet["D3"].protection.locked
    assert sheet["D5"].protection.locked
    fixed = {row[0].value: row[1].value for row in book["_xinqu"].iter_rows()}
    assert fixed["form"] == "xm1"
    assert fixed["form_version"] == "1"
    assert fixed["pack_version"] == PACK.info.version
    assert (fixed["area"], fixed["period"]) == ("lanzhou", "2026-03")
    assert book["_xinqu"].sheet_state == book["_lists"].sheet_state == "veryHidden"


def test_drop_downs_offer_codes_with_names():
    book, sheet = opened("xa1")
    assert len(choices(book, sheet, "D3")) == 19
    cell = value_cells(PACK.forms["xa1"])["xa1_gdp_scope"].cell
    offered = choices(book, sheet, cell)
    assert [text.split()[0] for text in offered] == list(PACK.codelists["CL_SCOPE"])
    money = next(item for item in PACK.forms["xa1"].items if item.unit == "wan_yuan")
    row = sheet[value_cells(PACK.forms["xa1"])[money.code].cell].row
    assert choices(book, sheet, f"E{row}") == ["万元", "元", "亿元"]
    assert choices(book, sheet, f"G{row}") == ["不适用", "隐去", "未到期"]


def test_last_period_stands_beside_each_cell():
    _, sheet = opened("xm1", previous={"xm1_output": "1234.5"})
    assert sheet["L11"].value == 1234.5
    assert sheet["L11"].protection.locked


def test_the_form_never_calls_for_an_area_or_period_it_would_refuse():
    for options, code in (({"area": "mars"}, "019"), ({"period": "2026-Q1"}, "020"), ({"period": "2026-01"}, "021")):
        for export in (export_workbook, export_csv):
            with pytest.raises(Refused) as caught:
                export(PACK, PACK.forms["xm1"], **options)
            assert caught.value.problems[0].code == f"XQ-RETURN-{code}"


@pytest.mark.parametrize("form_id", FORMS)
def test_a_blank_csv_form_filled_by_hand_is_read(form_id):
    form = PACK.forms[form_id]
    period = {"annual": "2025", "half_year": "2025-S2", "quarterly": "2025-Q3", "monthly": "2025-09"}[form.frequency]
    text = export_csv(PACK, form, area="nansha", period=period, scope="S4").decode("utf-8-sig")
    first = next(item for item in form.items if item.type != "code")
    line = next(line for line in text.splitlines() if line.startswith(f"{first.code},"))
    start = line.removesuffix(",,,,,")
    body = text.replace(line, f"{start},5,,,,").encode("gb18030")
    document = read_return(PACK, body, "form.csv", as_of=AS_OF)
    assert document.values() == {first.code: "5"}
    assert document.header.scope == "S4"
