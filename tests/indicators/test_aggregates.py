"""Figures of groups: ratios from sums over the same areas, coverage, growth weighted by its base, and laws that must hold."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_facts import made
from xinqu.expressions.parse import parse
from xinqu.indicators.aggregates import aggregate, groups_of, is_additive, method_of
from xinqu.indicators.estimates import SCHEMA as ESTIMATES
from xinqu.policy.load import load_pack

PACK = load_pack()
AS_OF = dt.date(2025, 6, 30)
AREAS = list(PACK.areas)
SIZES = dict.fromkeys(AREAS, 1.0)


def facts(values: dict[str, tuple[float | str, float | str]]):
    """Return product and construction land (L03 = product per construction land) of 2024 for some areas."""
    product = [{"area": a, "period": "2024", "xa1_gdp": g} for a, (g, _) in values.items()]
    land = [{"area": a, "period": "2024", "xa4_con_total": c} for a, (_, c) in values.items()]
    return {"xa1": made("xa1", product), "xa4": made("xa4", land)}


def one(values, grouping="nation", indicator="L03", **how):
    found = aggregate(
        PACK, facts(values), grouping, as_of=AS_OF, indicators=[indicator], periods=["2024"], sizes=SIZES, **how
    )
    return found if grouping != "nation" else found.row(0, named=True)


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
    assert (found["areas"], found["coverage"], found["method"]) == (19, 1.0, "sums")


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
    rows = [{"area": a, "period": "2024-Q4", "xq1_gdp": 110, "xq1_gdp_growth": 10} for a in AREAS[:9]]
    rows += [{"area": a, "period": "2024-Q4", "xq1_gdp": 210, "xq1_gdp_growth": 5} for a in AREAS[9:18]]
    found = aggregate(
        PACK, {"xq1": made("xq1", rows)}, "nation", as_of=AS_OF, indicators=["Q01"], periods=["2024-Q4"], sizes=SIZES
    ).row(0, named=True)
    assert found["method"] == "weighted_growth"
    assert found["value"] == pytest.approx(100 * (320 / 300 - 1))


def test_rates_are_never_added():
    assert is_additive(PACK, "xa1_gdp")
    assert not is_additive(PACK, "xq1_gdp_growth")
    assert method_of(PACK, parse("xm1_iva_growth + xm1_fai_growth")) == "not_additive"
    assert method_of(PACK, parse("xa1_gdp / NULLIF(peer_med(xa1_gdp), 0)")) == "not_additive"


def test_an_estimate_fills_in_and_is_told():
    made_up = pl.DataFrame(
        {"item": ["xa4_con_total"], "area": ["lanzhou"], "period": ["2024"], "value": [14.0]}
    ).select(
        pl.col(n) if n in ("item", "area", "period", "value") else pl.lit(None, k).alias(n)
        for n, k in ESTIMATES.items()
    )
    found = one(FULL | {"lanzhou": (FULL["lanzhou"][0], "missing")}, estimates=made_up)
    assert (found["origin"], found["estimated"], found["areas"]) == ("estimated", ["lanzhou"], 19)
    assert found["estimated_share"] == pytest.approx(14 / (14 + sum(v[1] for a, v in FULL.items() if a != "lanzhou")))
    assert one(FULL, estimates=made_up)["origin"] is None  # the value is there: the estimate is not looked at


def test_groups_are_disjoint_and_cover_all_areas():
    for grouping in ("nation", "peer", "region", "province"):
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
@given(st.lists(st.tuples(amounts, amounts), min_size=19, max_size=19), st.integers(0, 18))
def test_coverage_lies_between_nothing_and_all(pairs, missing):
    values = dict(zip(AREAS, pairs, strict=True)) | dict.fromkeys(AREAS[:missing], ("missing", "missing"))
    found = one(values)
    assert found["coverage"] == pytest.approx((19 - missing) / 19)
    assert 0 <= found["size_coverage"] <= 1
    assert len(found["without"]) == missing
