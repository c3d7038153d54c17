"""All checks on returns: the example holds, every unknown verdict has its reason, and order and company don't matter."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from example_facts import NOW, example_facts, made, pack
from xinqu.validation import locate
from xinqu.validation.findings import blocking, joined, totals
from xinqu.validation.run import validate, validate_all

PEERS = ("pudong", "binhai", "zhoushan", "nansha", "xihaian", "jiangbei", "fuzhou", "xiongan")  # group E, 8 areas
BY_KEY = ["form", "area", "sub_unit", "period", "check"]


def verdicts(facts, form, check):
    """Return period -> (verdict, reason, unknown inputs) of one check; a check that is not found holds."""
    rows = validate(pack(), facts, form).findings.filter(pl.col("check") == check)
    return {
        row["period"]: (row["verdict"], row["reason"], json.loads(row["detail"])["unknown"])
        for row in rows.iter_rows(named=True)
    }


def sorted_by_key(frame):
    return frame.sort(*BY_KEY, "submission", "detail")


def test_no_check_is_false_on_the_example_and_each_holds_somewhere():
    """Oracle: check_domain.py of the reference ran every rule on the example return in DuckDB."""
    facts = example_facts(*PEERS)
    last = {form.id: pl.DataFrame({"area": PEERS, "period": NOW[form.frequency]}) for form in pack().forms.values()}
    keys = {form: frame.with_columns(sub_unit=pl.lit("")) for form, frame in last.items()}
    counts = joined([validate(pack(), facts, form, keys=keys[form]) for form in facts]).counts
    # the example is a made area on real codes: its extent is not that of the approval document
    outside = [check.id for check in pack().checks.values() if check.type == "outside"]
    counts = counts.filter(~pl.col("check").is_in(outside))
    assert counts.filter(pl.col("false") > 0)["check"].to_list() == []
    never = counts.filter(pl.col("true") == 0, pl.col("check").is_in(list(pack().checks)))["check"].to_list()
    outliers = [check.id for check in pack().checks.values() if check.type == "peer-outlier"]
    assert sorted(never) == sorted(outliers)  # all areas file the same here, so that there is no spread to judge by


def test_the_generated_and_written_checks_are_all_run():
    counts = validate_all(pack(), example_facts("nansha")).counts
    assert counts["check"].n_unique() == 710 + 1316


def test_an_error_that_is_false_blocks_and_a_warning_does_not():
    product = {"area": "nansha", "period": "2024-Q4", "xq1_gdp": "1000000", "xq1_gdp_growth": "5"}
    parts = {"xq1_va1": "10000", "xq1_va2": "400000", "xq1_va3": "590003"}
    findings = validate(pack(), {"xq1": made("xq1", [product | parts])}, "xq1").findings
    assert "xq1_r08" in blocking(findings)["check"].to_list()  # off by 3, and 2 is declared
    rounded = validate(pack(), {"xq1": made("xq1", [product | parts | {"half": "1"}])}, "xq1").findings
    assert "xq1_r08" not in rounded["check"].to_list()  # four terms, each rounded to 2: 4 may be missing


def test_a_finding_names_its_items_values_and_context():
    years = [
        {"area": "nansha", "period": f"{year}-Q4", "xq1_gdp": value} for year, value in ((2023, 100000), (2024, 900000))
    ]
    row = (
        validate(pack(), {"xq1": made("xq1", years)}, "xq1")
        .findings.filter(check="xq1_r17", verdict="false")
        .row(0, named=True)
    )
    assert (row["items"], row["values"], row["level"]) == (["xq1_gdp"], ["900000"], "warning")
    assert json.loads(row["detail"]) == {"unknown": {}, "context": {"ly(xq1_gdp)": "100000"}}


@pytest.mark.parametrize("state", ["missing", "not_applicable", "suppressed", "not_due"])
def test_a_null_verdict_names_the_input_and_its_state(state):
    values = {"area": "nansha", "period": "2024-Q4", "xq1_va_ind": state, "xq1_va2": "400000"}
    found = verdicts({"xq1": made("xq1", [values])}, "xq1", "xq1_r01")
    assert found == {"2024-Q4": ("indeterminate", state, {"xq1_va_ind": state})}


def test_a_zero_divisor_is_its_own_reason():
    values = {"area": "nansha", "period": "2024", "xa3_rd": "10"}
    facts = {"xa3": made("xa3", [values]), "xa1": made("xa1", [{"area": "nansha", "period": "2024", "xa1_gdp": "0"}])}
    assert verdicts(facts, "xa3", "xa3_r06") == {"2024": ("indeterminate", "zero_divisor", {})}


def test_values_of_two_scopes_are_not_compared():
    values = {"area": "tianfu", "period": "2024-Q4", "xq1_va_ind": "5", "xq1_va2": "4", "scope": "S1"}
    mixed = values | {"scopes": {"xq1_va2": "S3"}}
    assert verdicts({"xq1": made("xq1", [mixed])}, "xq1", "xq1_r01") == {
        "2024-Q4": ("indeterminate", "scope_mismatch", {})
    }
    assert verdicts({"xq1": made("xq1", [values])}, "xq1", "xq1_r01")["2024-Q4"][0] == "false"


def test_growth_is_not_judged_across_a_change_of_territory():
    """Pudong took in Nanhui on 2009-04-24: data before it can't be added (real_checks.csv)."""
    years = [{"area": "pudong", "period": f"{year}-Q4", "xq1_gdp": "100000"} for year in (2008, 2009, 2010)]
    found = verdicts({"xq1": made("xq1", years)}, "xq1", "xq1_r17")
    assert found["2009-Q4"] == ("indeterminate", "series_break", {"ly(xq1_gdp)": "series_break"})
    assert "2010-Q4" not in found


def test_too_few_peers_and_no_spread_are_told_apart():
    same = [{"area": area, "period": "2024", "xa3_rd": "10"} for area in PEERS]
    product = made("xa1", [{"area": area, "period": "2024", "xa1_gdp": "1000"} for area in PEERS])
    few = {"xa3": made("xa3", same[:4]), "xa1": product}
    assert verdicts(few, "xa3", "xa3_r11")["2024"][1] == "too_few_peers"
    assert verdicts({"xa3": made("xa3", same), "xa1": product}, "xa3", "xa3_r11")["2024"][1] == "no_spread"


def test_the_law_in_force_at_the_end_of_the_period_counts():
    """Guo Ban Fa [2024] 52 raised the capital share from 25 to 30 % on 2024-12-25 (DOMAIN, traps)."""
    quarters = [
        {"area": "nansha", "period": period, "xq5_cap_use": "27", "xq5_issued_new": "100"}
        for period in ("2024-Q3", "2024-Q4")
    ]
    found = verdicts({"xq5": made("xq5", quarters)}, "xq5", "xq5_r08")
    assert found == {"2024-Q3": ("false", "", {})}


def test_a_period_before_the_law_has_no_parameter():
    values = {"area": "nansha", "period": "2019-Q4", "xq5_cap_use": "27", "xq5_issued_new": "100"}
    assert verdicts({"xq5": made("xq5", [values])}, "xq5", "xq5_r08")["2019-Q4"][1] == "no_parameter"


def test_a_period_older_than_the_form_is_judged_by_the_first_rules():
    values = {"area": "zhoushan", "period": "2012-Q4", "xq1_va_ind": "5", "xq1_va2": "4"}
    assert verdicts({"xq1": made("xq1", [values])}, "xq1", "xq1_r01")["2012-Q4"][0] == "false"


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random):
    facts = example_facts(*PEERS)["xm1"]
    order = list(range(facts.height))
    random.shuffle(order)
    straight, shuffled = (validate(pack(), {"xm1": frame}, "xm1") for frame in (facts, facts[order]))
    assert_frame_equal(sorted_by_key(straight.findings), sorted_by_key(shuffled.findings))
    assert_frame_equal(straight.counts.sort("check"), shuffled.counts.sort("check"))


@pytest.mark.parametrize("form", ["xm1", "xa3", "xq1"])
def test_what_others_file_changes_only_peer_checks(form):
    peer = [check.id for check in pack().checks.values() if check.type == "peer-outlier"]

    def alone_of(facts):
        found = validate(pack(), facts, form).findings
        return sorted_by_key(found.filter((pl.col("area") == "nansha") & ~pl.col("check").is_in(peer)))

    assert_frame_equal(alone_of(example_facts("nansha")), alone_of(example_facts(*PEERS)))


def test_a_new_return_alone_is_judged_as_among_all():
    facts = example_facts(*PEERS)
    key = pl.DataFrame({"area": ["nansha"], "sub_unit": [""], "period": ["2024-12"]})
    one = validate(pack(), facts, "xm1", keys=key).findings
    every = validate(pack(), facts, "xm1").findings.join(key, on=key.columns, how="semi")
    assert_frame_equal(sorted_by_key(one), sorted_by_key(every))


def test_kinds_are_told_apart_by_submission():
    returns = [{"area": area, "period": "2024-Q4", "xq1_gdp": "missing"} for area in ("nansha", "pudong")]
    facts = {"xq1": made("xq1", returns)}
    found = validate(pack(), facts, "xq1", kind={"xq1/pudong//2024-Q4": "backfill"}).findings.filter(
        check="xq1_gdp_req"
    )
    assert dict(zip(found["area"], found["level"], strict=True)) == {"nansha": "error", "pudong": "info"}


def test_blocks_add_up(monkeypatch):
    facts = {"xm1": example_facts(*PEERS)["xm1"]}
    whole = validate(pack(), facts, "xm1")
    monkeypatch.setattr(locate, "BLOCK_ROWS", 7)
    parts = validate(pack(), facts, "xm1")
    assert_frame_equal(sorted_by_key(whole.findings), sorted_by_key(parts.findings))
    assert_frame_equal(whole.counts.sort("check"), parts.counts.sort("check"))


def test_counts_tell_every_verdict():
    facts = example_facts(*PEERS)
    found = validate(pack(), facts, "xq1")
    sums = totals(found.counts)
    checks = found.counts.height
    assert (
        sums["true"] + sums["error"] + sums["warning"] + sums["info"] + sums["indeterminate"]
        == checks * facts["xq1"].height
    )
    assert found.findings.height == sums["indeterminate"]


def test_nothing_filed_gives_nothing():
    empty = validate(pack(), {}, "xm1")
    assert (empty.findings.height, empty.counts.height) == (0, 0)
