"""`xinqu trace`: one figure walked back to its cells, hands, checks, rule and article."""

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from xinqu.cli import context, output
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Lang, Text

if TYPE_CHECKING:
    from xinqu.spine.snapshot import Snapshot
    from xinqu.spine.trace import Walk


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu trace Q01 --area nansha --period 2023-Q4 --realm published"
    parser.add_argument("indicator", help="indicator id, or the whole address such as Q01/nansha/2023-Q4")
    parser.add_argument("--area", help="area code; nation, peer:E, region:W or province:gansu for an aggregate")
    parser.add_argument("--period")
    parser.add_argument("--vintage", type=int, default=None, help="as known at this event")
    parser.add_argument("--estimates", action="store_true", help="of an aggregate: with estimates of what is missing")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.indicators.explain import explain_figure
    from xinqu.spine.snapshot import take
    from xinqu.spine.trace import as_json, trace

    opened = context.workspace(args)
    snapshot = take(opened, context.realm(args, opened), args.vintage)
    figure = _figure(args)
    if figure.area == "nation" or ":" in figure.area:
        return _aggregate(args, snapshot, figure)
    walk = trace(snapshot, figure)
    if args.format == "json":
        print(as_json(walk))
        return 0
    lang: Lang = args.lang
    print(explain_figure(snapshot.pack, walk.trace).say(lang))
    for line in _lines(walk, lang):
        print(line)
    return 0


def _aggregate(args: argparse.Namespace, snapshot: "Snapshot", figure: FigureId) -> int:
    """Show an aggregate with the areas behind it, each with the address at which its own walk goes on."""
    from xinqu.spine.aggregates import trace_of_group

    grouping, _, group = figure.area.partition(":")
    whole, leaves = trace_of_group(
        snapshot, figure.indicator, grouping, group or grouping, str(figure.period), with_estimates=args.estimates
    )
    if args.format == "json":
        print(json.dumps({"aggregate": whole, "areas": leaves.to_dicts()}, ensure_ascii=False, indent=2))
        return 0
    lang: Lang = args.lang
    for name, (zh, en) in _AGGREGATE_LINES.items():
        value = whole[name]
        told = "; ".join(value) if isinstance(value, list) else value
        if told not in ("", None):
            print(f"{Text(zh, en).say(lang)}  {told}")
    output.emit(leaves.drop("indicator", "group", "period"), args.format)
    return 0


_AGGREGATE_LINES = {
    "indicator": ("指标", "indicator"), "value": ("数值", "value"), "unknown": ("无法得出", "unknown"),
    "unit": ("单位", "unit"), "method": ("方法", "method"), "areas": ("计入新区数", "areas counted"),
    "expected": ("应计新区数", "areas expected"), "coverage": ("覆盖率（个数）", "coverage by number"),
    "size_coverage": ("覆盖率（规模）", "coverage by size"), "estimated_share": ("估计所占比重", "share estimated"),
    "origin": ("来源", "origin"), "without": ("未计入", "left out"), "estimated": ("含估计", "with estimates"),
    "doubtful_scope": ("口径存疑", "scope in doubt"),
}  # fmt: skip


def _figure(args: argparse.Namespace) -> FigureId:
    if "/" in args.indicator:
        return FigureId.parse(args.indicator)
    context.need(args, "area", "period")
    return FigureId(args.indicator, args.area, Period.parse(args.period))


def _lines(walk: "Walk", lang: Lang) -> Iterator[str]:
    trace = walk.trace
    rule = trace.formula.rule
    yield f"{Text('公式', 'formula').say(lang)}  {trace.formula.words.say(lang)}  [{trace.formula.text}]"
    yield f"  {rule.citation}  {rule.valid_from}-  {rule.status}  {rule.file}:{rule.line}"
    for entry in trace.inputs:
        cell = f"{entry.cell.sheet} {entry.cell.cell}".strip() if entry.cell else ""
        value = entry.value if entry.value is not None else entry.state
        yield (
            f"{Text('输入', 'input').say(lang)}  {entry.call or entry.item} = {value} {entry.unit}  {entry.name.say(lang)}"
            f"  {entry.form} {entry.period}  {entry.scope}  {entry.origin}  {entry.filename} {cell}"
        )
        if entry.note:
            yield f"  {json.dumps(dict(entry.note), ensure_ascii=False)}"
    for done in walk.returns:
        yield f"{Text('报送', 'return').say(lang)}  {done.form} {done.period} v{done.version}  {done.revision or '-'}  {done.file_name}  {done.file_hash}"
        hands = " → ".join(f"{hand.step} {hand.account} #{hand.event}" for hand in done.hands)
        yield f"  {hands}"
    verdicts = trace.verdicts()
    yield f"{Text('校核', 'checks').say(lang)}  " + "  ".join(f"{name} {count}" for name, count in verdicts.items())
    for basis in trace.basis:
        mark = "" if lang == "en" or basis.zh_status == "seen" else "〔待核对〕"
        yield f"{Text('条款', 'article').say(lang)}  {basis.article} {basis.measure}  {basis.sentence.say(lang)}{mark}  → {basis.report_line}"
    yield (
        f"{Text('版本', 'vintage').say(lang)}  {walk.realm} #{walk.vintage}  {walk.as_of}  "
        f"{walk.pack_id} {walk.pack_version} {walk.pack_sha256[:12]}"
    )
