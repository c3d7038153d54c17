"""Who may write an event: the role held, the second person, and the separation of duties (DOMAIN b)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from xinqu.policy.model import EventType
from xinqu.spine.delegated import DELEGATED, ENDED, Held, RolesInForce
from xinqu.store.records import NewEvent
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text

SYSTEM = "system"
# What only the holder of a granted role may do: giving roles away, for good or for a while.
NEVER_LENT = frozenset({"account.granted", "account.revoked", DELEGATED, ENDED})
_FILED = frozenset({"return.submitted", "return.finding_explained"})  # who approves accepts what was explained
# Type of event -> types whose actors on the same subject must be others. DOMAIN b: "submitter, checker and approver
# differ; the closer of a difficulty is never its holder; whoever commits a draw frame does not name the seed".
OTHERS_THAN: dict[str, frozenset[str]] = {
    "return.co_checked": frozenset({"return.submitted"}),
    "return.explanation_judged": _FILED,
    "return.area_approved": _FILED,
    "return.province_approved": _FILED | {"return.co_checked", "return.area_approved"},
    "return.accepted": _FILED | {"return.co_checked", "return.area_approved", "return.province_approved"},
    "return.edited": frozenset({"return.submitted"}),
    "record.approved": frozenset({"record.posted"}),
    "draw.seed_named": frozenset({"draw.committed"}),
    "draw.committed": frozenset({"draw.seed_named"}),
    "difficulty.closed": frozenset({"difficulty.raised", "difficulty.escalated"}),
}
_WATCHED = frozenset(OTHERS_THAN) | frozenset().union(*OTHERS_THAN.values())


class _Version(msgspec.Struct):
    version: str | int | None = None
    on_behalf_of: str = ""


def labelled(new_events: Sequence[NewEvent], roles: RolesInForce, days: Sequence[dt.date]) -> list[NewEvent]:
    """Return the events with ``on_behalf_of`` (and ``second_on_behalf_of``) where the actor acts in a role lent to him.

    ``days``: the day of each event, in their order.
    """
    return [_labelled(event, roles, day) for event, day in zip(new_events, days, strict=True)]


def _labelled(event: NewEvent, roles: RolesInForce, day: dt.date) -> NewEvent:
    lenders = roles.behind(_signed(event), day)
    if not lenders:
        return event
    return msgspec.structs.replace(event, data={**event.data, "on_behalf_of": ", ".join(sorted(lenders))})


def _signed(event: NewEvent) -> Held:
    return Held(event.actor, event.role, event.organisation, str(event.realm))


def rights_problems(
    new_events: Sequence[NewEvent], types: Mapping[str, EventType], roles: RolesInForce, days: Sequence[dt.date]
) -> list[Problem]:
    """Return XQ-DUTY-001 for an actor without the role, -002 where a second person must act and none other does.

    Roles are granted, and delegations made, by holders themselves alone. A delegate and his delegator are one person.
    """
    problems = []
    for event, day in zip(new_events, days, strict=True):
        in_force = roles.granted if event.type in NEVER_LENT else roles.on(day)
        if not (event.actor == event.role == SYSTEM) and _signed(event) not in in_force:
            problems.append(_role_not_held(event))
        declared = types[event.type]
        if declared.two_person:
            second = str(event.data.get("second_actor") or "")
            able = [held for held in in_force if held.realm == event.realm and held.role in declared.roles]
            seconds = {held.account for held in able if not _persons(held, roles, day) & _behind(event)}
            if second not in seconds:
                problems.append(_second_person(event, second, sorted(seconds)))
    return problems


def _persons(held: Held, roles: RolesInForce, day: dt.date) -> set[str]:
    """Return who stands behind a role: its holder, and for whom he acts."""
    return {held.account, *roles.behind(held, day)}


def _behind(event: NewEvent) -> set[str]:
    """Return who stands behind an event's signature."""
    return {event.actor, *_names(event.data.get("on_behalf_of"))}


def _names(listed: object) -> list[str]:
    return str(listed).split(", ") if listed else []


def separation_problems(new_events: Sequence[NewEvent], roles: frozenset[Held]) -> list[Problem]:
    """Return XQ-DUTY-003 for each event whose actor already acted on the subject in a duty that excludes this one.

    An act on behalf of somebody counts for both: neither may take the step that it excludes.
    """
    watched = [event for event in new_events if event.type in _WATCHED]
    if not watched:
        return []
    acted = _acts_so_far(watched)
    problems = []
    for event in watched:
        key = _key(event.subject, event.realm, event.data.get("version"))
        actors = acted.setdefault(key, {})
        persons = _behind(event) | {str(event.data.get("second_actor") or event.actor)}
        earlier = {actor for kind in OTHERS_THAN.get(event.type, ()) for actor in actors.get(kind, ())}
        if persons & earlier:
            problems.append(_same_person(event, sorted(persons & earlier), _others(event, earlier, roles)))
        actors.setdefault(event.type, set()).update(_behind(event))
    return problems


def _acts_so_far(watched: Sequence[NewEvent]) -> dict[tuple[str, str, str], dict[str, set[str]]]:
    """Return who did what on the subjects so far: (realm, subject, version) -> type -> actors."""
    from xinqu.store import log

    acted: dict[tuple[str, str, str], dict[str, set[str]]] = {}
    for realm in {event.realm for event in watched}:
        subjects = sorted({event.subject for event in watched if event.realm == realm})
        for kind, subject, actor, data in log.acts(realm, _WATCHED, subjects):
            said = msgspec.json.decode(data, type=_Version)
            actors = acted.setdefault(_key(subject, realm, said.version), {}).setdefault(kind, set())
            actors.update([actor, *_names(said.on_behalf_of)])
    return acted


def _key(subject: str, realm: Realm, version: object) -> tuple[str, str, str]:
    """A return is judged version by version; everything else over its whole life."""
    return (str(realm), subject, str(version) if subject.startswith("return/") else "")


def _others(event: NewEvent, excluded: set[str], roles: Iterable[Held]) -> list[str]:
    return sorted(
        held.account
        for held in roles
        if (held.role, held.organisation, held.realm) == (event.role, event.organisation, event.realm)
        and held.account not in excluded
    )


def _where(event: NewEvent) -> Where:
    return Where(subject=f"{event.type} {event.subject}")


def _role_not_held(event: NewEvent) -> Problem:
    return Problem(
        code="XQ-DUTY-001",
        what=Text(
            f"{event.actor} 不是 {event.organisation} 的 {event.role}",
            f"{event.actor} is not {event.role} of {event.organisation}",
        ),
        where=_where(event),
        why=Text("该账户没有此角色，或已被撤销", "the account does not hold the role, or it was revoked"),
        fix=Text("由两名管理员授权：xinqu user grant", "have two administrators grant it: xinqu user grant"),
    )


def _second_person(event: NewEvent, second: str, candidates: list[str]) -> Problem:
    who_zh, who_en = "、".join(candidates) or "无人", ", ".join(candidates) or "nobody"
    return Problem(
        code="XQ-DUTY-002",
        what=Text("此事须由两人办理", "two persons must act"),
        where=_where(event),
        why=Text(
            f"第二人“{second}”无此角色或即本人" if second else "未指明第二人",
            f"the second person {second!r} lacks the role or is the first" if second else "no second person is named",
        ),
        fix=Text(f"第二人可为：{who_zh}（--second）", f"second person (--second): {who_en}"),
    )


def _same_person(event: NewEvent, persons: list[str], others: list[str]) -> Problem:
    who_zh, who_en = "、".join(others) or "其他有此角色的人", ", ".join(others) or "another holder of the role"
    return Problem(
        code="XQ-DUTY-003",
        what=Text(
            f"{'、'.join(persons)} 已办理本件的前一环节，不能再办本环节",
            f"{', '.join(persons)} acted on this already and may not take this step too",
        ),
        where=_where(event),
        why=Text("职责分离 P-03", "separation of duties, P-03"),
        fix=Text(f"可由 {who_zh} 办理", f"to be done by {who_en}"),
    )
