"""`xinqu calendar`: the working-day calendar of the pack."""

import argparse

import polars as pl

from xinqu.cli import output
from xinqu.policy.load import load_pack
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu calendar show --year 2026"
    show = parser.add_subparsers(dest="act", required=True, metavar="ACT").add_parser(
        "show", help="show days off and make-up working days"
    )
    show.add_argument("--year", type=int, help="one year; else all that are known")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    pack = load_pack()
    days = [h for h in pack.holidays if args.year in (None, h.date.year)]
    if not days:
        years = ", ".join(map(str, sorted(pack.calendar.known_years)))
        print(
            Text(
                f"{args.year} 年的安排尚未公布：只计周末，期限为暂定。已知年份：{years}",
                f"the calendar of {args.year} is not known: weekends only, due dates are provisional. Known: {years}",
            ).say(args.lang)
        )
        return 0
    frame = pl.DataFrame(
        {"date": [h.date for h in days], "kind": [h.kind for h in days], "source": [h.source for h in days]}
    )
    output.emit(frame, args.format)
    return 0
