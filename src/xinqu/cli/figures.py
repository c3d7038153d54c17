"""`xinqu figures`: the figures of a realm, known and unknown, at any vintage, and how they were revised."""

import argparse
import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from xinqu.cli import context, output
from xinqu.indicators.aggregate_methods import GROUPINGS
from xinqu.vocabulary.periods import Frequency

if TYPE_CHECKING:
    from xinqu.spine.snapshot import Snapshot

_COLUMNS = ("indicator", "area", "period")


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu figures --realm published --indicator Q01 --area nansha --known"
    parser.add_argument("--indicator", action="append", help="indicator id; repeat for several")
    parser.add_argument("--area", action="append", help="area code; repeat for several")
    parser.add_argument("--period", action="append", help="period; repeat for several")
    parser.add_argument("--known", action="store_true", help="leave out what is indeterminate")
    parser.add_argument("--vintage", type=int, default=None, help="as known at this event")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=None)
    parser.add_argument(
        "--revisions",
        nargs="?",
        const="triangle",
        choices=("triangle", "list", "statistics"),
        help="the values that corrected returns gave each figure one after another, or what these revisions came to",
    )
    parser.add_argument(
        "--singles", metavar="FORM", help="single months or quarters out of the form's cumulative items"
    )
    parser.add_argument(
        "--length", type=Frequency, choices=list(Frequency), help="of the single periods; else the form's"
    )
    parser.add_argument(
        "--groups",
        choices=GROUPINGS,
        help="figures of the nation or of groups of areas; --indicator may name items too",
    )
    parser.add_argument(
        "--estimates", nargs="?", const="list", choices=("list", "accuracy", "revisions"),
        help="estimates of what is missing, how far the methods are off, or (with --since) what the estimates of an "
        "earlier event turned out to miss by; with --groups: use them",
    )  # fmt: skip
    parser.add_argument(
        "--since", type=int, metavar="EVENT", help="with --estimates revisions: as estimated at this event"
    )
    parser.add_argument("--item", action="append", help="with --estimates: only these items")
    parser.add_argument("--growth", metavar="FORM", help="released growth of a form beside the growth of its levels")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine.snapshot import take

    opened = context.workspace(args)
    snapshot = take(opened, context.realm(args, opened), args.vintage, as_of=args.as_of)
    for column in _COLUMNS:
        names = getattr(args, column) or ()
        is_item = column == "indicator" and args.groups
        context.refuse_unknown(
            snapshot.pack, column, [name for name in names if not (is_item and name in snapshot.pack.items)]
        )
    if args.revisions:
        return _revisions(args, snapshot)
    if args.singles or args.growth:
        return _of_form(args, snapshot)
    if args.groups or args.estimates:
        return _of_groups(args, snapshot)
    frame = snapshot.figures
    for column in _COLUMNS:
        wanted = getattr(args, column)
        if wanted:
            frame = frame.filter(pl.col(column).is_in(wanted))
    if args.known:
        frame = frame.filter(pl.col("value").is_not_null())
    if args.format == "table":
        frame = frame.drop("submissions")
    output.emit(frame, args.format)
    return 0


def _revisions(args: argparse.Namespace, snapshot: "Snapshot") -> int:
    from xinqu.indicators.revisions import revision_statistics, triangle
    from xinqu.spine.revisions import releases_of, with_reasons

    released = releases_of(snapshot, indicators=args.indicator, areas=args.area, periods=args.period)
    if args.revisions == "statistics":
        output.emit(revision_statistics(released), args.format)
        return 0
    revised = released.filter(pl.col("release").max().over(_COLUMNS) > 1)
    shown = triangle(revised) if args.revisions == "triangle" else with_reasons(snapshot, revised)
    output.emit(shown, args.format)
    return 0


def _of_groups(args: argparse.Namespace, snapshot: "Snapshot") -> int:
    from xinqu.spine import aggregates

    if args.groups:
        frame = aggregates.aggregates_of(
            snapshot, args.groups, indicators=args.indicator, periods=args.period, with_estimates=bool(args.estimates)
        )
    elif args.estimates == "accuracy":
        frame = aggregates.accuracy_of(snapshot)
    elif args.estimates == "revisions":
        context.need(args, "since")
        frame = aggregates.estimate_revisions(snapshot, _at(args.since, snapshot))
    else:
        frame = aggregates.estimates_of(snapshot)
    for column in ("area", "period", "item"):
        wanted = getattr(args, column)
        if wanted and column in frame.columns:
            frame = frame.filter(pl.col(column).is_in(wanted))
    output.emit(
        frame.filter(pl.col("value").is_not_null()) if args.known and "value" in frame.columns else frame, args.format
    )
    return 0


def _at(event: int, snapshot: "Snapshot") -> "Snapshot":
    """Return the same realm as known at an earlier event, on the day of that event."""
    from xinqu.spine.snapshot import take

    return take(snapshot.workspace, snapshot.realm, event)


def _of_form(args: argparse.Namespace, snapshot: "Snapshot") -> int:
    from xinqu.indicators.cumulative import singles
    from xinqu.indicators.released_growth import compare_growth
    from xinqu.returns.header import find_form
    from xinqu.spine.revisions import revised_returns
    from xinqu.vocabulary.problem import Where

    form = find_form(snapshot.pack, args.singles or args.growth, Where()).id
    if args.singles:
        frame = singles(snapshot.pack, snapshot.facts, form, length=args.length).drop("scope", "sys_epoch")
    else:
        frame = compare_growth(snapshot.pack, snapshot.facts, form, revised=revised_returns(snapshot, form))
    for column in ("area", "period"):
        wanted = getattr(args, column)
        if wanted:
            frame = frame.filter(pl.col(column).is_in(wanted))
    output.emit(frame, args.format)
    return 0
