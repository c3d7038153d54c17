"""Who may do what: subtree of the organisation AND class of data AND release state (DESIGN section 11, DOMAIN b)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import msgspec

from xinqu.policy.model import Organisation
from xinqu.policy.organisation_changes import heirs
from xinqu.policy.pack import Pack
from xinqu.spine.delegated import Held, roles_in_force
from xinqu.spine.workspace import Workspace, now
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.text import Text

PUBLIC = "public"
_ANY = "any"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to act on.

    ``organisation`` is the id it belongs to (the unit that files a return, the area of a figure; "" for the nation).
    ``field`` is its subject, as organisations have one (``land``); ``parties`` are the organisations of an agreement;
    ``owner`` is the account of the enterprise it is about.
    """

    data_class: str
    organisation: str = ""
    release_state: str = "released"
    field: str = ""
    parties: tuple[str, ...] = ()
    owner: str = ""


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """The act is allowed, in this role for this organisation ("" for the public); ``note`` limits it further."""

    role: str
    organisation: str
    scope: str
    note: str


def may(
    account: str, action: str, target: Target, *, pack: Pack, roles: Iterable[Held], realm: Realm
) -> Allowed | Problem:
    """Say whether ``account`` may do ``action`` on ``target`` in ``realm``.

    ``roles`` are roles in force (``roles_of``); the public's rights are everybody's, an account of "" included.
    Returns a Problem XQ-PERMISSION-001 for what lies outside the account's tree or is unknown to it (a page answers
    404), XQ-PERMISSION-002 when one of its roles reads the class in another release state or not at all.
    """
    held = [(h.role, h.organisation) for h in roles if h.account == account and h.realm == realm] if account else []
    wanted = [p for p in pack.permissions if p.data_class == target.data_class and p.action == action]
    near = False
    for role, organisation in [*held, (PUBLIC, "")]:
        for permission in wanted:
            if permission.role != role or not _in_scope(permission.scope, account, organisation, target, pack):
                continue
            if permission.release_state == _ANY or target.release_state in permission.release_state.split(";"):
                return Allowed(role=role, organisation=organisation, scope=permission.scope, note=permission.note)
            near = True
    if near or any(_reaches(role, organisation, account, target, pack) for role, organisation in held):
        return _no_right(action, target)
    return _no_page()


def require(account: str, action: str, target: Target, *, pack: Pack, roles: Iterable[Held], realm: Realm) -> Allowed:
    """Return what ``may`` allows; raises Refused with its problem and exit code 3."""
    answer = may(account, action, target, pack=pack, roles=roles, realm=realm)
    if isinstance(answer, Problem):
        raise Refused(answer, Exit.NOT_PERMITTED)
    return answer


def roles_of(workspace: Workspace, account: str | None = None, *, on: dt.date | None = None) -> frozenset[Held]:
    """Return the roles in force of one account, or of all, on a day (None: today): granted ones and those lent to it."""
    workspace.use()
    roles = roles_in_force().on(on or beijing_day(now()))
    return roles if account is None else frozenset(held for held in roles if held.account == account)


def covers(held: Held, organisation: str, *, pack: Pack) -> bool:
    """Say whether the home scope of a held role reaches ``organisation``, whatever the class of data."""
    return _reaches(held.role, held.organisation, held.account, Target(data_class="", organisation=organisation), pack)


def _reaches(role: str, organisation: str, account: str, target: Target, pack: Pack) -> bool:
    """Say whether the role has anything to do with the target's place, whatever the class of data."""
    home = pack.roles[role].home_scope if role in pack.roles else ""
    return _in_scope(home, account, organisation, target, pack)


def _in_scope(scope: str, account: str, organisation: str, target: Target, pack: Pack) -> bool:
    """Say whether the target lies in a scope of the permissions table, seen from ``organisation``."""
    if scope == "all_areas":
        return True
    if scope == "own_record":
        return bool(account) and target.owner == account
    own = pack.organisations.get(organisation)
    return own is not None and scope in _SCOPES and _SCOPES[scope](own, target, pack)


def _own_unit(own: Organisation, target: Target, pack: Pack) -> bool:
    """Say whether it is the own unit, or one that it took over from."""
    return own.id == target.organisation or own.id in heirs(pack, target.organisation)


def _area_subtree(own: Organisation, target: Target, pack: Pack) -> bool:
    return _below(target.organisation, _up(own, "committee", pack.organisations), pack)


def _area_subject(own: Organisation, target: Target, pack: Pack) -> bool:
    its = pack.organisations.get(target.organisation)
    field = target.field or (its.field if its else "")
    return bool(own.field) and own.field == field and _area_subtree(own, target, pack)


def _province_subtree(own: Organisation, target: Target, pack: Pack) -> bool:
    return _below(target.organisation, _up(own, "province", pack.organisations), pack)


def _all_areas_subject(own: Organisation, target: Target, _pack: Pack) -> bool:
    return bool(own.field) and own.field == target.field


def _agreements(own: Organisation, target: Target, pack: Pack) -> bool:
    return any(_up(own, kind, pack.organisations) in target.parties for kind in ("province", "committee"))


_SCOPES: dict[str, Callable[[Organisation, Target, Pack], bool]] = {
    "own_unit": _own_unit,
    "area_subtree": _area_subtree,
    "area_subject": _area_subject,
    "province_subtree": _province_subtree,
    "all_areas_subject": _all_areas_subject,
    "agreements": _agreements,
}


def _up(organisation: Organisation, kind: str, tree: Mapping[str, Organisation]) -> str:
    """Return the id of the nearest organisation of ``kind`` from this one upwards, itself included; "" when none."""
    current: Organisation | None = organisation
    while current is not None and current.kind != kind:
        current = tree.get(current.parent)
    return current.id if current else ""


def _below(organisation: str, top: str, pack: Pack) -> bool:
    """Say whether ``organisation`` is ``top`` or lies below it; paths end at a slash, so no sibling matches."""
    if organisation not in pack.organisations or top not in pack.organisations:
        return False
    return f"{pack.organisations[organisation].path}/".startswith(f"{pack.organisations[top].path}/")


def _no_page() -> Problem:
    return Problem(
        code="XQ-PERMISSION-001",
        what=Text("没有这个页面，或您无权查看", "this page does not exist or is not open to you"),
        why=Text("不在您的机构范围内", "it lies outside the tree of your organisation"),
        fix=Text("确有需要时，向管理员申请角色", "if you need it, ask an administrator for a role"),
    )


def _no_right(action: str, target: Target) -> Problem:
    if target.data_class == "enterprise_micro":
        return Problem(
            code="XQ-PERMISSION-002",
            what=Text("您可看汇总，不能看企业微数据", "you may see the total, not enterprise data"),
            why=Text("统计法", "Statistics Law"),
            fix=Text("需要时向新区统计机构申请", "ask the area statistics office"),
        )
    return Problem(
        code="XQ-PERMISSION-002",
        what=Text(
            f"您的角色不能对 {target.data_class} 办理 {action}", f"your role may not {action} {target.data_class}"
        ),
        why=Text(
            f"数据状态为 {target.release_state}；权限见规则包 permissions.yaml",
            f"its release state is {target.release_state}; rights stand in permissions.yaml of the pack",
        ),
        fix=Text("请有此权限的角色办理，或申请该角色", "have a role with that right act, or ask for the role"),
    )
