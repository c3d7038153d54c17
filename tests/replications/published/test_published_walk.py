"""The golden walk of the published realm: Q01 of Nansha 2023 from the figure back to the quoted phrase (DESIGN 5)."""

import datetime as dt

import polars as pl
import pytest

from example_facts import pack
from xinqu.indicators.explain import explain_figure
from xinqu.indicators.trace import derive_trace
from xinqu.returns.document import Cell
from xinqu.validation.findings import blocking, totals
from xinqu.vocabulary.identifiers import FigureId

AS_OF = dt.date(2026, 11, 16)


def walk(realm, figure, **known):
    return derive_trace(pack(), realm.facts, FigureId.parse(figure), as_of=AS_OF, filed=realm.filed, **known)


@pytest.mark.parametrize(("period", "item"), [("2023-Q4", "xq1_gdp_growth"), ("2023", "xa1_gdp_growth")])
def test_growth_of_nansha_2023_is_4_3_back_to_its_quote(realm, period, item):
    trace = walk(realm, f"Q01/nansha/{period}", findings=realm.checked.findings)
    assert (trace.figure.value, trace.figure.origin, trace.figure.scope) == (4.3, "published", "S4@2012-09-06")
    (one,) = trace.inputs
    assert (one.item, one.value, one.unit, one.half_digit) == (item, 4.3, "pct", 0.05)
    assert one.note["quote"] == "同比增长4.3%"
    assert one.note["source_address"] == "https://shuohk.com/cms/dawanqu/108658.html"
    assert one.note["source_id"] == "ns-2023"
    assert one.filename == f"published_{item[:3]}_nansha_{period}.csv"
    assert one.cell == Cell("", "B10")
    assert len(one.submission) == len(one.file_sha256) == 64
    assert trace.figure.submissions == (one.submission,)
    assert all(check.rule.citation and check.rule.valid_from for check in trace.checks)
    assert trace.verdicts()["false"] == 0
    (basis,) = trace.basis
    assert basis.measure == "art17.s5"
    assert "统计体系" in basis.sentence.zh
    assert basis.report_line
    assert trace == walk(realm, f"Q01/nansha/{period}"), "the verdicts found here are those found in the whole realm"


def test_it_is_said_in_words(realm):
    said = explain_figure(pack(), walk(realm, "Q01/nansha/2023-Q4"))
    assert said.zh == "南沙新区 2023年四季度 地区生产总值增速：4.3 % = 地区生产总值累计增速（不变价）〔4.3 %〕"
    assert said.en == (
        "Real growth of gross regional product, Nansha New Area, Q4 2023: 4.3 % = Gross regional product real growth ytd [4.3 %]"
    )


def test_every_published_return_may_enter(realm):
    assert blocking(realm.checked.findings).is_empty()
    assert totals(realm.checked.counts)["error"] == 0


def test_what_is_not_published_stays_unknown_and_says_why(realm):
    unknown = realm.figures.filter(pl.col("value").is_null())
    assert unknown.filter(pl.col("unknown").is_null() | (pl.col("detail") == "{}")).is_empty()
    assert realm.figures.filter(pl.col("value").is_not_null())["origin"].unique().to_list() == ["published"]
    assert realm.figures["status"].unique().to_list() == ["trial"]


def test_every_known_figure_can_be_walked_to_a_source(realm):
    known = realm.figures.filter(pl.col("value").is_not_null())
    for row in known.sample(20, seed=7).iter_rows(named=True):
        trace = walk(realm, f"{row['indicator']}/{row['area']}/{row['period']}", findings=realm.checked.findings)
        assert trace.figure.value == row["value"]
        assert all(one.note["quote"] and one.note["source_address"] and one.cell for one in trace.inputs)
