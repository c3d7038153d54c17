"""`xinqu signals`: patterns in returns that ask for a question, with how often honest data raise each."""

import argparse

import polars as pl

from xinqu.cli import context, output
from xinqu.vocabulary.problem import Exit
from xinqu.vocabulary.text import Text

_NOTE = Text(
    "信号只说明值得询问，不是认定。演练国家（数据如实）中各类信号的误报率：{rates}",
    "A signal asks for a question; it finds nobody guilty. Honest rehearsal nations raise: {rates}",
)


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu signals --realm rehearsal --all"
    parser.add_argument("--all", action="store_true", help="also what was looked at and not raised")
    parser.add_argument("--vintage", type=int, default=None, help="as known at this event")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.monitoring.signals.patterns import KINDS
    from xinqu.monitoring.signals.rates import false_alarm_rates
    from xinqu.spine.signals import signals_of
    from xinqu.spine.snapshot import take

    opened = context.workspace(args)
    found = signals_of(take(opened, context.realm(args, opened), args.vintage))
    if not args.all:
        found = found.filter("raised")
    if args.format == "table":
        names = {kind: label.say(args.lang) for kind, label in KINDS.items()}
        rates = ", ".join(f"{names[kind]} {rate:.1%}" for kind, rate in false_alarm_rates().items())
        print(_NOTE.fill(rates=rates).say(args.lang))
        found = found.with_columns(pl.col("signal").replace(names))
    output.emit(found, args.format)
    return int(Exit.DONE)
