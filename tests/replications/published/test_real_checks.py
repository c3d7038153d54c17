"""What the real published figures do to a validator: the 34 cases of real_checks.csv, each run through real returns.

Source: ``tests/data/real_checks.csv`` (public pages read on 2026-11-24; ``source_id`` names the page of each number in
``packs/published_2026_11``). Its columns ``detail`` and ``difference`` are the oracle.
"""

import ast
import csv
import datetime as dt
import json
import re
from pathlib import Path

import pytest

from example_facts import made, pack
from xinqu.indicators.compile import compile_figures
from xinqu.validation.run import validate

DATA = Path(__file__).parents[2] / "data" / "real_checks.csv"
WAN = 10_000  # 万元 in one 亿元
with DATA.open(encoding="utf-8", newline="") as lines:
    CASES = list(csv.DictReader(lines))


def cases(kind):
    found = [case for case in CASES if case["check"] == kind]
    return pytest.mark.parametrize("case", found, ids=[f"{c['area']} {c['period']} {c['detail'][:16]}" for c in found])


def quarter(period):
    """Return the quarter whose year-to-date figure a published period is: a year is its fourth quarter."""
    year, _, month = period.partition("-01..")
    return f"{year}-Q{int(month or 12) // 3}"


def fact(realm, form, area, period):
    rows = realm.facts[form].filter(area=area, period=period)
    return rows.row(0, named=True) if rows.height else {}


def entered(realm, area, period, item):
    """Return the value row of an item with its note decoded; None when no figure fills it."""
    rows = realm.values.filter(area=area, period=period, item=item)
    return rows.row(0, named=True) | {"note": json.loads(rows["note"][0])} if rows.height else None


def shown(realm, area, published_period, indicator, item, period):
    """Return every published value of a cell: (value, source) -> how it is shown (taken, lost by …, not entered …)."""
    found = {}
    row = entered(realm, area, period, item)
    if row and row["note"]["published_period"] == published_period:
        note = row["note"]
        found[float(note["published_value"]), note["source_id"]] = "taken"
        for lost in note.get("alternatives", []):
            assert lost["source_address"]
            assert lost["quote"]
            assert lost["reason_zh"]
            found[float(lost["published_value"]), lost["source_id"]] = f"lost by {lost['lost_by']}"
    refused = realm.refused.filter(area=area, period=published_period, indicator=indicator)
    for one in refused.iter_rows(named=True):
        assert one["reason_zh"]
        assert one["reason_en"]
        found[float(one["value"]), one["source_id"]] = f"not entered: {one['kind']}"
    return found


def test_the_table_is_whole():
    assert len(CASES) == 34


@cases("identity_sum_va_equals_gdp")
def test_the_three_industries_add_up_within_rounding(realm, case):
    terms, total = case["detail"].split(" vs ")
    values = fact(realm, "xq1", case["area"], quarter(case["period"]))
    parts = [values[item] for item in ("xq1_va1", "xq1_va2", "xq1_va3")]
    assert parts == pytest.approx([float(term) * WAN for term in terms.split("+")])
    # Xihaian 2023: the return takes the later report's 5,003.4, published with fewer digits than the 5,003.38 here
    taken = 5003.4 if (case["area"], case["period"]) == ("xihaian", "2023") else float(total)
    assert values["xq1_gdp"] == pytest.approx(taken * WAN)
    assert sum(parts) / WAN - float(total) == pytest.approx(float(case["difference"]), abs=0.005)
    found = realm.checked.findings.filter(check="xq1_r08", area=case["area"], period=quarter(case["period"]))
    assert found.is_empty(), "the identity holds: neither false nor indeterminate"


def test_the_tolerance_is_that_of_the_published_digits_and_no_wider():
    """0.1 亿元 of Changchun 2021 passes by rounding (four terms of 0.1 亿元: 2,000 万元); exactly entered it fails."""
    values = {"area": "changchun", "period": "2021-Q4", "xq1_gdp": "8697000", "xq1_va1": "3000", "xq1_va2": "6313000"}
    for third, half, holds in (("2380000", "500", True), ("2380000", "0", False), ("2378900", "500", False)):
        facts = {"xq1": made("xq1", [values | {"xq1_va3": third, "half": half}])}
        rows = validate(pack(), facts, "xq1", kind="backfill").findings.filter(check="xq1_r08")
        assert rows.is_empty() == holds


CONFLICT = re.compile(r"(\w+) (\S+) (.+?): (\[.*\])")
TAKEN = {  # by official > reprint > press > secondary, later named date, more digits, source id; None: no level among them
    ("binhai", "2016"): (6654, "bh-rev"), ("binhai", "2017"): None, ("binhai", "2023"): (7303.03, "rk-2023"),
    ("changchun", "2021-01..06", "gdp"): (441.2, "cc-2021h1a"), ("jiangbei", "2015"): (1465, "jb-xh"),
    ("changchun", "2021-01..06", "gdp_growth"): (14.9, "cc-2021h1a"), ("lanzhou", "2011"): (39.04, "lz-map"),
    ("pudong", "2019"): (12734, "pd-kkn"), ("pudong", "2024"): (17800, "pd-gov2025"), ("xihaian", "2023"): (5003.4, "xh-10y"),
}  # fmt: skip


@cases("conflict_same_scope")
def test_two_sources_in_conflict_are_both_shown_and_one_is_taken_with_its_reason(realm, case):
    indicator, _, _, listed = CONFLICT.fullmatch(case["detail"]).groups()
    item = {"gdp": "xq1_gdp", "gdp_growth": "xq1_gdp_growth"}[indicator]
    found = shown(realm, case["area"], case["period"], indicator, item, quarter(case["period"]))
    published = {(value, source) for value, source, _ in ast.literal_eval(listed)}
    assert published <= set(found), "each published value is taken, kept as an alternative or refused with a reason"
    key = (case["area"], case["period"])
    taken = {known for known, how in found.items() if how == "taken"}
    winner = TAKEN.get((*key, indicator), TAKEN.get(key))
    assert taken == (set() if winner is None else {winner})
    unit = WAN if indicator == "gdp" else 1
    if winner:
        assert fact(realm, "xq1", case["area"], quarter(case["period"]))[item] == pytest.approx(winner[0] * unit)


@cases("two_scopes_same_period")
def test_two_scopes_of_one_period_are_kept_apart(realm, case):
    indicator = case["detail"].split(":")[0]
    item = {"gdp": "xq1_gdp", "gdp_growth": "xq1_gdp_growth"}[indicator]
    found = shown(realm, case["area"], case["period"], indicator, item, quarter(case["period"]))
    numbers = {float(number) for number in re.findall(r"=([\d.]+)", case["detail"])}
    assert numbers <= {value for value, _ in found}, "both are shown"
    assert sum(how == "taken" for how in found.values()) <= 1, "and never both in one cell"
    for value in numbers:
        hows = {how for (known, _), how in found.items() if known == value}
        assert hows <= {"taken", "lost by confidence", "not entered: qualifier", "not entered: scope"}


def test_what_was_entered_on_two_scopes_is_never_compared(realm):
    """Jiangbei: whole space (S2) in 2019; a figure of the directly managed zone (S3) in 2018 would not be its base."""
    assert fact(realm, "xq1", "jiangbei", "2019-Q4")["xq1_gdp#scope"].startswith("S2@")
    years = [
        {"area": "jiangbei", "period": "2018-Q4", "xq1_gdp": "15000000", "scope": "S3"},
        {"area": "jiangbei", "period": "2019-Q4", "xq1_gdp": "27800000", "scope": "S2"},
    ]
    rows = validate(pack(), {"xq1": made("xq1", years)}, "xq1", kind="backfill").findings
    assert rows.filter(check="xq1_r17", period="2019-Q4")["reason"].to_list() == ["series_break"]


@cases("nominal_vs_published_real_growth")
def test_growth_is_the_released_one_and_never_the_nominal(realm, case):
    pattern = r"([\d.]+) -> ([\d.]+) nominal ([\d.]+)% vs real \[([\d.]+)\]"
    base, level, nominal, real = map(float, re.fullmatch(pattern, case["detail"]).groups())
    year = case["period"].partition("->")[2]
    assert (level / base - 1) * 100 == pytest.approx(nominal, abs=0.005)
    assert nominal - real == pytest.approx(float(case["difference"]), abs=0.006)
    for period in (f"{year}-Q4", year):
        row = realm.figures.filter(indicator="Q01", area=case["area"], period=period).row(0, named=True)
        assert row["value"] == real
        assert row["value"] != pytest.approx(nominal, abs=0.005)
        assert row["origin"] == "published"


def only(kind, area, text):
    """Return the one revision or break case of an area that speaks of ``text``."""
    (case,) = [c for c in CASES if c["check"] == kind and c["area"] == area and text in c["detail"]]
    return case


def test_the_revised_product_of_binhai_is_taken_and_the_first_is_a_bound(realm):
    assert "revised to 6,654" in only("revision_or_scope_break", "binhai", "2016")["detail"]
    found = shown(realm, "binhai", "2016", "gdp", "xq1_gdp", "2016-Q4")
    assert found == {(6654.0, "bh-rev"): "taken", (10000.0, "bh-rev"): "not entered: qualifier"}
    # 2017 stands on the new scope as a forecast, the books contradict the revision: no level, so no growth either
    assert fact(realm, "xq1", "binhai", "2017-Q4").get("xq1_gdp") is None
    assert realm.figures.filter(indicator="Q01", area="binhai", period="2017-Q4")["unknown"].to_list() in (
        [],
        ["not_due"],
    )


def test_pudong_before_and_after_2009_is_a_series_break():
    assert "cannot be added" in only("revision_or_scope_break", "pudong", "2009")["detail"]
    years = [{"area": "pudong", "period": f"{year}-12", "xm1_trade": "100"} for year in (2008, 2009, 2010)]
    figures = compile_figures(
        pack(), {"xm1": made("xm1", years)}, as_of=dt.date(2011, 3, 1), indicators=["O01"], areas=["pudong"]
    )
    assert dict(zip(figures["period"], figures["unknown"], strict=True)) == {
        "2008-12": "missing", "2009-12": "series_break", "2010-12": None,
    }  # fmt: skip


def test_foreign_capital_in_yuan_does_not_enter_an_item_in_dollars(realm):
    assert "unit trap" in only("revision_or_scope_break", "nansha", "FDI")["detail"]
    (row,) = realm.refused.filter(area="nansha", period="2022", indicator="fdi_actual").iter_rows(named=True)
    assert (row["value"], row["unit"], row["kind"]) == ("172.80", "亿元", "unmapped")
    assert "dollars" in row["reason_en"]
    assert entered(realm, "nansha", "2022-12", "xm1_fdi_used") is None


def test_one_fact_in_two_units_and_roundings_is_never_counted_twice(realm):
    assert "5.3 万户 vs 53014 户" in only("revision_or_scope_break", "pudong", "market entities")["detail"]
    both = realm.refused.filter(area="pudong", period="2023", indicator="market_entities_new")
    assert sorted(both["value"].to_list()) == ["5.3", "53014"]
    assert set(both["kind"].to_list()) == {"unmapped"}  # market entities include sole traders, items count enterprises


def test_the_predecessor_of_jinpu_does_not_enter(realm):
    assert "predecessor" in only("revision_or_scope_break", "jinpu", "2014")["detail"]
    assert realm.values.filter(area="jinpu").filter(period="2014").is_empty()
    refused = realm.refused.filter(area="jinpu", period="2014")
    assert set(refused["scope"].to_list()) == {"金州新区(旧口径)"}
    assert refused.height == 6


def test_times_are_read_as_percent_and_shown_as_implausible(realm):
    assert "16.6倍" in only("revision_or_scope_break", "xiongan", "2020")["detail"]
    for period, value in (("2020-09", 1660.0), ("2020-12", 660.0)):
        assert fact(realm, "xm1", "xiongan", period)["xm1_fai_growth"] == value
        rows = realm.checked.findings.filter(area="xiongan", period=period, verdict="false")
        said = dict(zip(rows["check"], rows["level"], strict=True))
        assert {said["xm1_r15"], said["xm1_fai_growth_rng"]} == {"warning"}
