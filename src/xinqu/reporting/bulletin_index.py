"""Scores with rank intervals, or why they can't be told; and lamps by area."""

from fractions import Fraction
from typing import Any

import polars as pl

from xinqu.evaluation.index import IndexResult
from xinqu.monitoring.lamps import GREEN, GREY, RED, YELLOW, shown_lamp
from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, chart_edition, joined, say
from xinqu.reporting.model import Block, Cell, Chart, Column, Edition, Point, Section, Table
from xinqu.reporting.numbers import exact_text, shown
from xinqu.reporting.register import area_name
from xinqu.vocabulary.origin import Origin, Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text

_LAMPS = (GREEN, YELLOW, RED, GREY)
_NAMED_MISSING = 8
_PERCENT = 100
_HEADING = Text("综合评价", "Composite evaluation")


def index_section(pack: Pack, index: IndexResult | None, *, edition: Edition) -> Section:
    """Return the scores of one year; areas below the coverage say what they lack."""
    if index is None:
        return Section(
            heading=_HEADING, blocks=(say("无法判定：未计算综合评价。", "Can't be told: no index was computed."),)
        )
    scored = index.scores.filter(pl.col("verdict") == "scored")
    order = {code: place for place, code in enumerate(pack.areas)}
    blind = index.scores.filter(pl.col("verdict") != "scored").sort(
        pl.col("area").replace_strict(order, return_dtype=pl.Int64)
    )
    blocks: list[Block] = [_lead(index, scored.height, blind.height)]
    if scored.height:
        blocks += [_scores(pack, scored), _plot(pack, index, scored, edition)]
    if blind.height:
        blocks.append(_missing(pack, blind))
    return Section(heading=_HEADING, blocks=tuple(blocks))


def lamp_section(pack: Pack, lamps: pl.DataFrame) -> Section:
    """Return how many lamps of each colour every area shows at the latest period of each indicator."""
    ends = {text: Period.parse(text).end for text in lamps["period"].unique()}
    dated = lamps.with_columns(shown=shown_lamp(), end=pl.col("period").replace_strict(ends, return_dtype=pl.Date))
    latest = dated.filter(pl.col("reason") != "not_due").sort("end").group_by("area", "indicator").last()
    counts: dict[tuple[str, str], int] = {
        (area, lamp): number for area, lamp, number in latest.group_by("area", "shown").len().rows()
    }
    columns = (
        Column(head=Text("新区", "Area"), width=4),
        *(Column(head=pack.codelists["CL_LAMP"][lamp].name, align="right", width=2) for lamp in _LAMPS),
    )
    rows = tuple(
        (cell(area_name(pack, code)), *(cell(both(counts.get((code, lamp), 0))) for lamp in _LAMPS))
        for code in pack.areas
    )
    overridden = latest["override"].is_not_null().sum()
    return Section(
        heading=Text("进度监测", "Monitoring"),
        blocks=(
            say(
                "各指标最近一期对照目标进度线亮灯，灰灯为无法判定。其中由人改灯{n}盏，改灯理由存于日志。",
                "Each indicator's latest period is judged against its target path; grey can't be told. "
                "{n} lamps were set by a person, with the reason in the log.",
                n=overridden,
            ),
            Table(caption=Text("各新区亮灯数", "Lamps by area"), columns=columns, rows=rows),
        ),
    )


def _lead(index: IndexResult, scored: int, blind: int) -> Block:
    status = Text("已采用", "adopted") if index.status == "adopted" else Text("试行", "trial")
    return say(
        "{year}年综合评价（方案{framework}，{status.zh}）：{scored}个新区可以评分，{blind}个因指标覆盖率低于{coverage}无法判定，不评分、不排名次。",
        "Index of {year} (framework {framework}, {status.en}): {scored} areas can be scored; {blind} can't be told, as the "
        "share of known indicators is below {coverage}: no score, no rank.",
        year=index.year,
        framework=index.framework,
        status=status,
        scored=scored,
        blind=blind,
        coverage=_share(index.coverage_min),
    )


def _share(share: Fraction) -> str:
    """Return a share as a whole percentage where it is one, else as the fraction it is: never 66.6666%."""
    percent = share * _PERCENT
    return f"{percent}%" if percent.denominator == 1 else str(share)


def _scores(pack: Pack, scored: pl.DataFrame) -> Table:
    peers = joined([group.name for group in pack.codelists["CL_PEER_GROUP"].values()])
    columns = (
        Column(head=Text("新区", "Area"), width=4),
        Column(head=Text("得分", "Score"), align="right", width=3),
        Column(head=Text("名次区间", "Rank interval"), align="center", width=4),
        Column(head=Text("组", "Bracket"), align="center", width=2),
        Column(head=Text("同组名次区间", "Interval among peers"), align="center", width=4),
        Column(head=Text("已知/应有指标", "Known of expected"), align="center", width=4),
    )
    return Table(
        caption=Text("综合得分与名次区间", "Scores and rank intervals"),
        columns=columns,
        rows=tuple(_score_row(pack, row) for row in scored.to_dicts()),
        notes=(
            Text(
                f"同一组内不分先后，表内次序不是名次。同组指{peers.zh}各自比较；同组新区不足的不给区间。",
                "No order is claimed inside a bracket; the order of rows is no ranking. Peers: "
                f"{peers.en}; no interval where there are too few.",
            ),
        ),
    )


def _score_row(pack: Pack, row: dict[str, Any]) -> tuple[Cell, ...]:
    peers = row["peer_rank_low"]
    among = both(f"{peers}–{row['peer_rank_high']}") if peers is not None else Text("同组新区不足", "too few peers")
    return (
        cell(area_name(pack, row["area"])),
        cell(shown(exact_text(row["score"]), "score")),
        cell(both(f"{row['rank_low']}–{row['rank_high']}")),
        cell(both(row["bracket"])),
        cell(among),
        cell(both(f"{row['present']}/{row['expected']}")),
    )


def _plot(pack: Pack, index: IndexResult, scored: pl.DataFrame, edition: Edition) -> Chart:
    origin = Origin.SIMULATED if edition.realm is Realm.REHEARSAL else Origin.REPORTED
    points = tuple(
        Point(
            label=area_name(pack, row["area"]),
            value=str(row["rank"]),
            lo=str(row["rank_low"]),
            hi=str(row["rank_high"]),
            shown=both(f"{row['rank_low']}–{row['rank_high']}"),
            tag=both(f"[{row['bracket']}]"),
            origin=origin,
        )
        for row in scored.sort("rank", "rank_low", "area").to_dicts()
    )
    return Chart(
        form="dots",
        title=Text(
            f"{index.year}年名次区间：同一组（方括号）内不分先后",
            f"Rank intervals {index.year}: no order inside a bracket",
        ),
        measure=Text("名次，数小者靠前；横条为区间", "rank, smaller is ahead; bars are intervals"),
        points=points,
        duties=(
            Text(
                f"方案：{index.framework}　抽样{index.draws}次，种子{index.seed}　覆盖{len(points)}/{len(pack.areas)}个新区　性质：{origin.label.zh}",
                f"Framework {index.framework}, {index.draws} draws, seed {index.seed}. Coverage {len(points)} of {len(pack.areas)}. Origin: {origin.label.en}",
            ),
            *chart_edition(edition),
            Text(
                "口径：各指标所载口径　追溯：得分由各指标值逐项算出",
                "Scope: as of each indicator. Trace: through the indicators scored",
            ),
        ),
    )


def _missing(pack: Pack, blind: pl.DataFrame) -> Table:
    columns = (
        Column(head=Text("新区", "Area"), width=4),
        Column(head=Text("已知/应有指标", "Known of expected"), align="center", width=3),
        Column(head=Text("缺少的指标", "Indicators lacking"), width=12),
    )
    rows = tuple(
        (
            cell(area_name(pack, row["area"])),
            cell(both(f"{row['present']}/{row['expected']}")),
            cell(_lacking(row["missing"])),
        )
        for row in blind.to_dicts()
    )
    return Table(
        caption=Text("无法判定的新区及缺少的指标", "Areas that can't be scored, and what they lack"),
        columns=columns,
        rows=rows,
    )


def _lacking(names: list[str]) -> Text:
    first = joined([both(name) for name in names[:_NAMED_MISSING]])
    rest = len(names) - _NAMED_MISSING
    if rest <= 0:
        return first if names else both("–")
    return Text(f"{first.zh}等{len(names)}项", f"{first.en} and {rest} more")
