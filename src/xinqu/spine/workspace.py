"""A workspace: one directory with one log, its objects and the realms it holds."""

import contextlib
import datetime as dt
import os
import secrets
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import xinqu
from xinqu.spine.database import SQLITE_FILE, django_database, refuse_network_file_system
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

if TYPE_CHECKING:
    from xinqu.store.objects import ObjectStore

FORMAT = 1
_ABOUT = "workspace.json"
_KEY = "secret.key"
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
            held = "、".join(self.realms)
            raise Refused(
                Problem(
                    code="XQ-STORE-004",
                    what=Text(f"本工作区不接受“{realm}”数据域", f"this workspace does not hold realm {realm}"),
                    where=Where(file=str(self.dir)),
                    why=Text(f"本工作区的数据域：{held}；数据域从不混合", f"it holds {held}; realms are never mixed"),
                    fix=Text("改用相应工作区，或改 --realm", "use the workspace of that realm, or change --realm"),
                )
            )
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
    if folder.exists() and any(folder.iterdir()):
        raise Refused(_in_use(folder))
    held = tuple(Realm(realm) for realm in realms)
    if Realm.OFFICIAL in held and len(held) > 1:
        raise Refused(_mixed())
    django_database(folder, database_url)
    folder.mkdir(parents=True, exist_ok=True)
    if database_url is None:
        refuse_network_file_system(folder)
    folder.chmod(0o750)
    for name in ("objects", "cache", "logs", "reports", "static"):
        (folder / name).mkdir()
    about = About(format=FORMAT, id=secrets.token_hex(8), realms=held, database=database_url, made_by=xinqu.__version__)
    _write_private(folder / _KEY, secrets.token_urlsafe(48).encode())
    _connect(folder, about)
    _migrate(about)
    write_about(folder, about)
    return open_workspace(folder)


def open_workspace(folder: Path) -> Workspace:
    """Open the workspace in ``folder`` and point the process's database connection to it.

    Raises:
        Refused: XQ-WORKSPACE-003 when there is none, -004 when it needs ``upgrade``, -005 when newer software made
            it, XQ-STORE-003 when a trigger of the log is missing, XQ-STORE-002 for SQLite on a network file system.
    """
    folder = folder.resolve()
    about = read_about(folder)
    if about.database is None:
        refuse_network_file_system(folder)
    _connect(folder, about)
    refuse_other_version(folder, about)
    from django.db import connection

    from xinqu.store import triggers

    problems = triggers.problems(connection)
    if problems:
        raise Refused(problems)
    workspace = Workspace(dir=folder, about=about)
    workspace.objects.clean()
    return workspace


def read_about(folder: Path) -> About:
    """Return what ``workspace.json`` in ``folder`` says; raises Refused XQ-WORKSPACE-003 when there is none."""
    try:
        about = msgspec.json.decode((folder / _ABOUT).read_bytes(), type=About)
    except (FileNotFoundError, NotADirectoryError):
        raise Refused(_none_here(folder)) from None
    url = os.environ.get("XINQU_DATABASE_URL")
    return msgspec.structs.replace(about, database=url) if url and about.database else about


def write_about(folder: Path, about: About) -> None:
    """Write ``workspace.json`` whole or not at all, readable by the owner alone: it may hold a database password."""
    body = msgspec.json.format(msgspec.json.encode(about), indent=2) + b"\n"
    temporary = folder / (_ABOUT + ".new")
    temporary.unlink(missing_ok=True)
    _write_private(temporary, body)
    temporary.replace(folder / _ABOUT)


def connect_only(folder: Path) -> About:
    """Point the connection to a workspace without demanding its version or triggers: for upgrade and verify."""
    about = read_about(folder)
    _connect(folder, about)
    return about


def migrate(about: About) -> None:
    """Bring the tables of the connected workspace to this software's version."""
    _migrate(about)


def refuse_other_version(folder: Path, about: About) -> None:
    """Raise Refused when the connected workspace was made by newer software (-005) or needs an upgrade (-004)."""
    applied, known = _migrations()
    if about.format > FORMAT or _version(about.made_by) > _version(xinqu.__version__) or applied - known:
        raise Refused(_newer(folder, about))
    if about.format < FORMAT or known - applied:
        raise Refused(_older(folder, about))


def _connect(folder: Path, about: About) -> None:
    """Set Django up once per process and point its default connection to this workspace."""
    import django
    from django.apps import apps
    from django.conf import settings
    from django.db import connections

    os.environ["DJANGO_SETTINGS_MODULE"] = _SETTINGS
    os.environ["XINQU_HOME"] = str(folder)
    database = django_database(folder, about.database)
    settings.DATABASES = {"default": database}
    settings.SECRET_KEY = (folder / _KEY).read_text(encoding="ascii").strip()
    settings.XINQU_HOME = folder
    if not apps.ready:
        django.setup()
    connections.close_all()
    connections.settings = connections.configure_settings({"default": dict(database)})
    with contextlib.suppress(AttributeError):  # no connection was made yet in this thread
        del connections["default"]


def _migrate(about: About) -> None:
    from django.core.management import call_command
    from django.db import connection

    if about.database is None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
    call_command("migrate", interactive=False, verbosity=0)


def _migrations() -> tuple[set[Any], set[Any]]:
    """Return the migrations applied in the database and those this software knows, of all apps."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, ignore_no_migrations=True)
    return set(loader.applied_migrations or ()), set(loader.disk_migrations or ())


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.partition("+")[0].split(".") if part.isdigit())


def _write_private(path: Path, body: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(handle)


def _in_use(folder: Path) -> Problem:
    return Problem(
        code="XQ-WORKSPACE-001",
        what=Text("目录不为空，不能建立工作区", "the folder is not empty: no workspace was made"),
        where=Where(file=str(folder)),
        fix=Text("换一个新目录", "name a new folder"),
    )


def _mixed() -> Problem:
    return Problem(
        code="XQ-WORKSPACE-002",
        what=Text("正式数据域不能与其他数据域同处一个工作区", "the official realm shares a workspace with no other"),
        why=Text("数据域从不混合", "realms are never mixed"),
        fix=Text("分别建立工作区", "make a workspace for each"),
    )


def _none_here(folder: Path) -> Problem:
    return Problem(
        code="XQ-WORKSPACE-003",
        what=Text("这里没有工作区", "there is no workspace here"),
        where=Where(file=str(folder)),
        why=Text(f"没有 {_ABOUT}", f"there is no {_ABOUT}"),
        fix=Text(
            "用 --dir 指明工作区，或先运行 xinqu init 或 xinqu demo",
            "name it with --dir, or run xinqu init or xinqu demo",
        ),
    )


def _older(folder: Path, about: About) -> Problem:
    return Problem(
        code="XQ-WORKSPACE-004",
        what=Text("工作区由旧版本建立", "the workspace was made by an older version"),
        where=Where(file=str(folder)),
        why=Text(
            f"工作区 {about.made_by}，软件 {xinqu.__version__}",
            f"workspace {about.made_by}, software {xinqu.__version__}",
        ),
        fix=Text("运行 xinqu upgrade（会先备份）", "run xinqu upgrade (it makes a backup first)"),
    )


def _newer(folder: Path, about: About) -> Problem:
    return Problem(
        code="XQ-WORKSPACE-005",
        what=Text(
            "工作区由更新的版本建立，不能降级", "the workspace was made by a newer version: there is no way down"
        ),
        where=Where(file=str(folder)),
        why=Text(
            f"工作区 {about.made_by}，软件 {xinqu.__version__}",
            f"workspace {about.made_by}, software {xinqu.__version__}",
        ),
        fix=Text("安装相应或更新的 xinqu", "install that version of xinqu or a later one"),
    )


__all__ = [
    "SQLITE_FILE", "About", "Workspace", "connect_only", "create", "migrate", "now", "open_workspace", "read_about",
    "refuse_other_version", "write_about",
]  # fmt: skip
