"""`xinqu upgrade`: a workspace to this version, after a backup."""

import argparse
import functools
import os
from pathlib import Path

from xinqu.cli import context
from xinqu.cli.verify import say
from xinqu.spine import policy
from xinqu.spine.accounts import Person
from xinqu.spine.upgrade import upgrade
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu upgrade --dir /srv/xinqu"
    parser.add_argument("--backup", type=Path, metavar="FILE", help="where to back up first; else beside the workspace")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    named = bool(args.actor or os.environ.get("XINQU_TOKEN"))
    done = upgrade(
        context.folder(args), backup_file=args.backup, adopters=functools.partial(_persons, args) if named else None
    )
    print(Text(f"备份  {done.backup.file}", f"backup   {done.backup.file}").say(args.lang))
    print(
        Text(
            f"版本  {done.from_version} → {done.to_version}", f"version  {done.from_version} -> {done.to_version}"
        ).say(args.lang)
    )
    for realm in done.adopted:
        print(Text(f"规则  已采用（{realm.label.zh}）", f"pack     adopted ({realm.label.en})").say(args.lang))
    for realm in done.pack_awaits:
        print(
            Text(
                f"规则  待两人采用：xinqu policy adopt（{realm.label.zh}）",
                f"pack     two persons must adopt it: xinqu policy adopt ({realm.label.en})",
            ).say(args.lang)
        )
    return say(done.verification, args.lang)


def _persons(args: argparse.Namespace, opened: Workspace, world: Realm) -> tuple[Person, str]:
    """Return the administrator who adopts a changed pack in a realm, and the second person."""
    by = policy.administrator(opened, context.actor(args, opened, world), realm=world)
    return by, context.second(args, opened, world)
