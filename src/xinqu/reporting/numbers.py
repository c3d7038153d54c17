"""How reports write numbers: Chinese without group signs (GB/T 15835 style), English with commas; half away from zero."""

from decimal import ROUND_HALF_UP, Decimal

from xinqu.vocabulary.money import WAN_PER_YI, YI_PER_BILLION
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

MINUS = "\N{MINUS SIGN}"
BELOW_HALF = "\N{HORIZONTAL ELLIPSIS}"
CANNOT_TELL = Text("无法判定", "cannot tell")
# Reasons that say of themselves what is the matter; every other one is a "cannot tell" with its reason beside it.
_PLAIN = {Unknown.MISSING, Unknown.NOT_APPLICABLE, Unknown.SUPPRESSED, Unknown.NOT_DUE}
# Decimals of a figure on paper by unit code: rates one, money two, counts none (UX section 5). The exact value stays in the model.
_DECIMALS = {
    "pct": 1, "pp": 1, "score": 1, "working_day": 1, "hour": 1, "day": 0, "ratio": 2, "index": 1,
    "yuan": 0, "yuan_per_person": 0, "wan_yuan": 0, "yi_yuan_per_km2": 2, "wan_yuan_per_ha": 1, "wan_yuan_per_mu": 1,
    "tce_per_wan_yuan": 3, "m3_per_wan_yuan": 1, "m2_per_person": 1, "count": 0, "person": 0,
    "count_per_wan": 2, "count_per_wan_person": 2, "count_per_thousand": 2, "person_year_per_wan_person": 1,
    "wan_person": 2, "ha": 2, "km2": 2,
}  # fmt: skip
_OTHER_DECIMALS = 2


def exact_text(value: float) -> str:
    """Return the shortest decimal text that reads back as ``value``, without exponent; -0.0 is ``0``."""
    text = format(Decimal(repr(value)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def decimals_of(unit: str) -> int:
    """Return how many decimals a report prints for a unit code."""
    return _DECIMALS.get(unit, _OTHER_DECIMALS)


def shown(value: str, unit: str) -> Text:
    """Return ``value`` (decimal text) as printed: rounded for its unit, minus sign U+2212, ``…`` below half a unit."""
    exact = Decimal(value)
    places = decimals_of(unit)
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if exact and not rounded:
        return Text(BELOW_HALF, BELOW_HALF)
    if not exact:
        return Text("0", "0")
    return Text(f"{rounded:f}".replace("-", MINUS), f"{rounded:,f}".replace("-", MINUS))


def shown_money(wan_yuan: str) -> tuple[Text, Text]:
    """Return an amount in 万元 as reports print it, and its unit: 亿元 in Chinese, billion yuan in English, two decimals."""
    yi = Decimal(wan_yuan) / WAN_PER_YI
    zh, en = shown(exact_decimal(yi), "yi_yuan"), shown(exact_decimal(yi / YI_PER_BILLION), "yi_yuan")
    return Text(zh.zh, en.en), Text("亿元", "bn yuan")


def exact_decimal(value: Decimal) -> str:
    """Return a decimal as text without exponent."""
    return format(value, "f")


def shown_unknown(reason: Unknown) -> Text:
    """Return the word printed in the place of an unknown value."""
    return reason.label if reason in _PLAIN else CANNOT_TELL


def unit_label(code: str, zh: str) -> Text:
    """Return a unit as printed; a sign such as % serves both languages."""
    english = zh if zh.isascii() and zh else code.replace("_", " ")
    return Text(zh or code, english)


_ZH_DIGITS = "〇一二三四五六七八九"
_TEN = 10


def zh_ordinal(number: int) -> str:
    """Return 1..99 in Chinese numerals, as headings are numbered (一, 十, 十二, 二十一)."""
    tens, ones = divmod(number, _TEN)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_ZH_DIGITS[tens]}十")
    return head + (_ZH_DIGITS[ones] if ones or not tens else "")


def zh_date(iso: str) -> str:
    """Return an ISO day as 2026年11月24日."""
    year, month, day = iso.split("-")
    return f"{int(year)}年{int(month)}月{int(day)}日"


_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_text(iso: str) -> Text:
    """Return an ISO day as both languages write it in running text."""
    year, month, day = (int(part) for part in iso.split("-"))
    return Text(zh_date(iso), f"{day} {_EN_MONTHS[month - 1]} {year}")
