"""One decision about a return by one person: the newest submission unless another version is named."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

import polars as pl

from xinqu.spine import salted
from xinqu.spine.accounts import Person
from xinqu.spine.permissions import roles_of
from xinqu.spine.policy import adopted
from xinqu.spine.returns import record
from xinqu.spine.steps import Decide, Key
from xinqu.spine.submissions import submissions_at
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
    newest = version if version is not None else _newest(workspace, realm, key)
    person = _in_a_fitting_role(workspace, realm, account, pack.event_types[kind].roles, key)
    data: dict[str, object] = {}
    if kind == "return.co_checked":
        data["result"] = _AGREED
    if words.get("reason"):
        data["reason"] = salted.put_text(workspace, words["reason"])
    data |= {name: words[name] for name in ("rule", "findings") if name in words}
    step = Decide(type=kind, key=key, version=newest, actor=person, data=data)
    return record(workspace, pack, realm, [step], clock=clock)[0]


def _newest(workspace: Workspace, realm: Realm, key: Key) -> int:
    mine = submissions_at(workspace, realm).filter(
        form=key.form, area=key.area, sub_unit=key.sub_unit, period=key.period
    )
    if mine.is_empty():
        raise Refused(_nothing(key))
    return int(mine.select(pl.col("version").max()).item())


def _in_a_fitting_role(workspace: Workspace, realm: Realm, account: str, roles: list[str], key: Key) -> Person:
    held = [h for h in roles_of(workspace, account) if h.realm == realm and h.role in roles]
    if not held:
        raise Refused(_no_role(account, roles, key), Exit.NOT_PERMITTED)
    first = min(held, key=lambda h: roles.index(h.role))
    return Person(account=account, role=first.role, organisation=first.organisation)


def _nothing(key: Key) -> Problem:
    return Problem(
        code="XQ-RETURN-104",
        what=Text("尚未报送", "nothing was handed in"),
        where=Where(subject=key.subject),
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
