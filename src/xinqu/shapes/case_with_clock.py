"""The case with a clock as a shape: its moves folded into state, who was where how long, and working days net of stops.

What is allowed is data: the states and transitions of an instrument. The clock counts working days in states whose clock
runs; it starts anew when the case enters another group of states (a rung of coordination, say) and goes on where it was
after a stop. A move that the table does not allow is not applied; it is listed, never silently dropped.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from xinqu.policy.model import Instrument
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.day_count import DayCount

CODE_VERSION = 1
OPEN, RESUME = "open", "resume_where_stopped"
MOVES_SCHEMA = {"case": pl.String, "event": pl.String, "on": pl.Date, "seq": pl.Int64}
STATE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "case": pl.String,
    "state": pl.String,
    "group": pl.String,
    "opened_on": pl.Date,
    "since": pl.Date,
    "clock_from": pl.Date,
    "used_wd": pl.Int64,
    "moves": pl.Int64,
}
_NONE = -1


class Machine(msgspec.Struct, frozen=True):
    """States and moves as a table: ``after[state, event]`` is the next state, or -1 where the move is not allowed.

    ``group_of`` numbers the group of each state in ``groups``; ``runs`` says where the clock counts, ``stops`` where it
    is stopped and keeps its count.
    """

    states: tuple[str, ...]
    events: tuple[str, ...]
    groups: tuple[str, ...]
    after: NDArray[np.int64]
    group_of: NDArray[np.int64]
    runs: NDArray[np.bool_]
    stops: NDArray[np.bool_]
    initial: int


class Folded(msgspec.Struct, frozen=True):
    """``states``: one row per case (``STATE_SCHEMA``); ``clock_from`` is the day the running count goes on from.

    ``stays``: case, state, entered_on, left_on, working_days of each state left; ``refused``: case, seq, event, state of
    each move that was not allowed.
    """

    states: pl.DataFrame
    stays: pl.DataFrame
    refused: pl.DataFrame


def machine_of(
    instrument: Instrument, *, groups: Mapping[str, str], extra: Iterable[tuple[str, str, str]] = ()
) -> Machine:
    """Build the machine of an instrument; a state not named in ``groups`` is a group of its own.

    ``extra`` are further moves (from state, event, to state) that stand for several of the pack's.
    """
    states = tuple(state.state for state in instrument.states)
    edges = [(t.from_state, t.event, t.to_state) for t in instrument.transitions] + list(extra)
    events = (OPEN, RESUME, *dict.fromkeys(event for _, event, _ in edges))
    after = np.full((len(states), len(events)), _NONE, dtype=np.int64)
    for from_state, event, to_state in edges:
        after[states.index(from_state), events.index(event)] = states.index(to_state)
    names = [groups.get(state, state) for state in states]
    unique = tuple(dict.fromkeys(names))
    return Machine(
        states=states,
        events=events,
        groups=unique,
        after=after,
        group_of=np.array([unique.index(name) for name in names], dtype=np.int64),
        runs=np.array([state.clock == "runs" for state in instrument.states]),
        stops=np.array([state.clock == "stopped" for state in instrument.states]),
        initial=next(n for n, state in enumerate(instrument.states) if state.initial),
    )


class _Arrays:
    """The state of all cases as arrays; -1 is "no state yet"."""

    def __init__(self, size: int) -> None:
        self.state = np.full(size, _NONE, dtype=np.int64)
        self.stopped_from = np.full(size, _NONE, dtype=np.int64)
        self.group = np.full(size, _NONE, dtype=np.int64)
        self.opened = np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
        self.since = self.opened.copy()
        self.clock_from = self.opened.copy()
        self.used = np.zeros(size, dtype=np.int64)
        self.moves = np.zeros(size, dtype=np.int64)


def fold(machine: Machine, moves: pl.DataFrame, days: DayCount) -> Folded:
    """Fold ``moves`` (``MOVES_SCHEMA``) into state: the n-th move of every case at once.

    Order is (on, seq) within a case. ``days`` must cover the days of the moves.
    """
    ordered = moves.sort("case", "on", "seq")
    cases = ordered.get_column("case").unique(maintain_order=True)
    index = ordered.get_column("case").rle_id().to_numpy().astype(np.int64)
    codes = ordered.get_column("event").replace_strict(
        {event: n for n, event in enumerate(machine.events)}, default=_NONE, return_dtype=pl.Int64
    )
    event, on = codes.to_numpy(), ordered.get_column("on").to_numpy().astype("datetime64[D]")
    place = np.arange(len(index)) - np.searchsorted(index, index)
    arrays = _Arrays(len(cases))
    applied = np.zeros(len(index), dtype=np.bool_)
    before = np.full(len(index), _NONE, dtype=np.int64)
    entered = np.full(len(index), np.datetime64("NaT"), dtype="datetime64[D]")
    counted = np.zeros(len(index), dtype=np.int64)
    for step in range(int(place.max(initial=-1)) + 1):
        rows = np.flatnonzero(place == step)
        before[rows], entered[rows] = arrays.state[index[rows]], arrays.since[index[rows]]
        applied[rows], counted[rows] = _step(machine, arrays, index[rows], event[rows], on[rows], days)
    left = applied & (before != _NONE)
    return Folded(
        states=_state_frame(machine, arrays, cases),
        stays=_stays_frame(machine, ordered.filter(left), before[left], entered[left], counted[left]),
        refused=_refused_frame(machine, ordered.filter(~applied), before[~applied]),
    )


def _step(
    machine: Machine,
    arrays: _Arrays,
    case: NDArray[np.int64],
    event: NDArray[np.int64],
    on: NDArray[np.datetime64],
    days: DayCount,
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Apply one move to each of ``case``; return which were allowed and the working days counted in the state left."""
    state = arrays.state[case]
    exists = state != _NONE
    target = np.where(exists & (event != _NONE), machine.after[state, event], _NONE)
    resumes = exists & (event == machine.events.index(RESUME)) & machine.stops[state]
    target = np.where(resumes, arrays.stopped_from[case], target)
    target = np.where(~exists & (event == machine.events.index(OPEN)), machine.initial, target)
    allowed = target != _NONE
    counted = np.zeros(len(case), dtype=np.int64)
    running = allowed & exists & machine.runs[state]
    counted[running] = days.between(arrays.clock_from[case[running]], on[running])
    chosen, to, day, was = case[allowed], target[allowed], on[allowed], state[allowed]
    used = arrays.used[chosen] + counted[allowed]
    restarts = ~machine.stops[to] & (machine.group_of[to] != arrays.group[chosen])
    arrays.used[chosen] = np.where(restarts, 0, used)
    arrays.group[chosen] = np.where(machine.stops[to], arrays.group[chosen], machine.group_of[to])
    arrays.stopped_from[chosen] = np.where(machine.stops[to], was, _NONE)
    arrays.opened[chosen] = np.where(was == _NONE, day, arrays.opened[chosen])
    arrays.state[chosen], arrays.since[chosen] = to, day
    arrays.clock_from[chosen] = np.where(machine.runs[to], day, np.datetime64("NaT"))
    arrays.moves[chosen] += 1
    return allowed, counted


def _state_frame(machine: Machine, arrays: _Arrays, cases: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "case": cases,
            "state": _names(machine.states, arrays.state),
            "group": _names(machine.groups, arrays.group),
            "opened_on": arrays.opened,
            "since": arrays.since,
            "clock_from": arrays.clock_from,
            "used_wd": arrays.used,
            "moves": arrays.moves,
        },
        schema_overrides=STATE_SCHEMA,
    )
    return frame.filter(pl.col("moves") > 0)


def _stays_frame(
    machine: Machine,
    rows: pl.DataFrame,
    state: NDArray[np.int64],
    entered: NDArray[np.datetime64],
    counted: NDArray[np.int64],
) -> pl.DataFrame:
    return rows.select(
        "case",
        pl.Series("state", _names(machine.states, state), dtype=pl.String),
        pl.Series("entered_on", entered, dtype=pl.Date),
        pl.col("on").alias("left_on"),
        pl.Series("working_days", counted, dtype=pl.Int64),
    )


def _refused_frame(machine: Machine, rows: pl.DataFrame, state: NDArray[np.int64]) -> pl.DataFrame:
    return rows.select("case", "seq", "event", pl.Series("state", _names(machine.states, state), dtype=pl.String))


def _names(names: tuple[str, ...], codes: NDArray[np.int64]) -> list[str]:
    return [names[code] if code != _NONE else "" for code in codes]


def days_used(states: pl.DataFrame, days: DayCount, as_of: dt.date) -> NDArray[np.int64]:
    """Return the working days used on the present clock up to ``as_of``, shape (cases,); a stopped clock stands still."""
    start = states.get_column("clock_from").fill_null(as_of).to_numpy().astype("datetime64[D]")
    end = np.full(len(start), np.datetime64(as_of, "D"))
    return states.get_column("used_wd").to_numpy() + days.between(np.minimum(start, end), end)


def apply(
    machine: Machine, row: Mapping[str, Any] | None, move: Mapping[str, Any], calendar: WorkingCalendar
) -> dict[str, Any]:
    """Apply one move to the row of its case, None before it is opened: the readable oracle of ``fold``.

    A move that is not allowed returns the row as it was. Rows carry ``stopped_from`` beside ``STATE_SCHEMA``.
    """
    event, on = move["event"], move["on"]
    if row is None:
        if event != OPEN:
            return {}
        first = machine.states[machine.initial]
        return _entered(
            machine, {"case": move["case"], "opened_on": on, "group": "", "used_wd": 0, "moves": 0}, first, on
        )
    state = machine.states.index(row["state"])
    if event == RESUME and machine.stops[state]:
        target = row["stopped_from"]
    elif event in machine.events and machine.after[state, machine.events.index(event)] != _NONE:
        target = machine.states[machine.after[state, machine.events.index(event)]]
    else:
        return dict(row)
    counted = calendar.between(row["clock_from"], on) if row["clock_from"] is not None else 0
    return _entered(machine, {**row, "used_wd": row["used_wd"] + counted}, target, on)


def _entered(machine: Machine, row: dict[str, Any], state: str, on: dt.date) -> dict[str, Any]:
    code = machine.states.index(state)
    group = machine.groups[machine.group_of[code]]
    stops = bool(machine.stops[code])
    restarts = not stops and group != row["group"]
    return {
        **row,
        "state": state,
        "group": row["group"] if stops else group,
        "since": on,
        "clock_from": on if machine.runs[code] else None,
        "used_wd": 0 if restarts else row["used_wd"],
        "moves": row["moves"] + 1,
        "stopped_from": row.get("state", "") if stops else "",
    }
