"""`xinqu target`: the targets in force, and setting one by two persons."""

import argparse

from xinqu.cli import context, output
from xinqu.vocabulary.text import Text

_WORDS = ("area", "base_period", "period", "value", "document")


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu target set T_Q03 --base-period 2025 --period 2030 --document '...' --second ndrc.admin2"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="list the targets in force")
    made = acts.add_parser("set", help="set or move a target of the pack: an event of two persons")
    made.add_argument("target", help="id of the pack, such as T_Q03")
    made.add_argument("--area", help="area code, or * for all")
    made.add_argument("--base-period")
    made.add_argument("--period", help="target period")
    made.add_argument("--value", help="in the unit of the target")
    made.add_argument("--document", required=True, help="the document that states it")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine import decisions
    from xinqu.spine.snapshot import take

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    if args.act == "list":
        output.emit(take(opened, realm).targets, args.format)
        return 0
    words = {name: value for name in _WORDS if (value := getattr(args, name))}
    account, second = context.actor(args, opened, realm), context.second(args, opened, realm)
    event = decisions.set_target(opened, realm, args.target, words, account=account, second=second)
    print(Text(f"已设定，事件 #{event.seq}", f"set, event #{event.seq}").say(args.lang))
    return 0
