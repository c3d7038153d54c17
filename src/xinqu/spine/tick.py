"""Writes what time has brought about: late and missing returns, difficulties, escalations, major matters."""

import datetime as dt
from collections.abc import Callable

from xinqu.coordination import tick as due
from xinqu.spine import log
from xinqu.spine.snapshot import take
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm


def tick(
    workspace: Workspace,
    realm: Realm,
    *,
    since: dt.date | None = None,
    as_of: dt.date | None = None,
    recorded_at: dt.datetime | None = None,
    clock: Callable[[], dt.datetime] = now,
) -> list[StoredEvent]:
    """Append, as the system account, what came about after ``since`` up to ``as_of`` and is not in the log.

    ``since`` defaults to the day the realm's log begins; ``as_of`` to the day of ``recorded_at`` or of the clock.
    Ticking again writes nothing; after a pause it writes in due order.
    """
    moment = recorded_at or clock()
    day = as_of or beijing_day(moment)
    view = take(workspace, realm, as_of=day)
    if view.events.is_empty():
        return []
    opened = since or view.opened_on
    known = due.Known(lamps=view.lamps, facts=view.facts)
    forms = [form.id for form in view.pack.area_forms]
    events = due.tick(view.pack, view.events, known, view.calendar, since=opened, as_of=day, forms=forms)
    return log.append(
        workspace,
        view.pack,
        [
            NewEvent(
                type=event.type, realm=realm, actor=log.SYSTEM, organisation=view.pack.root, role=log.SYSTEM,
                subject=event.subject, data=event.data, recorded_at=recorded_at, effective_on=event.effective_on,
            )
            for event in events
        ],
        clock=clock,
    )  # fmt: skip
