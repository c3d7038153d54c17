"""The open page of releases, its packages, and SDMX REST: what the public gets before and after the hour, read by sdmx1."""

import io
import xml.etree.ElementTree as ET

import jsonschema
import msgspec
import polars as pl
import pytest
from django.test import Client

import hands
from xinqu.policy.load import load_pack
from xinqu.reporting.open_data import safe_csv
from xinqu.returns import sdmx_names as names
from xinqu.spine import open_data, releases, signin
from xinqu.spine.pages import opening
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.periods import Period

PACK = load_pack()
AGENCY = names.agency(PACK)
FLOW = f"/sdmx/rehearsal/v2/data/dataflow/{AGENCY}/DF_XM1/~"
CSV, ML = "application/vnd.sdmx.data+csv;version=2.0.0", "application/vnd.sdmx.data+xml;version=3.0.0"
PASSWORD = "a long enough password"
ID = "monthly-2026-03"


def parsed(body: bytes) -> ET.Element:
    return ET.fromstring(body)  # noqa: S314 - our own answer


@pytest.fixture
def opened(tmp_path, monkeypatch):
    made = hands.workspace(tmp_path / "workspace")
    hands.accept(made, hands.upload())
    hands.accept(made, hands.upload("2026-02"), key=msgspec.structs.replace(hands.MARCH, period="2026-02"), day=11)
    for period in ("2026-02", "2026-03"):
        releases.prepare(made, hands.REALM, "monthly", period, account="ndrc.admin", clock=hands.at(12))
    monkeypatch.setenv("XINQU_HOME", str(made.dir))
    opening._kept.clear()
    return made


@pytest.fixture
def public(opened) -> Client:
    return Client(HTTP_HOST="127.0.0.1")


def publish(opened, period: str = "2026-03") -> None:
    releases.publish(
        opened, hands.REALM, f"monthly-{period}", account="ndrc.admin", second="ndrc.admin2", clock=hands.at(20)
    )


def signed_in(opened, account: str) -> Client:
    signin.set_password(opened, account, PASSWORD)
    client = Client(HTTP_HOST="127.0.0.1")
    assert client.login(username=account, password=PASSWORD)
    return client


def observations(client: Client, key: str = "*", **query: str) -> pl.DataFrame:
    answer = client.get(f"{FLOW}/{key}", query, HTTP_ACCEPT=CSV)
    assert answer.status_code == 200, answer.content
    return pl.read_csv(answer.content, infer_schema=False)


def test_before_the_hour_the_page_names_the_hour_and_gives_no_value_and_no_file(public):
    page = public.get("/en/rehearsal/open/releases/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "under embargo until 2026-04-16 10:00" in text
    assert "9000" not in text
    assert f"{ID}.zip" not in text
    assert public.get(f"/en/rehearsal/open/releases/{ID}.zip").status_code == 404
    assert public.get(f"{FLOW}/*", HTTP_ACCEPT=CSV).status_code == 404


def test_after_the_hour_everybody_takes_the_package_and_only_what_is_out_by_sdmx(opened, public):
    publish(opened)
    assert f"{ID}.zip" in public.get("/zh/rehearsal/open/releases/").content.decode()
    assert public.get(f"/zh/rehearsal/open/releases/{ID}.zip").content[:2] == b"PK"
    assert observations(public)["TIME_PERIOD"].unique().to_list() == ["2026-03"]
    assert "_simulated" in public.get(f"{FLOW}/*", HTTP_ACCEPT=CSV)["Content-Disposition"]


@pytest.mark.parametrize(
    ("account", "periods"),
    [
        (hands.CHECKER, 2),
        (hands.PROVINCE, 2),
        ("ndrc.admin", 2),
        ("cnao.auditor", 2),
        ("nansha.checker", 1),
        ("cn.reader", 1),
    ],
)
def test_an_owner_gets_the_embargoed_version_by_sdmx_and_others_do_not(opened, account, periods):
    publish(opened)
    assert observations(signed_in(opened, account))["TIME_PERIOD"].n_unique() == periods


def test_keys_filters_and_formats_choose(opened, public):
    publish(opened, "2026-02")
    publish(opened)
    one = observations(public, "M.lanzhou._T.xm1_output", **{"c[TIME_PERIOD]": "ge:2026-03"})
    assert one.select("OBS_VALUE", "ORIGIN").rows() == [("9000", "simulated")]
    assert observations(public, "*.*.*.xm1_output+xm1_sales", startPeriod="2026-02", endPeriod="2026-02").height == 2
    whole = public.get(f"{FLOW}/*", HTTP_ACCEPT=ML)
    assert whole["Content-Type"] == ML
    assert parsed(whole.content).tag.endswith("StructureSpecificData")


ERRORS = [
    (f"{FLOW}/*.nowhere.*.*", CSV, 404, "100"),
    (f"/sdmx/rehearsal/v2/data/dataflow/{AGENCY}/DF_NONE/~/*", CSV, 404, "100"),
    (f"/sdmx/rehearsal/v2/data/dataflow/{AGENCY}/DF_XM1/9.9.9/*", CSV, 404, "100"),
    ("/sdmx/rehearsal/v2/structure/dataflow/OTHER/DF_XM1", "*/*", 404, "100"),
    (f"{FLOW}/M.lanzhou", CSV, 400, "140"),
    (f"{FLOW}/*?c[TIME_PERIOD]=ge:soon", CSV, 400, "140"),
    (f"{FLOW}/*?nonsense=1", CSV, 400, "140"),
    ("/sdmx/rehearsal/v2/structure/hierarchy/*/*/*", "*/*", 400, "140"),
    (f"{FLOW}/*", "application/vnd.sdmx.data+json;version=2.0.0", 406, "150"),
    (f"{FLOW}/*", "application/vnd.sdmx.data+csv;version=1.0.0", 406, "150"),
    ("/sdmx/rehearsal/v2/structure/dataflow/*/*/*", "text/csv", 406, "150"),
]  # fmt: skip


@pytest.mark.parametrize(("url", "accept", "status", "code"), ERRORS)
def test_an_error_is_the_standards_message_in_both_languages(opened, public, url, accept, status, code):
    publish(opened)
    answer = public.get(url, HTTP_ACCEPT=accept)
    assert answer.status_code == status
    root = parsed(answer.content)
    assert root.tag.endswith("Error")
    assert root[0].get("code") == code
    assert len(root[0]) == 2


def test_nothing_can_be_written(public):
    assert public.post(f"{FLOW}/*").status_code == 405


def test_sdmx1_reads_structure_and_data_as_they_are_served(opened, public):
    sdmx = pytest.importorskip("sdmx")
    publish(opened)
    body = public.get(f"/sdmx/rehearsal/v2/structure/datastructure/{AGENCY}/DSD_XM1/~?references=all").content
    structure = sdmx.read_sdmx(io.BytesIO(body))
    dsd = structure.structure["DSD_XM1"]
    data = sdmx.read_sdmx(io.BytesIO(public.get(f"{FLOW}/*", HTTP_ACCEPT=ML).content), structure=dsd)
    values = {
        str(o.key["ITEM"].value): str(o.value) for o in data.data[0].obs if str(o.key["REF_AREA"].value) == "lanzhou"
    }
    assert {item: values[item] for item in ("xm1_output", "xm1_rev")} == {"xm1_output": "9000", "xm1_rev": "500"}
    assert len(values) == len(PACK.forms["xm1"].items)


@pytest.mark.parametrize("kind", ["codelist", "conceptscheme", "datastructure", "dataflow", "*"])
def test_structures_come_alone_or_with_what_they_rest_on(public, kind):
    alone = public.get(f"/sdmx/v2/structure/{kind}/{AGENCY}/*/~")
    assert alone.status_code == 200
    tags = {node.tag.rpartition("}")[2] for node in parsed(alone.content).iter() if node.get("agencyID")}
    assert len(tags) == (4 if kind == "*" else 1)
    as_json = public.get(f"/sdmx/v2/structure/{kind}/{AGENCY}/*/~", HTTP_ACCEPT="application/vnd.sdmx.structure+json")
    assert len(as_json.json()["data"]) == (4 if kind == "*" else 1)


def test_the_published_realm_needs_no_release(opened, public):
    page = public.get("/en/published/open/releases/")
    assert page.status_code == 200
    assert "all.zip" in page.content.decode()


# What https://datapackage.org/standard/data-package/ and /table-schema/ (2.0) demand, in our own words.
TEXT = {"type": "string", "minLength": 1}
PATH = {"type": "string", "pattern": r"^(?![/.~])(?!.*\.\.)[^\\]+$"}  # relative, never up
FIELD = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": TEXT, "type": {"enum": ["string", "number", "integer", "boolean", "date"]}},
}
SCHEMA = {
    "type": "object",
    "required": ["fields"],
    "properties": {
        "fields": {"type": "array", "minItems": 1, "items": FIELD},
        "missingValues": {"type": "array", "items": {"type": "string"}},
        "primaryKey": {"type": "array", "minItems": 1, "items": TEXT},
    },
}
RESOURCE = {
    "type": "object",
    "required": ["name", "path"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9._-]+$"},
        "path": PATH,
        "bytes": {"type": "integer"},
        "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        "schema": SCHEMA,
        "type": {"const": "table"},
    },
}
DATA_PACKAGE = {
    "type": "object", "required": ["resources"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": "^[a-z0-9._-]+$"},
        "resources": {"type": "array", "minItems": 1, "items": RESOURCE},
        "licenses": {"type": "array", "minItems": 1, "items": {"type": "object", "anyOf": [{"required": ["name"]}, {"required": ["path"]}]}},
        "contributors": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["title"]}},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    },
}  # fmt: skip


def test_the_descriptor_is_a_data_package_whose_tables_are_as_described(opened):
    publish(opened)
    built = open_data.build(opened, hands.REALM, ID)
    described = msgspec.json.decode(built.files["datapackage.json"])
    jsonschema.validate(described, DATA_PACKAGE)
    names_of = [resource["name"] for resource in described["resources"]]
    assert len(set(names_of)) == len(names_of)
    for resource in described["resources"]:
        body = built.files[resource["path"]]
        assert (resource["bytes"], resource["hash"]) == (len(body), f"sha256:{sha256_hex(body)}")
        if "schema" in resource:
            frame = pl.read_csv(body, infer_schema=False)
            assert [field["name"] for field in resource["schema"]["fields"]] == frame.columns
            assert frame.select(resource["schema"]["primaryKey"]).is_unique().all()


def test_text_that_a_spreadsheet_would_run_is_disarmed():
    frame = pl.DataFrame({"a": ["=1+1", "-5", "+3.5%", "@x", "plain"]})
    rows = safe_csv(frame).decode("utf-8-sig").splitlines()
    assert rows == ["a", "'=1+1", "-5", "+3.5%", "'@x", "plain"]


def test_the_catalogue_entry_names_each_file_its_licence_and_what_it_is(opened):
    publish(opened)
    built = open_data.build(opened, hands.REALM, ID)
    entry = msgspec.json.decode(built.files["dcat.jsonld"])
    assert entry["@type"] == "dcat:Dataset"
    assert {one["dct:title"] for one in entry["dcat:distribution"]} <= set(built.files)
    assert "simulated" in entry["dct:provenance"]["dct:description"]
    assert entry["dct:temporal"]["dcat:endDate"]["@value"] == Period.parse("2026-03").end.isoformat()
    assert {text["@language"] for text in entry["dct:title"]} == {"zh-Hans", "en"}
