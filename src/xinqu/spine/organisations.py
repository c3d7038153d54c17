"""Splits, mergers and new names of organisations as dated events; old returns, events and grants stay as they were."""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from xinqu.policy.model import Organisation
from xinqu.policy.organisation_changes import Successor, stands, with_changes
from xinqu.policy.pack import Pack
from xinqu.spine import log
from xinqu.spine import organisation_problems as problems
from xinqu.spine.decisions import write
from xinqu.spine.policy import adopted, organisation_changes, unchanged
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import StoredEvent
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Text

Clock = Callable[[], dt.datetime]
RENAMED, SPLIT, MERGED = "org.renamed", "org.split", "org.merged"
# What an area arranges itself; its committee, provinces and the nation are records of the pack.
_CHANGEABLE = frozenset({"sub_unit", "dept", "stat_office"})
_PART = re.compile(r"[a-z][a-z0-9_]{0,30}")
_TREE: dict[str, Any] = {
    "organisation": pl.String, "parent": pl.String, "kind": pl.String, "name_zh": pl.String, "name_en": pl.String,
    "valid_from": pl.Date, "valid_to": pl.Date, "successors": pl.List(pl.String), "path": pl.String,
}  # fmt: skip
_HISTORY: dict[str, Any] = {
    "event": pl.Int64, "type": pl.String, "valid_from": pl.Date, "organisations": pl.List(pl.String),
    "successors": pl.List(pl.String), "name_zh": pl.String, "name_en": pl.String, "document": pl.String,
    "actor": pl.String, "second_actor": pl.String,
}  # fmt: skip


def rename(
    workspace: Workspace, realm: Realm, name: str, new: Text, *, on: dt.date, document: str, account: str, second: str,
    clock: Clock = now,
) -> StoredEvent:  # fmt: skip
    """Give an organisation a new name from ``on``; two persons. Earlier vintages and days keep the old one.

    Raises:
        Refused: XQ-ORG-001 when there is none or it stood no more, -004 without a name or document, and what the log
            refuses.
    """
    pack = adopted(workspace, realm)
    found = _no_such(pack, [name], on) + _unsaid(document, [new.zh, new.en])
    if found:
        raise Refused(found)
    data = {
        "organisation": name, "name_zh": new.zh, "name_en": new.en, "valid_from": on.isoformat(), "document": document,
    }  # fmt: skip
    return write(
        workspace, realm, RENAMED, f"organisation/{name}", data, account=account, second=second, clock=clock
    )  # fmt: skip


def replace(
    workspace: Workspace,
    realm: Realm,
    predecessors: Sequence[str],
    successors: Sequence[Successor],
    *,
    on: dt.date,
    document: str,
    account: str,
    second: str,
    clock: Clock = now,
) -> StoredEvent:
    """Put ``successors`` in the place of ``predecessors`` from ``on``: a split of one, or a merger of several into one.

    Two persons act. A predecessor keeps its returns; it files no period that ends on or after the day, its successors
    do, and they may read, answer and correct what it filed. What the pack assigns to a predecessor goes to the
    successor named first.

    Raises:
        Refused: XQ-ORG-001 when a predecessor is none or stood no more, -002 when it is of a kind that only the pack
            changes or they have not one parent and kind, -003 for a successor's id, -004 without names or document,
            and what the log refuses.
    """
    pack = adopted(workspace, realm)
    found = _no_such(pack, predecessors, on) or _unlike(pack, predecessors)
    if not found:
        found = _wrong_successors(pack, predecessors, successors, on)
    unnamed = [text for s in successors if s.id not in pack.organisations for text in (s.name_zh, s.name_en)]
    found += _unsaid(document, unnamed)
    if found:
        raise Refused(found)
    said = [{"id": s.id, "name_zh": s.name_zh, "name_en": s.name_en} for s in successors]
    data: dict[str, object] = {"successors": said, "valid_from": on.isoformat(), "document": document}
    is_split = len(predecessors) == 1
    data |= {"organisation": predecessors[0]} if is_split else {"organisations": list(predecessors)}
    return write(
        workspace, realm, SPLIT if is_split else MERGED, f"organisation/{predecessors[0]}", data, account=account,
        second=second, clock=clock, then=lambda _: _add_rows(workspace, realm),
    )  # fmt: skip


def tree_at(workspace: Workspace, realm: Realm, day: dt.date, *, vintage: int | None = None) -> pl.DataFrame:
    """Return the organisations that stand on ``day`` under the names of that day, as known at event ``vintage``."""
    pack = with_changes(
        unchanged(workspace, realm, vintage), organisation_changes(workspace, realm, vintage), on=day
    )  # fmt: skip
    rows = [_row(one) for one in pack.organisations.values() if stands(one, day)]
    return pl.DataFrame(rows, schema=_TREE, orient="row").sort("path")


def history(workspace: Workspace, realm: Realm, name: str = "") -> pl.DataFrame:
    """Return what happened to organisations, by event; with ``name`` what concerns that one."""
    rows = []
    for event in log.events(workspace, realm, types=[RENAMED, SPLIT, MERGED]).iter_rows(named=True):
        data = json.loads(event["data"])
        concerned = data.get("organisations") or [data["organisation"]]
        successors = [one["id"] for one in data.get("successors", [])]
        if not name or name in {*concerned, *successors}:
            rows.append(
                (event["seq"], event["type"], dt.date.fromisoformat(data["valid_from"]), concerned, successors,
                 data.get("name_zh"), data.get("name_en"), data["document"], event["actor"], data["second_actor"])
            )  # fmt: skip
    return pl.DataFrame(rows, schema=_HISTORY, orient="row")


def _row(one: Organisation) -> tuple[object, ...]:
    return (
        one.id, one.parent, one.kind, one.name.zh, one.name.en, one.valid_from, one.valid_to, one.successors, one.path,
    )  # fmt: skip


def _add_rows(workspace: Workspace, realm: Realm) -> None:
    """Let accounts and grants name the new organisations."""
    from xinqu.store.models import Organisation as Row

    known = set(Row.objects.values_list("id", flat=True))
    Row.objects.bulk_create(
        Row(id=o.id, parent=o.parent, level=o.level, kind=o.kind, name_zh=o.name.zh, name_en=o.name.en, path=o.path,
            field=o.field)
        for o in adopted(workspace, realm).organisations.values()
        if o.id not in known
    )  # fmt: skip


def _no_such(pack: Pack, names: Sequence[str], on: dt.date) -> list[Problem]:
    """Return a problem per organisation that is not there on the eve of the change."""
    tree: Mapping[str, Organisation] = pack.organisations
    days = (on - dt.timedelta(days=1), on)  # one that ended on the eve was changed already
    return [
        problems.none_such(name, on)
        for name in names
        if name not in tree or not all(stands(tree[name], day) for day in days)
    ]


def _unlike(pack: Pack, names: Sequence[str]) -> list[Problem]:
    kinds = {(pack.organisations[name].kind, pack.organisations[name].parent) for name in names}
    is_wrong = len(kinds) > 1 or len(set(names)) < len(names) or not {kind for kind, _ in kinds} <= _CHANGEABLE
    return [problems.not_changeable(names, sorted(_CHANGEABLE))] if is_wrong else []


def _wrong_successors(
    pack: Pack, predecessors: Sequence[str], successors: Sequence[Successor], on: dt.date
) -> list[Problem]:
    """Return what is wrong with the successors: how many, their ids, and that those who stand already are of a kind."""
    first = pack.organisations[predecessors[0]]
    least, most = (2, None) if len(predecessors) == 1 else (1, 1)
    count = len({one.id for one in successors})
    found = [] if count >= least and (most is None or count <= most) else [problems.how_many(len(predecessors), count)]
    for one in successors:
        stem, _, part = one.id.rpartition(".")
        standing = pack.organisations.get(one.id)
        if (standing is None and (stem != first.parent or not _PART.fullmatch(part))) or (
            standing is not None
            and ((standing.kind, standing.parent) != (first.kind, first.parent) or not stands(standing, on))
        ):
            found.append(problems.bad_id(one.id, first.parent))
    return found


def _unsaid(document: str, names: Sequence[str]) -> list[Problem]:
    return [] if document.strip() and all(name.strip() for name in names) else [problems.unsaid()]
