"""What a context call reads, and what it must never read (DOMAIN section g; oracles by hand)."""

import datetime as dt

import polars as pl
import pytest
from made_facts import facts

from xinqu.engines.context import build_context
from xinqu.engines.cross_rows import peer_group
from xinqu.engines.facts import empty_facts
from xinqu.engines.local import evaluate
from xinqu.engines.reasons import unknown_reasons
from xinqu.engines.scopes import scope_key, territory_epoch
from xinqu.expressions.parse import parse
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Refused


def column(
    pack: Pack, given: dict[str, pl.DataFrame], form: str, text: str, **options: object
) -> dict[tuple[str, ...], object]:
    """Return the value of one expression by area (and sub-unit) and period."""
    context = build_context(pack, given, form, [parse(text)], **options)  # type: ignore[arg-type]
    values = evaluate(context, {"e": parse(text)})["e"]
    keys = context.select("area", "sub_unit", "period").rows()
    return {tuple(part for part in key if part): value for key, value in zip(keys, values, strict=True)}


def reason(pack: Pack, given: dict[str, pl.DataFrame], form: str, text: str) -> dict[tuple[str, ...], tuple[str, str]]:
    """Return reason and detail of each unknown result by area and period."""
    context = build_context(pack, given, form, [parse(text)])
    told = unknown_reasons(parse(text), context).rows()
    keys = context.select("area", "sub_unit", "period").rows()
    return {tuple(part for part in keys[row] if part): (why, detail) for row, why, detail in told}


def test_prev_joins_on_the_period_and_february_follows_december(pack: Pack) -> None:
    months = [("2023-12", 900), ("2024-02", 100), ("2024-03", 160), ("2024-05", 300)]
    given = {"xm1": facts(pack, "xm1", [("nansha", "", month, {"xm1_fai": value}) for month, value in months])}
    assert column(pack, given, "xm1", "prev(xm1_fai)") == {
        ("nansha", "2023-12"): None,
        ("nansha", "2024-02"): 900.0,
        ("nansha", "2024-03"): 100.0,
        ("nansha", "2024-05"): None,  # April is missing; March must not stand in for it
    }
    assert column(pack, given, "xm1", "xm1_fai / prev(xm1_fai)")["nansha", "2024-03"] == 1.6
    assert reason(pack, given, "xm1", "xm1_fai > prev(xm1_fai)")["nansha", "2024-05"] == (
        "missing",
        '{"inputs":{"prev(xm1_fai)":"missing"}}',
    )


@pytest.mark.parametrize(
    ("form", "item", "now", "before", "last_year"),
    [
        ("xm1", "xm1_fai", "2024-07", "2024-06", "2023-07"),
        ("xq1", "xq1_gdp", "2024-Q1", "2023-Q4", "2023-Q1"),
        ("xh1", "xh1_pf_nat", "2024-S1", "2023-S2", "2023-S1"),
        ("xa1", "xa1_gdp", "2024", "2023", "2023"),
    ],
)
def test_prev_and_ly_of_every_frequency(
    pack: Pack, form: str, item: str, now: str, before: str, last_year: str
) -> None:
    values = {period: number for number, period in enumerate(dict.fromkeys([now, before, last_year]), start=1)}
    given = {form: facts(pack, form, [("nansha", "", period, {item: value}) for period, value in values.items()])}
    assert column(pack, given, form, f"prev({item})")["nansha", now] == values[before]
    assert column(pack, given, form, f"ly({item})")["nansha", now] == values[last_year]


def test_an_area_never_reads_another_areas_past(pack: Pack) -> None:
    given = {
        "xa1": facts(pack, "xa1", [("nansha", "", "2023", {"xa1_gdp": 5}), ("pudong", "", "2024", {"xa1_gdp": 7})])
    }
    assert column(pack, given, "xa1", "prev(xa1_gdp)") == {("nansha", "2023"): None, ("pudong", "2024"): None}


def test_growth_across_the_new_liangjiang_is_a_series_break(pack: Pack) -> None:
    """2025-11-06: administrative district of about 1,360 km2 instead of 1,200 (DOMAIN section f)."""
    months = [("2025-10", 100), ("2025-11", 110), ("2025-12", 130), ("2024-12", 90)]
    for scope in ("unstated", "S1", "S4"):
        given = {"xm1": facts(pack, "xm1", [("liangjiang", "", m, {"xm1_fai": v}) for m, v in months], scope=scope)}
        assert column(pack, given, "xm1", "xm1_fai - prev(xm1_fai)") == {
            ("liangjiang", "2025-10"): None,
            ("liangjiang", "2025-11"): None,
            ("liangjiang", "2025-12"): 20.0,
            ("liangjiang", "2024-12"): None,
        }
        told = reason(pack, given, "xm1", "xm1_fai - prev(xm1_fai)")
        assert told["liangjiang", "2025-11"] == ("series_break", '{"inputs":{"prev(xm1_fai)":"series_break"}}')
        assert reason(pack, given, "xm1", "ly(xm1_fai) > 0")["liangjiang", "2025-12"][0] == "series_break"


def test_the_scope_key_is_the_version_in_force_at_the_end_of_the_period(pack: Pack) -> None:
    area, pudong = pack.areas["liangjiang"], pack.areas["pudong"]
    assert scope_key(pudong, "S4", Period.parse("2008").end) == "S4@1992-10-11"
    assert scope_key(pudong, "S4", Period.parse("2009").end) == "S4@2009-04-24"
    assert scope_key(area, "S1", Period.parse("2025-10").end) == "S1@2010-05-05"
    assert scope_key(area, "S4", Period.parse("2025-11").end) == "S4@2025-11-06"
    assert scope_key(area, "S4", Period.parse("2025-10").end) == "S4@undated"
    changed = dt.date(2025, 11, 6)
    assert territory_epoch(area, changed) == "2025-11-06"
    assert territory_epoch(area, changed - dt.timedelta(days=1)) == "2010-05-05"
    assert (
        scope_key(area, "", Period.parse("2025-10").end)
        == scope_key(area, "unstated", Period.parse("2025").end)
        == "unstated"
    )


def test_values_of_different_scopes_are_not_joined(pack: Pack) -> None:
    gdp = facts(pack, "xa1", [("tianfu", "", "2024", {"xa1_gdp": 800, "xa1_pop": 2, "xa1_va3": 5})], scope="S1")
    research = facts(pack, "xa3", [("tianfu", "", "2024", {"xa3_rd": 8})], scope="S3")
    given = {"xa1": gdp, "xa3": research}
    text = "100.0 * xa3_rd / NULLIF(xa1_gdp, 0)"
    assert column(pack, given, "xa3", text) == {("tianfu", "2024"): None}
    assert reason(pack, given, "xa3", text) == {
        ("tianfu", "2024"): ("scope_mismatch", '{"inputs":{"scope":"scope_mismatch"}}')
    }
    assert column(pack, given, "xa3", "xa3_rd <= xa1_gdp") == {("tianfu", "2024"): None}
    assert column(pack, given, "xa3", "xa3_rd IS NOT NULL AND xa1_gdp > 0") == {
        ("tianfu", "2024"): True
    }  # joins nothing
    assert column(pack, given, "xa1", "xa1_gdp / xa1_pop") == {("tianfu", "2024"): 400.0}
    same = {"xa1": gdp, "xa3": facts(pack, "xa3", [("tianfu", "", "2024", {"xa3_rd": 8})], scope="S1")}
    assert column(pack, same, "xa3", text) == {("tianfu", "2024"): 1.0}


def test_a_peer_that_mixes_scopes_is_no_peer(pack: Pack) -> None:
    areas = ["pudong", "binhai", "zhoushan", "nansha", "xihaian", "jiangbei"]
    values = {"xa1_gdp": 8, "xa1_pop": 2}
    returns = [(area, "", "2024", values) for area in areas]
    pure = {"xa1": facts(pack, "xa1", returns)}
    text = "peer_med(xa1_gdp / xa1_pop)"
    assert column(pack, pure, "xa1", text)["pudong", "2024"] == 4.0
    mixed = pl.when(area="nansha").then(pl.lit("S3@2012-09-06")).otherwise(pl.col("xa1_pop#scope").cast(pl.String))
    bent = {"xa1": pure["xa1"].with_columns(mixed.alias("xa1_pop#scope"))}
    assert column(pack, bent, "xa1", text)["pudong", "2024"] is None  # four peers are left
    assert column(pack, bent, "xa1", text)["nansha", "2024"] == 4.0


def test_latest_is_the_last_known_value_within_the_period(pack: Pack) -> None:
    quarters = [("2024-Q1", 10), ("2024-Q2", 22), ("2024-Q3", None), ("2023-Q4", 40), ("2025-Q1", 12)]
    given = {
        "xa1": facts(pack, "xa1", [("nansha", "", "2024", {"xa1_gdp": 50}), ("nansha", "", "2022", {"xa1_gdp": 30})]),
        "xq1": facts(pack, "xq1", [("nansha", "", quarter, {"xq1_gdp": value}) for quarter, value in quarters]),
    }
    assert column(pack, given, "xa1", "latest(xq1_gdp)") == {("nansha", "2024"): 22.0, ("nansha", "2022"): None}
    assert reason(pack, given, "xa1", "latest(xq1_gdp) > 1")["nansha", "2022"][0] == "missing"
    context = build_context(pack, given, "xa1", [parse("half_digit(latest(xq1_gdp)) > 0")])
    assert context["latest(xq1_gdp)#half"].to_list() == [0.5, None]
    assert context["latest(xq1_gdp)#period"].to_list() == ["2024-Q2", None]


def test_latest_reads_months_in_a_quarter(pack: Pack) -> None:
    months = [("2024-04", 1), ("2024-06", 3), ("2024-07", 4), ("2024-03", 9)]
    given = {
        "xq3": facts(pack, "xq3", [("nansha", "", "2024-Q2", {"xq3_ex": 3})]),
        "xm1": facts(pack, "xm1", [("nansha", "", month, {"xm1_exports": value}) for month, value in months]),
    }
    assert column(pack, given, "xq3", "near(xq3_ex, latest(xm1_exports), 0.005 * xq3_ex)") == {
        ("nansha", "2024-Q2"): True
    }


def test_sub_sum_adds_what_applies_and_is_unknown_while_one_owes(pack: Pack) -> None:
    returns = [("nansha", "", period, {"xm1_fai": 30}) for period in ("2024-02", "2024-03", "2024-04", "2024-05")]
    subs = {"2024-02": [10, 20], "2024-03": [10, "not_applicable"], "2024-04": [10, None], "2024-05": []}
    returns += [
        ("nansha", f"u{n}", period, {"xm1_fai": value})
        for period, values in subs.items()
        for n, value in enumerate(values)
    ]
    got = column(pack, {"xm1": facts(pack, "xm1", returns)}, "xm1", "sub_sum(xm1_fai)")
    assert [got["nansha", period] for period in subs] == [30.0, 10.0, None, None]
    assert got["nansha", "u0", "2024-02"] is None


def test_items_of_other_forms_come_from_the_same_area_and_period(pack: Pack) -> None:
    given = {
        "xa3": facts(pack, "xa3", [("nansha", "", "2024", {"xa3_rd": 8}), ("pudong", "", "2024", {"xa3_rd": 6})]),
        "xa1": facts(
            pack,
            "xa1",
            [
                ("nansha", "", "2024", {"xa1_gdp": 400}),
                ("nansha", "", "2023", {"xa1_gdp": 1}),
                ("pudong", "", "2023", {"xa1_gdp": 1}),
            ],
        ),
    }
    assert column(pack, given, "xa3", "xa3_rd / xa1_gdp") == {("nansha", "2024"): 0.02, ("pudong", "2024"): None}
    assert reason(pack, given, "xa3", "xa3_rd / xa1_gdp")["pudong", "2024"] == (
        "missing",
        '{"inputs":{"xa1_gdp":"missing"}}',
    )
    assert column(pack, given, "xa3", "prev(xa1_gdp)") == {("nansha", "2024"): 1.0, ("pudong", "2024"): 1.0}


def test_param_is_valued_on_the_last_day_of_the_period(pack: Pack) -> None:
    """Guo Ban Fa [2024] 52: a 2024-Q3 return is checked at 25 %, 2024-Q4 at 30 % (DOMAIN section f)."""
    returns = [("nansha", "", period, {"xq5_cap_use": 27}) for period in ("2019-Q4", "2024-Q3", "2024-Q4")]
    given = {"xq5": facts(pack, "xq5", returns)}
    got = column(pack, given, "xq5", "xq5_cap_use <= param('bond_capital_share_max')")
    assert got == {("nansha", "2019-Q4"): None, ("nansha", "2024-Q3"): False, ("nansha", "2024-Q4"): True}
    told = reason(pack, given, "xq5", "xq5_cap_use <= param('bond_capital_share_max')")
    assert told == {
        ("nansha", "2019-Q4"): ("no_parameter", '{"inputs":{"param(\'bond_capital_share_max\')":"no_parameter"}}')
    }


def test_peers_are_the_group_without_the_area_itself(pack: Pack) -> None:
    groups = {code: peer_group(pack, area.region) for code, area in pack.areas.items()}
    east = sorted(code for code, group in groups.items() if group == "E")
    assert {group: list(groups.values()).count(group) for group in groups.values()} == {"E": 8, "CW": 8, "NE": 3}
    values = dict(zip(east, [1, 2, 3, 4, 5, 6, 7, 100], strict=True))
    returns = [(area, "", "2024", {"xa1_gdp": value}) for area, value in values.items()]
    returns += [(area, "", "2024", {"xa1_gdp": 5}) for area, group in groups.items() if group == "NE"]
    returns += [(area, "", "2024", {"xa1_gdp": 5}) for area, group in groups.items() if group == "CW"]
    given = {"xa1": facts(pack, "xa1", returns)}
    med, mad = column(pack, given, "xa1", "peer_med(xa1_gdp)"), column(pack, given, "xa1", "peer_mad(xa1_gdp)")
    assert med[east[-1], "2024"] == 4.0  # of 1..7
    assert mad[east[-1], "2024"] == 2.0  # |1..7 - 4| = 3 2 1 0 1 2 3
    assert med[east[0], "2024"] == 5.0  # of 2..7 and 100
    assert med["harbin", "2024"] is None
    assert mad["lanzhou", "2024"] is None
    assert med["lanzhou", "2024"] == 5.0
    assert reason(pack, given, "xa1", "peer_med(xa1_gdp) > 1")["harbin", "2024"][0] == "too_few_peers"
    assert reason(pack, given, "xa1", "peer_mad(xa1_gdp) > 1")["lanzhou", "2024"][0] == "no_spread"


def test_the_sub_units_of_a_peer_are_no_peers(pack: Pack) -> None:
    areas = ["pudong", "binhai", "zhoushan", "nansha", "xihaian", "jiangbei"]
    returns = [(area, "", "2024", {"xa1_gdp": 4}) for area in areas] + [
        ("binhai", f"u{n}", "2024", {"xa1_gdp": 90}) for n in range(9)
    ]
    got = column(pack, {"xa1": facts(pack, "xa1", returns)}, "xa1", "peer_med(xa1_gdp)")
    assert got["pudong", "2024"] == 4.0
    assert got["binhai", "u1", "2024"] is None


def test_released_peers_stand_in_where_facts_hold_too_few(pack: Pack) -> None:
    given = {"xa1": facts(pack, "xa1", [("nansha", "", "2024", {"xa1_gdp": 6})])}
    released = pl.DataFrame({"area": ["nansha"], "period": ["2024"], "peer_med(xa1_gdp)": [4.0]})
    assert column(pack, given, "xa1", "xa1_gdp > peer_med(xa1_gdp)") == {("nansha", "2024"): None}
    assert column(pack, given, "xa1", "xa1_gdp > peer_med(xa1_gdp)", released_peers=released) == {
        ("nansha", "2024"): True
    }


def test_nested_calls_are_evaluated_from_the_inside(pack: Pack) -> None:
    years = [("2021", 1), ("2022", 2), ("2023", 4), ("2024", 8)]
    given = {"xa1": facts(pack, "xa1", [("nansha", "", year, {"xa1_gdp": value}) for year, value in years])}
    assert column(pack, given, "xa1", "prev(prev(xa1_gdp))")["nansha", "2024"] == 2.0
    assert column(pack, given, "xa1", "prev(xa1_gdp / prev(xa1_gdp) - 1)")["nansha", "2024"] == 1.0
    assert reason(pack, given, "xa1", "prev(xa1_gdp / prev(xa1_gdp))")["nansha", "2022"][0] == "missing"


def test_the_order_of_rows_does_not_matter(pack: Pack) -> None:
    areas = list(pack.areas)
    returns = [
        (a, "", p, {"xm1_fai": 7 * n + m})
        for n, a in enumerate(areas)
        for m, p in enumerate(["2023-12", "2024-02", "2024-03"])
    ]
    frame = facts(pack, "xm1", returns)
    texts = ["xm1_fai > prev(xm1_fai)", "xm1_fai - peer_med(xm1_fai)", "peer_mad(prev(xm1_fai))"]
    for text in texts:
        ordered = column(pack, {"xm1": frame}, "xm1", text)
        shuffled = column(pack, {"xm1": frame.sample(fraction=1, shuffle=True, seed=7)}, "xm1", text)
        assert ordered == shuffled


def test_keys_ask_for_rows_whether_a_return_exists_or_not(pack: Pack) -> None:
    given = {
        "xa1": facts(pack, "xa1", [("nansha", "", "2023", {"xa1_gdp": 5}), ("nansha", "", "2024", {"xa1_gdp": 6})])
    }
    keys = pl.DataFrame({"area": ["pudong", "nansha"], "sub_unit": ["", ""], "period": ["2024", "2024"]})
    context = build_context(pack, given, "xa1", [parse("xa1_gdp / prev(xa1_gdp)")], keys=keys)
    assert context.select("area", "period", "prev(xa1_gdp)").rows() == [
        ("pudong", "2024", None),
        ("nansha", "2024", 5.0),
    ]
    told = unknown_reasons(parse("xa1_gdp / prev(xa1_gdp)"), context)
    assert told.rows() == [(0, "missing", '{"inputs":{"xa1_gdp":"missing","prev(xa1_gdp)":"missing"}}')]


def test_an_unknown_result_names_every_unusable_input(pack: Pack) -> None:
    values = {
        "xa1_gdp": "suppressed",
        "xa1_pop": 0,
        "xa1_va3": 3,
        "xa1_employed": "not_due",
        "xa1_income": "not_applicable",
    }
    given = {"xa1": facts(pack, "xa1", [("nansha", "", "2024", values)])}
    assert reason(pack, given, "xa1", "xa1_gdp / NULLIF(xa1_pop, 0)") == {
        ("nansha", "2024"): ("suppressed", '{"inputs":{"xa1_gdp":"suppressed","xa1_pop":"zero_divisor"}}')
    }
    assert reason(pack, given, "xa1", "xa1_va3 / xa1_pop")["nansha", "2024"][0] == "zero_divisor"
    assert reason(pack, given, "xa1", "xa1_employed + xa1_income")["nansha", "2024"] == (
        "not_due",
        '{"inputs":{"xa1_employed":"not_due","xa1_income":"not_applicable"}}',
    )


def test_a_case_without_a_branch_that_applies_has_no_rule(pack: Pack) -> None:
    given = {"xa1": facts(pack, "xa1", [("nansha", "", "2024", {"xa1_gdp": 5})])}
    told = reason(pack, given, "xa1", "CASE WHEN xa1_gdp > 9 THEN 1 END > 0")
    assert told == {("nansha", "2024"): ("no_rule_basis", '{"inputs":{}}')}


def test_no_facts_at_all_give_an_empty_frame(pack: Pack) -> None:
    expressions = {check.id: parse(check.expression) for check in pack.checks.values() if check.form == "xm1"}
    context = build_context(pack, {"xm1": empty_facts(pack, "xm1")}, "xm1", expressions.values())
    assert context.height == 0
    assert evaluate(context, expressions).height == 0


def test_an_item_that_no_form_has_is_refused(pack: Pack) -> None:
    with pytest.raises(Refused, match="an expression on form xm1 can't read xm1_nothing"):
        build_context(pack, {}, "xm1", [parse("xm1_nothing > 1")])
    with pytest.raises(Refused, match="can't read xr1_tax"):
        build_context(pack, {}, "xm1", [parse("xm1_rev > xr1_tax")])
