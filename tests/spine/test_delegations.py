"""A role lent for a while is exercised by another person, who counts with its holder as one; it ends by its date."""

import datetime as dt

import pytest

import cast
import hands
from hands import CHECKER, CO_CHECKER, FILER, MARCH, PROVINCE, act, submit, upload
from xinqu.spine import accounts, closing, delegations, log, permissions, scripted
from xinqu.spine.accounts import Grant
from xinqu.spine.delegated import Held
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Exit, Refused

REALM = hands.REALM
DAY = dt.date(2026, 4, 1)
DELEGATE = "lanzhou.dr.filer"
LENT = Grant(account=CHECKER, role="area_checker", organisation="lanzhou")


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def lend(opened: Workspace, lent: Grant = LENT, to: str = DELEGATE, first: int = 10, last: int = 20, on: int = 5):
    days = {"first": DAY + dt.timedelta(days=first), "last": DAY + dt.timedelta(days=last)}
    return delegations.delegate(opened, REALM, lent, to, **days, reason="leave", clock=hands.at(on))


def refused(step, code: str, exit_code: Exit = Exit.REFUSED) -> Refused:
    with pytest.raises(Refused, match=code) as caught:
        step()
    assert caught.value.exit_code is exit_code
    return caught.value


def state(opened: Workspace, day: int) -> str:
    return delegations.listing(opened, REALM, on=DAY + dt.timedelta(days=day))["state"].item()


def ready(opened: Workspace, day: int = 10) -> None:
    """A return that waits for the area's approval."""
    submit(opened, upload(), day=day)
    act(opened, "return.co_checked", CO_CHECKER, day=day)


def test_the_delegate_acts_in_the_role_and_the_event_says_for_whom(opened):
    lent = lend(opened)
    assert (lent.subject, lent.data["reason"]) == (f"account/{DELEGATE}", lent.objects[0])
    ready(opened)
    event = act(opened, "return.area_approved", DELEGATE, day=12)
    assert (event.actor, event.role, event.organisation) == (DELEGATE, "area_checker", "lanzhou")
    assert event.data["on_behalf_of"] == CHECKER
    own = submit(opened, upload("2026-02"), day=13)[0]
    assert "on_behalf_of" not in own.data  # what he does in a role of his own is his


def test_a_delegation_begins_and_ends_by_its_dates(opened):
    lend(opened)
    ready(opened, day=6)
    refused(lambda: act(opened, "return.area_approved", DELEGATE, day=9), "XQ-RETURN-105", Exit.NOT_PERMITTED)
    refused(lambda: act(opened, "return.area_approved", DELEGATE, day=21), "XQ-RETURN-105", Exit.NOT_PERMITTED)
    assert [state(opened, day) for day in (9, 10, 20, 21)] == ["to_come", "in_force", "in_force", "past"]
    assert act(opened, "return.area_approved", DELEGATE, day=20).actor == DELEGATE


def test_permissions_see_it(opened):
    lend(opened)
    for day, expected in ((9, False), (10, True), (20, True), (21, False)):
        held = permissions.roles_of(opened, DELEGATE, on=DAY + dt.timedelta(days=day))
        assert (Held(DELEGATE, "area_checker", "lanzhou", "rehearsal") in held) is expected


def test_a_delegate_gives_its_delegator_no_second_hand(opened):
    """The province's approver lends her role to the area's checker who approved: they are one hand."""
    hands.grant(opened, "gansu.fin.co_checker", "province", "gansu.drc")
    lend(opened, Grant(account=PROVINCE, role="province", organisation="gansu"), CHECKER)
    ready(opened)
    act(opened, "return.area_approved", CHECKER, day=11)
    refused(lambda: act(opened, "return.province_approved", CHECKER, day=12), "XQ-DUTY-003", Exit.NOT_PERMITTED)


def test_what_the_delegate_did_counts_for_the_delegator(opened):
    """Lanzhou's checker lends her role; what her delegate approved she can't approve again for the province."""
    hands.grant(opened, CHECKER, "province", "gansu.drc")
    lend(opened)
    ready(opened)
    act(opened, "return.area_approved", DELEGATE, day=11)
    found = refused(lambda: act(opened, "return.province_approved", CHECKER, day=12), "XQ-DUTY-003", Exit.NOT_PERMITTED)
    assert CHECKER in found.problems[0].what.en


def test_two_persons_are_not_a_delegator_and_his_delegate(opened):
    first, second = scripted.ADMINISTRATORS
    lend(opened, Grant(account=first, role="ndrc", organisation="ndrc"), "cn.reader")
    closing.lock(opened, REALM, "xm1", Period.parse("2026-03"), account=first, clock=hands.at(11))

    def unlock(by: str, with_: str):
        return closing.unlock(opened, REALM, MARCH, account=by, second=with_, reason="audit", clock=hands.at(12))

    refused(lambda: unlock(first, "cn.reader"), "XQ-DUTY-002", Exit.NOT_PERMITTED)
    assert unlock(second, "cn.reader").data["second_actor"] == "cn.reader"


def test_giving_roles_away_is_never_lent(opened):
    first, second = scripted.ADMINISTRATORS
    lend(opened, Grant(account=first, role="ndrc", organisation="ndrc"), "cn.reader")
    grant = [Grant(account=FILER, role="dept", organisation="lanzhou.land")]
    by = accounts.Person(account="cn.reader", role="ndrc", organisation="ndrc")
    refused(
        lambda: accounts.grant(opened, cast.pack(), grant, realm=REALM, by=by, second=second, clock=hands.at(12)),
        "XQ-DUTY-001",
        Exit.NOT_PERMITTED,
    )
    refused(
        lambda: lend(opened, Grant(account="cn.reader", role="ndrc", organisation="ndrc"), "ndrc.acceptor", on=12, first=12),
        "XQ-DELEGATE-001",
        Exit.NOT_PERMITTED,
    )  # fmt: skip


def test_a_revoked_role_is_lent_no_more(opened):
    lend(opened)
    accounts.revoke(
        opened, cast.pack(), LENT, realm=REALM, by=scripted.administrator(opened, REALM), reason="moved",
        clock=hands.at(8),
    )  # fmt: skip
    ready(opened)
    assert state(opened, 12) == "lost"
    refused(lambda: act(opened, "return.area_approved", DELEGATE, day=12), "XQ-RETURN-105", Exit.NOT_PERMITTED)


@pytest.mark.parametrize("by", [CHECKER, "ndrc.admin"])
def test_its_delegator_or_an_administrator_ends_it_early(opened, by):
    lent = lend(opened)
    refused(
        lambda: delegations.end(opened, REALM, lent.seq, account=DELEGATE, reason="x", clock=hands.at(11)),
        "XQ-DELEGATE-007",
        Exit.NOT_PERMITTED,
    )
    delegations.end(opened, REALM, lent.seq, account=by, reason="back early", clock=hands.at(11))
    ready(opened, day=12)
    refused(lambda: act(opened, "return.area_approved", DELEGATE, day=13), "XQ-RETURN-105", Exit.NOT_PERMITTED)
    refused(
        lambda: delegations.end(opened, REALM, lent.seq, account=by, reason="x", clock=hands.at(14)), "XQ-DELEGATE-006"
    )


WRONG = [
    ("to himself", {"to": CHECKER}, "XQ-DELEGATE-002"),
    ("to nobody we know", {"to": "mallory"}, "XQ-DELEGATE-002"),
    ("to a holder of that role", {"to": "lanzhou.land.filer"}, "XQ-DELEGATE-002"),
    ("from a day that is past", {"first": 4}, "XQ-DELEGATE-003"),
    ("backwards", {"first": 10, "last": 9}, "XQ-DELEGATE-003"),
    ("longer than the pack allows", {"first": 10, "last": 102}, "XQ-DELEGATE-003"),
    ("to another area's officer", {"to": "pudong.filer"}, "XQ-DELEGATE-004"),
    ("twice", {"first": 20, "last": 25}, "XQ-DELEGATE-005"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "code"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_delegation_leaves_nothing_behind(opened, said, code):
    hands.grant(opened, "lanzhou.land.filer", "area_checker", "lanzhou")
    lend(opened)
    before = hands.stored(opened)
    refused(lambda: lend(opened, **said), code)
    assert hands.stored(opened) == before


def test_the_longest_delegation_is_the_packs(opened):
    """92 days, both ends counted (product policy)."""
    assert lend(opened, first=10, last=101).data["valid_to"] == "2026-07-11"


def test_delegations_are_told_apart_by_realm(opened):
    lend(opened)
    assert delegations.listing(opened, REALM, on=DAY).height == 1
    assert log.events(opened, REALM, types=["role.delegated"]).height == 1
