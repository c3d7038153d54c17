"""Tags of the templates: words in the page's language, and the components figure, lamp and sparkline."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from xinqu.spine.pages.model import Figure, Lamp
from xinqu.vocabulary.moments import BEIJING
from xinqu.vocabulary.text import Text
from xinqu.web import numbers, sparks
from xinqu.web.words import known, pack_text, word

register = template.Library()
Context = Mapping[str, Any]  # a template's context, or the part of it that a component needs
EMPTY = mark_safe("")
_LISTS = {"pillar": "CL_PILLAR", "region": "CL_REGION"}  # code lists that name what another pack brings


@register.simple_tag(takes_context=True)
def t(context: Context, key: str, **values: object) -> str:
    """Say the words of ``key``; a pillar or region that the table lacks is called what the pack calls it."""
    kind, code = key.partition(".")[0], key.rpartition(".")[2]
    if kind in _LISTS and not known(key):
        named = context["pack"].codelists.get(_LISTS[kind], {}).get(code)
        return _in(context, named.name) if named else code.replace("_", " ")
    return _in(context, word(key, **values))


@register.filter
def say(text: Text, lang: str) -> str:
    """Say a text in a language."""
    return text.zh if lang == "zh" else text.en


@register.filter
def pack_words(english: str, lang: str) -> str:
    """Say a text that the pack holds in English only."""
    return say(pack_text(english), lang)


@register.filter
def key(prefix: str, name: object) -> str:
    """Join a key of the words: ``"pillar."|key:name``."""
    return f"{prefix}{name}"


@register.simple_tag(takes_context=True)
def period(context: Context, text: str) -> str:
    """Say a period."""
    return _in(context, numbers.period_text(text))


@register.simple_tag(takes_context=True)
def day(context: Context, value: Any) -> str:
    """Say a day."""
    return _in(context, numbers.day_text(value))


@register.simple_tag
def moment(at: dt.datetime) -> str:
    """Say a moment to the minute, UTC+8 as the foot of the page says."""
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


@register.simple_tag(takes_context=True)
def unit_words(context: Context, code: str) -> str:
    """Say a unit by its name in the pack."""
    unit = context["pack"].units.get(code)
    return _in(context, unit.name) if unit else code


@register.simple_tag(takes_context=True)
def form_words(context: Context, form: str) -> str:
    """Say a form by its name in the pack."""
    return _in(context, context["pack"].forms[form].name)


@register.simple_tag(takes_context=True)
def scope(context: Context, scope_key: str) -> str:
    """Say a scope: its code, name and version."""
    code, _, version = (scope_key or "unstated").partition("@")
    name = _in(context, word(f"scope.{code}")) if known(f"scope.{code}") else code
    if code == "unstated":
        return name
    return f"{code} {name}" + (
        f"（{version}）" if version and context["lang"] == "zh" else f" ({version})" if version else ""
    )


@register.simple_tag(takes_context=True)
def direction(context: Context, text: str) -> str:
    """Say which side is better."""
    if text.startswith("target:"):
        return _in(context, word("direction.target", target=text.removeprefix("target:")))
    return _in(context, word(f"direction.{text}"))


@register.simple_tag(takes_context=True)
def unknown_words(context: Context, code: str) -> str:
    """Say why something is not known."""
    return _in(context, unknown_text(code))


@register.simple_tag
def exact(value: float) -> str:
    """Write a number with all its digits."""
    return numbers.exact(value)


@register.simple_tag(takes_context=True)
def reason_words(context: Context, reason: str) -> str:
    """Say a reason, or the scope version that stands in its place."""
    return _in(context, word(f"unknown.{reason}")) if known(f"unknown.{reason}") else scope(context, reason)


@register.simple_tag
def filed(value: float | str | None) -> str:
    """Write a value as it was filed, with all its digits."""
    return numbers.exact(value) if isinstance(value, float) else str(value)


@register.simple_tag
def plain(value: float, unit: str) -> str:
    """Write a number as it is read."""
    return numbers.number(value, unit)


@register.filter
def article_of(measure: str) -> str:
    """Return the article number in the id of a measure: ``art06.s2`` gives 6."""
    return measure.removeprefix("art").split(".")[0].lstrip("0")


@register.simple_tag
def signed(value: float, unit: str) -> str:
    """Write a difference with its sign."""
    return numbers.number(value, unit, signed=True)


# Reasons that say all by themselves; the others are prefixed by "cannot tell".
_PLAIN = frozenset({"missing", "not_due", "not_applicable", "suppressed", "no_figure", "other_scope"})
_SHORT = {"not_applicable": "–", "suppressed": "×"}


def unknown_text(code: str) -> Text:
    """Return the words for an unknown figure: the reason itself, or "cannot tell" and the reason."""
    reason = word(f"unknown.{code}")
    return reason if code in _PLAIN else word("unknown.cannot_tell", reason=reason)


def short_unknown(context: Context, code: str) -> str:
    """Return the words for an unknown figure where room is small: no "cannot tell" before the reason."""
    return _SHORT.get(code) or _in(context, word(f"unknown.{code}"))


@register.simple_tag(takes_context=True)
def figure_url(context: Context, figure: Figure) -> str:
    """Return the address of a figure's trace; of a figure without any row, that of its indicator."""
    base, query = context["base"], context["query_string"]
    if not figure.period:
        return f"{base}indicators/{figure.indicator}/{query}"
    return f"{base}figures/{figure.indicator}/{figure.area}/{figure.period}/{query}"


def figure_rest(context: Context, figure: Figure, indicator_name: str, area_name: str, unit: str) -> str:
    """Say what goes with a number beyond what is seen: unit, area, indicator, period, origin, lamp, scope."""
    parts = [unit if figure.known else "", area_name, f"{figure.indicator} {indicator_name}"]
    parts.append(_in(context, numbers.period_text(figure.period)))
    if figure.origin:
        parts.append(_in(context, word(f"origin.{figure.origin}")))
    if figure.later_period:
        parts.append(later_words(context, figure))
    if figure.lamp:
        parts.append(lamp_words(context, figure.lamp))
    if figure.known and figure.scope:
        parts.append(scope(context, figure.scope))
    return ("，" if context["lang"] == "zh" else ", ").join(part for part in parts if part)


def figure_label(context: Context, figure: Figure, indicator_name: str, area_name: str, unit: str) -> str:
    """Say a figure in full: the number or why it is not known, then all that goes with it."""
    shown = (
        unknown_words(context, figure.unknown) if figure.value is None else numbers.number(figure.value, figure.unit)
    )
    rest = figure_rest(context, figure, indicator_name, area_name, unit)
    return f"{shown} {rest}" if figure.known else ("，" if context["lang"] == "zh" else ", ").join((shown, rest))


@register.simple_tag(takes_context=True)
def later_words(context: Context, figure: Figure) -> str:
    """Say that a newer period is due and not known."""
    return _in(
        context,
        word(
            "unknown.later",
            period=numbers.period_text(figure.later_period),
            reason=word(f"unknown.{figure.later_unknown}"),
        ),
    )


@register.simple_tag(takes_context=True)
def lamp_words(context: Context, lamp: Lamp) -> str:
    """Say a lamp and its reason."""
    words = _in(context, word(f"lamp.{lamp.colour}"))
    if lamp.override_event is not None:
        computed = word("lamp.override", computed=word(f"lamp.{lamp.computed}"), seq=lamp.override_event)
        words = f"{words} {_in(context, computed)}"
    reason = _in(context, lamp.reason)
    if not reason:
        return words
    return f"{words}：{reason}" if context["lang"] == "zh" else f"{words}: {reason}"


@register.simple_tag(takes_context=True)
def lamp_glyph(context: Context, colour: str) -> SafeString:
    """Draw a lamp: shape and letter; hidden from readers, whose words stand beside it."""
    return format_html(
        '<span class="lamp lamp-{0}" aria-hidden="true"><svg class="glyph" viewBox="0 0 16 16"><use href="#lamp-{0}"/></svg>'
        '<span class="letter">{1}</span></span>',
        colour,
        _in(context, word(f"lamp.letter.{colour}")),
    )


@register.simple_tag(takes_context=True)
def lamp(context: Context, value: Lamp | None, said: str = "") -> SafeString:
    """Draw a lamp with its reason; an override shows the computed lamp too; without one, say that none is set.

    ``said`` is the reason that stands beside it already (why the figure is not known) and is not repeated.
    """
    if value is None:
        return format_html('<span class="none">{}</span>', _in(context, word("lamp.none")))
    told = value.reason.zh and value.reason != (word(f"unknown.{said}") if said else None)
    both = lamp_glyph(context, value.colour)
    if value.override_event is not None:
        both = format_html('{} <span class="computed">{}</span>', both, lamp_glyph(context, value.computed))
    why = format_html(' <span class="why">{}</span>', _in(context, value.reason)) if told else EMPTY
    return format_html('{}<span class="sr">{}</span>{}', both, lamp_words(context, value), why)


@register.simple_tag(takes_context=True)
def origin_tag(context: Context, origin: str) -> SafeString:
    """Tag a number with its origin; reported is unmarked."""
    if not origin or origin == "reported":
        return EMPTY
    return format_html('<span class="tag tag-{}">{}</span>', origin, _in(context, word(f"origin.tag.{origin}")))


@register.simple_tag(takes_context=True)
def figure(context: Context, value: Figure, indicator_name: str, area_name: str, unit: str) -> SafeString:
    """A number as a link to its trace, with its tags; or the words why it is not known."""
    if value.value is None:
        shown = _SHORT.get(value.unknown) or _in(context, unknown_text(value.unknown))
        body = format_html('<span class="unknown">{}</span>', shown)
    else:
        body = format_html(
            '<span class="number">{}</span>{}',
            numbers.number(value.value, value.unit),
            origin_tag(context, value.origin),
        )
    return format_html(
        '<a class="figure" href="{}">{}<span class="sr"> {}</span></a>',
        figure_url(context, value),
        body,
        figure_rest(context, value, indicator_name, area_name, unit),
    )


@register.inclusion_tag("xinqu/part_spark.html", takes_context=True)
def sparkline(context: Context, series: tuple[Figure, ...]) -> dict[str, object]:
    """Draw the sparkline of a series."""
    return {"spark": sparks.spark(series), "lang": context["lang"]}


@register.simple_tag
def strip_x(value: float, low: float, high: float) -> float:
    """Place a value on a dot strip."""
    return sparks.strip_x(value, low, high)


def _in(context: Context, text: Text) -> str:
    return text.zh if context["lang"] == "zh" else text.en
