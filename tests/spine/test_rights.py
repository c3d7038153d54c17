"""Each act on a return is signed in one role for one organisation, and that very signature must hold the right."""

import itertools

import pytest

import cast
import hands
from hands import CHECKER, CO_CHECKER, FILER, act, submit, upload
from xinqu.rehearsal.actors import actors
from xinqu.spine import decide, hand_in, log
from xinqu.spine.accounts import Person
from xinqu.spine.delegated import Held
from xinqu.spine.return_rights import Rights, co_checker_of, unit_of
from xinqu.spine.steps import Decide, HandIn, Key
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.problem import Exit, Refused

PACK = cast.pack()
EVERYBODY = [Person(account=a.account, role=a.role, organisation=a.organisation) for a in actors(PACK)]
HELD = [Held(p.account, p.role, p.organisation, "rehearsal") for p in EVERYBODY]
RIGHTS = Rights(PACK, HELD, hands.REALM)


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def may(person: Person, kind: str, key: Key, state: str) -> bool:
    if kind == "return.submitted":
        step = HandIn(document=_Named(key), actor=person, version=1)
    else:
        step = Decide(type=kind, key=key, version=1, actor=person)
    return RIGHTS.fault(step, kind, state) is None


class _Named:
    """A document of which only the key is asked."""

    def __init__(self, key: Key) -> None:
        self.header = key


# DOMAIN b, said once more by hand: who takes which step on a return of an area, whatever the form
def allowed_by_hand(person: Person, kind: str, key: Key) -> bool:
    own_province = PACK.areas[key.area].province_org
    in_province = person.organisation == own_province or person.organisation.startswith(f"{own_province}.")
    match kind:
        case "return.submitted" | "return.recalled":
            return person.role == "filer" and person.organisation == unit_of(PACK, key)
        case "return.area_approved":
            return person.role == "area_checker" and person.organisation == key.area
        case "return.province_approved":
            return person.role == "province" and in_province
        case "return.accepted":
            return person.role == "ndrc"
    named = co_checker_of(PACK, key)
    if named == "partner":
        return person.role == "partner" and person.organisation != key.area
    return bool(named) and person.organisation == named and person.role in {"stat_office", "dept", "province"}


BEFORE = {
    "return.submitted": "", "return.recalled": "submitted", "return.co_checked": "submitted",
    "return.area_approved": "submitted", "return.province_approved": "area_approved",
    "return.accepted": "province_approved",
}  # fmt: skip
ANY_DAY = {"monthly": "2026-03", "quarterly": "2026-Q1", "half_year": "2025-S2", "annual": "2025"}


@pytest.mark.parametrize("form", [form.id for form in PACK.area_forms])
def test_each_hand_of_every_area_may_take_its_own_step_and_no_other(form):
    """All scripted persons x all steps x two areas of one province and one of another (Lanzhou has no sibling)."""
    period = ANY_DAY[PACK.forms[form].frequency.value]
    for area, (kind, state) in itertools.product(("lanzhou", "pudong"), BEFORE.items()):
        key = Key(form, area, period)
        shown = "province_approved" if kind == "return.co_checked" and co_checker_of(PACK, key) == "partner" else state
        role_fits = PACK.event_types[kind].roles
        wrong = [
            person
            for person in EVERYBODY
            if person.role in role_fits and may(person, kind, key, shown) != allowed_by_hand(person, kind, key)
        ]
        assert wrong == [], (kind, area)


def test_a_right_held_elsewhere_lends_nothing_to_another_signature(opened):
    """The province's desk of Shanghai also checks for Lanzhou: that lets it check, never approve for Gansu."""
    hands.grant(opened, "shanghai.approver", "area_checker", "lanzhou")
    submit(opened, upload())
    act(opened, "return.co_checked", CO_CHECKER)
    act(opened, "return.area_approved", CHECKER)
    with pytest.raises(Refused, match="XQ-RETURN-106") as caught:
        act(opened, "return.province_approved", "shanghai.approver")
    assert caught.value.exit_code is Exit.NOT_PERMITTED
    assert "province@shanghai" in caught.value.problems[0].why.en


def test_who_checks_for_two_areas_signs_for_the_one_of_the_return(opened):
    hands.grant(opened, "pudong.checker", "area_checker", "lanzhou")
    hands.grant(opened, "lanzhou.checker", "area_checker", "pudong")
    submit(opened, upload())
    submit(opened, upload(area="pudong"), account="pudong.filer")
    pudong = Key("xm1", "pudong", "2026-03")
    act(opened, "return.co_checked", CO_CHECKER)
    act(opened, "return.co_checked", "pudong.stat.co_checker", key=pudong)
    assert act(opened, "return.area_approved", "pudong.checker").organisation == "lanzhou"
    assert act(opened, "return.area_approved", "lanzhou.checker", key=pudong).organisation == "pudong"


def test_who_files_for_two_units_signs_for_the_one_of_the_return(opened):
    hands.grant(opened, "guian.filer", "filer", "lanzhou")
    (event,) = submit(opened, upload(), account="guian.filer")
    assert event.organisation == "lanzhou"


def test_a_form_without_a_co_check_takes_none(opened):
    key = Key("xa6", "lanzhou", "2025")
    assert not any(may(person, "return.co_checked", key, "submitted") for person in EVERYBODY)


def test_a_role_that_was_revoked_signs_nothing(opened):
    from xinqu.spine import accounts, scripted
    from xinqu.spine.accounts import Grant

    submit(opened, upload())
    act(opened, "return.co_checked", CO_CHECKER)
    by = scripted.administrator(opened, hands.REALM)
    gone = Grant(account=CHECKER, role="area_checker", organisation="lanzhou")
    accounts.revoke(opened, PACK, gone, realm=hands.REALM, by=by, reason="left", clock=hands.at(11))
    before = log.head(opened)
    with pytest.raises(Refused, match="XQ-RETURN-105"):
        act(opened, "return.area_approved", CHECKER)
    assert log.head(opened) == before


def test_a_role_of_one_realm_is_none_in_another(opened):
    from xinqu.vocabulary.origin import Realm

    taken = hand_in.examined(opened, Realm.PUBLISHED, [upload()], clock=hands.at(3))
    with pytest.raises(Refused, match="XQ-ACCOUNT-009"):
        hand_in.submit(opened, Realm.PUBLISHED, taken, account=FILER, clock=hands.at(3))
    with pytest.raises(Refused, match="XQ-RETURN-104"):
        decide.decide(opened, Realm.PUBLISHED, hands.MARCH, "return.area_approved", account=CHECKER, clock=hands.at(3))
