"""The statistical return as a shape: the fold of its events into one row per submission, and the moves each state allows.

States are those of CL_SUBMISSION. A co-check, an explanation, a query, its answer and the order to correct released
statistics are events on a submission, not states. A ``draft`` is no event and is never seen here.
"""

from collections.abc import Iterable, Mapping

import msgspec
import polars as pl

CODE_VERSION = 2
KEY = ("realm", "form", "area", "sub_unit", "period", "version")

_IN_APPROVAL = frozenset({"submitted", "area_approved", "province_approved"})
_IN_FORCE = frozenset({"accepted", "released"})
# event type -> (states it may follow, state it leads to; "" keeps the state)
MOVES: dict[str, tuple[frozenset[str], str]] = {
    "return.submitted": (frozenset({""}), "submitted"),
    "return.recalled": (frozenset({"submitted"}), "recalled"),
    "return.sent_back": (_IN_APPROVAL, "returned"),
    "return.area_approved": (frozenset({"submitted"}), "area_approved"),
    "return.province_approved": (frozenset({"area_approved"}), "province_approved"),
    "return.accepted": (frozenset({"province_approved"}), "accepted"),
    "return.co_checked": (_IN_APPROVAL, ""),
    "return.finding_explained": (_IN_APPROVAL, ""),
    "return.explanation_judged": (_IN_APPROVAL, ""),
    "return.edited": (_IN_APPROVAL, ""),
    "return.queried": (_IN_APPROVAL | _IN_FORCE, ""),
    "return.answered": (_IN_APPROVAL | _IN_FORCE | {"returned"}, ""),
}
TO_FACTS = tuple(kind for kind, (_, after) in MOVES.items() if after == "accepted")  # what changes the current returns
_STATE = {kind: after for kind, (_, after) in MOVES.items() if after}
_DATA = pl.Struct(
    dict.fromkeys(
        ("form", "area", "sub_unit", "period", "kind", "scope", "file_hash", "content_hash", "rows_hash", "cells_hash",
         "file_name", "reason", "result", "revision"), pl.String,
    ) | {"version": pl.Int64, "errors": pl.Int64, "warnings": pl.Int64, "query": pl.Int64}
)  # fmt: skip
_FROM_SUBMISSION = ("kind", "scope", "file_hash", "content_hash", "rows_hash", "cells_hash", "file_name", "errors", "warnings", "revision")  # fmt: skip
_HANDS = {
    "return.submitted": "submitted",
    "return.co_checked": "co_checked",
    "return.area_approved": "area_approved",
    "return.province_approved": "province_approved",
    "return.accepted": "accepted",
    "return.sent_back": "sent_back",
    "return.edited": "edited",
}


def decode(events: pl.DataFrame) -> pl.DataFrame:
    """Return the return events with their data as columns.

    ``events``: columns of the log (seq, type, realm, actor, organisation, role, recorded_at, effective_on, data as JSON
    text).
    """
    known = events.filter(pl.col("type").is_in(list(MOVES)))
    return (
        known.with_columns(pl.col("data").str.json_decode(_DATA).alias("d"))
        .unnest("d")
        .with_columns(pl.col("sub_unit").fill_null(""))
    )


def fold(events: pl.DataFrame) -> pl.DataFrame:
    """Fold events into one row per submission, in one pass.

    Returns: columns realm, form, area, sub_unit, period, version, state, state_event (number of the deciding event),
    the columns of the submission (kind, scope, four hashes, file_name, errors, warnings, revision: the reason code of
    a correction), for each hand (submitted, co_checked, area_approved, province_approved, accepted, sent_back, edited)
    ``<hand>_by`` (account), ``<hand>_at`` (time of record) and ``<hand>_event`` (number), null where that has not
    happened; ``open_queries`` (event numbers of the queries that nobody answered yet) and ``asking`` (the roles that
    put them, in the same order); sorted by key.
    The order is (effective_on, number) as for every fold.
    """
    rows = decode(events).sort("effective_on", "seq")
    state = pl.col("type").replace_strict(_STATE, default=None, return_dtype=pl.String)
    submitted = pl.col("type") == "return.submitted"
    answered = rows.filter(pl.col("type") == "return.answered")["query"].drop_nulls()
    is_open = (pl.col("type") == "return.queried") & ~pl.col("seq").is_in(answered.implode())
    hands = [
        expression
        for kind, hand in _HANDS.items()
        for expression in (
            pl.col("actor").filter(pl.col("type") == kind).last().alias(f"{hand}_by"),
            pl.col("recorded_at").filter(pl.col("type") == kind).last().alias(f"{hand}_at"),
            pl.col("seq").filter(pl.col("type") == kind).last().alias(f"{hand}_event"),
        )
    ]
    return (
        rows.with_columns(state=state)
        .group_by(*KEY, maintain_order=True)
        .agg(
            pl.col("state").filter(pl.col("state").is_not_null()).last(),
            pl.col("seq").filter(pl.col("state").is_not_null()).last().alias("state_event"),
            *(pl.col(name).filter(submitted).last() for name in _FROM_SUBMISSION),
            *hands,
            pl.col("seq").filter(is_open).alias("open_queries"),
            pl.col("role").filter(is_open).alias("asking"),
        )
        .sort(*KEY)
    )


def apply(state: Mapping[str, object] | None, event: Mapping[str, object]) -> dict[str, object]:
    """Apply one decoded event to the row of its submission: the readable oracle of ``fold``."""
    row: dict[str, object] = dict(state) if state else {name: event[name] for name in KEY} | {
        "open_queries": [], "asking": [],
    }  # fmt: skip
    kind = str(event["type"])
    if kind == "return.submitted":
        row.update({name: event[name] for name in _FROM_SUBMISSION})
    if kind in _STATE:
        row.update(state=_STATE[kind], state_event=event["seq"])
    if kind in _HANDS:
        hand = _HANDS[kind]
        row.update({f"{hand}_by": event["actor"], f"{hand}_at": event["recorded_at"], f"{hand}_event": event["seq"]})
    if kind in {"return.queried", "return.answered"}:
        row.update(_with_query(row, event))
    return row


def _with_query(row: Mapping[str, object], event: Mapping[str, object]) -> dict[str, list[object]]:
    asked = list(zip(row["open_queries"], row["asking"], strict=True))  # type: ignore[call-overload]  # two lists
    if event["type"] == "return.queried":
        asked.append((event["seq"], event["role"]))
    else:
        asked = [pair for pair in asked if pair[0] != event["query"]]
    return {"open_queries": [seq for seq, _ in asked], "asking": [role for _, role in asked]}


def current(submissions: pl.DataFrame) -> pl.DataFrame:
    """Return the last accepted or released submission of each key: what figures are compiled from."""
    key = [name for name in KEY if name != "version"]
    return (
        submissions.filter(pl.col("state").is_in(["accepted", "released"]))
        .sort(*key, "accepted_event")
        .unique(subset=key, keep="last", maintain_order=True)
    )


class WrongMove(msgspec.Struct, frozen=True):
    """A decision that the state of a submission does not allow."""

    event: str
    state: str
    allowed_from: tuple[str, ...]


def move_fault(event_type: str, state: str) -> WrongMove | None:
    """Return why ``event_type`` can't follow ``state`` ("" = no submission yet); None when it can."""
    allowed, _ = MOVES[event_type]
    return None if state in allowed else WrongMove(event_type, state, tuple(sorted(allowed)))


def sequence_faults(events: Iterable[Mapping[str, object]]) -> list[WrongMove]:
    """Return the first wrong move of each submission in a sequence of decoded events in order of record."""
    states: dict[tuple[object, ...], str] = {}
    faults = []
    for event in events:
        key = tuple(event[name] for name in KEY)
        kind = str(event["type"])
        fault = move_fault(kind, states.get(key, ""))
        if fault:
            faults.append(fault)
        states[key] = _STATE.get(kind, states.get(key, ""))
    return faults
