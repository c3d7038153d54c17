"""What commands share: the workspace, the pack, the realm and who acts."""

import argparse
import os
from collections.abc import Container, Iterable
from pathlib import Path

from xinqu.policy.pack import Pack
from xinqu.spine import signin
from xinqu.spine.log import SYSTEM
from xinqu.spine.workspace import Workspace, open_workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text

DEFAULT_FOLDER = Path("xinqu-workspace")


def folder(args: argparse.Namespace) -> Path:
    """Return the workspace's folder: ``--dir``, else $XINQU_HOME, else ./xinqu-workspace."""
    return args.dir or Path(os.environ.get("XINQU_HOME") or DEFAULT_FOLDER)


def has_workspace(args: argparse.Namespace) -> bool:
    """Say whether a workspace was named, or stands where one is looked for."""
    return args.dir is not None or bool(os.environ.get("XINQU_HOME")) or DEFAULT_FOLDER.exists()


def workspace(args: argparse.Namespace) -> Workspace:
    """Open the workspace that the command names."""
    return open_workspace(folder(args))


def pack(opened: Workspace) -> Pack:
    """Return the pack in force in the workspace's first realm, parsed once per workspace."""
    from xinqu.spine.policy import adopted

    return adopted(opened, opened.realms[0])


def read_file(path: Path) -> bytes:
    """Return the bytes of a file; raises Refused XQ-CLI-004 when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(_unreadable(path, error.strerror or "")) from None


def need(args: argparse.Namespace, *names: str) -> None:
    """Raise Refused XQ-CLI-005 (exit 2) unless all these options were given."""
    absent = [f"--{name}" for name in names if getattr(args, name) is None]
    if absent:
        raise Refused(_needed(absent), Exit.WRONG_COMMAND)


def refuse_unknown(pack: Pack, kind: str, names: Iterable[str]) -> None:
    """Raise Refused XQ-CLI-006 for an area or indicator that the pack does not have, XQ-PERIOD-001 for no period."""
    if kind == "period":
        for name in names:
            Period.parse(name)
        return
    known: Container[str] = pack.areas if kind == "area" else pack.indicators
    problems = [_unknown(kind, name) for name in names if name not in known]
    if problems:
        raise Refused(problems)


def realm(args: argparse.Namespace, opened: Workspace) -> Realm:
    """Return ``--realm`` or the workspace's only one.

    Raises:
        Refused: XQ-CLI-002 (exit 2) when there are several and none is named, XQ-STORE-004 for one it does not hold.
    """
    if args.realm:
        return opened.holds(args.realm)
    if len(opened.realms) == 1:
        return opened.realms[0]
    raise Refused(_name_a_realm(opened), Exit.WRONG_COMMAND)


def actor(args: argparse.Namespace, opened: Workspace, world: Realm) -> str:
    """Return who acts: in the official realm by the token in $XINQU_TOKEN, elsewhere ``--as``.

    Raises:
        Refused: XQ-CLI-003 (exit 3) when nobody is named, XQ-ACCOUNT-013 for a dead token.
    """
    return _who(opened, world, named=args.actor, variable="XINQU_TOKEN", option="--as")


def second(args: argparse.Namespace, opened: Workspace, world: Realm) -> str:
    """Return the second person: by the token in $XINQU_SECOND_TOKEN in the official realm, elsewhere ``--second``."""
    return _who(opened, world, named=args.second, variable="XINQU_SECOND_TOKEN", option="--second")


def _who(opened: Workspace, world: Realm, *, named: str | None, variable: str, option: str) -> str:
    if world is not Realm.OFFICIAL:
        if named and named != SYSTEM:
            return named
        raise Refused(_nobody(option), Exit.NOT_PERMITTED)
    token = os.environ.get(variable)
    if not token:
        raise Refused(_nobody(f"${variable}"), Exit.NOT_PERMITTED)
    return signin.account_of_token(opened, token)


def _name_a_realm(opened: Workspace) -> Problem:
    held = " | ".join(opened.realms)
    return Problem(
        code="XQ-CLI-002",
        what=Text("请指明数据域", "name the realm"),
        why=Text(f"本工作区有：{held}", f"this workspace holds: {held}"),
        fix=Text(f"加 --realm {held}", f"add --realm {held}"),
    )


def _nobody(option: str) -> Problem:
    return Problem(
        code="XQ-CLI-003",
        what=Text("未指明办理人", "it is not said who acts"),
        why=Text("每个决定都记在一个账户名下", "each decision is recorded under an account"),
        fix=Text(
            f"给出 {option}（正式数据域用 xinqu user token 取得令牌）",
            f"give {option} (in the official realm by a token from xinqu user token)",
        ),
    )


def _unreadable(path: Path, reason: str) -> Problem:
    return Problem(
        code="XQ-CLI-004",
        what=Text("文件无法读取", "the file cannot be read"),
        where=Where(file=str(path)),
        why=Text(reason, reason),
        fix=Text("核对路径与权限", "check the path and its rights"),
    )


def _needed(options: list[str]) -> Problem:
    listed = " ".join(options)
    return Problem(
        code="XQ-CLI-005",
        what=Text(f"缺少 {listed}", f"{listed} is needed"),
        fix=Text("如 --area nansha --period 2023-Q4", "for instance --area nansha --period 2023-Q4"),
    )


def _unknown(kind: str, name: str) -> Problem:
    return Problem(
        code="XQ-CLI-006",
        what=Text(f"没有{'新区' if kind == 'area' else '指标'}“{name}”", f"there is no {kind} {name!r}"),
        fix=Text("查看规则包：xinqu policy show", "look into the pack: xinqu policy show"),
    )
