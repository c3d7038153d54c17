"""The addresses of the site."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from xinqu.spine import health


def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer whether log, triggers and disk are well: 200 or 503."""
    state = health.read()
    return JsonResponse(state, status=200 if state["ok"] else 503)


urlpatterns = [path("healthz", healthz)]
