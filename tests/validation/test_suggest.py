"""Suggestions: every slip by hand on a made return, those planted in a rehearsal, and nothing for values that are right."""

import polars as pl
import pytest

from example_facts import made, pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import Nation, generate
from xinqu.validation.run import validate
from xinqu.validation.suggest import SUGGESTIONS_SCHEMA, suggestions

PACK = pack()
# An xm1 return that satisfies its checks: levels of January to the month, growth of a tenth on the year before.
YEAR = {
    "xm1_iva_growth": 6.0, "xm1_output": 6000, "xm1_sales": 5800, "xm1_export_deliv": 900, "xm1_fai": 2000,
    "xm1_fai_growth": 5.0, "xm1_fai_ind": 800, "xm1_fai_manu": 500, "xm1_fai_tech": 200, "xm1_fai_private": 700,
    "xm1_fai_infra": 400, "xm1_fai_estate": 600, "xm1_retail": 1200, "xm1_rev": 1000, "xm1_rev_tax": 700, "xm1_exp": 1500,
    "xm1_exports": 300, "xm1_imports": 250, "xm1_trade": 550, "xm1_fdi_used": 40, "xm1_elec": 900, "xm1_elec_ind": 500,
    "xm1_new_ent": 120, "xm1_loans": 50000,
}  # fmt: skip
RATES = {"xm1_iva_growth", "xm1_fai_growth", "xm1_loans"}
NOW, BEFORE, LAST_YEAR = "2026-06", "2026-05", "2025-06"


def level(item, period):
    """What stands in ``period``: a share of the year that grows by month, a tenth less a year before."""
    if item in RATES:
        return YEAR[item]
    year, month = int(period[:4]), int(period[5:])
    return YEAR[item] * month * (10 if year == 2026 else 9)


def facts_with(period=NOW, **wrong):
    """Return xm1 facts of Lanzhou for the period, the one before and a year before, with wrong values in the first."""
    before = "2025-12" if period.endswith("-02") else f"{period[:5]}{int(period[5:]) - 1:02d}"
    periods = {period: wrong, before: {}, f"{int(period[:4]) - 1}{period[4:]}": {}}
    rows = [
        {"area": "lanzhou", "period": one, "scope": "S5"} | {item: level(item, one) for item in YEAR} | changed
        for one, changed in periods.items()
    ]
    return {"xm1": made("xm1", rows)}


def keys(period=NOW):
    return pl.DataFrame({"area": ["lanzhou"], "sub_unit": [""], "period": [period]})


def suggested(period=NOW, **wrong):
    return suggestions(PACK, facts_with(period, **wrong), "xm1", keys=keys(period))


def test_a_return_that_satisfies_its_checks_gets_no_suggestion():
    for period in (NOW, "2026-02"):
        facts = facts_with(period)
        false = validate(PACK, facts, "xm1", keys=keys(period)).findings.filter(pl.col("verdict") == "false")
        assert false.filter(pl.col("level") != "info").is_empty(), false
        assert suggested(period).is_empty()
    assert dict(suggested().schema) == SUGGESTIONS_SCHEMA


def at(item, period=NOW):
    return level(item, period)


# what went wrong, the wrong values, kind, the right value
SLIPS = [
    ("a digit too many", {"xm1_retail": at("xm1_retail") * 10}, "x10"),
    ("a hundredth", {"xm1_retail": at("xm1_retail") / 100}, "x100"),
    ("a hundredfold", {"xm1_elec": at("xm1_elec") * 100}, "x100"),
    ("a thousandfold", {"xm1_output": at("xm1_output") * 1000}, "x1000"),
    ("in yuan", {"xm1_output": at("xm1_output") * 10_000}, "x10000"),
    ("in 亿元", {"xm1_rev_tax": at("xm1_rev_tax") / 10_000}, "x10000"),
    ("sign", {"xm1_fdi_used": -at("xm1_fdi_used")}, "sign"),
    ("one month in place of six", {"xm1_exports": at("xm1_exports") - at("xm1_exports", BEFORE),
                                   "xm1_trade": at("xm1_trade")}, "not_accumulated"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "kind"), [slip[1:] for slip in SLIPS], ids=[slip[0] for slip in SLIPS])
def test_a_slip_is_named_and_the_right_value_suggested(wrong, kind):
    item = next(iter(wrong))
    found = suggested(**wrong)
    assert found.select("item", "kind", "value").rows() == [(item, kind, wrong[item])]
    assert found["suggested"].to_list() == pytest.approx([at(item)])
    assert found["suggested_low"].to_list() == found["suggested_high"].to_list() == found["suggested"].to_list()


def test_a_digit_too_few_is_named_in_the_first_month_of_a_sum():
    """Later in the year a tenth of the sum may as well be the single month, and the nearer of the two is told."""
    found = suggested("2026-02", xm1_retail=at("xm1_retail", "2026-02") / 10)
    assert found.select("item", "kind").rows() == [("xm1_retail", "x10")]
    assert found["suggested"].item() == pytest.approx(at("xm1_retail", "2026-02"))


def test_swapped_neighbours_are_both_named():
    found = suggested(xm1_rev=at("xm1_rev_tax"), xm1_rev_tax=at("xm1_rev"))
    assert dict(found.select("item", "suggested").iter_rows()) == {
        "xm1_rev": at("xm1_rev"),
        "xm1_rev_tax": at("xm1_rev_tax"),
    }
    assert set(found["kind"]) == {"swapped"}
    assert "税收收入" in found.filter(item="xm1_rev")["reason_zh"].item()


def test_last_years_sum_carried_into_a_new_year_is_taken_off():
    carried = at("xm1_elec", "2025-12") + at("xm1_elec", "2026-02")
    found = suggested("2026-02", xm1_elec=carried)
    assert found.select("item", "kind").rows() == [("xm1_elec", "not_reset")]
    assert found["suggested"].item() == pytest.approx(at("xm1_elec", "2026-02"))


def test_two_slips_in_one_return_are_both_found():
    found = suggested(xm1_retail=at("xm1_retail") * 10, xm1_output=at("xm1_output") * 10_000)
    assert dict(found.select("item", "kind").iter_rows()) == {"xm1_retail": "x10", "xm1_output": "x10000"}


def test_a_whole_return_in_yuan_is_told_value_by_value():
    """All amounts in 元 in place of 万元: mended one by one a part would stand above its whole, together they agree."""
    money = [item.code for item in PACK.forms["xm1"].items if item.unit == "wan_yuan"]
    found = suggested(**{item: at(item) * 10_000 for item in money})
    assert set(found["kind"]) == {"x10000"}
    assert dict(found.select("item", "suggested").iter_rows()) == {item: at(item) for item in money}


def test_without_history_only_an_equality_within_the_record_tells_a_slip():
    """Trade = exports + imports names the factor; a part above its whole names none, only what must give."""
    rows = [{"area": "lanzhou", "period": NOW, "scope": "S5"} | {item: at(item) for item in YEAR}]
    balance = rows[0] | {"xm1_imports": at("xm1_imports") * 100}
    found = suggestions(PACK, {"xm1": made("xm1", [balance])}, "xm1")
    assert found.select("item", "kind").rows() == [("xm1_imports", "x100")]
    assert found["suggested"].item() == pytest.approx(at("xm1_imports"))
    part = rows[0] | {"xm1_rev_tax": at("xm1_rev") * 8}
    found = suggestions(PACK, {"xm1": made("xm1", [part])}, "xm1")
    assert set(found["kind"]) == {"in_doubt"}


def test_an_error_of_no_known_cause_frees_the_fewest_values_and_tells_what_the_checks_leave():
    """Exports + imports = trade within 1 万元, so imports can only be trade - exports, give or take 1."""
    found = suggested(xm1_imports=at("xm1_imports") * 1.37)
    assert found.select("item", "kind").rows() == [("xm1_imports", "in_doubt")]
    assert found["suggested"].item() == pytest.approx(at("xm1_imports"), abs=1)
    assert found["suggested_low"].item() == pytest.approx(at("xm1_imports") - 1, abs=0.01)
    assert found["suggested_high"].item() == pytest.approx(at("xm1_imports") + 1, abs=0.01)
    assert "xm1_r10" in found["reason_en"].item()


def test_what_only_warns_may_be_true_and_is_said_so():
    """Retail sales at 3.5 times the month before: xm1_r50 warns (more than three times last year's), nothing refuses."""
    found = suggested(xm1_retail=at("xm1_retail") * 3.5)
    assert found.select("item", "kind").rows() == [("xm1_retail", "in_doubt")]
    assert found["reason_en"].item().endswith("explain it")
    assert "explain" not in suggested(xm1_imports=at("xm1_imports") * 1.37)["reason_en"].item()


def test_reliability_decides_between_two_values_that_contradict_each_other():
    wrong = {"xm1_fai_manu": at("xm1_fai_ind") + 600}
    facts = facts_with(**wrong)
    for trusted, doubted in (("xm1_fai_ind", "xm1_fai_manu"), ("xm1_fai_manu", "xm1_fai_ind")):
        found = suggestions(PACK, facts, "xm1", keys=keys(), weights={trusted: 5.0})
        assert found["item"].to_list() == [doubted]


def test_a_missing_value_gets_the_interval_that_agrees_with_the_rest():
    found = suggested(xm1_trade="missing")
    assert found.select("item", "kind").rows() == [("xm1_trade", "missing")]
    assert found["value"].to_list() == [None]
    assert found["suggested"].item() == pytest.approx(at("xm1_trade"), abs=1)


def test_nothing_is_suggested_for_record_forms():
    assert suggestions(PACK, {}, "xr1").is_empty()


@pytest.fixture(scope="module")
def nation() -> Nation:
    return generate(PACK, 7)


KINDS = {"x10": "x10", "unit_yuan": "x10000", "unit_yi": "x10000"}
OTHER = ("identity_break", "refused_identity", "refused_missing")


def planted(nation, kind):
    """Yield each planted mistake of a kind with the suggestions for its return, all other values right."""
    facts = facts_of(PACK, nation.forms, nation.returns, nation.states)
    for slip in nation.planted.filter(kind=kind).iter_rows(named=True):
        form, item = slip["form"], slip["item"]
        key = {name: slip[name] for name in ("area", "sub_unit", "period")}
        cell = pl.all_horizontal(pl.col(name) == value for name, value in key.items())
        frame = nation.forms[form].with_columns(pl.when(cell).then(pl.lit(slip["wrong"])).otherwise(item).alias(item))
        changed = facts_of(PACK, {form: frame}, nation.returns, nation.states)
        yield slip, suggestions(PACK, {**facts, **changed}, form, keys=pl.DataFrame([key]))


@pytest.mark.parametrize("kind", list(KINDS))
def test_planted_slips_are_recognised_with_item_and_value(nation, kind):
    """All of them; the rehearsal multiplies exactly, so a share below one would be a fault of ours."""
    count = 0
    for slip, found in planted(nation, kind):
        assert found.select("item", "kind").rows() == [(slip["item"], KINDS[kind])], slip
        rounding = 0.5 if kind == "unit_yi" else 1e-6  # 亿元 entered with four decimals
        assert found["suggested"].item() == pytest.approx(slip["right"], abs=rounding, rel=1e-9)
        count += 1
    assert count > 4


@pytest.mark.parametrize("kind", OTHER)
def test_other_planted_mistakes_are_localised_and_the_right_value_is_inside(nation, kind):
    """At least nine in ten; the rest happen to look like a slip."""
    inside = []
    for slip, found in planted(nation, kind):
        assert found["item"].to_list() == [slip["item"]]
        low, high = found.select("suggested_low", "suggested_high").row(0)
        inside.append((low is None or low <= slip["right"]) and (high is None or slip["right"] <= high))
    assert sum(inside) >= 0.9 * len(inside) > 3


def test_no_slip_is_seen_in_values_that_are_right(nation):
    """Every return of the rehearsal as it stands in the end: true values that warn are in doubt at most."""
    facts = facts_of(PACK, nation.forms, nation.returns, nation.states)
    found = pl.concat([suggestions(PACK, facts, form) for form in nation.forms])
    assert set(found["kind"]) <= {"in_doubt"}
    assert found["submission"].n_unique() < 0.01 * sum(frame.height for frame in facts.values())
