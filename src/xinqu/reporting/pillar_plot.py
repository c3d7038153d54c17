"""The sorted dot plot of a pillar: where the known areas stand, with everything a reader must know printed in it."""

from collections.abc import Sequence
from typing import Any

from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, chart_edition, joined
from xinqu.reporting.model import Chart, Edition, Figure, Point
from xinqu.reporting.register import FigureRegister, say_scope
from xinqu.vocabulary.origin import worst_origin
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text

# A plot of fewer areas says less than the sentence that lists them.
FEWEST_DOTS = 4


def pillar_plot(
    pack: Pack, identity: str, rows: Sequence[dict[str, Any]], *, register: FigureRegister, edition: Edition
) -> Chart:
    """Return the plot of one indicator in one period, greatest first; ``rows`` are known rows of the figures frame."""
    places = [register.add(row) for row in rows]
    places.sort(key=lambda place: (-float(register[place].value or 0), register[place].trace))
    figures = [register[place] for place in places]
    top, bottom = figures[0], figures[-1]
    record, period = pack.indicators[identity], Period.parse(top.period).label
    points = tuple(
        Point(
            label=figure.area,
            value=figure.value,
            shown=figure.shown,
            figure=place,
            tag=both("–" if figure.scope == "unstated" else _code(figure)),
            origin=figure.origin,
        )
        for place, figure in zip(places, figures, strict=True)
    )
    return Chart(
        form="dots",
        title=Text(
            f"{period.zh}{record.name.zh}：已知的{len(points)}个新区在{bottom.shown.zh}～{top.shown.zh}之间",
            f"{record.name.en}, {period.en}: {len(points)} known areas between {bottom.shown.en} and {top.shown.en}",
        ),
        measure=Text(
            f"{identity}　{top.unit_label.zh}　{top.period}", f"{identity}, {top.unit_label.en}, {top.period}"
        ),
        points=points,
        duties=(*_duties(pack, figures), *chart_edition(edition), _trace(identity)),
    )


def _duties(pack: Pack, figures: Sequence[Figure]) -> tuple[Text, Text]:
    codes = sorted({_code(figure) for figure in figures})
    kinds = joined([say_scope(pack, code) for code in codes])
    origin = worst_origin(figure.origin for figure in figures).label
    mixed = (
        Text("，口径不同，只列示、不排名次", "; scopes differ: listed, not ranked") if len(codes) > 1 else Text("", "")
    )
    return (
        Text(f"口径：{kinds.zh}（标于新区名左侧）{mixed.zh}", f"Scope: {kinds.en} (left of the name){mixed.en}"),
        Text(
            f"性质：{origin.zh}　来源：数据追溯表所列返回报表　覆盖{len(figures)}/{len(pack.areas)}个新区　不确定性未知",
            f"Origin: {origin.en}. Source: the returns named in the register. "
            f"Coverage {len(figures)} of {len(pack.areas)}. Uncertainty not known",
        ),
    )


def _trace(identity: str) -> Text:
    return Text(
        f"追溯：{identity}/新区/报告期，见数据追溯表", f"Trace: {identity}/area/period, see the register of figures"
    )


def _code(figure: Figure) -> str:
    return figure.scope.partition("@")[0]
