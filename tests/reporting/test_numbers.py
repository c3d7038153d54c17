"""How numbers are printed: rounding, minus, group signs, nothing that looks like a zero but isn't."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.reporting.numbers import date_text, decimals_of, exact_text, shown, shown_money, shown_unknown, zh_ordinal
from xinqu.vocabulary.truth import Unknown

# case, value, unit, zh, en: UX section 5, numbers
CASES = [
    ("rate with one decimal", "4.3", "pct", "4.3", "4.3"),
    ("half goes away from zero", "4.25", "pct", "4.3", "4.3"),
    ("minus is U+2212", "-0.35", "pct", "−0.4", "−0.4"),
    ("no group sign in Chinese, commas in English", "287654.321", "yuan_per_person", "287654", "287,654"),
    ("zero", "0", "pct", "0", "0"),
    ("below half of the last digit", "0.04", "pct", "…", "…"),
    ("below half, negative", "-0.04", "pct", "…", "…"),
    ("trailing zero kept: the precision is shown", "5", "pct", "5.0", "5.0"),
]


@pytest.mark.parametrize(("value", "unit", "zh", "en"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_values_are_printed_as_reports_write_them(value, unit, zh, en):
    text = shown(value, unit)
    assert (text.zh, text.en) == (zh, en)


def test_money_is_printed_in_yi_and_billions():
    """Qingdao West Coast 2023: 500.338 billion yuan (DOMAIN a) is 50033800 万元."""
    text, unit = shown_money("50033800")
    assert (text.zh, unit.zh) == ("5003.38", "亿元")
    assert (text.en, unit.en) == ("500.34", "bn yuan")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_exact_text_reads_back_as_the_same_double(value):
    text = exact_text(value)
    assert float(text) == value
    assert "e" not in text.lower()


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4), st.sampled_from(["pct", "count", "ratio", "other"]))
def test_what_is_printed_is_within_half_a_unit(value, unit):
    text = shown(str(value), unit).zh
    printed = Decimal(0) if text == "…" else Decimal(text.replace("−", "-"))
    assert abs(printed - value) <= Decimal(1).scaleb(-decimals_of(unit)) / 2


@pytest.mark.parametrize("reason", list(Unknown))
def test_every_unknown_has_a_word_in_both_languages(reason):
    text = shown_unknown(reason)
    assert text.zh
    assert text.en


@pytest.mark.parametrize(("number", "zh"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (21, "二十一")])
def test_headings_are_numbered_in_chinese(number, zh):
    assert zh_ordinal(number) == zh


def test_dates():
    text = date_text("2026-11-04")
    assert (text.zh, text.en) == ("2026年11月4日", "4 Nov 2026")
