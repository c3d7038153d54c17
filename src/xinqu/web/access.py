"""Who may open a page: declared on every view, asked for every request; what is not open answers 404."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol
from urllib.parse import urlencode

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from xinqu.spine.pages import opening
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Lang

P = ParamSpec("P")
FRAME = ("period", "scope", "as_known")  # what a link from page to page carries along
EVERYBODY = ("open", "everybody")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request stands: language, realm, and the realm as this reader may see it."""

    lang: Lang
    realm: Realm
    base: str
    account: str
    as_known: str
    opened: opening.Opened
    query_string: str


class Guarded(Protocol):
    """A view that says who may open it."""

    declares: tuple[str, str]

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse: ...  # noqa: D102


def open_to_everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Declare that a view needs no account: it shows nothing of any realm."""
    view.declares = EVERYBODY  # type: ignore[attr-defined]
    return view


def open_to_released(
    action: str, data_class: str
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Declare a view that anybody may open: the public sees what is released, who owns data also what is not yet.

    The view itself reads through ``spine.release_sight.seen_by``, which asks for the right in each area.
    """

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        view.declares = (action, data_class)  # type: ignore[attr-defined]
        return view

    return declare


def may(
    action: str, data_class: str
) -> Callable[[Callable[Concatenate[HttpRequest, Place, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Declare the right that a page needs; the view gets the ``Place`` in place of language and realm.

    Without an account the reader is sent to sign in. A realm that the workspace does not hold, or of which the
    reader sees nothing, answers 404, as if it did not exist.
    """

    def declare(view: Callable[Concatenate[HttpRequest, Place, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, lang: Lang, realm: str, *args: P.args, **parts: P.kwargs) -> HttpResponse:
            translation.activate("zh-hans" if lang == "zh" else "en")
            held = Realm(realm)
            if not request.user.is_authenticated:
                return HttpResponseRedirect(f"/{lang}/sign-in/?{urlencode({'next': request.get_full_path()})}")
            if held not in opening.workspace().realms:
                raise Http404
            place = _place(request, lang, held)
            if not place.opened.sight.figures:
                raise Http404
            return view(request, place, *args, **parts)

        guarded.declares = (action, data_class)  # type: ignore[attr-defined]
        return guarded

    return declare


def _place(request: HttpRequest, lang: Lang, realm: Realm) -> Place:
    asked = {name: request.GET.get(name, "").strip() for name in FRAME}
    query = opening.query_of(asked["period"], asked["scope"], asked["as_known"], realm=realm)
    account = str(request.user.pk)
    kept = {name: value for name, value in asked.items() if value}
    return Place(
        lang=lang,
        realm=realm,
        base=base_of(lang, realm),
        account=account,
        as_known=asked["as_known"],
        opened=opening.open_realm(account, realm, query),
        query_string=f"?{urlencode(kept)}" if kept else "",
    )


def base_of(lang: str, realm: Realm) -> str:
    """Return the path under which the pages of a realm stand."""
    return f"/{lang}/" if realm is Realm.OFFICIAL else f"/{lang}/{realm}/"
