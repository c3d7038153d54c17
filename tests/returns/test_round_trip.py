"""The same rows have the same identity whichever way they went: XLSX, CSV, bulk, Parquet, any row order."""

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from return_files import AS_OF

from xinqu.policy.load import load_pack
from xinqu.returns.bulk import build_documents
from xinqu.returns.canonical import content_sha256, documents_to_long, from_parquet, to_parquet
from xinqu.returns.csv_write import write_csv_return
from xinqu.returns.document import ROW_SCHEMA, cell_map_from_json, cell_map_json
from xinqu.returns.guard import security_mark
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook, value_cells
from xinqu.vocabulary.canonical import canonical_json, rows_sha256
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.periods import Period

PACK = load_pack()
FORMS = [form.id for form in PACK.area_forms]
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda text: security_mark(text) is None
)
NOTES = st.one_of(
    st.just({}),
    TEXT.map(lambda text: {"text": text.strip() or "x"}),
    st.dictionaries(st.sampled_from(["source_title", "quote", "text"]), TEXT.map(str.strip), min_size=1),
)
DECIMALS = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.decimals(min_value=-(10**20), max_value=10**20, places=6).map(lambda d: format(d.normalize(), "f")),
).map(lambda text: "0" if text in {"-0", "0"} else text)


def period_of(form):
    """A period that every form files and that has ended."""
    end = {"annual": "2025", "half_year": "2026-S1", "quarterly": "2026-Q2", "monthly": "2026-05"}
    return end[form.frequency.value]


@st.composite
def long_frames(draw, form_id):
    """Long rows of one to three returns of a form, with every state, scope and note."""
    form = PACK.forms[form_id]
    rows = []
    for area in draw(st.lists(st.sampled_from(sorted(PACK.areas)), min_size=1, max_size=3, unique=True)):
        for item in form.items:
            state = draw(
                st.sampled_from(["reported"] * 4 + ["missing", "not_applicable", "suppressed", "not_due", None])
            )
            if state is None:
                continue
            number = item.type in {"decimal", "integer"}
            value = draw(DECIMALS) if number else draw(st.sampled_from(sorted(PACK.codelists[item.codelist])))
            note = draw(NOTES)
            if state == "not_applicable":
                note = note or {"text": "无"}
            rows.append(
                {
                    "area": area,
                    "period": period_of(form),
                    "item": item.code,
                    "value": value if state == "reported" else None,
                    "state": state,
                    "half_digit": draw(st.sampled_from(["0", "0.05", "50"])) if number else "0",
                    "scope": draw(st.sampled_from([None, "S1", "S4", "unstated"])),
                    "origin": draw(st.sampled_from([None, "estimated"])),
                    "note": canonical_json(note).decode() if note else None,
                }
            )
    columns = ["area", "period", *ROW_SCHEMA]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def same(left, right):
    assert left.header == right.header
    assert left.rows.to_dicts() == right.rows.to_dicts()
    assert left.content_sha256 == right.content_sha256


@pytest.mark.parametrize("form_id", FORMS)
@FEW
@given(data=st.data())
def test_every_way_leads_to_the_same_return(form_id, data):
    form = PACK.forms[form_id]
    frame = data.draw(long_frames(form_id))
    documents = build_documents(PACK, form, frame, scope="S1")
    assert len(documents) == frame["area"].n_unique()
    for document in documents:
        assert document.content_sha256 == rows_sha256([document.header.identity(), *document.rows.to_dicts()])
        # bulk = what the reader gives on the same upload, byte for byte
        read = read_return(PACK, document.upload, document.filename, as_of=AS_OF)
        same(read, document)
        assert (read.file_sha256, read.cells, read.upload) == (document.file_sha256, document.cells, document.upload)
        # rows -> CSV -> rows, in any order of rows
        rows = document.rows.to_dicts()
        assert write_csv_return(document.header, rows) == document.upload
        data.draw(st.randoms()).shuffle(rows)
        same(read_return(PACK, write_csv_return(document.header, rows), "a.csv", as_of=AS_OF), document)
        # rows -> XLSX -> rows
        book = export_workbook(PACK, form, document=document)
        again = read_return(PACK, book, "a.xlsx", as_of=AS_OF)
        same(again, document)
        assert again.cells == value_cells(form)
        # rows -> Parquet -> rows, as the store keeps them and as an upload
        same(read_return(PACK, to_parquet(document), "a.parquet", as_of=AS_OF), document)
        header, stored = from_parquet(to_parquet(document))
        assert header == document.header
        assert content_sha256(header, stored) == document.content_sha256
        assert to_parquet(document) == to_parquet(read)
        assert cell_map_from_json(cell_map_json(document)) == document.cells


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form_id", FORMS)
def test_a_form_filled_in_either_language_is_the_same_return(form_id, lang):
    form = PACK.forms[form_id]
    rows = {item.code: ["S2" if item.type == "code" else "7"] for item in form.items}
    [document] = build_documents(PACK, form, pl.DataFrame({"area": ["nansha"], "period": [period_of(form)], **rows}))
    book = export_workbook(PACK, form, document=document, lang=lang)
    same(read_return(PACK, book, "a.xlsx", as_of=AS_OF), document)


def test_identity_covers_what_it_should(filled):
    """Another period, area or value is another return; kind, file name and place in the file are not."""
    rows = filled.rows.to_dicts()
    header = filled.header
    other = {
        write_csv_return(h, r)
        for h, r in (
            (header, rows),
            (type(header)(**{**header.identity(), "period": "2026-04", "scope": "S5"}), rows),
            (type(header)(**{**header.identity(), "area": "binhai", "scope": "S5"}), rows),
            (header, [{**rows[0], "value": "9"}, *rows[1:]]),
        )
    }
    assert len({read_return(PACK, body, "a.csv", as_of=AS_OF).content_sha256 for body in other}) == 4
    backfill = type(header)(**{**header.identity(), "kind": "backfill", "scope": "S5"})
    body = write_csv_return(backfill, rows)
    assert read_return(PACK, body, "b.csv", as_of=AS_OF).content_sha256 == filled.content_sha256


def test_origin_of_the_door_and_of_a_value_the_worse_counts(filled):
    rows = [{**row, "origin": "estimated"} for row in filled.rows.to_dicts()]
    body = write_csv_return(filled.header, rows)
    assert set(read_return(PACK, body, "a.csv", as_of=AS_OF).rows["origin"]) == {"estimated"}
    simulated = read_return(PACK, body, "a.csv", as_of=AS_OF, origin=Origin.SIMULATED)
    assert set(simulated.rows["origin"]) == {"simulated"}


def test_long_frame_has_every_row_under_its_return(filled):
    form = PACK.forms["xq1"]
    wide = pl.DataFrame({"area": ["pudong", "binhai"], "period": ["2025-Q1"] * 2, "xq1_gdp": ["1", "2"]})
    documents = build_documents(PACK, form, wide)
    long = documents_to_long([*documents, filled])
    assert long.columns[:5] == ["form", "area", "sub_unit", "period", "submission"]
    assert long.height == 2 * len(form.items) + filled.rows.height
    one = long.filter(pl.col("submission") == documents[1].content_sha256)
    assert one.select(ROW_SCHEMA.keys()).equals(documents[1].rows)
    assert set(one["area"]) == {documents[1].header.area}
    assert documents_to_long([]).schema == long.schema


@pytest.mark.parametrize(
    "wrong",
    [
        {"area": ["mars"], "period": ["2025-Q1"], "item": ["xq1_gdp"], "value": ["1"]},
        {"area": ["pudong"], "period": ["2025-Q1"], "item": ["xm1_output"], "value": ["1"]},
        {"area": ["pudong"] * 2, "period": ["2025-Q1"] * 2, "item": ["xq1_gdp"] * 2, "value": ["1", "2"]},
        {"area": ["pudong"], "period": ["2025-Q1"], "item": ["xq1_gdp"], "value": ["1.50"]},
        {"area": ["pudong"], "period": ["2025-Q1"], "item": ["xq1_gdp"], "value": ["1e5"]},
    ],
)
def test_bulk_refuses_what_the_reader_would_spell_otherwise(wrong):
    with pytest.raises(ValueError, match="xq1"):
        build_documents(PACK, PACK.forms["xq1"], pl.DataFrame(wrong))


def test_the_workbook_is_the_same_bytes_each_time():
    form = PACK.forms["xm1"]
    last = {item.code: "12.5" for item in form.items}
    first = export_workbook(PACK, form, area="lanzhou", period="2026-03", previous=last)
    assert first == export_workbook(PACK, form, area="lanzhou", period="2026-03", previous=last)
    assert Period.parse("2026-03").end < AS_OF
