"""What is known of each area: its latest figures, what it filed as such, and which indicators are not known and why."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, note, say
from xinqu.reporting.model import Block, Cell, Column, Heading, Note, Section, Table, Trend
from xinqu.reporting.numbers import exact_text
from xinqu.reporting.register import FigureRegister, area_name, say_scope
from xinqu.vocabulary.origin import Origin, worst_origin
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

# Two points are a difference, not a course.
FEWEST_TREND_POINTS = 3
TREND_POINTS = 12
# More items than this are a return, not a bulletin: the reader is sent to the returns.
MOST_ITEMS = 40
Series = Mapping[tuple[str, str], pl.DataFrame]
_SERIES_COLUMN = Column(head=Text("走势", "Course"), align="right", width=5)
_NO_COURSE = cell(Text("–", "–"))


def area_section(
    pack: Pack, latest: pl.DataFrame, series: Series, items: pl.DataFrame, *, register: FigureRegister
) -> Section:
    """Return one sub-section per area in the order of the pack; ``items`` are the latest reported items (may be empty)."""
    blocks: list[Block] = []
    for code, area in pack.areas.items():
        blocks.append(Heading(level=2, text=area.name))
        own = latest.filter(pl.col("area") == code)
        known = own.filter(pl.col("value").is_not_null())
        if known.height:
            blocks.append(_figures(pack, code, known, series, register))
        else:
            blocks.append(say("没有可知的指标。", "No indicator is known."))
        blocks += _items(pack, code, items.filter(pl.col("area") == code), register)
        blocks += _unknown(own)
    return Section(heading=Text("各新区最新数据", "Latest figures by area"), blocks=tuple(blocks))


def _figures(pack: Pack, code: str, known: pl.DataFrame, series: Series, register: FigureRegister) -> Table:
    rows = known.to_dicts()
    courses = [_course(series.get((row["indicator"], code)) if _is_headline(pack, row) else None) for row in rows]
    drawn = any(isinstance(course[0], Trend) for course in courses)
    body = [_row(pack, row, register) for row in rows]
    name = area_name(pack, code)
    return Table(
        caption=Text(f"{name.zh}已知指标", f"Known indicators of {name.en}"),
        columns=(*_columns(Text("指标（单位）", "Indicator (unit)")), *((_SERIES_COLUMN,) if drawn else ())),
        rows=tuple((*row, course) if drawn else row for row, course in zip(body, courses, strict=True)),
        notes=_course_note() if drawn else (),
    )


def _is_headline(pack: Pack, row: Mapping[str, Any]) -> bool:
    return pack.indicators[row["indicator"]].headline


def _items(pack: Pack, code: str, items: pl.DataFrame, register: FigureRegister) -> list[Block]:
    """Return the table of what the area filed as such, or where to find it when it is long."""
    if items.height > MOST_ITEMS:
        return [note("报送项目{n}个，见返回报表。", "{n} items filed: see the returns.", n=items.height)]
    if items.is_empty():
        return []
    name = area_name(pack, code)
    table = Table(
        caption=Text(f"{name.zh}报送的项目（最近一期）", f"Items filed for {name.en} (latest period)"),
        columns=_columns(Text("项目（单位）", "Item (unit)")),
        rows=tuple(_row(pack, row, register) for row in items.to_dicts()),
    )
    return [table]


def _columns(first: Text) -> tuple[Column, ...]:
    return (
        Column(head=first, width=11),
        Column(head=Text("数值", "Value"), align="right", width=5),
        Column(head=Text("报告期", "Period"), align="center", width=3),
        Column(head=Text("口径、性质", "Scope, origin"), width=7),
    )


def _row(pack: Pack, row: Mapping[str, Any], register: FigureRegister) -> tuple[Cell, ...]:
    place = register.quote(row)
    figure = register[place.figure]
    unit, scope, origin = figure.unit_label, say_scope(pack, figure.scope), figure.origin.label
    code = f"{row['indicator']} " if row["indicator"] in pack.indicators else ""
    return (
        cell(Text(f"{code}{figure.name.zh}（{unit.zh}）", f"{code}{figure.name.en} ({unit.en})")),
        (place,),
        cell(both(figure.period)),
        cell(Text(f"{scope.zh}　{origin.zh}", f"{scope.en}, {origin.en}")),
    )


def _course_note() -> tuple[Text, ...]:
    return (
        Text(
            f"走势（头条指标）：至多最近{TREND_POINTS}期，空档为未知，竖线为口径变化；已知不足{FEWEST_TREND_POINTS}期记“–”；各行纵轴不同。",
            f"Course (headline indicators): at most the last {TREND_POINTS} periods; gaps are unknown, a bar marks a change of scope; "
            f"– means fewer than {FEWEST_TREND_POINTS} known; each row has its own scale.",
        ),
    )


def _course(frame: pl.DataFrame | None) -> Cell:
    """Return the trend of one indicator up to its last known period."""
    if frame is None:
        return _NO_COURSE
    last = frame.with_row_index("at").filter(pl.col("value").is_not_null())["at"].max()
    rows = frame.head(int(str(last)) + 1).tail(TREND_POINTS).to_dicts() if last is not None else []
    known = [row for row in rows if row["value"] is not None]
    if len(known) < FEWEST_TREND_POINTS:
        return _NO_COURSE
    return (
        Trend(
            series=f"{rows[0]['indicator']}/{rows[0]['area']}",
            periods=tuple(row["period"] for row in rows),
            values=tuple(None if row["value"] is None else exact_text(row["value"]) for row in rows),
            breaks=_breaks(rows),
            origin=worst_origin(Origin(row["origin"]) for row in known),
        ),
    )


def _breaks(rows: list[dict[str, Any]]) -> tuple[int, ...]:
    """Return the positions whose scope differs from that of the last known value before."""
    found, scope = [], None
    for place, row in enumerate(rows):
        if row["value"] is None:
            continue
        if scope is not None and row["scope"] != scope:
            found.append(place)
        scope = row["scope"]
    return tuple(found)


def _unknown(frame: pl.DataFrame) -> list[Note]:
    """Return one remark per reason, each naming its indicators."""
    notes = []
    for code in frame["unknown"].drop_nulls().unique().sort():
        reason = Unknown(code)
        names = frame.filter(pl.col("unknown") == code)["indicator"].to_list()
        text = Text(
            f"{reason.label.zh}（{code}）{len(names)}项：{'、'.join(names)}。",
            f"{reason.label.en.capitalize()} ({code}), {len(names)}: {', '.join(names)}.",
        )
        notes.append(Note(parts=cell(text)))
    return notes
