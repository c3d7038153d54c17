"""Backup of a workspace while it runs: a copy of the tables, then of every object they name, in one tar file."""

import io
import os
import tarfile
import tempfile
from pathlib import Path

import msgspec

import xinqu
from xinqu.spine import heads, log
from xinqu.spine.workspace import ABOUT_FILE, SECRET_FILE, Workspace
from xinqu.store.records import Head
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

DATABASE_ENTRY = "database"
_TRIES = 3


class BackupDone(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds."""

    file: Path
    head: Head
    objects: int
    bytes: int


def backup(workspace: Workspace, target: Path) -> BackupDone:
    """Write a backup to a new file ``target``, readable by its owner alone: it holds the workspace's secrets.

    Objects are copied after the tables, so each that the copied log names is there. When someone redacts an object
    meanwhile, the copy is made anew.

    Raises:
        Refused: XQ-BACKUP-001 when the file exists, XQ-BACKUP-002 when redactions went on during every try.
    """
    if target.exists():
        raise Refused(_exists(target))
    workspace.use()
    unfinished = target.with_name(target.name + ".part")
    for _ in range(_TRIES):
        before = _redactions(workspace)
        done = _write(workspace, unfinished, target)
        if _redactions(workspace) == before:
            unfinished.replace(target)
            return done
    unfinished.unlink()
    raise Refused(_unrest())


def _write(workspace: Workspace, unfinished: Path, target: Path) -> BackupDone:
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream, tempfile.TemporaryDirectory(dir=workspace.cache_dir) as folder:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
            head = log.head(workspace)
            _add_bytes(tar, ABOUT_FILE, _about(workspace))
            for name in (SECRET_FILE, heads.KEY_FILE):
                if (workspace.dir / name).exists():
                    tar.add(workspace.dir / name, name)
            _dump(workspace, Path(folder))
            tar.add(folder, DATABASE_ENTRY)
            count = 0
            for count, name in enumerate(workspace.objects.all(), start=1):  # noqa: B007 - the last number is the count
                tar.add(workspace.objects.path(name), f"objects/{name[:2]}/{name[2:]}")
        stream.flush()
        os.fsync(stream.fileno())
        size = stream.tell()
    return BackupDone(file=target, head=head, objects=count, bytes=size)


def _dump(workspace: Workspace, folder: Path) -> None:
    from xinqu.store import dump

    if workspace.database_kind == "sqlite":
        dump.dump_sqlite(folder / "log.sqlite3")
    else:
        dump.dump_postgresql(folder)


def _about(workspace: Workspace) -> bytes:
    """Return ``workspace.json`` without the database's address: a restored workspace names its own."""
    kind = workspace.database_kind if workspace.about.database else None
    return msgspec.json.encode(msgspec.structs.replace(workspace.about, database=kind, made_by=xinqu.__version__))


def _add_bytes(tar: tarfile.TarFile, name: str, body: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(body), 0o600
    tar.addfile(entry, io.BytesIO(body))


def _redactions(workspace: Workspace) -> int:
    return sum(log.events(workspace, realm, types=["object.redacted"]).height for realm in workspace.realms)


def _exists(target: Path) -> Problem:
    return Problem(
        code="XQ-BACKUP-001",
        what=Text("备份文件已存在，未覆盖", "the backup file exists; it was not overwritten"),
        where=Where(file=str(target)),
        fix=Text("换一个文件名", "name another file"),
    )


def _unrest() -> Problem:
    return Problem(
        code="XQ-BACKUP-002",
        what=Text("备份期间不断有对象被遮蔽", "objects were redacted during every try"),
        why=Text("备份须与日志一致", "a backup must agree with its log"),
        fix=Text("稍后再试", "try again later"),
    )
