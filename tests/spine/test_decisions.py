"""Targets, frameworks and difficulties: each decision is one event, by the hands that the pack names."""

import pytest

from xinqu.spine import decisions
from xinqu.spine.snapshot import take
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Refused

PUBLISHED = Realm.PUBLISHED
FIRST, SECOND = "ndrc.admin", "ndrc.admin2"


def test_a_target_is_set_by_two_persons_and_judges_from_then_on(published_workspace):
    words = {"area": "nansha", "base_period": "2022", "period": "2025", "value": "8", "document": "plan of the area"}
    decisions.set_target(published_workspace, PUBLISHED, "T_Q03", words, account=FIRST, second=SECOND)
    mine = take(published_workspace, PUBLISHED).targets.filter(indicator="Q03", area="nansha")
    assert 2025 in mine["target_year"].to_list()
    with pytest.raises(Refused) as caught:
        decisions.set_target(published_workspace, PUBLISHED, "T_Q03", words, account=FIRST, second=FIRST)
    assert [p.code for p in caught.value.problems] == ["XQ-DUTY-002"]


@pytest.mark.parametrize(
    ("target", "words", "code"),
    [
        ("T_X", {}, "XQ-DECISION-002"),
        ("T_Q03", {"area": "mars"}, "XQ-DECISION-003"),
        ("T_Q03", {"period": "soon"}, "XQ-PERIOD-001"),
    ],
)
def test_what_the_pack_does_not_have_is_refused(published_workspace, target, words, code):
    with pytest.raises(Refused) as caught:
        decisions.set_target(published_workspace, PUBLISHED, target, words, account=FIRST, second=SECOND)
    assert caught.value.problems[0].code == code


def test_the_index_is_a_trial_until_its_framework_is_adopted(published_workspace):
    assert take(published_workspace, PUBLISHED).index.status == "trial"
    before = take(published_workspace, PUBLISHED).vintage
    decisions.adopt_framework(
        published_workspace, PUBLISHED, "xq_equal_v0", "decision of the test", account=FIRST, second=SECOND
    )
    assert take(published_workspace, PUBLISHED).index.status == "adopted"
    assert take(published_workspace, PUBLISHED, before).index.status == "trial"


def test_a_difficulty_is_raised_answered_and_closed_by_others(published_workspace):
    raised = decisions.raise_difficulty(
        published_workspace, PUBLISHED, "lanzhou", "land", "用地指标不足", account="lanzhou.filer"
    )
    name = raised.subject.removeprefix("difficulty/")
    for step in ("accept", "answer"):
        decisions.move_difficulty(published_workspace, PUBLISHED, name, step, "函", account="lanzhou.checker")
    row = take(published_workspace, PUBLISHED).difficulties.filter(difficulty=name).row(0, named=True)
    assert (row["state"], row["is_open"]) == ("answered", True)
    with pytest.raises(Refused) as caught:
        decisions.close_difficulty(
            published_workspace, PUBLISHED, name, "核验", account="lanzhou.checker", second="ndrc.second"
        )
    assert caught.value.exit_code == Exit.NOT_PERMITTED


def test_a_step_that_the_state_does_not_allow_names_those_it_does(published_workspace):
    raised = decisions.raise_difficulty(
        published_workspace, PUBLISHED, "lanzhou", "land", "用地指标不足", account="lanzhou.filer"
    )
    name = raised.subject.removeprefix("difficulty/")
    with pytest.raises(Refused) as caught:
        decisions.move_difficulty(published_workspace, PUBLISHED, name, "answer", "函", account="lanzhou.checker")
    (problem,) = caught.value.problems
    assert problem.code == "XQ-DECISION-006"
    assert "accept" in problem.why.en
