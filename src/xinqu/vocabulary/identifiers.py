"""Identifiers: unified social credit codes and the address of a figure."""

import msgspec
from stdnum.cn import uscc as _uscc

from xinqu.vocabulary.periods import Period


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
        """Read the printed form; raises Refused or ValueError when it is not one."""
        indicator, area, period = text.split("/")
        return cls(indicator, area, Period.parse(period))
