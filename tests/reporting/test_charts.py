"""The three charts: well formed, no style and no script, what must be printed is printed, gaps are never bridged."""

import xml.etree.ElementTree as ET  # our own output, no foreign XML is read

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.reporting.charts import Dot, Frame, Place, area_map, dot_plot, sparkline
from xinqu.vocabulary.origin import Origin

FRAME = Frame(title="三个新区在1～9之间", measure="指标 %", duties=("口径：S1", "版本：第87号事件", "不确定性未知"))
SVG = "{http://www.w3.org/2000/svg}"
numbers = st.floats(-1e9, 1e9, allow_nan=False)
labels = st.text(st.characters(blacklist_categories=("Cs",)), max_size=8)


def elements(svg):
    return list(ET.fromstring(svg).iter())  # noqa: S314 - our own output


def texts(svg):
    return [element.text or "" for element in elements(svg) if element.tag in {f"{SVG}text", f"{SVG}title"}]


def test_dots_keep_their_order_and_print_number_and_duties():
    dots = [
        Dot(label=name, value=value, shown=str(value), lo=value - 1, hi=value + 1, tag="S4")
        for name, value in (("甲", 9.0), ("乙", 1.0))
    ]
    told = texts(dot_plot(dots, FRAME))
    assert told.index("甲") < told.index("乙")
    assert {"9.0", "1.0", "S4", *FRAME.duties} <= set(told)


def test_interval_spans_its_ends():
    wide, narrow = (
        next(
            e
            for e in elements(
                dot_plot([Dot(label="甲", value=5, shown="5", lo=lo, hi=9), Dot(label="乙", value=0, shown="0")], FRAME)
            )
            if e.get("class") == "xq-interval"
        )
        for lo in (1, 4)
    )
    assert float(wide.get("x1")) < float(narrow.get("x1"))
    assert wide.get("x2") == narrow.get("x2")


def test_simulated_is_hollow_and_violet():
    svg = dot_plot([Dot(label="甲", value=1, shown="1", origin=Origin.SIMULATED)], FRAME)
    dot = next(e for e in elements(svg) if e.tag == f"{SVG}circle")
    assert (dot.get("fill"), dot.get("stroke")) == ("#FFFFFF", "#5B3E8F")


def test_a_gap_is_never_bridged():
    svg = sparkline([1, 2, None, 3, 4], label="x")
    lines = [e.get("points") for e in elements(svg) if e.tag == f"{SVG}polyline"]
    assert len(lines) == 2


def test_a_break_cuts_the_line_and_is_ticked():
    svg = sparkline([1, 2, 3, 4], label="x", breaks=(2,))
    assert len([e for e in elements(svg) if e.tag == f"{SVG}polyline"]) == 2
    assert len([e for e in elements(svg) if e.get("class") == "xq-break"]) == 1


def test_rows_of_one_scale_are_comparable():
    low, high = (
        next(e for e in elements(sparkline([v, v], label="x", scale=(0, 10))) if e.tag == f"{SVG}circle")
        for v in (1, 9)
    )
    assert float(low.get("cy")) > float(high.get("cy"))


def test_labels_of_the_nineteen_seats_do_not_cover_each_other(pack):
    places = [
        Place(label=a.short.zh, lon=float(a.seat_lon), lat=float(a.seat_lat), value=3, shown="3")
        for a in pack.areas.values()
    ]
    svg = area_map(places, FRAME)
    boxes = []
    for element in elements(svg):
        if element.tag == f"{SVG}text" and element.get("font-size") == "11":
            wide = sum(11 if ord(c) > 0x2E80 else 6.2 for c in element.text)
            left = float(element.get("x")) - {"start": 0, "end": wide, "middle": wide / 2}[element.get("text-anchor")]
            boxes.append((left, float(element.get("y")) - 9, left + wide, float(element.get("y"))))
    assert len(boxes) == 19
    for n, a in enumerate(boxes):
        for b in boxes[n + 1 :]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
    assert "示意" in texts(svg)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(labels, numbers, labels, st.sampled_from(Origin)), max_size=8))
def test_any_dots_give_well_formed_svg_without_style_or_script(rows):
    dots = [Dot(label=a, value=v, shown=b, origin=o, href="/x?a=1&b=2") for a, v, b, o in rows]
    places = [Place(label=a, lon=100 + v % 30, lat=20 + v % 25, value=v, shown=b, origin=o) for a, v, b, o in rows]
    for svg in (dot_plot(dots, FRAME), area_map(places, FRAME)):
        for element in elements(svg):
            assert element.tag in {f"{SVG}{n}" for n in ("svg", "title", "text", "circle", "line", "rect", "a")}
            assert not {"style", "onload", "onclick"} & set(element.keys())


@settings(max_examples=80, deadline=None)
@given(st.lists(st.none() | numbers, min_size=1, max_size=14), st.none() | st.tuples(numbers, numbers))
def test_any_values_give_a_sparkline_inside_its_box(values, band):
    for element in elements(sparkline(values, label="<x>", band=band and (min(band), max(band)))):
        for name in ("x1", "x2", "cx"):
            assert -1 <= float(element.get(name, 0)) <= 97
        for name in ("y1", "y2", "cy"):
            assert -1 <= float(element.get(name, 0)) <= 21


@pytest.mark.parametrize("value", [0.0, -3.0, 1e12, 1e-9])
def test_one_value_alone_has_a_scale(value):
    assert "nan" not in dot_plot([Dot(label="甲", value=value, shown="x")], FRAME)
