"""The second pack holds, is shown, and each break planted in it is found with file and line."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from xinqu.cli.main import main
from xinqu.policy.check import check_pack
from xinqu.policy.load import load_pack
from xinqu.policy.show import show
from xinqu.returns.units import factor_to, offered_units
from xinqu.spine import policy
from xinqu.spine.init import init
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused

FOLDER = Path(__file__).parent / "pack"


def test_the_pack_holds():
    pack = load_pack(FOLDER)
    assert [problem.say("en") for problem in check_pack(pack)] == []
    assert (len(pack.areas), len(pack.forms), len(pack.items), len(pack.checks), len(pack.indicators)) == (
        3,
        2,
        11,
        8,
        4,
    )
    assert sum(len(parameter.versions) == 2 for parameter in pack.parameters.values()) == 2
    assert {instrument.shape for instrument in pack.instruments.values()} == {"dated_register", "case_with_clock"}


def test_the_commands_take_its_folder(capsys):
    assert main(["policy", "check", str(FOLDER), "--lang", "en"]) == 0
    assert "all proofs hold" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "said"),
    [("4", "throughput"), ("T1", "teu_per_quay_m"), ("dredging", "permits"), ("hq_r02", "delay_jump_max")],
)
def test_it_is_shown(what, said):
    lines = show(load_pack(FOLDER), what, on=None, lang="en")
    assert said in "\n".join(lines)


def test_a_number_is_shown_as_it_was_on_a_day():
    pack = load_pack(FOLDER)
    then, now = (show(pack, "delay_jump_max", on=day, lang="en") for day in (dt.date(2022, 1, 1), dt.date(2024, 1, 1)))
    assert "value=3" in "\n".join(then)
    assert "value=2" in "\n".join(now)


BREAKS = {
    "legal number as a literal": ("checks/hq.yaml", "param('delay_jump_max')", "2.5", "XQ-POLICY-055"),
    "unit factor ten times too large": ("indicators/all.yaml", "1000.0 * hq_dues", "10000.0 * hq_dues", "XQ-POLICY-056"),
    "own unit redefined": ("codelists/all.yaml", "factor: 1000 crown", "factor: 100 crown", "XQ-POLICY-056"),
    "own unit without definition": ("codelists/all.yaml", "factor: 1 teu", "factor: a box", "XQ-POLICY-058"),
    "known unit of another size": ("codelists/all.yaml", "factor: 1000000 m2", "factor: 100000 m2", "XQ-POLICY-059"),
    "citation removed": ("parameters/all.yaml", "document: Norland Order 2020:41, clause: s. 2", "document: '', clause: s. 2", "XQ-POLICY-020"),
    "sentence that nobody serves": ("measures/act.yaml", "id: s9.1", "id: s9.3", "XQ-POLICY-010"),
    "unknown rule of a matter": ("major_matters.yaml", "rule: red_in_a_row", "rule: three_red", "XQ-POLICY-001"),
    "parameter of a matter": ("major_matters.yaml", "parameter: quarters_red", "parameter: quarters", "XQ-POLICY-027"),
    "organisation that files": ("forms/hq.yaml", "reporting_org: '{area}.office'", "reporting_org: '{area}.desk'", "XQ-POLICY-027"),
    "province of an area": ("areas/vestnes.yaml", "province_org: county_west", "province_org: county_north", "XQ-POLICY-027"),
    "region in no peer group": ("codelists/all.yaml", "members: [N, S, W]", "members: [N, S]", "XQ-POLICY-027"),
    "event of a return's life": ("event_types.yaml", "type: return.accepted", "type: return.taken", "XQ-POLICY-027"),
    "role that grants roles": ("permissions.yaml", "data_class: account, action: grant", "data_class: account, action: give", "XQ-POLICY-027"),
    "coverage of a framework": ("parameters/all.yaml", "id: framework_coverage_min", "id: coverage_min", "XQ-POLICY-027"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code"), BREAKS.values(), ids=BREAKS.keys())
def test_a_break_is_found_with_file_and_line(tmp_path, name, old, new, code):
    folder = shutil.copytree(FOLDER, tmp_path / "pack")
    source = (folder / name).read_text(encoding="utf-8")
    assert old in source
    (folder / name).write_text(source.replace(old, new, 1), encoding="utf-8")
    try:
        problems = check_pack(load_pack(folder))
    except Refused as refused:
        problems = list(refused.problems)
    found = [problem for problem in problems if problem.code == code]
    assert found, [problem.say("en") for problem in problems]
    assert all(problem.where.file and problem.where.line for problem in found)


def test_a_pack_may_name_difficulties_of_its_own(tmp_path):
    """Named without its ladder, each missing part is told; nothing falls back on the first pack's."""
    folder = shutil.copytree(FOLDER, tmp_path / "pack")
    (folder / "pack.yaml").open("a", encoding="utf-8").write("difficulties: dredging\n")
    told = {problem.what.en for problem in check_pack(load_pack(folder))}
    assert told == {"the pack lacks the code list CL_RUNG"}


def test_units_of_the_pack_convert_exactly_and_things_counted_do_not():
    pack = load_pack(FOLDER)
    assert factor_to(pack, entered="克朗", declared="k_crown") * 1000 == 1
    assert factor_to(pack, entered="thousand crowns", declared="crown") == 1000
    assert factor_to(pack, entered="teu", declared="quay_m") is None
    assert factor_to(pack, entered="%", declared="count") is None
    assert offered_units(pack, "k_crown") == ["千克朗", "克朗"]


def test_the_first_day_of_a_workspace_may_be_under_it(tmp_path):
    """``init --policy`` and ``policy adopt`` are all that another country needs; the first pack is never in force."""
    pack = load_pack(FOLDER)
    day = init(tmp_path / "norland", administrators=["chief.one", "chief.two"], policy=FOLDER)
    assert day.organisations == len(pack.organisations)
    chief = policy.administrator(day.workspace, "chief.one", realm=Realm.OFFICIAL, pack=pack)
    assert (chief.role, chief.organisation) == ("port_desk", "ports")
    policy.adopt(day.workspace, Realm.OFFICIAL, chief, second="chief.two", folder=FOLDER)
    assert policy.adopted(day.workspace, Realm.OFFICIAL).sha256 == pack.sha256
    assert policy.administrator(day.workspace, "chief.two", realm=Realm.OFFICIAL).role == "port_desk"
