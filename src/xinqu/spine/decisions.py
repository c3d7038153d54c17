"""Decisions that are not about a return: targets, frameworks, difficulties; each one event by one or two persons."""

import datetime as dt
from collections.abc import Callable, Mapping

import polars as pl

from xinqu.coordination.difficulties import closing_problems, difficulties
from xinqu.policy.pack import Pack
from xinqu.spine import log, salted
from xinqu.spine.accounts import Person
from xinqu.spine.calendar import calendar_of
from xinqu.spine.permissions import roles_of
from xinqu.spine.policy import adopted
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.canonical import canonical_json, sha256_hex
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text

Clock = Callable[[], dt.datetime]


def write(
    workspace: Workspace,
    realm: Realm,
    kind: str,
    subject: str,
    data: Mapping[str, object],
    *,
    account: str,
    second: str = "",
    clock: Clock = now,
    then: Callable[[list[StoredEvent]], None] | None = None,
) -> StoredEvent:
    """Append one decision of ``account`` in the first of its roles that the event's type admits.

    ``then`` writes what follows from the event in the same transaction.

    Raises:
        Refused: XQ-DECISION-001 when it holds none of them (exit 3), and what the log refuses.
    """
    pack = adopted(workspace, realm)
    person = acting(workspace, pack, realm, account, kind, clock=clock)
    words = dict(data) | ({"second_actor": second} if second else {})
    event = NewEvent(
        type=kind, realm=realm, actor=person.account, organisation=person.organisation, role=person.role,
        subject=subject, data=words,
    )  # fmt: skip
    return log.append(workspace, pack, [event], clock=clock, then=then)[0]


def acting(workspace: Workspace, pack: Pack, realm: Realm, account: str, kind: str, *, clock: Clock = now) -> Person:
    """Return ``account`` in the first role of the event type that it holds."""
    roles = pack.event_types[kind].roles
    held = [h for h in roles_of(workspace, account, on=beijing_day(clock())) if h.realm == realm and h.role in roles]
    if not held:
        raise Refused(_no_role(account, kind, roles), Exit.NOT_PERMITTED)
    first = min(held, key=lambda h: roles.index(h.role))
    return Person(account=account, role=first.role, organisation=first.organisation)


def set_target(
    workspace: Workspace, realm: Realm, target: str, words: Mapping[str, str], *, account: str, second: str,
    clock: Clock = now,
) -> StoredEvent:  # fmt: skip
    """Move a target of the pack: ``words`` hold area, base_period, period, value and the document it stands in.

    Raises:
        Refused: XQ-DECISION-002 for a target that the pack does not have, XQ-DECISION-003 for an unknown area,
            XQ-PERIOD-001 for a period, and what ``write`` refuses.
    """
    pack = adopted(workspace, realm)
    if target not in pack.targets:
        raise Refused(_not_in_pack("target", target))
    record = pack.targets[target]
    area = words.get("area") or record.area
    if area != "*" and area not in pack.areas:
        raise Refused(_not_in_pack("area", area))
    for name in ("base_period", "period"):
        if words.get(name):
            Period.parse(words[name])
    data = {
        "target": target,
        "indicator": record.indicator,
        "area": area,
        "base_period": words.get("base_period") or record.base_period,
        "period": words.get("period") or record.target_period,
        "value": words.get("value") or record.value,
        "document": words.get("document", ""),
    }
    return write(workspace, realm, "target.set", f"target/{target}", data, account=account, second=second, clock=clock)


def adopt_framework(
    workspace: Workspace, realm: Realm, scheme: str, document: str, *, account: str, second: str, clock: Clock = now
) -> StoredEvent:
    """Adopt an evaluation framework of the pack by two persons; its index is official from its ``valid_from`` on.

    Raises:
        Refused: XQ-DECISION-002 for a framework that the pack does not have, XQ-DECISION-004 without a document.
    """
    pack = adopted(workspace, realm)
    if scheme not in pack.frameworks:
        raise Refused(_not_in_pack("framework", scheme))
    if not document:
        raise Refused(_no_document(scheme))
    framework = pack.frameworks[scheme]
    rows = [
        [row.indicator, row.weight, row.goalpost_lo, row.goalpost_hi, row.direction] for row in framework.indicators
    ]
    data = {
        "scheme": scheme,
        "valid_from": framework.valid_from.isoformat(),
        "hash": sha256_hex(canonical_json(rows)),
        "document": document,
    }
    subject = f"framework/{scheme}"
    return write(workspace, realm, "framework.adopted", subject, data, account=account, second=second, clock=clock)


def raise_difficulty(
    workspace: Workspace, realm: Realm, area: str, field: str, text: str, *, account: str, clock: Clock = now
) -> StoredEvent:
    """Raise a difficulty of an area; the text is kept as a salted object.

    Raises:
        Refused: XQ-DECISION-003 for an unknown area or field.
    """
    pack = adopted(workspace, realm)
    if area not in pack.areas:
        raise Refused(_not_in_pack("area", area))
    fields = pack.codelists.get("CL_DIFFICULTY_FIELD", {})
    if fields and field not in fields:
        raise Refused(_not_in_pack("field", field))
    name = f"H-{area}-{log.head(workspace).seq + 1}"
    data = {"difficulty": name, "area": area, "field": field, "text": salted.put_text(workspace, text)}
    return write(workspace, realm, "difficulty.raised", f"difficulty/{name}", data, account=account, clock=clock)


def move_difficulty(
    workspace: Workspace, realm: Realm, name: str, event: str, evidence: str, *, account: str, clock: Clock = now
) -> StoredEvent:
    """Take one step of the difficulty's case as the pack allows it from its present state: accept, answer, stop ...

    Raises:
        Refused: XQ-DECISION-005 when there is no such difficulty, XQ-DECISION-006 when the state allows no such step.
    """
    pack = adopted(workspace, realm)
    row = difficulty(workspace, pack, realm, name, clock)
    moves = [t for t in pack.instruments[pack.info.difficulties].transitions if t.from_state == row["state"]]
    move = next((t for t in moves if t.event == event and t.role != log.SYSTEM), None)
    if move is None:
        raise Refused(_no_step(name, str(row["state"]), event, [t.event for t in moves if t.role != log.SYSTEM]))
    data = {
        "instrument": pack.info.difficulties, "case": name, "from_state": move.from_state, "event": event,
        "to_state": move.to_state, "evidence": salted.put_text(workspace, evidence),
    }  # fmt: skip
    return write(workspace, realm, "case.moved", f"case/{name}", data, account=account, clock=clock)


def close_difficulty(
    workspace: Workspace, realm: Realm, name: str, evidence: str, *, account: str, second: str, clock: Clock = now
) -> StoredEvent:
    """Close an answered difficulty by an independent validator and a second person.

    Raises:
        Refused: XQ-DECISION-005 when there is none, XQ-COORDINATION-001 to -003 when it may not be closed.
    """
    pack = adopted(workspace, realm)
    person = acting(workspace, pack, realm, account, "difficulty.closed", clock=clock)
    row = difficulty(workspace, pack, realm, name, clock)
    problems = closing_problems(pack, row, validator=person.organisation)
    if problems:
        raise Refused(problems)
    data = {"difficulty": name, "validator": person.organisation, "evidence": salted.put_text(workspace, evidence)}
    subject = f"difficulty/{name}"
    return write(workspace, realm, "difficulty.closed", subject, data, account=account, second=second, clock=clock)


def difficulty(workspace: Workspace, pack: Pack, realm: Realm, name: str, clock: Clock) -> dict[str, object]:
    """Return the row of one difficulty as it stands now."""
    events = log.events(workspace, realm)
    today = beijing_day(clock())
    frame = difficulties(pack, events, calendar_of(pack, realm), as_of=today).filter(pl.col("difficulty") == name)
    if frame.is_empty():
        raise Refused(_no_difficulty(name))
    return frame.row(0, named=True)


def _no_role(account: str, kind: str, roles: list[str]) -> Problem:
    return Problem(
        code="XQ-DECISION-001",
        what=Text(f"{account} 没有办理 {kind} 的角色", f"{account} holds no role that may write {kind}"),
        why=Text(f"可办理的角色：{'、'.join(roles)}", f"roles that may: {', '.join(roles)}"),
        fix=Text("由有权人员办理", "have someone act who holds one"),
    )


def _not_in_pack(kind: str, name: str) -> Problem:
    code = "XQ-DECISION-002" if kind in {"target", "framework"} else "XQ-DECISION-003"
    return Problem(
        code=code,
        what=Text(f"规则包没有 {kind} “{name}”", f"the pack has no {kind} {name!r}"),
        where=Where(subject=name),
        fix=Text("查看规则包：xinqu policy show", "look into the pack: xinqu policy show"),
    )


def _no_document(scheme: str) -> Problem:
    return Problem(
        code="XQ-DECISION-004",
        what=Text("采用方案须写明文件", "adopting a framework needs its document"),
        where=Where(subject=scheme),
        why=Text("没有依据的方法不能给出正式结果", "a method without a citation gives no official result"),
        fix=Text("加 --document 文号", "add --document"),
    )


def _no_difficulty(name: str) -> Problem:
    return Problem(
        code="XQ-DECISION-005",
        what=Text(f"没有困难问题 {name}", f"there is no difficulty {name}"),
        where=Where(subject=name),
        fix=Text("查看：xinqu difficulty list", "see xinqu difficulty list"),
    )


def _no_step(name: str, state: str, event: str, allowed: list[str]) -> Problem:
    return Problem(
        code="XQ-DECISION-006",
        what=Text(f"状态“{state}”下不能 {event}", f"{event} is not possible in state {state}"),
        where=Where(subject=name),
        why=Text(f"可办：{'、'.join(allowed) or '无'}", f"possible: {', '.join(allowed) or 'nothing'}"),
        fix=Text("按规则包的流程办理", "follow the case as the pack has it"),
    )
