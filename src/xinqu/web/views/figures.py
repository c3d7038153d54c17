"""The trace of one figure."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xinqu.spine import trace as walking
from xinqu.spine.pages import tables, trace
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Verdict
from xinqu.web import numbers
from xinqu.web.access import Place, may
from xinqu.web.rendering import document, page, table
from xinqu.web.templatetags.xinqu_tags import unknown_text


@require_safe
@may("read", "indicator")
def figure_page(
    request: HttpRequest, place: Place, indicator: str, area: str, period: Period, *, file_format: str = ""
) -> HttpResponse:
    """One figure walked back: formula, inputs, returns, hands, checks, origin, sentences."""
    opened = place.opened
    wanted = FigureId(indicator, area, period)
    view = trace.read(opened.snapshot, opened.query, opened.sight, wanted=wanted)
    if view is None:
        raise Http404
    name = str(wanted).replace("/", "_")
    if file_format == "json":
        return document(walking.as_json(view.walk), place, view.frame, name)
    if file_format:
        rows = tables.figures_table(view.frame, opened.snapshot.pack, [view.figure])
        return table(place, view.frame, rows, name, file_format)
    base = f"{place.base}figures/{indicator}/{area}/"
    return page(
        request, place, "figure.html", view, finding=_finding(view), nav="",
        files=f"{base}{period}", rule_from=numbers.day_text(view.walk.trace.formula.rule.valid_from).say(place.lang),
        verdicts=view.walk.trace.verdicts(), told=[c for c in view.walk.trace.checks if c.verdict != Verdict.TRUE],
        unusable=list(view.walk.trace.figure.detail.items()) if view.figure.unknown else [],
        earlier=f"{base}{view.earlier}/{place.query_string}" if view.earlier else "",
        later=f"{base}{view.later}/{place.query_string}" if view.later else "",
    )  # fmt: skip


def _finding(view: trace.TraceView) -> Text:
    figure, unit = view.figure, view.indicator.unit_name
    if figure.value is None:
        return unknown_text(figure.unknown)
    shown = numbers.number(figure.value, figure.unit)
    return Text(f"{shown} {unit.zh}", f"{shown} {unit.en}")
