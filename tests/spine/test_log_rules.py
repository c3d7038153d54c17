"""What the log refuses by the pack: unknown types, missing fields, roles not held, a missing second person, one person twice."""

import datetime as dt

import msgspec
import pytest

import cast
from xinqu.spine import log
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Refused

RETURN = {"form": "xm1", "area": "lanzhou", "period": "2026-10", "version": "1"}
SUBJECT = "return/xm1/lanzhou/2026-10"


def refused(workspace: Workspace, *events: log.NewEvent) -> Refused:
    before = log.head(workspace)
    with pytest.raises(Refused) as caught:
        log.append(workspace, cast.pack(), events)
    assert log.head(workspace) == before
    return caught.value


def codes(refusal: Refused) -> list[str]:
    return [problem.code for problem in refusal.problems]


def changed(event: log.NewEvent, **changes: object) -> log.NewEvent:
    return msgspec.structs.replace(event, **changes)


GOOD = cast.event("filer", "return.submitted", SUBJECT, **RETURN, file_hash="0" * 64)
# what is wrong, the event, the code
WRONG = [
    ("unknown type", changed(GOOD, type="return.eaten"), "XQ-LOG-001"),
    ("another version", changed(GOOD, schema_version=2), "XQ-LOG-002"),
    ("another kind of subject", changed(GOOD, subject="area/lanzhou"), "XQ-LOG-003"),
    ("a field missing", changed(GOOD, data=RETURN), "XQ-LOG-004"),
    ("a field null", changed(GOOD, data={**GOOD.data, "file_hash": None}), "XQ-LOG-004"),
    ("a role the type does not admit", changed(GOOD, role="province"), "XQ-LOG-005"),
    ("an object that is not stored", changed(GOOD, objects=("f" * 64,)), "XQ-LOG-007"),
    ("a role the account does not hold", changed(GOOD, actor="u999"), "XQ-DUTY-001"),
    ("the role in another organisation", changed(GOOD, organisation="nansha"), "XQ-DUTY-001"),
    ("the role in another realm", changed(GOOD, realm=Realm.PUBLISHED), "XQ-DUTY-001"),
    ("the system's name in a person's role", changed(GOOD, actor="system"), "XQ-DUTY-001"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "code"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_event_is_refused_and_nothing_is_stored(rehearsal: Workspace, event: log.NewEvent, code: str):
    assert code in codes(refused(rehearsal, event))


def test_all_faults_of_a_batch_are_told_at_once(rehearsal: Workspace):
    assert sorted(codes(refused(rehearsal, WRONG[0][1], WRONG[2][1], WRONG[3][1]))) == [
        "XQ-LOG-001",
        "XQ-LOG-003",
        "XQ-LOG-004",
    ]


def test_lacking_rights_are_told_by_exit_code_three(rehearsal: Workspace):
    assert refused(rehearsal, WRONG[7][1]).exit_code is Exit.NOT_PERMITTED


def test_in_the_official_realm_the_time_of_recording_is_the_clocks(official: Workspace):
    event = changed(GOOD, realm=Realm.OFFICIAL, recorded_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert codes(refused(official, event)) == ["XQ-LOG-006"]


RELEASE = {"release_id": "r1", "forms": ["xm1"], "period": "2026-10", "vintage": 9, "hash": "0" * 64}


@pytest.mark.parametrize(
    "second", [None, "u107", "u101", "u999", "nobody"], ids=["none", "himself", "another role", "no role", "unknown"]
)
def test_two_persons_of_the_role_must_release(rehearsal: Workspace, second: str | None):
    event = cast.event("ndrc", "return.released", "release/r1", **RELEASE, second_actor=second)
    refusal = refused(rehearsal, event)
    assert codes(refusal) == ["XQ-DUTY-002"]
    assert "u001, u002" in refusal.problems[0].fix.en


def test_two_persons_release(rehearsal: Workspace):
    event = cast.event("ndrc", "return.released", "release/r1", **RELEASE, second_actor=cast.SECOND)
    assert log.append(rehearsal, cast.pack(), [event])


def both_roles(workspace: Workspace, account: str, *roles: tuple[str, str]) -> None:
    from xinqu.spine import accounts

    grants = [accounts.Grant(account=account, role=role, organisation=organisation) for role, organisation in roles]
    accounts.grant(workspace, cast.pack(), grants, realm=Realm.REHEARSAL, by=cast.administrator(), second=cast.SECOND)


def test_who_submits_may_not_approve_even_with_both_roles(rehearsal: Workspace):
    """UX section 8: 您填报了本表，不能核定（职责分离 P-03）。可由 … 核定。"""
    both_roles(rehearsal, "u101", ("area_checker", "lanzhou"))
    log.append(rehearsal, cast.pack(), [GOOD])
    approval = cast.event("area_checker", "return.area_approved", SUBJECT, **RETURN)
    refusal = refused(rehearsal, changed(approval, actor="u101"))
    assert codes(refusal) == ["XQ-DUTY-003"]
    assert "P-03" in refusal.problems[0].why.zh
    assert "u102" in refusal.problems[0].fix.zh
    assert "u101" not in refusal.problems[0].fix.zh
    assert log.append(rehearsal, cast.pack(), [approval])


def test_the_separation_holds_within_one_batch_too(rehearsal: Workspace):
    both_roles(rehearsal, "u101", ("area_checker", "lanzhou"))
    approval = cast.event("area_checker", "return.area_approved", SUBJECT, **RETURN)
    assert codes(refused(rehearsal, GOOD, changed(approval, actor="u101"))) == ["XQ-DUTY-003"]


def test_a_new_version_of_a_return_is_judged_by_itself(rehearsal: Workspace):
    both_roles(rehearsal, "u101", ("area_checker", "lanzhou"))
    both_roles(rehearsal, "u102", ("filer", "lanzhou"))
    second = changed(GOOD, actor="u102", organisation="lanzhou", data={**GOOD.data, "version": "2"})
    approval = cast.event("area_checker", "return.area_approved", SUBJECT, **{**RETURN, "version": "2"})
    log.append(rehearsal, cast.pack(), [GOOD, second, changed(approval, actor="u101")])


def test_whoever_commits_a_draw_frame_does_not_name_the_seed(rehearsal: Workspace):
    both_roles(rehearsal, "u104", ("area_checker", "lanzhou"))
    log.append(
        rehearsal,
        cast.pack(),
        [cast.event("dept", "draw.committed", "draw/d1", plan="d1", frame_root="0", seed_rule="s")],
    )
    named = cast.event("area_checker", "draw.seed_named", "draw/d1", plan="d1", seed_sources=["s"])
    assert codes(refused(rehearsal, changed(named, actor="u104"))) == ["XQ-DUTY-003"]
    assert log.append(rehearsal, cast.pack(), [named])


def test_the_closer_of_a_difficulty_is_never_its_holder(rehearsal: Workspace):
    both_roles(rehearsal, "u102", ("stat_office", "lanzhou.stat"))
    both_roles(rehearsal, "u104", ("stat_office", "lanzhou.stat"))
    raised = cast.event(
        "area_checker", "difficulty.raised", "difficulty/k1", difficulty="k1", area="lanzhou", field="land"
    )
    log.append(rehearsal, cast.pack(), [raised])
    closing = {"difficulty": "k1", "validator": "u103", "evidence": "none"}
    closed = cast.event("stat_office", "difficulty.closed", "difficulty/k1", **closing, second_actor="u104")
    assert codes(refused(rehearsal, changed(closed, actor="u102"))) == ["XQ-DUTY-003"]
    assert codes(refused(rehearsal, changed(closed, data={**closing, "second_actor": "u102"}))) == ["XQ-DUTY-003"]
    assert log.append(rehearsal, cast.pack(), [closed])


def test_a_switched_off_account_may_nothing(rehearsal: Workspace):
    from xinqu.store.models import Account

    Account.objects.filter(id="u101").update(is_active=False)
    assert codes(refused(rehearsal, GOOD)) == ["XQ-DUTY-001"]


def test_upcasters_run_step_by_step_and_a_missing_one_is_named(monkeypatch):
    monkeypatch.setitem(log.UPCASTERS, ("t.old", 1), lambda data: {**data, "b": 2})
    monkeypatch.setitem(log.UPCASTERS, ("t.old", 2), lambda data: {**data, "c": data["b"] + 1})
    assert log.upcast("t.old", 1, {"a": 1}, current=3) == {"a": 1, "b": 2, "c": 3}
    assert log.upcast("t.old", 3, {"a": 1}, current=3) == {"a": 1}
    with pytest.raises(Refused, match=r"XQ-LOG-008 version 3 of t\.old"):
        log.upcast("t.old", 1, {}, current=4)
