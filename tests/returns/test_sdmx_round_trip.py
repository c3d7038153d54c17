"""Rows -> SDMX -> rows: the same identity for every form; pysdmx and sdmx1 read the same observations."""

import datetime as dt
import io
import subprocess
import sys
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from return_files import AS_OF
from test_round_trip import FEW, FORMS, PACK, long_frames, period_of

from xinqu.returns import sdmx_names as names
from xinqu.returns.bulk import build_documents
from xinqu.returns.sdmx_read import read_sdmx
from xinqu.returns.sdmx_structure import write_structure
from xinqu.returns.sdmx_write import Return, observations, write_csv, write_ml
from xinqu.vocabulary.origin import Origin

PREPARED = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)


def csv_of(documents):
    return write_csv(PACK, [Return.of(document) for document in documents])


def ml_of(documents):
    return write_ml(PACK, [Return.of(document) for document in documents], prepared=PREPARED, message_id="T")


def identities(documents):
    return sorted((document.content_sha256, document.header) for document in documents)


def whole(form_id, area="lanzhou", **options):
    """One return with hard values: twenty digits, quotes, apostrophes, backslashes, markup."""
    form = PACK.forms[form_id]
    hard = '{"text":"a\\"b\'c\\\\d <x> & 数"}'
    numbers = {"decimal": "12345678901234567890.123456", "integer": "-7"}
    rows = [
        {
            "area": area, "sub_unit": options.get("sub_unit", ""), "period": period_of(form), "item": item.code,
            "value": numbers.get(item.type, "S4"), "half_digit": "0.05" if number % 3 == 0 else "0",
            "note": hard if number % 4 == 0 else None, "scope": "S2" if number % 5 == 0 else None,
        }
        for number, item in enumerate(form.items[:-1])
    ]  # fmt: skip
    return build_documents(PACK, form, pl.DataFrame(rows), scope=options.get("scope", "S5"))


@pytest.mark.parametrize("form_id", FORMS)
@given(data=st.data())
@FEW
def test_every_form_keeps_its_identity(form_id, data):
    frame = data.draw(long_frames(form_id))
    origin = data.draw(st.sampled_from([Origin.REPORTED, Origin.SIMULATED, Origin.PUBLISHED]))
    if origin is Origin.SIMULATED:  # no value is better than its return: the door of returns sees to that
        frame = frame.with_columns(origin=pl.lit(None, pl.String))
    kind = data.draw(st.sampled_from(["regular", "backfill"]))
    documents = build_documents(PACK, PACK.forms[form_id], frame, origin=origin, scope="S3", kind=kind)
    again = read_sdmx(PACK, csv_of(documents), "x.csv", as_of=AS_OF)
    assert identities(again) == identities(documents)


@pytest.mark.parametrize("form_id", ["xa1", "xm1", "xh2"])
@given(data=st.data())
@FEW
def test_any_rows_keep_their_identity_in_xml(form_id, data):
    documents = build_documents(PACK, PACK.forms[form_id], data.draw(long_frames(form_id)), scope="S1")
    again = read_sdmx(PACK, ml_of(documents), "x.xml", as_of=AS_OF)
    assert identities(again) == identities(documents)


def test_signs_that_xml_cannot_hold_survive_in_notes():
    rows = {"area": "lanzhou", "period": "2026-05", "item": "xm1_fai", "value": "1"}
    note = '{"text":"a\ufffe\uffff\\t\\u0001\u0085\u2028 b"}'
    documents = build_documents(PACK, PACK.forms["xm1"], pl.DataFrame([rows | {"note": note}]))
    assert identities(read_sdmx(PACK, ml_of(documents), "x.xml", as_of=AS_OF)) == identities(documents)
    assert identities(read_sdmx(PACK, csv_of(documents), "x.csv", as_of=AS_OF)) == identities(documents)


@pytest.mark.parametrize("form_id", FORMS)
def test_every_form_keeps_its_identity_in_xml(form_id):
    documents = [*whole(form_id), *whole(form_id, "nansha", scope="unstated"), *whole(form_id, sub_unit="u2")]
    again = read_sdmx(PACK, ml_of(documents), "x.xml", as_of=AS_OF)
    assert identities(again) == identities(documents)


def test_one_message_holds_returns_of_all_forms():
    documents = [document for form in FORMS for document in whole(form)]
    for body, name in ((csv_of(documents), "x.csv"), (ml_of(documents), "x.xml")):
        again = read_sdmx(PACK, body, name, as_of=AS_OF)
        assert identities(again) == identities(documents)
        assert {document.file_sha256 for document in again} == {again[0].file_sha256}


def test_the_bytes_are_the_same_whatever_the_order_of_the_returns():
    documents = [document for form in ("xm1", "xq1") for document in whole(form)]
    assert csv_of(documents) == csv_of(documents[::-1])
    assert ml_of(documents) == ml_of(documents[::-1])


def test_cells_lead_back_into_the_message():
    documents = whole("xm1")
    body = csv_of(documents)
    lines = [line.split(",") for line in body.decode().splitlines()]
    (again,) = read_sdmx(PACK, body, "x.csv", as_of=AS_OF)
    cell = again.cells["xm1_fai"]
    line, value = int(cell.cell[1:]), lines[0].index("OBS_VALUE")
    assert (cell.sheet, cell.cell[0]) == ("", "ABCDEFGHIJ"[value])
    assert lines[line - 1][lines[0].index("ITEM")] == "xm1_fai"
    (again,) = read_sdmx(PACK, ml_of(documents), "x.xml", as_of=AS_OF)
    assert again.cells["xm1_fai"].sheet == "DataSet[1]"
    count = int(again.cells["xm1_fai"].cell.removeprefix("Obs[").removesuffix("]"))
    rows = [line for line in ml_of(documents).decode().splitlines() if line.startswith("<Obs")]
    assert 'ITEM="xm1_fai"' in rows[count - 1]


@pytest.mark.parametrize("form_id", ["xm1", "xa1", "xq3", "xh1"])
def test_pysdmx_reads_the_same_observations(form_id):
    from pysdmx.io import read_sdmx as read_by_pysdmx

    documents = [*whole(form_id), *whole(form_id, "nansha")]
    ours = observations(PACK, [Return.of(document) for document in documents]).drop("STRUCTURE_ID").fill_null("")
    message = read_by_pysdmx(io.BytesIO(ml_of(documents)), validate=True)
    (data_set,) = message.data
    theirs = data_set.data.reindex(columns=ours.columns).fillna("").astype(str)
    assert theirs.to_dict("list") == ours.to_dict(as_series=False)
    (data_set,) = read_by_pysdmx(io.BytesIO(csv_of(documents))).data
    assert data_set.short_urn == f"Dataflow={names.flow_reference(PACK, form_id, 1)}"
    assert data_set.data["NOTE"].to_list() == ours["NOTE"].to_list()
    assert data_set.data["ITEM"].to_list() == ours["ITEM"].to_list()


@pytest.mark.parametrize("form_id", FORMS)
def test_sdmx1_reads_equal_observations(form_id):
    import sdmx

    documents = [*whole(form_id), *whole(form_id, "nansha")]
    structures = sdmx.read_sdmx(io.BytesIO(write_structure(PACK, [PACK.forms[form_id]], prepared=PREPARED)))
    structure = structures.structure[names.structure_id(form_id)]
    message = sdmx.read_sdmx(io.BytesIO(ml_of(documents)), structure=structure)
    read = {}
    for one in message.data[0].obs:
        key = tuple(str(one.key[name].value) for name in names.DIMENSIONS)
        read[key] = (
            str(one.value) if one.value is not None else None,
            {name: str(held.value) for name, held in one.attached_attribute.items()},
        )
    ours = observations(PACK, [Return.of(document) for document in documents])
    expected = {
        tuple(row[name] for name in names.DIMENSIONS): (
            row["OBS_VALUE"],
            {name: row[name] for name in names.ATTRIBUTES if row[name] is not None},
        )
        for row in ours.iter_rows(named=True)
    }
    assert read.keys() == expected.keys()
    for key, (value, attributes) in expected.items():
        assert read[key][1] == attributes
        assert (read[key][0] is None) == (value is None)
        if value is not None:
            assert same_value(read[key][0], value)


def same_value(theirs, ours):
    """Equal as text, or as the double that a reader may keep a decimal in."""
    return theirs == ours or float(Decimal(theirs)) == float(Decimal(ours))


def test_an_empty_value_is_no_value_and_nothing_is_invented():
    (document,) = whole("xm1")
    frame = observations(PACK, [Return.of(document)])
    absent = frame.filter(pl.col("OBS_STATUS") != "A")
    assert absent.height == 1
    assert absent["OBS_VALUE"].to_list() == [None]
    assert 'OBS_VALUE=""' not in ml_of([document]).decode()


def test_nothing_gives_an_empty_frame():
    assert observations(PACK, []).is_empty()


def test_a_rehearsal_is_marked_as_a_test_and_the_time_is_the_one_given():
    body = write_ml(PACK, [Return.of(whole("xm1")[0])], prepared=PREPARED, message_id="xm1", test=True).decode()
    assert "<mes:Test>true</mes:Test>" in body
    assert "<mes:Prepared>2026-11-25T08:00:00Z</mes:Prepared>" in body


def test_csv_needs_none_of_the_optional_packages():
    script = (
        "import sys, datetime as dt, polars as pl\n"
        "sys.modules.update(dict.fromkeys(['pysdmx', 'lxml', 'pandas'], None))\n"
        "from xinqu.policy.load import load_pack\n"
        "from xinqu.returns.bulk import build_documents\n"
        "from xinqu.returns.sdmx_read import read_sdmx\n"
        "from xinqu.returns.sdmx_write import Return, write_csv\n"
        "pack = load_pack()\n"
        "rows = [{'area': 'lanzhou', 'period': '2026-05', 'item': 'xm1_fai', 'value': '1'}]\n"
        "[document] = build_documents(pack, pack.forms['xm1'], pl.DataFrame(rows))\n"
        "body = write_csv(pack, [Return.of(document)])\n"
        "[again] = read_sdmx(pack, body, 'x.csv', as_of=dt.date(2026, 11, 1))\n"
        "print(again.content_sha256 == document.content_sha256)"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True"
