"""What a major matter rests on, in words and quoted figures: one paragraph per occurrence, one table for runs of red lamps."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from xinqu.policy.model import MajorMatter
from xinqu.policy.pack import Pack
from xinqu.reporting.compose import both, cell, day, joined, words
from xinqu.reporting.model import Block, Cell, Column, Inline, Paragraph, Ref, Table
from xinqu.reporting.numbers import exact_text, shown
from xinqu.reporting.register import FigureRegister, area_name, name_of, say_unit
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text

_PERIODS = "periods"
_FACTS = {
    "difficulty": Text("困难问题", "difficulty"),
    "event": Text("日志事件", "event"),
    "cluster": Text("同类问题组", "cluster"),
    "areas": Text("涉及新区", "areas"),
    "scope": Text("口径", "scope"),
    "valid_from": Text("起始日期", "valid from"),
    "document": Text("文件", "document"),
    "posting": Text("账目", "posting"),
    "reason": Text("原因", "reason"),
    "form": Text("报表", "form"),
    "area": Text("新区", "area"),
    "period": Text("报告期", "period"),
    "old_hash": Text("原报表", "former return"),
    "new_hash": Text("现报表", "present return"),
    "instrument": Text("工具", "instrument"),
    "case": Text("事项", "case"),
    "to_state": Text("状态", "state"),
}


class Quotes:
    """Finds the figures and items that facts name, and registers them."""

    def __init__(self, pack: Pack, figures: pl.DataFrame, items: pl.DataFrame) -> None:
        self.register = FigureRegister(pack)
        self._rows = pl.concat([figures.select(items.columns), items]) if items.height else figures

    def find(self, code: str, area: str, period: str, *, dated: bool = False) -> Ref | None:
        """Return the quoted figure, or None when no such figure or item stands in the frames."""
        at = (pl.col("indicator") == code) & (pl.col("area") == area) & (pl.col("period") == period)
        rows = self._rows.filter(at).to_dicts()
        return self.register.quote(rows[0], dated=dated) if rows else None


def occurrences(pack: Pack, matter: MajorMatter, rows: Sequence[Mapping[str, Any]], quotes: Quotes) -> list[Block]:
    """Return what is said of the occurrences of one matter; those that are runs of periods stand in one table."""
    facts = [json.loads(row["facts"]) for row in rows]
    runs = [(row, fact) for row, fact in zip(rows, facts, strict=True) if _PERIODS in fact]
    blocks: list[Block] = [
        _paragraph(pack, row, fact, quotes) for row, fact in zip(rows, facts, strict=True) if _PERIODS not in fact
    ]
    return [*blocks, _run_table(pack, matter, runs, quotes)] if runs else blocks


def _paragraph(pack: Pack, row: Mapping[str, Any], facts: Mapping[str, Any], quotes: Quotes) -> Paragraph:
    where = area_name(pack, row["area"]) if row["area"] else Text("全国", "Nationwide")
    period = Period.parse(row["period"]).label if row["period"] else Text("", "")
    on, due = day(row["triggered_on"]), _due(row)
    lead = Text(
        f"{where.zh}{period.zh}：{on.zh}触发，应于{due.zh}前报告。",
        f"{where.en}{', ' if period.en else ''}{period.en}: triggered on {on.en}, to be reported by {due.en}. ",
    )
    two = Text("须两人签发。", "Two persons sign.") if row["two_person"] else Text("", "")
    return Paragraph(parts=(words(lead), *_facts(pack, row, facts, quotes), words(two)))


def _due(row: Mapping[str, Any]) -> Text:
    due = day(row["due_on"])
    return Text(f"{due.zh}（暂定）", f"{due.en} (provisional)") if row["provisional"] else due


def _facts(pack: Pack, row: Mapping[str, Any], facts: Mapping[str, Any], quotes: Quotes) -> tuple[Inline, ...]:
    """Return items with their figures and units, and other facts as they are."""
    parts: list[Inline] = []
    for code, value in facts.items():
        found = quotes.find(code, row["area"], row["period"]) if row["period"] else None
        name = name_of(pack, code) if found is not None else _FACTS.get(code, name_of(pack, code))
        parts.append(words(Text(name.zh, f"{name.en if parts else name.en[:1].upper() + name.en[1:]} ")))
        if found is None:
            parts.append(words(_said(pack, value)))
        else:
            unit = quotes.register[found.figure].unit_label
            parts += [found, words(Text(unit.zh, f" {unit.en}"))]
        parts.append(words(Text("；", "; ")))
    return (*parts[:-1], words(Text("。", ". "))) if parts else ()


def _said(pack: Pack, value: object) -> Text:
    if isinstance(value, list):
        return joined([area_name(pack, str(one)) for one in value])
    if value is None:
        return Text("未知", "not known")
    if value in pack.indicators:
        name = name_of(pack, str(value))
        return Text(f"{value} {name.zh}", f"{value} {name.en}")
    return area_name(pack, str(value))


def _run_table(
    pack: Pack, matter: MajorMatter, runs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], quotes: Quotes
) -> Table:
    longest = max(len(facts[_PERIODS]) for _, facts in runs)
    columns = (
        Column(head=Text("新区", "Area"), width=4),
        Column(head=Text("指标（单位）", "Indicator (unit)"), width=8),
        *(Column(head=Text(f"第{n}期", f"Period {n}"), align="right", width=5) for n in range(1, longest + 1)),
        Column(head=Text("触发日期", "Triggered"), align="center", width=4),
        Column(head=Text("应报日期", "Report by"), align="center", width=4),
    )
    two = Text("须两人签发。", "Two persons sign.") if matter.two_person else Text("", "")
    return Table(
        caption=Text(f"{matter.label.zh}（{len(runs)}件）", f"{matter.label.en} ({len(runs)})"),
        columns=columns,
        rows=tuple(_run_row(pack, row, facts, longest, quotes) for row, facts in runs),
        notes=(
            Text(
                f"每格为实际值，括号内为目标进度线要求的值，第二行为报告期和追溯号。{two.zh}",
                f"Each cell: actual value, in brackets what the target path asks; below: period and trace number. {two.en}",
            ),
        ),
    )


def _run_row(
    pack: Pack, row: Mapping[str, Any], facts: Mapping[str, Any], longest: int, quotes: Quotes
) -> tuple[Cell, ...]:
    indicator = facts["indicator"]
    name, unit = name_of(pack, indicator), say_unit(pack, pack.indicators[indicator].unit)
    steps = [_step(pack, row["area"], indicator, step, quotes) for step in facts[_PERIODS]]
    blank = cell(Text("–", "–"))
    return (
        cell(area_name(pack, row["area"])),
        cell(Text(f"{indicator} {name.zh}（{unit.zh}）", f"{indicator} {name.en} ({unit.en})")),
        *steps,
        *[blank] * (longest - len(steps)),
        cell(both(row["triggered_on"])),
        cell(
            Text(f"{row['due_on']}（暂定）", f"{row['due_on']} (prov.)") if row["provisional"] else both(row["due_on"])
        ),
    )


def _step(pack: Pack, area: str, indicator: str, step: Mapping[str, Any], quotes: Quotes) -> Cell:
    """Return the expected value in brackets, then the figure with its period below."""
    expected = step.get("expected")
    unit = pack.indicators[indicator].unit
    asked = shown(exact_text(float(expected)), unit) if expected is not None else Text("–", "–")
    found = quotes.find(indicator, area, step["period"], dated=True)
    lead = words(Text(f"（{asked.zh}）", f"({asked.en}) "))
    if found is None:
        value = Text("未知", "not known") if step["value"] is None else shown(exact_text(float(step["value"])), unit)
        return (lead, words(value))
    return (lead, found)
