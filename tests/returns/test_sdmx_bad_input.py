"""Spoilt SDMX messages: each refused with one clear problem at its place, nothing half-read; tolerable ones are read."""

import datetime as dt
import os
import re
from pathlib import Path

import polars as pl
import pytest
from return_files import AS_OF

from xinqu.policy.load import load_pack
from xinqu.returns.bulk import build_documents
from xinqu.returns.sdmx_message import read_message
from xinqu.returns.sdmx_read import read_sdmx
from xinqu.returns.sdmx_write import Return, write_csv, write_ml
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.problem import Refused

PACK = load_pack()
PREPARED = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)


def _documents():
    items = [item.code for item in PACK.forms["xm1"].items]
    rows = [
        {"area": "lanzhou", "period": "2026-03", "item": code, "value": str(1000 + n)} for n, code in enumerate(items)
    ]
    rows[5] |= {"value": None, "state": "not_applicable", "note": '{"text":"无"}'}
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("area", "period", "item", "value", "state", "note"), pl.String))
    return build_documents(PACK, PACK.forms["xm1"], frame, scope="S5")


DOCUMENTS = _documents()
CSV = write_csv(PACK, [Return.of(DOCUMENTS[0])])
ML = write_ml(PACK, [Return.of(DOCUMENTS[0])], prepared=PREPARED, message_id="T")


def problems(body, name):
    with pytest.raises(Refused) as caught:
        read_sdmx(PACK, body, name, as_of=AS_OF)
    found = caught.value.problems
    assert all(p.what.zh and p.what.en and p.why.zh and p.why.en and p.fix.zh and p.fix.en for p in found)
    assert all(p.where.file == name for p in found)
    return found


def replaced(body, old, new, count=-1):
    assert old in body
    return body.replace(old, new, count)


# what was done to the message, in CSV, in XML, the code, words of the English text
SPOILT = [
    ("unknown item", (b"xm1_elec,", b"xm1_zzz,"), (b'"xm1_elec"', b'"xm1_zzz"'), "XQ-RETURN-018", "xm1_zzz"),
    ("unknown area", (b"lanzhou", b"lanzhuo"), (b"lanzhou", b"lanzhuo"), "XQ-RETURN-019", "lanzhuo"),
    ("no area", (b"lanzhou", b""), (b'REF_AREA="lanzhou" ', b""), "XQ-SDMX-007", "REF_AREA"),
    ("unknown sub-unit", (b"_T", b"nansha-u1"), (b"_T", b"nansha-u1"), "XQ-SDMX-009", "nansha-u1"),
    ("period to come", (b"2026-03", b"2027-03"), (b"2026-03", b"2027-03"), "XQ-RETURN-022", "2027-03"),
    ("other frequency", (b"2026-03", b"2026-Q1"), (b"2026-03", b"2026-Q1"), "XQ-RETURN-020", "2026-Q1"),
    ("no period", (b"2026-03", b"2026-13"), (b"2026-03", b"March"), "XQ-RETURN-020", "does not fit"),
    ("January of xm1", (b"2026-03", b"2026-01"), (b"2026-03", b"2026-01"), "XQ-RETURN-021", "2026-01"),
    ("wrong FREQ", (b",M,lanzhou", b",Q,lanzhou"), (b'FREQ="M"', b'FREQ="Q"'), "XQ-SDMX-009", "FREQ"),
    ("wrong dataflow", (b"DF_XM1", b"DF_XM9"), (b"DF_XM1", b"DF_XM9"), "XQ-SDMX-003", "DF_XM9"),
    ("wrong agency", (b"GUOBANFA_2019_58:", b"ECB:"), (b"GUOBANFA_2019_58:", b"ECB:"), "XQ-SDMX-003", "ECB:DF_XM1"),
    ("wrong version", (b"(1.", b"(2."), (b"(1.", b"(2."), "XQ-SDMX-004", "version 2."),
    ("other form version", (b",1,regular", b",2,regular"), (b'VERSION="1"', b'VERSION="2"'), "XQ-RETURN-012", "version 2"),
    ("deletes", (b",I,", b",D,"), (b'"Information"', b'"Delete"'), "XQ-SDMX-005", "can't be deleted"),
    ("two kinds", (b"regular", b"backfill"), (b"regular", b"backfill"), "XQ-SDMX-011", "RETURN_KIND"),
    ("no number", (b"1020,", b"12x,"), (b'"1020"', b'"12x"'), "XQ-RETURN-015", "12x"),
    ("not a number though reported", (b"1020,A", b"NaN,A"), (b'"1020"', b'"NaN"'), "XQ-RETURN-016", "NaN"),
    ("value of an absent one", (b"1020,A", b"1020,O"), (b'"1020" OBS_STATUS="A"', b'"1020" OBS_STATUS="O"'), "XQ-RETURN-025", "1020"),
    ("unknown status", (b"1020,A", b"1020,ZZ"), (b'"1020" OBS_STATUS="A"', b'"1020" OBS_STATUS="ZZ"'), "XQ-SDMX-009", "ZZ"),
    ("unit that can't be converted", (b"1020,A,wan_kwh", b"1020,A,km2"), (b'"A" UNIT_MEASURE="wan_kwh"', b'"A" UNIT_MEASURE="km2"'), "XQ-RETURN-014", "km2"),
    ("unknown scope", (b"wan_kwh,S5", b"wan_kwh,S9"), (b' SCOPE="S5"', b' SCOPE="S9"'), "XQ-RETURN-027", "S9"),
    ("not applicable without reason", (b'"{""text"":""' + "无".encode() + b'""}"', b""), (b' NOTE="{&quot;text&quot;:&quot;' + "无".encode() + b'&quot;}"', b""), "XQ-RETURN-026", "reason"),
    ("security marking", ("无".encode(), "机密".encode()), ("无".encode(), "机密".encode()), "XQ-RETURN-007", "机密"),
    ("another component", (b"RETURN_SCOPE", b"COLOUR"), (b"RETURN_SCOPE", b"COLOUR"), "XQ-SDMX-008", "COLOUR"),
]  # fmt: skip
ONCE = {"two kinds", "unit that can't be converted", "unknown scope"}


@pytest.mark.parametrize("kind", ["csv", "xml"])
@pytest.mark.parametrize("case", SPOILT, ids=[case[0] for case in SPOILT])
def test_each_fault_is_one_clear_problem(case, kind):
    name, csv_change, ml_change, code, words = case
    body, change = (CSV, csv_change) if kind == "csv" else (ML, ml_change)
    found = problems(replaced(body, *change, 1 if name in ONCE else -1), f"x.{kind}")
    assert [problem.code for problem in found] == [code], [problem.say("en") for problem in found]
    assert words in found[0].say("en")
    assert code == "XQ-RETURN-007" or found[0].where.cell


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "XQ-RETURN-001"),
        (b"<a>", "XQ-SDMX-002"),
        (b"no,sdmx\n1,2\n", "XQ-SDMX-002"),
        (b"PK\x03\x04\x00\x00\x00", "XQ-RETURN-008"),
        (CSV.splitlines()[0] + b"\n", "XQ-SDMX-010"),
        (CSV.replace(b"dataflow,", b"dataflow;", 3), "XQ-SDMX-002"),
        (CSV + b"dataflow,GUOBANFA", "XQ-SDMX-002"),
        (CSV.replace(b":DF_XM1(", b" DF_XM1("), "XQ-SDMX-002"),
        (CSV.replace(b",I,", b",X,"), "XQ-SDMX-006"),
        (CSV.decode().encode("utf-16"), "XQ-RETURN-008"),
        (ML[:-40], "XQ-SDMX-002"),
        (ML.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1), "XQ-RETURN-005"),
        (ML.replace(b"<Obs ", b"<Obz ", 1), "XQ-SDMX-002"),
        (ML.replace(b"/>\n</mes:DataSet>", b"><Comp id='NOTE'/></Obs></mes:DataSet>"), "XQ-SDMX-002"),
        (ML.replace(b"<Obs ", b"<Atts FREQ='M'/><Obs ", 1), "XQ-SDMX-002"),
        (ML.replace(b'structureRef="S1"', b'structureRef="S9"'), "XQ-SDMX-002"),
        (ML.replace(b"v3_0", b"v2_1"), "XQ-SDMX-002"),
        (b"x" * (16 * 2**20 + 1), "XQ-RETURN-002"),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_once(body, code):
    found = problems(body, "x.dat")
    assert len(found) == 1
    assert found[0].code == code or code == "XQ-RETURN-002"
    assert found[0].code.startswith(("XQ-SDMX-", "XQ-RETURN-00"))


def test_an_item_that_stands_twice_is_refused():
    line = next(line for line in CSV.splitlines(keepends=True) if b",xm1_elec," in line)
    (found,) = problems(CSV + line, "x.csv")
    assert found.code == "XQ-RETURN-017"


def test_a_data_set_that_deletes_everything_is_refused_beside_a_good_one():
    head, rest = ML.split(b"<mes:DataSet", 1)
    opening = b"<mes:DataSet" + rest.split(b">", 1)[0].replace(b"Information", b"Delete") + b"/>"
    (found,) = problems(head + opening + b"<mes:DataSet" + rest, "x.xml")
    assert found.code == "XQ-SDMX-005"


def test_a_marking_written_in_character_references_is_found():
    (found,) = problems(ML.replace("无".encode(), b"&#26426;&#23494;"), "x.xml")
    assert found.code == "XQ-RETURN-007"


def test_faults_of_several_returns_come_all_at_once():
    second = CSV.replace(b"2026-03", b"2026-04").replace(b"1020,A", b"zz,A").split(b"\n", 1)[1]
    found = problems(CSV.replace(b"1020,A", b"12x,A") + second, "x.csv")
    assert [problem.code for problem in found] == ["XQ-RETURN-015"] * 2


@pytest.mark.parametrize("action", ["A", "M", "R", "I", "i", ""])
def test_all_other_actions_are_taken(action):
    (document,) = read_sdmx(PACK, CSV.replace(b",I,", f",{action},".encode()), "x.csv", as_of=AS_OF)
    assert document.content_sha256 == DOCUMENTS[0].content_sha256


@pytest.mark.parametrize("action", ["Append", "Merge", "Replace", "Information"])
def test_all_other_actions_are_taken_in_xml(action):
    (document,) = read_sdmx(PACK, ML.replace(b'"Information"', f'"{action}"'.encode()), "x.xml", as_of=AS_OF)
    assert document.content_sha256 == DOCUMENTS[0].content_sha256


def _other_spellings():
    lines = CSV.decode().splitlines()
    yield "semicolons", "\n".join(line.replace(",", ";") for line in lines if "{" not in line).encode(), False
    yield "byte order mark and CRLF", b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n"), True
    yield "reporting month", CSV.replace(b"2026-03", b"2026-M03"), True
    yield (
        "no own attributes",
        "\n".join(",".join(line.split(",")[:11]) for line in lines if "{" not in line).encode(),
        False,
    )
    yield (
        "data structure in place of dataflow",
        CSV.replace(b"dataflow", b"datastructure").replace(b"DF_", b"DSD_"),
        True,
    )
    yield (
        "labels",
        CSV.replace(b"lanzhou,", b"lanzhou: Lanzhou New Area,").replace(b",REF_AREA", b",REF_AREA: Area"),
        True,
    )
    yield "older pack, same form", CSV.replace(b"(1.202611.2)", b"(1.202601.0)"), True
    yield "NaN where there is none", CSV.replace(b",,M,", b",NaN,M,"), True
    yield "SDMX-CSV 1.0", _version_one(lines), True
    yield "exponent", CSV.replace(b"1020,A", b"1.02E3,A"), True


def _version_one(lines):
    head, *rows = lines
    rows = [row.replace("dataflow,", "", 1).replace(",I,", ",", 1) for row in rows]
    return "\n".join([head.replace("STRUCTURE,STRUCTURE_ID,ACTION", "DATAFLOW"), *rows]).encode()


@pytest.mark.parametrize(
    ("name", "body", "same"), list(_other_spellings()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_other_spellings_of_the_same_message_are_read(name, body, same):
    (document,) = read_sdmx(PACK, body, "x.csv", as_of=AS_OF)
    assert document.reported.height == 23
    assert (document.content_sha256 == DOCUMENTS[0].content_sha256) is same


def test_series_are_read_as_flat_observations_are():
    head, rest = ML.decode().split(">\n<Obs ", 1)
    observations = ("<Obs " + rest).split("</mes:DataSet>")[0].splitlines()
    series = [
        line.replace("<Obs FREQ=", "<Series FREQ=").replace(' TIME_PERIOD="2026-03"', '><Obs TIME_PERIOD="2026-03"')
        + "</Series>"
        for line in observations
    ]
    body = head + ">\n" + "\n".join(series) + "</mes:DataSet></mes:StructureSpecificData>"
    (document,) = read_sdmx(PACK, body.encode(), "x.xml", as_of=AS_OF)
    assert document.content_sha256 == DOCUMENTS[0].content_sha256


def test_the_realm_makes_values_no_better():
    (document,) = read_sdmx(PACK, CSV, "x.csv", as_of=AS_OF, origin=Origin.SIMULATED)
    assert set(document.rows["origin"]) == {"simulated"}


def test_a_closed_period_takes_no_regular_return():
    with pytest.raises(Refused) as caught:
        read_sdmx(PACK, CSV, "x.csv", as_of=AS_OF, is_closed=lambda *_: True)
    assert [problem.code for problem in caught.value.problems] == ["XQ-RETURN-023"]
    (document,) = read_sdmx(PACK, CSV.replace(b"regular", b"backfill"), "x.csv", as_of=AS_OF, is_closed=lambda *_: True)
    assert document.header.kind == "backfill"


SHARED = Path(os.environ.get("XINQU_SHARED") or Path(__file__).parents[2].parent / "shared") / "data/sdmx/pysdmx"
needs_samples = pytest.mark.skipif(not SHARED.is_dir(), reason=f"sample messages are not at {SHARED}; set XINQU_SHARED")
# file -> (parts, kind of the first, what it holds); counted in the files with grep and an XML parser, not by this code
READ = {
    "csv__sdmx10__reader__data_v1.csv": (1, "data", 1000),
    "csv__sdmx20__reader__csv_labels_both.csv": (1, "data", 1),
    "csv__sdmx20__reader__data_v2.csv": (1, "data", None),
    "csv__sdmx20__reader__data_v2_action_col.csv": (1, "data", None),
    "samples__datastructure_descendants.xml": (None, "AgencyScheme", None),
    "xml__sdmx21__reader__dataflow.xml": (1, "data", None),
    "xml__sdmx21__reader__estat_metadata.xml": (None, "Codelist", None),
    "xml__sdmx21__reader__gen_ser.xml": (1, "data", None),
    "xml__sdmx21__reader__generic_dataser_groups.xml": (1, "data", None),
    "xml__sdmx21__reader__str_ser_group.xml": (1, "data", None),
    "xml__sdmx30__reader__conceptscheme.xml": (1, "ConceptScheme", None),
    "xml__sdmx30__reader__datastructure_group.xml": (1, "DataStructure", None),
    "xml__sdmx30__writer__read_datastructure_sample.xml": (None, "AgencyScheme", None),
    "xml__sdmx31__reader__ECB_EXR_metadata.xml": (1, "DataStructure", None),
}
NEGATIVE = [
    "csv__sdmx20__reader__data_v2_three_actions.csv",  # deletes, replaces and informs in one file
    "json__sdmxjson2__deser__dsd__dsd_two_cubes.json",  # SDMX-JSON 1.0
    "samples__bis_der.json",  # its agencies bear links that the standard's own schema refuses
    "LICENSE",
]


@needs_samples
@pytest.mark.parametrize("name", READ)
def test_messages_of_others_are_read(name):
    body = (SHARED / name).read_bytes()
    contents = read_message(body, name)
    parts, kind, count = READ[name]
    assert contents[0].kind == kind
    assert parts in {None, len(contents)}
    text = body.decode("utf-8-sig")
    if kind == "data":
        lines = len(text.strip().splitlines()) - 1
        expected = count or (len(re.findall(r"<(?:\w+:)?Obs[ >/]", text)) if name.endswith(".xml") else lines)
        assert sum(one.count for one in contents) == expected


@needs_samples
@pytest.mark.parametrize("name", NEGATIVE)
def test_negative_messages_are_refused_with_one_problem(name):
    with pytest.raises(Refused) as caught:
        read_message((SHARED / name).read_bytes(), name)
    assert [problem.code for problem in caught.value.problems] == ["XQ-SDMX-002"]
    assert caught.value.problems[0].why.en


@needs_samples
@pytest.mark.parametrize("name", [name for name in READ if name.endswith(".csv")])
def test_data_of_others_are_no_returns(name):
    (found,) = problems((SHARED / name).read_bytes(), name)
    # the sample with actions has one cell fewer in each line than in its head: pandas shifts it silently, we say so
    assert found.code == ("XQ-SDMX-002" if "action_col" in name else "XQ-SDMX-003")


@needs_samples
def test_mixed_actions_with_a_deletion_are_refused_for_the_deletion():
    name = NEGATIVE[0]
    (found,) = problems((SHARED / name).read_bytes(), name)
    assert found.code == "XQ-SDMX-005"


def test_a_message_that_looks_like_an_address_is_not_fetched():
    with pytest.raises(Refused) as caught:
        read_message(b"http://127.0.0.1:9/figures", "x.txt")
    assert caught.value.problems[0].code == "XQ-SDMX-002"
