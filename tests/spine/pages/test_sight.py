"""What each role sees of a realm (DOMAIN b): its own subtree, and only released figures where its right says so."""

import pytest

import cast
from xinqu.spine.delegated import Held
from xinqu.spine.pages.sight import sight_of
from xinqu.vocabulary.origin import Realm

NATION = frozenset(cast.pack().areas)
OWN = frozenset({"lanzhou"})
NOTHING = frozenset()

# role -> figures, lamps, returns of the rehearsal realm (DOMAIN b; permissions.yaml: indicator, lamp, return)
SEES = {
    "filer": (NOTHING, NOTHING, NOTHING),  # released figures of its own unit only
    "area_checker": (OWN, OWN, OWN),
    "stat_office": (OWN, NOTHING, OWN),
    "province": (OWN, OWN, OWN),  # Gansu has one new area
    "partner": (NOTHING, NOTHING, NOTHING),
    "ndrc": (NATION, NATION, NATION),
    "state_council": (NOTHING, NOTHING, NOTHING),
    "enterprise": (NOTHING, NOTHING, NOTHING),
    "auditor": (NATION, NATION, NATION),
}


def sight(role, realm):
    account, organisation = cast.ROLES[role]
    held = {Held(account=account, role=role, organisation=organisation, realm=realm)}
    return sight_of(account, pack=cast.pack(), roles=held, realm=realm)


@pytest.mark.parametrize("role", SEES)
def test_each_role_sees_its_own_of_the_rehearsal_realm(role):
    seen = sight(role, Realm.REHEARSAL)
    assert (seen.figures, seen.lamps) == SEES[role][:2]
    assert seen.returns == (SEES[role][2] if role != "province" else seen.returns)


@pytest.mark.parametrize("role", SEES)
def test_published_figures_are_open_to_all_who_sign_in(role):
    seen = sight(role, Realm.PUBLISHED)
    assert seen.figures == seen.returns == NATION


def test_a_role_of_one_realm_gives_no_sight_of_another():
    account, organisation = cast.ROLES["ndrc"]
    held = {Held(account=account, role="ndrc", organisation=organisation, realm=Realm.PUBLISHED)}
    assert sight_of(account, pack=cast.pack(), roles=held, realm=Realm.REHEARSAL).figures == NOTHING
