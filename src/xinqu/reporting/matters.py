"""The report of major matters (Art. 17: to the State Council): what has happened, by when it is to be reported, what can't be told.

Form after GB/T 9704-2012 (报告): title, addressee, body, closing line, issuer and day. Outside the official realm it is a
rehearsal text: marked, by a neutral issuer, without seal, red head or document number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from xinqu.coordination.ladder import national_rungs
from xinqu.coordination.matters import INDETERMINATE, TRIGGERED, MatterReason
from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, day, edition_words, issuer_of, joined, say
from xinqu.reporting.items import Facts, reported_items
from xinqu.reporting.matter_facts import Quotes, occurrences
from xinqu.reporting.model import MODEL_VERSION, Block, Cell, Column, Edition, Heading, Report, Section, Table
from xinqu.reporting.register import area_name, name_of
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

_NO_LIMIT = Text("无时限", "no limit")
_NOT_SENT = {
    Realm.OFFICIAL: Text("", ""),
    Realm.PUBLISHED: Text("（演示，不报送）", " (demonstration, not sent)"),
    Realm.REHEARSAL: Text("（演练，不报送）", " (rehearsal, not sent)"),
}


def major_matters_model(
    pack: Pack,
    matters: pl.DataFrame,
    difficulties: pl.DataFrame,
    figures: pl.DataFrame,
    *,
    edition: Edition,
    facts: Facts | None = None,
    issuer: Text | None = None,
) -> Report:
    """Return the report of one realm at one vintage.

    Args:
        matters, difficulties: the frames of ``coordination.matters`` and ``coordination.difficulties``.
        figures: the figures frame, from which the figures named in a matter's facts are quoted.
        facts: facts by form, for matters whose condition stands over items.
        issuer: who issues it; needed in an official realm only.
    """
    quotes = Quotes(pack, figures, reported_items(facts or {}, pack))
    triggered = matters.filter(pl.col("verdict") == TRIGGERED).sort("triggered_on", "matter", "area", "subject")
    unsure = matters.filter(pl.col("verdict") == INDETERMINATE).sort("matter", "reason", "area", "period")
    sections = [
        _summary(pack, triggered, unsure, difficulties),
        _occurred(pack, triggered, quotes),
        _difficulties(pack, difficulties),
        _unsure(pack, unsure),
    ]
    named = issuer_of(edition.realm, issuer)
    return Report(
        model_version=MODEL_VERSION,
        kind="major_matters",
        title=pack.reports["major_matters"].title,
        subtitle=edition_words(edition),
        issuer=named,
        mark=edition.realm.mark,
        addressee=_addressee(pack, edition.realm),
        statement=Text("特此报告。", "Respectfully reported."),
        closing=(named, day(edition.as_of)),
        edition=edition,
        coverage=_coverage(pack, triggered, unsure),
        sections=tuple(sections),
        figures=quotes.register.figures,
    )


def _addressee(pack: Pack, realm: Realm) -> Text:
    """Return the organ that the pack names for this report; outside the official realm with the word that nothing is sent."""
    organ = pack.reports["major_matters"].addressee or pack.organisations[pack.root].name
    note = _NOT_SENT[realm]
    return Text(f"{organ.zh}{note.zh}：", f"To {organ.en}{note.en}")


def _summary(pack: Pack, triggered: pl.DataFrame, unsure: pl.DataFrame, difficulties: pl.DataFrame) -> Section:
    is_open = difficulties.filter(pl.col("is_open"))
    kinds = [name for name in pack.major_matters if name in set(triggered["matter"])]
    named = joined([pack.major_matters[kind].label for kind in kinds])
    tail = Text(f"，涉及：{named.zh}。", f": {named.en}.") if kinds else Text("。", ".")
    return Section(
        heading=Text("总体情况", "Summary"),
        blocks=(
            say(
                "发生重大事项{n}件{tail.zh}另有{unsure}种情形因数据或依据不足无法判定，列于本报告第四部分。",
                "{n} major matters have occurred{tail.en} {unsure} kinds can't be told for want of data or basis, see part 4.",
                n=triggered.height,
                tail=tail,
                unsure=unsure["matter"].n_unique(),
            ),
            say(
                "在办困难问题{open}件，其中由国家层面办理{national}件，已超时限{late}件。",
                "{open} difficulties are open, {national} held at the national level, {late} overdue.",
                open=is_open.height,
                national=is_open.filter(pl.col("rung").is_in(national_rungs(pack))).height,
                late=is_open["is_overdue"].sum(),
            ),
        ),
    )


def _occurred(pack: Pack, triggered: pl.DataFrame, quotes: Quotes) -> Section:
    blocks: list[Block] = []
    for matter in pack.major_matters.values():
        rows = triggered.filter(pl.col("matter") == matter.id).to_dicts()
        if rows:
            blocks.append(Heading(level=2, text=matter.label))
            blocks += occurrences(pack, matter, rows, quotes)
    if not blocks:
        blocks.append(say("报告期内没有触发的重大事项。", "No major matter was triggered."))
    return Section(heading=Text("重大事项", "Major matters"), blocks=tuple(blocks))


def _difficulties(pack: Pack, difficulties: pl.DataFrame) -> Section:
    heading = Text("需国家层面协调的困难问题", "Difficulties that need national coordination")
    rows = difficulties.filter(pl.col("is_open") & pl.col("rung").is_in(national_rungs(pack))).sort(
        "raised_on", "difficulty"
    )
    if rows.is_empty():
        return Section(
            heading=heading, blocks=(say("目前没有由国家层面办理的困难问题。", "None is held at the national level."),)
        )
    columns = (
        Column(head=Text("编号", "Id"), width=5),
        Column(head=Text("新区", "Area"), width=4),
        Column(head=Text("指标", "Indicator"), width=5),
        Column(head=Text("层级", "Rung"), width=4),
        Column(head=Text("提出日期", "Raised on"), align="center", width=4),
        Column(head=Text("已用工作日", "Working days used"), align="right", width=3),
        Column(head=Text("限期", "Due on"), align="center", width=4),
    )
    table = Table(caption=heading, columns=columns, rows=tuple(_difficulty(pack, row) for row in rows.to_dicts()))
    return Section(heading=heading, blocks=(table,))


def _difficulty(pack: Pack, row: Mapping[str, Any]) -> tuple[Cell, ...]:
    indicator = row["indicator"]
    name = name_of(pack, indicator) if indicator else Text("–", "–")
    late = Text("（逾期）", " (overdue)") if row["is_overdue"] else Text("", "")
    unsettled = Text("（暂定）", " (provisional)") if row["provisional"] else late
    due = (
        both(row["due_on"])
        if row["due_on"]
        else _NO_LIMIT
        if row["limit_wd"] is None
        else Text("停钟", "clock stopped")
    )
    return (
        cell(both(row["difficulty"])),
        cell(area_name(pack, row["area"])),
        cell(Text(f"{indicator} {name.zh}".strip(), f"{indicator} {name.en}".strip())),
        cell(pack.codelists["CL_RUNG"][row["rung"]].name),
        cell(both(row["raised_on"])),
        cell(both(row["days_used"])),
        cell(Text(f"{due.zh}{unsettled.zh}", f"{due.en}{unsettled.en}")),
    )


def _unsure(pack: Pack, unsure: pl.DataFrame) -> Section:
    heading = Text("无法判定的情形", "What can't be told")
    if unsure.is_empty():
        return Section(heading=heading, blocks=(say("没有无法判定的情形。", "Nothing."),))
    columns = (
        Column(head=Text("情形", "Kind"), width=8),
        Column(head=Text("新区数", "Areas"), align="right", width=2),
        Column(head=Text("原因", "Why"), width=8),
    )
    grouped = unsure.group_by("matter", "reason", maintain_order=True).agg(
        areas=pl.col("area").filter(pl.col("area") != "").n_unique()
    )
    rows = tuple(
        (
            cell(
                Text(
                    f"{row['matter']} {pack.major_matters[row['matter']].label.zh}",
                    f"{row['matter']} {pack.major_matters[row['matter']].label.en}",
                )
            ),
            cell(both(row["areas"]) if row["areas"] else Text("全国", "all")),
            cell(_why(row["reason"])),
        )
        for row in grouped.to_dicts()
    )
    return Section(heading=heading, blocks=(Table(caption=heading, columns=columns, rows=rows),))


def _why(code: str) -> Text:
    if code in set(MatterReason):
        label = MatterReason(code).label
    elif code in set(Unknown):
        label = Unknown(code).label
    else:
        label = Text("原因未说明", "no reason given")
    return Text(f"{label.zh}（{code or '–'}）", f"{label.en} ({code or '–'})")


def _coverage(pack: Pack, triggered: pl.DataFrame, unsure: pl.DataFrame) -> Text:
    kinds: Sequence[str] = list(pack.major_matters)
    blind = unsure["matter"].n_unique()
    return Text(
        f"{len(kinds)}种重大事项中{blind}种全部或部分无法判定；触发{triggered.height}件",
        f"{blind} of {len(kinds)} kinds can't be told, wholly or for some areas; {triggered.height} triggered",
    )
