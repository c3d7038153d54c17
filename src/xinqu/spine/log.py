"""Appending to the log by the pack's event types, and reading it: what an event must hold and who may write it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from xinqu.policy.model import EventType
from xinqu.policy.pack import Pack
from xinqu.spine import duties
from xinqu.spine.delegated import RolesInForce, roles_in_force
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import Head, NewEvent, StoredEvent
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text

SYSTEM = "system"  # the actor of timers and of the bootstrap; no account, nobody can sign in as it
_ENVELOPE = ("at", "actor", "org")  # required fields that every event has as columns of the log

Upcaster = Callable[[Mapping[str, Any]], Mapping[str, Any]]
# (type, version) -> the data of the next version; pure, one per version, never removed
UPCASTERS: dict[tuple[str, int], Upcaster] = {}


def append(
    workspace: Workspace,
    pack: Pack,
    new_events: Sequence[NewEvent],
    *,
    clock: Callable[[], dt.datetime] = now,
    bootstrap: bool = False,
    also: Callable[[], Sequence[Problem]] = tuple,
    then: Callable[[list[StoredEvent]], None] | None = None,
) -> list[StoredEvent]:
    """Check events against the pack and append them in one transaction: all or none.

    Checked: the type is known and of the pack's version, the subject is of its kind, required fields are there, the
    actor holds the stated role and the type admits it, a second person where two must act, and the separation of
    duties against the log as it stands under the lock. ``bootstrap`` is for the first administrators only; ``also``
    is the caller's own check against the log under the lock; ``then`` writes what follows from the stored events in
    the same transaction. What somebody does in a role that is lent to him is stored with ``on_behalf_of``.

    Raises:
        Refused: XQ-LOG-001 to -008, XQ-DUTY-001 to -003 (exit code 3), and the store's own.
    """
    workspace.use()
    new_events = _labelled(new_events, clock)
    _refuse_faults(pack, new_events)
    absent = workspace.objects.missing(name for event in new_events for name in event.objects)
    if absent:
        raise Refused([_object_first(name) for name in sorted(absent)])

    from xinqu.store import log

    def check() -> None:
        _refuse_persons(pack, new_events, clock, bootstrap=bootstrap)
        own = also()
        if own:
            raise Refused(own)

    return log.append(new_events, realms=workspace.realms, clock=clock, check=check, then=then)


def refuse_early(
    workspace: Workspace, pack: Pack, new_events: Sequence[NewEvent], *, clock: Callable[[], dt.datetime] = now
) -> None:
    """Refuse what ``append`` would refuse now, for callers that store objects before: a refused act leaves none behind."""
    workspace.use()
    new_events = _labelled(new_events, clock)
    _refuse_faults(pack, new_events)
    _refuse_persons(pack, new_events, clock, bootstrap=False)


def _labelled(new_events: Sequence[NewEvent], clock: Callable[[], dt.datetime]) -> Sequence[NewEvent]:
    """Return the events with the names of those for whom a delegate acts."""
    roles = roles_in_force()
    return duties.labelled(new_events, roles, _days(new_events, roles, clock)) if roles.is_any_lent else new_events


def _days(new_events: Sequence[NewEvent], roles: RolesInForce, clock: Callable[[], dt.datetime]) -> list[dt.date]:
    """Return the day on which each event is recorded; any day does where no role is lent."""
    if not roles.is_any_lent:
        return [dt.date.min] * len(new_events)
    today = beijing_day(clock())
    return [beijing_day(event.recorded_at) if event.recorded_at else today for event in new_events]


def _refuse_faults(pack: Pack, new_events: Sequence[NewEvent]) -> None:
    problems = [problem for event in new_events for problem in _faults(event, pack.event_types)]
    problems += _scripted_times(new_events)
    if problems:
        raise Refused(problems)


def _refuse_persons(
    pack: Pack, new_events: Sequence[NewEvent], clock: Callable[[], dt.datetime], *, bootstrap: bool
) -> None:
    roles = roles_in_force()
    days = _days(new_events, roles, clock)
    found = [] if bootstrap else duties.rights_problems(new_events, pack.event_types, roles, days)
    found += duties.separation_problems(new_events, roles.on(max(days, default=dt.date.min)))
    if found:
        raise Refused(found, Exit.NOT_PERMITTED)


def events(
    workspace: Workspace, realm: Realm, *, upto: int | None = None, types: Iterable[str] | None = None, after: int = 0
) -> pl.DataFrame:
    """Return the events of ``realm`` as a frame (``store.log.events``); ``data`` is JSON text as stored."""
    workspace.use()
    from xinqu.store import log

    return log.events(realm, upto=upto, types=types, after=after)


def event(workspace: Workspace, seq: int) -> StoredEvent | None:
    """Return one event by number, or None."""
    workspace.use()
    from xinqu.store import log

    return log.event(seq)


def last_of_realm(workspace: Workspace, realm: Realm, upto: int | None = None) -> StoredEvent | None:
    """Return the realm's last event at or before number ``upto`` (None: at all), or None."""
    workspace.use()
    from xinqu.store import log

    return log.last_of_realm(realm, upto)


def events_of(
    workspace: Workspace, realm: Realm, types: Iterable[str], subjects: Sequence[str], *, upto: int | None = None
) -> pl.DataFrame:
    """Return the events of ``types`` on a few subjects as a frame, without reading the rest of the realm."""
    workspace.use()
    from xinqu.store import log

    return log.events_of(realm, types, subjects, upto=upto)


def last_seq(workspace: Workspace, realm: Realm, types: Iterable[str], upto: int | None = None) -> int:
    """Return the number of the realm's last event of ``types`` at or before number ``upto``; 0 when there is none."""
    workspace.use()
    from xinqu.store import log

    return log.last_seq(realm, types, upto)


def head(workspace: Workspace) -> Head:
    """Return the last event's number, hash and time; number 0 when the log is empty."""
    workspace.use()
    from xinqu.store import log

    return log.head()


def upcast(type_: str, version: int, data: Mapping[str, Any], *, current: int) -> Mapping[str, Any]:
    """Return ``data`` of an old schema version as the current version's.

    Raises:
        Refused: XQ-LOG-008 when a step is missing, naming type and version.
    """
    for step in range(version, current):
        if (type_, step) not in UPCASTERS:
            raise Refused(_no_upcaster(type_, step))
        data = UPCASTERS[type_, step](data)
    return data


def _faults(event: NewEvent, types: Mapping[str, EventType]) -> list[Problem]:
    declared = types.get(event.type)
    if declared is None:
        return [_unknown_type(event)]
    problems = []
    if event.schema_version != declared.schema_version:
        problems.append(_other_version(event, declared.schema_version))
    if not event.subject.startswith(f"{declared.subject}/"):
        problems.append(_other_subject(event, declared.subject))
    absent = [name for name in _data_fields(declared) if event.data.get(name) is None]
    if absent:
        problems.append(_fields_absent(event, absent))
    if event.role not in declared.roles and not (event.role == SYSTEM and event.data.get("bootstrap")):
        problems.append(_role_not_admitted(event, declared.roles))
    return problems


def _data_fields(declared: EventType) -> list[str]:
    """Return the fields that ``data`` must hold: the required ones without one mention each of the envelope's."""
    fields = list(declared.required_fields)
    for name in _ENVELOPE:
        if name in fields:
            fields.remove(name)
    return fields


def _scripted_times(new_events: Sequence[NewEvent]) -> list[Problem]:
    scripted = [event for event in new_events if event.realm is Realm.OFFICIAL and event.recorded_at is not None]
    return [_time_is_the_clocks(event) for event in scripted[:1]]


def _where(event: NewEvent) -> Where:
    return Where(subject=f"{event.type} {event.subject}")


def _unknown_type(event: NewEvent) -> Problem:
    return Problem(
        code="XQ-LOG-001",
        what=Text(f"未知的事件类型 {event.type}", f"unknown event type {event.type}"),
        where=_where(event),
        why=Text("规则包 event_types.yaml 中没有它", "event_types.yaml of the pack does not hold it"),
        fix=Text("先在规则包中登记该类型", "declare the type in the pack first"),
    )


def _other_version(event: NewEvent, current: int) -> Problem:
    return Problem(
        code="XQ-LOG-002",
        what=Text(
            f"事件版本为 {event.schema_version}，应为 {current}",
            f"event is of version {event.schema_version}, not {current}",
        ),
        where=_where(event),
        fix=Text("按现行版本写入", "write the current version"),
    )


def _other_subject(event: NewEvent, kind: str) -> Problem:
    return Problem(
        code="XQ-LOG-003",
        what=Text(f"事件对象应以 {kind}/ 开头", f"the event's subject must begin with {kind}/"),
        where=_where(event),
        fix=Text(f"写作 {kind}/<编号>", f"write {kind}/<id>"),
    )


def _fields_absent(event: NewEvent, names: list[str]) -> Problem:
    listed = "、".join(names)
    return Problem(
        code="XQ-LOG-004",
        what=Text(f"事件缺少字段：{listed}", f"the event lacks: {', '.join(names)}"),
        where=_where(event),
        why=Text("规则包规定该类型必须有这些字段", "the pack requires these fields of the type"),
        fix=Text("补齐后重试；未写入任何内容", "fill them in and try again; nothing was stored"),
    )


def _role_not_admitted(event: NewEvent, roles: list[str]) -> Problem:
    return Problem(
        code="XQ-LOG-005",
        what=Text(f"角色 {event.role} 不能写入 {event.type}", f"role {event.role} may not write {event.type}"),
        where=_where(event),
        why=Text(f"可写入的角色：{'、'.join(roles)}", f"roles that may: {', '.join(roles)}"),
        fix=Text("由有权角色办理", "have an account of such a role act"),
    )


def _time_is_the_clocks(event: NewEvent) -> Problem:
    return Problem(
        code="XQ-LOG-006",
        what=Text("正式数据域的记录时间只能取自时钟", "in the official realm the time of recording is the clock's"),
        where=_where(event),
        fix=Text("不要指定记录时间；生效日另填", "leave the time out; give the effective day instead"),
    )


def _object_first(name: str) -> Problem:
    return Problem(
        code="XQ-LOG-007",
        what=Text("事件引用的对象尚未保存", "the event stands on an object that is not stored"),
        where=Where(subject=name),
        fix=Text("先保存对象，再写事件", "store the object first, then the event"),
    )


def _no_upcaster(type_: str, version: int) -> Problem:
    return Problem(
        code="XQ-LOG-008",
        what=Text(f"无法读取 {type_} 第 {version} 版", f"version {version} of {type_} cannot be read"),
        why=Text("软件没有该版本的转换", "this software has no conversion from it"),
        fix=Text("安装含该转换的版本", "install a version that has it"),
    )


__all__ = [
    "SYSTEM",
    "UPCASTERS",
    "Head",
    "NewEvent",
    "StoredEvent",
    "append",
    "event",
    "events",
    "events_of",
    "head",
    "last_of_realm",
    "last_seq",
    "refuse_early",
    "upcast",
]  # fmt: skip
