"""Workspaces for tests: made by the spine's own functions, in a temporary folder, one after another in a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import cast
from demo_workspaces import demo_folder, demo_workspace, published_folder, published_workspace  # noqa: F401
from xinqu.spine.workspace import Workspace

# A loaded machine is slow, not wrong: no example fails for its time (speeds are shown in benchmarks/).
settings.register_profile("xinqu", deadline=None)
settings.load_profile("xinqu")


@pytest.fixture(scope="session", autouse=True)
def _no_leftovers() -> Iterator[None]:
    """Leave no template of a workspace behind."""
    yield
    cast.forget()


@pytest.fixture
def official(tmp_path: Path) -> Workspace:
    """An official workspace with organisations and two first administrators."""
    return cast.workspace(tmp_path / "official", ("official",))


@pytest.fixture
def rehearsal(tmp_path: Path) -> Workspace:
    """A workspace of the published and rehearsal realms with the whole cast in the rehearsal realm."""
    return cast.workspace(tmp_path / "rehearsal", ("published", "rehearsal"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[cast.Server]:
    """A PostgreSQL server of our own, or a skip that says what is missing."""
    with cast.postgresql() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: cast.Server) -> str:
    """The address of a new empty database."""
    return postgresql_server.new_database()


@pytest.fixture
def postgresql_workspace(tmp_path: Path, postgresql_server: cast.Server) -> Workspace:
    """A rehearsal workspace with the whole cast on PostgreSQL."""
    return cast.postgresql_workspace(postgresql_server, tmp_path / "pg")
