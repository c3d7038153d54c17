"""The national matrix and the list of areas."""

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xinqu.spine.pages import national, tables
from xinqu.web import matrix, sparks
from xinqu.web.access import Place, may
from xinqu.web.rendering import page, table, with_query
from xinqu.web.words import word

VIEWS = ("lamps", "values")


@require_safe
@may("read", "indicator")
def matrix_page(request: HttpRequest, place: Place, *, file_format: str = "") -> HttpResponse:
    """Nineteen areas by the headline indicators, as lamps or values; behind it the sketch and the list."""
    opened = place.opened
    view = national.read(opened.snapshot, opened.query, opened.sight)
    if file_format:
        return table(place, view.frame, _rows(place, view), "matrix", file_format)
    asked = request.GET.get("view", "")
    shown = asked if asked in VIEWS else VIEWS[0] if view.lamps_tell else VIEWS[1]
    finding = word(
        "national.finding_lamps" if view.lamps_tell else "national.finding_values",
        red=view.counts.red, yellow=view.counts.yellow, known=view.counts.known, cells=view.counts.total,
        with_figures=view.areas_with_figures, total=view.areas_total,
    )  # fmt: skip
    rows = matrix.rows(view, shown, lang=place.lang, base=place.base, query_string=place.query_string)
    return page(
        request, place, "matrix.html", view, finding=finding, nav="matrix", view=shown,
        rows=rows, columns=matrix.columns(view), files=f"{place.base}matrix",
        view_urls={name: with_query(request, view=name) for name in VIEWS},
        kept=[("view", asked)] if asked in VIEWS else [], **_sketch(place, view),
    )  # fmt: skip


@require_safe
@may("read", "indicator")
def areas_page(request: HttpRequest, place: Place, *, file_format: str = "") -> HttpResponse:
    """The areas as a sketch of dots and a list."""
    opened = place.opened
    view = national.read(opened.snapshot, opened.query, opened.sight)
    if file_format:
        return table(place, view.frame, tables.areas_table(view), "areas", file_format)
    finding = word("areas.finding", with_figures=view.areas_with_figures, total=view.areas_total)
    return page(
        request,
        place,
        "areas.html",
        view,
        finding=finding,
        nav="areas",
        files=f"{place.base}areas",
        **_sketch(place, view),
    )


def _rows(place: Place, view: national.National) -> pl.DataFrame:
    figures = [figure for row in view.rows for figure in row.figures]
    return tables.figures_table(view.frame, place.opened.snapshot.pack, figures)


def _sketch(place: Place, view: national.National) -> dict[str, object]:
    """Return the dots: the number of red lamps where lamps tell something, else of known figures."""
    total = len(view.columns)
    numbers = [(row.area, row.counts.red if view.lamps_tell else row.counts.known) for row in view.rows]
    most = max((number for _, number in numbers), default=0)
    seats = [(float(a.seat_lon), float(a.seat_lat)) for a in place.opened.snapshot.pack.areas.values()]
    dots = sparks.sketch(numbers, most if view.lamps_tell else total, sparks.bounds_of(seats))
    return {"dots": dots, "dots_total": total}
