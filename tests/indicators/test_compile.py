"""Figures: the reference values, the reason of every unknown, scope, origin and status, and the laws they keep."""

import datetime as dt
import json

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from example_facts import NOW, example_facts, example_indicators, made, pack
from xinqu.indicators.compile import FIGURES_SCHEMA, compile_figures

AS_OF = dt.date(2025, 6, 30)  # all forms of 2024 are due, none of 2025 but those of the first months
LAST = list(NOW.values())
AREAS = ("nansha", "lanzhou", "pudong")


def figures(facts, **wanted):
    return compile_figures(pack(), facts, as_of=AS_OF, **wanted)


def one(facts, indicator, area, period, *, as_of=AS_OF, of=None):
    rows = compile_figures(of or pack(), facts, as_of=as_of, indicators=[indicator], areas=[area], periods=[period])
    assert rows.height == 1
    return rows.row(0, named=True)


def test_the_reference_values_to_six_decimals():
    """Oracle: example_indicators.csv, computed in DuckDB from the formulas."""
    rows = figures(example_facts("nansha"), areas=["nansha"], periods=LAST)
    assert dict(zip(rows["indicator"], rows["value"].round(6), strict=True)) == dict(example_indicators())
    assert rows.height == len(pack().indicators) + 1  # Q01 has a quarterly and a yearly figure


def test_the_frame_is_the_one_of_the_architecture():
    rows = figures(example_facts("nansha"))
    assert dict(rows.schema) == FIGURES_SCHEMA
    assert rows.select("indicator", "area", "period").is_unique().all()
    assert (rows["value"].is_null() == rows["unknown"].is_not_null()).all()


def test_growth_is_the_released_item_and_not_made_from_levels():
    levels = {"xq1_gdp_growth": "4.3"}
    quarters = [
        {"area": "nansha", "period": "2022-Q4", "xq1_gdp": "22525800"} | {"xq1_gdp_growth": "4.2"},
        {"area": "nansha", "period": "2023-Q4", "xq1_gdp": "23235400"} | levels,
    ]
    assert one({"xq1": made("xq1", quarters)}, "Q01", "nansha", "2023-Q4")["value"] == 4.3
    quarters[1]["xq1_gdp_growth"] = "missing"
    assert one({"xq1": made("xq1", quarters)}, "Q01", "nansha", "2023-Q4")["unknown"] == "missing"


def test_owed_is_missing_and_not_owed_is_not_due():
    empty = one({}, "N01", "nansha", "2024")
    assert (empty["value"], empty["unknown"], empty["submissions"]) == (None, "missing", [])
    assert json.loads(empty["detail"]) == {"xa3_rd": "missing", "xa1_gdp": "missing"}
    early = one({}, "N01", "nansha", "2024", as_of=dt.date(2025, 4, 15))  # xa1 due 31 March, xa3 due 30 April
    assert json.loads(early["detail"]) == {"xa3_rd": "not_due", "xa1_gdp": "missing"}


def test_an_area_owes_nothing_before_it_was_approved():
    """Xiong'an was approved on 2017-04-01; Pudong's figures of 2015 give the period a row for all areas."""
    facts = {"xa1": made("xa1", [{"area": "pudong", "period": "2015", "xa1_gdp": "1", "xa1_pop_avg": "1"}])}
    assert one(facts, "Q03", "xiongan", "2015")["unknown"] == "not_due"
    assert one(facts, "Q03", "pudong", "2015")["value"] == 1.0


def test_a_period_that_nobody_owes_or_filed_has_no_figure():
    assert compile_figures(pack(), {}, as_of=AS_OF, periods=["2025", "2025-Q2", "2031-01"]).is_empty()


@pytest.mark.parametrize("state", ["missing", "not_applicable", "suppressed"])
def test_the_state_of_an_input_is_the_reason(state):
    facts = {"xa1": made("xa1", [{"area": "nansha", "period": "2024", "xa1_gdp": "100", "xa1_pop_avg": state}])}
    row = one(facts, "Q03", "nansha", "2024")
    assert (row["unknown"], json.loads(row["detail"])) == (state, {"xa1_pop_avg": state})


def test_a_zero_divisor_is_told():
    facts = {"xa1": made("xa1", [{"area": "nansha", "period": "2024", "xa1_gdp": "100", "xa1_pop_avg": "0"}])}
    assert one(facts, "Q03", "nansha", "2024")["unknown"] == "zero_divisor"


def _tianfu(scope_of_land):
    product = made("xa1", [{"area": "tianfu", "period": "2024", "xa1_gdp": "50000000", "scope": "S1"}])
    land = made("xa4", [{"area": "tianfu", "period": "2024", "xa4_con_total": "50000", "scope": scope_of_land}])
    return {"xa1": product, "xa4": land}


def test_inputs_of_two_scopes_make_no_ratio():
    """Tianfu 2024: whole area and directly managed zone are never mixed (real_checks.csv, two_scopes_same_period)."""
    row = one(_tianfu("S3"), "L03", "tianfu", "2024")
    assert (row["value"], row["unknown"], row["scope"]) == (None, "scope_mismatch", None)
    assert json.loads(row["detail"]) == {"xa1_gdp#scope": "S1@2014-10-02", "xa4_con_total#scope": "S3@2014-10-02"}
    alike = one(_tianfu("S1"), "L03", "tianfu", "2024")
    assert (alike["value"], alike["scope"]) == (0.01 * 50000000 / 50000, "S1@2014-10-02")


def test_an_unstated_scope_goes_only_with_its_like():
    assert one(_tianfu("unstated"), "L03", "tianfu", "2024")["unknown"] == "scope_mismatch"


def test_the_province_has_no_scope_of_the_area():
    values = {"area": "nansha", "period": "2024-Q4", "xq1_gdp_growth": "5", "xq1_gdp_prov_growth": "3.5"}
    facts = {"xq1": made("xq1", [values | {"scopes": {"xq1_gdp_prov_growth": "unstated"}}])}
    row = one(facts, "Q02", "nansha", "2024-Q4")
    assert (row["value"], row["scope"]) == (1.5, "S4@2012-09-06")


def test_growth_across_a_change_of_territory_is_a_series_break():
    """Liangjiang became a district on 2025-11-06: S1 before, S4 after (DOMAIN, scope moves)."""
    months = [
        {"area": "liangjiang", "period": "2024-12", "xm1_trade": "100", "scope": "S1"},
        {"area": "liangjiang", "period": "2025-12", "xm1_trade": "110", "scope": "S4"},
    ]
    row = one({"xm1": made("xm1", months)}, "O01", "liangjiang", "2025-12")
    assert (row["unknown"], json.loads(row["detail"])) == ("series_break", {"ly(xm1_trade)": "series_break"})
    assert row["submissions"] == ["xm1/liangjiang//2025-12", "xm1/liangjiang//2024-12"]


def test_the_worst_origin_wins():
    values = {"area": "nansha", "period": "2024", "xa1_gdp": "100", "xa1_pop_avg": "10"}
    facts = {"xa1": made("xa1", [values | {"origins": {"xa1_pop_avg": "simulated"}}])}
    assert one(facts, "Q03", "nansha", "2024")["origin"] == "simulated"


def test_only_a_cited_and_adopted_method_with_such_parameters_is_official():
    facts = example_facts("nansha")
    assert one(facts, "Q03", "nansha", "2024")["status"] == "trial"  # product policy
    adopted = msgspec.structs.replace(pack().indicators["Q03"], status="adopted")

    def status(indicator):
        changed = msgspec.structs.replace(pack(), indicators={"Q03": indicator})
        return one(facts, "Q03", "nansha", "2024", of=changed)["status"]

    assert status(adopted) == "official"
    assert status(msgspec.structs.replace(adopted, citation="")) == "trial"
    reading = f"({adopted.formula}) * param('{{}}') / param('{{}}')"
    for parameter, said in (("bond_capital_share_max", "official"), ("debt_ratio_red", "trial")):  # seen, recalled
        formula = reading.format(parameter, parameter)
        assert status(msgspec.structs.replace(adopted, formula=formula)) == said


def test_a_formula_may_read_earlier_values_of_another_form():
    formula = "100.0 * xa3_rd / NULLIF(prev(xa1_gdp), 0)"
    changed = msgspec.structs.replace(pack().indicators["N01"], formula=formula)
    of = msgspec.structs.replace(pack(), indicators={"N01": changed})
    facts = {
        "xa3": made("xa3", [{"area": "nansha", "period": "2024", "xa3_rd": "5"}]),
        "xa1": made("xa1", [{"area": "nansha", "period": "2023", "xa1_gdp": "100"}]),
    }
    row = one(facts, "N01", "nansha", "2024", of=of)
    assert (row["value"], row["submissions"]) == (5.0, ["xa3/nansha//2024", "xa1/nansha//2023"])


# laws ---------------------------------------------------------------------------------------------------------------


@settings(max_examples=3, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random):
    facts = example_facts(*AREAS)
    shuffled = {}
    for form, frame in facts.items():
        order = list(range(frame.height))
        random.shuffle(order)
        shuffled[form] = frame[order]
    assert_frame_equal(figures(facts), figures(shuffled))


@settings(max_examples=4, deadline=None)
@given(st.sets(st.sampled_from(AREAS), min_size=1), st.sets(st.sampled_from([*LAST, "2023", "2024-11"]), min_size=1))
def test_a_part_is_compiled_as_in_the_whole(areas, periods):
    whole = figures(example_facts(*AREAS))
    part = figures(example_facts(*AREAS), areas=areas, periods=periods)
    assert_frame_equal(part, whole.filter(pl.col("area").is_in(list(areas)) & pl.col("period").is_in(list(periods))))


def test_areas_are_independent():
    alone = figures(example_facts("lanzhou")).filter(area="lanzhou")
    assert_frame_equal(alone, figures(example_facts(*AREAS)).filter(area="lanzhou"))


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(["0.0001", "10000", "15"]), st.sampled_from(["R05", "Q05", "R08", "N13", "L10", "B17"]))
def test_a_share_does_not_depend_on_the_unit_of_its_terms(factor, indicator):
    """Numerator and denominator entered in another unit, the share is the same (万元 or 亿元, 公顷 or 亩)."""
    facts = example_facts("nansha")
    scaled = {
        form: frame.with_columns(
            pl.col(item.code) * float(factor)
            for item in pack().forms[form].items
            if item.type in ("decimal", "integer")
        )
        for form, frame in facts.items()
    }
    period = NOW[pack().indicators[indicator].frequency]
    expected = one(facts, indicator, "nansha", period)["value"]
    assert one(scaled, indicator, "nansha", period)["value"] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=4, deadline=None)
@given(st.sampled_from(["xa1", "xa3", "xm1", "xq1", "xh1"]), st.sampled_from(AREAS))
def test_one_more_return_changes_only_its_area_and_makes_nothing_unknown(form, area):
    """Vintage monotonicity: what was known stays known when a return is added, and other areas don't move."""
    facts = dict(example_facts(*AREAS))
    newest = (pl.col("area") == area) & (pl.col("period") == NOW[pack().forms[form].frequency])
    before = figures(facts | {form: facts[form].filter(~newest)})
    after = figures(facts)
    key = ["indicator", "area", "period"]
    assert_frame_equal(before.filter(pl.col("area") != area), after.filter(pl.col("area") != area))
    known = before.filter(pl.col("value").is_not_null()).select(*key, "value")
    assert_frame_equal(known.join(after, on=key, how="left").select(*key, pl.col("value_right").alias("value")), known)
