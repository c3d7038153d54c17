"""The tick: what time brings about, written once, and the same after a pause as day by day."""

import datetime as dt

import polars as pl
import pytest
from coordination_events import AS_OF, CALENDAR, PACK, SINCE, day, lamps, log, raised
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.coordination.difficulties import difficulties
from xinqu.coordination.due_events import log_columns, with_due
from xinqu.coordination.proposals import propose_difficulties, red_since
from xinqu.coordination.returns_due import overtaken_returns
from xinqu.coordination.tick import Known, tick
from xinqu.monitoring.calendar_of_returns import due_table

NOTHING = Known(lamps=lamps(), facts={})


def overtaken(*events: tuple, as_of: str, forms: tuple[str, ...] = ("xa4",)) -> list[tuple[str, str, str]]:
    found = overtaken_returns(PACK, log(*events), CALENDAR, since=SINCE, as_of=day(as_of), forms=forms)
    return [
        (e.data["period"], e.data["status"], e.effective_on.isoformat()) for e in found if e.data["area"] == "lanzhou"
    ]


def submitted(on: str) -> tuple:
    return ("return.submitted", on, {"form": "xa4", "area": "lanzhou", "period": "2025"})


def test_a_return_is_late_the_day_after_it_is_due_and_missing_after_its_grace():
    """xa4 of 2025: due 15 April 2026, grace 5 working days to 22 April (DOMAIN c)."""
    assert overtaken(as_of="2026-04-15") == []
    assert overtaken(as_of="2026-04-16") == [("2025", "late", "2026-04-16")]
    both = [("2025", "late", "2026-04-16"), ("2025", "missing", "2026-04-23")]
    assert overtaken(as_of="2026-04-30") == both
    assert overtaken(submitted("2026-04-15"), as_of="2026-04-30") == []
    assert overtaken(submitted("2026-04-16"), as_of="2026-04-30") == both[:1]
    assert overtaken(submitted("2026-04-20"), as_of="2026-04-30") == both[:1]


def test_an_extension_moves_due_day_and_grace():
    extension = (
        "return.extended",
        "2026-04-10",
        {"form": "xa4", "area": "lanzhou", "period": "2025", "due": "2026-04-24"},
    )
    assert overtaken(extension, as_of="2026-04-24") == []
    assert overtaken(extension, as_of="2026-05-20") == [
        ("2025", "late", "2026-04-25"),
        ("2025", "missing", "2026-05-07"),  # five working days on: 27 to 30 April and 6 May
    ]


def test_what_the_log_holds_is_not_written_again_and_provisional_days_never_lapse():
    written = (
        "return.due_passed",
        "2026-04-16",
        {"form": "xa4", "area": "lanzhou", "period": "2025", "status": "late"},
    )
    assert overtaken(written, as_of="2026-04-30") == [("2025", "missing", "2026-04-23")]
    assert overtaken(as_of="2027-12-30") == [("2025", "late", "2026-04-16"), ("2025", "missing", "2026-04-23")]


def test_history_before_the_realm_opened_is_left_alone():
    found = overtaken_returns(PACK, log(), CALENDAR, since=day("2026-04-22"), as_of=AS_OF, forms=["xa4"])
    assert {e.data["status"] for e in found} == {"missing"}


RED = lamps(
    ("R05", "lanzhou", "2026-Q1", "red"), ("R05", "lanzhou", "2026-Q2", "red"), ("R05", "pudong", "2026-Q1", "grey")
)


def proposed(lit: pl.DataFrame, *events: tuple, since: dt.date = SINCE, as_of: dt.date = AS_OF) -> list:
    events_frame = log(*events)
    reds = red_since(PACK, lit, events_frame, CALENDAR, as_of=as_of)
    existing = difficulties(PACK, events_frame, CALENDAR, as_of=as_of)
    return propose_difficulties(PACK, reds, existing, since=since, as_of=as_of)


def test_a_red_headline_lamp_raises_one_difficulty_once_its_returns_are_settled():
    """xq1 of 2026-Q1: due Monday 27 April, grace to the 30th; the next working day is 6 May."""
    (event,) = proposed(RED)
    assert (event.subject, event.effective_on) == ("difficulty/K-lanzhou-R05-2026-Q1", day("2026-05-06"))
    assert event.data["field"] == "industry"
    assert set(PACK.event_types["difficulty.raised"].required_fields) <= {*event.data, "at", "actor", "org"}
    assert proposed(RED, as_of=day("2026-05-05")) == []


def test_a_return_accepted_after_its_grace_delays_the_lamp():
    accepted = ("return.accepted", "2026-06-01", {"form": "xq1", "area": "lanzhou", "period": "2026-Q1"})
    assert proposed(RED, accepted)[0].effective_on == day("2026-06-02")


@pytest.mark.parametrize("lamp", ["green", "yellow", "grey"])
def test_no_other_lamp_raises_one(lamp):
    assert proposed(lamps(("R05", "lanzhou", "2026-Q1", lamp))) == []


def test_neither_an_overridden_nor_a_lesser_indicator_raises_one():
    assert proposed(RED.with_columns(override=pl.lit("yellow"))) == []
    assert proposed(lamps(("R07", "lanzhou", "2026-Q1", "red"))) == []


def test_an_open_difficulty_covers_the_next_red_lamp_and_a_closed_one_does_not():
    before = raised("2026-02-02", "K0", indicator="R05")
    assert proposed(RED, before) == []
    withdrawn = ("case.moved", "2026-06-01", {"instrument": "I86", "case": "K0", "event": "withdraw"})
    (event,) = proposed(RED, before, withdrawn)
    assert event.data["period"] == "2026-Q2"
    same_day = ("case.moved", "2026-05-06", {"instrument": "I86", "case": "K0", "event": "withdraw"})
    assert [e.data["period"] for e in proposed(RED, before, same_day)] == ["2026-Q1"]


def test_an_unattended_difficulty_climbs_to_the_ndrc_and_stays_there():
    """10, 20 and 30 working days; only a person reports to the State Council."""
    events = tick(PACK, log(raised("2026-03-02")), NOTHING, CALENDAR, since=SINCE, as_of=AS_OF, forms=[])
    assert [(e.data["to_rung"], e.effective_on.isoformat()) for e in events] == [
        ("province", "2026-03-17"),
        ("ndrc", "2026-04-16"),  # 20 working days after 17 March, 6 April is a day off
    ]


EVERY_AREA = lamps(
    *(
        (indicator, area, period, "red")
        for indicator, periods in (("R05", ("2025-Q4", "2026-Q1", "2026-Q2")), ("L03", ("2025",)))
        for area in list(PACK.areas)[:6]
        for period in periods
    )
)
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["return.submitted", "difficulty.raised", "scope.changed"]),
        st.integers(0, 318),
        st.sampled_from(list(PACK.areas)[:3]),
    ),
    max_size=8,
)


def history(people: list[tuple[str, int, str]]) -> pl.DataFrame:
    rows = []
    for n, (kind, offset, area) in enumerate(people):
        on = (SINCE + dt.timedelta(days=offset)).isoformat()
        data = {
            "return.submitted": {"form": "xq1", "area": area, "period": "2026-Q1"},
            "difficulty.raised": {"difficulty": f"P{n}", "area": area, "field": "land", "cluster": "c"},
            "scope.changed": {"area": area, "scope": "S4", "valid_from": on, "document": "d"},
        }[kind]
        rows.append((kind, on, data))
    return log(*rows)


def ticked(events: pl.DataFrame, as_of: dt.date) -> list:
    known = Known(lamps=EVERY_AREA, facts={})
    return tick(PACK, events, known, CALENDAR, since=SINCE, as_of=as_of, forms=["xq1"])


@settings(max_examples=12, deadline=None)
@given(PEOPLE)
def test_a_second_tick_adds_nothing(people):
    events = log_columns(history(people))
    first = ticked(events, AS_OF)
    assert first
    assert ticked(with_due(events, first), AS_OF) == []


@settings(max_examples=6, deadline=None)
@given(PEOPLE, st.lists(st.integers(1, 318), min_size=2, max_size=8, unique=True))
def test_ticking_after_a_pause_gives_what_ticking_on_the_way_gives(people, offsets):
    events = log_columns(history(people))
    on_the_way = []
    for offset in [*sorted(offsets), (AS_OF - SINCE).days]:
        new = ticked(with_due(events, on_the_way), SINCE + dt.timedelta(days=offset))
        on_the_way += new
    assert sorted(on_the_way, key=repr) == sorted(ticked(events, AS_OF), key=repr)


def test_events_come_in_due_order_with_the_fields_their_types_require():
    events = ticked(log(), AS_OF)
    assert [e.effective_on for e in events] == sorted(e.effective_on for e in events)
    assert {e.type for e in events} == {
        "return.due_soon",
        "return.due_passed",
        "difficulty.raised",
        "difficulty.escalated",
        "matter.triggered",
    }
    for event in events:
        kind = PACK.event_types[event.type]
        assert set(kind.required_fields) <= {*event.data, "at", "actor", "org"}
        assert "system" in kind.roles
        assert event.subject.split("/")[0] == kind.subject


def test_every_owed_return_of_the_year_lapses_once():
    table = due_table(PACK, CALENDAR, dt.date(2025, 1, 1), AS_OF).filter(
        (pl.col("form") == "xm1") & (pl.col("due_on") >= SINCE) & (pl.col("due_on") < AS_OF)
    )
    late = [e for e in overtaken_returns(PACK, log(), CALENDAR, since=SINCE, as_of=AS_OF, forms=["xm1"]) if e.data["status"] == "late"]  # fmt: skip
    assert len(late) == table.height * len(PACK.areas)
