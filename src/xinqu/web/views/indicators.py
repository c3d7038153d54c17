"""The list of indicators and the page of one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xinqu.spine.pages import indicator as model
from xinqu.spine.pages import tables
from xinqu.vocabulary.text import Text
from xinqu.web import numbers
from xinqu.web.access import Place, may
from xinqu.web.rendering import page, table
from xinqu.web.words import word


@require_safe
@may("read", "indicator")
def indicators_page(request: HttpRequest, place: Place, *, file_format: str = "") -> HttpResponse:
    """All indicators by pillar with the areas in which they are known."""
    opened = place.opened
    view = model.read_list(opened.snapshot, opened.query, opened.sight)
    if file_format:
        return table(place, view.frame, tables.indicators_table(view), "indicators", file_format)
    listed = [entry for _, entries in view.pillars for entry in entries]
    finding = word("indicators.finding", known=sum(e.counts.known > 0 for e in listed), total=len(listed))
    return page(
        request, place, "indicators.html", view, finding=finding, nav="indicators", files=f"{place.base}indicators"
    )


@require_safe
@may("read", "indicator")
def indicator_page(request: HttpRequest, place: Place, indicator: str, *, file_format: str = "") -> HttpResponse:
    """Where each area stands on one indicator, its periods, its definition, and where it is used."""
    opened = place.opened
    view = model.read(opened.snapshot, opened.query, opened.sight, indicator=indicator)
    if view is None:
        raise Http404
    if file_format:
        figures = [figure for standing in view.standings for figure in standing.series]
        return table(
            place, view.frame, tables.figures_table(view.frame, opened.snapshot.pack, figures), indicator, file_format
        )
    return page(
        request, place, "indicator.html", view, finding=_finding(view), nav="indicators",
        files=f"{place.base}indicators/{indicator}", valid=_valid(view.definition).say(place.lang),
    )  # fmt: skip


def _finding(view: model.IndicatorView) -> Text:
    if not view.columns:
        return word("indicator.finding_none", total=view.counts.total)
    period = numbers.period_text(view.period)
    return word("indicator.finding", period=period, known=view.counts.known, total=view.counts.total)


def _valid(definition: model.Definition) -> Text:
    start = numbers.day_text(definition.valid_from)
    if definition.valid_to is None:
        return word("indicator.valid_open", **{"from": start})
    return word("indicator.valid_closed", **{"from": start, "to": numbers.day_text(definition.valid_to)})
