"""The words of a target read as numbers: its value rule and its warning band."""

import re
from typing import Literal

import msgspec

from xinqu.policy.model import Target
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

RuleKind = Literal["way", "logistic", "mean", "limit", "value"]

_WAY = re.compile(r"from the base to base [+-] (\d+) % of the way to the (?:upper|better) goalpost in (\d+) years?")
_LOGISTIC = re.compile(r"logistic from the base to the upper goalpost, half way in year (\d+)")
_MEAN = re.compile(r"value >= (\d+)-year mean of the own series")
_LIMITS = {
    "national limit in force on the date",
    "value <= param(cap) at every date",
    "value >= param(floor) at every date",
}
_BAND = re.compile(r"(\d+) % of the distance base to target \(warning\), (\d+) % \(red\)")


class ValueRule(msgspec.Struct, frozen=True):
    """What a target demands.

    ``way``: ``share`` of the way from the base to the better goalpost in ``years``; ``logistic``: half of that way in
    year ``years``; ``mean``: the mean of ``years`` years of the own series; ``limit``: a dated legal limit; ``value``:
    the number that a plan or an event states.
    """

    kind: RuleKind
    share: float | None = None
    years: int | None = None


class Band(msgspec.Struct, frozen=True):
    """Shares of the distance base to target by which a figure may fall short before it is yellow, then red."""

    yellow: float
    red: float


def value_rule(target: Target, pack: Pack) -> ValueRule:
    """Read a target's value rule.

    Raises:
        Refused: XQ-MONITORING-001 with file and line when the words are none of the known rules.
    """
    if target.value:
        return ValueRule("value")
    words = target.value_rule
    if match := _WAY.fullmatch(words):
        return ValueRule("way", int(match[1]) / 100, int(match[2]))
    if match := _LOGISTIC.fullmatch(words):
        return ValueRule("logistic", 1.0, int(match[1]))
    if match := _MEAN.fullmatch(words):
        return ValueRule("mean", years=int(match[1]))
    if words in _LIMITS:
        return ValueRule("limit")
    raise Refused(_unread(target, pack, words))


def band(target: Target, pack: Pack) -> Band | None:
    """Read a target's warning band; None when it states none (published plans).

    Raises:
        Refused: XQ-MONITORING-001 with file and line when the words are not a band.
    """
    if not target.band:
        return None
    match = _BAND.fullmatch(target.band)
    if not match:
        raise Refused(_unread(target, pack, target.band))
    return Band(int(match[1]) / 100, int(match[2]) / 100)


def _unread(target: Target, pack: Pack, words: str) -> Problem:
    place = pack.places.get(f"target:{target.id}")
    return Problem(
        code="XQ-MONITORING-001",
        what=Text(f"目标规则“{words}”无法识别", f"the words {words!r} of a target cannot be read"),
        where=Where(
            file=place.file if place else "", line=place.line if place else None, subject=f"target {target.id}"
        ),
        why=Text("没有规则就没有进度线，不能亮灯", "without a rule there is no trajectory and no lamp"),
        fix=Text(
            "按 targets.yaml 中已有的写法改写数值规则与预警带",
            "write the value rule and the band as the other targets of targets.yaml do",
        ),
    )
