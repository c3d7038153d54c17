"""Objects: content-addressed files, written durably before any event names them."""

import ctypes
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_TEMPORARY = "tmp"
_MANY = 1_000  # from here on listing 256 folders is cheaper than asking for each file
_FEW = 16  # below this many files single syncs are cheaper than one of the whole file system


class ObjectStore:
    """The objects of one workspace under ``root``: ``ab/cdef…`` for the SHA-256 ``abcdef…`` of the bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Return where the object of this hash lies, whether or not it is there."""
        return self.root / sha256[:2] / sha256[2:]

    def exists(self, sha256: str) -> bool:
        """Say whether the object is there."""
        return self.path(sha256).is_file()

    def missing(self, names: Iterable[str]) -> set[str]:
        """Return those of ``names`` that are not there; for many, the folders are listed once in place of each file."""
        wanted = set(names)
        if len(wanted) < _MANY:
            return {name for name in wanted if not self.exists(name)}
        return wanted - set(self.all())

    def get(self, sha256: str) -> bytes:
        """Return the bytes of an object.

        Raises:
            Refused: XQ-STORE-006 when it is not there, XQ-STORE-007 when its bytes no longer give its name.
        """
        try:
            body = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise Refused(missing(sha256)) from None
        if sha256_hex(body) != sha256:
            raise Refused(altered(sha256, self.path(sha256)))
        return body

    def put(self, body: bytes) -> str:
        """Store ``body`` durably and return its SHA-256."""
        return self.put_many([body])[0]

    def put_many(self, bodies: Sequence[bytes]) -> list[str]:
        """Store all ``bodies`` durably, with two syncs of the file system for thousands; return their SHA-256.

        Order: every temporary file synced, then renamed, then the folders synced. A crash leaves temporary files
        (cleaned by ``clean``) or whole objects that no event names, never a torn one under its name.
        """
        digests = [sha256_hex(body) for body in bodies]
        absent = self.missing(digests)
        fresh = {digest: body for digest, body in zip(digests, bodies, strict=True) if digest in absent}
        if fresh:
            self._write(fresh)
        return digests

    def remove(self, sha256: str) -> None:
        """Remove an object's bytes durably; only a redaction does."""
        path = self.path(sha256)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _sync_folder(path.parent)

    def all(self) -> Iterator[str]:
        """Yield the name of every object, in order."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            yield from (folder.name + name for name in sorted(os.listdir(folder)))  # noqa: PTH208 - names, not paths

    def clean(self) -> int:
        """Remove what interrupted writers left behind; return how many files that were.

        Only leftovers of processes that are gone are removed: a living writer's files carry its number.
        """
        removed = 0
        for left in (self.root / _TEMPORARY).glob("*"):
            if not _alive(left.name.partition("-")[0]):
                removed += sum(1 for _ in left.iterdir())
                shutil.rmtree(left)
        return removed

    def _write(self, fresh: dict[str, bytes]) -> None:
        staging = self.root / _TEMPORARY / f"{os.getpid()}-{secrets.token_hex(8)}"
        staging.mkdir(parents=True)
        one_by_one = len(fresh) < _FEW
        try:
            for digest, body in fresh.items():
                _write_file(f"{staging}/{digest}", body, sync=one_by_one)
            if not one_by_one:
                _sync_file_system(self.root)
            folders = {self.path(digest).parent for digest in fresh}
            for folder in folders:
                folder.mkdir(exist_ok=True)
            for digest in fresh:
                os.replace(f"{staging}/{digest}", f"{self.root}/{digest[:2]}/{digest[2:]}")  # noqa: PTH105 - thousands of texts, no paths
            if one_by_one:
                for folder in [*folders, self.root]:
                    _sync_folder(folder)
            else:
                _sync_file_system(self.root)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def missing(sha256: str) -> Problem:
    """Return XQ-STORE-006: an object that should be there is not."""
    return Problem(
        code="XQ-STORE-006",
        what=Text("对象缺失", "an object is missing"),
        where=Where(subject=sha256),
        why=Text("日志中的事件引用了它", "an event of the log stands on it"),
        fix=Text("从备份恢复该文件", "restore the file from a backup"),
    )


def altered(sha256: str, path: Path) -> Problem:
    """Return XQ-STORE-007: an object's bytes do not give its name."""
    return Problem(
        code="XQ-STORE-007",
        what=Text("对象内容与其哈希不符", "an object's bytes do not match its hash"),
        where=Where(file=str(path), subject=sha256),
        why=Text("文件被改动或已损坏", "the file was changed or damaged"),
        fix=Text("查明原因，从备份恢复该文件", "find out why, and restore the file from a backup"),
    )


def _write_file(path: str, body: bytes, *, sync: bool) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        view = memoryview(body)
        while view:
            view = view[os.write(handle, view) :]
        if sync:
            os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file_system(folder: Path) -> None:
    """Flush the file system of ``folder``: syncfs(2) where the C library has it, else sync(2)."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        os.sync()
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(handle) != 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error), str(folder))
    finally:
        os.close(handle)


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
