"""The ladder of coordination read from the pack: rungs, who holds a difficulty on each, and how long."""

import datetime as dt

import msgspec

from xinqu.policy.model import Instrument
from xinqu.policy.pack import Pack
from xinqu.shapes.case_with_clock import Machine, machine_of
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

RUNGS = "CL_RUNG"


class Ladder(msgspec.Struct, frozen=True):
    """Rungs from the lowest; ``next_by_time`` says to which rung a difficulty rises when its limit has passed."""

    instrument: Instrument
    machine: Machine
    rungs: tuple[str, ...]
    next_by_time: dict[str, str]
    deadlines: dict[str, int]

    def rise_event(self, from_rung: str, to_rung: str) -> str:
        """Return the move that an escalation between two rungs makes."""
        return _rise(from_rung, to_rung)


def has_ladder(pack: Pack) -> bool:
    """Say whether the policy knows difficulties: a pack without names no instrument for them (pack.yaml)."""
    return bool(pack.info.difficulties)


def ladder_of(pack: Pack) -> Ladder:
    """Read the ladder off the states and transitions of the instrument of difficulties.

    Only for a pack that has one (``has_ladder``). The states named like rungs are held there; the first state (raised) stands on the lowest rung, whose limit counts
    from the day a difficulty is raised (oracle W91). ``deadlines`` are those of states that are no rung (answered).
    """
    instrument = pack.instruments[pack.info.difficulties]
    rungs = tuple(code for code in pack.codelists[RUNGS] if any(s.state == code for s in instrument.states))
    initial = next(state.state for state in instrument.states if state.initial)
    on_rung = {initial: rungs[0], **{rung: rung for rung in rungs}}
    rises = {
        (t.from_state, t.to_state)
        for t in instrument.transitions
        if t.from_state in rungs and t.to_state in rungs and rungs.index(t.from_state) < rungs.index(t.to_state)
    }
    extra = [
        (state, _rise(lower, upper), upper)
        for lower, upper in sorted(rises)
        for state, rung in on_rung.items()
        if rung == lower
    ]
    return Ladder(
        instrument=instrument,
        machine=machine_of(instrument, groups=on_rung, extra=extra),
        rungs=rungs,
        next_by_time={t.from_state: t.to_state for t in instrument.transitions if t.event == "auto_escalate"},
        deadlines=_deadlines(instrument, on_rung),
    )


def _rise(from_rung: str, to_rung: str) -> str:
    return f"rise.{from_rung}.{to_rung}"


def _deadlines(instrument: Instrument, on_rung: dict[str, str]) -> dict[str, int]:
    """Return the shortest deadline of the moves out of each state that is no rung, in working days."""
    found: dict[str, int] = {}
    for transition in instrument.transitions:
        if transition.from_state not in on_rung and transition.deadline_wd:
            days = int(transition.deadline_wd)
            found[transition.from_state] = min(days, found.get(transition.from_state, days))
    return found


def rung_limit_wd(pack: Pack, rung: str, day: dt.date) -> int | None:
    """Return the limit of a rung on ``day`` in working days; None where the pack sets none (State Council).

    Raises:
        Refused: XQ-COORDINATION-004 when the pack has a limit but no version of it on that day.
    """
    parameter = pack.parameters.get(f"rung_{rung}_days")
    if parameter is None:
        return None
    version = parameter.on(day)
    if version is None:
        raise Refused(
            Problem(
                code="XQ-COORDINATION-004",
                what=Text(
                    f"参数 {parameter.id} 在 {day} 没有有效版本",
                    f"the parameter {parameter.id} has no version on {day}",
                ),
                where=Where(subject=f"parameter {parameter.id}"),
                why=Text("没有时限就不能计时", "without a limit the clock can't run"),
                fix=Text(
                    "在 parameters/coordination.yaml 中补充有出处的版本",
                    "add a cited version in parameters/coordination.yaml",
                ),
            )
        )
    return int(version.exact)


def holder_of(pack: Pack, area: str, rung: str) -> str:
    """Return the organisation that holds a difficulty of ``area`` on ``rung``: the ``holder`` of its code, filled in."""
    return pack.codelists[RUNGS][rung].holder.format(area=area, province=pack.areas[area].province_org)


def national_rungs(pack: Pack) -> list[str]:
    """Return the rungs that one organisation holds for all areas."""
    return [code for code, rung in pack.codelists.get(RUNGS, {}).items() if "{" not in rung.holder]


def field_of(pack: Pack, pillar: str) -> str:
    """Return the field of a difficulty that a red lamp of ``pillar`` raises: the code whose members name it, else the last."""
    instrument = pack.instruments[pack.info.difficulties]
    lists = [field.codelist for field in instrument.fields if field.name == "field" and field.codelist]
    codes = pack.codelists[lists[0]] if lists else {}
    return next((code for code, record in codes.items() if pillar in record.members), next(reversed(codes), ""))
