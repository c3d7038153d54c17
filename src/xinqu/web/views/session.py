"""Signing in and out, the choice of language, and the way home."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinqu.spine.pages import opening
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Lang
from xinqu.web.access import base_of, open_to_everybody
from xinqu.web.rendering import outside
from xinqu.web.throttle import Throttle

WRONG = "XQ-WEB-002"  # account or password is wrong, or the account is closed; one answer for all three
TOO_OFTEN = "XQ-WEB-003"  # too many wrong passwords in a row; the right one waits too
_STATUS = {"": 200, WRONG: 401, TOO_OFTEN: 429}
_throttle = Throttle()


@require_safe
@open_to_everybody
def root(request: HttpRequest) -> HttpResponse:
    """Send the reader to his language; Chinese unless his browser asks for English first."""
    asked = get_language_from_request(request)
    return HttpResponseRedirect("/en/" if asked.startswith("en") else "/zh/")


@require_safe
@open_to_everybody
def home(_request: HttpRequest, lang: Lang) -> HttpResponse:
    """Send the reader to the matrix of the first realm of this workspace."""
    first = Realm(opening.workspace().realms[0])
    return HttpResponseRedirect(f"{base_of(lang, first)}matrix/")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_everybody
def sign_in(request: HttpRequest, lang: Lang) -> HttpResponse:
    """Sign in with account and password; a wrong one says no more than that, and five of them make the account wait."""
    following = _following(request, lang)
    refused = _try(request) if request.method == "POST" else ""
    if not refused and request.user.is_authenticated:
        return HttpResponseRedirect(following)
    return outside(
        request, lang, "sign_in.html", status=_STATUS[refused], refused=refused, next=following,
        username=request.POST.get("username", ""), demo=Realm.OFFICIAL not in opening.workspace().realms,
    )  # fmt: skip


def _try(request: HttpRequest) -> str:
    """Sign the sender in; return the code of the refusal, or ""."""
    name = request.POST.get("username", "")
    if _throttle.waits(name):
        return TOO_OFTEN
    account = authenticate(request, username=name, password=request.POST.get("password", ""))
    if account is None:
        _throttle.failed(name)
        return WRONG
    _throttle.succeeded(name)
    login(request, account)
    return ""


@require_POST
@open_to_everybody
def sign_out(request: HttpRequest, lang: Lang) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(f"/{lang}/sign-in/")


def _following(request: HttpRequest, lang: Lang) -> str:
    """Return where to go after signing in: an address of this site, else the home of the language."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    return wanted if is_ours else f"/{lang}/"
