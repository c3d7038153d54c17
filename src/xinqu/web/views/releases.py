"""The open page of releases and the packages behind it; it needs no account and shows only what is out."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from xinqu.spine import open_data
from xinqu.spine.pages import opening
from xinqu.spine.pages import releases as reading
from xinqu.spine.pages.model import Query, Sight
from xinqu.spine.pages.opening import Opened
from xinqu.spine.release_sight import seen_by
from xinqu.spine.snapshot import take
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Lang
from xinqu.web.access import Place, base_of, open_to_released
from xinqu.web.rendering import page, table
from xinqu.web.words import word

_NOBODY = Sight(
    figures=frozenset(), lamps=frozenset(), returns=frozenset(), evaluation=frozenset(), difficulties=frozenset()
)


@require_safe
@open_to_released("read", "indicator")
def releases_page(request: HttpRequest, lang: Lang, realm: str, *, file_format: str = "") -> HttpResponse:
    """The calendar of releases with what is under embargo, and the packages of what is out."""
    place = _place(request, lang, realm)
    full = take(opening.workspace(), place.realm)
    view = reading.read(full, place.opened.snapshot)
    if file_format:
        return table(place, view.frame, reading.table(view), "releases", file_format)
    finding = (
        word("releases.finding_public") if view.is_public_realm
        else word("releases.finding", coming=len(view.coming), out=sum(line.state == "released" for line in view.out))
    )  # fmt: skip
    return page(
        request, place, "releases.html", view, finding=finding, nav="releases", files=f"{place.base}open/releases",
        sdmx=f"/sdmx/{'' if place.realm is opening.workspace().realms[0] else f'{place.realm}/'}v2/structure/dataflow",
    )  # fmt: skip


@require_safe
@open_to_released("read", "indicator")
def package(request: HttpRequest, lang: Lang, realm: str, *, release: str) -> HttpResponse:  # noqa: ARG001 - of the path
    """The open-data package of a release that is out; nothing else has one, for nobody."""
    held = _held(realm)
    try:
        built = open_data.build(opening.workspace(), held, release)
    except Refused as refused:
        if refused.problems[0].code.startswith("XQ-RELEASE-"):
            raise Http404 from refused
        raise
    answer = HttpResponse(built.archive(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{built.name}.zip"'
    answer["Cache-Control"] = "public, max-age=300" if held is Realm.PUBLISHED else "no-cache"
    return answer


def _held(realm: str) -> Realm:
    held = Realm(realm)
    if held not in opening.workspace().realms:
        raise Http404
    return held


def _place(request: HttpRequest, lang: Lang, realm: str) -> Place:
    translation.activate("zh-hans" if lang == "zh" else "en")
    held = _held(realm)
    account = str(request.user.pk) if request.user.is_authenticated else ""
    seen = seen_by(take(opening.workspace(), held), account)
    query = Query(period="", scope="", as_known=None)
    return Place(
        lang=lang, realm=held, base=base_of(lang, held), account=account, as_known="",
        opened=Opened(snapshot=seen, sight=_NOBODY, query=query, past=False), query_string="",
    )  # fmt: skip
