"""`xinqu figures`: the figures of a realm, known and unknown, at any vintage."""

import argparse
import datetime as dt

import polars as pl

from xinqu.cli import context, output


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu figures --realm published --indicator Q01 --area nansha --known"
    parser.add_argument("--indicator", action="append", help="indicator id; repeat for several")
    parser.add_argument("--area", action="append", help="area code; repeat for several")
    parser.add_argument("--period", action="append", help="period; repeat for several")
    parser.add_argument("--known", action="store_true", help="leave out what is indeterminate")
    parser.add_argument("--vintage", type=int, default=None, help="as known at this event")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=None)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine.snapshot import take

    opened = context.workspace(args)
    snapshot = take(opened, context.realm(args, opened), args.vintage, as_of=args.as_of)
    frame = snapshot.figures
    for column in ("indicator", "area", "period"):
        wanted = getattr(args, column)
        if wanted:
            context.refuse_unknown(snapshot.pack, column, wanted)
            frame = frame.filter(pl.col(column).is_in(wanted))
    if args.known:
        frame = frame.filter(pl.col("value").is_not_null())
    if args.format == "table":
        frame = frame.drop("submissions")
    output.emit(frame, args.format)
    return 0
