"""Facts come in typed and finite, one row per return, or not at all."""

import polars as pl
import pytest
from made_facts import rows

from example_facts import made_records
from xinqu.engines.facts import empty_facts, facts_schema, rows_to_facts
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Refused


def test_rows_of_many_returns_become_one_wide_typed_frame(pack: Pack) -> None:
    long = rows(
        [
            ("nansha", "", "2024-02", {"xm1_output": "1000.5", "xm1_sales": "not_applicable"}),
            ("pudong", "", "2024-02", {"xm1_output": 0, "xm1_sales": None}),
        ],
        scope="S4",
    )
    wide = rows_to_facts(pack, "xm1", long.sample(fraction=1, shuffle=True, seed=3)).sort("area")
    assert wide.schema == pl.Schema(facts_schema(pack, "xm1"))
    assert wide["xm1_output"].to_list() == [1000.5, 0.0]
    assert wide["xm1_output#state"].to_list() == ["reported", "reported"]
    assert wide["xm1_sales#state"].to_list() == ["not_applicable", "missing"]
    assert wide["xm1_output#half"].to_list() == [0.5, 0.5]
    assert wide["xm1_sales#half"].to_list() == [None, None]
    assert wide["xm1_fai"].to_list() == [None, None]
    assert wide["xm1_fai#state"].to_list() == [None, None]
    assert wide["xm1_output#scope"].to_list() == ["S4@2012-09-06", "S4@2009-04-24"]
    assert wide["event"].to_list() == [0, 1]


def test_no_rows_give_an_empty_frame_of_the_same_shape(pack: Pack) -> None:
    empty = rows_to_facts(pack, "xa1", pl.DataFrame())
    assert empty.height == 0
    assert empty.schema == empty_facts(pack, "xa1").schema


@pytest.mark.parametrize("bad", ["NaN", "nan", "inf", "-Infinity", "1e999", "12,5", "约5", "5%", "=1+1"])
def test_what_is_not_a_finite_number_is_refused(pack: Pack, bad: str) -> None:
    with pytest.raises(Refused) as caught:
        rows_to_facts(pack, "xm1", rows([("nansha", "", "2024-02", {"xm1_output": bad})]))
    problem = caught.value.problems[0]
    assert problem.code == "XQ-ENGINE-003"
    assert problem.what.en == f"xm1_output: {bad!r} is not a finite number"
    assert problem.where.subject == "xm1/nansha/2024-02, xm1_output"


def test_codes_dates_and_flags_keep_their_types() -> None:
    good = {
        "xr4_insp_no": "j1",
        "xr4_drawn": "true",
        "xr4_joint": "false",
        "xr4_drawn_on": "2024-02-03",
        "xr4_ground": "plan",
    }
    month = {"area": "nansha", "period": "2024-02"}
    frame = made_records("xr4", [month | good])
    assert frame.select("xr4_drawn", "xr4_joint", "xr4_drawn_on", "xr4_ground").row(0) == (
        True,
        False,
        "2024-02-03",
        "plan",
    )
    for item, value in (("xr4_drawn", "yes"), ("xr4_drawn_on", "2024-02-30")):
        with pytest.raises(Refused, match="XQ-ENGINE-003"):
            made_records("xr4", [month | {item: value}])


def test_unknown_items_and_items_filed_twice_are_refused(pack: Pack) -> None:
    with pytest.raises(Refused, match="form xm1 has no item xq1_gdp"):
        rows_to_facts(pack, "xm1", rows([("nansha", "", "2024-02", {"xq1_gdp": 1})]))
    twice = rows([("nansha", "", "2024-02", {"xm1_fai": 1}), ("nansha", "", "2024-02", {"xm1_fai": 2})])
    with pytest.raises(Refused, match="xm1_fai stands 2 times in one return"):
        rows_to_facts(pack, "xm1", twice)
