"""Figures of groups: ratios from sums over the same areas, coverage, growth weighted by its base, and laws that must hold."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_facts import made
from xinqu.expressions.parse import parse
from xinqu.indicators.aggregate_methods import GROUPINGS, groups_of, is_additive, method_of
from xinqu.indicators.aggregates import LEAVES, aggregate, leaves
from xinqu.indicators.estimates import SCHEMA as ESTIMATES
from xinqu.policy.load import load_pack

PACK = load_pack()
AS_OF = dt.date(2025, 6, 30)
AREAS = list(PACK.areas)
SIZES = dict.fromkeys(AREAS, 1.0)


def main(area: str, day: dt.date = dt.date(2024, 12, 31)) -> str:
    """Return the scope that the pack calls the area's main one."""
    return next(s.scope for s in PACK.areas[area].scopes if s.main and s.valid_from <= day)


def facts(values: dict[str, tuple[float | str, float | str]]):
    """Return product and construction land (L03 = product per construction land) of 2024 for some areas."""
    product = [{"area": a, "period": "2024", "xa1_gdp": g, "scope": main(a)} for a, (g, _) in values.items()]
    land = [{"area": a, "period": "2024", "xa4_con_total": c, "scope": main(a)} for a, (_, c) in values.items()]
    return {"xa1": made("xa1", product), "xa4": made("xa4", land)}


def one(values, grouping="nation", indicator="L03", **how):
    found = aggregate(
        PACK, facts(values), grouping, as_of=AS_OF, indicators=[indicator], periods=["2024"], sizes=SIZES, **how
    )
    return found if grouping != "nation" else found.row(0, named=True)


def estimates_frame(item: str, area: str, value: float) -> pl.DataFrame:
    """Return one estimate for 2024."""
    known = {"item": item, "area": area, "period": "2024", "value": value}
    return pl.DataFrame([{name: known.get(name) for name in ESTIMATES}], schema=ESTIMATES)


FULL = {area: (100.0 + n, 10.0 + n) for n, area in enumerate(AREAS)}


def test_a_ratio_is_the_ratio_of_sums_not_the_mean_of_ratios():
    """By hand: the formula of L03 over both sums."""
    sums = sum(v[0] for v in FULL.values()), sum(v[1] for v in FULL.values())
    alone = aggregate(
        PACK, facts({"pudong": sums}), "province", as_of=AS_OF, indicators=["L03"], periods=["2024"], sizes=SIZES
    )
    expected = alone.filter(group=PACK.areas["pudong"].province_org)["value"].item()
    found = one(FULL)
    assert found["value"] == pytest.approx(expected, rel=1e-12)
    assert (found["areas"], found["coverage"], found["method"]) == (19, 1.0, "ratio_of_sums")


def test_an_area_is_in_both_sums_or_in_neither():
    short = FULL | {"lanzhou": (1e9, "missing")}
    found = one(short)
    assert found["without"] == ["lanzhou"]
    assert found["value"] == pytest.approx(one({a: v for a, v in FULL.items() if a != "lanzhou"})["value"])


def test_too_few_areas_give_no_figure():
    """Pack: aggregate_coverage_min = 0.8, that is 16 of 19."""
    few = dict(list(FULL.items())[:15])
    found = one(few)
    assert (found["value"], found["unknown"]) == (None, "low_coverage")
    assert one(dict(list(FULL.items())[:16]))["value"] is not None


def test_size_counts_as_well_as_number():
    big = aggregate(
        PACK, facts({a: v for a, v in FULL.items() if a != "pudong"}), "nation", as_of=AS_OF, indicators=["L03"],
        periods=["2024"], sizes=SIZES | {"pudong": 100.0},
    ).row(0, named=True)  # fmt: skip
    assert big["coverage"] > 0.9
    assert (big["size_coverage"] < 0.8, big["unknown"]) == (True, "low_coverage")


def test_released_growth_is_weighted_by_the_level_it_grew_from():
    """By hand: 110 grew by 10 % from 100, 210 by 5 % from 200: together 320 from 300, 6.67 %."""
    pairs = [*((a, 110, 10) for a in AREAS[:9]), *((a, 210, 5) for a in AREAS[9:18])]
    rows = [
        {"area": a, "period": "2024-Q4", "xq1_gdp": level, "xq1_gdp_growth": growth, "scope": main(a)}
        for a, level, growth in pairs
    ]
    found = aggregate(
        PACK, {"xq1": made("xq1", rows)}, "nation", as_of=AS_OF, indicators=["Q01"], periods=["2024-Q4"], sizes=SIZES
    ).row(0, named=True)
    assert found["method"] == "weighted_growth"
    assert found["value"] == pytest.approx(100 * (320 / 300 - 1))


def test_rates_are_never_added():
    assert is_additive(PACK, "xa1_gdp")
    assert not is_additive(PACK, "xq1_gdp_growth")
    assert not is_additive(PACK, "xa1_income")  # yuan, but per resident


@pytest.mark.parametrize(
    ("formula", "method"),
    [
        ("xa1_gdp", "sum"),
        ("xh2_ftz_adopt - xh2_ftz_ver", "sum"),
        ("0.01 * xa1_gdp / NULLIF(xa4_con_total, 0)", "ratio_of_sums"),
        ("100.0 * (xm1_trade / NULLIF(ly(xm1_trade), 0) - 1)", "ratio_of_sums"),
        ("(xq2_found_d / NULLIF(xq2_insp_d, 0)) / NULLIF(xq2_found_a / NULLIF(xq2_insp_a, 0), 0)", "ratio_of_sums"),
        ("xq1_gdp_growth", "weighted_growth"),
        ("xm1_iva_growth", "median"),  # its level is not asked for
        ("xa1_income", "median"),
        ("xm1_iva_growth + xm1_fai_growth", "median"),
        ("xa1_gdp * xa1_pop", "median"),  # sum(a * b) is not sum(a) * sum(b)
        ("xa1_gdp - 5", "median"),  # nineteen times five would be taken off
        ("xa1_gdp * (xa5_energy / NULLIF(xa1_pop, 0))", "median"),
        ("1 / NULLIF(xa1_gdp, 0)", "median"),
        ("LEAST(xa1_gdp, 5)", "median"),
        ("xa1_gdp / NULLIF(peer_med(xa1_gdp), 0)", "median"),
    ],
)
def test_the_tree_says_how_a_formula_is_brought_to_a_group(formula, method):
    assert method_of(PACK, parse(formula)) == method


def test_what_has_no_sum_is_the_median_and_called_so():
    values = {a: (20_000.0 + 100 * n) for n, a in enumerate(AREAS)}
    rows = [{"area": a, "period": "2024", "xa1_income": v, "scope": main(a)} for a, v in values.items()]
    found = aggregate(PACK, {"xa1": made("xa1", rows)}, "nation", as_of=AS_OF, indicators=["Q07"], periods=["2024"])
    assert found.select("value", "method", "areas").row(0) == (20_900.0, "median", 19)


def test_an_item_of_a_form_has_a_sum_as_well():
    found = one(FULL, indicator="xa1_gdp")
    assert (found["value"], found["method"]) == (sum(v[0] for v in FULL.values()), "sum")


def test_another_scope_is_not_added_and_an_unstated_one_is_told():
    """Xiong'an's main scope is S5: its S2 is larger, and would overlap what is not its own."""
    given = facts(FULL)
    odd = {"xiongan": "S2", "pudong": "unstated"}
    rows = [{"area": a, "period": "2024", "xa1_gdp": g, "scope": odd.get(a, main(a))} for a, (g, _) in FULL.items()]
    found = aggregate(
        PACK, given | {"xa1": made("xa1", rows)}, "nation", as_of=AS_OF, indicators=["xa1_gdp"], periods=["2024"]
    ).row(0, named=True)
    assert (found["without"], found["doubtful_scope"]) == (["xiongan"], ["pudong"])
    assert found["value"] == sum(g for a, (g, _) in FULL.items() if a != "xiongan")


def test_sub_units_are_never_added_beside_their_area():
    whole = [{"area": a, "period": "2024", "xa1_gdp": 100, "scope": main(a)} for a in AREAS]
    parts = [r | {"sub_unit": unit, "xa1_gdp": 50} for r in whole[:3] for unit in ("u1", "u2")]
    found = aggregate(
        PACK, {"xa1": made("xa1", whole + parts)}, "nation", as_of=AS_OF, indicators=["xa1_gdp"], periods=["2024"]
    ).row(0, named=True)
    assert (found["value"], found["areas"], found["expected"]) == (1900, 19, 19)


def test_an_area_is_expected_from_its_approval_on():
    """By the end of 2016 eighteen areas were approved; Xiong'an followed on 2017-04-01."""
    rows = [{"area": a, "period": "2016", "xa1_gdp": 1, "scope": "unstated"} for a in AREAS if a != "xiongan"]
    found = aggregate(
        PACK, {"xa1": made("xa1", rows)}, "nation", as_of=AS_OF, indicators=["xa1_gdp"], periods=["2016"]
    ).row(0, named=True)
    assert (found["expected"], found["areas"], found["value"]) == (18, 18, 18)


def test_without_sizes_only_the_number_counts():
    found = aggregate(PACK, facts(FULL), "nation", as_of=AS_OF, indicators=["L03"], periods=["2024"]).row(0, named=True)
    assert (found["size_coverage"], found["value"] is not None) == (None, True)


def test_an_aggregate_leads_back_to_every_area_with_value_and_reason():
    short = FULL | {"lanzhou": (1e9, "missing")}
    told = leaves(PACK, facts(short), "nation", as_of=AS_OF, indicators=["L03"], periods=["2024"], sizes=SIZES)
    assert dict(told.schema) == LEAVES
    out = told.filter(~pl.col("in_sum")).select("area", "input", "value", "state", "why").rows()
    assert out == [
        ("lanzhou", "xa1_gdp", 1e9, "reported", "missing"), ("lanzhou", "xa4_con_total", None, "missing", "missing")
    ]  # fmt: skip
    sums = dict(told.filter("in_sum").group_by("input").agg(pl.col("value").sum()).iter_rows())
    assert one(short)["value"] == pytest.approx(0.01 * sums["xa1_gdp"] / sums["xa4_con_total"], rel=1e-12)


def test_an_estimate_fills_in_and_is_told():
    made_up = estimates_frame("xa4_con_total", "lanzhou", 14.0)
    found = one(FULL | {"lanzhou": (FULL["lanzhou"][0], "missing")}, estimates=made_up)
    assert (found["origin"], found["estimated"], found["areas"]) == ("estimated", ["lanzhou"], 19)
    assert found["coverage"] == pytest.approx(18 / 19)  # an estimate is no report
    assert found["estimated_share"] == pytest.approx(14 / (14 + sum(v[1] for a, v in FULL.items() if a != "lanzhou")))
    assert one(FULL, estimates=made_up)["origin"] == "reported"  # the value is there: the estimate is not looked at


def test_groups_are_disjoint_and_cover_all_areas():
    for grouping in GROUPINGS:
        assert set(groups_of(PACK, grouping)) == set(AREAS)


amounts = st.floats(1, 1e6).map(lambda x: round(x, 2))


@settings(max_examples=20)
@given(st.lists(st.tuples(amounts, amounts), min_size=19, max_size=19), st.randoms())
def test_the_ratio_of_a_group_lies_between_those_of_its_areas_and_order_changes_nothing(pairs, random):
    values = dict(zip(AREAS, pairs, strict=True))
    shuffled = list(values.items())
    random.shuffle(shuffled)
    whole, again = one(values), one(dict(shuffled))
    assert whole["value"] == pytest.approx(again["value"], rel=1e-12)
    each = [one_area["value"] for one_area in one(values, "province").iter_rows(named=True)]
    assert min(each) * (1 - 1e-9) <= whole["value"] <= max(each) * (1 + 1e-9)


@settings(max_examples=20)
@given(st.lists(amounts, min_size=19, max_size=19))
def test_sums_of_disjoint_groups_add_up_to_the_nation(numbers):
    given_facts = facts({a: (n, 1.0) for a, n in zip(AREAS, numbers, strict=True)})
    totals = {
        grouping: aggregate(
            PACK, given_facts, grouping, as_of=AS_OF, indicators=["xa1_gdp"], periods=["2024"], sizes=SIZES
        )["value"].sum()
        for grouping in GROUPINGS
    }
    assert list(totals.values()) == pytest.approx([sum(numbers)] * len(GROUPINGS), rel=1e-12)


@settings(max_examples=20)
@given(st.lists(amounts, min_size=19, max_size=19), st.sampled_from(AREAS), amounts, amounts)
def test_a_value_in_the_place_of_its_estimate_leaves_the_others_unchanged(numbers, late, guess, true):
    values = {a: (n, 1.0) for a, n in zip(AREAS, numbers, strict=True)}
    made_up = estimates_frame("xa1_gdp", late, guess)
    missing, arrived = values | {late: ("missing", 1.0)}, values | {late: (true, 1.0)}
    before = one(missing, "province", indicator="xa1_gdp", estimates=made_up)
    after = one(arrived, "province", indicator="xa1_gdp", estimates=made_up)
    own = pl.col("group") == PACK.areas[late].province_org
    assert before.filter(~own).equals(after.filter(~own))
    assert before.filter(own).select("value", "unknown").row(0) == (None, "low_coverage")  # no report, only a guess
    assert after.filter(own)["value"].item() == true
    rest = sum(n for area, (n, _) in values.items() if area != late)
    nation = one(missing, indicator="xa1_gdp", estimates=made_up)
    assert (nation["value"], nation["estimated"]) == (pytest.approx(rest + guess), [late])
    assert nation["estimated_share"] == pytest.approx(guess / (rest + guess))
    assert one(arrived, indicator="xa1_gdp", estimates=made_up)["estimated_share"] == 0


@settings(max_examples=20)
@given(st.lists(st.tuples(amounts, amounts), min_size=19, max_size=19), st.integers(0, 18))
def test_coverage_lies_between_nothing_and_all(pairs, missing):
    values = dict(zip(AREAS, pairs, strict=True)) | dict.fromkeys(AREAS[:missing], ("missing", "missing"))
    found = one(values)
    assert found["coverage"] == pytest.approx((19 - missing) / 19)
    assert 0 <= found["size_coverage"] <= 1
    assert len(found["without"]) == missing
