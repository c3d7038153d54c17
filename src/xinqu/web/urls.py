"""The addresses of the site: language, then realm (none for the official one), then the page."""

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path, register_converter

from xinqu.spine import health
from xinqu.web import paths
from xinqu.web.access import open_to_everybody
from xinqu.web.views import areas, articles, figures, indicators, national, refusals, releases, sdmx, session

for name, converter in (
    ("lang", paths.LangPath),
    ("realm", paths.RealmPath),
    ("format", paths.FormatPath),
    ("code", paths.CodePath),
    ("period", paths.PeriodPath),
):
    register_converter(converter, name)


@open_to_everybody
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer whether log, triggers and disk are well: 200 or 503."""
    state = health.read()
    return JsonResponse(state, status=200 if state["ok"] else 503)


pages: list[URLPattern | URLResolver] = [
    path("matrix/", national.matrix_page),
    path("matrix.<format:file_format>", national.matrix_page),
    path("areas/", national.areas_page),
    path("areas.<format:file_format>", national.areas_page),
    path("areas/<code:area>/", areas.area_page),
    path("areas/<code:area>.<format:file_format>", areas.area_page),
    path("indicators/", indicators.indicators_page),
    path("indicators.<format:file_format>", indicators.indicators_page),
    path("indicators/<code:indicator>/", indicators.indicator_page),
    path("indicators/<code:indicator>.<format:file_format>", indicators.indicator_page),
    path("articles/", articles.articles_page),
    path("articles.<format:file_format>", articles.articles_page),
    path("articles/<int:article>/", articles.article_page),
    path("articles/<int:article>.<format:file_format>", articles.article_page),
    path("figures/<code:indicator>/<code:area>/<period:period>/", figures.figure_page),
    path("figures/<code:indicator>/<code:area>/<period:period>.<format:file_format>", figures.figure_page),
]

sdmx_rest: list[URLPattern | URLResolver] = [
    path("structure/<str:kind>", sdmx.structure),
    path("structure/<str:kind>/<str:agency>", sdmx.structure),
    path("structure/<str:kind>/<str:agency>/<str:name>", sdmx.structure),
    path("structure/<str:kind>/<str:agency>/<str:name>/<str:version>", sdmx.structure),
    path("data/<str:context>/<str:agency>/<str:name>", sdmx.data),
    path("data/<str:context>/<str:agency>/<str:name>/<str:version>", sdmx.data),
    path("data/<str:context>/<str:agency>/<str:name>/<str:version>/<str:key>", sdmx.data),
]

open_pages: list[URLPattern | URLResolver] = [
    path("open/releases/", releases.releases_page),
    path("open/releases.<format:file_format>", releases.releases_page),
    path("open/releases/<str:release>.zip", releases.package),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("", session.root),
    path("<lang:lang>/", session.home),
    path("<lang:lang>/sign-in/", session.sign_in),
    path("<lang:lang>/sign-out/", session.sign_out),
    path("sdmx/v2/", include(sdmx_rest)),
    path("sdmx/<realm:realm>/v2/", include(sdmx_rest)),
    path("<lang:lang>/<realm:realm>/", include(open_pages)),
    path("<lang:lang>/", include(open_pages), {"realm": "official"}),
    path("<lang:lang>/<realm:realm>/", national.matrix_page),
    path("<lang:lang>/<realm:realm>/", include(pages)),
    path("<lang:lang>/", include(pages), {"realm": "official"}),
]

handler404 = refusals.not_found
handler500 = refusals.our_fault
