"""A form with an earlier version: old templates are mapped or refused by name, renamed items go on, redefined ones break."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

from xinqu.cli.main import main
from xinqu.engines.context import build_context
from xinqu.engines.facts import rows_to_facts
from xinqu.expressions.parse import parse
from xinqu.policy import form_versions
from xinqu.policy.check import check_pack
from xinqu.policy.diff import diff
from xinqu.policy.load import load_pack
from xinqu.policy.show import show
from xinqu.returns.csv_write import write_csv_return
from xinqu.returns.document import Header
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook
from xinqu.validation.run import validate
from xinqu.vocabulary.problem import Refused

FOLDER = Path(__file__).parent / "pack"
AS_OF = dt.date(2025, 4, 1)
LAST_DAY = dt.date(2024, 6, 30)  # of version 1
CHANGES = """
next:
- {what: renamed, old: hq_dues, new: hq_fees, factor: '1000', note: {zh: 改以克朗计, en: told in crowns}}
- {what: redefined, old: hq_delay, note: {zh: 延误自一小时起算，原为两小时, en: a delay begins after one hour instead of two}}
- {what: removed, old: hq_calls, note: {zh: 改由港务年报报送, en: moved to the annual form}}
- {what: added, new: hq_ice}
"""
OLD = {
    "hq_teu": "1000",
    "hq_teu_in": "600",
    "hq_teu_out": "400",
    "hq_dues": "50",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Norland's pack whose quarterly form got a second version on 1 July 2024."""
    made = shutil.copytree(FOLDER, tmp_path_factory.mktemp("versions") / "pack")
    path = made / "forms" / "hq.yaml"
    text = path.read_text(encoding="utf-8")
    head, items = text.split("items:\n")
    (made / "form_versions").mkdir()
    (made / "form_versions" / "hq_1.yaml").write_text(
        f"id: hq@1\nform: hq\nversion: 1\nvalid_to: {LAST_DAY}\ncitation: Norland Act 2020:12 s. 4\n"
        f"status: product_policy\nitems:\n{items}{CHANGES}",
        encoding="utf-8",
    )
    kept = [line for line in items.splitlines() if "hq_calls" not in line]
    renamed = [
        line.replace("hq_dues", "hq_fees").replace("Harbour dues", "Harbour fees").replace("k_crown", "crown")
        for line in kept
    ]
    ice = "- {code: hq_ice, name: {zh: 冰封天数, en: Days of ice}, type: integer, unit: count, min: '0'}"
    path.write_text(f"{head}version: 2\nitems:\n" + "\n".join([*renamed, ice]) + "\n", encoding="utf-8")
    for path in made.rglob("*.yaml"):
        if path.parent.name not in {"forms", "form_versions"}:
            body = path.read_text(encoding="utf-8")
            path.write_text(body.replace("1000.0 * hq_dues", "hq_fees"), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def pack(folder):
    return load_pack(folder)


def upload(values, period, version):
    rows = [
        {"item": i, "value": v, "state": "reported", "half_digit": "0", "scope": "H1", "origin": "reported", "note": ""}
        for i, v in values.items()
    ]
    header = Header(form="hq", form_version=version, area="eastvik", period=period, scope="H1")
    return write_csv_return(header, rows)


def read(pack, values, period, version):
    return read_return(pack, upload(values, period, version), "hq.csv", as_of=AS_OF)


def facts_of(pack, *documents):
    rows = pl.concat(
        document.rows.with_columns(
            area=pl.lit("eastvik"), sub_unit=pl.lit(""), period=pl.lit(document.header.period),
            submission=pl.lit(document.content_sha256), event=pl.lit(number, pl.Int64),
        ).drop("note")
        for number, document in enumerate(documents, start=1)
    )  # fmt: skip
    return {"hq": rows_to_facts(pack, "hq", rows)}


def test_the_pack_with_two_versions_holds_and_the_period_picks_the_version(pack):
    assert check_pack(pack) == []
    assert form_versions.on(pack, "hq", LAST_DAY).version == 1
    assert form_versions.on(pack, "hq", LAST_DAY + dt.timedelta(days=1)).version == 2
    assert [item.code for item in form_versions.on(pack, "hq", LAST_DAY).items][3:5] == ["hq_dues", "hq_calls"]


def test_an_old_template_is_mapped_and_says_so_at_each_value(pack):
    document = read(pack, OLD, "2024-Q3", version=1)
    assert document.header.form_version == 2
    assert document.values() == {"hq_teu": "1000", "hq_teu_in": "600", "hq_teu_out": "400", "hq_fees": "50000"}
    assert document.mapped == ("hq@1 hq_dues -> hq@2 hq_fees",)
    note = document.rows.filter(item="hq_fees")["note"][0]
    assert note == '{"form_mapping":"hq@1 hq_dues -> hq@2 hq_fees"}'
    assert document.cells["hq_fees"].cell
    assert set(document.rows["item"]) == {item.code for item in pack.forms["hq"].items}


@pytest.mark.parametrize(
    ("item", "said"),
    [("hq_delay", "a delay begins after one hour instead of two"), ("hq_calls", "moved to the annual form")],
)
def test_an_old_template_with_a_redefined_or_removed_value_is_refused_naming_why(pack, item, said):
    with pytest.raises(Refused) as caught:
        read(pack, OLD | {item: "7"}, "2024-Q3", version=1)
    (problem,) = caught.value.problems
    assert problem.code == "XQ-RETURN-038"
    assert f"hq@1 {item}" in problem.what.en
    assert said in problem.why.en
    assert problem.where.cell


def test_a_later_template_than_the_periods_is_refused(pack):
    with pytest.raises(Refused) as caught:
        read(pack, {"hq_teu": "5"}, "2024-Q2", version=2)
    assert [problem.code for problem in caught.value.problems] == ["XQ-RETURN-012"]


def test_an_earlier_period_is_filed_and_kept_on_its_own_version(pack):
    document = read(pack, OLD | {"hq_calls": "20", "hq_delay": "8"}, "2024-Q2", version=1)
    assert document.header.form_version == 1
    assert document.mapped == ()
    assert document.values()["hq_dues"] == "50"
    assert document.cells["hq_fees"] == document.cells["hq_dues"]  # findings name today's codes


def test_renamed_items_go_on_and_redefined_ones_are_a_series_break(pack):
    before = read(pack, OLD | {"hq_calls": "20", "hq_delay": "8"}, "2024-Q2", version=1)
    after = read(
        pack, {"hq_teu": "1500", "hq_teu_in": "900", "hq_teu_out": "600", "hq_fees": "80000", "hq_delay": "9"},
        "2024-Q3", version=2,
    )  # fmt: skip
    facts = facts_of(pack, before, after)
    wanted = [parse("hq_fees > prev(hq_fees)"), parse("hq_delay > prev(hq_delay)"), parse("hq_ice >= 0")]
    row = build_context(pack, facts, "hq", wanted).filter(period="2024-Q3").row(0, named=True)
    assert row["prev(hq_fees)"] == 50_000
    assert row["prev(hq_delay)"] is None
    assert row["prev(hq_delay)#why"] == "series_break"
    assert facts["hq"].filter(period="2024-Q2")["hq_ice#state"].to_list() == ["not_due"]
    said = validate(pack, facts, "hq").findings.filter(period="2024-Q3", check="hq_r02")
    assert said["reason"].to_list() == ["series_break"]
    earlier = validate(pack, facts, "hq").findings.filter(period="2024-Q2", verdict="false")
    assert earlier.is_empty()  # an item that was not asked for then is not missing


def test_the_exported_form_is_that_of_the_period(pack):
    for period, version in (("2024-Q2", "1"), ("2024-Q3", "2")):
        form = form_versions.on(pack, "hq", LAST_DAY if version == "1" else AS_OF)
        body = export_workbook(pack, form, area="eastvik", period=period)
        document_form = read_problem_codes(pack, body)
        assert document_form == {"XQ-RETURN-001"} or not document_form


def read_problem_codes(pack, body):
    try:
        read_return(pack, body, "hq.xlsx", as_of=AS_OF)
    except Refused as refused:
        return {problem.code for problem in refused.problems}
    return set()


def test_show_and_diff_tell_what_changed(pack):
    lines = "\n".join(show(pack, "hq@1", on=None, lang="en"))
    assert "what=renamed  old=hq_dues  new=hq_fees  factor=1000" in lines
    assert "a delay begins after one hour instead of two" in lines
    changes = {(change.kind, change.id, change.what) for change in diff(load_pack(FOLDER), pack)}
    assert ("form_versions", "hq@1", "added") in changes
    assert ("forms", "hq", "changed") in changes


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ("- {what: removed, old: hq_calls", "hq_calls is gone"),
        ("- {what: added, new: hq_ice", "hq_ice is new and not declared"),
        (", factor: '1000'", "another unit needs a factor"),
        (
            ", note: {zh: 延误自一小时起算，原为两小时, en: a delay begins after one hour instead of two}",
            "the note must say how",
        ),
    ],
)
def test_a_difference_that_is_not_declared_is_found(folder, tmp_path, cut, said, capsys):
    broken = shutil.copytree(folder, tmp_path / "pack")
    path = broken / "form_versions" / "hq_1.yaml"
    lines = path.read_text(encoding="utf-8")
    assert cut in lines
    changed = "\n".join(
        line.replace(cut, "") if not cut.startswith("- ") else ("" if line.startswith(cut) else line)
        for line in lines.splitlines()
    )
    path.write_text(changed, encoding="utf-8")
    assert main(["policy", "check", str(broken), "--lang", "en"]) == 1
    told = capsys.readouterr()
    assert "XQ-POLICY-064" in told.out + told.err
    assert said in told.out + told.err
