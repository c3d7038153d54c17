"""What time has brought about and nobody wrote yet: reminders, late and missing returns, difficulties, escalations, major matters.

Each event carries the day on which it came about, computed from facts, not from the day of the tick: ticking after a
pause gives the same events as ticking every day, and ticking twice gives none. What people did during the pause stands
as it was recorded: a difficulty that was answered after its limit does not rise in hindsight.
"""

import datetime as dt
from collections.abc import Collection, Mapping

import msgspec
import polars as pl

from xinqu.coordination.difficulties import difficulties
from xinqu.coordination.due_events import DueEvent, in_due_order, log_columns, with_due
from xinqu.coordination.matter_rules import Inputs
from xinqu.coordination.matters import TRIGGERED, major_matters
from xinqu.coordination.proposals import due_escalations, propose_difficulties, red_since
from xinqu.coordination.returns_due import due_reminders, overtaken_returns
from xinqu.policy.pack import Pack
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.event_frame import read_events


class Known(msgspec.Struct, frozen=True):
    """What a tick looks at besides the log: the lamps as computed at its vintage, and the facts by form."""

    lamps: pl.DataFrame
    facts: Mapping[str, pl.DataFrame]


def tick(
    pack: Pack,
    log: pl.DataFrame,
    known: Known,
    calendar: WorkingCalendar,
    *,
    since: dt.date,
    as_of: dt.date,
    forms: Collection[str] | None = None,
) -> list[DueEvent]:
    """Return the events that time brought about after ``since`` up to ``as_of`` and that the log does not hold.

    Args:
        pack: rules, areas and forms.
        log: the events of one realm (``event_frame.LOG_SCHEMA``; the day as Date or ISO text).
        known: lamps and facts.
        calendar: the working days; what is provisional never lapses.
        since: the day the realm opened: what came about on or before it is history.
        as_of: the day of the tick.
        forms: forms that are owed; None means all of the pack.

    Returns: events in due order; the caller writes them as the system account.
    """
    log = log_columns(log)
    returns = due_reminders(pack, log, calendar, since=since, as_of=as_of, forms=forms)
    returns += overtaken_returns(pack, log, calendar, since=since, as_of=as_of, forms=forms)
    reds = red_since(pack, known.lamps, log, calendar, as_of=as_of)
    existing = difficulties(pack, log, calendar, as_of=as_of)
    raised = propose_difficulties(pack, reds, existing, since=since, as_of=as_of)
    coming = with_due(log, raised)
    escalated: list[DueEvent] = []
    while rising := due_escalations(
        pack, state := difficulties(pack, coming, calendar, as_of=as_of), calendar, as_of=as_of
    ):
        escalated += rising
        coming = with_due(coming, rising)
    given = Inputs(
        pack=pack, calendar=calendar, as_of=as_of, log=coming, facts=known.facts, reds=reds, difficulties=state
    )
    return in_due_order([*returns, *raised, *escalated, *_matters(given, since)])


def _matters(given: Inputs, since: dt.date) -> list[DueEvent]:
    """Return ``matter.triggered`` for the occurrences after ``since`` that the log does not hold."""
    written = read_events(given.log, ["matter.triggered"], ["matter"]).get_column("matter").to_list()
    rows = major_matters(given).filter((pl.col("verdict") == TRIGGERED) & (pl.col("triggered_on") > since))
    out = []
    for row in rows.iter_rows(named=True):
        identity = "-".join(part for part in (row["matter"], row["area"], row["period"], row["subject"]) if part)
        if identity in written:
            continue
        out.append(
            DueEvent(
                type="matter.triggered",
                subject=f"major_matter/{identity}",
                effective_on=row["triggered_on"],
                data={
                    "matter": identity,
                    "trigger": row["matter"],
                    "area": row["area"],
                    "period": row["period"],
                    "facts": row["facts"],
                    "due": row["due_on"].isoformat(),
                },
            )
        )
    return out
