"""The first day of a workspace: its organisations, and two first administrators who enter by one-time links."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from xinqu.policy.load import DEFAULT_PACK, load_pack
from xinqu.spine import accounts, log, signin
from xinqu.spine.workspace import Workspace, create, is_workspace, open_workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text


class FirstDay(msgspec.Struct, kw_only=True):
    """A new workspace and the one-time link of each first administrator (account -> secret)."""

    workspace: Workspace
    organisations: int
    links: dict[str, str]


def init(
    folder: Path, *, administrators: Sequence[str], database_url: str | None = None, policy: Path = DEFAULT_PACK
) -> FirstDay:
    """Make an official workspace in ``folder``; run again after an interruption, it goes on where it stopped.

    ``policy`` is the pack whose organisations and roles the first day uses; two administrators adopt it next.

    Raises:
        Refused: XQ-INIT-001 when the workspace has begun its life already, and what ``create`` and ``bootstrap``
            refuse.
    """
    if is_workspace(folder):
        workspace = open_workspace(folder)
        if log.head(workspace).seq:
            raise Refused(_has_begun(folder))
    else:
        workspace = create(folder, database_url=database_url)
    pack = load_pack(policy, cache=workspace.cache_dir)
    count = accounts.load_organisations(workspace, pack)
    accounts.bootstrap(workspace, pack, administrators, realm=Realm.OFFICIAL)
    links = {name: signin.one_time_link(workspace, name) for name in administrators}
    return FirstDay(workspace=workspace, organisations=count, links=links)


def _has_begun(folder: Path) -> Problem:
    return Problem(
        code="XQ-INIT-001",
        what=Text("工作区已启用", "the workspace has begun its life"),
        where=Where(file=str(folder)),
        why=Text("日志中已有事件", "its log holds events"),
        fix=Text("直接使用，或换一个目录", "use it as it is, or name another folder"),
    )
