"""The structures of a pack in SDMX: complete, valid by the standard's schemas, the same bytes each time, read by two."""

import datetime as dt
import hashlib
import io
import subprocess
import sys

import msgspec
import pytest
from lxml import etree

import xinqu.returns.sdmx_library as library_module
from xinqu.policy.load import load_pack
from xinqu.returns import sdmx_names as names
from xinqu.returns.document import UNSTATED
from xinqu.returns.sdmx_structure import code_lists, write_structure
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.truth import ValueState

PACK = load_pack()
FORMS = [form.id for form in PACK.area_forms]
PREPARED = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
STRUCTURE = "{http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure}"
COMMON = "{http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common}"


@pytest.fixture(scope="module")
def structure_ml() -> bytes:
    return write_structure(PACK, prepared=PREPARED)


def artefacts(message):
    return {artefact.short_urn: artefact for artefact in message.structures}


@pytest.mark.parametrize("form", ["ml", "json"])
def test_pysdmx_reads_every_structure_and_the_schema_of_the_standard_accepts_it(structure_ml, form):
    from pysdmx.io import read_sdmx

    body = structure_ml if form == "ml" else write_structure(PACK, prepared=PREPARED, form="json")
    found = artefacts(read_sdmx(io.BytesIO(body), validate=True))
    owner, version = names.agency(PACK), names.list_version(PACK)
    for area_form in PACK.area_forms:
        flow_version = names.flow_version(PACK, area_form.version)
        assert f"Dataflow={owner}:{names.flow_id(area_form.id)}({flow_version})" in found
        structure = found[f"DataStructure={owner}:{names.structure_id(area_form.id)}({flow_version})"]
        assert [one.id for one in structure.components.dimensions] == list(names.DIMENSIONS)
        assert [one.id for one in structure.components.measures] == [names.MEASURE]
        assert sorted(one.id for one in structure.components.attributes) == sorted(names.ATTRIBUTES)
        items = found[f"Codelist={owner}:{names.item_list(area_form.id)}({version})"]
        assert [code.id for code in items] == [item.code for item in area_form.items]
    assert len(found) == 2 * len(FORMS) + len(code_lists(PACK, PACK.area_forms)) + 1


def test_sdmx1_reads_the_same_code_lists_and_components(structure_ml):
    import sdmx

    message = sdmx.read_sdmx(io.BytesIO(structure_ml))
    for list_id, codes in code_lists(PACK, PACK.area_forms).items():
        read = message.codelist[list_id]
        assert {code.id: (str(code.name.localizations["en"]), code.name.localizations["zh"]) for code in read} == {
            code: (name.en, name.zh) for code, name in codes.items()
        }
    for form in FORMS:
        structure = message.structure[names.structure_id(form)]
        assert [one.id for one in structure.dimensions] == list(names.DIMENSIONS)
        assert [one.id for one in structure.attributes] == list(names.ATTRIBUTES)
        assert message.dataflow[names.flow_id(form)].structure is structure


def test_every_name_stands_in_both_languages(structure_ml):
    root = etree.fromstring(structure_ml)
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    named = [element for element in root.iter() if element.find(f"{COMMON}Name") is not None]
    lists = code_lists(PACK, PACK.area_forms)
    codes = sum(len(codes) for codes in lists.values())
    assert len(named) == len(lists) + codes + 1 + len(names.COMPONENTS) + 2 * len(FORMS)
    assert all([name.get(lang) for name in one.findall(f"{COMMON}Name")] == ["en", "zh"] for one in named)


def test_the_codes_cover_what_returns_may_hold():
    lists = code_lists(PACK, PACK.area_forms)
    assert set(names.STATUS_CODES) == set(ValueState)
    assert len(set(names.STATUS_CODES.values())) == len(ValueState)
    assert set(lists["CL_ORIGIN"]) == {origin.value for origin in Origin}
    assert set(lists["CL_SCOPE"]) == {*PACK.codelists["CL_SCOPE"], UNSTATED}
    assert {item.unit for form in PACK.area_forms for item in form.items} <= lists["CL_UNIT"].keys()
    assert len(lists["CL_SUB_UNIT"]) == 1 + len(names.sub_unit_codes(PACK))


def test_statuses_mean_what_the_cross_domain_list_says():
    # SDMX:CL_OBS_STATUS 2.x: A normal value; O missing value; M missing, data cannot exist; Q missing, suppressed
    assert names.STATUS_CODES[ValueState.REPORTED] == "A"
    assert names.STATUS_CODES[ValueState.MISSING] == "O"
    assert names.STATUS_CODES[ValueState.NOT_APPLICABLE] == "M"
    assert names.STATUS_CODES[ValueState.SUPPRESSED] == "Q"


def test_a_number_form_has_decimal_observations_and_one_with_codes_has_text(structure_ml):
    root = etree.fromstring(structure_ml)
    kinds = {
        structure.get("id"): structure.find(f".//{STRUCTURE}Measure//{STRUCTURE}TextFormat").get("textType")
        for structure in root.iter(f"{STRUCTURE}DataStructure")
    }
    assert kinds["DSD_XM1"] == "Decimal"
    assert kinds["DSD_XA1"] == "String"


@pytest.mark.parametrize("form", ["ml", "json"])
def test_the_bytes_depend_on_the_arguments_alone(form):
    script = (
        "import datetime as dt, hashlib\n"
        "from xinqu.policy.load import load_pack\n"
        "from xinqu.returns.sdmx_structure import write_structure\n"
        f"when = dt.datetime.fromisoformat('{PREPARED.isoformat()}')\n"
        f"print(hashlib.sha256(write_structure(load_pack(), prepared=when, form='{form}')).hexdigest())"
    )
    again = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    here = write_structure(PACK, prepared=PREPARED, form=form)
    assert again.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_another_pack_names_its_own_agency():
    other = msgspec.structs.replace(PACK, info=msgspec.structs.replace(PACK.info, id="norland", version="2026.1"))
    assert names.flow_reference(other, "xm1", 3) == "NORLAND:DF_XM1(3.202601.0)"
    assert names.list_version(other) == "2026.1.0"


def test_without_the_packages_it_says_what_to_install(monkeypatch):
    def absent(module):
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr(library_module.importlib, "import_module", absent)
    with pytest.raises(Refused) as caught:
        write_structure(PACK, prepared=PREPARED)
    assert [problem.code for problem in caught.value.problems] == ["XQ-SDMX-001"]
    assert "xinqu[sdmx]" in caught.value.problems[0].fix.en


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A:B(1.0)", ("dataflow", "A", "B", "1.0")),
        ("A.C:B(1.2.3): Label: more", ("dataflow", "A.C", "B", "1.2.3")),
        ("urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=A:B(1.0.0)", ("datastructure", "A", "B", "1.0.0")),
        ("A:B", None),
        ("", None),
    ],
)
def test_references_are_read_in_all_their_spellings(text, expected):
    reference = names.parse_reference(text, "dataflow")
    assert (reference and (reference.kind, reference.agency, reference.id, reference.version)) == expected
