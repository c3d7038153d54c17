"""`xinqu check`: the checks of the pack with their level and owner, how often each fires, and a trial before adoption."""

import argparse

import polars as pl

from xinqu.cli import context, output
from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.validation.catalogue import catalogue
from xinqu.validation.levels import EssLevel
from xinqu.vocabulary.problem import Exit


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu check list --form xm1 --level areas --realm rehearsal"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    listed = acts.add_parser("list", help="list checks with level and owner; with a realm, how often each fires")
    listed.add_argument("--form")
    listed.add_argument("--level", choices=[level.value for level in EssLevel])
    listed.add_argument(
        "--never-fired", action="store_true", help="only checks that no submission has broken (--realm)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    return {"list": _list}[args.act](args)


def _list(args: argparse.Namespace) -> int:
    pack = _pack(args)
    frame = catalogue(pack, lang=args.lang)
    for column in ("form", "level"):
        if getattr(args, column):
            frame = frame.filter(pl.col(column) == getattr(args, column))
    output.emit(frame, args.format)
    return int(Exit.DONE)


def _pack(args: argparse.Namespace) -> Pack:
    return context.pack(context.workspace(args)) if args.realm else load_pack()
