"""Corrections of returns: what changed since the approved version, and the order to correct released statistics."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import polars as pl

from xinqu.returns.canonical import from_parquet
from xinqu.returns.row_changes import changes_between
from xinqu.spine import flow_problems
from xinqu.spine.accounts import Person
from xinqu.spine.decide import newest_of, signed
from xinqu.spine.policy import adopted
from xinqu.spine.returns import record
from xinqu.spine.steps import Decide, Key
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import StoredEvent
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused

EDITED = "return.edited"
_APPROVED_HANDS = ("accepted", "province_approved", "area_approved")
_VERSION = ("version", "state", "content_hash", "submitted_by", "submitted_at", "revision")


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions of a return and what differs: rows of ``returns.row_changes.changes_between``.

    ``before`` and ``after``: version, state, content_hash, submitted_by, submitted_at, revision (reason code or None).
    """

    key: Key
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    changes: pl.DataFrame

    @property
    def is_same(self) -> bool:
        """Say whether both versions have one identity."""
        return bool(self.before["content_hash"] == self.after["content_hash"])


def versions_of(workspace: Workspace, realm: Realm, key: Key, *, vintage: int | None = None) -> pl.DataFrame:
    """Return the rows of all submissions of ``key`` as known at event ``vintage`` (None: now), by version.

    Raises:
        Refused: XQ-RETURN-104 when nothing was handed in by then.
    """
    if vintage is None:
        newest_of(workspace, realm, key)
    named = {"form": key.form, "area": key.area, "sub_unit": key.sub_unit, "period": key.period}
    mine = submissions_at(workspace, realm, vintage).filter(**named).sort("version")
    if mine.is_empty():
        raise Refused(flow_problems.nothing_by_then(key, vintage))
    return mine


def correction(
    workspace: Workspace,
    realm: Realm,
    key: Key,
    *,
    first: int | None = None,
    second: int | None = None,
    vintage: int | None = None,
) -> Correction:
    """Return what changed from version ``first`` to version ``second`` of a return.

    ``first`` defaults to the version that was approved furthest, the newest of these (accepted before approved by the
    province, before approved by the area), else the first; ``second`` to the newest.

    Raises:
        Refused: XQ-RETURN-104 when there is no such version.
    """
    mine = versions_of(workspace, realm, key, vintage=vintage)
    rows = {row["version"]: row for row in mine.iter_rows(named=True)}
    last = max(rows) if second is None else second
    start = _approved(mine, last) if first is None else first
    for version in (start, last):
        if version not in rows:
            newest_of(workspace, realm, key, version)
            raise Refused(flow_problems.nothing_by_then(key, vintage))
    form = adopted(workspace, realm, vintage).forms[key.form]
    before, after = (from_parquet(workspace.objects.get(rows[v]["rows_hash"]))[1] for v in (start, last))
    said = [{name: rows[version][name] for name in _VERSION} for version in (start, last)]
    return Correction(key=key, before=said[0], after=said[1], changes=changes_between(form, before, after))


def _approved(mine: pl.DataFrame, last: int) -> int:
    """Return the version that a correction is compared with."""
    earlier = mine.filter(pl.col("version") < last)
    for hand in _APPROVED_HANDS:
        found: list[int] = earlier.filter(pl.col(f"{hand}_event").is_not_null())["version"].to_list()
        if found:
            return max(found)
    return int(mine["version"][0])


def order_edit(
    workspace: Workspace,
    realm: Realm,
    key: Key,
    *,
    account: str,
    second: str,
    reason: str,
    clock: Callable[[], dt.datetime] = now,
) -> StoredEvent:
    """Order, as the statistics office and by two persons, that the newest version replaces the released one.

    The event names both returns by their content; acceptance of a correction of released statistics waits for it.

    Raises:
        Refused: XQ-FLOW-007 when no version was released, XQ-RETURN-102 to -106 and what the log refuses.
    """
    pack = adopted(workspace, realm)
    mine = versions_of(workspace, realm, key)
    released = mine.filter(state="released")
    if released.is_empty():
        raise Refused(flow_problems.nothing_released(key))
    newest = mine.row(-1, named=True)
    step = Decide(
        type=EDITED,
        key=key,
        version=newest["version"],
        actor=Person(account=account, role="", organisation=""),
        data={
            "old_hash": released["content_hash"][-1],
            "new_hash": newest["content_hash"],
            "revision": newest["revision"] or "",
            "second_actor": second,
        },
        reason=reason,
    )
    step = signed(workspace, pack, realm, step, newest["state"], clock=clock)
    return record(workspace, pack, realm, [step], clock=clock)[0]
