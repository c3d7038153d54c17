"""Demonstration workspaces, built once for all test processes and opened or copied from there."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from xinqu.policy.load import load_pack
from xinqu.spine import accounts, demo
from xinqu.spine.workspace import Workspace, create, open_workspace
from xinqu.vocabulary.origin import Realm

_BESIDE = shutil.ignore_patterns("*-wal", "*-shm")  # files of an open database; settled before anyone copies


def _once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Build ``folder`` in the first process that asks; the others wait for it."""
    done = folder.with_suffix(".done")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            done.touch()
    return folder


def _build_published(folder: Path) -> None:
    workspace = create(folder, realms=(Realm.PUBLISHED, Realm.REHEARSAL))
    pack = load_pack(cache=workspace.cache_dir)
    accounts.load_organisations(workspace, pack)
    demo.publish(workspace, pack)
    _settle()


def _settle() -> None:
    """Move what the write-ahead log holds into the database file, so that a copy of that file is whole."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _shared(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _once(_shared(tmp_path_factory) / "demo", lambda folder: (demo.build(folder), None)[1])


@pytest.fixture(scope="session")
def published_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _once(_shared(tmp_path_factory) / "published", _build_published)


@pytest.fixture
def demo_workspace(demo_folder: Path) -> Workspace:
    """Both realms after a whole cycle; for reading alone."""
    return open_workspace(demo_folder)


@pytest.fixture
def published_workspace(published_folder: Path, tmp_path: Path) -> Workspace:
    """The published realm alone, a copy that a test may write to or break."""
    return open_workspace(shutil.copytree(published_folder, tmp_path / "workspace", ignore=_BESIDE))
