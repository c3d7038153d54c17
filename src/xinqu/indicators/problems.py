"""What a person is told when a figure does not exist."""

from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.periods import Frequency
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_FREQUENCY_NAMES = {
    Frequency.MONTHLY: Text("月度，如 2024-07", "monthly, such as 2024-07"),
    Frequency.QUARTERLY: Text("季度，如 2024-Q3", "quarterly, such as 2024-Q3"),
    Frequency.HALF_YEAR: Text("半年，如 2024-S1", "half-yearly, such as 2024-S1"),
    Frequency.ANNUAL: Text("年度，如 2024", "annual, such as 2024"),
}


def unknown_figure(figure: FigureId) -> Refused:
    """XQ-FIGURE-001: the pack has no such indicator or area."""
    return Refused(
        Problem(
            code="XQ-FIGURE-001",
            what=Text(f"没有指标 {figure.indicator} 或新区 {figure.area}", f"no indicator {figure.indicator} or no area {figure.area}"),
            where=Where(subject=str(figure)),
            why=Text("规则包中没有此编号", "the pack has no such id"),
            fix=Text("核对编号：xinqu figures", "look the id up: xinqu figures"),
        )
    )  # fmt: skip


def wrong_frequency(figure: FigureId, frequency: Frequency) -> Refused:
    """XQ-FIGURE-002: the indicator has no figure of that frequency."""
    name = _FREQUENCY_NAMES[frequency]
    return Refused(
        Problem(
            code="XQ-FIGURE-002",
            what=Text(f"{figure.indicator} 没有 {figure.period} 这样的报告期", f"{figure.indicator} has no figure for {figure.period}"),
            where=Where(subject=str(figure)),
            why=Text(f"该指标为{name.zh}", f"the indicator is {name.en}"),
            fix=Text("改用该频度的报告期", "name a period of that frequency"),
        )
    )  # fmt: skip


def not_due(figure: FigureId) -> Refused:
    """XQ-FIGURE-003: nobody has filed the period, and nobody owes it."""
    return Refused(
        Problem(
            code="XQ-FIGURE-003",
            what=Text(f"{figure} 尚不存在", f"{figure} does not exist yet"),
            where=Where(subject=str(figure)),
            why=Text("该期无人报送，也未到期", "nobody has filed the period and it is not due"),
            fix=Text(
                "改查已到期或已报送的报告期：xinqu figures", "ask for a period that is due or filed: xinqu figures"
            ),
        )
    )
