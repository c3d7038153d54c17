"""`xinqu log`: the events of a realm, and the signed head to be published."""

import argparse
import sys
from pathlib import Path

import polars as pl

from xinqu.cli import context, output
from xinqu.spine import heads, log
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu log head --sign --out head-2026-11.json"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    listed = acts.add_parser("list", help="list events of a realm")
    listed.add_argument("--type", action="append", metavar="TYPE", help="only this type (may be repeated)")
    listed.add_argument("--after", type=int, default=0, metavar="N", help="only events after number N")
    listed.add_argument("--last", type=int, metavar="N", help="only the last N")
    head = acts.add_parser("head", help="show the head of the log, or sign it for publication")
    head.add_argument("--sign", action="store_true", help="sign it with the workspace's key")
    head.add_argument("--out", type=Path, help="write the signed head to this file")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    opened = context.workspace(args)
    if args.act == "list":
        frame = log.events(opened, context.realm(args, opened), types=args.type, after=args.after)
        frame = frame.tail(args.last) if args.last else frame
        output.emit(frame.with_columns(pl.col("recorded_at").dt.to_string("iso")), args.format)
        return 0
    if not args.sign:
        now = log.head(opened)
        print(f"#{now.seq} {now.hash} {now.recorded_at}")
        return 0
    signed = heads.sign(opened)
    if args.out is None:
        sys.stdout.write(signed.to_bytes().decode())
        return 0
    args.out.write_bytes(signed.to_bytes())
    print(Text(f"已签发 #{signed.seq} 于 {args.out}", f"signed #{signed.seq} in {args.out}").say(args.lang))
    return 0
