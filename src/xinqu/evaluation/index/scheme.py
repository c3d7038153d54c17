"""An evaluation framework as arrays: indicators, pillars, exact weights, goalposts; refused when it can't be computed."""

from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from xinqu.policy.model import Framework, FrameworkIndicator
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

METHODS = ("minmax_fixed", "cap_share", "efficacy")


class Scheme(msgspec.Struct, frozen=True):
    """A framework ready to compute; positions of ``indicators`` are the columns of every array of points.

    ``weights`` are exact and sum to 1; ``pillar_of`` is the position of each indicator's pillar in ``pillars``;
    ``low`` and ``high`` are the values of 0 and 100 points in the indicator's unit (NaN for ``cap_share``).
    """

    id: str
    indicators: tuple[str, ...]
    pillars: tuple[str, ...]
    pillar_of: NDArray[np.int64]
    weights: tuple[Fraction, ...]
    methods: tuple[str, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def columns(self, pillar: int) -> NDArray[np.int64]:
        """Return the positions of the indicators of a pillar."""
        return np.flatnonzero(self.pillar_of == pillar)

    def pillar_weight(self, pillar: int) -> Fraction:
        """Return the exact weight of a pillar."""
        return sum((self.weights[n] for n in self.columns(pillar)), Fraction(0))

    def inner_weights(self, pillar: int) -> list[Fraction]:
        """Return the exact weights inside a pillar; they sum to 1."""
        whole = self.pillar_weight(pillar)
        return [self.weights[n] / whole for n in self.columns(pillar)]


def scheme_of(framework: Framework) -> Scheme:
    """Read a framework.

    Raises:
        Refused: all of XQ-EVALUATION-001 (weights don't sum to 1), -002 (goalposts missing, equal or against the
            direction) and -003 (unknown normalisation).
    """
    lines = framework.indicators
    weights = tuple(Fraction(line.weight) for line in lines)
    problems = [problem for line in lines for problem in _line_problems(framework, line)]
    if sum(weights, Fraction(0)) != 1 or any(weight <= 0 for weight in weights):
        problems.append(_weights_problem(framework, sum(weights, Fraction(0))))
    if problems:
        raise Refused(problems)
    pillars = tuple(dict.fromkeys(line.pillar for line in lines))
    return Scheme(
        id=framework.id,
        indicators=tuple(line.indicator for line in lines),
        pillars=pillars,
        pillar_of=np.array([pillars.index(line.pillar) for line in lines], dtype=np.int64),
        weights=weights,
        methods=tuple(line.normalisation for line in lines),
        low=np.array([float(line.goalpost_lo or "nan") for line in lines]),
        high=np.array([float(line.goalpost_hi or "nan") for line in lines]),
    )


def _line_problems(framework: Framework, line: FrameworkIndicator) -> list[Problem]:
    where = Where(subject=f"framework {framework.id}, indicator {line.indicator}")
    if line.normalisation not in METHODS:
        return [
            Problem(
                code="XQ-EVALUATION-003",
                what=Text(
                    f"标准化方法“{line.normalisation}”未知", f"the normalisation {line.normalisation!r} is unknown"
                ),
                where=where,
                why=Text("无法换算为得分", "no points can be computed with it"),
                fix=Text(f"改用 {'、'.join(METHODS)} 之一", f"take one of {', '.join(METHODS)}"),
            )
        ]
    if line.normalisation == "cap_share" or _goalposts_fit(line):
        return []
    return [
        Problem(
            code="XQ-EVALUATION-002",
            what=Text(
                "满意值与不允许值缺失、相等或与方向相反", "goalposts are missing, equal or against the direction"
            ),
            where=where,
            why=Text(
                f"不允许值“{line.goalpost_lo}”，满意值“{line.goalpost_hi}”，方向 {line.direction}",
                f"goalpost_lo {line.goalpost_lo!r}, goalpost_hi {line.goalpost_hi!r}, direction {line.direction}",
            ),
            fix=Text(
                "goalpost_lo 写 0 分值，goalpost_hi 写 100 分值",
                "give the value of 0 points as goalpost_lo and of 100 as goalpost_hi",
            ),
        )
    ]


def _goalposts_fit(line: FrameworkIndicator) -> bool:
    if not line.goalpost_lo or not line.goalpost_hi:
        return False
    rise = Fraction(line.goalpost_hi) - Fraction(line.goalpost_lo)
    return rise != 0 and (rise > 0) == (line.direction != "negative")


def _weights_problem(framework: Framework, total: Fraction) -> Problem:
    return Problem(
        code="XQ-EVALUATION-001",
        what=Text(f"权重之和为 {total}，应为 1", f"the weights sum to {total}, not to 1"),
        where=Where(subject=f"framework {framework.id}"),
        why=Text("权重须为正数并恰好合计为 1", "weights are positive and sum to exactly 1"),
        fix=Text("以分数写权重，例如 1/28", "write the weights as fractions, such as 1/28"),
    )
