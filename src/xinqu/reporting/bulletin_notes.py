"""The end of the bulletin: sources in conflict, scopes, reasons, method."""

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, say
from xinqu.reporting.model import Block, Column, Edition, Section, Table
from xinqu.reporting.register import area_name, name_of
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown


def conflict_section(pack: Pack, conflicts: pl.DataFrame) -> Section:
    """Return both values of every cell for which two sources disagree, and which was taken by which rule."""
    columns = (
        Column(head=Text("新区", "Area"), width=4),
        Column(head=Text("项目", "Item"), width=6),
        Column(head=Text("报告期", "Period"), width=3),
        Column(head=Text("采用值与来源", "Value taken and source"), width=8),
        Column(head=Text("未采用值与来源", "Other value and source"), width=8),
        Column(head=Text("取舍依据", "Why"), width=5),
    )
    rows = tuple(
        (
            cell(area_name(pack, row["area"])),
            cell(_item(pack, row)),
            cell(both(row["period"])),
            cell(both(f"{row['taken']}　{row['taken_source']}")),
            cell(both(f"{row['other']}　{row['other_source']}")),
            cell(
                Text(
                    f"{_RELATIONS[row['relation']].zh}；{row['reason_zh']}",
                    f"{_RELATIONS[row['relation']].en}; {row['reason_en']}",
                )
            ),
        )
        for row in conflicts.to_dicts()
    )
    return Section(
        heading=Text("来源不一致的数据", "Sources in conflict"),
        blocks=(
            say(
                "同一格有两个不同数字时两数并列，取舍次序为：官方、官方转载、新闻、二手；同级取来源标题所载日期较晚者，再取公布位数较多者，再按来源编号。",
                "Where two sources give different numbers for one cell both are shown. Order: official, reprint, press, secondary; then "
                "the later date in the source's title, then more published digits, then the source id.",
            ),
            Table(caption=Text("来源不一致的数据", "Sources in conflict"), columns=columns, rows=rows),
        ),
    )


def method_section(pack: Pack, *, edition: Edition, sources: pl.DataFrame | None) -> Section:
    """Return what a reader must know to use the figures: scopes, reasons, rules, rounding, sources."""
    blocks: list[Block] = [
        say(
            "指标由报表项目按规则包中的公式计算，结果有三种：已知、未知、无法判定。口径不同或跨序列断点的数不相加、不相比。"
            "增速采用公布的可比价增速，不由现价总量推算。",
            "Indicators are computed from form items by the formulas of the pack, with three outcomes: known, not known, can't be told. "
            "Figures of different scopes or across a series break are neither added nor compared. "
            "Growth rates are those released at constant prices, never derived from nominal levels.",
        ),
        say(
            "“突破”“超”“约”“目标”“预计”等限定的数是界限、目标或预测，不作水平值。本公报数字按单位修约，可能与分项合计略有出入；"
            "绝对值不足末位一半的印作“…”。指标定义为产品方案的，结果为试算。",
            "Numbers qualified as bounds, targets or forecasts are never taken as levels. Printed figures are rounded, so parts may not add "
            "up; … stands for less than half of the last digit. Where an indicator's definition is product policy, its result is trial.",
        )
        if edition.realm is not Realm.REHEARSAL
        else say(
            "本公报数字按单位修约，可能与分项合计略有出入；绝对值不足末位一半的印作“…”。指标定义为产品方案的，结果为试算。",
            "Printed figures are rounded, so parts may not add up; … stands for less than half of the last digit. "
            "Where an indicator's definition is product policy, its result is trial.",
        ),
        _scopes(pack),
        _reasons(),
    ]
    if sources is not None and sources.height:
        blocks.append(_sources(sources))
    return Section(heading=Text("口径、方法与来源", "Scopes, method and sources"), blocks=tuple(blocks))


def _scopes(pack: Pack) -> Table:
    columns = (
        Column(head=Text("代码", "Code"), width=2),
        Column(head=Text("口径", "Scope"), width=4),
        Column(head=Text("说明", "Meaning"), width=10),
    )
    rows = tuple(
        (
            cell(both(code)),
            cell(Text(c.name.zh, c.name.en.replace("_", " "))),
            cell(c.meaning or Text(c.name.zh, c.note or c.name.en)),
        )
        for code, c in pack.codelists.get("CL_SCOPE", {}).items()
    )
    unstated = (
        cell(both("–")),
        cell(Text("未说明口径", "not stated")),
        cell(Text("来源只写明新区名称，未写明范围", "the source names the area and no scope")),
    )
    return Table(caption=Text("地域口径", "Territorial scopes"), columns=columns, rows=(*rows, unstated))


_CONFIDENCE = {
    "official": Text("官方", "official"),
    "official-reprint": Text("官方转载", "official, reprinted"),
    "press": Text("新闻", "press"),
    "secondary": Text("二手", "secondary"),
}


def _reasons() -> Table:
    columns = (
        Column(head=Text("原因代码", "Reason code"), width=4),
        Column(head=Text("含义", "Meaning"), width=6),
    )
    rows = tuple((cell(both(reason.value)), cell(reason.label)) for reason in Unknown)
    return Table(caption=Text("未知的原因代码", "Reason codes of what is not known"), columns=columns, rows=rows)


def _sources(sources: pl.DataFrame) -> Table:
    columns = (
        Column(head=Text("来源", "Source"), width=10),
        Column(head=Text("类别", "Kind"), width=3),
        Column(head=Text("数字", "Figures"), align="right", width=2),
        Column(head=Text("网址", "Address"), width=10),
    )
    rows = tuple(
        (
            cell(both(row["title"] or "–")),
            cell(_CONFIDENCE.get(row["confidence"], both(row["confidence"] or "–"))),
            cell(both(row["figures"])),
            cell(both(row["address"] or "–")),
        )
        for row in sources.to_dicts()
    )
    return Table(caption=Text("数据来源", "Sources"), columns=columns, rows=rows)


def _item(pack: Pack, row: dict[str, str]) -> Text:
    name = name_of(pack, row["item"])
    return Text(f"{name.zh}（{row['unit']}）", f"{name.en} ({row['unit']})")


_RELATIONS = {
    "differs": Text("数字不同", "different numbers"),
    "other_wording": Text("范围措辞不同", "the scope is worded differently"),
}
