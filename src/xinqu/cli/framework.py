"""`xinqu framework`: adopt an evaluation framework by two persons."""

import argparse

from xinqu.cli import context
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu framework adopt xq_equal_v0 --document '...' --as ndrc.admin --second ndrc.admin2"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    made = acts.add_parser("adopt", help="adopt a framework of the pack; until then its index is a trial")
    made.add_argument("scheme")
    made.add_argument("--document", required=True, help="the document that adopts it")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine import decisions

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    account, second = context.actor(args, opened, realm), context.second(args, opened, realm)
    event = decisions.adopt_framework(opened, realm, args.scheme, args.document, account=account, second=second)
    print(Text(f"已采用，事件 #{event.seq}", f"adopted, event #{event.seq}").say(args.lang))
    return 0
