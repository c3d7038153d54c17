"""`xinqu release`: the calendar of releases; prepare one under embargo, publish it at its hour, recall it."""

import argparse
import datetime as dt

from xinqu.cli import context, output
from xinqu.vocabulary.problem import Exit
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu release plan --realm rehearsal"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    plan = acts.add_parser("plan", help="show what comes out when, and how far its returns are")
    plan.add_argument("--series", help="one release series; else all")
    plan.add_argument("--since", type=dt.date.fromisoformat, help="periods that end from this day on; else a year back")
    acts.add_parser("list", help="list the releases with their state", epilog="xinqu release list --realm rehearsal")
    prepare = acts.add_parser(
        "prepare", help="fix what a release holds; it is under embargo until its hour",
        epilog="xinqu release prepare monthly 2026-09 --realm rehearsal --as ndrc.admin",
    )  # fmt: skip
    prepare.add_argument("series")
    prepare.add_argument("period")
    publish = acts.add_parser(
        "publish", help="release it at its hour, by two persons",
        epilog="xinqu release publish monthly-2026-09 --realm rehearsal --as ndrc.admin --second ndrc.admin2",
    )  # fmt: skip
    recall = acts.add_parser(
        "recall", help="take a release out of sight, by two persons",
        epilog="xinqu release recall monthly-2026-09 --reason error --wrong xm1/lanzhou/2026-09 --realm rehearsal "
        "--as ndrc.admin --second ndrc.admin2",
    )  # fmt: skip
    show = acts.add_parser("show", help="show the returns that a release holds")
    for act in (publish, recall, show):
        act.add_argument("release", help="id as `release list` shows it")
    recall.add_argument("--reason", required=True, help="code of CL_REVISION_REASON")
    recall.add_argument(
        "--wrong", action="append", default=[], metavar="FORM/AREA/PERIOD", help="a wrong return; repeat"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine import releases

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    if args.act == "plan":
        from xinqu.spine.snapshot import take

        snapshot = take(opened, realm)
        first = args.since or snapshot.as_of - dt.timedelta(days=366)
        output.emit(releases.calendar_frame(releases.plan(snapshot, first=first, series=args.series)), args.format)
        return int(Exit.DONE)
    if args.act == "list":
        output.emit(releases.listing(opened, realm), args.format)
        return int(Exit.DONE)
    if args.act == "show":
        found = releases.release_of(opened, realm, args.release)
        columns = ("form", "area", "sub_unit", "period", "version", "state", "accepted_event", "content_hash")
        output.emit(releases.covered_of(opened, realm, found).select(columns), args.format)
        return int(Exit.DONE)
    account = context.actor(args, opened, realm)
    if args.act == "prepare":
        event = releases.prepare(opened, realm, args.series, args.period, account=account)
        name, at = event.data["release_id"], dt.datetime.fromisoformat(event.data["release_at"])
        print(Text(f"{name} 已准备，保密至 {at:%Y-%m-%d %H:%M}（北京时间），事件 #{event.seq}",
                   f"{name} is prepared, under embargo until {at:%Y-%m-%d %H:%M} (Beijing), event #{event.seq}").say(args.lang))  # fmt: skip
        return int(Exit.DONE)
    second = context.second(args, opened, realm)
    if args.act == "publish":
        event = releases.publish(opened, realm, args.release, account=account, second=second)
    else:
        event = releases.recall(
            opened, realm, args.release, account=account, second=second, reason=args.reason, wrong=args.wrong
        )
    print(Text(f"已办理，事件 #{event.seq}", f"done, event #{event.seq}").say(args.lang))
    return int(Exit.DONE)
