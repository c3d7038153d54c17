"""Record returns: three file formats give one identity, odd spellings are read, and each fault is told with its cell."""

import datetime as dt
import io

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.policy.load import load_pack
from xinqu.returns.canonical import content_sha256, from_parquet, to_parquet
from xinqu.returns.document import Header, cell_map_json, record_places_from_json
from xinqu.returns.read import read_return
from xinqu.returns.record_bulk import build_record_documents, record_document, record_rows_of
from xinqu.returns.record_rows import STATES, records_sha256
from xinqu.returns.record_write import export_records_csv, export_records_parquet, export_records_workbook
from xinqu.vocabulary.canonical import rows_sha256
from xinqu.vocabulary.periods import Frequency
from xinqu.vocabulary.problem import Refused

PACK = load_pack()
RECORDS = [form.id for form in PACK.forms.values() if form.kind == "record"]
PERIOD = {Frequency.MONTHLY: "2025-11", Frequency.ANNUAL: "2024"}
AS_OF = dt.date(2026, 1, 20)
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=12)
WORDS = {"na", "n/a", "n.a."}


def is_plain(text):
    """Say whether a text is one that a cell keeps as it is: no outer blanks, no state word."""
    return (
        text == text.strip() and text.strip() and text.lower() not in WORDS and text not in "–—/×" and "密" not in text
    )


def value_of(item):
    if item.type == "code":
        return st.sampled_from(list(PACK.codelists[item.codelist]))
    if item.type == "date":
        return st.dates(dt.date(2000, 1, 1), dt.date(2025, 1, 1)).map(str)
    if item.type == "bool":
        return st.sampled_from(["true", "false"])
    if item.type == "integer":
        return st.integers(0, 10**6).map(str)
    if item.type == "decimal":
        return st.decimals(-(10**9), 10**9, places=3, allow_nan=False).map(lambda d: f"{d.normalize():f}" if d else "0")
    return TEXT.filter(is_plain)


@st.composite
def records(draw, form):
    definition = PACK.forms[form]
    rows = []
    for number in range(draw(st.integers(1, 6))):
        row = {}
        for item in definition.items:
            row[item.code] = f"k{number}" if item.key else draw(st.none() | value_of(item))
            if row[item.code] is None and draw(st.booleans()):
                row[f"{item.code}#state"] = "not_applicable"
        rows.append(row)
    columns = [item.code for item in definition.items] + [f"{item.code}#state" for item in definition.items]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    header = Header(
        form=form, form_version=definition.version, area="lanzhou", period=PERIOD[definition.frequency], scope="S1"
    )
    return record_document(definition, header, record_rows_of(definition, frame))


def read(body, name, form=None):
    return read_return(PACK, body, name, as_of=AS_OF, expect_form=form)


@pytest.mark.parametrize("form", RECORDS)
@settings(max_examples=12)
@given(data=st.data())
def test_three_formats_give_one_identity(form, data):
    document = data.draw(records(form))
    definition = PACK.forms[form]
    files = {
        "x.xlsx": export_records_workbook(PACK, definition, document=document),
        "x.csv": export_records_csv(PACK, definition, document=document),
        "x.parquet": export_records_parquet(document),
    }
    for name, body in files.items():
        back = read(body, name)
        assert back.rows.equals(document.rows), name
        assert back.content_sha256 == document.content_sha256
        assert back.header == document.header


@pytest.mark.parametrize("form", RECORDS)
@settings(max_examples=8)
@given(data=st.data())
def test_identity_is_that_of_canonical_lines(form, data):
    """RFC 8785 lines by ``rows_sha256``, one at a time: the readable oracle of the hash in columns."""
    document = data.draw(records(form))
    plain = rows_sha256([document.header.identity(), *document.rows.iter_rows(named=True)])
    assert records_sha256(document.header, document.rows) == plain == content_sha256(document.header, document.rows)
    header, rows = from_parquet(to_parquet(document))
    assert (header, rows.rows()) == (document.header, document.rows.rows())


def filled(form="xr3", rows=(), area="lanzhou", period="2025-11"):
    """Return a CSV upload of ``form`` with the given cells."""
    codes = [item.code for item in PACK.forms[form].items]
    head = f"#form,{form}\n#form_version,1\n#area,{area}\n#period,{period}\n"
    lines = [",".join(str(row.get(code, "")) for code in codes) for row in rows]
    return (head + ",".join(codes) + "\n" + "\n".join(lines) + "\n").encode()


GOOD = {
    "xr3_case_no": "c1", "xr3_item_code": "i9", "xr3_kind": "startup", "xr3_channel": "online", "xr3_accepted_on": "2025-11-03",
    "xr3_limit_wd": "20", "xr3_promised_wd": "5", "xr3_office_wd": "1.5", "xr3_applicant_wd": "0", "xr3_stop_wd": "0",
    "xr3_elapsed_wd": "1.5", "xr3_rework_n": "0", "xr3_visits_n": "0", "xr3_docs_n": "3", "xr3_result": "granted",
    "xr3_reopened": "false",
}  # fmt: skip


def codes_of(body, name="x.csv"):
    with pytest.raises(Refused) as caught:
        read(body, name)
    assert all(p.what.zh and p.what.en and p.fix.zh and p.fix.en for p in caught.value.problems)
    return caught.value.problems


def test_odd_spellings_are_read_as_people_write_them():
    odd = GOOD | {
        "xr3_accepted_on": "2025年11月3日", "xr3_limit_wd": "２０", "xr3_office_wd": "1.50", "xr3_reopened": "否",
        "xr3_mode": "不适用", "xr3_docs_n": "3",
    }  # fmt: skip
    rows = read(filled(rows=[odd]), "x.csv").rows
    assert rows.select("xr3_accepted_on", "xr3_limit_wd", "xr3_office_wd", "xr3_reopened", "xr3_mode").row(0) == (
        "2025-11-03", "20", "1.5", "false", None,
    )  # fmt: skip
    assert rows[STATES].to_list() == ['{"xr3_mode":"not_applicable"}']


def test_records_are_sorted_by_key_and_know_their_row_in_the_file():
    document = read(filled(rows=[GOOD | {"xr3_case_no": name} for name in ("c3", "c1", "c2")]), "x.csv")
    assert document.rows["xr3_case_no"].to_list() == ["c1", "c2", "c3"]
    assert [document.places.cell(row, "xr3_case_no").cell for row in range(3)] == ["A7", "A8", "A6"]
    assert record_places_from_json(cell_map_json(document)) == document.places


def test_gb18030_and_semicolons_are_read():
    text = filled(rows=[GOOD | {"xr3_case_no": "办件一"}]).decode().replace(",", ";")
    assert read(text.encode("gb18030"), "x.csv").rows["xr3_case_no"].to_list() == ["办件一"]


def test_each_wrong_cell_is_told_with_its_place():
    bad = GOOD | {"xr3_limit_wd": "many", "xr3_accepted_on": "2025-02-30", "xr3_docs_n": "NaN"}
    problems = codes_of(filled(rows=[GOOD, bad | {"xr3_case_no": "c2"}]))
    assert [(p.code, p.where.cell) for p in problems] == [
        ("XQ-RETURN-015", "G7"), ("XQ-RETURN-015", "J7"), ("XQ-RETURN-016", "R7"),
    ]  # fmt: skip


def test_a_wrong_column_is_told_twenty_times_and_counted():
    rows = [GOOD | {"xr3_case_no": f"c{n}", "xr3_docs_n": "?"} for n in range(50)]
    problems = codes_of(filled(rows=rows))
    assert len(problems) == 21
    assert (problems[-1].code, "30" in problems[-1].what.en) == ("XQ-RETURN-034", True)


def test_missing_and_unknown_columns_are_refused_by_name():
    body = filled(rows=[GOOD]).replace(b"xr3_docs_n", b"xr3_papers_n")
    problems = codes_of(body)
    assert [(p.code, p.where.subject) for p in problems] == [
        ("XQ-RETURN-018", "xr3_papers_n"), ("XQ-RETURN-033", "xr3_docs_n"),
    ]  # fmt: skip


def test_a_file_of_several_areas_is_refused():
    text = filled(rows=[GOOD, GOOD | {"xr3_case_no": "c2"}]).decode().splitlines()
    body = "\n".join(
        [text[0], text[1], "area,period," + text[4], "lanzhou,2025-11," + text[5], "pudong,2025-11," + text[6]]
    )
    assert [p.code for p in codes_of(body.encode())] == ["XQ-RETURN-032"]


def test_an_empty_file_and_a_cut_one_are_refused():
    assert "XQ-RETURN-001" in {p.code for p in codes_of(filled(rows=[]))}
    body = export_records_parquet(read(filled(rows=[GOOD]), "x.csv"))
    assert [p.code for p in codes_of(body[:200], "x.parquet")] == ["XQ-RETURN-003"]


def test_a_security_marking_is_refused_in_parquet_too():
    marked = PACK.forms["xr3"], Header(form="xr3", form_version=1, area="lanzhou", period="2025-11")
    frame = pl.DataFrame([GOOD | {"xr3_item_code": "机密"}])
    body = export_records_parquet(record_document(*marked, record_rows_of(marked[0], frame)))
    assert [p.code for p in codes_of(body, "x.parquet")] == ["XQ-RETURN-007"]


def test_typed_parquet_of_a_program_is_read():
    frame = pl.DataFrame([GOOD]).with_columns(
        pl.col("xr3_limit_wd").cast(pl.Int32), pl.col("xr3_office_wd").cast(pl.Float64), pl.col("xr3_reopened") == "true",
        pl.col("xr3_accepted_on").str.to_date(), area=pl.lit("lanzhou"), period=pl.lit("2025-11"), form_version=pl.lit(1),
    )  # fmt: skip
    out = io.BytesIO()
    frame.write_parquet(out)
    assert read(out.getvalue(), "x.parquet", "xr3").content_sha256 == read(filled(rows=[GOOD]), "x.csv").content_sha256


def test_the_workbook_offers_lists_and_hides_codes():
    book = openpyxl.load_workbook(
        io.BytesIO(export_records_workbook(PACK, PACK.forms["xr3"], area="lanzhou", period="2025-11"))
    )
    sheet = book["xr3"]
    keys = next(row for row in sheet.iter_rows() if row[0].value == "#items")
    assert [cell.value for cell in keys[1:]] == [item.code for item in PACK.forms["xr3"].items]
    assert sheet.row_dimensions[keys[0].row].hidden
    assert len(sheet.data_validations.dataValidation) >= 8
    assert book["_xinqu_records"].sheet_state == "veryHidden"


def test_many_records_are_built_from_a_typed_frame():
    frame = pl.DataFrame(
        {"area": ["lanzhou", "nansha"] * 500, "period": ["2025-11"] * 1000, "xr3_case_no": [f"c{n}" for n in range(1000)],
         "xr3_office_wd": [n / 4 for n in range(1000)]}
    )  # fmt: skip
    documents = build_record_documents(PACK, PACK.forms["xr3"], frame, scope="S1")
    assert [(d.header.area, d.rows.height) for d in documents] == [("lanzhou", 500), ("nansha", 500)]
    assert read(documents[0].upload, "x.parquet").content_sha256 == documents[0].content_sha256


def test_an_area_form_is_not_read_as_records():
    body = b"#form,xr3\n#form_version,1\n#area,lanzhou\n#period,2025-11\ncode,value\nxr3_case_no,1\n"
    assert [p.code for p in codes_of(body)] == ["XQ-RETURN-029"]
