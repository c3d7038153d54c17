"""What is refused about workspaces and their databases: the texts."""

from collections.abc import Sequence
from pathlib import Path

import xinqu
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text


def other_realm(folder: Path, realm: str, held: Sequence[str]) -> Problem:
    """A realm that the workspace does not hold."""
    return Problem(
        code="XQ-STORE-004",
        what=Text(f"本工作区不接受“{realm}”数据域", f"this workspace does not hold realm {realm}"),
        where=Where(file=str(folder)),
        why=Text(
            f"本工作区的数据域：{'、'.join(held)}；数据域从不混合",
            f"it holds {', '.join(held)}; realms are never mixed",
        ),
        fix=Text("改用相应工作区，或改 --realm", "use the workspace of that realm, or change --realm"),
    )


def unreachable(why: str) -> Problem:
    """A database that does not answer."""
    return Problem(
        code="XQ-STORE-008",
        what=Text("数据库无法连接", "the database cannot be reached"),
        why=Text(why, why),
        fix=Text(
            "检查数据库服务与地址（XINQU_DATABASE_URL 或 workspace.json）",
            "check the server and its address (XINQU_DATABASE_URL or workspace.json)",
        ),
    )


def in_use(folder: Path) -> Problem:
    """A folder that is not empty."""
    return Problem(
        code="XQ-WORKSPACE-001",
        what=Text("目录不为空，不能建立工作区", "the folder is not empty: no workspace was made"),
        where=Where(file=str(folder)),
        fix=Text("换一个新目录", "name a new folder"),
    )


def mixed() -> Problem:
    """The official realm beside another."""
    return Problem(
        code="XQ-WORKSPACE-002",
        what=Text("正式数据域不能与其他数据域同处一个工作区", "the official realm shares a workspace with no other"),
        why=Text("数据域从不混合", "realms are never mixed"),
        fix=Text("分别建立工作区", "make a workspace for each"),
    )


def used_database(kind: str) -> Problem:
    """A database that holds the tables of a workspace."""
    return Problem(
        code="XQ-WORKSPACE-006",
        what=Text("该数据库已属于一个工作区", "this database belongs to a workspace already"),
        where=Where(subject=kind),
        fix=Text("换一个空数据库", "name an empty database"),
    )


def none_here(folder: Path) -> Problem:
    """A folder without a workspace."""
    return Problem(
        code="XQ-WORKSPACE-003",
        what=Text("这里没有工作区", "there is no workspace here"),
        where=Where(file=str(folder)),
        why=Text("没有 workspace.json", "there is no workspace.json"),
        fix=Text(
            "用 --dir 指明工作区，或先运行 xinqu init 或 xinqu demo",
            "name it with --dir, or run xinqu init or xinqu demo",
        ),
    )


def older(folder: Path, made_by: str) -> Problem:
    """A workspace that needs an upgrade."""
    return Problem(
        code="XQ-WORKSPACE-004",
        what=Text("工作区由旧版本建立", "the workspace was made by an older version"),
        where=Where(file=str(folder)),
        why=Text(
            f"工作区 {made_by}，软件 {xinqu.__version__}",
            f"workspace {made_by}, software {xinqu.__version__}",
        ),
        fix=Text("运行 xinqu upgrade（会先备份）", "run xinqu upgrade (it makes a backup first)"),
    )


def newer(folder: Path, made_by: str) -> Problem:
    """A workspace of newer software."""
    return Problem(
        code="XQ-WORKSPACE-005",
        what=Text(
            "工作区由更新的版本建立，不能降级", "the workspace was made by a newer version: there is no way down"
        ),
        where=Where(file=str(folder)),
        why=Text(
            f"工作区 {made_by}，软件 {xinqu.__version__}",
            f"workspace {made_by}, software {xinqu.__version__}",
        ),
        fix=Text("安装相应或更新的 xinqu", "install that version of xinqu or a later one"),
    )
