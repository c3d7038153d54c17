"""The fold of return events: one pass equals event by event, and only allowed moves."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.shapes import statistical_return as shape

KINDS = list(shape.MOVES)


def _event(seq: int, kind: str, version: int, area: str = "nansha") -> dict[str, object]:
    data = {"form": "xq1", "area": area, "sub_unit": "", "period": "2023-Q4", "version": version}
    if kind == "return.submitted":
        data |= {
            "kind": "regular", "scope": "S4", "file_hash": "f", "content_hash": "c", "rows_hash": "r",
            "cells_hash": "m", "file_name": "a.xlsx", "errors": 0, "warnings": 2, "revision": "error" if version > 1 else None,
        }  # fmt: skip
    if kind == "return.answered":
        data |= {"query": seq - 2}
    return {
        "seq": seq, "type": kind, "realm": "published", "actor": f"u{seq % 5}", "organisation": area, "role": f"r{seq % 3}",
        "recorded_at": f"2024-01-{1 + seq % 28:02d}T00:00:00Z", "effective_on": "2024-01-20", "data": json.dumps(data),
    }  # fmt: skip


def _sound(steps):
    """Leave out the answers that answer no query of their own submission: the door refuses them."""
    kept = [(KINDS[0], 1)]
    for step in steps:
        if step[0] != "return.answered" or (len(kept) > 1 and kept[-2] == ("return.queried", *step[1:])):
            kept.append(step)
    return kept


def _fold_slowly(events: pl.DataFrame) -> list[dict[str, object]]:
    states: dict[tuple[object, ...], dict[str, object]] = {}
    for event in shape.decode(events).sort("effective_on", "seq").iter_rows(named=True):
        key = tuple(event[name] for name in shape.KEY)
        states[key] = shape.apply(states.get(key), event)
    return [states[key] for key in sorted(states)]


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 3), st.sampled_from(["nansha", "lanzhou"])), max_size=30)
)
def test_fold_in_one_pass_equals_event_by_event(steps):
    events = pl.DataFrame([_event(n, *step) for n, step in enumerate(_sound(steps), 1)])
    fast = shape.fold(events)
    slow = _fold_slowly(events)
    assert fast.height == len(slow)
    for row, oracle in zip(fast.iter_rows(named=True), slow, strict=True):
        assert {k: v for k, v in row.items() if v is not None} == {k: v for k, v in oracle.items() if v is not None}


@given(st.permutations(range(6)))
def test_fold_does_not_depend_on_the_order_of_rows(order):
    kinds = ["return.submitted", "return.co_checked", "return.area_approved", "return.province_approved",
             "return.accepted", "return.finding_explained"]  # fmt: skip
    events = pl.DataFrame([_event(n, kind, 1) for n, kind in enumerate(kinds, 1)])
    assert shape.fold(events[list(order)]).equals(shape.fold(events))


def test_a_query_is_open_until_it_is_answered():
    kinds = ["return.submitted", "return.queried", "return.queried", "return.answered"]
    events = pl.DataFrame([_event(n, kind, 1) for n, kind in enumerate(kinds, 1)])  # number 4 answers number 2
    assert shape.fold(events).select("open_queries", "asking", "state").row(0) == ([3], ["r0"], "submitted")


def test_the_last_accepted_version_is_the_current_one():
    path = ["return.submitted", "return.area_approved", "return.province_approved", "return.accepted"]
    events = [_event(n, kind, 1) for n, kind in enumerate(path, 1)]
    events += [_event(n, kind, 2) for n, kind in enumerate(path, 10)] + [_event(20, "return.submitted", 3)]
    now = shape.current(shape.fold(pl.DataFrame(events)))
    assert now.select("version", "accepted_event").rows() == [(2, 13)]


@pytest.mark.parametrize(
    ("event", "state", "allowed"),
    [
        ("return.submitted", "", True),
        ("return.area_approved", "submitted", True),
        ("return.area_approved", "returned", False),
        ("return.accepted", "area_approved", False),
        ("return.recalled", "area_approved", False),
        ("return.sent_back", "accepted", False),
    ],
)
def test_a_move_is_allowed_only_from_its_states(event, state, allowed):
    assert (shape.move_fault(event, state) is None) is allowed
