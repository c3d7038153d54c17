"""The event log: one chain of hashed events, appended under a lock, read as rows or as a frame."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import polars as pl
from django.db import connection, transaction

from xinqu.store.records import NO_HASH, Head, NewEvent, StoredEvent, body_of, read_stamp, stamp
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

COLUMNS = (
    "seq", "type", "schema_version", "realm", "actor", "organisation", "role", "recorded_at", "effective_on",
    "subject", "data", "prev_hash", "hash", "body",
)  # fmt: skip
READ_COLUMNS = COLUMNS[:11]
Row = tuple[int | str | bytes, ...]
_LOCK = 0x78696E7175  # "xinqu": the advisory lock of this log in PostgreSQL
_INSERT = f"INSERT INTO store_event ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608 - constants
_BLOCK_ROWS = 5_000
_SUBJECTS_PER_QUERY = 500


def append(
    new_events: Sequence[NewEvent],
    *,
    realms: Iterable[Realm],
    clock: Callable[[], dt.datetime],
    check: Callable[[], None] | None = None,
    then: Callable[[list[StoredEvent]], None] | None = None,
) -> list[StoredEvent]:
    """Append events in one transaction, in their order; either all are stored or none.

    The clock is read once, after the lock is held. ``check`` runs under the lock too and refuses by raising: what it
    reads is what the head says, so two writers cannot both pass it. ``then`` writes what follows from the stored
    events (such as a role granted) in the same transaction.

    Raises:
        Refused: XQ-STORE-004 for a realm the workspace does not hold, XQ-STORE-005 when time goes back within a
            realm, and what ``check`` raises.
    """
    if not new_events:
        return []
    _refuse_other_realms(new_events, frozenset(realms))
    with transaction.atomic():
        _lock()
        if check:
            check()
        chained = _chain(new_events, head(), _last_times(), clock())
        with connection.cursor() as cursor:
            for start in range(0, len(chained), _BLOCK_ROWS):
                cursor.executemany(_INSERT, [row for row, _ in chained[start : start + _BLOCK_ROWS]])
        stored = [event for _, event in chained]
        if then:
            then(stored)
    return stored


def head() -> Head:
    """Return the last event's number, hash and time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash, recorded_at FROM store_event ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return Head(seq=row[0], hash=row[1], recorded_at=row[2]) if row else Head()


def last_of_realm(realm: Realm, upto: int | None = None) -> StoredEvent | None:
    """Return the realm's last event at or before number ``upto``; None when it has none."""
    values: list[str | int] = [str(realm)] if upto is None else [str(realm), upto]
    bound = "" if upto is None else "AND seq <= %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT hash, body FROM store_event WHERE realm = %s {bound} ORDER BY seq DESC LIMIT 1",  # noqa: S608
            values,
        )
        row = cursor.fetchone()
    return stored_event(row[0], bytes(row[1])) if row else None


def last_seq(realm: Realm, types: Iterable[str], upto: int | None = None) -> int:
    """Return the number of the realm's last event of ``types`` at or before ``upto``; 0 when there is none."""
    bound = "" if upto is None else "AND seq <= %s"
    found = 0
    with connection.cursor() as cursor:
        for kind in types:  # one by one each is a single step in the index; all at once it is read through
            cursor.execute(
                f"SELECT seq FROM store_event WHERE realm = %s AND type = %s {bound} ORDER BY seq DESC LIMIT 1",  # noqa: S608
                [str(realm), kind] + ([] if upto is None else [upto]),
            )
            row = cursor.fetchone()
            found = max(found, row[0] if row else 0)
    return found


def event(seq: int) -> StoredEvent | None:
    """Return one event by its number, read from its stored bytes; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash, body FROM store_event WHERE seq = %s", [seq])
        row = cursor.fetchone()
    return stored_event(row[0], bytes(row[1])) if row else None


def events(
    realm: Realm, *, upto: int | None = None, types: Iterable[str] | None = None, after: int = 0
) -> pl.DataFrame:
    """Return the events of a realm with ``after`` < seq <= ``upto``, by number.

    Columns: seq Int64, type, schema_version Int64, realm, actor, organisation, role, recorded_at (UTC, microseconds),
    effective_on (date), subject, data (JSON text).
    """
    # SQLite has no statistics; a unary plus keeps it off an index: types are few, so they lead, else the number does.
    plus = "+" if connection.vendor == "sqlite" else ""
    by_realm, by_seq = (plus, "") if types is None else ("", plus)
    conditions = [f"{by_realm}realm = %s", f"{by_seq}seq > %s"]
    values: list[str | int] = [str(realm), after]
    if upto is not None:
        conditions.append(f"{by_seq}seq <= %s")
        values.append(upto)
    if types is not None:
        wanted = list(types)
        conditions.append(f"type IN ({', '.join(['%s'] * len(wanted))})" if wanted else "1 = 0")
        values.extend(wanted)
    where = " AND ".join(conditions)
    sql = f"SELECT {', '.join(READ_COLUMNS)} FROM store_event WHERE {where} ORDER BY {by_seq}seq"  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return _frame(rows)


def acts(realm: Realm, types: Iterable[str], subjects: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Return (type, subject, actor, data) of the realm's events of ``types`` on ``subjects``, by number."""
    kinds = frozenset(types)
    found: list[tuple[str, str, str, str]] = []
    for start in range(0, len(subjects), _SUBJECTS_PER_QUERY):
        some = subjects[start : start + _SUBJECTS_PER_QUERY]
        with connection.cursor() as cursor:
            # By subject alone: with more conditions SQLite, which has no statistics, walks the whole realm instead.
            cursor.execute(
                "SELECT realm, type, subject, actor, data FROM store_event "  # noqa: S608 - only marks are filled in
                f"WHERE subject IN ({', '.join(['%s'] * len(some))}) ORDER BY seq",
                some,
            )
            found += [row[1:] for row in cursor.fetchall() if row[0] == realm and row[1] in kinds]
    return found


def data_of(types: Sequence[str]) -> list[tuple[int, str, str, str]]:
    """Return (seq, type, realm, data) of the events of a few rare ``types`` in all realms, by number."""
    realms = [str(realm) for realm in Realm]
    marks = [", ".join(["%s"] * len(names)) for names in (realms, types)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT seq, type, realm, data FROM store_event WHERE realm IN ({marks[0]}) AND type IN ({marks[1]})",  # noqa: S608 - only marks are filled in
            [*realms, *types],
        )
        return sorted(cursor.fetchall())


def events_of(realm: Realm, types: Iterable[str], subjects: Sequence[str], *, upto: int | None = None) -> pl.DataFrame:
    """Return the events of ``types`` on ``subjects`` with seq <= ``upto``, by number; columns as ``events``."""
    kinds = frozenset(types)
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(subjects), _SUBJECTS_PER_QUERY):
        some = subjects[start : start + _SUBJECTS_PER_QUERY]
        with connection.cursor() as cursor:
            cursor.execute(  # by subject alone, as in ``acts``
                f"SELECT {', '.join(READ_COLUMNS)} FROM store_event "  # noqa: S608 - only marks are filled in
                f"WHERE subject IN ({', '.join(['%s'] * len(some))})",
                some,
            )
            found += cursor.fetchall()
    kept = [row for row in found if row[3] == realm and row[1] in kinds and (upto is None or row[0] <= upto)]
    return _frame(sorted(kept, key=lambda row: row[0]))


def bodies(after: int = 0) -> Iterator[tuple[Any, ...]]:
    """Yield every row of the log with all columns, ``body`` as bytes, in blocks read by number."""
    last = after
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(COLUMNS)} FROM store_event WHERE seq > %s ORDER BY seq LIMIT %s",  # noqa: S608
                [last, _BLOCK_ROWS],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for row in rows:
            yield (*row[:-1], bytes(row[-1]))
        last = rows[-1][0]


def stored_event(digest: str, body: bytes) -> StoredEvent:
    """Return the event that the stored bytes say."""
    raw = msgspec.json.decode(body)
    return StoredEvent(
        **{
            **raw,
            "realm": Realm(raw["realm"]),
            "recorded_at": read_stamp(raw["recorded_at"]),
            "effective_on": dt.date.fromisoformat(raw["effective_on"]),
            "objects": tuple(raw["objects"]),
            "hash": digest,
        }
    )


def _chain(
    new_events: Sequence[NewEvent], start: Head, last_times: dict[str, str], now: dt.datetime
) -> list[tuple[Row, StoredEvent]]:
    """Return the row and the stored form of each event, numbered and chained from ``start``."""
    chained: list[tuple[Row, StoredEvent]] = []
    seq, prev_hash = start.seq, start.hash if start.seq else NO_HASH
    for new in new_events:
        seq += 1
        moment = new.recorded_at or now
        recorded_at = stamp(moment)
        if recorded_at < last_times.get(new.realm, ""):
            raise Refused(_time_went_back(new, recorded_at, last_times[new.realm]))
        last_times[new.realm] = recorded_at
        effective_on = new.effective_on or beijing_day(moment)
        day = effective_on.isoformat()
        data = canonical_json(new.data)
        body = body_of(new, data, seq=seq, prev_hash=prev_hash, recorded_at=recorded_at, effective_on=day)
        digest = hashlib.sha256(body).hexdigest()
        row = (
            seq, new.type, new.schema_version, str(new.realm), new.actor, new.organisation, new.role, recorded_at, day,
            new.subject, data.decode(), prev_hash, digest, body,
        )  # fmt: skip
        stored = StoredEvent(
            seq=seq, type=new.type, schema_version=new.schema_version, realm=new.realm, actor=new.actor,
            organisation=new.organisation, role=new.role, recorded_at=moment, effective_on=effective_on,
            subject=new.subject, data=new.data, objects=new.objects, prev_hash=prev_hash, hash=digest,
        )  # fmt: skip
        chained.append((row, stored))
        prev_hash = digest
    return chained


def _lock() -> None:
    """Take the one lock of writers; SQLite's transaction is BEGIN IMMEDIATE already (settings)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _last_times() -> dict[str, str]:
    """Return the last time recorded in each realm: a rehearsal's scripted clock is not the published realm's."""
    times = {}
    with connection.cursor() as cursor:
        for realm in Realm:
            cursor.execute(
                "SELECT recorded_at FROM store_event WHERE realm = %s ORDER BY seq DESC LIMIT 1", [str(realm)]
            )
            row = cursor.fetchone()
            if row:
                times[str(realm)] = row[0]
    return times


def _frame(rows: list[Row]) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(READ_COLUMNS)
    whole = {"seq", "schema_version"}
    series = [
        pl.Series(name, list(column), dtype=pl.Int64 if name in whole else pl.String, strict=True)
        for name, column in zip(READ_COLUMNS, columns, strict=True)
    ]
    return pl.DataFrame(series).with_columns(
        pl.col("recorded_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ", time_unit="us", time_zone="UTC"),
        pl.col("effective_on").str.to_date("%Y-%m-%d"),
    )


def _refuse_other_realms(new_events: Sequence[NewEvent], realms: frozenset[Realm]) -> None:
    strange = sorted({str(new.realm) for new in new_events} - {str(realm) for realm in realms})
    if strange:
        held = "、".join(str(realm) for realm in sorted(realms))
        raise Refused(
            Problem(
                code="XQ-STORE-004",
                what=Text(f"本工作区不接受“{strange[0]}”数据域", f"this workspace does not hold realm {strange[0]}"),
                why=Text(f"本工作区的数据域：{held}；数据域从不混合", f"it holds {held}; realms are never mixed"),
                fix=Text("改用相应工作区，或改 --realm", "use the workspace of that realm, or change --realm"),
            )
        )


def _time_went_back(new: NewEvent, recorded_at: str, last: str) -> Problem:
    return Problem(
        code="XQ-STORE-005",
        what=Text("时钟倒退，未写入日志", "time went back; nothing was written to the log"),
        where=Where(subject=f"{new.type} {new.subject}"),
        why=Text(
            f"记录时间 {recorded_at} 早于该数据域最后一条 {last}",
            f"{recorded_at} is before the realm's last event at {last}",
        ),
        fix=Text("校准本机时钟后重试", "set this machine's clock right and try again"),
    )
