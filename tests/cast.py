"""One account per role and one stranger, in workspaces made by the spine's own functions; and a PostgreSQL server."""

import contextlib
import functools
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from django.db import connections

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.spine import accounts, log
from xinqu.spine.accounts import Grant, Person
from xinqu.spine.workspace import Workspace, create, open_workspace, read_about, write_about
from xinqu.vocabulary.origin import Realm

FIRST, SECOND = "u001", "u002"
# role -> (account, organisation): Lanzhou's people, its province, and the nation's
ROLES: dict[str, tuple[str, str]] = {
    "filer": ("u101", "lanzhou.u1"),
    "area_checker": ("u102", "lanzhou"),
    "stat_office": ("u103", "lanzhou.stat"),
    "dept": ("u104", "lanzhou.land"),
    "province": ("u105", "gansu.drc"),
    "partner": ("u106", "shaanxi"),
    "ndrc": ("u107", "ndrc"),
    "ministry": ("u108", "mnr"),
    "state_council": ("u109", "cn"),
    "enterprise": ("u110", "lanzhou"),
    "auditor": ("u111", "cnao"),
}
STRANGER = ("u999", "nansha")


@functools.cache
def pack() -> Pack:
    """Return the pack, parsed once per process."""
    return load_pack(cache=Path(tempfile.gettempdir()) / "xinqu-test-pack")


def person(role: str) -> Person:
    """Return the member of the cast in a role."""
    account, organisation = ROLES[role]
    return Person(account=account, role=role, organisation=organisation)


def administrator(account: str = FIRST) -> Person:
    """Return one of the two first administrators."""
    return Person(account=account, role=accounts.administrator_role(pack()), organisation="ndrc")


def event(role: str, type_: str, subject: str, *, realm: str = "rehearsal", **data: object) -> log.NewEvent:
    """Return an event by the member of the cast in ``role``."""
    by = person(role)
    return log.NewEvent(
        type=type_,
        realm=Realm(realm),
        actor=by.account,
        organisation=by.organisation,
        role=role,
        subject=subject,
        data=data,
    )


def submitted(number: int, *, realm: str = "rehearsal", role: str = "filer") -> log.NewEvent:
    """Return a return.submitted of the cast's filer."""
    return event(
        role, "return.submitted", f"return/xm1/lanzhou/p{number}", realm=realm,
        form="xm1", area="lanzhou", period=f"p{number}", version="1", file_hash="0" * 64,
    )  # fmt: skip


def workspace(folder: Path, realms: tuple[str, ...]) -> Workspace:
    """Return a workspace in ``folder``, copied from one that was made once in this process."""
    shutil.copytree(_template(realms), folder)
    return open_workspace(folder)


def furnish(made: Workspace) -> None:
    """Load the organisations and give the cast its roles in the workspace's last realm."""
    accounts.load_organisations(made, pack())
    realm = made.realms[-1]
    accounts.bootstrap(made, pack(), [FIRST, SECOND], realm=realm)
    accounts.add(made, [*ROLES.values(), STRANGER])
    grants = [Grant(account=account, role=role, organisation=org) for role, (account, org) in ROLES.items()]
    accounts.grant(made, pack(), grants, realm=realm, by=administrator(), second=SECOND)


@functools.cache
def _template(realms: tuple[str, ...]) -> Path:
    folder = _kept_for_the_session() / "workspace"
    furnish(create(folder, realms=[Realm(realm) for realm in realms]))
    return folder


def forget() -> None:
    """Remove the workspaces that were made to be copied; the session calls it in the end."""
    while _MADE:
        shutil.rmtree(_MADE.pop(), ignore_errors=True)


def _kept_for_the_session() -> Path:
    _MADE.append(Path(tempfile.mkdtemp(prefix="xinqu-template-")))
    return _MADE[-1]


_MADE: list[Path] = []


class Server:
    """A running PostgreSQL server that listens on a socket in ``folder`` alone."""

    def __init__(self, folder: Path, run_as: list[str]) -> None:
        self.folder = folder
        self._run_as = run_as

    def new_database(self, template: str = "template0") -> str:
        """Make a database, empty or a copy of ``template``, and return its address."""
        name = f"x{uuid.uuid4().hex[:12]}"
        subprocess.run(
            [*self._run_as, "createdb", "-h", str(self.folder), "-U", "xinqu", "-E", "UTF8", "-T", template, name],
            check=True,
        )
        return f"postgresql://xinqu@/{name}?host={self.folder}"


def postgresql_workspace(server: Server, folder: Path) -> Workspace:
    """Return a rehearsal workspace on PostgreSQL, copied from one that was made once on this server."""
    template = _postgresql_template(server)
    shutil.copytree(template, folder)
    about = read_about(template)
    name = urlsplit(about.database).path.lstrip("/")
    write_about(folder, msgspec.structs.replace(about, database=server.new_database(name)))
    return open_workspace(folder)


@functools.cache
def _postgresql_template(server: Server) -> Path:
    folder = _kept_for_the_session() / "workspace"
    furnish(create(folder, realms=[Realm.REHEARSAL], database_url=server.new_database()))
    connections.close_all()
    return folder


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """Start a PostgreSQL server in a folder of its own and stop it in the end; skip where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    programs = found[0].parent if found else None
    if programs is None and (other := shutil.which("postgres")):
        programs = Path(other).parent
    if programs is None:
        pytest.skip("no PostgreSQL server here (Debian: apt-get install postgresql)")
    run_as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="xinqu-pg-", dir="/tmp"))
    if run_as:
        shutil.chown(folder, "postgres")
    subprocess.run(
        [*run_as, programs / "initdb", "-D", folder / "data", "-U", "xinqu", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )
    options = f"-c fsync=off -c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=40"
    subprocess.run(
        [*run_as, programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-o", options, "-w", "start"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )
    try:
        yield Server(folder, run_as)
    finally:
        subprocess.run(
            [*run_as, programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        shutil.rmtree(folder, ignore_errors=True)
