"""What a reader is told when a page does not exist, a frame cannot be read, or we failed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from xinqu.vocabulary.problem import Exit, Refused
from xinqu.web.access import open_to_everybody
from xinqu.web.rendering import lang_of, outside


@open_to_everybody
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Say that the page does not exist or is not open to the reader, one answer for both."""
    return outside(
        request, lang_of(request.path), "refusal.html", status=404, title_key="missing.title", what_key="missing.what"
    )


@open_to_everybody
def our_fault(request: HttpRequest) -> HttpResponse:
    """Say that we failed and that nothing was changed."""
    return outside(
        request, lang_of(request.path), "refusal.html", status=500, title_key="fault.title", what_key="fault.what"
    )


def refused(get_response: Callable[[HttpRequest], HttpResponse]) -> "RefusedMiddleware":
    """Return the middleware that turns a ``Refused`` into a page."""
    return RefusedMiddleware(get_response)


class RefusedMiddleware:
    """Shows every ``Refused`` as a page in the reader's language: 400 for a bad frame, 404 for what is not open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of a refusal; other exceptions stay what they are."""
        if not isinstance(exception, Refused):
            return None
        if exception.exit_code is Exit.NOT_PERMITTED:
            return not_found(request)
        return outside(
            request, lang_of(request.path), "refusal.html", status=400, title_key="bad.title", what_key="fault.what",
            problems=exception.problems,
        )  # fmt: skip
