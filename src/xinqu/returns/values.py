"""What a person writes in a value cell, read exactly: full-width digits, group commas, 万 and 亿, true digits."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

import msgspec

from xinqu.returns.canonical import decimal_text

_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)(.*)", re.DOTALL)
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf(?:inity)?|∞|非数字|无穷大)", re.IGNORECASE)
_TRUE = {"true", "1", "y", "yes", "是", "对", "√"}
_FALSE = {"false", "0", "n", "no", "否", "错"}
MAX_DIGITS = 40


class Number(msgspec.Struct, frozen=True):
    """A number as written: its decimal, the suffix that followed it (a unit or 万, 亿), its last digit's size."""

    value: Decimal
    suffix: str

    @property
    def last_digit(self) -> Fraction:
        """Size of the last digit written: 1/100 for 123.45."""
        exponent = self.value.as_tuple().exponent
        return Fraction(10) ** (exponent if isinstance(exponent, int) else 0)


def plain(text: str) -> str:
    """Return ``text`` with full-width digits and signs made plain and outer blanks cut."""
    folded = unicodedata.normalize("NFKC", text).replace("−", "-").replace("。", ".")
    return folded.strip()


def is_not_finite(text: str) -> bool:
    """Say whether the text spells NaN or an infinity."""
    return bool(_NOT_FINITE.fullmatch(plain(text)))


def read_number(text: str) -> Number | None:
    """Read a number with its suffix; None when the text is not one (or has more than 40 digits)."""
    match = _NUMBER.fullmatch(plain(text))
    digits = match[1] if match else ""
    if match is None or not any(c.isdigit() for c in digits) or digits[0] in "eE":
        return None
    value = Decimal(digits.replace(",", ""))
    shape = value.as_tuple()
    if max(abs(value.adjusted()), abs(int(shape.exponent)), len(shape.digits)) > MAX_DIGITS:
        return None
    suffix = match[2].strip()
    return None if any(c.isdigit() for c in suffix.replace("m2", "").replace("m3", "")) else Number(value, suffix)


def exact_text(value: Fraction) -> str | None:
    """Return a fraction as decimal text; None when it has no finite decimal."""
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    digits = value.numerator * 10**places // value.denominator
    return decimal_text(Decimal(f"{digits}E-{places}"))  # by text: arithmetic would round to the context's 28 digits


def read_bool(text: str) -> str | None:
    """Return ``true`` or ``false``; None when the text is neither."""
    word = plain(text).lower()
    return "true" if word in _TRUE else "false" if word in _FALSE else None


def read_date(text: str) -> str | None:
    """Return an ISO date from 2026-03-01, 2026/3/1, 2026.3.1 or 2026年3月1日; None when it is no day."""
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?", plain(text))
    if not match:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None
