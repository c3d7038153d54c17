"""Scores with rank intervals, or why they can't be told; and lamps by area."""

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, chart_edition, say
from xinqu.reporting.model import Block, Cell, Chart, Column, Edition, Point, Section, Table
from xinqu.reporting.numbers import exact_text, shown
from xinqu.vocabulary.origin import Origin, Realm
from xinqu.vocabulary.text import Text

_LAMPS = {
    "green": Text("绿", "green"),
    "yellow": Text("黄", "yellow"),
    "red": Text("红", "red"),
    "grey": Text("灰", "grey"),
}
_NAMED_MISSING = 8
_HEADING = Text("综合评价", "Composite evaluation")


def index_section(pack: Pack, index: pl.DataFrame | None, *, edition: Edition) -> Section:
    """Return the scores of the latest year of ``index``; areas below the coverage say what they lack."""
    if index is None or index.is_empty():
        return Section(heading=_HEADING, blocks=(_nothing(pack),))
    year = index["period"].max()
    rows = index.filter(pl.col("period") == year)
    scored = rows.filter(pl.col("score").is_not_null()).sort("score", "area", descending=[True, False])
    blind = rows.filter(pl.col("score").is_null())
    blocks: list[Block] = [
        say(
            "{year}年{scored}个新区可以评分，{blind}个无法判定。方案为试行（等权、固定标杆区间），名次只给区间。",
            "{year}: {scored} areas can be scored, {blind} can't be told. Trial framework (equal weights, fixed goalposts); ranks are intervals.",
            year=year,
            scored=scored.height,
            blind=blind.height,
        )
    ]
    if scored.height:
        blocks += [_scores(pack, scored), _plot(pack, scored, str(year), edition)]
    if blind.height:
        blocks.append(_missing(pack, blind))
    return Section(heading=_HEADING, blocks=tuple(blocks))


def lamp_section(pack: Pack, lamps: pl.DataFrame) -> Section:
    """Return how many lamps of each colour every area shows at its latest period of each indicator."""
    counts = (
        lamps.sort("period")
        .group_by("area", "indicator", maintain_order=True)
        .last()
        .group_by("area", "lamp")
        .len()
        .rows()
    )
    by_area: dict[tuple[str, str], int] = {(area, lamp): number for area, lamp, number in counts}
    columns = (
        Column(head=Text("新区", "Area"), width=4),
        *(Column(head=label, align="right", width=2) for label in _LAMPS.values()),
    )
    rows = tuple(
        (cell(area.short), *(cell(both(by_area.get((code, lamp), 0))) for lamp in _LAMPS))
        for code, area in pack.areas.items()
    )
    return Section(
        heading=Text("进度监测", "Monitoring"),
        blocks=(
            say(
                "各指标最近一期对照目标进度线亮灯；灰灯为无法判定。",
                "Each indicator's latest period is judged against its target path; grey means it can't be told.",
            ),
            Table(caption=Text("各新区亮灯数", "Lamps by area"), columns=columns, rows=rows),
        ),
    )


def _nothing(pack: Pack) -> Block:
    return say(
        "无法判定：没有一个新区的指标覆盖率达到评价方案的最低要求，不评分，不排名次。",
        "Can't be told: no area of {n} reaches the least coverage of the framework; no score, no rank.",
        n=len(pack.areas),
    )


def _scores(pack: Pack, scored: pl.DataFrame) -> Table:
    columns = (
        Column(head=Text("新区", "Area"), width=4),
        Column(head=Text("得分", "Score"), align="right", width=3),
        Column(head=Text("名次区间（90%）", "Rank interval (90%)"), align="center", width=4),
        Column(head=Text("指标覆盖率（%）", "Coverage (%)"), align="right", width=4),
    )
    return Table(
        caption=Text("综合得分与名次区间", "Scores and rank intervals"),
        columns=columns,
        rows=tuple(_score_row(pack, row) for row in scored.to_dicts()),
        notes=(
            Text(
                "名次区间重叠的新区不能区分先后，表内次序不是名次。",
                "Areas whose intervals overlap can't be told apart; the order of rows is no ranking.",
            ),
        ),
    )


def _score_row(pack: Pack, row: dict[str, object]) -> tuple[Cell, ...]:
    interval = f"{row['rank_lo']}–{row['rank_hi']}"
    return (
        cell(pack.areas[str(row["area"])].short),
        cell(shown(exact_text(float(str(row["score"]))), "score")),
        cell(both(interval)),
        cell(shown(exact_text(100 * float(str(row["coverage"]))), "pct")),
    )


def _plot(pack: Pack, scored: pl.DataFrame, year: str, edition: Edition) -> Chart:
    simulated = edition.realm is Realm.REHEARSAL
    points = tuple(
        Point(
            label=pack.areas[row["area"]].short,
            value=exact_text((row["rank_lo"] + row["rank_hi"]) / 2),
            lo=exact_text(row["rank_lo"]),
            hi=exact_text(row["rank_hi"]),
            shown=both(f"{row['rank_lo']}–{row['rank_hi']}"),
            origin=Origin.SIMULATED if simulated else Origin.REPORTED,
        )
        for row in scored.sort("rank_lo", "rank_hi", "area").to_dicts()
    )
    return Chart(
        form="dots",
        title=Text(f"{year}年名次区间：重叠者不分先后", f"Rank intervals {year}: those that overlap can't be told apart"),
        measure=Text("名次（左为前），90%区间", "rank (first at the left), 90% interval"),
        points=points,
        duties=(
            Text(
                f"覆盖{len(points)}/{len(pack.areas)}个新区　区间由抽样1000次得出（框架参数见规则包）",
                f"Coverage {len(points)} of {len(pack.areas)}. Intervals from resampling, see the framework in the pack",
            ),
            *chart_edition(edition),
        ),
    )


def _missing(pack: Pack, blind: pl.DataFrame) -> Table:
    columns = (
        Column(head=Text("新区", "Area"), width=3),
        Column(head=Text("指标覆盖率（%）", "Coverage (%)"), align="right", width=3),
        Column(head=Text("缺少的指标", "Indicators that lack"), width=12),
    )
    rows = []
    for row in blind.to_dicts():
        lacking = list(row["missing"] or ())
        rest = len(lacking) - _NAMED_MISSING
        names = "、".join(lacking[:_NAMED_MISSING])
        tail = Text(f"等{len(lacking)}项", f" and {rest} more") if rest > 0 else Text("", "")
        rows.append(
            (
                cell(pack.areas[row["area"]].short),
                cell(shown(exact_text(100 * float(row["coverage"] or 0)), "pct")),
                cell(Text(f"{names}{tail.zh}" or "–", f"{', '.join(lacking[:_NAMED_MISSING])}{tail.en}" or "–")),
            )
        )
    return Table(
        caption=Text("无法判定的新区及缺少的指标", "Areas that can't be scored, and what they lack"),
        columns=columns,
        rows=tuple(rows),
    )
