"""Accounts and roles: two persons grant, nobody grants himself, every grant is an event; secrets work once and in time."""

import datetime as dt

import pytest

import cast
from xinqu.spine import accounts, log, salted, signin
from xinqu.spine.accounts import Grant
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace, create, now
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Refused

LIVE = Realm.REHEARSAL
STRONG = "Long-enough-58-words"


def grant(
    workspace: Workspace, *grants: Grant, second: str = cast.SECOND, by: str = cast.FIRST
) -> list[log.StoredEvent]:
    return accounts.grant(workspace, cast.pack(), grants, realm=LIVE, by=cast.administrator(by), second=second)


def code_of(act) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.problems[0].code


def table(name: str):
    """Return a model of the store; Django is set up once a workspace is open."""
    from django.apps import apps

    return apps.get_model("store", name)


def roles(workspace: Workspace, account: str) -> list[str]:
    return accounts.listing(workspace).filter(account=account)["roles"].to_list()[0]


def test_the_first_administrators_are_on_the_log(rehearsal: Workspace):
    granted = log.events(rehearsal, LIVE, types=["account.granted"]).head(2)
    assert granted["actor"].to_list() == ["system", "system"]
    assert granted["data"].str.json_path_match("$.account").to_list() == [cast.FIRST, cast.SECOND]
    assert granted["data"].str.json_path_match("$.bootstrap").to_list() == ["true", "true"]


def test_a_second_bootstrap_is_refused(rehearsal: Workspace):
    head = log.head(rehearsal)
    again = lambda: accounts.bootstrap(rehearsal, cast.pack(), ["u301", "u302"], realm=LIVE)  # noqa: E731
    assert code_of(again) == "XQ-ACCOUNT-007"
    assert log.head(rehearsal) == head
    assert not table("Account").objects.filter(id="u301").exists()


def test_one_first_administrator_is_too_few(tmp_path):
    made = create(tmp_path / "w")
    accounts.load_organisations(made, cast.pack())
    for names in (["u001"], ["u001", "u001"]):
        assert (
            code_of(lambda names=names: accounts.bootstrap(made, cast.pack(), names, realm=Realm.OFFICIAL))
            == "XQ-ACCOUNT-008"
        )


def test_a_grant_takes_force_with_its_event(rehearsal: Workspace):
    event = grant(rehearsal, Grant(account="u999", role="filer", organisation="nansha"))[0]
    assert dict(event.data) == {"account": "u999", "role": "filer", "org": "nansha", "second_actor": cast.SECOND}
    assert roles(rehearsal, "u999") == ["rehearsal:filer@nansha"]
    assert verify(rehearsal).problems == []


NANSHA = Grant(account="u999", role="filer", organisation="nansha")
# what is wrong, the grant, first, second, code
REFUSED = [
    ("one person only", NANSHA, "u001", "u001", "XQ-DUTY-002"),
    ("the second is no administrator", NANSHA, "u001", "u101", "XQ-DUTY-002"),
    ("the first is no administrator", NANSHA, "u101", "u002", "XQ-DUTY-001"),
    ("to himself", Grant(account="u001", role="ndrc", organisation="ndrc"), "u001", "u002", "XQ-ACCOUNT-006"),
    ("to the second", Grant(account="u002", role="ndrc", organisation="ndrc"), "u001", "u002", "XQ-ACCOUNT-006"),
    ("unknown account", Grant(account="u000", role="filer", organisation="nansha"), "u001", "u002", "XQ-ACCOUNT-004"),
    ("unknown organisation", Grant(account="u999", role="filer", organisation="moon"), "u001", "u002", "XQ-ACCOUNT-003"),
    ("unknown role", Grant(account="u999", role="king", organisation="nansha"), "u001", "u002", "XQ-ACCOUNT-005"),
    ("role of another kind", Grant(account="u999", role="ndrc", organisation="nansha"), "u001", "u002", "XQ-ACCOUNT-005"),
    ("role of no person", Grant(account="u999", role="system", organisation="cn"), "u001", "u002", "XQ-ACCOUNT-005"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "by", "second", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_wrong_grant_is_refused_and_nothing_is_stored(
    rehearsal: Workspace, what: Grant, by: str, second: str, code: str
):
    head = log.head(rehearsal)
    assert code_of(lambda: grant(rehearsal, what, by=by, second=second)) == code
    assert log.head(rehearsal) == head
    assert roles(rehearsal, "u999") == []


def test_a_revoked_role_is_gone_and_can_be_granted_again(rehearsal: Workspace):
    role = Grant(account="u101", role="filer", organisation="lanzhou.u1")
    how = {"realm": LIVE, "by": cast.administrator(), "reason": "moved to another office"}
    event = accounts.revoke(rehearsal, cast.pack(), role, **how)
    assert salted.get_text(rehearsal, event.data["reason"]) == "moved to another office"
    assert roles(rehearsal, "u101") == []
    assert code_of(lambda: log.append(rehearsal, cast.pack(), [cast.submitted(1)])) == "XQ-DUTY-001"
    assert code_of(lambda: accounts.revoke(rehearsal, cast.pack(), role, **how)) == "XQ-ACCOUNT-009"
    grant(rehearsal, role)
    assert log.append(rehearsal, cast.pack(), [cast.submitted(1)])
    assert verify(rehearsal).problems == []


@pytest.mark.parametrize("name", ["", "U1", "张三", "system", "public", "a b", "x" * 80, "1a"])
def test_an_account_id_that_cannot_be_used_is_refused(rehearsal: Workspace, name: str):
    assert code_of(lambda: accounts.add(rehearsal, [(name, "nansha")])) == "XQ-ACCOUNT-001"


def test_an_account_id_is_used_once_and_stands_in_an_organisation(rehearsal: Workspace):
    assert code_of(lambda: accounts.add(rehearsal, [("u101", "nansha")])) == "XQ-ACCOUNT-002"
    assert code_of(lambda: accounts.add(rehearsal, [("u500", "moon")])) == "XQ-ACCOUNT-003"


def test_a_link_works_once_within_its_time_and_gives_a_password(rehearsal: Workspace):
    link = signin.one_time_link(rehearsal, "u101")
    late = lambda: now() + signin.LINK_LASTS + dt.timedelta(seconds=1)  # noqa: E731
    assert code_of(lambda: signin.redeem(rehearsal, link, STRONG, clock=late)) == "XQ-ACCOUNT-010"
    assert code_of(lambda: signin.redeem(rehearsal, link, "short")) == "XQ-ACCOUNT-011"
    assert signin.redeem(rehearsal, link, STRONG) == "u101"
    assert code_of(lambda: signin.redeem(rehearsal, link, STRONG)) == "XQ-ACCOUNT-010"
    assert table("Account").objects.get(id="u101").password.startswith("argon2$argon2id$")


def test_no_secret_is_kept_in_the_open(rehearsal: Workspace):
    link = signin.one_time_link(rehearsal, "u101")
    signin.redeem(rehearsal, link, STRONG)
    token = signin.new_token(rehearsal, "u101", STRONG)
    content = b"".join(path.read_bytes() for path in rehearsal.dir.rglob("*") if path.is_file())
    for secret in (link, token, STRONG):
        assert secret.encode() not in content
    assert table("Secret").objects.count() == 2


def test_a_token_names_its_account_until_it_is_too_old_or_the_account_is_switched_off(rehearsal: Workspace):
    signin.set_password(rehearsal, "u101", STRONG)
    assert code_of(lambda: signin.new_token(rehearsal, "u101", "wrong")) == "XQ-ACCOUNT-012"
    assert code_of(lambda: signin.new_token(rehearsal, "nobody", STRONG)) == "XQ-ACCOUNT-012"
    token = signin.new_token(rehearsal, "u101", STRONG)
    assert signin.account_of_token(rehearsal, token) == "u101"
    late = lambda: now() + signin.TOKEN_LASTS + dt.timedelta(seconds=1)  # noqa: E731
    assert code_of(lambda: signin.account_of_token(rehearsal, token, clock=late)) == "XQ-ACCOUNT-013"
    assert code_of(lambda: signin.account_of_token(rehearsal, "made up")) == "XQ-ACCOUNT-013"
    link = signin.one_time_link(rehearsal, "u101")
    assert code_of(lambda: signin.account_of_token(rehearsal, link)) == "XQ-ACCOUNT-013"
    table("Account").objects.filter(id="u101").update(is_active=False)
    assert code_of(lambda: signin.account_of_token(rehearsal, token)) == "XQ-ACCOUNT-013"


def test_a_password_is_changed_with_the_old_one(rehearsal: Workspace):
    signin.set_password(rehearsal, "u101", STRONG)
    assert (
        code_of(lambda: signin.change_password(rehearsal, "u101", "wrong", "Another-long-one-59")) == "XQ-ACCOUNT-012"
    )
    signin.change_password(rehearsal, "u101", STRONG, "Another-long-one-59")
    assert signin.new_token(rehearsal, "u101", "Another-long-one-59")


def test_one_administrator_cannot_become_two_by_a_link(rehearsal: Workspace):
    link = lambda account, second: signin.issue_link(  # noqa: E731
        rehearsal, cast.pack(), account, realm=LIVE, by=cast.administrator(), second=second
    )
    assert link("u101", "")
    for second in ("", "u001", "u002", "u101"):
        assert code_of(lambda second=second: link("u002", second)) == "XQ-ACCOUNT-014"
    grant(rehearsal, Grant(account="u999", role="ndrc", organisation="ndrc"))
    assert link("u002", "u999")


def test_who_is_no_administrator_issues_no_link(rehearsal: Workspace):
    with pytest.raises(Refused, match="XQ-PERMISSION-002") as caught:
        signin.issue_link(rehearsal, cast.pack(), "u101", realm=LIVE, by=cast.person("filer"), second="")
    assert caught.value.exit_code is Exit.NOT_PERMITTED
