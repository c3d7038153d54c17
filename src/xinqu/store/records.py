"""What goes into the log and what comes out of it: plain values, known without Django."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.origin import Realm

NO_HASH = "0" * 64


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event before it is stored.

    ``subject`` is ``<kind>/<id>``, such as ``return/xq1/nansha/2023-Q4``, with the kind its type declares.
    ``data`` holds what canonical JSON holds: text, whole numbers, booleans, null, Decimal, lists and dictionaries.
    ``objects`` are the SHA-256 of stored objects that the event stands on; ``verify`` demands each of them.
    ``recorded_at`` (UTC) is None for "when the log takes it"; scripts of a rehearsal give their own time.
    ``effective_on`` None means the day of ``recorded_at``.
    """

    type: str
    realm: Realm
    actor: str
    organisation: str
    role: str
    subject: str
    data: Mapping[str, Any]
    schema_version: int = 1
    recorded_at: dt.datetime | None = None
    effective_on: dt.date | None = None
    objects: tuple[str, ...] = ()


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the log keeps it; ``hash`` is the SHA-256 of ``body``, which holds all the rest."""

    seq: int
    type: str
    schema_version: int
    realm: Realm
    actor: str
    organisation: str
    role: str
    recorded_at: dt.datetime
    effective_on: dt.date
    subject: str
    data: Mapping[str, Any]
    objects: tuple[str, ...]
    prev_hash: str
    hash: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The last event of a log: its number (0 when the log is empty), hash and time."""

    seq: int = 0
    hash: str = NO_HASH
    recorded_at: str = ""


def stamp(moment: dt.datetime) -> str:
    """Return an aware moment as UTC text with microseconds; the text sorts as time does."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_stamp(text: str) -> dt.datetime:
    """Return the moment of a ``stamp``."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)


def body_of(event: NewEvent, data: bytes, *, seq: int, prev_hash: str, recorded_at: str, effective_on: str) -> bytes:
    """Return the canonical JSON of an event: the bytes that are stored and hashed.

    ``data`` is the canonical JSON of ``event.data``; its place is between actor and effective_on, as the keys sort.
    """
    before = canonical_json({"actor": event.actor})
    after = canonical_json(
        {
            "effective_on": effective_on,
            "objects": event.objects,
            "organisation": event.organisation,
            "prev_hash": prev_hash,
            "realm": str(event.realm),
            "recorded_at": recorded_at,
            "role": event.role,
            "schema_version": event.schema_version,
            "seq": seq,
            "subject": event.subject,
            "type": event.type,
        }
    )
    return before[:-1] + b',"data":' + data + b"," + after[1:]
