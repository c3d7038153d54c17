"""Small drawings as SVG without style or script: sparklines, dot strips, the sketch of the areas."""

import math
from collections.abc import Sequence

import msgspec

from xinqu.spine.pages.model import AreaRef, Figure

SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD = 96.0, 20.0, 3.0
STRIP_WIDTH, STRIP_PAD = 240.0, 8.0
SKETCH_WIDTH, SKETCH_HEIGHT, SKETCH_PAD_X, SKETCH_PAD_Y = 560.0, 470.0, 46.0, 24.0


class Spark(msgspec.Struct, frozen=True):
    """A sparkline: one polyline per unbroken run, lone points, and the last known point."""

    lines: tuple[str, ...]
    lone: tuple[tuple[float, float], ...]
    last: tuple[float, float] | None
    simulated: bool


def spark(series: Sequence[Figure]) -> Spark | None:
    """Return the sparkline of the last twelve periods of one frequency; None under two known points.

    A period that is not known, or a change of scope, breaks the line: nothing is interpolated.
    """
    recent = tuple(series)[-SPARK_POINTS:]
    values = [f.value for f in recent if f.value is not None]
    if len(values) < 2:  # noqa: PLR2004 - a line needs two points
        return None
    low, high = min(values), max(values)
    points = [_point(number, f.value, len(recent), low, high) for number, f in enumerate(recent)]
    runs: list[list[tuple[float, float]]] = [[]]
    for number, (figure, point) in enumerate(zip(recent, points, strict=True)):
        breaks = point is None or (number and figure.scope != recent[number - 1].scope)
        if breaks and runs[-1]:
            runs.append([])
        if point is not None:
            runs[-1].append(point)
    return Spark(
        lines=tuple(" ".join(f"{x:g},{y:g}" for x, y in run) for run in runs if len(run) > 1),
        lone=tuple(run[0] for run in runs if len(run) == 1),
        last=next(point for point in reversed(points) if point is not None),
        simulated=any(f.origin == "simulated" for f in recent),
    )


SPARK_POINTS = 12


def _point(number: int, value: float | None, count: int, low: float, high: float) -> tuple[float, float] | None:
    if value is None:
        return None
    x = SPARK_PAD + number * (SPARK_WIDTH - 2 * SPARK_PAD) / max(count - 1, 1)
    share = 0.5 if math.isclose(low, high) else (value - low) / (high - low)
    return round(x, 1), round(SPARK_HEIGHT - SPARK_PAD - share * (SPARK_HEIGHT - 2 * SPARK_PAD), 1)


def strip_x(value: float, low: float, high: float) -> float:
    """Return where ``value`` stands on a strip from ``low`` to ``high``, in pixels."""
    share = 0.5 if math.isclose(low, high) else (value - low) / (high - low)
    return round(STRIP_PAD + share * (STRIP_WIDTH - 2 * STRIP_PAD), 1)


class Dot(msgspec.Struct, frozen=True):
    """One area of the sketch, in pixels; ``level`` 1 to 6 is its tint; the label stands left or right of the dot."""

    area: AreaRef
    x: float
    y: float
    number: int
    level: int
    label_x: float
    anchor: str


class Bounds(msgspec.Struct, frozen=True):
    """The window of the sketch in degrees: the same for every reader, however few areas he sees."""

    west: float
    east: float
    south: float
    north: float


def bounds_of(places: Sequence[tuple[float, float]]) -> Bounds:
    """Return the window that holds all places (longitude, latitude)."""
    longitudes, latitudes = [lon for lon, _ in places], [lat for _, lat in places]
    return Bounds(min(longitudes), max(longitudes), min(latitudes), max(latitudes))


def sketch(areas: Sequence[tuple[AreaRef, int]], total: int, bounds: Bounds) -> tuple[Dot, ...]:
    """Place areas by longitude and latitude (equal lengths at the middle latitude); no boundary is drawn.

    ``areas`` come with the number that stands in their dot; its tint is its share of ``total``.
    """
    squeeze = math.cos(math.radians((bounds.south + bounds.north) / 2))
    width, height = SKETCH_WIDTH - 2 * SKETCH_PAD_X, SKETCH_HEIGHT - 2 * SKETCH_PAD_Y
    scale = min(
        width / max((bounds.east - bounds.west) * squeeze, 1e-9), height / max(bounds.north - bounds.south, 1e-9)
    )
    places = [
        (SKETCH_PAD_X + (a.lon - bounds.west) * squeeze * scale, SKETCH_PAD_Y + (bounds.north - a.lat) * scale)
        for a, _ in areas
    ]
    return tuple(
        _dot(area, number, total, place, left=_is_taken(places, place, 1) and not _is_taken(places, place, -1))
        for (area, number), place in zip(areas, places, strict=True)
    )


_LABEL_WIDTH, _LABEL_HEIGHT = 68.0, 18.0  # room that a dot and the longest short name take, in pixels


def _is_taken(places: Sequence[tuple[float, float]], place: tuple[float, float], side: int) -> bool:
    """Say whether another dot stands where the name would, right (1) or left (-1) of ``place``."""
    x, y = place
    return any(0 < side * (other - x) < _LABEL_WIDTH and abs(height - y) < _LABEL_HEIGHT for other, height in places)


_LEVELS = 6


def _dot(area: AreaRef, number: int, total: int, place: tuple[float, float], *, left: bool) -> Dot:
    x, y = place
    level = 0 if number == 0 else 1 + min(_LEVELS - 1, int(number / total * _LEVELS))
    label_x = x + (-_LABEL_GAP if left else _LABEL_GAP)
    return Dot(area, round(x, 1), round(y, 1), number, level, round(label_x, 1), "end" if left else "start")


_LABEL_GAP = 15.0  # from the middle of a dot to its name
