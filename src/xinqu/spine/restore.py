"""Restoring a backup into a new folder; it ends in a verification."""

import shutil
import tarfile
from pathlib import Path, PurePosixPath

import msgspec

from xinqu.spine.backup import DATABASE_ENTRY
from xinqu.spine.database import SQLITE_FILE
from xinqu.spine.verify import Verification, verify
from xinqu.spine.workspace import (
    ABOUT_FILE,
    About,
    Workspace,
    connect_only,
    is_empty,
    migrate,
    open_workspace,
    refuse_used_database,
    write_about,
)  # fmt: skip
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text


def restore(file: Path, folder: Path, *, database_url: str | None = None) -> tuple[Workspace, Verification]:
    """Restore the backup in ``file`` into a new or empty ``folder`` and verify it.

    Raises:
        Refused: XQ-RESTORE-001 when the file is no backup, -002 when the folder is in use, -003 when the backup came
            from PostgreSQL and no database is named, XQ-WORKSPACE-006 when that database is not empty.
    """
    folder = folder.resolve()
    if not is_empty(folder):
        raise Refused(_folder_in_use(folder))
    building = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    _unpack(file, building)
    about = _about(building, file, database_url)
    for name in ("objects", "cache", "logs", "reports", "static"):
        (building / name).mkdir(exist_ok=True)
    building.chmod(0o750)
    write_about(building, about)
    dumped = building / DATABASE_ENTRY
    if about.database is None:
        (dumped / SQLITE_FILE).replace(building / SQLITE_FILE)
    _fill_database(building, about, dumped)
    shutil.rmtree(dumped)
    if folder.exists():
        folder.rmdir()
    building.replace(folder)
    workspace = open_workspace(folder)
    return workspace, verify(workspace)


def _unpack(file: Path, building: Path) -> None:
    """Unpack plain files and folders below ``building`` alone; a tar that is none of ours is refused as a whole."""
    try:
        with tarfile.open(file, "r") as tar:
            for entry in tar:
                _unpack_entry(tar, entry, building)
    except (OSError, tarfile.TarError):
        shutil.rmtree(building, ignore_errors=True)
        raise Refused(_no_backup(file)) from None


def _unpack_entry(tar: tarfile.TarFile, entry: tarfile.TarInfo, building: Path) -> None:
    """Write one entry; links, devices and paths that leave the folder are none of ours (CPython's filter needs 3.11.4)."""
    name = PurePosixPath(entry.name)
    if name.is_absolute() or ".." in name.parts or not (entry.isfile() or entry.isdir()):
        raise tarfile.TarError(entry.name)
    place = building / name
    if entry.isdir():
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(entry)
    if source is None:
        raise tarfile.TarError(entry.name)
    with source, place.open("wb") as target:
        shutil.copyfileobj(source, target)
    place.chmod(entry.mode & 0o750)


def _about(building: Path, file: Path, database_url: str | None) -> About:
    try:
        about = msgspec.json.decode((building / ABOUT_FILE).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError):
        shutil.rmtree(building, ignore_errors=True)
        raise Refused(_no_backup(file)) from None
    if about.database is None:
        return about
    if database_url is None:
        shutil.rmtree(building, ignore_errors=True)
        raise Refused(_name_a_database(file))
    return msgspec.structs.replace(about, database=database_url)


def _fill_database(building: Path, about: About, dumped: Path) -> None:
    connect_only(building)
    if about.database is None:
        migrate(about, wal_only=True)
        return
    from xinqu.store import dump

    refuse_used_database(about)
    migrate(about)
    dump.load_postgresql(dumped)


def _no_backup(file: Path) -> Problem:
    return Problem(
        code="XQ-RESTORE-001",
        what=Text("不是完好的备份文件", "this is not a whole backup file"),
        where=Where(file=str(file)),
        fix=Text("取 xinqu backup 生成的文件", "take a file made by xinqu backup"),
    )


def _folder_in_use(folder: Path) -> Problem:
    return Problem(
        code="XQ-RESTORE-002",
        what=Text("目录不为空，未恢复", "the folder is not empty; nothing was restored"),
        where=Where(file=str(folder)),
        fix=Text("换一个新目录", "name a new folder"),
    )


def _name_a_database(file: Path) -> Problem:
    return Problem(
        code="XQ-RESTORE-003",
        what=Text("该备份来自 PostgreSQL，须指明数据库", "the backup is from PostgreSQL: name a database for it"),
        where=Where(file=str(file)),
        fix=Text("用 --database 指明一个空数据库", "name an empty database with --database"),
    )
