"""Units as officers write them: what 亿元 or 亩 is in the unit a form declares, exactly or not at all."""

import re
from fractions import Fraction
from functools import cache

import msgspec

from xinqu.expressions.units import unit_of
from xinqu.policy.pack import Pack


class Measure(msgspec.Struct, frozen=True):
    """A unit as a multiple of a base: 亿元 is 10^8 of ``yuan``."""

    base: str
    factor: Fraction


# Spellings of bases and multiples; the powers 千 万 亿 are read as prefixes. 1 ha = 15 亩 = 10,000 m2 (DOMAIN, traps).
_WHOLE: dict[str, tuple[str, Fraction]] = {
    "元": ("yuan", Fraction(1)),
    "人民币元": ("yuan", Fraction(1)),
    "yuan": ("yuan", Fraction(1)),
    "美元": ("usd", Fraction(1)),
    "usd": ("usd", Fraction(1)),
    "人": ("person", Fraction(1)),
    "person": ("person", Fraction(1)),
    "persons": ("person", Fraction(1)),
    "人年": ("person_year", Fraction(1)),
    "person_year": ("person_year", Fraction(1)),
    "平方米": ("m2", Fraction(1)),
    "m2": ("m2", Fraction(1)),
    "㎡": ("m2", Fraction(1)),
    "公顷": ("m2", Fraction(10_000)),
    "ha": ("m2", Fraction(10_000)),
    "亩": ("m2", Fraction(10_000, 15)),
    "mu": ("m2", Fraction(10_000, 15)),
    "平方公里": ("m2", Fraction(1_000_000)),
    "平方千米": ("m2", Fraction(1_000_000)),
    "km2": ("m2", Fraction(1_000_000)),
    "立方米": ("m3", Fraction(1)),
    "m3": ("m3", Fraction(1)),
    "千瓦时": ("kwh", Fraction(1)),
    "度": ("kwh", Fraction(1)),
    "kwh": ("kwh", Fraction(1)),
    "吨标准煤": ("tce", Fraction(1)),
    "tce": ("tce", Fraction(1)),
    "吨": ("t", Fraction(1)),
    "t": ("t", Fraction(1)),
    "公里": ("m", Fraction(1000)),
    "千米": ("m", Fraction(1000)),
    "km": ("m", Fraction(1000)),
    "米": ("m", Fraction(1)),
    "小时": ("hour", Fraction(1)),
    "hour": ("hour", Fraction(1)),
    "天": ("day", Fraction(1)),
    "日": ("day", Fraction(1)),
    "day": ("day", Fraction(1)),
    "工作日": ("working_day", Fraction(1)),
    "个工作日": ("working_day", Fraction(1)),
    "working_day": ("working_day", Fraction(1)),
    "%": ("pct", Fraction(1)),
    "pct": ("pct", Fraction(1)),
} | {name: ("count", Fraction(1)) for name in ("个", "户", "家", "项", "件", "宗", "套", "条", "次", "count")}
_PREFIX = {"千": 1000, "万": 10_000, "百万": 1_000_000, "亿": 100_000_000, "wan_": 10_000, "yi_": 100_000_000}


@cache
def measure(text: str) -> Measure | None:
    """Return what the unit ``text`` is, or None when it is not one we know."""
    name = re.sub(r"\s+", "", text.replace("²", "2").replace("³", "3")).lower()
    if name in _WHOLE:
        return Measure(*_WHOLE[name])
    for prefix in sorted(_PREFIX, key=len, reverse=True):
        base = _WHOLE.get(name.removeprefix(prefix))
        if name.startswith(prefix) and base:
            return Measure(base[0], base[1] * _PREFIX[prefix])
    return None


def factor_to(pack: Pack, *, entered: str, declared: str) -> Fraction | None:
    """Return the exact factor from the unit a person wrote to the declared unit code; None when there is none.

    1 when ``entered`` is the declared unit itself under its code or name in either language.
    """
    code = pack.units.get(declared)
    if entered == declared or (code and entered in {code.name.zh, code.name.en}):
        return Fraction(1)
    if own := _factor_of_pack(pack, entered, declared):
        return own
    source, target = measure(entered), measure(declared)
    if source is None or target is None or source.base != target.base:
        return None
    return source.factor / target.factor


def _factor_of_pack(pack: Pack, entered: str, declared: str) -> Fraction | None:
    """Return the factor between two units of the pack of one dimension; counted things have none and are left alone."""
    source = next((c for c, record in pack.units.items() if entered in {c, record.name.zh, record.name.en}), "")
    try:
        first, second = (unit_of(code, pack.unit_definitions) for code in (source, declared))
    except KeyError:
        return None
    return first.factor / second.factor if first.dimensions and first.dimensions == second.dimensions else None


def unit_name(pack: Pack, code: str) -> str:
    """Return the Chinese name of a declared unit, which is what forms print."""
    return pack.units[code].name.zh if code in pack.units else code


_OFFERED = {
    "yuan": ("元", "万元", "亿元"),
    "usd": ("美元", "万美元", "亿美元"),
    "person": ("人", "万人"),
    "m2": ("平方米", "万平方米", "公顷", "亩", "平方公里"),
    "m3": ("立方米", "万立方米", "亿立方米"),
    "kwh": ("千瓦时", "万千瓦时", "亿千瓦时"),
    "tce": ("吨标准煤", "万吨标准煤"),
    "t": ("吨", "万吨"),
    "count": ("个", "万个"),
    "m": ("米", "公里"),
}


def offered_units(pack: Pack, declared: str) -> list[str]:
    """Return the units an officer may choose for an item, the declared one first."""
    own, known = unit_name(pack, declared), measure(declared)
    others = _OFFERED.get(known.base, ()) if known else [c.name.zh for c in pack.units.values()]
    others = [name for name in others if factor_to(pack, entered=name, declared=declared) is not None]
    return [own, *(name for name in others if factor_to(pack, entered=name, declared=declared) != 1)]
