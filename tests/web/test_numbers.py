"""How numbers, periods and days are written (UX section 5, numbers and dates)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.web import numbers

# value, unit, shown: UX section 5 "Rates 1 decimal %", "comma groups in both languages", "minus U+2212",
# "Zero `0`; below half a unit `…`"
SHOWN = [
    (22.44, "pct", "22.4"),
    (0.0, "pct", "0"),
    (0.04, "pct", "…"),
    (-0.04, "pct", "…"),
    (-3.8, "pct", "−3.8"),
    (84357.6, "yuan_per_person", "84,358"),
    (1046080.0, "wan_yuan", "1,046,080.00"),
    (34.0, "count", "34"),
]


@pytest.mark.parametrize(("value", "unit", "shown"), SHOWN)
def test_a_number_is_written_by_its_unit(value, unit, shown):
    assert numbers.number(value, unit) == shown


def test_growth_has_a_sign():
    assert numbers.number(0.84, "pp", signed=True) == "+0.8"


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_the_exact_value_loses_no_digit(value):
    back = numbers.exact(value).replace(",", "").replace(numbers.MINUS, "-")
    assert float(back) == value


@given(st.floats(min_value=-1e12, max_value=1e12), st.sampled_from(["pct", "count", "yuan", "tce_per_wan_yuan"]))
def test_only_zero_is_written_as_zero(value, unit):
    shown = numbers.number(value, unit)
    assert (shown == "0") == (value == 0)
    assert "-" not in shown, "a hyphen is no minus"


def test_periods_and_days_are_said_as_people_do():
    assert numbers.period_text("2024-Q3").zh == "2024年三季度"
    assert numbers.period_text("2024-Q3").en == "Q3 2024"
    assert numbers.day_text(dt.date(2026, 11, 24)).zh == "2026年11月24日"
    assert numbers.day_text(dt.date(2026, 11, 24)).en == "24 Nov 2026"
