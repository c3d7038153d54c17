"""A workspace from its first day: made whole or not at all, realms apart, backed up, restored, upgraded, never down."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest
from django.db import connection

import cast
from xinqu.spine import accounts, health, log
from xinqu.spine import init as first_day
from xinqu.spine.backup import backup
from xinqu.spine.database import django_database, file_system_of, refuse_network_file_system
from xinqu.spine.restore import restore
from xinqu.spine.upgrade import upgrade
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace, create, open_workspace, read_about, write_about
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused


def test_an_official_workspace_refuses_the_other_realms_and_they_refuse_it(official: Workspace, rehearsal: Workspace):
    assert official.realms == (Realm.OFFICIAL,)
    assert official.holds("official") is Realm.OFFICIAL
    for realm in ("published", "rehearsal"):
        assert rehearsal.holds(realm)
        with pytest.raises(Refused, match="XQ-STORE-004"):
            official.holds(realm)
    with pytest.raises(Refused, match="XQ-STORE-004"):
        rehearsal.holds("official")


def test_realms_never_share_a_workspace_with_the_official_one(tmp_path: Path):
    with pytest.raises(Refused, match="XQ-WORKSPACE-002"):
        create(tmp_path / "w", realms=(Realm.OFFICIAL, Realm.REHEARSAL))
    assert not (tmp_path / "w").exists()


def test_a_folder_in_use_and_a_folder_without_a_workspace_are_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="XQ-WORKSPACE-001"):
        create(tmp_path)
    for folder in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(Refused, match="XQ-WORKSPACE-003"):
            open_workspace(folder)


def test_a_database_that_does_not_answer_leaves_nothing_behind(tmp_path: Path):
    with pytest.raises(Refused, match="XQ-STORE-008"):
        create(tmp_path / "w", database_url=f"postgresql://x@/none?host={tmp_path}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["mysql://u@h/n", "postgresql://host", "nonsense", ""])
def test_an_address_that_is_no_postgresql_is_refused(tmp_path: Path, url: str):
    with pytest.raises(Refused, match="XQ-STORE-001"):
        create(tmp_path / "w", database_url=url)


def test_an_address_is_read_with_all_its_parts():
    """RFC 3986: user, password and name are percent-encoded."""
    entry = django_database(Path("/w"), "postgresql://us%40er:p%2Fw@db.example:5433/na%20me?sslmode=require")
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "us@er", "p/w", "db.example", "5433", "na me",
    )  # fmt: skip
    assert entry["OPTIONS"] == {"sslmode": "require"}


# The form is that of proc(5), /proc/pid/mountinfo.
MOUNTS = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:40 / /srv/share rw,relatime shared:3 - nfs4 server:/export rw,vers=4.2
31 27 0:41 / /srv/share/local rw - xfs /dev/vdb rw
32 27 0:42 / /srv/with\\040blank rw - cifs //server/x rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/xinqu", "ext4"),
        ("/srv/share", "nfs4"),
        ("/srv/share/a/b", "nfs4"),
        ("/srv/share/local/w", "xfs"),
        ("/srv/shared", "ext4"),
        ("/srv/with blank/w", "cifs"),
    ],
)
def test_a_network_file_system_is_refused_for_sqlite(folder: str, kind: str):
    assert file_system_of(Path(folder), MOUNTS) == kind
    if kind in {"nfs4", "cifs"}:
        with pytest.raises(Refused, match=f"XQ-STORE-002(.|\n)*{kind}"):
            refuse_network_file_system(Path(folder), MOUNTS)
    else:
        refuse_network_file_system(Path(folder), MOUNTS)


def test_sqlite_writes_ahead_and_syncs_fully(rehearsal: Workspace):
    with connection.cursor() as cursor:
        values = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}  # 2 = FULL, sqlite.org/pragma.html


def test_secrets_are_readable_by_their_owner_alone(rehearsal: Workspace, tmp_path: Path):
    done = backup(rehearsal, tmp_path / "b.tar")
    for path in (rehearsal.dir / "secret.key", rehearsal.dir / "workspace.json", done.file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_workspaces_in_one_process_are_never_confused(official: Workspace, rehearsal: Workspace):
    log.append(rehearsal, cast.pack(), [cast.submitted(1)])
    before = log.head(official)
    log.append(rehearsal, cast.pack(), [cast.submitted(2)])
    assert log.head(official) == before
    assert log.head(rehearsal).seq > before.seq


def test_health_tells_head_triggers_and_disk(rehearsal: Workspace):
    state = health.read()
    assert state["ok"]
    assert state["head"]["seq"] == log.head(rehearsal).seq
    assert state["free_disk_bytes"] > 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER event_no_update")
    assert not health.read()["ok"]


def test_the_first_day_gives_organisations_and_a_link_to_each_administrator(tmp_path: Path):
    day = first_day.init(tmp_path / "w", administrators=["u001", "u002"])
    assert day.organisations == len(cast.pack().organisations)
    assert set(day.links) == {"u001", "u002"}
    from xinqu.spine import signin

    assert signin.redeem(day.workspace, day.links["u001"], "Long-enough-58-words") == "u001"
    with pytest.raises(Refused, match="XQ-INIT-001"):
        first_day.init(tmp_path / "w", administrators=["u001", "u002"])


def test_an_interrupted_first_day_goes_on(tmp_path: Path):
    create(tmp_path / "w")
    day = first_day.init(tmp_path / "w", administrators=["u001", "u002"])
    assert accounts.holds(day.workspace, "u002", "ndrc", realm=Realm.OFFICIAL)


def test_a_backup_restores_to_the_same_head_objects_roles_and_secrets(rehearsal: Workspace, tmp_path: Path):
    from xinqu.spine import heads

    names = rehearsal.objects.put_many([f"row {n}".encode() for n in range(30)])
    log.append(rehearsal, cast.pack(), [msgspec.structs.replace(cast.submitted(1), objects=tuple(names))])
    signed = heads.sign(rehearsal)
    done = backup(rehearsal, tmp_path / "b.tar")
    listing = accounts.listing(rehearsal)
    restored, verification = restore(tmp_path / "b.tar", tmp_path / "restored")
    assert verification.problems == []
    assert verification.head == done.head == log.head(restored)
    assert set(restored.objects.all()) == set(names)
    assert accounts.listing(restored).equals(listing)
    assert verify(restored, published=signed).problems == []
    log.append(restored, cast.pack(), [cast.submitted(2)])
    assert (restored.dir / "secret.key").read_text() == (rehearsal.dir / "secret.key").read_text()


def test_a_backup_is_taken_while_others_write(rehearsal: Workspace, tmp_path: Path):
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
import cast, msgspec
from pathlib import Path
from xinqu.spine import log
from xinqu.spine.workspace import open_workspace
w = open_workspace(Path({str(rehearsal.dir)!r}))
n = 0
while True:
    n += 1
    name = w.objects.put(b"row %d" % n)
    log.append(w, cast.pack(), [msgspec.structs.replace(cast.submitted(n), objects=(name,))])
    print(n, flush=True)
"""
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        for turn in range(3):
            writer.stdout.readline()
            backup(rehearsal, tmp_path / f"{turn}.tar")
    finally:
        writer.kill()
        writer.communicate()
    seqs = []
    for turn in range(3):
        restored, verification = restore(tmp_path / f"{turn}.tar", tmp_path / f"restored{turn}")
        assert verification.problems == []
        seqs.append(log.head(restored).seq)
    assert seqs == sorted(seqs)
    assert seqs[-1] > seqs[0]


def test_a_backup_never_overwrites_and_a_torn_one_is_refused(rehearsal: Workspace, tmp_path: Path):
    backup(rehearsal, tmp_path / "b.tar")
    with pytest.raises(Refused, match="XQ-BACKUP-001"):
        backup(rehearsal, tmp_path / "b.tar")
    whole = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "torn.tar").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.tar").write_text("no tar")
    for name in ("torn.tar", "text.tar", "none.tar"):
        with pytest.raises(Refused, match="XQ-RESTORE-001"):
            restore(tmp_path / name, tmp_path / "restored")
        assert not (tmp_path / "restored").exists()
    with pytest.raises(Refused, match="XQ-RESTORE-002"):
        restore(tmp_path / "b.tar", rehearsal.dir)


def test_a_killed_backup_leaves_no_file_under_its_name(rehearsal: Workspace, tmp_path: Path):
    rehearsal.objects.put_many([os.urandom(200_000) for _ in range(200)])
    code = (
        f"from pathlib import Path; from xinqu.spine.workspace import open_workspace; from xinqu.spine.backup import backup;"
        f"w = open_workspace(Path({str(rehearsal.dir)!r})); print('ready', flush=True); backup(w, Path({str(tmp_path / 'b.tar')!r}))"
    )
    saver = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    saver.stdout.readline()
    while not (tmp_path / "b.tar.part").exists():
        time.sleep(0.001)
    saver.send_signal(signal.SIGKILL)
    saver.wait()
    assert not (tmp_path / "b.tar").exists()
    assert backup(rehearsal, tmp_path / "b.tar").objects == 200


def test_postgresql_is_backed_up_and_restored_into_an_empty_database(
    postgresql_workspace: Workspace, postgresql_url: str, tmp_path: Path
):
    text = postgresql_workspace.objects.put("行 \t \\N ' \" \n".encode())
    event = msgspec.structs.replace(cast.submitted(1), objects=(text,), subject="return/xm1/兰州\t\\N'\"")
    log.append(postgresql_workspace, cast.pack(), [event])
    head, listing = log.head(postgresql_workspace), accounts.listing(postgresql_workspace)
    backup(postgresql_workspace, tmp_path / "b.tar")
    with pytest.raises(Refused, match="XQ-RESTORE-003"):
        restore(tmp_path / "b.tar", tmp_path / "restored")
    with pytest.raises(Refused, match="XQ-WORKSPACE-006"):
        restore(tmp_path / "b.tar", tmp_path / "restored", database_url=postgresql_workspace.about.database)
    restored, verification = restore(tmp_path / "b.tar", tmp_path / "restored", database_url=postgresql_url)
    assert verification.problems == []
    assert log.head(restored) == head
    assert accounts.listing(restored).equals(listing)
    extra = accounts.Grant(account="u999", role="filer", organisation="nansha")
    accounts.grant(restored, cast.pack(), [extra], realm=Realm.REHEARSAL, by=cast.administrator(), second=cast.SECOND)
    assert b"postgresql" not in (tmp_path / "b.tar").read_bytes().replace(b'"database":"postgresql"', b"")


def test_an_upgrade_backs_up_migrates_and_compares(rehearsal: Workspace, tmp_path: Path):
    write_about(rehearsal.dir, msgspec.structs.replace(rehearsal.about, made_by="0.0.9"))
    before = log.head(rehearsal)
    done = upgrade(rehearsal.dir, backup_file=tmp_path / "before.tar")
    assert (done.from_version, read_about(rehearsal.dir).made_by) == ("0.0.9", done.to_version)
    assert done.verification.problems == []
    assert done.verification.head == before
    assert restore(done.backup.file, tmp_path / "again")[1].head == before


def test_a_workspace_behind_this_software_is_not_opened_but_upgraded(rehearsal: Workspace, tmp_path: Path):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        cursor.execute("DROP TABLE django_session")
    with pytest.raises(Refused, match="XQ-WORKSPACE-004"):
        open_workspace(rehearsal.dir)
    assert upgrade(rehearsal.dir, backup_file=tmp_path / "b.tar").verification.problems == []
    assert open_workspace(rehearsal.dir)


@pytest.mark.parametrize("newer", ["version", "format", "migration"])
def test_there_is_no_way_down(rehearsal: Workspace, tmp_path: Path, newer: str):
    match newer:
        case "version":
            write_about(rehearsal.dir, msgspec.structs.replace(rehearsal.about, made_by="99.0.0"))
        case "format":
            write_about(rehearsal.dir, msgspec.structs.replace(rehearsal.about, format=99))
        case "migration":
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0999_later', '2030-01-01')"
                )
    for act in (lambda: open_workspace(rehearsal.dir), lambda: upgrade(rehearsal.dir, backup_file=tmp_path / "b.tar")):
        with pytest.raises(Refused, match="XQ-WORKSPACE-005"):
            act()
    assert not (tmp_path / "b.tar").exists()


def test_threads_of_a_server_share_a_workspace(rehearsal: Workspace):
    """Each thread has a connection of its own; both see one log."""
    seen: list[int] = []

    def work(first: int) -> None:
        for n in range(20):
            log.append(rehearsal, cast.pack(), [cast.submitted(first + n)])
        seen.append(log.head(rehearsal).seq)
        connection.close()

    before = log.head(rehearsal).seq
    threads = [threading.Thread(target=work, args=(1000 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(seen) == before + 80
    assert verify(rehearsal).problems == []


def test_workspace_json_says_what_it_is(rehearsal: Workspace):
    about = json.loads((rehearsal.dir / "workspace.json").read_text())
    assert about["realms"] == ["published", "rehearsal"]
    assert about["database"] is None
