"""`xinqu tick`: write what time has brought about; run it as often as you like."""

import argparse
import datetime as dt

import polars as pl

from xinqu.cli import context, output


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu tick --dir /srv/xinqu"
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=None, help="day to judge on; else today")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine.tick import tick

    opened = context.workspace(args)
    events = tick(opened, context.realm(args, opened), as_of=args.as_of)
    frame = pl.DataFrame(
        [(event.seq, event.type, event.subject, event.effective_on) for event in events],
        schema={"seq": pl.Int64, "type": pl.String, "subject": pl.String, "effective_on": pl.Date},
        orient="row",
    )
    output.emit(frame, args.format)
    return 0
