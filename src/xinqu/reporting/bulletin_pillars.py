"""One pillar of the bulletin: areas against headline indicators, what nobody knows, and a dot plot where enough is known."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, joined, quoted_list, say, words
from xinqu.reporting.model import Block, Cell, Column, Edition, Paragraph, Section, Table
from xinqu.reporting.pillar_plot import FEWEST_DOTS, pillar_plot
from xinqu.reporting.register import FigureRegister, area_name, say_unit
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

# A sentence of more names than this is read by nobody; the table has them all.
MOST_LISTED = 8
_AREA_WIDTH, _VALUE_WIDTH = 4, 5


def pillar_section(
    pack: Pack,
    title: Text,
    indicators: Sequence[str],
    latest: pl.DataFrame,
    *,
    register: FigureRegister,
    edition: Edition,
) -> Section:
    """Return the section of one pillar from the latest figures (one row per indicator and area)."""
    headline = [i for i in indicators if i in pack.indicators and pack.indicators[i].headline]
    rows = latest.filter(pl.col("indicator").is_in(headline))
    known = {i: common_period(rows.filter(pl.col("indicator") == i)) for i in headline}
    blocks: list[Block] = [_counts(rows, len(headline))]
    blocks += [_sentence(pack, i, known[i], register) for i in headline if known[i]]
    seen = [i for i in headline if known[i]]
    if seen:
        blocks.append(_table(pack, title, seen, rows, register))
    if len(seen) < len(headline):
        blocks.append(_nobody(pack, [i for i in headline if not known[i]], rows))
    most = max(headline, key=lambda i: len(known[i]), default="")
    if most and len(known[most]) >= FEWEST_DOTS:
        blocks.append(pillar_plot(pack, most, known[most], register=register, edition=edition))
    return Section(heading=title, blocks=tuple(blocks))


def common_period(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the known rows of the period that most areas are known for; the later of two."""
    known = frame.filter(pl.col("value").is_not_null())
    if known.is_empty():
        return []
    counts = known.group_by("period").len().to_dicts()
    best = max(counts, key=lambda c: (c["len"], Period.parse(c["period"]).end))["period"]
    return known.filter(pl.col("period") == best).to_dicts()


def _counts(rows: pl.DataFrame, headline: int) -> Paragraph:
    known = rows["value"].is_not_null().sum()
    unfiled = rows.filter(pl.col("unknown") == Unknown.MISSING).height
    return say(
        "本类头条指标{headline}项，应有数值{cells}个：已知{known}个，未报{unfiled}个，因其他原因无法判定{other}个。",
        "{headline} headline indicators, {cells} figures: {known} known, {unfiled} not filed, {other} can't be told for other reasons.",
        headline=headline,
        cells=rows.height,
        known=known,
        unfiled=unfiled,
        other=rows.height - known - unfiled,
    )


def _sentence(pack: Pack, identity: str, rows: list[dict[str, Any]], register: FigureRegister) -> Paragraph:
    """Return the sentence that tells what is known of one indicator in the period most areas are known for."""
    record, period = pack.indicators[identity], Period.parse(rows[0]["period"]).label
    unit = say_unit(pack, record.unit)
    subject = Text(
        f"{record.name.zh}（{unit.zh}），{period.zh}已知{len(rows)}个新区",
        f"{record.name.en} ({unit.en}), {period.en}, known for {len(rows)} areas",
    )
    if len(rows) > MOST_LISTED:
        return _ends(pack, rows, register, subject)
    entries = [(area_name(pack, row["area"]), register.quote(row)) for row in rows]
    lead = Text(f"{subject.zh}：", f"{subject.en}: ")
    return Paragraph(parts=(words(lead), *quoted_list(entries), words(Text("。", "."))))


def _ends(pack: Pack, rows: list[dict[str, Any]], register: FigureRegister, subject: Text) -> Paragraph:
    """Return the sentence that gives the least and the greatest of many."""
    low, *_, high = sorted(rows, key=lambda row: (row["value"], row["area"]))
    low_name, high_name = area_name(pack, low["area"]), area_name(pack, high["area"])
    return Paragraph(
        parts=(
            words(Text(f"{subject.zh}，在{low_name.zh}", f"{subject.en}, between {low_name.en} ")),
            register.quote(low),
            words(Text(f"与{high_name.zh}", f" and {high_name.en} ")),
            register.quote(high),
            words(Text("之间。", ".")),
        )
    )


def _table(pack: Pack, title: Text, seen: Sequence[str], rows: pl.DataFrame, register: FigureRegister) -> Table:
    columns = [Column(head=Text("新区", "Area"), width=_AREA_WIDTH)]
    for identity in seen:
        record = pack.indicators[identity]
        unit = say_unit(pack, record.unit)
        columns.append(Column(head=record.name, code=identity, unit=unit, align="right", width=_VALUE_WIDTH))
    values = {(row["area"], row["indicator"]): row for row in rows.to_dicts()}
    body: list[tuple[Cell, ...]] = [
        (cell(area_name(pack, code)), *((register.quote(values[code, i], dated=True),) for i in seen))
        for code in pack.areas
    ]
    return Table(
        caption=Text(f"{title.zh}：各新区头条指标最新已知数", f"{title.en}: latest known headline figures by area"),
        columns=tuple(columns),
        rows=tuple(body),
        notes=_remarks(rows.filter(pl.col("indicator").is_in(seen))),
    )


def _remarks(rows: pl.DataFrame) -> tuple[Text, ...]:
    """Return what the second line of a cell is, and each reason code that stands in one."""
    lead = Text(
        "每格第二行为报告期（未知时为原因代码）和追溯号，追溯号见文末数据追溯表。各格报告期和口径不同，不作横向比较。",
        "Second line of a cell: period (or reason code) and trace number, see the register of figures at the end. "
        "Periods and scopes differ between cells: they are not to be compared across.",
    )
    codes = [Unknown(code) for code in rows["unknown"].drop_nulls().unique().sort()]
    named = joined([Text(f"{c.value} {c.label.zh}", f"{c.value}: {c.label.en}") for c in codes])
    return (lead, Text(f"原因代码：{named.zh}。", f"Reason codes: {named.en}.")) if codes else (lead,)


def _nobody(pack: Pack, indicators: Sequence[str], rows: pl.DataFrame) -> Table:
    """Return the headline indicators that are known for no area, with the number of areas per reason."""
    columns = (
        Column(head=Text("指标（单位）", "Indicator (unit)"), width=9),
        Column(head=Text("已知新区", "Known areas"), align="right", width=2),
        Column(head=Text("原因代码及新区数", "Reason codes and number of areas"), width=9),
    )
    body = []
    for identity in indicators:
        record, unit = pack.indicators[identity], say_unit(pack, pack.indicators[identity].unit)
        counts = rows.filter(pl.col("indicator") == identity)["unknown"].value_counts(sort=True).sort("unknown").rows()
        reasons = joined(
            [
                Text(f"{Unknown(code).label.zh}（{code}）{number}", f"{Unknown(code).label.en} ({code}) {number}")
                for code, number in counts
            ]
        )
        name = Text(f"{identity} {record.name.zh}（{unit.zh}）", f"{identity} {record.name.en} ({unit.en})")
        body.append((cell(name), cell(both(0)), cell(reasons)))
    return Table(
        caption=Text("没有一个新区可知的头条指标", "Headline indicators known for no area"),
        columns=columns,
        rows=tuple(body),
    )
