"""The list of articles and the page of one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xinqu.spine.pages import article as model
from xinqu.spine.pages import tables
from xinqu.web.access import Place, may
from xinqu.web.rendering import page, table
from xinqu.web.words import word


@require_safe
@may("read", "indicator")
def articles_page(request: HttpRequest, place: Place, *, file_format: str = "") -> HttpResponse:
    """All articles with their measures, instruments and indicators, and how many measures are silent."""
    opened = place.opened
    view = model.read_list(opened.snapshot, opened.query, opened.sight)
    if file_format:
        return table(place, view.frame, tables.articles_table(view), "articles", file_format)
    finding = word(
        "articles.finding", measures=sum(a.measures for a in view.articles), silent=sum(a.silent for a in view.articles)
    )
    return page(request, place, "articles.html", view, finding=finding, nav="articles", files=f"{place.base}articles")


@require_safe
@may("read", "indicator")
def article_page(request: HttpRequest, place: Place, article: int, *, file_format: str = "") -> HttpResponse:
    """The sentences of one article, each with the instruments and indicators that serve it."""
    opened = place.opened
    view = model.read(opened.snapshot, opened.query, opened.sight, article=article)
    if view is None:
        raise Http404
    if file_format:
        return table(place, view.frame, tables.article_table(view), f"article_{article}", file_format)
    finding = word("article.finding", number=article, measures=view.measures, silent=view.silent)
    return page(
        request, place, "article.html", view, finding=finding, nav="articles",
        files=f"{place.base}articles/{article}", to_check=not all(s.zh_seen for s in view.sentences),
    )  # fmt: skip
