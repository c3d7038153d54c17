"""Whether an account may take a step on a return: its place in the tree, the class of data and the state it is in."""

from collections.abc import Iterable

from xinqu.policy.organisation_changes import in_place_of
from xinqu.policy.pack import Pack
from xinqu.spine import return_problems
from xinqu.spine.accounts import Person
from xinqu.spine.delegated import Held
from xinqu.spine.permissions import Target, may
from xinqu.spine.steps import Key, Step
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Problem

# event -> the action of permissions.yaml that it is
ACTIONS = {
    "return.submitted": "submit",
    "return.recalled": "recall",
    "return.finding_explained": "submit",
    "return.explanation_judged": "send_back",  # who may send a return back may also refuse what it was explained by
    "return.sent_back": "send_back",
    "return.area_approved": "approve",
    "return.province_approved": "approve",
    "return.accepted": "accept",
    "return.queried": "query",
    "return.answered": "answer",
    "return.edited": "edit_released",
}
_UNCHANGED_BEFORE = "submitted"  # release state of a return that is only now handed in


def unit_of(pack: Pack, key: Key) -> str:
    """Return the organisation that files the return of ``key``: of the area's own, who stands at the period's end."""
    if key.sub_unit:
        return f"{key.area}.{key.sub_unit}"
    return _standing(pack, filled(pack, pack.forms[key.form].reporting_org, key.area), key)


def co_checker_of(pack: Pack, key: Key) -> str:
    """Return the organisation that co-checks the return of ``key``; "partner" for any partner, "" for none."""
    return _standing(pack, filled(pack, pack.forms[key.form].co_check_org, key.area), key)


def _standing(pack: Pack, organisation: str, key: Key) -> str:
    return in_place_of(pack, organisation, Period.parse(key.period).end) if organisation else ""


def filled(pack: Pack, pattern: str, area: str) -> str:
    """Return an organisation pattern of the pack with area and province filled in."""
    return pattern.format(area=area, province=pack.areas[area].province_org)


class Rights:
    """The rights in force in one realm, asked step by step; answers of the same kind are found once."""

    def __init__(self, pack: Pack, roles: Iterable[Held], realm: Realm) -> None:
        self._pack = pack
        self._realm = realm
        self._roles = frozenset(held for held in roles if held.realm == realm)
        self._known: dict[tuple[Person, str, Target], bool] = {}

    def fault(self, step: Step, kind: str, state: str) -> Problem | None:
        """Return why the step's actor may not take it in ``state``; None when he may.

        An act needs a right of the very role and organisation it is signed with: a person who also checks for one
        area does not get that right for what he signs as the province of another.
        """
        action = self._action(step, kind)
        target = self._target(step.key, action, state)
        if kind == "return.co_checked" and not self._is_co_checker(step):
            return return_problems.other_co_checker(self._pack, step.key, step.version, step.actor)
        if not self._may(step.actor, action, target):
            return return_problems.no_right(step.key, step.version, step.actor, action, target.release_state)
        return None

    def persons(self, account: str, role: str) -> list[Person]:
        """Return ``account`` as it may sign in ``role``, one per organisation it holds the role for."""
        held = {h.organisation for h in self._roles if (h.account, h.role) == (account, role)}
        return [Person(account=account, role=role, organisation=organisation) for organisation in sorted(held)]

    def _may(self, actor: Person, action: str, target: Target) -> bool:
        known = (actor, action, target)
        if known not in self._known:
            signed = Held(actor.account, actor.role, actor.organisation, str(self._realm))
            roles = [signed] if signed in self._roles else []
            answer = may(actor.account, action, target, pack=self._pack, roles=roles, realm=self._realm)
            self._known[known] = not isinstance(answer, Problem)
        return self._known[known]

    def _target(self, key: Key, action: str, state: str) -> Target:
        return Target(
            data_class="return",
            organisation=unit_of(self._pack, key),
            release_state=state or _UNCHANGED_BEFORE,
            field=self._field(key) if action == "co_check" else "",
            parties=self._partners(key) if action == "countersign" else (),
        )

    def _is_co_checker(self, step: Step) -> bool:
        """Say whether the step's organisation is the one the form names: not any department of the same province."""
        named = co_checker_of(self._pack, step.key)
        return step.actor.role == "partner" if named == "partner" else step.actor.organisation == named

    def _action(self, step: Step, kind: str) -> str:
        if kind == "return.co_checked":
            return "countersign" if step.actor.role == "partner" else "co_check"
        return ACTIONS[kind]

    def _partners(self, key: Key) -> tuple[str, ...]:
        """Every area and province but the return's own: agreements, which would name the partner, are not kept yet."""
        own = {key.area, self._pack.areas[key.area].province_org}
        kinds = {"committee", "province"}
        return tuple(o.id for o in self._pack.organisations.values() if o.kind in kinds and o.id not in own)

    def _field(self, key: Key) -> str:
        organisation = self._pack.organisations.get(co_checker_of(self._pack, key))
        return organisation.field if organisation else ""
