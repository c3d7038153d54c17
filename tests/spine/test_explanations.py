"""Warnings need words that the next level accepts or refuses; what was accepted holds for a later version that says the same."""

import polars as pl
import pytest

import hands
from xinqu.spine import hand_in
from xinqu.spine.explanations import listing
from xinqu.vocabulary.problem import Refused

FEBRUARY = hands.Key("xm1", "lanzhou", "2026-02")
FALLS = "xm1_r16"  # output year-to-date fell against the period before: 9,000 in February, 8,500 in March
SMALLER = {"xm1_output": "8500"}
APPROVE = ("return.area_approved", hands.CHECKER)
EXPLAIN = ("return.finding_explained", hands.FILER)
JUDGE = "return.explanation_judged"


@pytest.fixture
def opened(tmp_path):
    """February is accepted; March waits, co-checked, with a warning."""
    opened = hands.workspace(tmp_path / "workspace")
    hands.accept(opened, hands.upload("2026-02"), key=FEBRUARY, day=1)
    hands.submit(opened, hands.upload(**SMALLER), day=10)
    hands.act(opened, *hands.COURSE[0])
    return opened


def codes(opened, *act, **words):
    with pytest.raises(Refused) as refused:
        hands.act(opened, *act, **words)
    return [problem.code for problem in refused.value.problems]


def stands(opened, version=1, **only):
    rows = listing(opened, hands.REALM, **only).filter(pl.col("version") == version, pl.col("check") == FALLS)
    return rows["stands"].to_list()


def test_area_approval_waits_for_the_explanation_of_each_warning(opened):
    assert stands(opened, only_waiting=True) == [""]
    assert codes(opened, *APPROVE) == ["XQ-EXPLANATION-003"]
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="February was overstated")
    assert stands(opened, only_waiting=True) == []
    assert listing(opened, hands.REALM)["words"].to_list() == ["February was overstated"]
    hands.act(opened, *APPROVE)
    assert stands(opened) == ["accepted"]  # who approves accepts what stands


def test_a_refused_explanation_stops_the_approval_until_there_is_another(opened):
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="as usual")
    hands.act(opened, JUDGE, hands.CHECKER, rule=FALLS, result="refused", reason="that says nothing")
    assert codes(opened, *APPROVE) == ["XQ-EXPLANATION-003"]
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="February was overstated")
    hands.act(opened, *APPROVE)


def test_the_province_may_refuse_what_the_area_accepted(opened):
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="February was overstated")
    hands.act(opened, *APPROVE)
    hands.act(opened, JUDGE, hands.PROVINCE, rule=FALLS, result="refused", reason="by how much?")
    assert codes(opened, "return.province_approved", hands.PROVINCE) == ["XQ-EXPLANATION-003"]
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="by 500")
    hands.act(opened, "return.province_approved", hands.PROVINCE)


def test_an_accepted_explanation_holds_for_a_version_that_says_the_same(opened):
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="February was overstated")
    hands.act(opened, JUDGE, hands.CHECKER, rule=FALLS, result="accepted")
    hands.act(opened, "return.sent_back", hands.CHECKER, findings="xm1_r08", reason="electricity?")
    hands.submit(opened, hands.upload(**SMALLER, xm1_elec="7001"), day=12)  # another cell was corrected
    assert stands(opened, 2) == ["accepted"]
    hands.act(opened, "return.sent_back", hands.CHECKER, findings="xm1_r08", reason="electricity?", day=13)
    hands.submit(opened, hands.upload(xm1_output="8400", xm1_elec="7001"), day=14)  # another value asks for other words
    assert stands(opened, 3) == [""]


def test_words_given_but_neither_accepted_nor_refused_do_not_carry_over(opened):
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="February was overstated")
    hands.act(opened, "return.sent_back", hands.CHECKER, findings="xm1_r08", reason="electricity?")
    hands.submit(opened, hands.upload(**SMALLER, xm1_elec="7001"), day=12)
    assert stands(opened, 2) == [""]


def test_words_may_come_with_the_file(tmp_path):
    opened = hands.workspace(tmp_path / "workspace")
    hands.accept(opened, hands.upload("2026-02"), key=FEBRUARY, day=1)
    taken = hand_in.examined(opened, hands.REALM, [hands.upload(**SMALLER)], clock=hands.at(10))
    words = {FALLS: "February was overstated", "xm1_r01": "this one holds"}
    events = hand_in.submit(opened, hands.REALM, taken, account=hands.FILER, explanations=words, clock=hands.at(10))
    assert [event.type for event in events] == ["return.submitted", "return.finding_explained"]
    assert stands(opened) == ["explained"]


def test_what_cannot_be_judged_or_explained_is_refused(opened):
    assert codes(opened, JUDGE, hands.CHECKER, rule=FALLS, result="accepted") == ["XQ-EXPLANATION-002"]
    assert codes(opened, *EXPLAIN, rule="xm1_r999", reason="x") == ["XQ-EXPLANATION-001"]
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="x")
    assert codes(opened, JUDGE, hands.CHECKER, rule=FALLS, result="perhaps") == ["XQ-EXPLANATION-002"]


def test_the_filer_does_not_judge_his_own_words(tmp_path):
    opened = hands.workspace(tmp_path / "workspace")
    hands.grant(opened, hands.FILER, "area_checker", "lanzhou")
    hands.accept(opened, hands.upload("2026-02"), key=FEBRUARY, day=1)
    hands.submit(opened, hands.upload(**SMALLER), day=10)
    hands.act(opened, *EXPLAIN, rule=FALLS, reason="x")
    with pytest.raises(Refused) as refused:
        hands.act(opened, JUDGE, hands.FILER, rule=FALLS, result="accepted")
    assert refused.value.problems[0].code == "XQ-DUTY-003"
