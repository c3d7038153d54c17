"""One decision about a return by one person: the newest submission unless another version is named."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from xinqu.policy.pack import Pack
from xinqu.spine.accounts import Person
from xinqu.spine.permissions import roles_of
from xinqu.spine.policy import adopted
from xinqu.spine.return_rights import Rights
from xinqu.spine.returns import record
from xinqu.spine.steps import Decide, Key
from xinqu.spine.submissions import submissions_of
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import StoredEvent
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text

_AGREED = "agreed"


def decide(
    workspace: Workspace,
    realm: Realm,
    key: Key,
    kind: str,
    *,
    account: str,
    version: int | None = None,
    words: Mapping[str, str] = MappingProxyType({}),
    clock: Callable[[], dt.datetime] = now,
) -> StoredEvent:
    """Record the decision ``kind`` (an event type) of ``account`` about a submission of ``key``.

    ``words``: ``reason`` (kept as a salted object), ``rule`` (a check that is explained, or whose explanation is
    judged), ``result`` (``accepted`` or ``refused``, of an explanation), ``findings`` (checks that are sent back with it,
    by ``;``).

    Raises:
        Refused: XQ-RETURN-104 when nothing was handed in, XQ-RETURN-105 when the account holds no role that may
            decide this, and what ``record`` refuses.
    """
    pack = adopted(workspace, realm)
    row = newest_of(workspace, realm, key, version)
    said = ({"result": _AGREED} if kind == "return.co_checked" else {}) | {
        name: words[name] for name in ("rule", "findings", "result") if name in words
    }
    step = Decide(
        type=kind,
        key=key,
        version=row["version"],
        actor=Person(account=account, role="", organisation=""),
        data=said,
        reason=words.get("reason", ""),
    )
    step = signed(workspace, pack, realm, step, row["state"], clock=clock)
    return record(workspace, pack, realm, [step], clock=clock)[0]


def newest_of(workspace: Workspace, realm: Realm, key: Key, version: int | None = None) -> dict[str, Any]:
    """Return the row of a submission of ``key``: the newest, or ``version``; Refused XQ-RETURN-104 when there is none."""
    mine = submissions_of(workspace, realm, [key]).sort("version")
    chosen = mine if version is None else mine.filter(version=version)
    if chosen.is_empty():
        raise Refused(_nothing(key, version))
    return chosen.row(-1, named=True)


def signed(
    workspace: Workspace,
    pack: Pack,
    realm: Realm,
    step: Decide,
    state: str,
    *,
    clock: Callable[[], dt.datetime] = now,
) -> Decide:
    """Return the step signed in the role and organisation that give its account the right; else in the first it holds.

    Raises:
        Refused: XQ-RETURN-105 (exit 3) when the account holds no role that may write the step's type.
    """
    account = step.actor.account
    rights = Rights(pack, roles_of(workspace, account, on=beijing_day(clock())), realm)
    roles = pack.event_types[step.type].roles
    persons = [person for role in roles for person in rights.persons(account, role)]
    if not persons:
        raise Refused(_no_role(account, roles, step.key), Exit.NOT_PERMITTED)
    choices = [msgspec.structs.replace(step, actor=person) for person in persons]
    return next((choice for choice in choices if rights.fault(choice, step.type, state) is None), choices[0])


def refuse_without_right(
    workspace: Workspace, pack: Pack, realm: Realm, step: Decide, state: str, *, clock: Callable[[], dt.datetime] = now
) -> None:
    """Raise Refused XQ-RETURN-106 (exit 3) when the step's signature does not hold the right for it in ``state``."""
    rights = Rights(pack, roles_of(workspace, step.actor.account, on=beijing_day(clock())), realm)
    problem = rights.fault(step, step.type, state)
    if problem:
        raise Refused(problem, Exit.NOT_PERMITTED)


def _nothing(key: Key, version: int | None) -> Problem:
    return Problem(
        code="XQ-RETURN-104",
        what=Text("尚未报送", "nothing was handed in"),
        where=Where(subject=key.subject + (f" v{version}" if version is not None else "")),
        fix=Text("查看已报送的报表：xinqu return list", "see what was handed in: xinqu return list"),
    )


def _no_role(account: str, roles: list[str], key: Key) -> Problem:
    return Problem(
        code="XQ-RETURN-105",
        what=Text(f"{account} 没有办理此事的角色", f"{account} holds no role that may decide this"),
        where=Where(subject=key.subject),
        why=Text(f"可办理的角色：{'、'.join(roles)}", f"roles that may: {', '.join(roles)}"),
        fix=Text("由有权人员办理", "have someone act who holds one"),
    )
