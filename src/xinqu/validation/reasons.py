"""Says in words why a correction is suggested: the cause, the values it rests on, the checks that hold with it."""

import math
from collections.abc import Sequence

from xinqu.policy.pack import Pack
from xinqu.validation.systematic import Slip
from xinqu.vocabulary.text import Text

_SHOWN_CHECKS = 3
_CAUSES = {
    "x10": Text("疑似差{way}10倍（多写或少写一位）", "looks {way} by 10 (a digit too many or too few)"),
    "x100": Text("疑似差{way}100倍", "looks {way} by 100"),
    "x1000": Text("疑似差{way}1000倍", "looks {way} by 1,000"),
    "x10000": Text("疑似差{way}1万倍", "looks {way} by 10,000"),
    "sign": Text("疑似正负号颠倒", "the sign looks reversed"),
    "swapped": Text("疑似与相邻的“{other}”填反", 'looks swapped with the neighbouring "{other}"'),
    "not_accumulated": Text(
        "疑似填了当期数，应填年初以来累计数", "looks like the single period where the sum since January is asked for"
    ),
    "accumulated": Text(
        "疑似填了年初以来累计数，应填当期数", "looks like the sum since January where the single period is asked for"
    ),
    "not_reset": Text(
        "疑似未从本年初重新累计，含上年累计数", "looks added on to last year's sum instead of starting anew"
    ),
}
_LARGE, _SMALL = Text("大", "too large"), Text("小", "too small")
_UNIT = Text("，可能以{unit}填报，应为{right}", "; it may be entered in {unit} instead of {right}")
_BESIDE = {
    "reported": Text("填报 {value}", "reported {value}"),
    "last_year": Text("上年同期 {value}", "a year before {value}"),
    "previous": Text("上期 {value}", "the period before {value}"),
}
_CURED = Text("；改为 {value} 后，{checks} 成立", "; with {value} in its place {checks} hold")
_DOUBT = Text(
    "与 {checks} 不符，改动最少时应改本项", "contradicts {checks}; changing it is part of the smallest correction"
)
_SUPPLY = Text("应报未报", "owed but not given")
_RANGE = Text("；与其余数据相符的取值：{values}", "; values that agree with the rest: {values}")
_OTHERS = Text("；也可能是 {items}", "; it could also be {items}")
_EXPLAIN = Text("；若属实，请说明原因", "; if it is true, explain it")
_ANY = Text("不限", "any")
_AT_LEAST, _AT_MOST = Text("不小于 {value}", "at least {value}"), Text("不大于 {value}", "at most {value}")
_BETWEEN = Text("{low} 至 {high}", "{low} to {high}")


def slip_reason(pack: Pack, slip: Slip) -> Text:
    """Return why a slip is suggested, with its evidence and the checks it cures."""
    way = _LARGE if abs(slip.reported) > abs(slip.suggested) else _SMALL
    cause = _CAUSES[slip.kind]
    other = pack.items[slip.other].name if slip.other else Text("", "")
    said = Text(cause.zh.format(way=way.zh, other=other.zh), cause.en.format(way=way.en, other=other.en))
    if slip.kind == "x10000":
        said = _joined(said, _wrong_unit(pack, slip, too_large=way is _LARGE))
    values = {"reported": slip.reported, "last_year": slip.last_year, "previous": slip.previous}
    beside = [_BESIDE[name].fill(value=number(value)) for name, value in values.items() if math.isfinite(value)]
    evidence = Text("：" + "，".join(one.zh for one in beside), ": " + ", ".join(one.en for one in beside))
    return _joined(said, evidence, _CURED.fill(value=number(slip.suggested), checks=_listed(slip.cured)))


def in_doubt(
    pack: Pack, values: Text, broken: Sequence[str], others: Sequence[str], *, supplied: bool, only_warned: bool
) -> Text:
    """Return why a value is in doubt, what the checks leave for it, and which items might be wrong in its place.

    ``only_warned``: no check that refuses it stands against it, so that it may be true.
    """
    said = _SUPPLY if supplied else _DOUBT.fill(checks=_listed(broken))
    ranged = Text(_RANGE.zh.format(values=values.zh), _RANGE.en.format(values=values.en))
    may_stand = _EXPLAIN if only_warned and not supplied else Text("", "")
    if not others:
        return _joined(said, ranged, may_stand)
    names = [pack.items[item].name for item in others]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return _joined(said, ranged, Text(_OTHERS.zh.format(items=zh), _OTHERS.en.format(items=en)), may_stand)


def shown_range(low: float, high: float) -> Text:
    """Return an interval as people read it."""
    if math.isinf(low) and math.isinf(high):
        return _ANY
    if math.isinf(low):
        return _AT_MOST.fill(value=number(high))
    if math.isinf(high):
        return _AT_LEAST.fill(value=number(low))
    one = number(low)
    return Text(one, one) if one == number(high) else _BETWEEN.fill(low=one, high=number(high))


def number(value: float) -> str:
    """Return a value with group commas and at most four decimals."""
    text = f"{value:,.4f}"
    return text.rstrip("0").rstrip(".")


def _wrong_unit(pack: Pack, slip: Slip, *, too_large: bool) -> Text:
    """Name the unit that would explain ten thousand, where the item's unit counts in 万."""
    unit = pack.units[pack.items[slip.item].unit].name
    if not unit.zh.startswith("万"):
        return Text("", "")
    plain = unit.zh.removeprefix("万")
    taken = plain if too_large else f"亿{plain}"
    return _UNIT.fill(unit=taken, right=unit.zh)


def _listed(checks: Sequence[str]) -> str:
    shown = ", ".join(checks[:_SHOWN_CHECKS])
    return shown if len(checks) <= _SHOWN_CHECKS else f"{shown} (+{len(checks) - _SHOWN_CHECKS})"


def _joined(*parts: Text) -> Text:
    return Text("".join(part.zh for part in parts), "".join(part.en for part in parts))
