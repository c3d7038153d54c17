"""How a number is written on a page: digits by unit, comma groups, a true minus; what rounds to nothing is no zero."""

import datetime as dt

from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Text

MINUS = "\N{MINUS SIGN}"
BELOW_HALF_A_UNIT = "…"  # a value that is not zero and rounds to it (UX section 5)
_DIGITS = {
    "pct": 1, "pp": 1, "count": 0, "yuan": 0, "yuan_per_person": 0, "working_day": 1, "hour": 1, "day": 0,
    "person": 0, "m2_per_person": 1, "ratio": 2,
}  # fmt: skip
_DEFAULT_DIGITS = 2


def digits_of(unit: str) -> int:
    """Return the decimals that a value in ``unit`` is shown with."""
    return _DIGITS.get(unit, _DEFAULT_DIGITS)


def number(value: float, unit: str, *, signed: bool = False) -> str:
    """Return ``value`` rounded for reading; ``signed`` puts a plus before growth."""
    digits = digits_of(unit)
    shown = f"{abs(value):,.{digits}f}"
    nothing = not any(character in "123456789" for character in shown)
    if nothing:
        return "0" if value == 0 else BELOW_HALF_A_UNIT
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + shown


def exact(value: float) -> str:
    """Return ``value`` with all its digits, comma groups and a true minus."""
    text = repr(float(value))
    whole, _, fraction = text.partition(".")
    if "e" in text:
        return text.replace("-", MINUS)
    grouped = f"{int(whole):,}".replace("-", MINUS)
    if whole.startswith("-") and not grouped.startswith(MINUS):
        grouped = MINUS + grouped
    return grouped if fraction in {"", "0"} else f"{grouped}.{fraction}"


def period_text(period: str) -> Text:
    """Return a period as a person says it; "" stays empty."""
    if not period:
        return Text("", "")
    try:
        return Period.parse(period).label
    except Refused:
        return Text(period, period)


def day_text(day: dt.date) -> Text:
    """Return a day as a person says it: 2026年11月24日, 24 Nov 2026."""
    return Text(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%b} {day.year}")
