"""The cells of the national matrix: 741 of them, so they are written here and not by a template loop."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from xinqu.spine.pages.model import Figure
from xinqu.spine.pages.national import AreaRow, National
from xinqu.vocabulary.text import Text
from xinqu.web import numbers
from xinqu.web.templatetags import xinqu_tags as tags
from xinqu.web.words import word

_LAMP = '<td{}><a class="cell{}" href="{}" aria-label="{}"><span class="lamp lamp-{}"><svg class="glyph" viewBox="0 0 16 16"><use href="#lamp-{}"/></svg><span class="letter">{}</span></span></a></td>'
_VALUE = '<td{}><a class="cell{}" href="{}"><span class="number">{}</span><span class="when">{}</span><span class="sr"> {}</span></a></td>'
_UNKNOWN = '<td{}><a class="cell{}" href="{}"><span class="unknown">{}</span><span class="sr"> {}</span></a></td>'


def rows(page: National, view: str, *, lang: str, base: str, query_string: str) -> list[dict[str, Any]]:
    """Return each area with its cells as HTML, ``view`` being ``lamps`` or ``values``."""
    context = {"lang": lang, "base": base, "query_string": query_string}
    heads = [
        (c.indicator.name, c.indicator.unit_name, starts) for c, starts in zip(page.columns, _starts(page), strict=True)
    ]
    return [{"area": row.area, "counts": row.counts, "cells": _cells(row, heads, view, context)} for row in page.rows]


def columns(page: National) -> list[dict[str, Any]]:
    """Return the columns, each with whether it is the first of its pillar."""
    return [
        {"item": c, "indicator": c.indicator, "starts": s} for c, s in zip(page.columns, _starts(page), strict=True)
    ]


def _starts(page: National) -> list[bool]:
    return [number == 0 for span in page.spans for number in range(span.columns)]


def _cells(
    row: AreaRow, heads: list[tuple[Text, Text, bool]], view: str, context: Mapping[str, str]
) -> list[SafeString]:
    lang = context["lang"]
    area = row.area.short.zh if lang == "zh" else row.area.short.en
    cell = _lamp_cell if view == "lamps" else _value_cell
    return [
        cell(figure, context, name.zh if lang == "zh" else name.en, area, unit.zh if lang == "zh" else unit.en, starts)
        for figure, (name, unit, starts) in zip(row.figures, heads, strict=True)
    ]


def _lamp_cell(
    figure: Figure,
    context: Mapping[str, str],
    name: str,
    area: str,
    unit: str,
    starts: bool,  # noqa: FBT001
) -> SafeString:
    colour = figure.lamp.colour if figure.lamp else "grey"
    letter = word(f"lamp.letter.{colour}")
    return format_html(
        _LAMP,
        _classes(figure, starts=starts),
        " is-red" if colour == "red" else "",
        tags.figure_url(context, figure),
        tags.figure_label(context, figure, name, area, unit),
        colour,
        colour,
        letter.zh if context["lang"] == "zh" else letter.en,
    )


def _value_cell(
    figure: Figure,
    context: Mapping[str, str],
    name: str,
    area: str,
    unit: str,
    starts: bool,  # noqa: FBT001
) -> SafeString:
    red = " is-red" if figure.lamp and figure.lamp.colour == "red" else ""
    rest = tags.figure_rest(context, figure, name, area, unit)
    start = (_classes(figure, starts=starts), red, tags.figure_url(context, figure))
    if figure.value is None:
        return format_html(_UNKNOWN, *start, tags.short_unknown(context, figure.unknown), rest)
    return format_html(_VALUE, *start, numbers.number(figure.value, figure.unit), figure.period, rest)


def _classes(figure: Figure, *, starts: bool) -> SafeString:
    names = [name for name, wanted in (("first", starts), ("simulated", figure.origin == "simulated")) if wanted]
    return format_html(' class="{}"', " ".join(names)) if names else SafeString("")
