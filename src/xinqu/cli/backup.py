"""`xinqu backup`: one file with everything that is stored, made while the workspace runs."""

import argparse
from pathlib import Path

from xinqu.cli import context
from xinqu.spine.backup import backup
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu backup /backups/xinqu-2026-11-25.tar"
    parser.add_argument("file", type=Path, help="new backup file; it holds secrets: keep it as safe as the workspace")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    done = backup(context.workspace(args), args.file)
    print(
        Text(
            f"{done.file}：日志至 #{done.head.seq}，对象 {done.objects} 个，{done.bytes:,} 字节",
            f"{done.file}: log to #{done.head.seq}, {done.objects} objects, {done.bytes:,} bytes",
        ).say(args.lang)
    )
    return 0
