"""The generated checks: how many the forms imply, and when each fires (DOMAIN section g)."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_facts import example_rows, made, pack
from xinqu.validation.conditions import is_uscc
from xinqu.validation.findings import blocking
from xinqu.validation.generated import condition_message, count_by_kind, generated_checks
from xinqu.validation.run import validate

XA8 = {item.code: "10" for item in pack().forms["xa8"].items}
NANSHA = {"area": "nansha", "period": "2024"}
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, Z, S, V


def found(form, values, *, kind="regular"):
    rows = validate(pack(), {form: made(form, [values])}, form, kind=kind).findings
    return {row["check"]: (row["verdict"], row["reason"], row["level"]) for row in rows.iter_rows(named=True)}


def test_the_forms_imply_1316_checks():
    """Oracle: DOMAIN section g counts 415 + 469 + 408 + 19 + 5."""
    counts = count_by_kind(generated_checks(pack()))
    assert counts == {"required": 415, "type": 469, "range": 408, "list": 19, "key": 5}


def test_every_check_speaks_both_languages():
    for identity in [*generated_checks(pack()), *pack().checks]:
        message = condition_message(pack(), identity)
        assert message.zh, identity
        assert message.en, identity


@pytest.mark.parametrize("state", ["not_applicable", "suppressed", "not_due"])
def test_completeness_does_not_fire_on_what_was_declared(state):
    assert "xa8_posts_req" not in found("xa8", NANSHA | XA8 | {"xa8_posts": state})


def test_completeness_fires_on_missing_and_is_no_more_than_told_on_a_backfill():
    values = NANSHA | XA8 | {"xa8_posts": "missing"}
    assert found("xa8", values)["xa8_posts_req"] == ("false", "", "error")
    assert found("xa8", values, kind="backfill")["xa8_posts_req"] == ("false", "", "info")


def test_a_presence_rule_of_the_pack_is_judged_as_completeness():
    """xq1_r09 demands level and growth; a backfilled level without growth is told and not refused."""
    values = NANSHA | {"period": "2024-Q4", "xq1_gdp": "23000000", "xq1_gdp_growth": "missing"}
    assert found("xq1", values)["xq1_r09"] == ("false", "", "error")
    assert found("xq1", values, kind="backfill")["xq1_r09"] == ("false", "", "info")
    assert "xq1_r09" not in found("xq1", values | {"xq1_gdp_growth": "not_applicable"})


# form, item, a value that holds, a value that does not, the check that says so
CASES = [
    ("xa8", "xa8_posts", "3", "3.5", "xa8_posts_typ"),
    ("xa8", "xa8_posts", "0", "-1", "xa8_posts_rng"),
    ("xa1", "xa1_gdp_growth", "100", "100.1", "xa1_gdp_growth_rng"),
    ("xa1", "xa1_gdp_scope", "S4", "S9", "xa1_gdp_scope_list"),
    ("xr1", "xr1_uscc", "91310000MA1FL0001R", "91310000MA1FL0001A", "xr1_uscc_typ"),
    ("xr1", "xr1_name", "某企业", " ", "xr1_name_typ"),
]


@pytest.mark.parametrize(("form", "item", "good", "bad", "check"), CASES, ids=[c[4] for c in CASES])
def test_a_value_that_can_not_be_fires_its_check(form, item, good, bad, check):
    values = NANSHA | dict(example_rows()[form][0])
    assert check not in found(form, values | {item: good})
    assert found(form, values | {item: bad})[check][0] == "false"


def test_a_record_key_stands_once_in_an_area_and_period():
    record = dict(example_rows()["xr3"][0])
    month = {"area": "nansha", "period": "2024-12"}
    twice = made("xr3", [month | record | {"row": n, "submission": f"s{n}"} for n in (1, 2)])
    other_area = made("xr3", [month | record, month | record | {"area": "pudong"}])
    findings = validate(pack(), {"xr3": twice}, "xr3").findings.filter(pl.col("check") == "xr3_key")
    assert findings.height == 2
    assert json.loads(findings["detail"][0])["record"] == {"xr3_case_no": record["xr3_case_no"]}
    assert validate(pack(), {"xr3": other_area}, "xr3").findings.filter(pl.col("check") == "xr3_key").is_empty()


def test_growth_over_a_base_near_nothing_is_reported_with_a_warning():
    """Xiong'an 2020, first three quarters: investment grew 16.6 times (real_checks.csv); a breach must be reportable."""
    values = {"area": "xiongan", "period": "2020-09", "scope": "unstated", "xm1_fai_growth": "1660"}
    rows = validate(pack(), {"xm1": made("xm1", [values])}, "xm1", kind="backfill").findings
    said = {row["check"]: row["level"] for row in rows.filter(pl.col("verdict") == "false").iter_rows(named=True)}
    assert said["xm1_fai_growth_rng"] == "warning"
    assert blocking(rows).is_empty()


def _check_character(body):
    """GB 32100-2015 as check_domain.py of the reference writes it: one character at a time."""
    return ALPHABET[-sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


@given(
    st.text(ALPHABET, min_size=2, max_size=2), st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9), st.sampled_from(ALPHABET),
)  # fmt: skip
def test_all_codes_at_once_equals_one_by_one(head, region, body, last):
    code = head + region + body
    right = _check_character(code)
    codes = pl.Series("code", [code + right, code + last, code, None, code.lower() + right])
    assert is_uscc(codes).to_list()[:2] == [True, last == right]
    assert is_uscc(codes).to_list()[2:4] == [False, False]
