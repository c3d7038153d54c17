"""Scripted accounts of the published and rehearsal realms: distinct persons hand in, co-check, approve and accept."""

import datetime as dt
from collections.abc import Callable, Sequence

from xinqu.policy.pack import Pack
from xinqu.rehearsal.actors import Actor, actors, cast_of
from xinqu.returns.document import ReturnDocument
from xinqu.spine import accounts, policy
from xinqu.spine.accounts import Grant, Person
from xinqu.spine.steps import Decide, HandIn, Key, Step
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm

ADMINISTRATORS = ("ndrc.admin", "ndrc.admin2")


def people(workspace: Workspace, pack: Pack, realm: Realm, *, clock: Callable[[], dt.datetime]) -> None:
    """Make the scripted accounts and grant each its role: two administrators first, all others by these two."""
    cast = actors(pack)
    readers = [Actor("cnao.auditor", "auditor", "cnao"), Actor("cn.reader", "state_council", "cn")]
    known = set(accounts.listing(workspace)["account"].to_list())
    everybody = [*cast, *readers]
    accounts.add(workspace, [(a.account, a.organisation) for a in everybody if a.account not in known])
    accounts.bootstrap(workspace, pack, ADMINISTRATORS, realm=realm, clock=clock)
    first = policy.administrator(workspace, ADMINISTRATORS[0], realm=realm, pack=pack)
    grants = [Grant(account=a.account, role=a.role, organisation=a.organisation) for a in everybody]
    accounts.grant(workspace, pack, grants, realm=realm, by=first, second=ADMINISTRATORS[1], clock=clock)


def administrator(workspace: Workspace, realm: Realm) -> Person:
    """Return the first administrator."""
    return policy.administrator(workspace, ADMINISTRATORS[0], realm=realm)


def full_course(pack: Pack, documents: Sequence[ReturnDocument], version: int = 1) -> list[Step]:
    """Return the steps that take documents from hand-in to acceptance, each by another person."""
    return [step for document in documents for step in _course(pack, document, version)]


def _course(pack: Pack, document: ReturnDocument, version: int) -> list[Step]:
    key = Key.of(document)
    form = pack.forms[key.form]
    cast = cast_of(pack, form, key.area, key.sub_unit)
    steps: list[Step] = [HandIn(document=document, actor=_person(cast.filer), version=version)]
    for kind, hand in (
        ("return.area_approved", cast.area_checker),
        ("return.province_approved", cast.province),
        ("return.accepted", cast.acceptor),
    ):
        if cast.co_checker and form.awaits_co_check == kind:
            checked = {"result": "agreed"}
            steps.append(
                Decide(type="return.co_checked", key=key, version=version, actor=_person(cast.co_checker), data=checked)
            )
        steps.append(Decide(type=kind, key=key, version=version, actor=_person(hand)))
    return steps


def _person(actor: Actor) -> Person:
    return Person(account=actor.account, role=actor.role, organisation=actor.organisation)
