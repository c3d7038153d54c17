"""Periods: SDMX forms, neighbours and days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.vocabulary.periods import Frequency, Period, periods_between
from xinqu.vocabulary.problem import Refused

PERIODS = st.builds(
    lambda year, freq, n: Period(year, n % freq.per_year + 1, freq),
    st.integers(1990, 2060),
    st.sampled_from(list(Frequency)),
    st.integers(0, 11),
)


@given(PERIODS)
def test_printed_form_reads_back(period):
    assert Period.parse(str(period)) == period


@given(PERIODS, st.integers(-40, 40))
def test_shift_there_and_back(period, steps):
    assert period.shift(steps).shift(-steps) == period


@given(PERIODS)
def test_periods_tile_the_calendar(period):
    assert period.shift(1).start == period.end + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("period", "skipped", "previous"),
    [
        ("2024-02", [1], "2023-12"),
        ("2024-02", [], "2024-01"),
        ("2024-03", [1], "2024-02"),
        ("2024-Q1", [], "2023-Q4"),
        ("2024", [], "2023"),
    ],
)
def test_previous_passes_over_periods_without_a_return(period, skipped, previous):
    """DOMAIN section g: where there is no January return, the previous of February is December."""
    assert str(Period.parse(period).prev(skipped)) == previous


@pytest.mark.parametrize("text", ["2024-13", "2024-Q5", "24", "2024-S3", "2024-1", "", "２０２４"])
def test_other_texts_are_refused(text):
    with pytest.raises(Refused) as caught:
        Period.parse(text)
    assert caught.value.problems[0].code == "XQ-PERIOD-001"


def test_periods_between_holds_both_ends():
    assert [str(p) for p in periods_between(Period.parse("2023-Q3"), Period.parse("2024-Q1"))] == [
        "2023-Q3", "2023-Q4", "2024-Q1"]  # fmt: skip
