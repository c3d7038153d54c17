"""`xinqu cycle`: check, compile, monitor, evaluate, coordinate and report; list who is awaited."""

import argparse
import sys
from typing import TYPE_CHECKING

import polars as pl

from xinqu.cli import context, output
from xinqu.vocabulary.text import Lang, Text

if TYPE_CHECKING:
    from xinqu.spine.cycle import Cycle

_SHOWN = 5


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu cycle --realm rehearsal"


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine.cycle import cycle

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    print_cycle(cycle(opened, realm, say=lambda step: print(step, file=sys.stderr)), args.lang)
    return 0


def print_cycle(done: "Cycle", lang: Lang) -> None:
    """Print the summary of a cycle."""
    lines = [
        (Text("数据域", "realm"), f"{done.realm.label.say(lang)}  {done.realm.mark.say(lang)}"),
        (Text("版本", "vintage"), f"#{done.vintage}"),
        (Text("报表", "returns"), Text(
            f"{done.areas} 个新区，{done.submissions} 份报送，{done.accepted} 份已接收，{done.awaited.height} 份待办",
            f"{done.areas} areas, {done.submissions} submissions, {done.accepted} accepted, {done.awaited.height} awaited",
        ).say(lang)),
        (Text("校核", "checks"), _pairs(done.checks)),
        (Text("指标数据", "figures"), f"{done.figures}: {_pairs(done.known)} | {_pairs(done.unknown)}"),
        (Text("亮灯", "lamps"), _pairs(done.lamps)),
        (Text("综合指数", "index"), _index(done, lang)),
        (Text("困难与重大事项", "difficulties"), Text(
            f"{done.difficulties} 项困难未办结，{done.matters} 项重大事项",
            f"{done.difficulties} open, {done.matters} major matters",
        ).say(lang)),
    ]  # fmt: skip
    for label, body in lines:
        print(f"{label.say(lang):<14}{body}")
    for path in done.reports:
        print(f"{Text('报告', 'report').say(lang):<14}{path}")
    if not done.awaited.is_empty():
        print(output.as_table(done.awaited.head(_SHOWN)))


def _pairs(counts: dict[str, int]) -> str:
    return "  ".join(f"{name} {count:,}" for name, count in counts.items()) or "-"


def _index(done: "Cycle", lang: Lang) -> str:
    scored = done.index_scores.filter(pl.col("verdict") == "scored")
    blind = done.index_scores.height - scored.height
    first = "  ".join(
        f"{row['area']} {row['score']:.1f} [{row['rank_low']}-{row['rank_high']}]"
        for row in scored.head(_SHOWN).iter_rows(named=True)
    )
    none = Text(f"{blind} 个新区无法判定（缺指标）", f"{blind} areas indeterminate (indicators missing)").say(lang)
    return f"{done.index}: " + "; ".join(part for part in (first, none if blind else "") if part)
