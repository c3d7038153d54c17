"""A trace leads from a figure to its items, returns, cells, parameters, checks and sentences, and says so in words."""

import datetime as dt
import json

import msgspec
import pytest

from example_facts import example_facts, made, pack
from xinqu.indicators.explain import explain_check, explain_figure
from xinqu.indicators.trace import derive_trace
from xinqu.indicators.trace_model import Filed
from xinqu.returns.document import Cell
from xinqu.validation.run import validate
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.problem import Refused

AS_OF = dt.date(2025, 6, 30)


def trace(figure, facts, **known):
    return derive_trace(pack(), facts, FigureId.parse(figure), as_of=AS_OF, **known)


def test_product_per_land_leads_to_two_returns_and_their_cells():
    filed = {
        "xa4/lanzhou//2024": Filed(
            filename="xa4.xlsx", file_sha256="f" * 64, cells={"xa4_con_total": Cell("兰州", "F7")}
        )
    }
    walked = trace("L03/lanzhou/2024", example_facts("lanzhou"), filed=filed)
    inputs = {one.item: one for one in walked.inputs}
    assert set(inputs) == {"xa1_gdp", "xa4_con_total"}
    assert inputs["xa4_con_total"].cell == Cell("兰州", "F7")
    assert (inputs["xa4_con_total"].filename, inputs["xa1_gdp"].cell) == ("xa4.xlsx", None)
    assert walked.figure.submissions == ("xa1/lanzhou//2024", "xa4/lanzhou//2024")
    assert "xa4_r20" in {check.rule.id for check in walked.checks}  # land within the area: read for this figure too
    assert walked.articles == (15,)
    assert {basis.measure for basis in walked.basis} == {
        m.id for m in pack().measures.values() if "L03" in m.indicators
    }
    assert walked.formula.rule.file == "indicators/intensive_land_use.yaml"


def test_growth_leads_to_the_earlier_return_too():
    walked = trace("N10/nansha/2024", example_facts("nansha"))
    read = [(one.call, one.period, one.submission) for one in walked.inputs]
    assert read == [("", "2024", "xa3/nansha//2024"), ("prev(xa3_ip_pledge)", "2023", "xa3/nansha//2023")]
    assert {check.submission for check in walked.checks} == {"xa3/nansha//2024", "xa3/nansha//2023"}


def test_checks_carry_the_verdict_that_was_found():
    values = {"area": "nansha", "period": "2024-Q4", "xq1_gdp_growth": "120", "xq1_gdp": "1000000"}
    facts = {"xq1": made("xq1", [values])}
    found = validate(pack(), facts, "xq1").findings
    walked = trace("Q01/nansha/2024-Q4", facts)
    assert walked.checks == trace("Q01/nansha/2024-Q4", facts, findings=found).checks
    said = {check.rule.id: (check.verdict, check.level) for check in walked.checks}
    assert said["xq1_gdp_growth_rng"] == ("false", "error")
    assert said["xq1_gdp_growth_typ"] == ("true", "error")
    assert said["xq1_r23"][0] == "indeterminate"
    assert sum(walked.verdicts().values()) == len(walked.checks)


def test_parameters_are_named_with_version_and_document():
    formula = "100.0 * xq5_cap_use / NULLIF(xq5_issued_new, 0) - param('bond_capital_share_max')"
    changed = msgspec.structs.replace(pack().indicators["G12"], formula=formula)
    of = msgspec.structs.replace(pack(), indicators=pack().indicators | {"G12": changed})
    walked = derive_trace(of, example_facts("nansha"), FigureId.parse("G12/nansha/2024-Q4"), as_of=AS_OF)
    (parameter,) = walked.parameters
    assert (parameter.value, parameter.rule.valid_from) == ("30", dt.date(2024, 12, 25))
    assert parameter.rule.citation == "Guo Ban Fa [2024] 52"
    assert "〔30 %〕" in explain_figure(of, walked).zh


@pytest.mark.parametrize(
    ("figure", "code"),
    [
        ("Z99/nansha/2024", "XQ-FIGURE-001"), ("Q01/atlantis/2024-Q4", "XQ-FIGURE-001"),
        ("Q01/nansha/2024-07", "XQ-FIGURE-002"), ("Q01/nansha/2031-Q4", "XQ-FIGURE-003"),
    ],
)  # fmt: skip
def test_a_figure_that_does_not_exist_is_refused_by_name(figure, code):
    with pytest.raises(Refused) as refusal:
        trace(figure, example_facts("nansha"))
    (problem,) = refusal.value.problems
    assert (problem.code, problem.where.subject) == (code, figure)
    assert all(text.zh and text.en for text in (problem.what, problem.why, problem.fix))


def test_a_figure_is_said_with_its_numbers():
    said = explain_figure(pack(), trace("Q04/nansha/2024", example_facts("nansha")))
    assert said.zh == (
        "南沙新区 2024年 占全省生产总值比重：7.7419 % = 100 × 年度地区生产总值〔48,000,000 万元〕 ÷ "
        "所在省份地区生产总值〔620,000,000 万元〕"
    )
    assert said.en.startswith("Share in the province's product, Nansha New Area, 2024: 7.7419 % = 100 × ")


def test_an_unknown_figure_says_why_and_what_to_file():
    facts = {"xa1": made("xa1", [{"area": "lanzhou", "period": "2024", "xa1_gdp": "100"}])}
    said = explain_figure(pack(), trace("L03/lanzhou/2024", facts))
    assert said.zh.endswith(
        "无法判定（未报）；“建设用地总规模”未报；请在报表 xa4（土地利用与节约集约年报）2024年中填报 xa4_con_total。"
    )
    assert "file xa4_con_total on form xa4" in said.en


def test_mixed_scopes_are_said_with_both():
    facts = {
        "xa1": made("xa1", [{"area": "tianfu", "period": "2024", "xa1_gdp": "100", "scope": "S1"}]),
        "xa4": made("xa4", [{"area": "tianfu", "period": "2024", "xa4_con_total": "7", "scope": "S3"}]),
    }
    said = explain_figure(pack(), trace("L03/tianfu/2024", facts)).zh
    assert "口径不同" in said
    assert "S1@2014-10-02" in said
    assert "S3@2014-10-02" in said


def test_a_check_is_said_with_what_it_found():
    years = [
        {"area": "nansha", "period": f"{year}-Q4", "xq1_gdp": value} for year, value in ((2023, 100), (2024, 900000))
    ]
    rows = validate(pack(), {"xq1": made("xq1", years)}, "xq1").findings
    found = {row["check"]: row for row in rows.filter(period="2024-Q4").iter_rows(named=True)}
    said = explain_check(pack(), found["xq1_r17"])
    assert "不符合" in said.zh
    assert "〔900,000 万元〕" in said.zh
    assert "〔100 万元〕" in said.zh
    assert "[900,000 × 10,000 yuan]" in said.en
    unknown = explain_check(pack(), found["xq1_r01"])
    assert "无法判定" in unknown.zh
    assert "未报" in unknown.zh


def test_every_finding_can_be_said():
    facts = {"xr3": example_facts("nansha")["xr3"], "xm1": example_facts("nansha")["xm1"]}
    for form in facts:
        for row in validate(pack(), facts, form).findings.iter_rows(named=True):
            said = explain_check(pack(), row)
            assert said.zh
            assert said.en
            json.loads(row["detail"])
