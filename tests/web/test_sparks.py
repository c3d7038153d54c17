"""Small drawings: a gap is never filled, a moved scope breaks the line, names on the sketch keep clear of dots."""

import cast
from page_snapshot import figure as row
from xinqu.spine.pages import reading
from xinqu.web import sparks


def series(*values, scopes=None):
    scopes = scopes or ["S4@2009-04-24"] * len(values)
    rows = [
        row("R01", "lanzhou", str(2015 + n), v, scope=s) for n, (v, s) in enumerate(zip(values, scopes, strict=True))
    ]
    return tuple(reading.figure_of(r, None) for r in rows)


def test_under_two_known_points_there_is_no_line():
    assert sparks.spark(series(1.0, None)) is None
    assert sparks.spark(()) is None


def test_a_gap_is_not_filled():
    drawn = sparks.spark(series(1.0, 2.0, None, 3.0, 2.0))
    assert len(drawn.lines) == 2
    assert drawn.lone == ()
    alone = sparks.spark(series(1.0, None, 2.0))
    assert alone.lines == ()
    assert len(alone.lone) == 2


def test_a_moved_scope_breaks_the_line():
    drawn = sparks.spark(series(1.0, 2.0, 3.0, 4.0, scopes=["S1@2010", "S1@2010", "S4@2025", "S4@2025"]))
    assert len(drawn.lines) == 2


def test_the_last_point_is_the_last_known_value():
    drawn = sparks.spark(series(1.0, 3.0, None))
    assert drawn.last[1] == sparks.SPARK_PAD, "the highest value stands at the top"


def test_dots_stand_by_longitude_and_latitude_and_apart():
    pack = cast.pack()
    areas = [reading.area_ref(area) for area in pack.areas.values()]
    dots = sparks.sketch([(a, 1) for a in areas], 39, sparks.bounds_of([(a.lon, a.lat) for a in areas]))
    for one, other in zip(sorted(dots, key=lambda d: d.area.lon), sorted(dots, key=lambda d: d.x), strict=True):
        assert one.area == other.area
    assert [d.area for d in sorted(dots, key=lambda d: -d.area.lat)] == [
        d.area for d in sorted(dots, key=lambda d: d.y)
    ]
    for dot in dots:
        side = 1 if dot.anchor == "start" else -1
        others = [d for d in dots if d is not dot and abs(d.y - dot.y) < 12 and 0 < side * (d.x - dot.x) < 45]
        assert others == [], (
            f"the name of {dot.area.code} lies under the dot of {others[0].area.code if others else ''}"
        )
        assert 0 < dot.x < sparks.SKETCH_WIDTH
        assert 0 < dot.y < sparks.SKETCH_HEIGHT


def test_the_tint_is_the_share_and_nothing_is_no_tint():
    area = reading.area_ref(cast.pack().areas["lanzhou"])
    bounds = sparks.Bounds(100.0, 128.0, 22.0, 46.0)
    levels = [sparks.sketch([(area, n)], 39, bounds)[0].level for n in (0, 1, 20, 39)]
    assert levels == [0, 1, 4, 6]
