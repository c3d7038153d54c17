"""`xinqu restore`: a backup into a new folder, verified."""

import argparse
from pathlib import Path

from xinqu.cli.verify import say
from xinqu.spine.restore import restore


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu restore /backups/xinqu-2026-11-25.tar /srv/xinqu-restored"
    parser.add_argument("file", type=Path, help="file made by xinqu backup")
    parser.add_argument("folder", type=Path, help="new folder of the workspace")
    parser.add_argument("--database", metavar="URL", help="empty PostgreSQL database for a backup from PostgreSQL")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    workspace, verification = restore(args.file, args.folder, database_url=args.database)
    print(workspace.dir)
    return say(verification, args.lang)
