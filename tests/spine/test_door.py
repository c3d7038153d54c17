"""The door of returns: five hands from upload to facts, and everything that is refused leaves log and objects as before."""

import multiprocessing

import pytest

import hands
from hands import ACCEPTOR, CHECKER, CO_CHECKER, COURSE, FILER, MARCH, PROVINCE, act, submit, upload
from xinqu.spine import closing, hand_in, log
from xinqu.spine.snapshot import take
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace, open_workspace
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Exit, Refused


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def only_row(opened: Workspace) -> dict[str, object]:
    return submissions_at(opened, hands.REALM).row(0, named=True)


def refused(opened: Workspace, take_step, *codes: str, exit_code: Exit = Exit.REFUSED) -> Refused:
    """Take a step that must be refused with these codes, and hold log and objects to what they were."""
    before = hands.stored(opened)
    with pytest.raises(Refused) as caught:
        take_step()
    assert [problem.code for problem in caught.value.problems] == list(codes)
    assert caught.value.exit_code is exit_code
    assert hands.stored(opened) == before
    for problem in caught.value.problems:
        assert problem.what.zh
        assert problem.what.en
        assert problem.where.say()
        assert problem.fix.zh
        assert problem.fix.en
    return caught.value


# the way through ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["regular", "backfill"])
def test_five_hands_take_a_return_from_upload_to_facts(opened, kind):
    file = upload(kind=kind)
    events = hands.accept(opened, file)
    assert [event.type for event in events] == ["return.submitted", *(kind for kind, _ in COURSE)]
    assert len({event.actor for event in events}) == 5
    assert only_row(opened)["state"] == "accepted"
    assert only_row(opened)["kind"] == kind
    facts = take(opened, hands.REALM).facts["xm1"]
    assert facts.select("area", "period", "xm1_output", "xm1_output#origin").rows() == [
        ("lanzhou", "2026-03", 9000.0, "simulated")
    ]
    assert facts["event"].to_list() == [events[-1].seq]
    assert opened.objects.get(str(events[0].data["file_hash"])) == file.body


def test_nothing_counts_before_it_is_accepted(opened):
    submit(opened, upload())
    for kind, account in COURSE[:-1]:
        act(opened, kind, account)
        assert take(opened, hands.REALM).facts["xm1"].is_empty()


def test_the_event_says_how_many_checks_do_not_hold(opened):
    (event,) = submit(opened, upload(xm1_fai_growth="-96"))
    assert event.data["errors"] == 0
    assert event.data["warnings"] >= 1


def test_a_sub_unit_files_for_itself_and_counts_apart(opened):
    submit(opened, upload(sub_unit="u1"), account="lanzhou.u1.filer")
    submit(opened, upload(sub_unit="lanzhou.u2"), account="lanzhou.u2.filer")
    assert sorted(submissions_at(opened, hands.REALM)["sub_unit"]) == ["u1", "u2"]
    refused(
        opened, lambda: submit(opened, upload(sub_unit="u3"), account=FILER), "XQ-RETURN-106",
        exit_code=Exit.NOT_PERMITTED,
    )  # fmt: skip


# who may --------------------------------------------------------------------------------------------------------


def test_nobody_takes_two_steps_on_one_submission(opened):
    """Separation of duties, DOMAIN b: submitter, checker and approver differ."""
    hands.grant(opened, FILER, "area_checker", "lanzhou")
    hands.grant(opened, CO_CHECKER, "province", "gansu.drc")
    submit(opened, upload())
    act(opened, "return.co_checked", CO_CHECKER)
    refused(opened, lambda: act(opened, "return.area_approved", FILER), "XQ-DUTY-003", exit_code=Exit.NOT_PERMITTED)
    act(opened, "return.area_approved", CHECKER)
    found = refused(
        opened, lambda: act(opened, "return.province_approved", CO_CHECKER), "XQ-DUTY-003", exit_code=Exit.NOT_PERMITTED
    )
    assert PROVINCE not in found.problems[0].fix.en  # it signs for the province, not for its department


def test_the_filer_of_one_version_may_check_another_only(opened):
    """A return is judged version by version: who filed version 1 may approve version 2 that someone else filed."""
    hands.grant(opened, FILER, "area_checker", "lanzhou")
    hands.grant(opened, "lanzhou.land.filer", "filer", "lanzhou")
    submit(opened, upload())
    submit(opened, upload(xm1_output="9100"), account="lanzhou.land.filer", day=11)
    act(opened, "return.co_checked", CO_CHECKER, day=12)
    assert act(opened, "return.area_approved", FILER, day=12).data["version"] == 2


WRONG_HANDS = [
    ("a filer of another unit", "return.submitted", "lanzhou.land.filer", "XQ-RETURN-106"),
    ("a filer of another area", "return.submitted", "pudong.filer", "XQ-RETURN-106"),
    ("one who is no filer", "return.submitted", CHECKER, "XQ-ACCOUNT-009"),
    ("nobody we know", "return.submitted", "mallory", "XQ-ACCOUNT-009"),
    ("another area's statistics office", "return.co_checked", "guian.stat.co_checker", "XQ-RETURN-107"),
    ("another department of the province", "return.co_checked", "gansu.fin.co_checker", "XQ-RETURN-107"),
    ("a filer who co-checks", "return.co_checked", FILER, "XQ-RETURN-105"),
    ("another area's checker", "return.area_approved", "pudong.checker", "XQ-RETURN-106"),
    ("the province before its turn", "return.province_approved", PROVINCE, "XQ-RETURN-106"),
    ("the nation before its turn", "return.accepted", ACCEPTOR, "XQ-RETURN-106"),
    ("an auditor", "return.area_approved", "cnao.auditor", "XQ-RETURN-105"),
    ("another area's filer who recalls", "return.recalled", "pudong.filer", "XQ-RETURN-106"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "account", "code"), [case[1:] for case in WRONG_HANDS], ids=[c[0] for c in WRONG_HANDS]
)
def test_wrong_hands_are_refused(opened, kind, account, code):
    if kind == "return.submitted":
        refused(opened, lambda: submit(opened, upload(), account=account), code, exit_code=Exit.NOT_PERMITTED)
        return
    submit(opened, upload())
    refused(opened, lambda: act(opened, kind, account, reason="x"), code, exit_code=Exit.NOT_PERMITTED)


# in which order ---------------------------------------------------------------------------------------------------

STEPS = {
    "return.area_approved": CHECKER, "return.province_approved": PROVINCE, "return.accepted": ACCEPTOR,
    "return.recalled": FILER, "return.sent_back": CHECKER, "return.finding_explained": FILER,
    "return.co_checked": CO_CHECKER,
}  # fmt: skip


def test_an_approval_waits_for_the_co_check(opened):
    submit(opened, upload())
    found = refused(opened, lambda: act(opened, "return.area_approved", CHECKER), "XQ-RETURN-103")
    assert "xm1" in found.problems[0].why.en


def test_a_co_check_of_one_version_is_none_of_another(opened):
    submit(opened, upload())
    act(opened, "return.co_checked", CO_CHECKER)
    submit(opened, upload(xm1_output="9100"), day=12)
    refused(opened, lambda: act(opened, "return.area_approved", CHECKER, day=13), "XQ-RETURN-103")
    assert act(opened, "return.area_approved", CHECKER, version=1, day=13).data["version"] == 1


def test_what_is_approved_is_not_recalled_and_what_is_accepted_not_sent_back(opened):
    submit(opened, upload())
    act(opened, "return.co_checked", CO_CHECKER)
    act(opened, "return.area_approved", CHECKER)
    refused(opened, lambda: act(opened, "return.recalled", FILER, reason="typing error"), "XQ-RETURN-102")
    act(opened, "return.province_approved", PROVINCE)
    act(opened, "return.accepted", ACCEPTOR)
    for kind, account in STEPS.items():
        refused(opened, lambda kind=kind, account=account: act(opened, kind, account, reason="x"), "XQ-RETURN-102")


def test_a_recalled_submission_stays_recalled_and_the_next_is_version_2(opened):
    submit(opened, upload())
    event = act(opened, "return.recalled", FILER, reason="wrong month")
    assert opened.objects.exists(str(event.data["reason"]))
    assert event.objects == (event.data["reason"],)  # so that verify demands it
    refused(opened, lambda: act(opened, "return.co_checked", CO_CHECKER), "XQ-RETURN-102")
    (again,) = submit(opened, upload(), day=12)
    assert again.data["version"] == 2


def test_nothing_is_decided_about_what_was_never_handed_in(opened):
    refused(opened, lambda: act(opened, "return.area_approved", CHECKER), "XQ-RETURN-104")
    submit(opened, upload())
    refused(opened, lambda: act(opened, "return.area_approved", CHECKER, version=2), "XQ-RETURN-104")


# what the checks refuse --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["regular", "backfill"])
def test_a_false_error_check_stores_nothing(opened, kind):
    found = refused(opened, lambda: submit(opened, upload(kind=kind, xm1_rev_tax="501")), "XQ-RETURN-101")
    (problem,) = found.problems
    assert problem.where.file == "xm1_lanzhou_2026-03.csv"
    assert problem.where.cell.startswith("B")
    assert "xm1_r07" in problem.why.en
    assert "501" in problem.why.en


def test_one_bad_file_stores_none_of_several(opened):
    bad = upload("2026-02", xm1_rev_tax="501")
    refused(opened, lambda: submit(opened, upload(), bad), "XQ-RETURN-101")


def test_two_files_of_one_key_are_refused(opened):
    refused(opened, lambda: submit(opened, upload(), upload(xm1_output="1")), "XQ-RETURN-109")


# corrections -------------------------------------------------------------------------------------------------------


def test_a_second_version_replaces_the_first_in_facts(opened):
    hands.accept(opened, upload())
    first = take(opened, hands.REALM)
    hands.accept(opened, upload(xm1_output="9300"), day=20)
    assert take(opened, hands.REALM).facts["xm1"]["xm1_output"].to_list() == [9300.0]
    assert first.facts["xm1"]["xm1_output"].to_list() == [9000.0]
    assert submissions_at(opened, hands.REALM).select("version", "state").rows() == [(1, "accepted"), (2, "accepted")]


# closed periods ----------------------------------------------------------------------------------------------------


def test_a_closed_period_takes_backfill_alone_until_it_is_unlocked_for_an_area(opened):
    first, second = "ndrc.admin", "ndrc.admin2"
    closing.lock(opened, hands.REALM, "xm1", Period.parse("2026-03"), account=first, clock=hands.at(5))
    found = refused(opened, lambda: submit(opened, upload()), "XQ-RETURN-023")
    assert found.problems[0].where.cell
    submit(opened, upload("2026-02"))
    submit(opened, upload(kind="backfill"))
    refused(
        opened,
        lambda: closing.unlock(
            opened, hands.REALM, MARCH, account=first, second=first, reason="audit", clock=hands.at(20)
        ),
        "XQ-DUTY-002",
        exit_code=Exit.NOT_PERMITTED,
    )
    closing.unlock(opened, hands.REALM, MARCH, account=first, second=second, reason="late audit", clock=hands.at(20))
    submit(opened, upload(), day=21)
    refused(opened, lambda: submit(opened, upload(area="pudong"), account="pudong.filer", day=21), "XQ-RETURN-023")


def test_a_period_closed_after_the_file_was_read_is_closed(opened):
    taken = hand_in.examined(opened, hands.REALM, [upload()], clock=hands.at(4))
    closing.lock(opened, hands.REALM, "xm1", Period.parse("2026-03"), account="ndrc.admin", clock=hands.at(5))
    refused(
        opened,
        lambda: hand_in.submit(opened, hands.REALM, taken, account=FILER, clock=hands.at(6)),
        "XQ-RETURN-023",
    )


def test_a_period_the_form_does_not_have_is_not_closed(opened):
    def lock():
        closing.lock(opened, hands.REALM, "xm1", Period.parse("2026-Q1"), account="ndrc.admin", clock=hands.at(5))

    refused(opened, lock, "XQ-RETURN-108")


# two at once -------------------------------------------------------------------------------------------------------


def _approve(folder, account, gate, answers):
    opened = open_workspace(folder)
    gate.wait()
    try:
        answers.put(act(opened, "return.area_approved", account, day=12).seq)
    except Refused as refusal:
        answers.put([problem.code for problem in refusal.problems])


def test_of_two_approvals_at_once_one_is_recorded(opened):
    hands.grant(opened, "lanzhou.land.filer", "area_checker", "lanzhou")
    submit(opened, upload())
    act(opened, "return.co_checked", CO_CHECKER)
    context = multiprocessing.get_context("spawn")
    gate, answers = context.Barrier(2), context.Queue()
    racers = [
        context.Process(target=_approve, args=(opened.dir, account, gate, answers))
        for account in (CHECKER, "lanzhou.land.filer")
    ]
    for racer in racers:
        racer.start()
    said = [answers.get(timeout=120) for _ in racers]
    for racer in racers:
        racer.join(30)
    assert ["XQ-RETURN-102"] in said
    assert sum(isinstance(answer, int) for answer in said) == 1
    assert log.events(opened, hands.REALM, types=["return.area_approved"]).height == 1


def test_what_another_wrote_between_the_look_and_the_lock_is_seen(opened, monkeypatch):
    """The same race without chance: the second approval is recorded while the first stands before the lock."""
    hands.grant(opened, "lanzhou.land.filer", "area_checker", "lanzhou")
    submit(opened, upload())
    act(opened, "return.co_checked", CO_CHECKER)
    append, raced = log.append, []

    def append_late(*args, **how):
        if not raced:
            raced.append(True)
            act(opened, "return.area_approved", "lanzhou.land.filer", day=12)
        return append(*args, **how)

    monkeypatch.setattr(log, "append", append_late)
    with pytest.raises(Refused, match="XQ-RETURN-102"):
        act(opened, "return.area_approved", CHECKER, day=12)
    assert log.events(opened, hands.REALM, types=["return.area_approved"])["actor"].to_list() == ["lanzhou.land.filer"]


def test_the_door_is_the_same_on_postgresql(postgresql_workspace):
    """The cast's five people take a sub-unit's return through; folds and keys are read by the other database's SQL."""
    import cast
    from xinqu.spine import decide

    opened, key = postgresql_workspace, hands.Key("xm1", "lanzhou", "2026-03", "u1")
    taken = hand_in.examined(opened, hands.REALM, [upload(sub_unit="u1")])
    hand_in.submit(opened, hands.REALM, taken, account=cast.ROLES["filer"][0])
    for kind, role in zip(
        (kind for kind, _ in COURSE), ("stat_office", "area_checker", "province", "ndrc"), strict=True
    ):
        account = cast.ROLES[role][0]
        decide.decide(opened, hands.REALM, key, kind, account=account)
        if kind != "return.co_checked":  # a co-check may be repeated, an approval may not
            with pytest.raises(Refused):
                decide.decide(opened, hands.REALM, key, kind, account=account)
    assert only_row(opened)["state"] == "accepted"
    assert take(opened, hands.REALM).facts["xm1"]["sub_unit"].to_list() == ["u1"]
    assert take(opened, hands.REALM, 1).submissions.is_empty()
