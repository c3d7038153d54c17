"""`xinqu open-data`: build the package of a release, or of the published realm."""

import argparse
from pathlib import Path

from xinqu.cli import context
from xinqu.vocabulary.problem import Exit
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu open-data build monthly-2026-09 --realm rehearsal"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    build = acts.add_parser("build", help="write CSV, Parquet, tables, SDMX and what describes them")
    build.add_argument("release", help="id as `release list` shows it; all in the published realm")
    build.add_argument("--output", type=Path, default=None, help="folder; else the workspace's reports")
    build.add_argument("--folder", action="store_true", help="a folder in place of a ZIP")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine import open_data

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    built = open_data.build(opened, realm, args.release)
    path = open_data.write(built, args.output or opened.reports_dir / realm, as_zip=not args.folder)
    size = sum(len(body) for body in built.files.values())
    print(path)
    print(Text(f"{len(built.files)} 个文件，{size:,} 字节", f"{len(built.files)} files, {size:,} bytes").say(args.lang))
    return int(Exit.DONE)
