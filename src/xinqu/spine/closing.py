"""Closed periods: a form's period is locked for regular returns, and unlocked for one area by two persons."""

import datetime as dt
from collections.abc import Callable

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns.header import find_form
from xinqu.spine import log, salted
from xinqu.spine.policy import administrator, adopted
from xinqu.spine.steps import Key
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_LOCKED, _UNLOCKED = "return.locked", "return.unlocked"


class ClosedPeriods:
    """Which periods of which forms take no regular return; folded from the log."""

    def __init__(self, events: pl.DataFrame) -> None:
        self._locked: set[tuple[str, str]] = set()
        self._open_to: set[tuple[str, str, str]] = set()
        for row in read_events(events, [_LOCKED, _UNLOCKED], ["form", "area", "period"]).iter_rows(named=True):
            place = (row["form"], row["period"])
            if row["type"] == _LOCKED:
                self._locked.add(place)
                self._open_to = {there for there in self._open_to if there[:2] != place}
            else:
                self._open_to.add((*place, row["area"]))

    def holds(self, key: Key) -> bool:
        """Say whether the period of ``key`` is closed for its area."""
        return (key.form, key.period) in self._locked and (key.form, key.period, key.area) not in self._open_to


def closed_periods(workspace: Workspace, realm: Realm) -> ClosedPeriods:
    """Return what is closed in ``realm`` now."""
    return ClosedPeriods(log.events(workspace, realm, types=[_LOCKED, _UNLOCKED]))


def lock(
    workspace: Workspace, realm: Realm, form: str, period: Period, *, account: str,
    clock: Callable[[], dt.datetime] = now,
) -> StoredEvent:  # fmt: skip
    """Close a period of a form for regular returns of all areas; backfill still goes.

    Raises:
        Refused: XQ-RETURN-011 for an unknown form, XQ-RETURN-108 for a period of another frequency.
    """
    pack = adopted(workspace, realm)
    refuse_other_frequency(pack, form, period)
    data: dict[str, object] = {"form": form, "period": str(period)}
    event = _event(workspace, realm, _LOCKED, f"return/{form}/{period}", account, data)
    return log.append(workspace, pack, [event], clock=clock)[0]


def unlock(
    workspace: Workspace, realm: Realm, key: Key, *, account: str, second: str, reason: str,
    clock: Callable[[], dt.datetime] = now,
) -> StoredEvent:  # fmt: skip
    """Open a closed period again for one area, by two persons, until it is locked anew; the reason is kept salted."""
    pack = adopted(workspace, realm)
    refuse_other_frequency(pack, key.form, Period.parse(key.period))
    body = salted.salt(reason.encode())
    text = sha256_hex(body)
    data = {**key.data(), "reason": text, "second_actor": second}
    event = _event(workspace, realm, _UNLOCKED, key.subject, account, data, objects=(text,))
    log.refuse_early(workspace, pack, [event], clock=clock)
    workspace.objects.put(body)
    return log.append(workspace, pack, [event], clock=clock)[0]


def _event(
    workspace: Workspace, realm: Realm, kind: str, subject: str, account: str, data: dict[str, object],
    objects: tuple[str, ...] = (),
) -> NewEvent:  # fmt: skip
    person = administrator(workspace, account, realm=realm)
    return NewEvent(
        type=kind, realm=realm, actor=person.account, organisation=person.organisation, role=person.role,
        subject=subject, data=data, objects=objects,
    )  # fmt: skip


def refuse_other_frequency(pack: Pack, form: str, period: Period) -> None:
    """Raise Refused XQ-RETURN-011 or -029 for a form that is no area form, -108 for a period that it does not have."""
    definition = find_form(pack, form, Where(subject=form))
    if period.frequency is not definition.frequency:
        raise Refused(
            Problem(
                code="XQ-RETURN-108",
                what=Text(f"{form} 没有报告期 {period}", f"{form} has no period {period}"),
                where=Where(subject=f"{form} {period}"),
                why=Text(f"{form} 的频率是 {definition.frequency}", f"{form} is {definition.frequency}"),
                fix=Text("写出该表的报告期", "name a period of that form"),
            )
        )
