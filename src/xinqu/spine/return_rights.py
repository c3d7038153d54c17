"""Whether an account may take a step on a return: its place in the tree, the class of data and the state it is in."""

from collections.abc import Iterable

from xinqu.policy.pack import Pack
from xinqu.spine.duties import Held
from xinqu.spine.permissions import Target, may
from xinqu.spine.steps import Key, Step
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem

# event -> the action of permissions.yaml that it is
ACTIONS = {
    "return.submitted": "submit",
    "return.recalled": "recall",
    "return.finding_explained": "submit",
    "return.sent_back": "send_back",
    "return.area_approved": "approve",
    "return.province_approved": "approve",
    "return.accepted": "accept",
}
_UNCHANGED_BEFORE = "submitted"  # release state of a return that is only now handed in


def unit_of(pack: Pack, key: Key) -> str:
    """Return the organisation that files the return of ``key``."""
    return f"{key.area}.{key.sub_unit}" if key.sub_unit else filled(pack, pack.forms[key.form].reporting_org, key.area)


def co_checker_of(pack: Pack, key: Key) -> str:
    """Return the organisation that co-checks the return of ``key``; "partner" for any partner, "" for none."""
    return filled(pack, pack.forms[key.form].co_check_org, key.area)


def filled(pack: Pack, pattern: str, area: str) -> str:
    """Return an organisation pattern of the pack with area and province filled in."""
    return pattern.format(area=area, province=pack.areas[area].province_org)


class Rights:
    """The rights in force in one realm, asked step by step; answers of the same kind are found once."""

    def __init__(self, pack: Pack, roles: Iterable[Held], realm: Realm) -> None:
        self._pack = pack
        self._realm = realm
        self._roles = tuple(roles)
        self._known: dict[tuple[str, str, Target], Problem | None] = {}

    def fault(self, step: Step, kind: str, state: str) -> Problem | None:
        """Return why the step's actor may not take it in ``state``; None when he may."""
        action = self._action(step, kind)
        target = Target(
            data_class="return",
            organisation=unit_of(self._pack, step.key),
            release_state=state or _UNCHANGED_BEFORE,
            field=self._field(step.key) if action == "co_check" else "",
            parties=self._partners(step.key) if action == "countersign" else (),
        )
        known = (step.actor.account, action, target)
        if known not in self._known:
            answer = may(step.actor.account, action, target, pack=self._pack, roles=self._roles, realm=self._realm)
            self._known[known] = answer if isinstance(answer, Problem) else None
        return self._known[known]

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
