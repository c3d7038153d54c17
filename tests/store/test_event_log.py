"""The log: one chain, append-only, all or nothing, ordered in time within a realm."""

import datetime as dt
import hashlib
import json

import polars as pl
import pytest
from django.db import DatabaseError, connection, transaction

import cast
from xinqu.spine import log
from xinqu.spine.workspace import Workspace, create
from xinqu.store import triggers
from xinqu.store.records import NO_HASH
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused

WHEN = dt.datetime(2026, 11, 16, 8, 30, tzinfo=dt.UTC)


def rows() -> list[tuple[object, ...]]:
    from xinqu.store.log import bodies

    return list(bodies())


def test_each_event_carries_the_hash_of_the_one_before_and_the_hash_covers_the_stored_bytes(rehearsal: Workspace):
    log.append(rehearsal, cast.pack(), [cast.submitted(n) for n in range(5)])
    before = NO_HASH
    for seq, row in enumerate(rows(), start=1):
        body = row[-1]
        assert row[0] == seq
        assert json.loads(body)["prev_hash"] == before
        before = hashlib.sha256(body).hexdigest()
        assert row[-2] == before


def test_the_stored_bytes_are_the_canonical_json_of_all_that_an_event_says(rehearsal: Workspace):
    log.append(rehearsal, cast.pack(), [cast.submitted(n) for n in range(3)])
    for row in rows():
        assert canonical_json(json.loads(row[-1])) == row[-1]
        assert canonical_json(json.loads(row[-1])["data"]).decode() == row[10]


def test_what_is_appended_is_read_back(rehearsal: Workspace):
    new = [cast.submitted(n) for n in range(3)]
    stored = log.append(rehearsal, cast.pack(), new)
    frame = log.events(rehearsal, Realm.REHEARSAL, types=["return.submitted"])
    assert frame["seq"].to_list() == [event.seq for event in stored]
    assert frame["subject"].to_list() == [event.subject for event in new]
    assert json.loads(frame["data"][0]) == dict(new[0].data)
    assert frame.schema["recorded_at"] == pl.Datetime("us", "UTC")
    assert frame["recorded_at"].to_list() == [event.recorded_at for event in stored]
    assert log.event(rehearsal, stored[1].seq) == stored[1]
    assert log.head(rehearsal).hash == stored[-1].hash


def test_events_are_cut_by_number_realm_and_type(rehearsal: Workspace):
    first, second, third = log.append(rehearsal, cast.pack(), [cast.submitted(n) for n in range(3)])
    seqs = lambda **cut: log.events(rehearsal, Realm.REHEARSAL, types=["return.submitted"], **cut)["seq"].to_list()  # noqa: E731
    assert seqs(upto=second.seq) == [first.seq, second.seq]
    assert seqs(after=first.seq) == [second.seq, third.seq]
    assert log.events(rehearsal, Realm.PUBLISHED).is_empty()
    assert log.events(rehearsal, Realm.REHEARSAL, types=[]).is_empty()
    assert log.events(rehearsal, Realm.REHEARSAL)["seq"].to_list() == list(range(1, third.seq + 1))


def test_a_realm_the_workspace_does_not_hold_is_refused(rehearsal: Workspace):
    with pytest.raises(Refused, match="XQ-STORE-004"):
        log.append(rehearsal, cast.pack(), [cast.submitted(1, realm="official")], bootstrap=True)


def test_time_going_back_within_a_realm_is_refused_and_nothing_is_stored(rehearsal: Workspace):
    head = log.append(rehearsal, cast.pack(), [cast.submitted(1)])[-1]
    with pytest.raises(Refused, match="XQ-STORE-005"):
        log.append(
            rehearsal, cast.pack(), [cast.submitted(2)], clock=lambda: head.recorded_at - dt.timedelta(seconds=1)
        )
    assert log.head(rehearsal).seq == head.seq


def test_a_script_of_one_realm_does_not_bind_the_clock_of_another(tmp_path):
    both = create(tmp_path / "both", realms=(Realm.PUBLISHED, Realm.REHEARSAL))
    from xinqu.spine import accounts

    accounts.load_organisations(both, cast.pack())
    later = WHEN + dt.timedelta(days=3650)
    accounts.bootstrap(both, cast.pack(), ["u001", "u002"], realm=Realm.REHEARSAL, clock=lambda: later)
    accounts.bootstrap(both, cast.pack(), ["u001", "u002"], realm=Realm.PUBLISHED, clock=lambda: WHEN)
    assert log.events(both, Realm.PUBLISHED)["recorded_at"].to_list() == [WHEN, WHEN]


def test_a_batch_is_stored_whole_or_not_at_all(rehearsal: Workspace):
    before = log.head(rehearsal)
    late = cast.submitted(2)
    with pytest.raises(Refused):
        log.append(
            rehearsal, cast.pack(),
            [cast.submitted(1), log.NewEvent(**{**{f: getattr(late, f) for f in late.__struct_fields__}, "recorded_at": WHEN - dt.timedelta(days=3650)})],
        )  # fmt: skip
    assert log.head(rehearsal) == before


FORBIDDEN = {
    "update": "UPDATE store_event SET actor = 'x' WHERE seq = 1",
    "delete": "DELETE FROM store_event WHERE seq = 1",
    "replace": "INSERT OR REPLACE INTO store_event SELECT * FROM store_event WHERE seq = 1",
    "upsert": "INSERT INTO store_event SELECT * FROM store_event WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
    "gap": "INSERT INTO store_event SELECT seq + 100, type, schema_version, realm, actor, organisation, role, recorded_at,"
    " effective_on, subject, data, prev_hash, hash, body FROM store_event WHERE seq = 1",
    "fork": "INSERT INTO store_event SELECT (SELECT MAX(seq) + 1 FROM store_event), type, schema_version, realm, actor,"
    " organisation, role, recorded_at, effective_on, subject, data, prev_hash, hash, body FROM store_event WHERE seq = 1",
}  # fmt: skip


@pytest.mark.parametrize("sql", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_sqlite_itself_forbids_to_alter_the_log(rehearsal: Workspace, sql: str):
    before = rows()
    with (
        pytest.raises(DatabaseError, match=r"append-only|does not follow the head"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert rows() == before


@pytest.mark.parametrize(
    "sql",
    [sql for name, sql in FORBIDDEN.items() if name != "replace"] + ["TRUNCATE store_event"],
    ids=[name for name in FORBIDDEN if name != "replace"] + ["truncate"],
)
def test_postgresql_itself_forbids_to_alter_the_log(postgresql_workspace: Workspace, sql: str):
    before = rows()
    assert before
    with (
        pytest.raises(DatabaseError, match=r"append-only|does not follow the head"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert rows() == before


@pytest.mark.parametrize("name", triggers.SQLITE)
def test_a_missing_trigger_is_found_at_start(rehearsal: Workspace, name: str):
    from xinqu.spine.workspace import open_workspace

    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}")
    with pytest.raises(Refused, match=rf"XQ-STORE-003.*{name}"):
        open_workspace(rehearsal.dir)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TRIGGER event_no_change ON store_event",
        "ALTER TABLE store_event DISABLE TRIGGER event_no_change",
        "CREATE OR REPLACE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
    ],
    ids=["dropped", "switched off", "hollowed out"],
)
def test_a_trigger_that_does_nothing_is_found_at_start_on_postgresql(postgresql_workspace: Workspace, sql: str):
    from xinqu.spine.workspace import open_workspace

    with connection.cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(Refused, match="XQ-STORE-003"):
        open_workspace(postgresql_workspace.dir)


def test_migrations_leave_nothing_to_make(rehearsal: Workspace):
    from django.core.management import call_command

    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)


def test_a_full_disk_stores_nothing_and_appending_goes_on_when_there_is_room(rehearsal: Workspace):
    """SQLite's own limit of pages gives the very error of a full disk, SQLITE_FULL (sqlite.org/rescode.html#full)."""
    before = log.head(rehearsal)
    many = [cast.submitted(n) for n in range(500)]
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(DatabaseError, match="full"):
            log.append(rehearsal, cast.pack(), many)
        assert log.head(rehearsal) == before
        cursor.execute("PRAGMA max_page_count = 1000000")
    assert len(log.append(rehearsal, cast.pack(), many)) == 500
