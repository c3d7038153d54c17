"""Answers of the site: a page with its frame, and the same table as a file."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xinqu.spine.pages import opening
from xinqu.spine.pages.model import Frame
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Lang, Text
from xinqu.web.access import Place, base_of

HTML_LANG = {"zh": "zh-Hans", "en": "en"}
COLOURS = ("green", "yellow", "red", "grey")
_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_FORMULA = r"^[=+\-@\t\r]"  # what a spreadsheet would take for a formula


def page(request: HttpRequest, place: Place, template: str, model: Any, *, finding: Text, **more: Any) -> HttpResponse:
    """Return a page: ``model`` is its read model, ``finding`` the first words of its title."""
    rest = request.path.removeprefix(place.base)
    context = {
        **_shell(request, place.lang),
        "base": place.base,
        "realm": str(place.realm),
        "realms": _realms(place, rest, request),
        "account": place.account,
        "query_string": place.query_string,
        "full_query": f"?{request.GET.urlencode()}" if request.GET else "",
        "as_known": place.as_known,
        "past": place.opened.past,
        "path_now": with_query(request, as_known=""),
        "page": model,
        "pack": place.opened.snapshot.pack,
        "finding": finding.say(place.lang),
        "colours": COLOURS,
        **more,
    }
    answer = render(request, f"xinqu/{template}", context)
    answer["Cache-Control"] = "private, no-cache"
    return answer


def outside(request: HttpRequest, lang: Lang, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return a page that belongs to no realm: signing in, refusals."""
    return render(request, f"xinqu/{template}", {**_shell(request, lang), "base": "", **more}, status=status)


def table(place: Place, frame: Frame, rows: pl.DataFrame, name: str, file_format: str) -> HttpResponse:
    """Return the table behind a page as a file; simulated figures say so in its name."""
    body = _csv(rows) if file_format == "csv" else _json(frame, rows)
    return _file(body, place, frame, name, file_format)


def document(body: str, place: Place, frame: Frame, name: str) -> HttpResponse:
    """Return JSON text as a file, named as tables are."""
    return _file(body.encode(), place, frame, name, "json")


def _file(body: bytes, place: Place, frame: Frame, name: str, file_format: str) -> HttpResponse:
    mark = "_simulated" if frame.simulated else ""
    file_name = f"xinqu_{place.realm}_{name}_{frame.vintage}{mark}.{file_format}"
    answer = HttpResponse(body, content_type=_TYPES[file_format])
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


def with_query(request: HttpRequest, **changes: str) -> str:
    """Return the address of this page with parts of its query changed; "" removes one."""
    kept = {name: value for name, value in request.GET.items() if name not in changes}
    query = urlencode({**kept, **{name: value for name, value in changes.items() if value}})
    return f"{request.path}?{query}" if query else request.path


def lang_of(path: str) -> Lang:
    """Return the language of an address; Chinese when it has none."""
    return "en" if path.startswith("/en/") else "zh"


def _shell(request: HttpRequest, lang: Lang) -> Mapping[str, Any]:
    other: Lang = "en" if lang == "zh" else "zh"
    same = f"/{other}/{request.get_full_path().removeprefix(f'/{lang}/')}"
    return {
        "lang": lang,
        "html_lang": HTML_LANG[lang],
        "other_html_lang": HTML_LANG[other],
        "other_language": same if request.path.startswith(f"/{lang}/") else "",
        "address": request.build_absolute_uri(),
    }


def _realms(place: Place, rest: str, request: HttpRequest) -> list[dict[str, Any]]:
    """Return the realms to switch between; the vintage is the realm's own and does not come along."""
    held = opening.workspace().realms
    if len(held) < 2:  # noqa: PLR2004 - nothing to switch
        return []
    query = urlencode({name: value for name, value in request.GET.items() if name != "as_known"})
    return [
        {
            "key": f"realm.{realm}",
            "url": f"{base_of(place.lang, Realm(realm))}{rest}{'?' + query if query else ''}",
            "here": realm is place.realm,
        }
        for realm in held
    ]


def _csv(rows: pl.DataFrame) -> bytes:
    texts = pl.col(pl.String)
    safe = rows.with_columns(
        pl.when(texts.str.contains(_FORMULA)).then(pl.lit("'") + texts).otherwise(texts).name.keep()
    )
    return safe.write_csv(include_bom=True).encode()


def _json(frame: Frame, rows: pl.DataFrame) -> bytes:
    about = {
        "realm": str(frame.realm), "vintage": frame.vintage, "as_of": frame.as_of.isoformat(),
        "head_hash": frame.head_hash, "pack": frame.pack_id, "pack_version": frame.pack_version,
        "pack_sha256": frame.pack_sha256, "simulated": frame.simulated, "uncertainty": "not known",
    }  # fmt: skip
    return msgspec.json.encode({"frame": about, "rows": rows.to_dicts()})
