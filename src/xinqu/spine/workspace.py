"""A workspace: one directory with one log, its objects and the realms it holds."""

import contextlib
import datetime as dt
import os
import secrets
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import xinqu
from xinqu.spine import verify_problems
from xinqu.spine import workspace_problems as problems
from xinqu.spine.database import django_database, refuse_network_file_system
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused

if TYPE_CHECKING:
    from xinqu.store.objects import ObjectStore

FORMAT = 1
ABOUT_FILE = "workspace.json"
SECRET_FILE = "secret.key"  # noqa: S105 - the name of a file
_SETTINGS = "xinqu.web.settings"


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``workspace.json`` says; ``made_by`` is the software version that made or last upgraded it."""

    format: int
    id: str
    realms: tuple[Realm, ...]
    database: str | None
    made_by: str


class Workspace(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An open workspace; the process's database connection points to it."""

    dir: Path
    about: About

    @property
    def realms(self) -> tuple[Realm, ...]:
        """The realms it holds."""
        return self.about.realms

    @property
    def database_kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return "postgresql" if self.about.database else "sqlite"

    @property
    def cache_dir(self) -> Path:
        """Folder of what can be rebuilt; never the truth."""
        return self.dir / "cache"

    @property
    def reports_dir(self) -> Path:
        """Folder where reports are written for people."""
        return self.dir / "reports"

    @cached_property
    def objects(self) -> "ObjectStore":
        """The object store."""
        from xinqu.store.objects import ObjectStore

        return ObjectStore(self.dir / "objects")

    def use(self) -> None:
        """Point the process's database connection to this workspace, if another was opened since."""
        from django.conf import settings

        if self.dir != settings.XINQU_HOME:
            _connect(self.dir, self.about)

    def holds(self, realm: Realm | str) -> Realm:
        """Return ``realm`` when the workspace holds it.

        Raises:
            Refused: XQ-STORE-004 when it does not.
        """
        if realm not in self.realms:
            raise Refused(problems.other_realm(self.dir, realm, self.realms))
        return Realm(realm)


def now() -> dt.datetime:
    """Return the shell's clock in UTC."""
    return dt.datetime.now(dt.UTC)


def create(folder: Path, *, realms: Sequence[Realm] = (Realm.OFFICIAL,), database_url: str | None = None) -> Workspace:
    """Make a workspace in a new or empty ``folder`` and open it.

    ``realms`` is the official one alone, or published and rehearsal in any choice: the official is never mixed.

    Raises:
        Refused: XQ-WORKSPACE-001 when the folder is in use, XQ-WORKSPACE-002 when realms mix, XQ-STORE-001 or -002
            for the database.
    """
    folder = folder.resolve()
    if not is_empty(folder):
        raise Refused(problems.in_use(folder))
    held = tuple(Realm(realm) for realm in realms)
    if Realm.OFFICIAL in held and len(held) > 1:
        raise Refused(problems.mixed())
    django_database(folder, database_url)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if database_url is None:
        refuse_network_file_system(folder.parent)
    about = About(format=FORMAT, id=secrets.token_hex(8), realms=held, database=database_url, made_by=xinqu.__version__)
    building = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(building, ignore_errors=True)
    lay_out(building, about)
    _write_private(building / SECRET_FILE, secrets.token_urlsafe(48).encode())
    try:
        _connect(building, about)
        refuse_used_database(about)
        migrate(about)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    finally:
        _disconnect()
    building.replace(folder)
    return open_workspace(folder)


def lay_out(folder: Path, about: About) -> None:
    """Make the folders of a workspace and its ``workspace.json``."""
    folder.mkdir()
    folder.chmod(0o750)
    for name in ("objects", "cache", "logs", "reports", "static"):
        (folder / name).mkdir()
    write_about(folder, about)


def open_workspace(folder: Path) -> Workspace:
    """Open the workspace in ``folder`` and point the process's database connection to it.

    Raises:
        Refused: what ``open_to_verify`` refuses, and XQ-STORE-003 when a trigger of the log is missing.
    """
    workspace = open_to_verify(folder)
    from django.db import connection

    from xinqu.store import triggers

    wrong = triggers.problems(connection)
    if wrong:
        raise Refused(wrong)
    workspace.objects.clean()
    return workspace


def open_to_verify(folder: Path) -> Workspace:
    """Open a workspace whatever the state of its log, for a verification.

    Raises:
        Refused: XQ-WORKSPACE-003 when there is none, -004 when it needs ``upgrade``, -005 when newer software made
            it, XQ-STORE-002 for SQLite on a network file system, XQ-STORE-008 when the database does not answer.
    """
    folder = folder.resolve()
    about = connect_only(folder)
    if about.database is None:
        refuse_network_file_system(folder)
    refuse_newer(folder, about)
    refuse_older(folder, about)
    return Workspace(dir=folder, about=about)


def read_about(folder: Path) -> About:
    """Return what ``workspace.json`` in ``folder`` says; raises Refused XQ-WORKSPACE-003 when there is none."""
    try:
        about = msgspec.json.decode((folder / ABOUT_FILE).read_bytes(), type=About)
    except (FileNotFoundError, NotADirectoryError):
        raise Refused(problems.none_here(folder)) from None
    url = os.environ.get("XINQU_DATABASE_URL")
    return msgspec.structs.replace(about, database=url) if url and about.database else about


def write_about(folder: Path, about: About) -> None:
    """Write ``workspace.json`` whole or not at all, readable by the owner alone: it may hold a database password."""
    body = msgspec.json.format(msgspec.json.encode(about), indent=2) + b"\n"
    temporary = folder / (ABOUT_FILE + ".new")
    temporary.unlink(missing_ok=True)
    _write_private(temporary, body)
    temporary.replace(folder / ABOUT_FILE)


def connect_only(folder: Path) -> About:
    """Point the connection to a workspace without demanding its version or triggers: for upgrade and verify."""
    about = read_about(folder)
    _connect(folder, about)
    return about


def migrate(about: About, *, wal_only: bool = False) -> None:
    """Bring the tables of the connected workspace to this software's version, SQLite into write-ahead logging."""
    from django.core.management import call_command
    from django.db import connection

    if about.database is None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
    if not wal_only:
        call_command("migrate", interactive=False, verbosity=0)


def is_workspace(folder: Path) -> bool:
    """Say whether ``folder`` holds a workspace."""
    return (folder / ABOUT_FILE).is_file()


def is_empty(folder: Path) -> bool:
    """Say whether ``folder`` does not exist or holds nothing."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def refuse_newer(folder: Path, about: About) -> None:
    """Raise Refused XQ-WORKSPACE-005 when newer software made the connected workspace."""
    applied, known = _migrations()
    if about.format > FORMAT or _version(about.made_by) > _version(xinqu.__version__) or applied - known:
        raise Refused(problems.newer(folder, about.made_by))


def refuse_older(folder: Path, about: About) -> None:
    """Raise Refused XQ-WORKSPACE-004 when the connected workspace needs an upgrade."""
    applied, known = _migrations()
    if about.format < FORMAT or known - applied:
        raise Refused(problems.older(folder, about.made_by))


def _connect(folder: Path, about: About) -> None:
    """Set Django up once per process and point its default connection to this workspace."""
    import django
    from django.apps import apps
    from django.conf import settings
    from django.db import DatabaseError, OperationalError, connections

    os.environ["DJANGO_SETTINGS_MODULE"] = _SETTINGS
    os.environ["XINQU_HOME"] = str(folder)
    database = django_database(folder, about.database)
    settings.DATABASES = {"default": database}
    settings.SECRET_KEY = (folder / SECRET_FILE).read_text(encoding="ascii").strip()
    settings.XINQU_HOME = folder
    if not apps.ready:
        django.setup()
    _disconnect()
    connections.settings = connections.configure_settings({"default": dict(database)})
    try:
        connections["default"].ensure_connection()
    except OperationalError as error:
        raise Refused(problems.unreachable(str(error).strip().partition("\n")[0])) from None
    except DatabaseError as error:
        raise Refused(verify_problems.damaged(str(error))) from None


def _disconnect() -> None:
    """Close this thread's connection and forget it."""
    from django.db import connections

    connections.close_all()
    with contextlib.suppress(AttributeError):  # no connection was made yet in this thread
        del connections["default"]


def refuse_used_database(about: About) -> None:
    """Raise Refused XQ-WORKSPACE-006 when the tables of a workspace stand in the connected database already."""
    from django.db import connection

    if "store_event" in connection.introspection.table_names():
        raise Refused(problems.used_database("postgresql" if about.database else "sqlite"))


def _migrations() -> tuple[set[Any], set[Any]]:
    """Return the migrations applied in the database and those this software knows, of all apps."""
    from django.db import DatabaseError, connection
    from django.db.migrations.loader import MigrationLoader

    try:
        loader = MigrationLoader(connection, ignore_no_migrations=True)
    except DatabaseError as error:
        raise Refused(verify_problems.damaged(str(error))) from None
    return set(loader.applied_migrations or ()), set(loader.disk_migrations or ())


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.partition("+")[0].split(".") if part.isdigit())


def _write_private(path: Path, body: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(handle)
