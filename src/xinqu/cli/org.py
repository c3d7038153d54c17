"""`xinqu org`: organisations of the workspace."""

import argparse

from xinqu.cli import context, output
from xinqu.spine import accounts
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu org list --format csv"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="list organisations by path")
    acts.add_parser("load", help="load the organisations of the pack")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    opened = context.workspace(args)
    if args.act == "list":
        output.emit(accounts.organisations(opened), args.format)
        return 0
    count = accounts.load_organisations(opened, context.pack(opened))
    print(Text(f"机构 {count} 个", f"{count} organisations").say(args.lang))
    return 0
