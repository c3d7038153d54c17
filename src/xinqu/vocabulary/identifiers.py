"""Identifiers: unified social credit codes and the address of a figure."""

import msgspec
from stdnum.cn import uscc as _uscc

from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Text


def is_uscc(text: str) -> bool:
    """Say whether ``text`` is a unified social credit code with a right check character (GB 32100-2015)."""
    return len(text) == 18 and text.isupper() and _uscc.is_valid(text)  # noqa: PLR2004


class FigureId(msgspec.Struct, frozen=True, order=True):
    """The address of a figure inside a realm and vintage, printed as ``Q01/nansha/2023-Q4``."""

    indicator: str
    area: str
    period: Period

    def __str__(self) -> str:
        return f"{self.indicator}/{self.area}/{self.period}"

    @classmethod
    def parse(cls, text: str) -> "FigureId":
        """Read the printed form.

        Raises:
            Refused: XQ-FIGURE-004 when it has not three parts, XQ-PERIOD-001 when the third is no period.
        """
        parts = text.split("/")
        if len(parts) != 3:  # noqa: PLR2004 - indicator, area, period
            raise Refused(
                Problem(
                    code="XQ-FIGURE-004",
                    what=Text(f"“{text}”不是数据的编址", f"{text!r} is not the address of a figure"),
                    fix=Text(
                        "写作 指标/新区/报告期，如 Q01/nansha/2023-Q4",
                        "write indicator/area/period, such as Q01/nansha/2023-Q4",
                    ),
                )
            )
        indicator, area, period = parts
        return cls(indicator, area, Period.parse(period))
