"""`xinqu verify`: whether anything that is stored was altered, lost or cut off."""

import argparse
import sys
from pathlib import Path

from xinqu.cli import context
from xinqu.spine import heads
from xinqu.spine.verify import Verification, verify
from xinqu.spine.workspace import open_to_verify
from xinqu.vocabulary.problem import Exit
from xinqu.vocabulary.text import Lang, Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu verify --deep --head head-2026-11.json"
    parser.add_argument("--deep", action="store_true", help="replay everything that is derived and compare")
    parser.add_argument("--head", type=Path, metavar="FILE", help="compare with a head that was published")
    parser.add_argument("--key", metavar="HEX", help="public key of the published head; else the workspace's own")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    opened = open_to_verify(context.folder(args))
    published = heads.read(args.head) if args.head else None
    return say(verify(opened, deep=args.deep, published=published, public_key=args.key), args.lang)


def say(done: Verification, lang: Lang) -> int:
    """Print a verification: summary and notes on stdout, problems on stderr; return the exit code."""
    print(
        Text(
            f"日志 {done.events} 条（头 #{done.head.seq} {done.head.hash[:12]}…），对象 {done.objects} 个，问题 {len(done.problems)} 个",
            f"{done.events} events (head #{done.head.seq} {done.head.hash[:12]}…), {done.objects} objects, {len(done.problems)} problems",
        ).say(lang)
    )
    for note in done.notes:
        print(note.say(lang))
    for problem in done.problems:
        print(problem.say(lang), file=sys.stderr)
    return int(Exit.REFUSED if done.problems else Exit.DONE)
