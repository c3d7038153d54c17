"""What officers write in a value cell is read digit for digit, or not at all."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.returns.canonical import decimal_text, decimal_texts
from xinqu.returns.units import factor_to, measure, offered_units
from xinqu.returns.values import exact_text, is_not_finite, read_bool, read_date, read_number

# text as written, decimal, suffix; spellings of UX section 6: full-width digits, ，。 and 万/亿
WRITTEN = [
    ("123", "123", ""),
    (" 1,234,567.80 ", "1234567.80", ""),
    ("１２３．４５", "123.45", ""),
    ("1，234。5", "1234.5", ""),
    ("-0.5", "-0.5", ""),
    ("−3", "-3", ""),
    ("12.5亿", "12.5", "亿"),
    ("12.5 亿元", "12.5", "亿元"),
    ("4.3%", "4.3", "%"),
    ("4.3％", "4.3", "%"),
    ("1.5E+5", "1.5E+5", ""),
    (".5", "0.5", ""),
]
NOT_NUMBERS = ["", "abc", "12,34", "1.2.3", "12a3", "--5", "亿", "1 234", "e5", "1e999", "9" * 50, "½"]


@pytest.mark.parametrize(("text", "value", "suffix"), WRITTEN)
def test_a_number_is_read_as_written(text, value, suffix):
    number = read_number(text)
    assert number is not None
    assert number.value == Decimal(value)
    assert number.suffix == suffix


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_what_is_no_number_is_not_guessed_at(text):
    number = read_number(text)
    assert number is None or number.suffix not in {"", "%"}


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "∞", "ＮＡＮ", "无穷大"])
def test_infinities_are_named(text):
    assert is_not_finite(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**25), max_value=10**25, places=6))
def test_plain_decimals_lose_nothing(number):
    read = read_number(format(number, "f"))
    assert read is not None
    assert read.value == number
    assert Decimal(decimal_text(number)) == number


@given(st.fractions(max_denominator=10**6))
def test_exact_text_is_exact_or_absent(value):
    text = exact_text(value)
    if text is None:
        rest = value.denominator
        for prime in (2, 5):
            while rest % prime == 0:
                rest //= prime
        assert rest > 1
    else:
        assert Fraction(text) == value


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)))
def test_machine_numbers_become_texts_that_read_back(numbers):
    texts = decimal_texts(pl.Series(numbers, dtype=pl.Float64)).to_list()
    assert [float(text) for text in texts] == numbers
    assert all("e" not in text.lower() and not text.endswith(".0") and text != "-0" for text in texts)


def test_dates_and_yes_no():
    assert read_date("2026年3月1日") == read_date("2026/3/1") == read_date("2026-03-01 00:00:00") == "2026-03-01"
    assert read_date("2026-02-30") is None
    assert (read_bool("是"), read_bool("０"), read_bool("maybe")) == ("true", "false", None)


# entered, declared, factor by hand: 万 = 10^4, 亿 = 10^8; 1 ha = 15 亩 = 10^4 m2, 1 km2 = 100 ha (DOMAIN f, Units)
FACTORS = [
    ("亿元", "wan_yuan", 10_000),
    ("元", "wan_yuan", Fraction(1, 10_000)),
    ("万户", "count", 10_000),
    ("亿美元", "wan_usd", 10_000),
    ("亿千瓦时", "wan_kwh", 10_000),
    ("平方公里", "ha", 100),
    ("亩", "ha", Fraction(1, 15)),
    ("人", "wan_person", Fraction(1, 10_000)),
    ("万吨标准煤", "tce", 10_000),
    ("%", "pct", 1),
]


@pytest.mark.parametrize(("entered", "declared", "factor"), FACTORS)
def test_units_have_exact_factors(pack, entered, declared, factor):
    assert factor_to(pack, entered=entered, declared=declared) == factor


@pytest.mark.parametrize(
    ("entered", "declared"), [("亿美元", "wan_yuan"), ("%", "wan_yuan"), ("筐", "count"), ("", "ha")]
)
def test_units_of_another_kind_have_none(pack, entered, declared):
    assert factor_to(pack, entered=entered, declared=declared) is None


def test_every_unit_of_an_area_form_is_known_under_its_printed_name(pack):
    for unit in {item.unit for form in pack.area_forms for item in form.items}:
        name = pack.units[unit].name.zh
        assert factor_to(pack, entered=name, declared=unit) == 1
        assert offered_units(pack, unit)[0] == name
        if measure(unit) and measure(name):
            assert measure(unit) == measure(name), unit
