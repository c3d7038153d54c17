"""Verification finds every flipped byte, every cut, every loss; each is tried on a real workspace."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections

import cast
from xinqu.spine import heads, log, redact, salted
from xinqu.spine.verify import SHOWN_PER_CODE, verify
from xinqu.spine.workspace import Workspace, open_to_verify
from xinqu.store import triggers
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused


def codes(workspace: Workspace, **how: object) -> list[str]:
    return sorted({problem.code for problem in verify(workspace, **how).problems})


@pytest.fixture
def full(rehearsal: Workspace) -> Workspace:
    """A workspace with ten returns that stand on objects, and a salted text."""
    names = rehearsal.objects.put_many([f"rows {n}".encode() for n in range(10)])
    events = [cast.submitted(n) for n in range(10)]
    with_objects = [
        log.NewEvent(**{**fields(event), "objects": (name,)}) for event, name in zip(events, names, strict=True)
    ]
    log.append(rehearsal, cast.pack(), with_objects)
    return rehearsal


def fields(event: log.NewEvent) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


@contextmanager
def by_force(workspace: Workspace) -> Iterator[sqlite3.Connection]:
    """Write to the database as an intruder with the file would: no triggers, and they are put back after."""
    connections.close_all()
    with sqlite3.connect(workspace.dir / "log.sqlite3") as raw:
        for name in triggers.SQLITE:
            raw.execute(f"DROP TRIGGER {name}")
        yield raw
        for sql in triggers.SQLITE.values():
            raw.execute(sql)
    raw.close()


def test_an_untouched_workspace_has_no_problem(full: Workspace):
    done = verify(full)
    assert done.problems == []
    assert done.objects == 10
    assert done.events == log.head(full).seq


COLUMNS = {
    "type": "'return.accepted'", "schema_version": "2", "realm": "'published'", "actor": "'u102'",
    "organisation": "'nansha'", "role": "'ndrc'", "recorded_at": "'2020-01-01T00:00:00.000000Z'",
    "effective_on": "'2020-01-01'", "subject": "subject || 'x'", "data": "data || ' '",
    "prev_hash": "'z' || substr(prev_hash, 2)", "hash": "'zz' || substr(hash, 3)",
    "body": "CAST(CAST(body AS TEXT) || ' ' AS BLOB)",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found_in_its_row(full: Workspace, column: str):
    with by_force(full) as raw:
        raw.execute(f"UPDATE store_event SET {column} = {COLUMNS[column]} WHERE seq = 20")  # noqa: S608 - constants
    found = verify(full).problems
    assert "#20" in {problem.where.subject for problem in found}
    assert {problem.code for problem in found} <= {"XQ-VERIFY-002", "XQ-VERIFY-003"}


def test_a_row_written_anew_with_a_right_hash_breaks_the_chain(full: Workspace):
    import hashlib

    with by_force(full) as raw:
        body = raw.execute("SELECT body FROM store_event WHERE seq = 7").fetchone()[0]
        forged = body.replace(b'"actor":"u', b'"actor":"v')
        assert forged != body
        raw.execute(
            "UPDATE store_event SET body = ?, hash = ?, actor = 'v' || substr(actor, 2) WHERE seq = 7",
            [forged, hashlib.sha256(forged).hexdigest()],
        )
    assert codes(full)[0] == "XQ-VERIFY-003"


@pytest.mark.parametrize("place", range(0, 400, 23))
def test_a_byte_of_a_stored_event_flipped_in_the_file_is_found(full: Workspace, place: int):
    connections.close_all()
    with sqlite3.connect(full.dir / "log.sqlite3") as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        body = raw.execute("SELECT body FROM store_event WHERE seq = 20").fetchone()[0]
    raw.close()
    file = full.dir / "log.sqlite3"
    content = bytearray(file.read_bytes())
    content[content.index(body) + place % len(body)] ^= 1
    file.write_bytes(content)
    assert codes(open_to_verify(full.dir)) == ["XQ-VERIFY-002"]


def test_a_file_that_is_no_longer_a_database_is_told_in_words(full: Workspace):
    connections.close_all()
    file = full.dir / "log.sqlite3"
    content = bytearray(file.read_bytes())
    content[100:5000] = b"\xff" * 4900
    file.write_bytes(content)
    with pytest.raises(Refused, match="XQ-VERIFY-014"):
        open_to_verify(full.dir)


@pytest.mark.parametrize("bit", [0, 3, 7])
def test_any_flipped_bit_of_any_object_is_found(full: Workspace, bit: int):
    for name in full.objects.all():
        path = full.objects.path(name)
        whole = path.read_bytes()
        for index in range(len(whole)):
            path.write_bytes(whole[:index] + bytes([whole[index] ^ (1 << bit)]) + whole[index + 1 :])
            break
        found = verify(full).problems
        assert [(problem.code, problem.where.subject) for problem in found] == [("XQ-STORE-007", name)]
        path.write_bytes(whole)


@pytest.mark.parametrize("damage", ["gone", "cut", "longer", "empty"])
def test_a_lost_or_cut_object_is_found(full: Workspace, damage: str):
    name = next(full.objects.all())
    path = full.objects.path(name)
    whole = path.read_bytes()
    match damage:
        case "gone":
            path.unlink()
        case "cut":
            path.write_bytes(whole[:-1])
        case "longer":
            path.write_bytes(whole + b" ")
        case "empty":
            path.write_bytes(b"")
    assert codes(full) == ["XQ-VERIFY-004" if damage == "gone" else "XQ-STORE-007"]


def test_a_deleted_row_leaves_a_gap_and_a_missing_trigger_is_told(full: Workspace):
    with by_force(full) as raw:
        raw.execute("DELETE FROM store_event WHERE seq = 7")
    assert "XQ-VERIFY-001" in codes(full)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER event_no_delete")
    assert "XQ-STORE-003" in codes(full)


def test_a_cut_tail_is_found_by_a_published_head_and_by_nothing_else(full: Workspace):
    published = heads.sign(full)
    assert verify(full, published=published).problems == []
    with by_force(full) as raw:
        raw.execute("DELETE FROM store_event WHERE seq > ?", [published.seq - 2])
    assert codes(full) == []
    assert codes(full, published=published) == ["XQ-VERIFY-008"]


def test_a_log_written_anew_after_a_cut_is_found_by_a_published_head(full: Workspace):
    published = heads.sign(full)
    with by_force(full) as raw:
        raw.execute("DELETE FROM store_event WHERE seq > ?", [published.seq - 2])
    log.append(full, cast.pack(), [cast.submitted(n) for n in range(50, 55)])
    assert codes(full) == []
    assert codes(full, published=published) == ["XQ-VERIFY-009"]


def test_a_head_that_was_tampered_with_or_is_of_another_workspace_is_refused(full: Workspace, official: Workspace):
    import msgspec

    published = heads.sign(full)
    shorter = msgspec.structs.replace(published, seq=3)
    assert codes(full, published=shorter) == ["XQ-VERIFY-010"]
    assert codes(full, published=published, public_key="00" * 32) == ["XQ-VERIFY-010"]
    assert codes(full, published=published, public_key=published.public_key) == []
    assert codes(official, published=published) == ["XQ-VERIFY-011"]


def test_a_head_file_is_read_back_as_it_was_signed(full: Workspace, tmp_path: Path):
    published = heads.sign(full)
    (tmp_path / "head.json").write_bytes(published.to_bytes())
    assert heads.read(tmp_path / "head.json") == published
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(Refused, match="XQ-VERIFY-012"):
        heads.read(tmp_path / "other.json")


def test_a_role_smuggled_into_the_tables_is_found(full: Workspace):
    from xinqu.store.models import RoleGrant

    RoleGrant.objects.create(account_id="u999", role="ndrc", organisation_id="ndrc", realm="rehearsal", granted_by=1)
    RoleGrant.objects.filter(account_id="u101").delete()
    assert codes(full) == ["XQ-VERIFY-006", "XQ-VERIFY-007"]


def test_a_redacted_text_is_gone_and_told_as_redacted(full: Workspace):
    text = salted.put_text(full, "a free text with a name in it")
    log.append(full, cast.pack(), [log.NewEvent(**{**fields(cast.submitted(77)), "objects": (text,)})])
    assert salted.get_text(full, text) == "a free text with a name in it"
    event = redact.redact(
        full, cast.pack(), text, realm=Realm.REHEARSAL, by=cast.administrator(), second=cast.SECOND, reason="privacy"
    )
    assert not full.objects.exists(text)
    done = verify(full)
    assert done.problems == []
    assert [note.en for note in done.notes] == [f"object {text[:12]}… was redacted by #{event.seq}"]


def test_an_interrupted_redaction_is_found_and_finished_by_running_it_again(full: Workspace):
    text = salted.put_text(full, "text")
    how = {"realm": Realm.REHEARSAL, "by": cast.administrator(), "second": cast.SECOND, "reason": "privacy"}
    whole = full.objects.get(text)
    assert redact.redact(full, cast.pack(), text, **how)
    full.objects.put(whole)
    assert codes(full) == ["XQ-VERIFY-005"]
    assert redact.redact(full, cast.pack(), text, **how) is None
    assert codes(full) == []


def test_one_person_cannot_redact_and_a_record_cannot_be_redacted(full: Workspace):
    how = {"realm": Realm.REHEARSAL, "by": cast.administrator(), "reason": "privacy"}
    text = salted.put_text(full, "text")
    with pytest.raises(Refused, match="XQ-DUTY-002"):
        redact.redact(full, cast.pack(), text, second=cast.FIRST, **how)
    assert full.objects.exists(text)
    with pytest.raises(Refused, match="XQ-REDACT-001"):
        redact.redact(full, cast.pack(), sha256_hex(b"rows 0"), second=cast.SECOND, **how)


def test_equal_texts_have_different_hashes(full: Workspace):
    assert salted.put_text(full, "yes") != salted.put_text(full, "yes")


def test_many_problems_of_a_kind_are_counted_not_listed(full: Workspace):
    full.objects.put_many([f"more {n}".encode() for n in range(SHOWN_PER_CODE + 5)])
    for name in full.objects.all():
        full.objects.path(name).write_bytes(b"changed")
    found = verify(full).problems
    assert len(found) == SHOWN_PER_CODE + 1
    assert re.match(r"\d+ more of this kind", found[-1].what.en)
