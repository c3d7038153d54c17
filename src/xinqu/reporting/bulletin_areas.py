"""What is known of each area: a short table of its latest figures, and the indicators that are not known with reasons."""

from collections.abc import Mapping

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, say
from xinqu.reporting.model import Block, Cell, Column, Heading, Note, Section, Table, Trend
from xinqu.reporting.numbers import exact_text
from xinqu.reporting.register import FigureRegister, say_scope
from xinqu.vocabulary.origin import Origin, worst_origin
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

# Two points are a difference, not a course.
FEWEST_TREND_POINTS = 3
TREND_POINTS = 12
Series = Mapping[tuple[str, str], pl.DataFrame]


def area_section(pack: Pack, latest: pl.DataFrame, series: Series, *, register: FigureRegister) -> Section:
    """Return one sub-section per area, in the order of the pack."""
    blocks: list[Block] = []
    by_area = latest.partition_by("area", as_dict=True, maintain_order=True)
    for code, area in pack.areas.items():
        frame = by_area.get((code,))
        if frame is None:
            continue
        blocks.append(Heading(level=2, text=area.name))
        known = frame.filter(pl.col("value").is_not_null())
        if known.height:
            blocks.append(_table(pack, code, known, series, register))
        else:
            blocks.append(say("没有可知的指标。", "No indicator is known."))
        blocks.extend(_unknown(frame))
    return Section(heading=Text("各新区最新数据", "Latest figures by area"), blocks=tuple(blocks))


def _table(pack: Pack, code: str, known: pl.DataFrame, series: Series, register: FigureRegister) -> Table:
    rows = [_row(pack, row, series, register) for row in known.to_dicts()]
    drawn = any(isinstance(row[-1][0], Trend) for row in rows)
    columns = (
        Column(head=Text("指标（单位）", "Indicator (unit)"), width=12),
        Column(head=Text("数值", "Value"), align="right", width=4),
        Column(head=Text("报告期", "Period"), align="center", width=3),
        Column(head=Text("口径、性质", "Scope, origin"), width=6),
        Column(head=Text("走势", "Course"), align="right", width=5),
    )
    area = pack.areas[code]
    return Table(
        caption=Text(f"{area.short.zh}已知指标", f"Known indicators of {area.short.en}"),
        columns=columns if drawn else columns[:-1],
        rows=tuple(row if drawn else row[:-1] for row in rows),
        notes=_trend_note() if drawn else (),
    )


def _trend_note() -> tuple[Text, ...]:
    return (
        Text(
            f"走势：至多最近{TREND_POINTS}期，空档为未知；不足{FEWEST_TREND_POINTS}期记“–”；各行纵轴不同。",
            f"Course: at most the last {TREND_POINTS} periods, gaps are unknown; – means fewer than {FEWEST_TREND_POINTS}; each row has its own scale.",
        ),
    )


def _row(pack: Pack, row: Mapping[str, object], series: Series, register: FigureRegister) -> tuple[Cell, ...]:
    place = register.quote(row)
    figure = register[place.figure]
    unit, scope, origin = figure.unit_label, say_scope(pack, figure.scope), figure.origin.label
    return (
        cell(
            Text(
                f"{row['indicator']} {figure.name.zh}（{unit.zh}）", f"{row['indicator']} {figure.name.en} ({unit.en})"
            )
        ),
        (place,),
        cell(both(figure.period)),
        cell(Text(f"{scope.zh}　{origin.zh}", f"{scope.en}, {origin.en}")),
        _trend(series.get((str(row["indicator"]), str(row["area"])))),
    )


def _trend(frame: pl.DataFrame | None) -> Cell:
    rows = frame.tail(TREND_POINTS).to_dicts() if frame is not None else []
    known = [row for row in rows if row["value"] is not None]
    if len(known) < FEWEST_TREND_POINTS:
        return cell(Text("–", "–"))
    return (
        Trend(
            series=f"{rows[0]['indicator']}/{rows[0]['area']}",
            periods=tuple(row["period"] for row in rows),
            values=tuple(None if row["value"] is None else exact_text(row["value"]) for row in rows),
            breaks=tuple(n for n in range(1, len(rows)) if rows[n]["scope"] != rows[n - 1]["scope"]),
            origin=worst_origin(Origin(row["origin"]) for row in known),
        ),
    )


def _unknown(frame: pl.DataFrame) -> list[Note]:
    """Return one remark per reason, each naming its indicators."""
    notes = []
    for code in frame["unknown"].drop_nulls().unique(maintain_order=True).sort():
        reason = Unknown(code)
        names = frame.filter(pl.col("unknown") == code)["indicator"].to_list()
        text = Text(
            f"{reason.label.zh}（{code}）{len(names)}项：{'、'.join(names)}。",
            f"{reason.label.en.capitalize()} ({code}), {len(names)}: {', '.join(names)}.",
        )
        notes.append(Note(parts=cell(text)))
    return notes
