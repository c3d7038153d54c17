"""Single periods out of cumulatives: worked by hand, and the law that the singles of a year add up to its cumulative."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_facts import made, pack
from xinqu.indicators.cumulative import REVISION, singles, year_on_year
from xinqu.vocabulary.periods import Frequency

MONTHS = range(2, 13)


def monthly(values: dict[str, object], *, item: str = "xm1_rev", **head: object) -> dict[str, pl.DataFrame]:
    """Facts of xm1 with one item by period; a period may hold a whole return instead of a value."""
    returns = [
        {"area": "lanzhou", "period": period} | head | (value if isinstance(value, dict) else {item: value})
        for period, value in values.items()
    ]
    return {"xm1": made("xm1", returns)}


def of(facts, item: str = "xm1_rev", **how) -> list[tuple]:
    found = singles(pack(), facts, "xm1", **how).filter(pl.col("item") == item, pl.col("sub_unit") == "")
    return found.select("period", "first_month", "month", "months", "value", "unknown", "flag").rows()


def test_january_and_february_stand_together_and_a_month_is_a_difference():
    facts = monthly({"2025-02": 180, "2025-03": 300, "2025-04": 390})
    assert of(facts) == [
        ("2025-02", 1, 2, 2, 180.0, None, ""),
        ("2025-03", 3, 3, 1, 120.0, None, ""),
        ("2025-04", 4, 4, 1, 90.0, None, ""),
    ]


def test_a_new_year_begins_anew():
    assert of(monthly({"2024-12": 1200, "2025-02": 180}))[-1] == ("2025-02", 1, 2, 2, 180.0, None, "")


def test_quarters_and_half_years_of_a_monthly_form():
    facts = monthly({"2025-03": 300, "2025-06": 650, "2025-09": 900, "2025-12": 1400})
    quarters = of(facts, length=Frequency.QUARTERLY)
    assert [(row[0], row[3], row[4]) for row in quarters] == [
        ("2025-03", 3, 300.0), ("2025-06", 3, 350.0), ("2025-09", 3, 250.0), ("2025-12", 3, 500.0)
    ]  # fmt: skip
    assert [row[4] for row in of(facts, length=Frequency.HALF_YEAR)] == [650.0, 750.0]
    assert [row[4] for row in of(facts, length=Frequency.ANNUAL)] == [1400.0]


def test_a_quarterly_form_has_no_single_months():
    facts = {"xq1": made("xq1", [{"area": "lanzhou", "period": "2025-Q1", "xq1_gdp": 5}])}
    assert singles(pack(), facts, "xq1", length=Frequency.MONTHLY).is_empty()
    assert singles(pack(), facts, "xq1").filter(pl.col("item") == "xq1_gdp")["value"].to_list() == [5.0]


def test_a_fall_of_the_cumulative_is_a_revision():
    facts = monthly({"2025-03": 300, "2025-04": 280})
    assert of(facts)[-1][4:] == (-20.0, None, REVISION)


def test_a_single_loss_is_no_revision():
    """Profit has no lower bound: a quarter may lose money."""
    returns = [
        {"area": "lanzhou", "period": period, "xq1_ind_profit": value}
        for period, value in (("2025-Q1", 50), ("2025-Q2", 20))
    ]
    rows = singles(pack(), {"xq1": made("xq1", returns)}, "xq1").filter(pl.col("item") == "xq1_ind_profit")
    assert rows.select("value", "flag").rows() == [(50.0, ""), (-30.0, "")]


def test_what_is_not_there_is_not_guessed():
    gap = monthly({"2025-03": 300, "2025-05": 500, "2025-06": "missing", "2025-07": 700})
    assert [row[4:6] for row in of(gap)] == [
        (None, "missing")
    ] * 4  # no February, no April, June missing, June before July
    assert [row[4:6] for row in of(gap, length=Frequency.QUARTERLY)] == [(300.0, None), (None, "missing")]


def test_other_territory_gives_no_difference():
    facts = monthly(
        {"2025-03": {"xm1_rev": 300, "scope": "S4"}, "2025-04": {"xm1_rev": 380, "scope": "S2"}}
    )  # fmt: skip
    assert of(facts)[-1][4:6] == (None, "series_break")


def test_half_digits_of_both_cumulatives_add():
    facts = monthly({"2025-03": 300, "2025-04": 380}, half="5")
    found = singles(pack(), facts, "xm1").filter(pl.col("item") == "xm1_rev")
    assert found["half"].to_list() == [None, 10.0]


def test_only_cumulative_items_have_singles():
    facts = monthly({"2025-02": {"xm1_rev": 1, "xm1_loans": 2, "xm1_iva_growth": 3}})
    found = singles(pack(), facts, "xm1")["item"].unique().to_list()
    assert {"xm1_loans", "xm1_iva_growth", "xm1_fai_growth"}.isdisjoint(found)


def test_growth_compares_the_same_months_alone():
    """March against March: 120 on 100; January and February against the same two: 180 on 150. Never against a cumulative."""
    facts = monthly({"2024-02": 150, "2024-03": 250, "2025-02": 180, "2025-03": 300, "2025-04": 400})
    found = year_on_year(singles(pack(), facts, "xm1")).filter(pl.col("item") == "xm1_rev")
    grown = dict(found.select("period", "growth_pct").iter_rows())
    assert grown["2025-02"] == pytest.approx(20.0)
    assert grown["2025-03"] == pytest.approx(20.0)
    reasons = dict(found.select("period", "growth_unknown").iter_rows())
    assert reasons == {
        "2024-02": "missing",
        "2024-03": "missing",
        "2025-02": None,
        "2025-03": None,
        "2025-04": "missing",
    }


def test_growth_across_other_territory_or_on_nothing_is_unknown():
    facts = monthly({"2024-02": {"xm1_rev": 150, "scope": "S2", "xm1_new_ent": 0}, "2025-02": {"xm1_rev": 180, "xm1_new_ent": 4, "scopes": {"xm1_new_ent": "S2"}}})  # fmt: skip
    found = year_on_year(singles(pack(), facts, "xm1")).filter(pl.col("period") == "2025-02")
    reasons = dict(found.select("item", "growth_unknown").iter_rows())
    assert (reasons["xm1_rev"], reasons["xm1_new_ent"]) == ("series_break", "zero_divisor")
    assert found["growth_pct"].null_count() == found.height


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-1000, 10_000), min_size=11, max_size=11))
def test_the_singles_of_a_year_add_up_to_its_cumulative(steps):
    """Law, for months, quarters and half-years alike; whole numbers are exact in binary."""
    totals = [sum(steps[: n + 1]) for n in range(len(steps))]
    facts = monthly({f"2025-{month:02d}": total for month, total in zip(MONTHS, totals, strict=True)})
    for length in (Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.HALF_YEAR, Frequency.ANNUAL):
        rows = of(facts, length=length)
        assert sum(row[4] for row in rows) == totals[-1]
        assert sum(row[3] for row in rows) == 12
    months = of(facts)
    assert [row[4] for row in months] == steps
    assert [row[6] == REVISION for row in months] == [step < 0 for step in steps]
