"""Verification: the log's rows and chain, its triggers, every object, the roles it granted, and a published head."""

import hashlib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from xinqu.spine import verify_problems as problems
from xinqu.spine.heads import SignedHead
from xinqu.spine.workspace import Workspace
from xinqu.store.records import NO_HASH, Head
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.text import Text

SHOWN_PER_CODE = 20
_REPEATED = (
    "seq", "type", "schema_version", "realm", "actor", "organisation", "role", "recorded_at", "effective_on",
    "subject", "prev_hash",
)  # fmt: skip


class Verification(msgspec.Struct, kw_only=True):
    """What was looked at and what was found; ``notes`` are true and no fault, such as a redaction."""

    head: Head
    events: int
    objects: int
    problems: list[Problem]
    notes: list[Text]


class _Walk(msgspec.Struct, kw_only=True):
    """What one pass over the log gathers."""

    head: Head = Head()
    problems: list[Problem] = msgspec.field(default_factory=list)
    needed: dict[str, int] = msgspec.field(default_factory=dict)
    redacted: dict[str, int] = msgspec.field(default_factory=dict)
    roles: set[tuple[str, str, str, str]] = msgspec.field(default_factory=set)
    hash_at: str = ""


def verify(
    workspace: Workspace, *, deep: bool = False, published: SignedHead | None = None, public_key: str | None = None
) -> Verification:
    """Look at everything that is stored and return all that is wrong, no more than SHOWN_PER_CODE of a kind.

    ``published`` is a head that was signed and given away earlier: it finds a cut tail and a log written anew.
    ``public_key`` (hex) is the key it must be signed with; None takes the workspace's own.
    """
    workspace.use()
    from django.db import DatabaseError, connection

    from xinqu.store import triggers

    try:
        damage = _damage()
        walk = _walk_log(published.seq if published else 0)
        found = damage + triggers.problems(connection) + walk.problems
    except DatabaseError as error:
        return Verification(head=Head(), events=0, objects=0, problems=[problems.damaged(str(error))], notes=[])
    objects, wrong = _objects(workspace, walk)
    found += wrong + _roles(walk)
    if published:
        found += _published(workspace, walk, published, public_key)
    if deep:
        from xinqu.spine.deep import replayed

        found += replayed(workspace)
    notes = [
        Text(f"对象 {name[:12]}… 已由 #{seq} 遮蔽", f"object {name[:12]}… was redacted by #{seq}")
        for name, seq in walk.redacted.items()
    ]
    return Verification(head=walk.head, events=walk.head.seq, objects=objects, problems=_shorten(found), notes=notes)


def _damage() -> list[Problem]:
    """Return what SQLite itself finds wrong with its file; PostgreSQL keeps watch by its own checksums."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA integrity_check({SHOWN_PER_CODE})")
        lines = [row[0] for row in cursor.fetchall()]
    return [problems.damaged(line) for line in lines if line != "ok"]


def _walk_log(published_seq: int) -> _Walk:
    """Read every row once, in order: number, hash, chain, columns, objects named, roles granted."""
    from xinqu.store import log

    walk = _Walk()
    seq, prev_hash = 0, NO_HASH
    for row in log.bodies():
        columns = dict(zip(log.COLUMNS, row, strict=True))
        seq += 1
        if columns["seq"] != seq:
            walk.problems.append(problems.gap(seq, columns["seq"]))
            seq = columns["seq"]
        raw = _decoded(columns, walk)
        if raw is not None:
            if columns["prev_hash"] != prev_hash:
                walk.problems.append(problems.broken_chain(seq))
            _gather(raw, seq, walk)
        prev_hash = columns["hash"]
        if seq == published_seq:
            walk.hash_at = prev_hash
        walk.head = Head(seq=seq, hash=prev_hash, recorded_at=columns["recorded_at"])
    return walk


def _decoded(columns: dict[str, Any], walk: _Walk) -> dict[str, Any] | None:
    """Return the event in the stored bytes, None when their hash is another; columns that disagree are noted."""
    body = columns["body"]
    if hashlib.sha256(body).hexdigest() != columns["hash"]:
        walk.problems.append(problems.altered_row(columns["seq"], "hash"))
        return None
    raw: dict[str, Any] = msgspec.json.decode(body)
    differing = [name for name in _REPEATED if raw[name] != columns[name]]
    # canonical JSON has its keys in order, so the text of ``data`` stands in the body byte by byte
    before_data = b'{"actor":' + canonical_json(raw["actor"]) + b',"data":'
    if not body.startswith(before_data + str(columns["data"]).encode() + b',"effective_on":'):
        differing.append("data")
    if differing:
        walk.problems.append(problems.altered_row(columns["seq"], ", ".join(differing)))
    return raw


def _gather(raw: dict[str, Any], seq: int, walk: _Walk) -> None:
    for name in raw["objects"]:
        walk.needed.setdefault(name, seq)
    data = raw["data"]
    match raw["type"]:
        case "object.redacted":
            walk.redacted[data["object"]] = seq
        case "account.granted":
            walk.roles.add((data["account"], data["role"], data["org"], raw["realm"]))
        case "account.revoked":
            walk.roles.discard((data["account"], data["role"], data["org"], raw["realm"]))


def _objects(workspace: Workspace, walk: _Walk) -> tuple[int, list[Problem]]:
    """Hash every object file again and look for what events need; return how many there are and what is wrong."""
    store = workspace.objects
    names = list(store.all())

    def wrong(name: str) -> bool:
        return hashlib.sha256(store.path(name).read_bytes()).hexdigest() != name

    with ThreadPoolExecutor() as pool:
        changed = [name for name, bad in zip(names, pool.map(wrong, names, chunksize=256), strict=True) if bad]
    from xinqu.store.objects import altered

    there = set(names)
    found = [altered(name, store.path(name)) for name in changed]
    found += [
        problems.missing_object(name, seq)
        for name, seq in walk.needed.items()
        if name not in there and name not in walk.redacted
    ]
    found += [problems.redaction_unfinished(name, seq) for name, seq in walk.redacted.items() if name in there]
    return len(names), found


def _roles(walk: _Walk) -> list[Problem]:
    """Compare the roles in force with those the log grants."""
    from xinqu.store.models import RoleGrant

    rows = RoleGrant.objects.filter(revoked_by__isnull=True)
    held = set(rows.values_list("account_id", "role", "organisation_id", "realm"))
    return [problems.role_without_event(*role) for role in sorted(held - walk.roles)] + [
        problems.event_without_role(*role) for role in sorted(walk.roles - held)
    ]


def _published(workspace: Workspace, walk: _Walk, published: SignedHead, public_key: str | None) -> list[Problem]:
    from xinqu.spine import heads

    wrong = heads.problems(workspace, published, public_key)
    if wrong:
        return wrong
    if walk.head.seq < published.seq:
        return [problems.tail_cut(walk.head.seq, published.seq)]
    return [] if walk.hash_at == published.hash else [problems.other_history(published.seq)]


def _shorten(found: list[Problem]) -> list[Problem]:
    """Keep the first SHOWN_PER_CODE of each code and say how many more there are."""
    groups: dict[str, list[Problem]] = defaultdict(list)
    for problem in found:
        groups[problem.code].append(problem)
    kept: list[Problem] = []
    for code, group in groups.items():
        kept += group[:SHOWN_PER_CODE]
        if len(group) > SHOWN_PER_CODE:
            kept.append(problems.more(code, len(group) - SHOWN_PER_CODE))
    return kept
