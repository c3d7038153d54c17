"""A corrected version can always be handed in; it says why, and shows what changed since the approved one."""

import polars as pl
import pytest

import cast
import hands
from hands import FILER, MARCH, act, submit, upload
from xinqu.policy.pack import Pack
from xinqu.returns.read import read_return
from xinqu.spine import corrections, flow_problems, releases
from xinqu.spine.accounts import Person
from xinqu.spine.closing import ClosedPeriods
from xinqu.spine.standing import Standing
from xinqu.spine.steps import Decide, HandIn
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.event_frame import empty_log
from xinqu.vocabulary.problem import Problem, Refused

PACK: Pack = cast.pack()
REALM = hands.REALM
SERIES = "monthly"


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def test_a_correction_of_an_accepted_return_needs_a_reason_code(opened):
    hands.accept(opened, upload())
    before = hands.stored(opened)
    with pytest.raises(Refused, match="XQ-FLOW-002") as caught:
        submit(opened, upload(xm1_output="9100"), day=20, revision="")
    assert "source_revised" in caught.value.problems[0].why.en
    with pytest.raises(Refused, match="XQ-FLOW-003"):
        submit(opened, upload(xm1_output="9100"), day=20, revision="because")
    assert hands.stored(opened) == before
    (event,) = submit(opened, upload(xm1_output="9100"), day=20, revision="source_revised")
    assert event.data["revision"] == "source_revised"
    assert submissions_at(opened, REALM)["revision"].to_list() == [None, "source_revised"]


def test_before_acceptance_a_second_version_needs_none(opened):
    submit(opened, upload())
    (event,) = submit(opened, upload(xm1_output="9100"), day=11, revision="")
    assert "revision" not in event.data


def test_an_approval_never_blocks_a_correction_and_the_difference_is_shown(opened):
    """The complaint of platforms.md 1.1: an approval that blocks its own correction."""
    submit(opened, upload())
    act(opened, "return.co_checked", hands.CO_CHECKER)
    act(opened, "return.area_approved", hands.CHECKER)
    submit(opened, upload(xm1_output="9100", xm1_sales="8700"), day=12, revision="")
    found = corrections.correction(opened, REALM, MARCH)
    assert (found.before["version"], found.before["state"], found.after["version"]) == (1, "area_approved", 2)
    assert found.after["submitted_by"] == FILER
    assert not found.is_same
    assert found.changes.select("item", "before", "after").rows() == [
        ("xm1_output", "9000", "9100"), ("xm1_sales", "8800", "8700"),
    ]  # fmt: skip


def test_the_accepted_version_is_compared_before_any_other(opened):
    hands.accept(opened, upload())
    submit(opened, upload(xm1_output="9100"), day=20)
    act(opened, "return.co_checked", hands.CO_CHECKER, day=21)
    act(opened, "return.area_approved", hands.CHECKER, day=21)
    submit(opened, upload(xm1_output="9200"), day=22)
    found = corrections.correction(opened, REALM, MARCH)
    assert (found.before["version"], found.after["version"]) == (1, 3)
    pair = corrections.correction(opened, REALM, MARCH, first=2, second=3)
    assert pair.changes.select("before", "after").rows() == [("9100", "9200")]
    assert corrections.correction(opened, REALM, MARCH, first=2, second=2).is_same


def test_an_earlier_vintage_knows_the_versions_of_its_time(opened):
    hands.accept(opened, upload())
    (second,) = submit(opened, upload(xm1_output="9100"), day=20)
    earlier = corrections.versions_of(opened, REALM, MARCH, vintage=second.seq - 1)
    assert earlier["version"].to_list() == [1]
    with pytest.raises(Refused, match="XQ-FLOW-008"):
        corrections.versions_of(opened, REALM, MARCH, vintage=1)
    with pytest.raises(Refused, match="XQ-RETURN-104"):
        corrections.correction(opened, REALM, MARCH, second=7)


# released statistics: whose correction it is ------------------------------------------------------------------------


def standing(opened: Workspace, state: str) -> Standing:
    """Where the first version has come to ``state`` and a second one waits for acceptance."""
    rows = submissions_at(opened, REALM).with_columns(
        state=pl.when(pl.col("version") == 1).then(pl.lit(state)).otherwise(pl.lit("province_approved"))
    )
    return Standing(PACK, rows, ClosedPeriods(empty_log()), [decision("return.accepted")])


def decision(kind: str) -> Decide:
    return Decide(type=kind, key=MARCH, version=2, actor=Person(account="n", role="ndrc", organisation="ndrc"))


def code(problem: Problem | None) -> str:
    return problem.code if problem else ""


def test_a_correction_of_released_statistics_waits_for_the_statistics_office(opened):
    hands.accept(opened, upload())
    submit(opened, upload(xm1_output="9100"), day=20)
    assert code(standing(opened, "accepted").fault(decision("return.accepted"))) == ""
    waiting = standing(opened, "released")
    assert code(waiting.fault(decision("return.accepted"))) == "XQ-FLOW-006"
    waiting.take(decision("return.edited"))
    assert code(waiting.fault(decision("return.accepted"))) == ""


def test_the_statistics_office_orders_by_two_persons_and_the_event_names_both_returns(opened):
    """Release, correction, order, acceptance: statistics alone may correct released figures (DOMAIN b)."""
    hands.grant(opened, "lanzhou.dr.filer", "stat_office", "lanzhou.stat")
    hands.accept(opened, upload())
    releases.prepare(opened, REALM, SERIES, "2026-03", account="ndrc.acceptor", clock=hands.at(12))
    releases.publish(opened, REALM, f"{SERIES}-2026-03", account="ndrc.admin", second="ndrc.admin2", clock=hands.at(40))
    submit(opened, upload(xm1_output="9100"), day=41)
    for kind, account in hands.COURSE[:-1]:
        act(opened, kind, account, day=42)
    before = hands.stored(opened)
    with pytest.raises(Refused, match="XQ-FLOW-006"):
        act(opened, "return.accepted", hands.ACCEPTOR, day=43)

    def order(second: str):
        return corrections.order_edit(
            opened, REALM, MARCH, account=hands.CO_CHECKER, second=second, reason="audit", clock=hands.at(43)
        )

    with pytest.raises(Refused, match="XQ-DUTY-002"):
        order(hands.CO_CHECKER)
    assert hands.stored(opened) == before
    event = order("lanzhou.dr.filer")
    first, second = submissions_at(opened, REALM)["content_hash"].to_list()
    assert (event.data["old_hash"], event.data["new_hash"]) == (first, second)
    assert (event.data["revision"], event.data["reason"]) == ("error", event.objects[0])
    act(opened, "return.accepted", hands.ACCEPTOR, day=44)
    assert submissions_at(opened, REALM).select("version", "state", "edited_by").rows() == [
        (1, "released", None), (2, "accepted", hands.CO_CHECKER),
    ]  # fmt: skip


def test_there_is_nothing_to_order_where_nothing_was_released(opened):
    hands.accept(opened, upload())
    with pytest.raises(Refused, match="XQ-FLOW-007"):
        corrections.order_edit(
            opened, REALM, MARCH, account=hands.CO_CHECKER, second="x", reason="audit", clock=hands.at(20)
        )


def test_a_hand_in_that_came_second_is_told_who_came_first(opened):
    submit(opened, upload())
    document = read_return(PACK, upload(xm1_output="9100").body, "late.csv", as_of=hands.at(11)().date())
    step = HandIn(document=document, actor=Person(account="b", role="filer", organisation="lanzhou"), version=1)
    rows = submissions_at(opened, REALM)
    problem = Standing(PACK, rows, ClosedPeriods(empty_log()), [step]).fault(step)
    assert code(problem) == "XQ-FLOW-005"
    assert FILER in problem.why.en
    assert problem.where == flow_problems.of(document)
