"""Three small charts as SVG text: sorted dots with intervals, a sparkline, and a schematic map of dots.

Own SVG rather than a chart library: presentation attributes only, no style and no script, so the same bytes stand inline
under a strict content policy, in the PDF and in a file; each takes well under a millisecond. Every mark also has a class,
so that a page's style sheet can recolour it for dark theme. Output depends on the arguments alone.
"""

import math
import re
from collections.abc import Sequence
from html import escape
from typing import Literal

import msgspec

from xinqu.vocabulary.origin import Origin

INK, MUTED, HAIRLINE, ACCENT, SIMULATED = "#1B1F27", "#565D6A", "#D5D9E0", "#1A4F9C", "#5B3E8F"
TINT = "#94B8DF"
FONT = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_TITLE_PX, _TEXT_PX, _DUTY_PX = 14, 12, 10
_LATIN_EM = 0.56
_ROOMY_ROWS = 12


class Dot(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a dot plot; ``tag`` (scope code) stands beside the label, ``shown`` is the number as printed."""

    label: str
    value: float
    shown: str
    lo: float | None = None
    hi: float | None = None
    tag: str = ""
    href: str = ""
    origin: Origin = Origin.REPORTED


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One dot of the map: rough seat in degrees, a count that sets its size, and what is printed beside it."""

    label: str
    lon: float
    lat: float
    value: float
    shown: str
    href: str = ""
    origin: Origin = Origin.REPORTED


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed in every chart: the finding, the measure, and the duties (scope, vintage, origin, coverage ...)."""

    title: str
    measure: str
    duties: tuple[str, ...]
    width_px: int = 640
    schematic: str = "示意"


def dot_plot(dots: Sequence[Dot], frame: Frame) -> str:
    """Return dots in the given order, one per row, with their intervals; no dots gives the frame with the word."""
    head, y = _head(frame)
    row_px, left, right = (20 if len(dots) <= _ROOMY_ROWS else 16), 118, 74
    span = frame.width_px - left - right
    low, high, ticks = _scale([v for d in dots for v in (d.value, d.lo, d.hi) if v is not None])
    body = []
    bottom = y + row_px * len(dots) + 4
    for tick in ticks:
        x = left + span * (tick - low) / (high - low)
        body.append(_line(x, y - 2, x, bottom, HAIRLINE, "xq-hair"))
        body.append(_text(x, bottom + 12, _plain(tick), size=_DUTY_PX, fill=MUTED, anchor="middle"))
    for place, dot in enumerate(dots):
        body.append(_row(dot, y + row_px * place + row_px / 2, (low, high), left, span, frame.width_px))
    if not dots:
        body.append(_text(left, y + 12, "–", size=_TEXT_PX, fill=MUTED))
        bottom = y + row_px
    return _svg(frame, [*head, *body], bottom + 20)


def _row(dot: Dot, y: float, ends: tuple[float, float], left: float, span: float, width: int) -> str:
    def at(value: float) -> float:
        return left + span * (value - ends[0]) / (ends[1] - ends[0])

    colour = SIMULATED if dot.origin is Origin.SIMULATED else ACCENT
    parts = [_text(left - 10, y + 4, dot.label, size=_TEXT_PX, anchor="end")]
    if dot.tag:
        parts.append(_text(6, y + 4, dot.tag, size=_DUTY_PX, fill=MUTED))
    if dot.lo is not None and dot.hi is not None:
        parts.append(_line(at(dot.lo), y, at(dot.hi), y, TINT, "xq-interval", width=4))
    parts.append(_mark(at(dot.value), y, 4.5, dot.origin, colour))
    parts.append(_text(width - 6, y + 4, dot.shown, size=_TEXT_PX, anchor="end"))
    return _linked("".join(parts), dot.href)


def sparkline(
    values: Sequence[float | None],
    *,
    label: str,
    band: tuple[float, float] | None = None,
    breaks: Sequence[int] = (),
    scale: tuple[float, float] | None = None,
    origin: Origin = Origin.REPORTED,
) -> str:
    """Return a 96 x 20 line of one figure over its periods.

    Args:
        values: in time order; null is a gap and never bridged.
        label: what a screen reader says, with first and last value.
        band: shaded from and to, in the unit of the values.
        breaks: positions before which the series breaks; the line is cut there and ticked.
        scale: least and greatest of the column when all rows share one; else the values' own.
    """
    known = [value for value in values if value is not None]
    low, high = scale or ((min(known), max(known)) if known else (0.0, 1.0))
    low, high = (low - 1, high + 1) if low == high else (low, high)
    step = 88 / max(len(values) - 1, 1)
    dots = [None if v is None else (4 + step * n, 17 - 14 * (v - low) / (high - low)) for n, v in enumerate(values)]
    colour = SIMULATED if origin is Origin.SIMULATED else ACCENT
    parts = []
    if band:
        top, foot = (17 - 14 * (min(max(edge, low), high) - low) / (high - low) for edge in (band[1], band[0]))
        parts.append(f'<rect class="xq-band" x="0" y="{_n(top)}" width="96" height="{_n(foot - top)}" fill="#EAF1FA"/>')
    parts += [_line(4 + step * (n - 0.5), 1, 4 + step * (n - 0.5), 19, MUTED, "xq-break") for n in breaks]
    parts += _strokes(dots, frozenset(breaks), colour, dashed=origin in {Origin.ESTIMATED, Origin.SIMULATED})
    last = next((dot for dot in reversed(dots) if dot is not None), None)
    if last:
        parts.append(_mark(last[0], last[1], 2.2, origin, colour))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 20" width="96" height="20" role="img" '
        f'class="xq-spark"><title>{_safe(label)}</title>{"".join(parts)}</svg>'
    )


def _strokes(
    dots: Sequence[tuple[float, float] | None], breaks: frozenset[int], colour: str, *, dashed: bool
) -> list[str]:
    runs: list[list[tuple[float, float]]] = [[]]
    for place, dot in enumerate(dots):
        if dot is None or place in breaks:
            runs.append([])
        if dot is not None:
            runs[-1].append(dot)
    dash = ' stroke-dasharray="1.5 2"' if dashed else ""
    lines = [" ".join(f"{_n(x)},{_n(y)}" for x, y in run) for run in runs if len(run) > 1]
    alone = [run[0] for run in runs if len(run) == 1]
    return [
        f'<polyline class="xq-line" points="{line}" fill="none" stroke="{colour}" stroke-width="1.3"{dash}/>'
        for line in lines
    ] + [f'<circle class="xq-dot" cx="{_n(x)}" cy="{_n(y)}" r="1.2" fill="{colour}"/>' for x, y in alone]


_LATITUDE_OF_SCALE = 34.0  # middle of the nineteen seats; the map is a plain grid in degrees, not a projection
_LON, _LAT = (100.0, 129.0), (21.0, 47.5)


def area_map(places: Sequence[Place], frame: Frame) -> str:
    """Return dots at the rough seats of areas, without any boundary line; the duties must say that it is schematic."""
    head, y = _head(frame)
    margin = 30
    east = (max([_LON[1], *(p.lon for p in places)]) - min([_LON[0], *(p.lon for p in places)])) * math.cos(
        math.radians(_LATITUDE_OF_SCALE)
    )
    west, south = min([_LON[0], *(p.lon for p in places)]), min([_LAT[0], *(p.lat for p in places)])
    north = max([_LAT[1], *(p.lat for p in places)])
    per_degree = min((frame.width_px - 2 * margin - 60) / east, 420 / (north - south))
    shift = (frame.width_px - east * per_degree) / 2
    top = max([place.value for place in places], default=1) or 1
    dots = []
    for place in places:
        x = shift + (place.lon - west) * math.cos(math.radians(_LATITUDE_OF_SCALE)) * per_degree
        radius = 3 + 7 * math.sqrt(max(place.value, 0) / top)
        dots.append((x, y + 12 + (north - place.lat) * per_degree, radius, place))
    bottom = y + 24 + (north - south) * per_degree
    body = [
        f'<rect class="xq-sunk" x="0.5" y="{_n(y - 4)}" width="{frame.width_px - 1}" height="{_n(bottom - y)}" fill="none" stroke="{HAIRLINE}"/>',
        _text(frame.width_px - 8, y + 12, frame.schematic, size=_TEXT_PX, fill=MUTED, anchor="end"),
        *_labelled(dots),
    ]
    return _svg(frame, [*head, *body], bottom + 2)


Box = tuple[float, float, float, float]


def _labelled(dots: Sequence[tuple[float, float, float, Place]]) -> list[str]:
    """Draw dots with labels; each label takes the first side where it covers neither a dot nor an earlier label."""
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y, r, _ in dots]
    marks, labels = [], []
    for x, y, radius, place in dots:
        text = f"{place.label} {place.shown}"
        wide = _width(text, 11)
        sides: list[tuple[float, float, Literal["start", "end", "middle"], Box]] = []
        for dx, dy, anchor in (
            (radius + 4, 4, "start"), (-radius - 4, 4, "end"), (0, radius + 13, "middle"), (0, -radius - 4, "middle"),
            (radius + 2, -8, "start"), (radius + 2, 15, "start"), (-radius - 2, -8, "end"), (-radius - 2, 15, "end"),
        ):  # fmt: skip
            left = x + dx - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
            sides.append((x + dx, y + dy, anchor, (left, y + dy - 10, left + wide, y + dy + 2)))  # type: ignore[arg-type]
        free = [side for side in sides if not any(_overlap(side[3], box) for box in taken)]
        at_x, at_y, side_anchor, box = (free or sides)[0]
        taken.append(box)
        colour = SIMULATED if place.origin is Origin.SIMULATED else ACCENT
        hollow = place.value <= 0
        marks.append(
            f'<circle class="xq-dot" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{"#FFFFFF" if hollow else colour}" '
            f'fill-opacity="0.85" stroke="{MUTED if hollow else colour}"{" stroke-dasharray=" + chr(34) + "2 1.5" + chr(34) if hollow else ""}/>'
        )
        labels.append(_linked(_text(at_x, at_y, text, size=11, anchor=side_anchor), place.href))
    return marks + labels


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _head(frame: Frame) -> tuple[list[str], float]:
    parts, y = [], 6.0
    for line in _wrap(frame.title, _TITLE_PX, frame.width_px - 12):
        y += 17
        parts.append(_text(6, y, line, size=_TITLE_PX))
    for line in _wrap(frame.measure, _TEXT_PX, frame.width_px - 12):
        y += 16
        parts.append(_text(6, y, line, size=_TEXT_PX, fill=MUTED))
    return parts, y + 14


def _svg(frame: Frame, body: Sequence[str], bottom: float) -> str:
    y, foot = bottom, []
    for duty in frame.duties:
        for line in _wrap(duty, _DUTY_PX, frame.width_px - 12):
            y += 14
            foot.append(_text(6, y, line, size=_DUTY_PX, fill=MUTED))
    height = math.ceil(y + 8)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width_px} {height}" width="{frame.width_px}" '
        f'height="{height}" role="img" class="xq-chart" font-family="{FONT}"><title>{_safe(frame.title)}</title>'
        f"{''.join(body)}{''.join(foot)}</svg>"
    )


def _mark(x: float, y: float, radius: float, origin: Origin, colour: str) -> str:
    """A full dot for reported and published values, a hollow one for estimated and simulated ones."""
    hollow = origin in {Origin.ESTIMATED, Origin.SIMULATED}
    fill = "#FFFFFF" if hollow else colour
    return (
        f'<circle class="xq-dot xq-{origin.value}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}" '
        f'stroke="{colour}" stroke-width="1.4"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, kind: str, *, width: float = 1) -> str:
    return (
        f'<line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}" '
        f'stroke-width="{_n(width)}"/>'
    )


def _text(
    x: float, y: float, text: str, *, size: int, fill: str = INK, anchor: Literal["start", "end", "middle"] = "start"
) -> str:
    kind = "xq-ink" if fill == INK else "xq-muted"
    return (
        f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" font-size="{size}" fill="{fill}" '
        f'text-anchor="{anchor}">{_safe(text)}</text>'
    )


def _linked(body: str, href: str) -> str:
    return f'<a href="{_safe(href)}">{body}</a>' if href else body


def _scale(values: Sequence[float]) -> tuple[float, float, list[float]]:
    """Return ends and round ticks that hold all values."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low == high:
        pad = abs(low) / 10 or 1.0
        low, high = low - pad, high + pad
    raw = (high - low) / 4
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next((m * unit for m in (1, 2, 5, 10) if m * unit >= raw), 10 * unit)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, last * step, [n * step for n in range(first, last + 1)]


def _plain(value: float) -> str:
    text = f"{value:.10g}"
    return text.replace("-", "\N{MINUS SIGN}") if "e" not in text else text


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _safe(text: str) -> str:
    """Escape for text and attributes; what XML does not allow is shown as U+FFFD."""
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _n(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _width(text: str, size: int) -> float:
    return sum(size * (_LATIN_EM if ord(char) < 0x2E80 else 1.0) for char in text)  # noqa: PLR2004 - first CJK block


def _wrap(text: str, size: int, width: float) -> list[str]:
    lines, line, used = [], "", 0.0
    for char in text:
        wide = _width(char, size)
        if used + wide > width and line:
            cut = line.rfind(" ") + 1 if char.isascii() and char.isalnum() and line[-1].isascii() else 0
            lines.append(line[:cut] if cut else line)
            line = line[cut:] if cut else ""
            used = _width(line, size)
        line += char
        used += wide
    return [*lines, line] if line else lines
