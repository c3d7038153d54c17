"""Estimates: each method by hand, none reads the cell it estimates, intervals hold what they promise on withheld values."""

import datetime as dt

import polars as pl
import pytest

from example_facts import made
from xinqu.indicators.accuracy import measure, validated
from xinqu.indicators.estimates import METHODS, candidates, estimate, settings_on
from xinqu.policy.load import load_pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import generate

PACK = load_pack()
DAY = dt.date(2026, 11, 16)
ITEM = "xm1_output"
LEVEL = 0.9
LEAST = 20
MARGIN = 0.04  # of the mean over five dozen items; the errors of one area hang together, so few areas are tried


def month(area, period, value, **more):
    return {"area": area, "period": period, ITEM: value} | more


def of(rows):
    return candidates(PACK, {"xm1": made("xm1", rows)}, "xm1").filter(pl.col("item") == ITEM)


def test_the_four_methods_by_hand():
    """lanzhou 2025-04: last year 100 in April, 80 in March; two years ago 90 in April; this March 88. Others grew by half."""
    rows = [
        month("lanzhou", "2023-04", 90), month("lanzhou", "2024-03", 80), month("lanzhou", "2024-04", 100),
        month("lanzhou", "2025-03", 88), month("lanzhou", "2025-04", "missing"),
        *(month(a, "2024-04", 200) for a in ("nansha", "pudong", "binhai")),
        *(month(a, "2025-03", 240) for a in ("nansha", "pudong", "binhai")),
        *(month(a, "2025-04", v) for a, v in (("nansha", 280), ("pudong", 300), ("binhai", 320))),
    ]  # fmt: skip
    found = of(rows).filter(area="lanzhou", period="2025-04").row(0, named=True)
    assert found["peers"] == pytest.approx(100 * 1.5)
    assert found["ratio"] == pytest.approx(88 * 900 / 720)
    assert found["seasonal"] == pytest.approx(88 * 100 / 80)
    assert found["trend"] == pytest.approx(100 * 100 / 90)


def test_no_method_reads_the_value_it_estimates():
    rows = [
        month(a, p, v)
        for a in ("lanzhou", "nansha", "pudong")
        for p, v in (("2024-04", 100), ("2025-03", 90), ("2025-04", 120))
    ]
    for value in (120, 1_000_000, "missing"):
        changed = [r | {ITEM: value} if r["area"] == "lanzhou" and r["period"] == "2025-04" else r for r in rows]
        found = of(changed).filter(area="lanzhou", period="2025-04").select(METHODS).row(0)
        assert found == of(rows).filter(area="lanzhou", period="2025-04").select(METHODS).row(0)


def test_nothing_is_carried_across_a_change_of_territory():
    rows = [month("lanzhou", "2024-04", 100, scope="S4"), month("lanzhou", "2025-04", 120, scope="S1"),
            month("nansha", "2024-04", 10), month("nansha", "2025-04", 12)]  # fmt: skip
    assert of(rows).filter(area="lanzhou", period="2025-04")["peers"].item() is None


@pytest.fixture(scope="module")
def facts():
    nation = generate(PACK, 21)
    return facts_of(PACK, nation.forms, nation.returns, nation.states)


def test_intervals_hold_what_they_promise_on_withheld_values(facts):
    """Known values are estimated without themselves; intervals of every second area's errors are tried on the others."""
    measured = pl.concat(measure(candidates(PACK, facts, form), level=LEVEL) for form in ("xm1", "xq1", "xq2"))
    covered = measured.filter((pl.col("tests") >= 200) & pl.col("method").is_in(METHODS))["covered"]
    assert len(covered) > 60
    assert abs(covered.mean() - LEVEL) < MARGIN


def test_the_choice_of_method_is_better_than_last_year_where_it_was_not_chosen(facts):
    """Chosen on half of the areas, tried on the other half: mean error below half of that of last year's value."""
    tried = pl.concat(
        validated(candidates(PACK, facts, form), METHODS, level=LEVEL, least=LEAST) for form in ("xm1", "xq1")
    )
    assert tried["mase"].median() < 0.5
    assert abs(tried["covered"].mean() - LEVEL) < MARGIN


def test_errors_by_hand():
    """Trend of lanzhou: 120 * 120 / 100 = 144 against 150 (4 % low); last year's value is 30 off. Of nansha: exact."""
    values = {"lanzhou": (100, 120, 150), "nansha": (100, 110, 121)}
    rows = [month(a, f"{2023 + n}-04", v) for a, three in values.items() for n, v in enumerate(three)]
    trend = measure(of(rows), level=LEVEL).filter(method="trend", length="any").row(0, named=True)
    assert trend["tests"] == 2
    assert (trend["error"], trend["mape"], trend["bias"]) == pytest.approx((0.02, 0.02, -0.02))
    assert trend["mase"] == pytest.approx((6 + 0) / (30 + 11))
    last = measure(of(rows), level=LEVEL).filter(method="last_year", length="any").row(0, named=True)
    assert last["mase"] == pytest.approx(1)


def test_rates_grow_by_differences_and_have_no_share():
    growth = "xm1_iva_growth"
    rows = [
        {"area": a, "period": p, growth: v}
        for a, three in {"lanzhou": (-2.0, 1.0, "missing"), "nansha": (5, 6, 8), "pudong": (3, 3, 5)}.items()
        for p, v in zip(("2023-04", "2024-04", "2025-04"), three, strict=True)
    ]
    found = candidates(PACK, {"xm1": made("xm1", rows)}, "xm1").filter(item=growth, area="lanzhou", period="2025-04")
    told = found.row(0, named=True)
    assert (told["peers"], told["trend"], told["ratio"]) == (pytest.approx(1.0 + 2.0), pytest.approx(4.0), None)


def test_an_item_of_the_same_return_that_moves_alike_stands_in():
    """Output and sales grew alike for years; sales are missing where output has grown by a fifth."""
    rows = [
        {"area": a, "period": f"{year}-04", ITEM: 100 * g, "xm1_sales": 10 * g}
        for a in ("nansha", "pudong", "binhai")
        for year, g in zip(range(2020, 2026), (1, 1.1, 1.3, 1.4, 1.6, 1.7), strict=True)
    ]
    rows += [{"area": "lanzhou", "period": "2024-04", ITEM: 50, "xm1_sales": 4},
             {"area": "lanzhou", "period": "2025-04", ITEM: 60, "xm1_sales": "missing"}]  # fmt: skip
    found = candidates(PACK, {"xm1": made("xm1", rows)}, "xm1")
    told = found.filter(item="xm1_sales", area="lanzhou", period="2025-04")
    assert told["auxiliary"].item() == pytest.approx(4 * 60 / 50)


def test_an_estimate_names_its_method_and_interval_and_goes_when_the_return_comes(facts):
    frame = facts["xm1"]
    last = frame["period"].max()
    mine = (pl.col("area") == "lanzhou") & (pl.col("sub_unit") == "") & (pl.col("period") == last)
    true = frame.filter(mine)[ITEM].item()
    told = estimate(PACK, facts | {"xm1": frame.filter(~mine)}, "xm1", day=DAY).filter(
        area="lanzhou", period=last, item=ITEM
    )
    row = told.row(0, named=True)
    assert row["method"] in METHODS
    assert row["low"] <= row["value"] <= row["high"]
    assert abs(row["value"] / true - 1) < 0.2
    assert estimate(PACK, facts, "xm1", day=DAY).filter(area="lanzhou", period=last, item=ITEM).is_empty()


def test_where_nothing_was_measured_nothing_is_estimated():
    rows = [month("lanzhou", "2025-04", "missing"), month("nansha", "2025-04", 5)]
    told = estimate(PACK, {"xm1": made("xm1", rows)}, "xm1", day=DAY).filter(area="lanzhou", item=ITEM)
    assert told.select("value", "unknown").row(0) == (None, "no_method")


def test_an_area_owes_nothing_before_it_existed():
    rows = [month("pudong", "2016-04", 5), month("xiongan", "2025-04", "missing")]
    told = estimate(PACK, {"xm1": made("xm1", rows)}, "xm1", day=DAY)
    assert told.filter(area="xiongan", period="2016-04").is_empty()
    assert not told.filter(area="xiongan", period="2025-04").is_empty()


def test_the_pack_says_level_and_least_tests():
    assert settings_on(PACK, DAY) == {"estimate_level": 0.9, "estimate_least": 20.0}
    assert settings_on(PACK, dt.date(1990, 1, 1)) is None
