"""The page of one area."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xinqu.spine.pages import area as area_page_model
from xinqu.spine.pages import tables
from xinqu.web import numbers
from xinqu.web.access import Place, may
from xinqu.web.rendering import page, table, with_query
from xinqu.web.words import word


@require_safe
@may("read", "indicator")
def area_page(request: HttpRequest, place: Place, area: str, *, file_format: str = "") -> HttpResponse:
    """One area with its indicators, articles, returns and extents; outside the reader's subtree it does not exist."""
    opened = place.opened
    headline_only = request.GET.get("show") != "all"
    view = area_page_model.read(
        opened.snapshot, opened.query, opened.sight, area=area, headline_only=headline_only and not file_format
    )
    if view is None:
        raise Http404
    if file_format:
        figures = [figure for pillar in view.pillars for line in pillar.lines for figure in line.series]
        return table(
            place, view.frame, tables.figures_table(view.frame, opened.snapshot.pack, figures), area, file_format
        )
    finding = word("area.finding", known=view.counts.known, total=view.counts.total)
    return page(
        request, place, "area.html", view, finding=finding, nav="areas", headline_only=headline_only,
        approved=numbers.day_text(view.approved_on).say(place.lang), area_short=view.area.short.say(place.lang),
        files=f"{place.base}areas/{area}", kept=[] if headline_only else [("show", "all")],
        show_urls={"headline": with_query(request, show=""), "all": with_query(request, show="all")},
    )  # fmt: skip
