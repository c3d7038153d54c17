"""Which side of an indicator is better, and against which limit: the ``direction`` of an indicator, read."""

import re

import msgspec

from xinqu.policy.model import Indicator
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_TARGET = re.compile(r"target:(<=|>=)?(?:(\d+(?:\.\d+)?)|param\('(\w+)'\)|([a-z]\w+))")
_SIDES = {"+": 1, "-": -1, "neutral": 0}


class Direction(msgspec.Struct, frozen=True):
    """``sense`` is 1 when more is better, -1 when less is better, 0 when neither.

    At most one of ``number``, ``parameter`` and ``item`` names the limit of a ``target:`` direction; ``is_bound`` says
    that it binds at every date (<=, >=), not only as an end to reach.
    """

    sense: int
    is_bound: bool = False
    number: float | None = None
    parameter: str | None = None
    item: str | None = None


def parse_direction(indicator: Indicator) -> Direction:
    """Read an indicator's direction; ``target:100`` is a share to be filled: more is better up to it.

    Raises:
        Refused: XQ-MONITORING-002 when it is none of the forms of DOMAIN section g.
    """
    text = indicator.direction
    if text in _SIDES:
        return Direction(_SIDES[text])
    match = _TARGET.fullmatch(text)
    if not match:
        raise Refused(
            Problem(
                code="XQ-MONITORING-002",
                what=Text(f"指标方向“{text}”无法识别", f"the direction {text!r} of an indicator cannot be read"),
                where=Where(subject=f"indicator {indicator.id}"),
                why=Text("不知道哪一侧更好，就不能亮灯", "no lamp can be lit without knowing the better side"),
                fix=Text(
                    "写作 +、-、neutral，或 target: 后接 <=、>= 与数值、param('…') 或指标项",
                    "write +, -, neutral, or target: with <= or >= and a number, param('…') or an item",
                ),
            )
        )
    sign, number, parameter, item = match.groups()
    return Direction(
        sense=-1 if sign == "<=" else 1,
        is_bound=sign is not None,
        number=float(number) if number else None,
        parameter=parameter,
        item=item,
    )
