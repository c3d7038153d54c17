"""`xinqu difficulty`: list, raise, move and close difficulties."""

import argparse

from xinqu.cli import context, output
from xinqu.vocabulary.text import Text

_LISTED = ("difficulty", "area", "field", "indicator", "period", "state", "rung", "holder", "raised_on", "days_used", "limit_wd", "due_on", "is_overdue")  # fmt: skip


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu difficulty raise lanzhou land '...' --realm rehearsal --as lanzhou.filer"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    listed = acts.add_parser("list", help="list open difficulties with holder and clock")
    listed.add_argument("--all", action="store_true", help="closed ones too")
    raised = acts.add_parser("raise", help="raise a difficulty of an area")
    raised.add_argument("area")
    raised.add_argument("field", help="code of CL_DIFFICULTY_FIELD, such as land")
    raised.add_argument("text")
    moved = acts.add_parser("move", help="take a step: accept, answer, escalate, stop, resume ...")
    moved.add_argument("difficulty")
    moved.add_argument("event")
    moved.add_argument("evidence")
    closed = acts.add_parser("close", help="close an answered one, as an independent validator, by two persons")
    closed.add_argument("difficulty")
    closed.add_argument("evidence")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine import decisions
    from xinqu.spine.snapshot import take

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    if args.act == "list":
        frame = take(opened, realm).difficulties
        output.emit((frame if args.all else frame.filter(frame["is_open"])).select(_LISTED), args.format)
        return 0
    account = context.actor(args, opened, realm)
    if args.act == "raise":
        event = decisions.raise_difficulty(opened, realm, args.area, args.field, args.text, account=account)
    elif args.act == "move":
        event = decisions.move_difficulty(opened, realm, args.difficulty, args.event, args.evidence, account=account)
    else:
        second = context.second(args, opened, realm)
        event = decisions.close_difficulty(
            opened, realm, args.difficulty, args.evidence, account=account, second=second
        )
    print(Text(f"{event.subject}，事件 #{event.seq}", f"{event.subject}, event #{event.seq}").say(args.lang))
    return 0
