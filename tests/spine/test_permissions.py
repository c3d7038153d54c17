"""Roles x actions x places x release states over the whole permissions table, and a stranger."""

import itertools

import pytest

import cast
from xinqu.spine.delegated import Held
from xinqu.spine.permissions import Allowed, Target, may
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem

STATES = ["draft", "submitted", "area_approved", "province_approved", "accepted", "released", "sent"]
# Places seen from Lanzhou's cast (cast.ROLES), each by hand: what each scope of the table covers of them.
PLACES = {
    "own sub-unit": Target(data_class="", organisation="lanzhou.u1"),
    "sibling sub-unit": Target(data_class="", organisation="lanzhou.u2"),
    "own area": Target(data_class="", organisation="lanzhou"),
    "land office of the area": Target(data_class="", organisation="lanzhou.land", field="land"),
    "land matter of the area": Target(data_class="", organisation="lanzhou", field="land"),
    "office of the own province": Target(data_class="", organisation="gansu.fin"),
    "another area": Target(data_class="", organisation="nansha"),
    "land matter of another area": Target(data_class="", organisation="nansha", field="land"),
    "agreement with Shaanxi": Target(data_class="", organisation="lanzhou", parties=("gansu", "shaanxi")),
    "agreement of others": Target(data_class="", organisation="nansha", parties=("guangdong", "guangxi")),
    "record of the enterprise": Target(data_class="", organisation="lanzhou", owner="u110"),
    "record of another enterprise": Target(data_class="", organisation="lanzhou", owner="u777"),
}
IN_LANZHOU = {
    "own sub-unit", "sibling sub-unit", "own area", "land office of the area", "land matter of the area",
    "agreement with Shaanxi", "record of the enterprise", "record of another enterprise",
}  # fmt: skip
COVERS = {
    "own_unit": {"own sub-unit"},
    "area_subtree": IN_LANZHOU,
    "area_subject": {"land office of the area", "land matter of the area"},
    "province_subtree": IN_LANZHOU | {"office of the own province"},
    "all_areas": set(PLACES),
    "all_areas_subject": {"land office of the area", "land matter of the area", "land matter of another area"},
    "agreements": {"agreement with Shaanxi"},
    "own_record": {"record of the enterprise"},
}
ROLES = frozenset(
    Held(account, role, organisation, "rehearsal") for role, (account, organisation) in cast.ROLES.items()
)


def expected(role: str, data_class: str, action: str, place: str, state: str) -> bool:
    return any(
        row.role in {role, "public"}
        and (row.data_class, row.action) == (data_class, action)
        and place in COVERS[row.scope]
        and (row.release_state == "any" or state in row.release_state.split(";"))
        for row in cast.pack().permissions
    )


@pytest.mark.parametrize("role", [*cast.ROLES, "stranger"])
def test_a_role_may_what_the_table_says_and_nothing_else(role: str):
    account = cast.STRANGER[0] if role == "stranger" else cast.ROLES[role][0]
    acts = [*sorted({(p.data_class, p.action) for p in cast.pack().permissions}), ("secret", "read"), ("return", "eat")]
    wrong, allowed = [], 0
    for (data_class, action), (place, where), state in itertools.product(acts, PLACES.items(), STATES):
        target = Target(
            data_class=data_class, organisation=where.organisation, release_state=state, field=where.field,
            parties=where.parties, owner=where.owner,
        )  # fmt: skip
        answer = may(account, action, target, pack=cast.pack(), roles=ROLES, realm=Realm.REHEARSAL)
        allowed += isinstance(answer, Allowed)
        if isinstance(answer, Allowed) != expected(role, data_class, action, place, state):
            wrong.append((data_class, action, place, state))
    assert wrong == []
    assert allowed


def test_every_row_of_the_table_lets_someone_do_something():
    scopes = {p.scope for p in cast.pack().permissions}
    assert scopes == set(COVERS)
    assert {p.role for p in cast.pack().permissions} == {*cast.ROLES, "public", "system"}


def ask(account: str, action: str, target: Target, realm: Realm = Realm.REHEARSAL) -> Allowed | Problem:
    return may(account, action, target, pack=cast.pack(), roles=ROLES, realm=realm)


def test_a_role_in_one_realm_gives_nothing_in_another():
    target = Target(data_class="return", organisation="lanzhou", release_state="submitted")
    assert isinstance(ask("u102", "check", target), Allowed)
    assert isinstance(ask("u102", "check", target, Realm.PUBLISHED), Problem)


def test_what_lies_outside_the_tree_looks_as_if_it_did_not_exist():
    target = Target(data_class="return", organisation="nansha", release_state="submitted")
    assert ask("u102", "read", target).code == "XQ-PERMISSION-001"
    assert ask("u999", "read", target).code == "XQ-PERMISSION-001"
    assert ask("", "read", target).code == "XQ-PERMISSION-001"


def test_ndrc_is_told_why_it_does_not_see_unreleased_enterprise_data():
    answer = ask(
        "u107", "read", Target(data_class="enterprise_micro", organisation="lanzhou", release_state="accepted")
    )
    assert answer.code == "XQ-PERMISSION-002"
    assert answer.what.zh == "您可看汇总，不能看企业微数据"


def test_a_name_that_begins_like_another_is_no_part_of_its_tree():
    """The path /cn/gansu/lanzhou must not cover a sibling such as /cn/gansu/lanzhou2."""
    import msgspec

    pack = cast.pack()
    sibling = msgspec.structs.replace(pack.organisations["lanzhou"], id="lanzhou2", path="/cn/gansu/lanzhou2")
    wider = msgspec.structs.replace(pack, organisations={**pack.organisations, "lanzhou2": sibling})
    target = Target(data_class="return", organisation="lanzhou2", release_state="submitted")
    assert isinstance(may("u102", "read", target, pack=wider, roles=ROLES, realm=Realm.REHEARSAL), Problem)
