"""`xinqu index`: the composite index with rank intervals, or what is missing for it."""

import argparse

from xinqu.cli import context, output
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu index --realm rehearsal --year 2025"
    parser.add_argument("--year", type=int, default=None, help="else the last full year")
    parser.add_argument("--vintage", type=int, default=None, help="as known at this event")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine.snapshot import take

    opened = context.workspace(args)
    snapshot = take(opened, context.realm(args, opened), args.vintage)
    result = snapshot.index if args.year is None else snapshot.index_of(args.year)
    if args.format == "table":
        status = (
            Text("试算（方案未采用）", "trial (framework not adopted)")
            if result.status == "trial"
            else Text("正式方案", "adopted")
        )
        print(f"{result.framework}  {result.year}  {status.say(args.lang)}  {result.draws} draws, seed {result.seed}")
        columns = [
            "area",
            "verdict",
            "score",
            "rank",
            "rank_low",
            "rank_high",
            "bracket",
            "present",
            "expected",
            "missing",
        ]
        output.emit(result.scores.select(columns), args.format)
    else:
        output.emit(result.scores, args.format)
    return 0
