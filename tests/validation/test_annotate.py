"""The annotated workbook: each fault in its cell, all findings on a sheet, the officer's own data untouched."""

import datetime as dt
import io

import openpyxl
import polars as pl
import pytest

from xinqu.engines.facts import rows_to_facts
from xinqu.policy.load import load_pack
from xinqu.returns.canonical import documents_to_long
from xinqu.returns.csv_write import write_csv_return
from xinqu.returns.document import Header
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook
from xinqu.validation.annotate import annotate
from xinqu.validation.findings import FINDINGS_SCHEMA
from xinqu.validation.run import validate
from xinqu.validation.suggest import suggestions

AS_OF = dt.date(2026, 11, 16)
PACK = load_pack()
FORM = PACK.forms["xm1"]


def document_of(**values):
    """An xm1 return of Lanzhou, all items 1000 but those named (None = not applicable)."""
    rows = [
        {
            "item": item.code,
            "value": values.get(item.code, "1000"),
            "state": "reported" if values.get(item.code, "1000") else "not_applicable",
            "half_digit": "0",
            "scope": "S5",
            "origin": "reported",
            "note": "" if values.get(item.code, "1000") else '{"text":"无此项"}',
        }
        for item in FORM.items
    ]
    body = write_csv_return(Header(form="xm1", form_version=1, area="lanzhou", period="2026-03", scope="S5"), rows)
    return read_return(PACK, body, "lanzhou.csv", as_of=AS_OF)


def findings_of(document):
    long = documents_to_long([document]).with_columns(event=pl.lit(1, pl.Int64))
    return validate(PACK, {"xm1": rows_to_facts(PACK, "xm1", long)}, "xm1").findings


@pytest.fixture(scope="module")
def wrong():
    """Industrial investment above total investment (xm1_r01), and an item that is not applicable."""
    return document_of(xm1_fai_ind="12410000", xm1_fai="2310000", xm1_iva_growth=None)


@pytest.fixture(scope="module")
def own_workbook(wrong):
    return export_workbook(PACK, FORM, area="lanzhou", period="2026-03", document=wrong)


def opened(body):
    return openpyxl.load_workbook(io.BytesIO(body))


def cell_of(body, item):
    sheet = opened(body)["xm1"]
    row = next(row for row in range(1, 60) if sheet.cell(row, 1).value == item)
    return sheet.cell(row, 6)


def test_a_false_check_marks_each_of_its_cells_with_id_message_and_values(wrong, own_workbook):
    document = read_return(PACK, own_workbook, "own.xlsx", as_of=AS_OF)
    body = annotate(own_workbook, document, findings_of(document), PACK)
    for item in ("xm1_fai_ind", "xm1_fai"):
        cell = cell_of(body, item)
        assert cell.fill.fgColor.rgb.endswith("F4A79D")
        assert "xm1_r01" in cell.comment.text
        assert PACK.checks["xm1_r01"].message.zh in cell.comment.text
        assert "12,410,000" in cell.comment.text
    assert cell_of(body, "xm1_elec").comment is None


def test_the_sheet_lists_false_checks_first_then_those_not_evaluated_with_their_reason(wrong, own_workbook):
    document = read_return(PACK, own_workbook, "own.xlsx", as_of=AS_OF)
    findings = findings_of(document)
    sheet = opened(annotate(own_workbook, document, findings, PACK))["审核结果"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert len(rows) == findings.height
    words = [row[0] for row in rows]
    first_unknown = words.index("未判定")
    assert set(words[:first_unknown]) <= {"错误", "警告", "提示"}
    assert set(words[first_unknown:]) == {"未判定"}
    not_applicable = next(row for row in rows if row[1] == "xm1_iva_growth_rng")
    assert "不适用" in not_applicable[5]
    assert sheet["C4"].hyperlink.location or sheet["C4"].hyperlink.target


def test_the_officers_data_come_back_unchanged_and_can_be_filed_again(wrong, own_workbook):
    document = read_return(PACK, own_workbook, "own.xlsx", as_of=AS_OF)
    body = annotate(own_workbook, document, findings_of(document), PACK, "en")
    again = read_return(PACK, body, "own.xlsx", as_of=AS_OF)
    assert again.content_sha256 == document.content_sha256 == wrong.content_sha256
    sheet = opened(body)["xm1"]
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    assert len(sheet.data_validations.dataValidation) > 50


def test_a_csv_upload_comes_back_as_the_form_filled_in(wrong):
    body = annotate(wrong.upload, wrong, findings_of(wrong), PACK)
    assert read_return(PACK, body, "back.xlsx", as_of=AS_OF).content_sha256 == wrong.content_sha256
    assert "xm1_r01" in cell_of(body, "xm1_fai_ind").comment.text


def test_marks_of_an_earlier_annotation_are_taken_off(wrong, own_workbook):
    document = read_return(PACK, own_workbook, "own.xlsx", as_of=AS_OF)
    marked = annotate(own_workbook, document, findings_of(document), PACK, "zh")
    clean = annotate(marked, document, pl.DataFrame(schema=FINDINGS_SCHEMA), PACK, "en")
    assert cell_of(clean, "xm1_fai_ind").comment is None
    assert cell_of(clean, "xm1_fai_ind").fill.fgColor.rgb.endswith("FFF6D6")
    assert opened(clean).sheetnames.count("审核结果") == 0
    assert opened(clean)["findings"]["A2"].value == "nothing was found"


def test_a_suggestion_stands_in_the_cell_and_on_the_sheet_and_changes_no_value(wrong, own_workbook):
    document = read_return(PACK, own_workbook, "own.xlsx", as_of=AS_OF)
    long = documents_to_long([document]).with_columns(event=pl.lit(1, pl.Int64))
    told = suggestions(PACK, {"xm1": rows_to_facts(PACK, "xm1", long)}, "xm1")
    assert "xm1_fai" in told["item"].to_list()
    body = annotate(own_workbook, document, findings_of(document), PACK, "en", suggestions=told)
    reason = told.filter(item="xm1_fai")["reason_en"].item()
    assert reason in cell_of(body, "xm1_fai").comment.text
    assert "to be checked" in cell_of(body, "xm1_fai").comment.text
    rows = [[cell.value for cell in row] for row in opened(body)["findings"].iter_rows(min_row=3)]
    assert rows[0][6] == "suggestion"
    assert reason in next(row for row in rows if row[1] == "xm1_r01")[6]
    assert read_return(PACK, body, "own.xlsx", as_of=AS_OF).content_sha256 == document.content_sha256


def test_findings_of_other_returns_are_left_out(wrong):
    other = findings_of(wrong).with_columns(submission=pl.lit("0" * 64))
    assert cell_of(annotate(wrong.upload, wrong, other, PACK), "xm1_fai_ind").comment is None


def test_the_worst_level_colours_the_cell(wrong):
    base = {"form": "xm1", "area": "lanzhou", "sub_unit": "", "period": "2026-03"} | {
        "submission": wrong.content_sha256, "items": ["xm1_elec"], "values": ["1000"], "reason": "", "detail": "{}",
    }  # fmt: skip
    rows = [
        {**base, "check": "xm1_r15", "level": "warning", "verdict": "false"},
        {**base, "check": "xm1_r01", "level": "error", "verdict": "false"},
    ]
    for chosen, colour in ((rows, "F4A79D"), (rows[:1], "F9C97C")):
        frame = pl.DataFrame(chosen, schema=FINDINGS_SCHEMA)
        assert cell_of(annotate(wrong.upload, wrong, frame, PACK), "xm1_elec").fill.fgColor.rgb.endswith(colour)


def test_the_same_input_gives_the_same_bytes(wrong, own_workbook):
    findings = findings_of(wrong)
    assert annotate(own_workbook, wrong, findings, PACK) == annotate(own_workbook, wrong, findings, PACK)


def test_nothing_in_the_list_is_a_formula(wrong):
    findings = findings_of(wrong).with_columns(values=pl.col("items").list.eval(pl.lit("=1+1")))
    sheet = opened(annotate(wrong.upload, wrong, findings, PACK))["审核结果"]
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
