"""One pillar of the bulletin: areas against headline indicators, and a dot plot where enough areas are known."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, chart_edition, joined, quoted_list, say, words
from xinqu.reporting.model import Block, Cell, Chart, Column, Edition, Paragraph, Point, Section, Table
from xinqu.reporting.register import FigureRegister, say_scope, say_unit
from xinqu.vocabulary.origin import Origin, worst_origin
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

# A plot of fewer areas says less than the sentence that lists them.
FEWEST_DOTS = 4
# A sentence of more names than this is read by nobody; the table has them all.
MOST_LISTED = 8
_AREA_WIDTH = 4
_VALUE_WIDTH = 5


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
    blocks: list[Block] = [_counts(rows, len(headline))]
    by_indicator = rows.partition_by("indicator", as_dict=True, maintain_order=True)
    for identity in headline:
        frame = by_indicator.get((identity,))
        listed = _listed(pack, identity, frame, register) if frame is not None else None
        if listed is not None:
            blocks.append(listed)
    blocks.append(_table(pack, title, headline, rows, register))
    plot = _plot(pack, headline, rows, register, edition)
    if plot is not None:
        blocks.append(plot)
    return Section(heading=title, blocks=tuple(blocks))


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


def _listed(pack: Pack, identity: str, frame: pl.DataFrame, register: FigureRegister) -> Paragraph | None:
    """Return the sentence that names what is known of one indicator in the period most areas are known for."""
    rows = _common_period(frame)
    if not rows:
        return None
    record, period = pack.indicators[identity], Period.parse(rows[0]["period"]).label
    unit = say_unit(pack, record.unit)
    if len(rows) > MOST_LISTED:
        return _ends(pack, rows, register, Text(f"{record.name.zh}（{unit.zh}）{period.zh}", f"{record.name.en} ({unit.en}), {period.en}"))
    entries = [(pack.areas[str(row["area"])].short, register.quote(row)) for row in rows]
    lead = Text(
        f"{record.name.zh}（{unit.zh}）{period.zh}已知{len(rows)}个新区：",
        f"{record.name.en} ({unit.en}), {period.en}, known for {len(rows)} areas: ",
    )
    return Paragraph(parts=(words(lead), *quoted_list(entries), words(Text("。", "."))))


def _ends(pack: Pack, rows: list[dict[str, Any]], register: FigureRegister, subject: Text) -> Paragraph:
    """Return the sentence that gives the least and the greatest of many."""
    low, high = min(rows, key=lambda r: (r["value"], r["area"])), max(rows, key=lambda r: (r["value"], r["area"]))
    low_name, high_name = pack.areas[low["area"]].short, pack.areas[high["area"]].short
    return Paragraph(
        parts=(
            words(Text(f"{subject.zh}已知{len(rows)}个新区，在{low_name.zh}", f"{subject.en}, known for {len(rows)} areas, between {low_name.en} ")),
            register.quote(low),
            words(Text(f"与{high_name.zh}", f" and {high_name.en} ")),
            register.quote(high),
            words(Text("之间。", ".")),
        )
    )


def _common_period(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the known rows of the period that most areas are known for; the later of two."""
    known = frame.filter(pl.col("value").is_not_null())
    if known.is_empty():
        return []
    counts = known.group_by("period").len().to_dicts()
    best = max(counts, key=lambda c: (c["len"], Period.parse(c["period"]).end))["period"]
    return known.filter(pl.col("period") == best).to_dicts()


def _table(pack: Pack, title: Text, headline: Sequence[str], rows: pl.DataFrame, register: FigureRegister) -> Table:
    columns = [Column(head=Text("新区", "Area"), width=_AREA_WIDTH)]
    for identity in headline:
        record = pack.indicators[identity]
        unit = say_unit(pack, record.unit)
        columns.append(Column(head=record.name, code=identity, unit=unit, align="right", width=_VALUE_WIDTH))
    values = {(row["area"], row["indicator"]): row for row in rows.to_dicts()}
    body: list[tuple[Cell, ...]] = [
        (cell(area.short), *((register.quote(values[code, i], dated=True),) for i in headline))
        for code, area in pack.areas.items()
    ]
    return Table(
        caption=Text(f"{title.zh}：各新区头条指标最新已知数", f"{title.en}: latest known headline figures by area"),
        columns=tuple(columns),
        rows=tuple(body),
        notes=_reasons(rows),
    )


def _reasons(rows: pl.DataFrame) -> tuple[Text, ...]:
    """Return the table's remarks: what the second line of a cell is, and each reason code that stands in it."""
    codes = [Unknown(code) for code in rows["unknown"].drop_nulls().unique().sort()]
    named = joined([Text(f"{c.value} {c.label.zh}", f"{c.value}: {c.label.en}") for c in codes])
    lead = Text(
        "每格第二行为报告期（未知时为原因代码）和追溯号，追溯号见文末数据追溯表。各格报告期和口径不同，不作横向比较。",
        "Second line of a cell: period (or reason code) and trace number, see the register of figures at the end. "
        "Periods and scopes differ between cells: they are not to be compared across.",
    )
    return (lead, Text(f"原因代码：{named.zh}。", f"Reason codes: {named.en}.")) if codes else (lead,)


def _plot(
    pack: Pack, headline: Sequence[str], rows: pl.DataFrame, register: FigureRegister, edition: Edition
) -> Chart | None:
    """Return the dot plot of the headline indicator that most areas are known for in one period."""
    candidates = [(i, _common_period(rows.filter(pl.col("indicator") == i))) for i in headline]
    identity, known = max(candidates, key=lambda c: len(c[1]), default=("", []))
    if len(known) < FEWEST_DOTS:
        return None
    record = pack.indicators[identity]
    figures = [(row, register[register.add(row)]) for row in known]
    figures.sort(key=lambda pair: (-float(str(pair[1].value)), pair[1].trace))
    points = tuple(
        Point(
            label=figure.area,
            value=figure.value,
            shown=figure.shown,
            figure=register.add(row),
            tag=both(figure.scope.partition("@")[0] if figure.scope != "unstated" else "–"),
            origin=figure.origin,
        )
        for row, figure in figures
    )
    top, bottom = figures[0][1], figures[-1][1]
    period = Period.parse(top.period).label
    return Chart(
        form="dots",
        title=Text(
            f"{period.zh}{record.name.zh}：已知的{len(points)}个新区在{bottom.shown.zh}～{top.shown.zh}之间",
            f"{record.name.en}, {period.en}: {len(points)} known areas between {bottom.shown.en} and {top.shown.en}",
        ),
        measure=Text(f"{identity}　{top.unit_label.zh}　{top.period}", f"{identity}, {top.unit_label.en}, {top.period}"),
        points=points,
        duties=_duties(pack, [figure.scope for _, figure in figures], [f.origin for _, f in figures], identity, edition),
    )


def _duties(
    pack: Pack, scopes: Sequence[str], origins: Sequence[Origin], identity: str, edition: Edition
) -> tuple[Text, ...]:
    kinds = joined([say_scope(pack, scope) for scope in dict.fromkeys(scope.partition("@")[0] for scope in sorted(scopes))])
    origin = worst_origin(origins).label
    mixed = len({scope.partition("@")[0] for scope in scopes} | {"unstated"} & set(scopes)) > 1
    tail = Text("，口径不同，只列示、不排名次", "; scopes differ: listed, not ranked") if mixed else Text("", "")
    return (
        Text(f"口径：{kinds.zh}（标于新区名后）{tail.zh}", f"Scope: {kinds.en} (beside the name){tail.en}"),
        Text(
            f"性质：{origin.zh}　来源：所列返回报表　覆盖{len(scopes)}/{len(pack.areas)}个新区　不确定性未知",
            f"Origin: {origin.en}. Source: the returns in the register. Coverage {len(scopes)} of {len(pack.areas)}. "
            "Uncertainty not known",
        ),
        *chart_edition(edition),
        Text(f"追溯：{identity}/新区/报告期，见数据追溯表", f"Trace: {identity}/area/period, see the register of figures"),
    )
