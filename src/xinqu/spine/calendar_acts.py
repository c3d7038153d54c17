"""The calendar of returns as people use it: the board of a day, and moving one due day by an event."""

import datetime as dt
from collections.abc import Callable

import polars as pl

from xinqu.monitoring.owed_returns import EXTENDED, first_filed, owed_returns
from xinqu.monitoring.submission_board import board
from xinqu.policy.pack import Pack
from xinqu.spine import calendar_problems, log, permissions, salted
from xinqu.spine.accounts import Person
from xinqu.spine.calendar import calendar_of
from xinqu.spine.closing import refuse_other_frequency
from xinqu.spine.policy import adopted
from xinqu.spine.return_rights import unit_of
from xinqu.spine.snapshot import take
from xinqu.spine.steps import Key
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Exit, Problem, Refused

Clock = Callable[[], dt.datetime]


def day_of(workspace: Workspace, realm: Realm, *, clock: Clock = now) -> dt.date:
    """Return the day a board is judged on: today in the official realm, elsewhere that of the realm's last event."""
    if realm is Realm.OFFICIAL:
        return beijing_day(clock())
    return take(workspace, realm).as_of


def board_of(
    workspace: Workspace, realm: Realm, *, as_of: dt.date, first: dt.date, vintage: int | None = None
) -> pl.DataFrame:
    """Return the submission board of ``realm`` on ``as_of`` for periods that end from ``first`` up to it."""
    seen = take(workspace, realm, vintage, as_of=as_of)
    return board(
        seen.pack, seen.calendar, seen.events, seen.submissions, as_of=as_of, first=first, last=as_of
    )  # fmt: skip


def extend(
    workspace: Workspace, realm: Realm, key: Key, due: dt.date, *, account: str, reason: str, clock: Clock = now
) -> StoredEvent:
    """Move the due day of one area's return to ``due``; its grace follows. The reason is kept salted.

    Only a due day that has not passed can move, and only to a later day: what was late stays late.

    Raises:
        Refused: XQ-RETURN-011, -029 and -108 for a form or period that does not exist, XQ-CALENDAR-001 when nothing is
            owed, -002 when it was handed in or the due day is past, -003 for a day that is not later, -004 (exit 3) for
            an account without the role in a place above the area, and what the log refuses.
    """
    pack = adopted(workspace, realm)
    period = Period.parse(key.period)
    refuse_other_frequency(pack, key.form, period)
    today = beijing_day(clock())
    person = _signing(workspace, pack, realm, key, account, today)

    def not_allowed() -> list[Problem]:
        problem = _fault(workspace, pack, realm, key, due, today)
        return [problem] if problem else []

    problems = not_allowed()
    if problems:
        raise Refused(problems)
    text = salted.put_text(workspace, reason)
    data = {name: value for name, value in key.data().items() if name != "sub_unit"}
    event = NewEvent(
        type=EXTENDED, realm=realm, actor=person.account, organisation=person.organisation, role=person.role,
        subject=key.subject, data={**data, "due": due.isoformat(), "reason": text}, objects=(text,),
    )  # fmt: skip
    return log.append(workspace, pack, [event], clock=clock, also=not_allowed)[0]


def _signing(workspace: Workspace, pack: Pack, realm: Realm, key: Key, account: str, today: dt.date) -> Person:
    """Return ``account`` in the first of its roles that may extend and whose place in the tree covers the unit."""
    roles = pack.event_types[EXTENDED].roles
    held = [h for h in permissions.roles_of(workspace, account, on=today) if h.realm == realm and h.role in roles]
    covering = [h for h in held if permissions.covers(h, unit_of(pack, key), pack=pack)]
    if not covering:
        raise Refused(
            calendar_problems.no_right(key, account, roles, [h.organisation for h in held]), Exit.NOT_PERMITTED
        )
    first = min(covering, key=lambda h: (roles.index(h.role), h.organisation))
    return Person(account=account, role=first.role, organisation=first.organisation)


def _fault(
    workspace: Workspace, pack: Pack, realm: Realm, key: Key, due: dt.date, today: dt.date
) -> Problem | None:  # fmt: skip
    events = log.events(workspace, realm, types=[EXTENDED, "return.submitted", "data.corrected"])
    end = Period.parse(key.period).end
    mine = (pl.col("form") == key.form) & (pl.col("area") == key.area) & (pl.col("period") == key.period)
    owed = owed_returns(pack, events, calendar_of(pack, realm), end, end, as_of=today, forms=[key.form]).filter(mine)
    if owed.is_empty():
        return calendar_problems.not_owed(key)
    present: dt.date = owed["due_on"].item()
    filed = first_filed(events, as_of=today).filter(mine)
    if not filed.is_empty():
        return calendar_problems.already_filed(key, filed["filed_on"].item())
    if today > present:
        return calendar_problems.already_past(key, present, today)
    return None if due > present else calendar_problems.not_later(key, present, due)
