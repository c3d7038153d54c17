"""`xinqu org`: organisations of the workspace, their tree on a day, and splits, mergers and new names by event."""

import argparse
import datetime as dt

from xinqu.cli import context, output
from xinqu.policy.organisation_changes import Successor
from xinqu.spine import accounts
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu org list --format csv"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="list organisations by path")
    acts.add_parser("load", help="load the organisations of the pack")
    tree = acts.add_parser("tree", help="list the organisations of a day", epilog="xinqu org tree --at 2025-11-06")
    tree.add_argument("--at", type=dt.date.fromisoformat, help="day; else today")
    tree.add_argument("--vintage", type=int, help="as known at this event")
    past = acts.add_parser("history", help="list splits, mergers and new names", epilog="xinqu org history lanzhou.u1")
    past.add_argument("organisation", nargs="?", default="")
    who = "--document ... --realm rehearsal --as ndrc.admin --second ndrc.admin2"
    split = acts.add_parser(
        "split",
        help="put several organisations in the place of one; two persons act",
        epilog=f"xinqu org split lanzhou.u1 --into lanzhou.u4=东片区=East --into lanzhou.u5=西片区=West --on 2026-12-01 {who}",
    )
    split.add_argument("organisation")
    merge = acts.add_parser(
        "merge",
        help="put one organisation in the place of several; two persons act",
        epilog=f"xinqu org merge liangjiang.u1 liangjiang.u2 --into liangjiang.u4=北片区=North --on 2025-11-06 {who}",
    )
    merge.add_argument("organisations", nargs="+")
    rename = acts.add_parser(
        "rename",
        help="give an organisation a new name; two persons act",
        epilog=f"xinqu org rename lanzhou.u1 --zh 新片区 --en New --on 2026-12-01 {who}",
    )
    rename.add_argument("organisation")
    rename.add_argument("--zh", required=True)
    rename.add_argument("--en", required=True)
    for act in (split, merge):
        act.add_argument(
            "--into",
            action="append",
            required=True,
            metavar="ID=ZH=EN",
            help="successor; an id alone for one that stands",
        )
    for act in (split, merge, rename):
        act.add_argument("--on", type=dt.date.fromisoformat, required=True, help="day from which it holds")
        act.add_argument("--document", required=True, help="document it rests on")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    opened = context.workspace(args)
    if args.act == "list":
        output.emit(accounts.organisations(opened), args.format)
        return 0
    if args.act == "load":
        count = accounts.load_organisations(opened, context.pack(opened))
        print(Text(f"机构 {count} 个", f"{count} organisations").say(args.lang))
        return 0
    return {"tree": _look, "history": _look}.get(args.act, _change)(args)


def _look(args: argparse.Namespace) -> int:
    from xinqu.spine import organisations
    from xinqu.spine.workspace import now
    from xinqu.vocabulary.moments import beijing_day

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    if args.act == "tree":
        frame = organisations.tree_at(opened, realm, args.at or beijing_day(now()), vintage=args.vintage)
    else:
        frame = organisations.history(opened, realm, args.organisation)
    output.emit(frame, args.format)
    return 0


def _change(args: argparse.Namespace) -> int:
    from xinqu.spine import organisations

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    account, second = context.actor(args, opened, realm), context.second(args, opened, realm)
    if args.act == "rename":
        event = organisations.rename(
            opened, realm, args.organisation, Text(args.zh, args.en), on=args.on, document=args.document,
            account=account, second=second,
        )  # fmt: skip
    else:
        before = args.organisations if args.act == "merge" else [args.organisation]
        event = organisations.replace(
            opened, realm, before, [_successor(text) for text in args.into], on=args.on, document=args.document,
            account=account, second=second,
        )  # fmt: skip
    print(Text(f"已记入日志 #{event.seq}", f"recorded as #{event.seq}").say(args.lang))
    return 0


def _successor(text: str) -> Successor:
    name, _, names = text.partition("=")
    zh, _, en = names.partition("=")
    return Successor(id=name, name_zh=zh, name_en=en)
