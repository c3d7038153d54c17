"""SDMX REST 2.x for machines, read-only: structures of the pack, and the data that the asker may see."""

import datetime as dt
import functools
import re
from collections.abc import Callable
from html import escape
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xinqu.policy.model import Form
from xinqu.returns import sdmx_names as names
from xinqu.returns.sdmx_write import csv_of, ml_of
from xinqu.spine import sdmx_artefacts, sdmx_export, sdmx_query
from xinqu.spine.pages import opening
from xinqu.spine.release_sight import seen_by
from xinqu.spine.sdmx_query import ANY
from xinqu.spine.snapshot import Snapshot, take
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.web.access import open_to_released

Kind = Literal["csv", "ml", "json"]
_DATA: dict[str, Kind] = {
    "application/vnd.sdmx.data+csv": "csv", "text/csv": "csv", "application/vnd.sdmx.data+xml": "ml",
    "application/xml": "ml", "text/xml": "ml", "application/*": "ml", "*/*": "ml",
}  # fmt: skip
_STRUCTURE: dict[str, Kind] = {
    "application/vnd.sdmx.structure+xml": "ml", "application/xml": "ml", "text/xml": "ml", "application/*": "ml",
    "*/*": "ml", "application/vnd.sdmx.structure+json": "json", "application/json": "json",
}  # fmt: skip
_VERSIONS = {"csv": ("2.0.0", "2.0"), "ml": ("3.0.0", "3.0"), "json": ("2.0.0", "2.0")}
_TYPE = {
    ("data", "csv"): "application/vnd.sdmx.data+csv;version=2.0.0;charset=utf-8",
    ("data", "ml"): "application/vnd.sdmx.data+xml;version=3.0.0",
    ("structure", "ml"): "application/vnd.sdmx.structure+xml;version=3.0.0",
    ("structure", "json"): "application/vnd.sdmx.structure+json;version=2.0.0",
}
_MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"
_COMMON = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common"
# our code -> (HTTP status, code of the SDMX standard)
_STATUS = {
    "XQ-SDMX-021": (400, "140"), "XQ-SDMX-022": (404, "100"), "XQ-SDMX-023": (406, "150"),
    "XQ-SDMX-024": (413, "130"), "XQ-SDMX-001": (501, "501"),
}  # fmt: skip


def _told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a refusal as the standard's error message."""

    @functools.wraps(view)
    def answered(request: HttpRequest, **parts: str) -> HttpResponse:
        try:
            answer = view(request, **parts)
        except Refused as refused:
            answer = _error(refused.problems[0])
        answer["Vary"] = "Accept, Cookie"
        return answer

    return answered


@never_cache
@require_safe
@open_to_released("read", "indicator")
@_told
def structure(
    request: HttpRequest, *, kind: str, agency: str = ANY, name: str = ANY, version: str = "~", realm: str = ""
) -> HttpResponse:
    """Answer ``/structure/{type}/{agency}/{id}/{version}``."""
    chosen = _format(request, _STRUCTURE)
    references = request.GET.get("references", "none")
    body = sdmx_artefacts.structures(
        _seen(request, realm).pack, kind, agency, name, version, references=references,
        data_format="json" if chosen == "json" else "ml",
    )  # fmt: skip
    return HttpResponse(body, content_type=_TYPE["structure", chosen])


@never_cache
@require_safe
@open_to_released("read", "indicator")
@_told
def data(
    request: HttpRequest, *, context: str, agency: str, name: str, version: str = "~", key: str = ANY, realm: str = ""
) -> HttpResponse:
    """Answer ``/data/{context}/{agency}/{id}/{version}/{key}``: what is released, and to owners what is theirs."""
    chosen = _format(request, _DATA)
    seen = _seen(request, realm)
    form = _form(seen, context, agency, name, version)
    query = sdmx_query.data_query(key, {one: request.GET[one] for one in request.GET})
    frame = sdmx_export.answer(seen, form, query)
    if chosen == "csv":
        body = csv_of(frame)
    else:
        body = ml_of(
            seen.pack, frame, prepared=dt.datetime.combine(seen.vintage_on, dt.time(), dt.UTC),
            message_id=f"{form.id}_{seen.vintage}", test=seen.realm is Realm.REHEARSAL,
        )  # fmt: skip
    answer = HttpResponse(body, content_type=_TYPE["data", chosen])
    mark = "_simulated" if seen.realm is Realm.REHEARSAL else ""
    ending = "csv" if chosen == "csv" else "xml"
    answer["Content-Disposition"] = f'inline; filename="{seen.realm}_{form.id}_{seen.vintage}{mark}.{ending}"'
    return answer


def _seen(request: HttpRequest, realm: str) -> Snapshot:
    """Return the realm (the first of the workspace where none is named) as the asker may see it."""
    place = opening.workspace()
    held = Realm(realm) if realm else place.realms[0]
    if held not in place.realms:
        raise Refused(sdmx_query.nothing_found(realm))
    account = str(request.user.pk) if request.user.is_authenticated else ""
    return seen_by(take(place, held), account)


def _form(seen: Snapshot, context: str, agency: str, name: str, version: str) -> Form:
    if context not in ("dataflow", "datastructure", ANY):
        raise Refused(sdmx_query.nothing_found(context))
    form = names.forms_by_id(seen.pack).get(name)
    own = {names.agency(seen.pack), ANY}
    if form is None or agency not in own:
        raise Refused(sdmx_query.nothing_found(f"{agency}:{name}"))
    if version not in ("~", "+", ANY, "latest", names.flow_version(seen.pack, form.version)):
        raise Refused(sdmx_query.nothing_found(f"{agency}:{name}({version})"))
    return form


def _format(request: HttpRequest, served: dict[str, Kind]) -> Kind:
    """Return the first format of the Accept header, by its weights, that is served.

    Raises:
        Refused: XQ-SDMX-023 when there is none.
    """
    accept = request.headers.get("Accept") or "*/*"
    asked = []
    for place, part in enumerate(accept.split(",")):
        media, *parameters = (word.strip() for word in part.split(";"))
        said = dict(word.split("=", 1) for word in parameters if "=" in word)
        try:
            weight = float(said.get("q", "1"))
        except ValueError:
            weight = 0.0
        asked.append((-weight, place, media.lower(), said.get("version", "")))
    for weight, _, media, version in sorted(asked):
        kind = served.get(media)
        if weight < 0 and kind and (not version or version in _VERSIONS[kind]):
            return kind
    raise Refused(sdmx_query.no_such_format(accept))


def _error(problem: Problem) -> HttpResponse:
    status, code = _STATUS.get(problem.code, (400, "140"))
    texts = "".join(f'<com:Text xml:lang="{lang}">{_plain(problem.say(lang))}</com:Text>' for lang in ("en", "zh"))
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<mes:Error xmlns:mes="{_MESSAGE}" xmlns:com="{_COMMON}">'
        f'<mes:ErrorMessage code="{code}">{texts}</mes:ErrorMessage></mes:Error>\n'
    )
    return HttpResponse(body, status=status, content_type="application/vnd.sdmx.error+xml;version=3.0.0")


def _plain(text: str) -> str:
    return escape(re.sub(r"[^\S ]+", " ", re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", text)))
