"""Strategies for content models: any text that a record may hold, tables, charts, unknown figures."""

import datetime as dt

from hypothesis import strategies as st

from xinqu.reporting import model
from xinqu.vocabulary.origin import Origin, Realm
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

HOSTILE = [
    "#panic()", '#import "x"', "*粗*", "_斜_", "$x^2$", "`raw`", "= 标题", "<b>&amp;</b>", "<script>alert(1)</script>", "\"'>",
    "@ref", "<fig-1>", "\\u{1F600}", "😀", "\x00\x07", "\ue000", "\u202ertl", "a\u0301", "\u200b", "#set page(width: 1pt)",
    "//comment", "/*x*/", "{{ x }}", "]]>", "　", "\n\n", "\u2028", "𠮷", "\ufdd0", "\U000f0000",
]  # fmt: skip
_strings = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12), st.text("新区数据第三", min_size=1, max_size=60))
texts = st.builds(Text, zh=_strings, en=_strings)
_hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
_days = st.dates(dt.date(1992, 1, 1), dt.date(2099, 12, 31))
_traces = st.tuples(
    st.sampled_from(["Q01", "L03", "xq1_gdp"]),
    st.sampled_from(["nansha", "xiongan"]),
    st.sampled_from(["2023", "2023-Q4", "2024-02"]),
).map("/".join)
_values = st.decimals(-(10**9), 10**9, places=3).map(str)


@st.composite
def figures(draw):
    value = draw(st.none() | _values)
    return model.Figure(
        trace=draw(_traces),
        name=draw(texts),
        area=draw(texts),
        value=value,
        shown=draw(texts),
        unit=draw(_strings),
        unit_label=draw(texts),
        scope=draw(st.sampled_from(["unstated", "S4@2012-09-06", "S1"])),
        origin=draw(st.sampled_from(Origin)),
        status=draw(st.sampled_from(["official", "trial"])),
        unknown=None if value is not None else draw(st.sampled_from(Unknown)),
        records=tuple(draw(st.lists(_hashes, max_size=2))),
    )


def cells(count):
    words = st.builds(model.Words, text=texts)
    trend = st.lists(st.none() | _values, min_size=1, max_size=6).map(
        lambda values: model.Trend(
            series="Q01/nansha", periods=tuple(str(2000 + n) for n in range(len(values))), values=tuple(values)
        )
    )
    parts = [words, trend]
    if count:
        parts.append(st.builds(model.Ref, figure=st.integers(0, count - 1), dated=st.booleans()))
    return st.lists(st.one_of(parts), min_size=1, max_size=3).map(tuple)


@st.composite
def tables(draw, count):
    columns = draw(
        st.lists(
            st.builds(
                model.Column,
                head=texts,
                code=_strings,
                unit=texts,
                align=st.sampled_from(["left", "right", "center"]),
                width=st.integers(1, 9),
            ),
            min_size=1,
            max_size=4,
        )
    )
    rows = draw(st.lists(st.tuples(*[cells(count)] * len(columns)), max_size=3))
    return model.Table(
        caption=draw(texts), columns=tuple(columns), rows=tuple(rows), notes=tuple(draw(st.lists(texts, max_size=2)))
    )


def charts(count):
    number = st.decimals(-(10**6), 10**6, places=2).map(str)
    figure = st.integers(0, count - 1) if count else st.none()
    points = st.builds(
        model.Point,
        label=texts,
        value=number,
        lon=st.decimals(73, 135, places=2).map(str),
        lat=st.decimals(18, 53, places=2).map(str),
        shown=texts,
        tag=texts,
        figure=figure,
        origin=st.sampled_from(Origin),
    )
    return st.builds(
        model.Chart,
        form=st.sampled_from(["dots", "map"]),
        title=texts,
        measure=texts,
        points=st.lists(points, max_size=5).map(tuple),
        duties=st.lists(texts, max_size=3).map(tuple),
    )


@st.composite
def reports(draw):
    quoted = tuple(draw(st.lists(figures(), max_size=4)))
    count = len(quoted)
    block = st.one_of(
        st.builds(model.Heading, level=st.just(2), text=texts),
        st.builds(model.Paragraph, parts=cells(count)),
        st.builds(model.Note, parts=cells(count)),
        tables(count),
        charts(count),
    )
    section = st.builds(model.Section, heading=texts, blocks=st.lists(block, max_size=3).map(tuple))
    edition = st.builds(
        model.Edition,
        realm=st.sampled_from(Realm),
        vintage=st.integers(0, 10**6),
        vintage_on=_days,
        as_of=_days,
        head_seq=st.integers(0, 10**6),
        head_sha256=_hashes,
        pack_id=_strings,
        pack_version=_strings,
        pack_sha256=_hashes,
        software=_strings,
        lock_sha256=_hashes,
        compute_version=_strings,
    )
    return model.Report(
        model_version=model.MODEL_VERSION,
        kind=draw(_strings),
        title=draw(texts),
        issuer=draw(texts),
        mark=draw(texts),
        edition=draw(edition),
        coverage=draw(texts),
        sections=tuple(draw(st.lists(section, max_size=3))),
        figures=quoted,
        subtitle=draw(texts),
        addressee=draw(texts),
        statement=draw(texts),
        closing=tuple(draw(st.lists(texts, max_size=2))),
    )
