"""The case with a clock: the vectorised fold equals its one-move oracle, and the clock counts net of stops."""

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.coordination.ladder import ladder_of
from xinqu.policy.load import load_pack
from xinqu.shapes.case_with_clock import MOVES_SCHEMA, OPEN, RESUME, STATE_SCHEMA, apply, days_used, fold
from xinqu.vocabulary.day_count import DayCount

PACK = load_pack()
MACHINE = ladder_of(PACK).machine
FIRST, LAST = dt.date(2025, 1, 1), dt.date(2026, 12, 31)
DAYS = DayCount(PACK.calendar, FIRST, LAST)
CASES = ("K1", "K2", "K3")
MOVES = st.lists(
    st.tuples(
        st.sampled_from(CASES), st.sampled_from((*MACHINE.events, "unheard_of")), st.dates(FIRST, dt.date(2026, 6, 30))
    ),
    max_size=40,
)


def frame(moves) -> pl.DataFrame:
    return pl.DataFrame([(*move, n + 1) for n, move in enumerate(moves)], schema=MOVES_SCHEMA, orient="row")


@settings(max_examples=200, deadline=None)
@given(MOVES)
def test_the_fold_equals_one_move_after_another(moves):
    table = frame(moves)
    rows: dict[str, dict | None] = {}
    for move in table.sort("on", "seq").iter_rows(named=True):
        rows[move["case"]] = apply(MACHINE, rows.get(move["case"]), move, PACK.calendar) or None
    expected = sorted(
        (tuple(row[name] for name in STATE_SCHEMA) for row in rows.values() if row), key=lambda row: row[0]
    )
    assert fold(MACHINE, table, DAYS).states.rows() == expected


@settings(max_examples=100, deadline=None)
@given(MOVES, st.randoms())
def test_rows_in_another_order_and_other_cases_change_nothing(moves, random):
    table = frame(moves)
    shuffled = table.sample(fraction=1, shuffle=True, seed=random.randrange(1000)) if len(table) else table
    assert fold(MACHINE, table, DAYS).states.equals(fold(MACHINE, shuffled, DAYS).states)
    alone = fold(MACHINE, table.filter(pl.col("case") == "K1"), DAYS).states
    assert alone.equals(fold(MACHINE, table, DAYS).states.filter(pl.col("case") == "K1"))


@settings(max_examples=100, deadline=None)
@given(MOVES)
def test_every_move_is_either_applied_or_listed(moves):
    folded = fold(MACHINE, frame(moves), DAYS)
    assert folded.states["moves"].sum() + len(folded.refused) == len(moves)


def walk(*moves: tuple[str, str]):
    table = frame([("K1", event, dt.date.fromisoformat(day)) for event, day in moves])
    return fold(MACHINE, table, DAYS)


def test_a_stop_keeps_the_count_and_time_stopped_is_not_counted():
    """By hand, all Mondays to Fridays of March 2026: 4 days, stopped for 5, 3 more days up to the 17th."""
    folded = walk((OPEN, "2026-03-02"), ("accept", "2026-03-03"), ("stop", "2026-03-06"), (RESUME, "2026-03-13"))
    assert folded.states["used_wd"].to_list() == [4]
    assert folded.states["state"].to_list() == ["area"]
    assert days_used(folded.states, DAYS, dt.date(2026, 3, 18)).tolist() == [4 + 3]
    assert folded.stays.select("state", "working_days").rows() == [("raised", 1), ("area", 3), ("stopped", 0)]


def test_a_new_rung_starts_a_new_clock_and_a_rejected_answer_too():
    folded = walk((OPEN, "2026-03-02"), ("accept", "2026-03-03"), ("escalate", "2026-03-06"), ("answer", "2026-03-10"))
    assert (folded.states["group"].item(), folded.states["used_wd"].item()) == ("answered", 0)
    again = walk((OPEN, "2026-03-02"), ("accept", "2026-03-03"), ("answer", "2026-03-06"), ("reject", "2026-03-10"))
    assert days_used(again.states, DAYS, dt.date(2026, 3, 12)).tolist() == [2]


def test_a_hundred_thousand_moves_fold_in_one_pass():
    cases = np.repeat([f"K{n:05d}" for n in range(20_000)], 5)
    table = pl.DataFrame(
        {
            "case": cases,
            "event": [OPEN, "accept", "stop", RESUME, "answer"] * 20_000,
            "on": [dt.date(2026, 3, day) for day in (2, 3, 6, 13, 16)] * 20_000,
            "seq": range(100_000),
        },
        schema=MOVES_SCHEMA,
    )
    folded = fold(MACHINE, table, DAYS)
    assert folded.states["state"].unique().to_list() == ["answered"]
    assert folded.stays.filter(pl.col("state") == "area")["working_days"].unique().sort().to_list() == [1, 3]
