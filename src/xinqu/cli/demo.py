"""`xinqu demo`: one workspace with both realms, both cycles, a short summary, then the pages on this machine."""

import argparse
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from xinqu.cli import context
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Lang, Text

# account -> what its owner does; each gets a random password for the demonstration
LOGINS = {
    "ndrc.acceptor": Text("国家发展改革委", "NDRC"),
    "gansu.approver": Text("甘肃省", "Gansu Province"),
    "lanzhou.checker": Text("兰州新区管委会", "Lanzhou committee"),
    "cnao.auditor": Text("审计", "auditor"),
}
_MADE_BY_DEMO = "demo.txt"


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu demo --no-serve --dir /tmp/xinqu-demo"
    parser.add_argument("--no-serve", action="store_true", help="stop after the summary")
    parser.add_argument("--fresh", action="store_true", help="replace a workspace that an earlier demo made")
    parser.add_argument("--scale", type=int, default=1, help="size of the rehearsal nation")
    parser.add_argument("--seed", type=int, default=None, help="seed of the rehearsal nation")
    parser.add_argument("--port", type=int, default=8000)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.cli.cycle import print_cycle
    from xinqu.spine import demo, signin
    from xinqu.spine.cycle import cycle

    folder = context.folder(args)
    _make_room(folder, fresh=args.fresh)
    started = time.monotonic()

    def say(step: str) -> None:
        print(f"{time.monotonic() - started:6.1f} s  {step}", file=sys.stderr)

    opened = demo.build(folder, seed=demo.SEED if args.seed is None else args.seed, scale=args.scale, say=say)
    (folder / _MADE_BY_DEMO).write_text("made by xinqu demo; --fresh may replace it\n", encoding="utf-8")
    for realm in (Realm.PUBLISHED, Realm.REHEARSAL):
        print_cycle(cycle(opened, realm, say=partial(_say_of, say, realm)), args.lang)
    passwords = {account: secrets.token_urlsafe(12) for account in LOGINS}
    for account, password in passwords.items():
        signin.set_password(opened, account, password)
    say("ready")
    _print_logins(passwords, args.lang)
    if args.no_serve:
        return 0
    from xinqu.cli.serve import serve

    serve(folder, port=args.port, lang=args.lang)
    return 0


def _say_of(say: Callable[[str], None], realm: Realm, step: str) -> None:
    say(f"{realm} {step}")


def _make_room(folder: Path, *, fresh: bool) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if fresh and (folder / _MADE_BY_DEMO).exists():
        shutil.rmtree(folder)
        return
    raise Refused(
        Problem(
            code="XQ-CLI-010",
            what=Text("该目录已被使用", "the folder is in use"),
            where=Where(file=str(folder)),
            why=Text("只有演示工作区才可被替换", "only a workspace that a demo made may be replaced"),
            fix=Text(
                "用 --dir 另指目录；替换旧演示加 --fresh", "name another --dir, or add --fresh to replace an old demo"
            ),
        )
    )


def _print_logins(passwords: dict[str, str], lang: Lang) -> None:
    print(Text("演示登录（口令随机，仅本次有效）", "Demo logins (random, of this workspace alone)").say(lang))
    for account, password in passwords.items():
        print(f"  {account:<18}{password:<20}{LOGINS[account].say(lang)}")
