"""`policy check`: the pack holds, and each planted break is found with file and line."""

import re
import shutil

import pytest

from xinqu.cli.main import main
from xinqu.policy.check import check_pack
from xinqu.policy.load import DEFAULT_PACK, load_pack
from xinqu.vocabulary.problem import Refused


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DEFAULT_PACK, tmp_path / "pack")


def _edit(folder, name, old, new, count=1):
    path = folder / name
    source = path.read_text(encoding="utf-8")
    assert old in source, f"{old!r} is not in {name}"
    path.write_text(source.replace(old, new, count), encoding="utf-8")


def _faults(folder):
    try:
        return check_pack(load_pack(folder))
    except Refused as refused:
        return list(refused.problems)


def test_the_pack_holds():
    assert check_pack(load_pack()) == []


def test_counts_are_those_of_the_design():
    """DESIGN section 4: 92 instruments (739 fields, 21 cases), 97 indicators (39 headline), 25 forms, 469 items, 708 checks; 83 parameters in 96
    versions to begin with. Two checks against outside sources came later."""
    pack = load_pack()
    assert (len(pack.instruments), len(pack.indicators), len(pack.forms), len(pack.items)) == (92, 97, 25, 469)
    assert sum(len(i.fields) for i in pack.instruments.values()) == 739
    assert sum(bool(i.states) for i in pack.instruments.values()) == 21
    assert sum(i.headline for i in pack.indicators.values()) == 39
    assert (len(pack.checks), len(pack.oracles), len(pack.measures)) == (708 + 2, 95, 61)
    assert len(pack.parameters) >= 83
    assert sum(len(p.versions) for p in pack.parameters.values()) >= 96


BREAKS = {
    "citation of a parameter removed": (
        "parameters/idle_land.yaml", "document: Ministry of Land Order 53 (2012), clause: 'art. 2: full years",
        "document: '', clause: 'art. 2: full years", "XQ-POLICY-020",
    ),
    "citation of the checks of a form removed": ("checks/xm1.yaml", "citation: Guo Ban Fa [2019] 58 art. 17", "citation: ''", "XQ-POLICY-022"),
    "unit factor ten times too large": ("indicators/quality_of_growth.yaml", "100.0 * xa1_gdp /", "1000.0 * xa1_gdp /", "XQ-POLICY-056"),
    "unit factor of land": ("indicators/intensive_land_use.yaml", "15.0 * xa4_ind_built", "150.0 * xa4_ind_built", "XQ-POLICY-055"),
    "legal number as a literal": ("checks/xm2.yaml", "param('project_investment_progress_min')", "60", "XQ-POLICY-055"),
    "unknown item": ("indicators/quality_of_growth.yaml", "formula: xq1_gdp_growth\n", "formula: xq1_gdp_growht\n", "XQ-POLICY-050"),
    "unknown parameter": ("checks/xm2.yaml", "param('project_investment_progress_min')", "param('progress_min')", "XQ-POLICY-051"),
    "unknown key": ("forms/xm1.yaml", "grace_working_days: 2", "grace_days: 2", "XQ-POLICY-001"),
    "measure without instrument": ("measures/art08.yaml", "instruments: [", "instruments: [] #", "XQ-POLICY-011"),
    "report line that is not there": ("reports/area_profile.yaml", "- id: Lart03.s2", "- id: Lart03.s99", "XQ-POLICY-012"),
    "overlapping versions": ("parameters/debt_and_bonds.yaml", "valid_to: 2024-12-24", "valid_to: 2025-12-24", "XQ-POLICY-023"),
    "outside the language": ("indicators/quality_of_growth.yaml", "formula: xq1_gdp_growth\n", "formula: ROUND(xq1_gdp_growth, 1)\n", "XQ-EXPR-005"),
    "release table of an unknown item": (
        "disclosure/enterprises.yaml", "measure: xr1_rd", "measure: xr1_research", "XQ-POLICY-024",
    ),
    "release table by a number": (
        "disclosure/enterprises.yaml", "dimensions: [area, xr1_scale]", "dimensions: [area, xr1_land]", "XQ-POLICY-024",
    ),
    "unknown unit": ("forms/xm1.yaml", "unit: wan_yuan, min: 0", "unit: wan_yaun, min: 0", "XQ-POLICY-024"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code"), BREAKS.values(), ids=BREAKS.keys())
def test_a_break_is_found_with_file_and_line(folder, name, old, new, code):
    if old not in (folder / name).read_text(encoding="utf-8"):
        old, new = old.replace("min: 0", "min: '0'"), new.replace("min: 0", "min: '0'")
    _edit(folder, name, old, new)
    found = [problem for problem in _faults(folder) if problem.code == code]
    assert found, [p.say("en") for p in _faults(folder)]
    assert all(problem.where.line for problem in found)
    files = {problem.where.file for problem in found}
    told_at = {"measures/art03.yaml"}  # a missing report line is told at the measure that names it
    assert name in files or files == told_at


def test_all_faults_are_told_together(folder):
    _edit(folder, "forms/xm1.yaml", "grace_working_days: 2", "grace_days: 2")
    _edit(folder, "forms/xm2.yaml", "kind: area", "kind: aera")
    assert {problem.where.file for problem in _faults(folder)} >= {"forms/xm1.yaml", "forms/xm2.yaml"}


def test_a_duplicate_key_and_a_duplicate_id_are_refused(folder):
    _edit(folder, "forms/xm1.yaml", "kind: area", "kind: area\nkind: area")
    _edit(folder, "indicators/quality_of_growth.yaml", "- id: Q02", "- id: Q01")
    said = [problem.say("en") for problem in _faults(folder)]
    assert any("stands twice" in text and "forms/xm1.yaml, line" in text for text in said)


def test_the_command_says_it_and_exits_with_1(folder, capsys):
    _edit(folder, "forms/xm1.yaml", "grace_working_days: 2", "grace_days: 2")
    assert main(["policy", "check", str(folder), "--lang", "en"]) == 1
    assert re.search(r"XQ-POLICY-001 .*grace_days.*\n  where forms/xm1.yaml, line \d+", capsys.readouterr().err)
    assert main(["policy", "check", "--lang", "en"]) == 0
    assert "710 checks" in capsys.readouterr().out


def test_a_number_is_shown_as_of_a_day(capsys):
    """Guo Ban Fa [2024] 52 raised the share of bonds usable as capital from 25 to 30 % (DOMAIN f)."""
    main(["policy", "show", "bond_capital_share_max", "--on", "2024-09-30"])
    before = capsys.readouterr().out
    main(["policy", "show", "bond_capital_share_max", "--on", "2024-12-31"])
    assert "value=25" in before
    assert "value=30" in capsys.readouterr().out


def test_an_article_shows_sentences_instruments_and_indicators(capsys):
    assert main(["policy", "show", "8", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "art08.s3" in out
    assert "I33" in out
    assert "待核对" in out


def test_diff_names_fields_and_figures(folder, capsys):
    _edit(folder, "indicators/quality_of_growth.yaml", "note: never compute", "note: Never compute")
    assert main(["policy", "diff", str(DEFAULT_PACK), str(folder), "--format", "csv"]) == 0
    assert re.search(r"indicators,Q01,changed,note,", capsys.readouterr().out)
