"""One decision about a return by one person: the newest submission unless another version is named."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

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

    ``words``: ``reason`` (kept as a salted object), ``rule`` (a check that is explained), ``findings`` (checks that are
    sent back with it, by ``;``).

    Raises:
        Refused: XQ-RETURN-104 when nothing was handed in, XQ-RETURN-105 when the account holds no role that may
            decide this, and what ``record`` refuses.
    """
    pack = adopted(workspace, realm)
    states = _states(workspace, realm, key)
    newest = version if version is not None else max(states, default=0)
    if newest not in states:
        raise Refused(_nothing(key, version))
    step = Decide(
        type=kind,
        key=key,
        version=newest,
        actor=Person(account=account, role="", organisation=""),
        data=({"result": _AGREED} if kind == "return.co_checked" else {})
        | {name: words[name] for name in ("rule", "findings") if name in words},
        reason=words.get("reason", ""),
    )
    signed = _signed(workspace, pack, realm, step, states[newest])
    return record(workspace, pack, realm, [signed], clock=clock)[0]


def _states(workspace: Workspace, realm: Realm, key: Key) -> dict[int, str]:
    """Return the state of each version that was handed in for ``key``."""
    mine = submissions_of(workspace, realm, [key])
    return dict(zip(mine["version"].to_list(), mine["state"].to_list(), strict=True))


def _signed(workspace: Workspace, pack: Pack, realm: Realm, step: Decide, state: str) -> Decide:
    """Return the step signed in the role and organisation that give its actor the right; else in the first he holds."""
    rights = Rights(pack, roles_of(workspace, step.actor.account), realm)
    roles = pack.event_types[step.type].roles
    persons = [person for role in roles for person in rights.persons(step.actor.account, role)]
    if not persons:
        raise Refused(_no_role(step.actor.account, roles, step.key), Exit.NOT_PERMITTED)
    choices = [msgspec.structs.replace(step, actor=person) for person in persons]
    return next((choice for choice in choices if rights.fault(choice, step.type, state) is None), choices[0])


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
