"""Difficulties: who holds one until when, what is refused, and that its closer is independent."""

import datetime as dt

import polars as pl
import pytest
from coordination_events import CALENDAR, PACK, day, log, moved, raised

from xinqu.coordination.difficulties import closing_problems, difficulties
from xinqu.coordination.ladder import rung_limit_wd
from xinqu.coordination.proposals import due_escalations
from xinqu.vocabulary.problem import Refused


def state(*events: tuple, as_of: str) -> dict:
    return difficulties(PACK, log(*events), CALENDAR, as_of=day(as_of)).row(0, named=True)


def test_oracle_w91_due_on_16_october_and_raised_to_the_province_on_the_17th():
    """domain/oracles.csv W91: raised 2025-09-26, rung area, limit 10 working days, judged on 2025-10-17."""
    events = log(raised("2025-09-26"))
    table = difficulties(PACK, events, CALENDAR, as_of=day("2025-10-17"))
    row = table.row(0, named=True)
    assert (row["rung"], row["limit_wd"], row["due_on"].isoformat()) == ("area", 10, "2025-10-16")
    rise = due_escalations(PACK, table, CALENDAR, as_of=day("2025-10-17"))
    assert [(e.effective_on.isoformat(), e.data["from_rung"], e.data["to_rung"]) for e in rise] == [
        ("2025-10-17", "area", "province")
    ]
    on_the_day = difficulties(PACK, events, CALENDAR, as_of=day("2025-10-16"))
    assert (on_the_day["is_overdue"].item(), row["is_overdue"]) == (False, True)
    assert due_escalations(PACK, on_the_day, CALENDAR, as_of=day("2025-10-16")) == []


def test_holders_and_limits_follow_the_rungs():
    steps = [raised("2026-03-02"), moved("2026-03-03", "accept")]
    assert state(*steps, as_of="2026-03-04")["holder"] == "lanzhou"
    steps.append(
        ("difficulty.escalated", "2026-03-06", {"difficulty": "K1", "from_rung": "area", "to_rung": "province"})
    )
    at_province = state(*steps, as_of="2026-03-10")
    assert (at_province["holder"], at_province["limit_wd"], at_province["days_used"]) == ("gansu", 20, 2)
    steps.append(moved("2026-03-11", "escalate"))
    assert (state(*steps, as_of="2026-03-12")["holder"], state(*steps, as_of="2026-03-12")["limit_wd"]) == ("ndrc", 30)
    steps.append(moved("2026-03-13", "report"))
    top = state(*steps, as_of="2026-03-20")
    assert (top["rung"], top["holder"], top["due_on"], top["is_overdue"]) == ("state_council", "cn", None, False)


def test_a_stopped_clock_has_no_due_day_and_goes_on_where_it_stood():
    steps = [raised("2026-03-02"), moved("2026-03-03", "accept")]
    stop = ("case.clock_stopped", "2026-03-06", {"instrument": "I86", "case": "K1", "reason": "facts asked for"})
    resume = ("case.clock_resumed", "2026-03-20", {"instrument": "I86", "case": "K1"})
    stopped = state(*steps, stop, as_of="2026-03-18")
    assert (stopped["state"], stopped["due_on"], stopped["holder"], stopped["days_used"]) == (
        "stopped",
        None,
        "lanzhou.dr",
        4,
    )
    resumed = state(*steps, stop, resume, as_of="2026-03-23")
    assert (resumed["days_used"], resumed["due_on"].isoformat()) == (5, "2026-03-30")  # 6 left from Friday the 20th


def test_a_move_that_the_pack_does_not_know_changes_nothing_and_is_listed():
    row = state(raised("2026-03-02"), moved("2026-03-03", "answer"), as_of="2026-03-05")
    assert (row["state"], row["refused_events"]) == ("raised", [2])


ANSWERED = (raised("2026-03-02"), moved("2026-03-03", "accept"), moved("2026-03-05", "answer"))


def closing(validator: str, on: str = "2026-03-09") -> tuple:
    return ("difficulty.closed", on, {"difficulty": "K1", "validator": validator, "evidence": "h"}, validator)


def test_an_independent_validator_closes_it():
    row = state(*ANSWERED, closing("lanzhou.stat"), as_of="2026-03-10")
    assert (row["state"], row["is_open"], row["closed_on"].isoformat(), row["holder"]) == (
        "closed",
        False,
        "2026-03-09",
        "",
    )


@pytest.mark.parametrize("validator", ["lanzhou", "gansu", "ndrc", "cn", "lanzhou.dr", ""])
def test_neither_a_holder_nor_the_raiser_closes_it(validator):
    row = state(*ANSWERED, closing(validator), as_of="2026-03-10")
    assert (row["state"], row["refused_events"]) == ("answered", [4])


def test_why_a_closing_is_refused_is_said_all_at_once():
    row = state(ANSWERED[0], as_of="2026-03-04")
    assert [p.code for p in closing_problems(PACK, row, validator="lanzhou")] == [
        "XQ-COORDINATION-001",
        "XQ-COORDINATION-002",
    ]
    assert [p.code for p in closing_problems(PACK, row, validator="lanzhou.dr")] == [
        "XQ-COORDINATION-001",
        "XQ-COORDINATION-003",
    ]
    answered = state(*ANSWERED, as_of="2026-03-06")
    assert closing_problems(PACK, answered, validator="lanzhou.stat") == []


def test_an_answered_difficulty_waits_for_its_validator_and_does_not_rise():
    table = difficulties(PACK, log(*ANSWERED), CALENDAR, as_of=day("2026-06-01"))
    row = table.row(0, named=True)
    assert (row["limit_wd"], row["is_overdue"]) == (10, True)
    assert due_escalations(PACK, table, CALENDAR, as_of=day("2026-06-01")) == []


def test_a_limit_beyond_the_known_calendar_is_provisional_and_never_lapses():
    table = difficulties(PACK, log(raised("2026-12-25")), CALENDAR, as_of=day("2027-03-01"))
    row = table.row(0, named=True)
    assert (row["provisional"], row["is_overdue"]) == (True, False)
    assert due_escalations(PACK, table, CALENDAR, as_of=day("2027-03-01")) == []


def test_a_later_day_knows_more_and_no_events_mean_no_rows():
    events = log(*ANSWERED)
    assert difficulties(PACK, events, CALENDAR, as_of=dt.date(2026, 3, 4))["state"].to_list() == ["area"]
    assert difficulties(PACK, log(), CALENDAR, as_of=dt.date(2026, 3, 4)).is_empty()


def test_after_an_answer_it_is_the_validators_move_and_the_system_is_asked_nothing():
    by_system = log(*ANSWERED).with_columns(actor=pl.lit("system"), organisation=pl.lit("cn"))
    answered = difficulties(PACK, by_system, CALENDAR, as_of=day("2026-03-06")).row(0, named=True)
    assert (answered["holder"], answered["raised_by"]) == ("lanzhou.stat", "system")
    stop = ("case.clock_stopped", "2026-03-04", {"instrument": "I86", "case": "K1", "reason": "facts asked for"})
    stopped = log(*ANSWERED[:2], stop).with_columns(actor=pl.lit("system"), organisation=pl.lit("cn"))
    assert difficulties(PACK, stopped, CALENDAR, as_of=day("2026-03-06"))["holder"].to_list() == ["lanzhou"]


def test_a_limit_without_a_version_in_force_is_refused():
    with pytest.raises(Refused) as refusal:
        rung_limit_wd(PACK, "area", dt.date(2019, 1, 1))
    assert refusal.value.problems[0].code == "XQ-COORDINATION-004"
    assert rung_limit_wd(PACK, "state_council", dt.date(2026, 1, 1)) is None
