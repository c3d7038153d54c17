"""A check is proved and tried before adoption: hits, accepted values it would refuse, reasons, the furthest cases first."""

import datetime as dt
import functools

import polars as pl
import pytest

from example_facts import made
from xinqu.expressions.compile import to_polars
from xinqu.expressions.parse import parse
from xinqu.policy.load import load_checks, load_pack
from xinqu.policy.model import Check
from xinqu.validation.excess import excess
from xinqu.validation.trial import Batch, proof_problems, try_check
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Text

pack = functools.cache(load_pack)


def check(expression, kind="period-on-period", form="xm1"):
    return Check(
        id="tried", form=form, level="warning", type=kind, expression=expression, message=Text("试", "try"),
        valid_from=dt.date(2030, 1, 1), citation="trial", status="proposed",
    )  # fmt: skip


def batch(returns, *, is_accepted=True):
    facts = {"xm1": made("xm1", returns)}
    names = facts["xm1"]["submission"].to_list()
    states = dict.fromkeys(names, "accepted" if is_accepted else "returned")
    return Batch(facts=facts, keys=None, kinds={}, states=states, is_accepted=is_accepted)


def march(year, revenue, area="nansha"):
    return {"area": area, "period": f"{year}-03", "xm1_rev": revenue}


def test_hits_are_counted_over_all_and_over_what_stands_accepted():
    """By hand: 100, 130, 400, 410: +30 % and +208 % break 20 %, +2.5 % does not; the first year has no year before."""
    accepted = batch([march(2021, 100), march(2022, 130), march(2023, 400), march(2024, 410)])
    returned = batch([march(2021, 100, "lanzhou"), march(2022, 1000, "lanzhou")], is_accepted=False)
    tried = try_check(pack(), check("near(xm1_rev, ly(xm1_rev), 0.2 * ly(xm1_rev))"), None, [accepted, returned])
    assert (tried.new.judged, tried.new.hits) == (4, 3)
    assert (tried.new.judged_accepted, tried.new.hits_accepted) == (3, 2)
    assert tried.new.refused_pct == pytest.approx(100 * 2 / 3)
    assert (tried.new.indeterminate, tried.new.reasons) == (2, {"missing": 2})
    assert tried.new.indeterminate_pct == pytest.approx(100 * 2 / 6)
    assert tried.cases["state"].to_list() == ["returned", "accepted", "accepted"]  # furthest first
    assert tried.cases["excess"].to_list() == pytest.approx([44.0, (270 - 26) / 26, (30 - 20) / 20])
    assert tried.old is None


def test_a_check_is_set_beside_the_one_it_would_replace():
    history = batch([march(2021, 100), march(2022, 130), march(2023, 400)])
    wide, narrow = check("xm1_rev <= 3 * ly(xm1_rev)", "ratio"), check("xm1_rev <= 1.2 * ly(xm1_rev)", "ratio")
    tried = try_check(pack(), narrow, wide, [history])
    assert (tried.newly_hit, tried.no_longer_hit) == (1, 0)
    assert tried.cases.sort("excess")["before"].to_list() == ["true", "false"]
    back = try_check(pack(), wide, narrow, [history])
    assert (back.newly_hit, back.no_longer_hit) == (0, 1)


def test_at_most_ten_cases_are_shown():
    history = batch([march(2020, n, area) for n, area in enumerate(list(pack().areas)[:15], 1)])
    tried = try_check(pack(), check("xm1_rev = 0", "identity"), None, [history])
    assert (tried.new.hits, tried.cases.height) == (15, 10)


@pytest.mark.parametrize(
    ("expression", "kind", "codes"),
    [
        ("xm1_rev <= xm1_nothing", "identity", {"XQ-POLICY-050"}),
        ("xm1_rev <= xm1_elec", "identity", {"XQ-POLICY-056"}),  # yuan and kilowatt-hours
        ("xm1_rev <= 0.37 * xm1_exp", "identity", {"XQ-POLICY-055"}),
        ("xm1_rev <= outside('nobody')", "identity", {"XQ-POLICY-063"}),
        ("xm1_rev <= ", "identity", {"XQ-EXPR-003"}),
        ("xm1_rev_tax <= xm1_rev", "identity", set()),
    ],
)
def test_a_check_is_proved_as_those_of_the_pack_are(expression, kind, codes):
    assert {problem.code for problem in proof_problems(pack(), check(expression, kind))} == codes


def test_a_check_of_an_unknown_form_is_refused():
    assert {p.code for p in proof_problems(pack(), check("xm1_rev > 0", form="xm9"))} == {"XQ-POLICY-024"}


def test_a_file_of_checks_is_read_as_in_a_pack_and_faults_have_their_line(tmp_path):
    path = tmp_path / "new.yaml"
    head = (
        "defaults: {form: xm1, valid_from: 2027-01-01, citation: x, status: proposed, level: warning, type: identity}\n"
    )
    one = "- {id: xm1_r90, expression: xm1_rev > 0, message: {zh: 甲, en: a}}\n"
    path.write_text(f"{head}checks:\n{one}", encoding="utf-8")
    checks, places = load_checks(path)
    assert [(c.id, c.form) for c in checks] == [("xm1_r90", "xm1")]
    assert (places["check:xm1_r90"].file, places["check:xm1_r90"].line) == ("new.yaml", 3)
    path.write_text("- a list\n", encoding="utf-8")
    with pytest.raises(Refused, match="XQ-POLICY-001"):
        load_checks(path)
    path.write_text(f"{head}checks:\n{one}{one}", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load_checks(path)
    assert [(p.code, p.where.line) for p in refused.value.problems] == [("XQ-POLICY-002", 4)]


EXCESS = [
    ("xm1_rev <= xm1_exp", 10, 8, 0.2),
    ("xm1_rev >= xm1_exp", 8, 10, 0.2),
    ("near(xm1_rev, xm1_exp, 2)", 15, 10, 1.5),
    ("xm1_rev BETWEEN 1 AND xm1_exp", 10, 5, 0.5),
    ("xm1_rev <= xm1_exp AND xm1_rev <= 1", 10, 5, 0.9),
    ("xm1_rev <= xm1_exp OR xm1_rev <= 1", 10, 5, 0.5),
    ("xm1_rev = xm1_exp", 10, 5, 0.5),
    ("xm1_rev IS NULL", 10, 5, None),
]


@pytest.mark.parametrize(("text", "rev", "exp", "share"), EXCESS)
def test_excess_is_the_share_by_which_a_condition_is_broken(text, rev, exp, share):
    row = pl.DataFrame({"xm1_rev": [float(rev)], "xm1_exp": [float(exp)]})
    condition = parse(text)
    assert row.select(to_polars(condition)).item() is False
    found = row.select(excess(condition, {"xm1_rev", "xm1_exp"}).alias("by")).item()
    assert found == (share if share is None else pytest.approx(share))
