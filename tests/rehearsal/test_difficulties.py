"""Hand-raised difficulties fold as the coordination room demands."""

import polars as pl
from polars.testing import assert_frame_equal

from xinqu.coordination.difficulties import difficulties
from xinqu.rehearsal.difficulties import raised_by_hand


def test_they_are_the_same_for_the_same_seed_and_lawful(pack, nation):
    raised = raised_by_hand(pack, nation)
    assert_frame_equal(raised, raised_by_hand(pack, nation))
    assert raised["difficulty"].n_unique() == len(raised) == 12
    assert raised["recorded_at"].is_sorted()
    assert set(raised["field"]) <= set(pack.codelists["CL_DIFFICULTY_FIELD"])
    assert set(raised["role"]) <= set(pack.event_types["difficulty.raised"].roles)
    assert raised["text_zh"].str.contains("{", literal=True).any() is False


def test_they_fold_to_open_difficulties_with_a_clock(pack, nation):
    raised = raised_by_hand(pack, nation)
    data = pl.struct("difficulty", "area", "field").struct.json_encode()
    log = raised.with_columns(seq=pl.int_range(1, pl.len() + 1), data=data)
    table = difficulties(pack, log, nation.calendar.calendar, as_of=nation.as_of)
    assert table["difficulty"].to_list() == sorted(raised["difficulty"])
    assert table["is_open"].all()
    assert table["refused_events"].list.len().fill_null(0).sum() == 0
