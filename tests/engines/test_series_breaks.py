"""Censuses are declared breaks: no growth across one but by a splice that the pack gives for the area."""

import msgspec
import polars as pl
import pytest
from made_facts import facts

from xinqu.engines.context import build_context
from xinqu.engines.local import evaluate
from xinqu.engines.reasons import unknown_reasons
from xinqu.expressions.parse import parse
from xinqu.policy.load import load_pack
from xinqu.policy.model import SeriesBreak, Splice
from xinqu.policy.pack import Pack
from xinqu.vocabulary.text import Text

PACK = load_pack()
Key = tuple[str, str]


def column(pack: Pack, given: dict[str, pl.DataFrame], form: str, text: str) -> dict[Key, float | None]:
    """Return the value of an expression by area and period, of the areas' own returns."""
    context = build_context(pack, given, form, [parse(text)])
    values = evaluate(context, {"e": parse(text)})["e"]
    rows = zip(context.select("area", "sub_unit", "period").rows(), values, strict=True)
    return {(area, period): value for (area, sub_unit, period), value in rows if not sub_unit}


def reason(pack: Pack, given: dict[str, pl.DataFrame], form: str, text: str) -> dict[Key, str]:
    """Return why an expression is unknown, by area and period."""
    context = build_context(pack, given, form, [parse(text)])
    keys = context.select("area", "period").rows()
    return {keys[row]: why for row, why, _ in unknown_reasons(parse(text), context).rows()}


YEARS = [("nansha", "", year, {"xa1_pop": 80 + n}) for n, year in enumerate(("2018", "2019", "2020", "2021"))]


def spliced(factor: str) -> Pack:
    """The pack with the census of 2020 spliced for Nansha alone."""
    splice = Splice(area="nansha", item="xa1_pop", factor=factor, document="made up for this test", status="proposed")
    census = msgspec.structs.replace(PACK.series_breaks["population_census_7"], splices=[splice])
    return msgspec.structs.replace(PACK, series_breaks={**PACK.series_breaks, census.id: census})


def test_residents_across_the_census_of_2020_are_a_series_break():
    """DOMAIN f: the seventh population census (November 2020) breaks residents and every figure per head."""
    given = {"xa1": facts(PACK, "xa1", YEARS)}
    assert column(PACK, given, "xa1", "xa1_pop - prev(xa1_pop)") == {
        ("nansha", "2018"): None, ("nansha", "2019"): 1.0, ("nansha", "2020"): None, ("nansha", "2021"): 1.0,
    }  # fmt: skip
    told = reason(PACK, given, "xa1", "xa1_pop - prev(xa1_pop)")
    assert told["nansha", "2020"] == "series_break"
    assert told["nansha", "2018"] == "missing"


def test_quarters_around_the_census_of_2018_break_until_a_year_has_passed():
    """Its results came in November 2019: 2019-Q4 is the first level on its base, the four quarters before it are not."""
    quarters = ["2018-Q4", "2019-Q3", "2019-Q4", "2020-Q3", "2020-Q4"]
    given = {"xq1": facts(PACK, "xq1", [("nansha", "", q, {"xq1_gdp": 100}) for q in quarters])}
    told = reason(PACK, given, "xq1", "ly(xq1_gdp) > 0")
    assert {period: told["nansha", period] for period in ("2019-Q4", "2020-Q3")} == {
        "2019-Q4": "series_break", "2020-Q3": "series_break",
    }  # fmt: skip
    assert column(PACK, given, "xq1", "ly(xq1_gdp)")["nansha", "2020-Q4"] == 100.0


def test_other_items_of_the_form_go_on():
    given = {"xq1": facts(PACK, "xq1", [("nansha", "", q, {"xq1_ind_rev": 5}) for q in ("2018-Q4", "2019-Q4")])}
    assert column(PACK, given, "xq1", "ly(xq1_ind_rev)")["nansha", "2019-Q4"] == 5.0


@pytest.mark.parametrize("factor", ["1.05", "0.9"])
def test_a_splice_of_the_pack_brings_the_earlier_value_to_the_new_base(factor):
    pack = spliced(factor)
    others = [("pudong", "", year, {"xa1_pop": 500}) for year in ("2019", "2020")]
    units = [("nansha", "u1", year, {"xa1_pop": 7}) for year in ("2019", "2020")]
    given = {"xa1": facts(pack, "xa1", [*YEARS, *others, *units])}
    assert column(pack, given, "xa1", "prev(xa1_pop)")["nansha", "2020"] == pytest.approx(81 * float(factor))
    assert column(pack, given, "xa1", "prev(xa1_pop)")["nansha", "2021"] == 82.0
    assert column(pack, given, "xa1", "prev(xa1_pop)")["pudong", "2020"] is None


def test_a_compound_argument_is_never_spliced():
    pack = spliced("1.05")
    given = {"xa1": facts(pack, "xa1", YEARS)}
    assert column(pack, given, "xa1", "prev(xa1_pop + 0)")["nansha", "2020"] is None


def test_the_pack_cites_each_break():
    for one in PACK.series_breaks.values():
        assert one.document
        assert one.status in {"seen", "recalled"}
        assert one.splices == []  # no back-cast of areas is published, so none is made
    made = SeriesBreak(
        id="x", name=Text("x", "x"), valid_from=PACK.info.valid_from, items=["xa1_pop"], document="d", status="proposed"
    )
    assert made.splices == []
