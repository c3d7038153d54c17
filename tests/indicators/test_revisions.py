"""Revision statistics against sums made by hand and printed tables of Student's distribution."""

import datetime as dt
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.indicators.revisions import OBSERVED, releases, revision_statistics, triangle, two_sided_p


def observed(*rows: tuple[str, int, float], indicator: str = "R02", area: str = "lanzhou") -> pl.DataFrame:
    """Rows are (period, event, value); known on the day of the event's number in April."""
    filled = [(indicator, area, period, event, dt.date(2026, 4, event), value) for period, event, value in rows]
    return pl.DataFrame(filled, schema=OBSERVED, orient="row")


# period, first, last; changes: +0.2, -0.1, 0.3, 0
FOUR = observed(
    ("2026-02", 1, 5.0), ("2026-02", 7, 5.2),
    ("2026-03", 2, 4.0), ("2026-03", 8, 4.5), ("2026-03", 9, 3.9),
    ("2026-04", 3, 6.0), ("2026-04", 10, 6.3),
    ("2026-05", 4, 2.0),
)  # fmt: skip


def test_the_triangle_has_a_column_per_release():
    wide = triangle(releases(FOUR))
    assert wide.columns == ["indicator", "area", "period", "release_1", "release_2", "release_3"]
    assert wide.select("period", "release_1", "release_2", "release_3").rows() == [
        ("2026-02", 5.0, 5.2, None),
        ("2026-03", 4.0, 4.5, 3.9),
        ("2026-04", 6.0, 6.3, None),
        ("2026-05", 2.0, None, None),
    ]


def test_revisions_are_to_the_release_before_and_from_the_first():
    rows = releases(FOUR).filter(pl.col("period") == "2026-03")
    assert rows["revision"].to_list() == [None, pytest.approx(0.5), pytest.approx(-0.6)]
    assert rows["from_first"].to_list() == [None, pytest.approx(0.5), pytest.approx(-0.1)]
    assert rows["known_on"].to_list() == [dt.date(2026, 4, day) for day in (2, 8, 9)]


def test_the_same_value_seen_at_many_vintages_is_one_release():
    twice = observed(("2026-02", 1, 5.0), ("2026-02", 1, 5.0), ("2026-02", 4, 5.0), ("2026-02", 6, 5.1))
    assert releases(twice).select("release", "event", "value").rows() == [(1, 1, 5.0), (2, 6, 5.1)]


def test_a_figure_that_returns_to_an_old_value_has_three_releases():
    back = observed(("2026-02", 1, 5.0), ("2026-02", 4, 5.4), ("2026-02", 6, 5.0))
    assert releases(back)["value"].to_list() == [5.0, 5.4, 5.0]
    assert revision_statistics(releases(back))["revised"].to_list() == [0]


def test_statistics_count_unrevised_figures_too():
    """By hand: changes 0.2, -0.1, 0.3, 0; mean 0.1, deviation sqrt(0.1 / 3), t = 0.1 / (deviation / 2)."""
    row = revision_statistics(releases(FOUR)).row(0, named=True)
    assert (row["figures"], row["revised"], row["degrees_of_freedom"], row["note"]) == (4, 3, 3, "small_sample")
    assert row["mean_revision"] == pytest.approx(0.1)
    assert row["mean_absolute_revision"] == pytest.approx(0.15)
    assert row["relative_absolute_revision"] == pytest.approx(0.6 / (5.2 + 3.9 + 6.3 + 2.0))
    assert row["share_upward"] == pytest.approx(2 / 3)
    assert row["t"] == pytest.approx(0.1 / (math.sqrt(0.1 / 3) / 2))
    # Student's distribution with 3 degrees of freedom in closed form: p = 1 - 2/pi (a + sin a cos a)
    angle = math.atan(row["t"] / math.sqrt(3))
    assert row["p_value"] == pytest.approx(1 - 2 / math.pi * (angle + math.sin(angle) * math.cos(angle)))


def test_one_figure_or_equal_revisions_give_no_test():
    lone = revision_statistics(releases(observed(("2026-02", 1, 5.0), ("2026-02", 7, 5.2)))).row(0, named=True)
    assert (lone["t"], lone["p_value"], lone["note"]) == (None, None, "no_test")
    equal = observed(("2026-02", 1, 5.0), ("2026-03", 2, 4.0))
    assert revision_statistics(releases(equal))["note"].to_list() == ["no_test"]


# degrees of freedom, t of the two-sided 5 % and 1 %; printed tables (Fisher and Yates, Statistical Tables, table III)
TABLE = [(1, 12.706, 63.657), (2, 4.303, 9.925), (3, 3.182, 5.841), (5, 2.571, 4.032), (10, 2.228, 3.169), (30, 2.042, 2.750), (120, 1.980, 2.617)]  # fmt: skip
TABLE_TOLERANCE = 2e-4  # the table prints t with three decimals


@pytest.mark.parametrize(("degrees", "five", "one"), TABLE)
def test_p_values_are_those_of_the_printed_table(degrees, five, one):
    assert two_sided_p(five, degrees) == pytest.approx(0.05, abs=TABLE_TOLERANCE)
    assert two_sided_p(-one, degrees) == pytest.approx(0.01, abs=TABLE_TOLERANCE)
    assert two_sided_p(0.0, degrees) == pytest.approx(1.0)


@given(st.lists(st.tuples(st.integers(1, 28), st.floats(-100, 100)), min_size=1, max_size=20))
def test_revisions_add_up_to_the_change_from_first_to_last(values):
    """Law: the steps of a figure sum to its total revision, whatever the order in which it was observed."""
    rows = releases(observed(*[("2026-02", event, value) for event, value in values]))
    assert rows["revision"].sum() == pytest.approx(rows["value"][-1] - rows["value"][0], abs=1e-9)
    assert rows["event"].is_sorted()
    assert rows["release"].to_list() == list(range(1, rows.height + 1))
