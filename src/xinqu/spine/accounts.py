"""Organisations, accounts and the roles they hold; each grant and revocation is an event."""

import datetime as dt
import re
from collections.abc import Callable, Sequence

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.spine import account_problems as problems
from xinqu.spine import log, salted
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused

_ID = re.compile(r"[a-z][a-z0-9_.-]{1,62}")
_RESERVED = frozenset({log.SYSTEM, "public", "anonymous"})


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A role to be given to an account for an organisation."""

    account: str
    role: str
    organisation: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts: an account in a role it holds for an organisation."""

    account: str
    role: str
    organisation: str


def administrator_role(pack: Pack) -> str:
    """Return the role that grants roles: the one to which the pack's permissions give it."""
    return next(p.role for p in pack.permissions if (p.data_class, p.action) == ("account", "grant"))


def load_organisations(workspace: Workspace, pack: Pack) -> int:
    """Bring the organisation tree of the pack into the workspace; return how many stand there now.

    Organisations are never removed: an account or event may name them.
    """
    workspace.use()
    from xinqu.store.models import Organisation

    rows = [
        Organisation(
            id=o.id, parent=o.parent, level=o.level, kind=o.kind, name_zh=o.name.zh, name_en=o.name.en, path=o.path,
            field=o.field,
        )
        for o in pack.organisations.values()
    ]  # fmt: skip
    Organisation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["parent", "level", "kind", "name_zh", "name_en", "path", "field"],
    )
    return Organisation.objects.count()


def organisations(workspace: Workspace) -> pl.DataFrame:
    """Return the organisations by path: id, parent, level, kind, name_zh, name_en, path, field."""
    workspace.use()
    from xinqu.store.models import Organisation

    names = ["id", "parent", "level", "kind", "name_zh", "name_en", "path", "field"]
    return pl.DataFrame(
        list(Organisation.objects.order_by("path").values_list(*names)),
        schema=dict.fromkeys(names, pl.String),
        orient="row",
    )


def add(workspace: Workspace, accounts: Sequence[tuple[str, str]]) -> None:
    """Add accounts (id, organisation) without a password or role: they can do nothing yet.

    Raises:
        Refused: XQ-ACCOUNT-001 for an id that is not lower-case letters, digits, ``_ . -`` or is reserved,
            XQ-ACCOUNT-002 for one that exists, XQ-ACCOUNT-003 for an unknown organisation.
    """
    workspace.use()
    from django.contrib.auth.hashers import make_password

    from xinqu.store.models import Account, Organisation

    known = set(Organisation.objects.values_list("id", flat=True))
    taken = set(Account.objects.values_list("id", flat=True))
    found = [problems.bad_id(name) for name, _ in accounts if not _ID.fullmatch(name) or name in _RESERVED]
    found += [problems.taken(name) for name, _ in accounts if name in taken]
    found += [problems.no_organisation(name) for name in sorted({org for _, org in accounts} - known)]
    if found:
        raise Refused(found)
    Account.objects.bulk_create(
        Account(id=name, username=name, organisation_id=org, password=make_password(None)) for name, org in accounts
    )


def listing(workspace: Workspace) -> pl.DataFrame:
    """Return each account with its organisation, state and roles as ``realm:role@organisation``."""
    workspace.use()
    from xinqu.store.models import Account

    rows = [
        (
            account.id,
            account.organisation_id,
            account.is_active,
            account.has_usable_password(),
            [f"{g.realm}:{g.role}@{g.organisation_id}" for g in account.grants.all() if g.revoked_by is None],
        )
        for account in Account.objects.order_by("id").prefetch_related("grants")
    ]
    schema: dict[str, type[pl.DataType] | pl.DataType] = {
        "account": pl.String, "organisation": pl.String, "active": pl.Boolean, "password_set": pl.Boolean,
        "roles": pl.List(pl.String),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def grant(
    workspace: Workspace,
    pack: Pack,
    grants: Sequence[Grant],
    *,
    realm: Realm,
    by: Person,
    second: str,
    clock: Callable[[], dt.datetime] = now,
) -> list[StoredEvent]:
    """Grant roles by two administrators; each grant is an event and takes force with it.

    Raises:
        Refused: XQ-ACCOUNT-004 for an unknown account, -005 for an unknown role or one the organisation's kind
            cannot hold, -006 when an administrator grants himself, and what the log refuses.
    """
    workspace.use()
    found = _grant_problems(pack, grants)
    found += [problems.himself(g.account) for g in grants if g.account in {by.account, second}]
    if found:
        raise Refused(found)
    new_events = [_granted(g, realm, by, {"second_actor": second}) for g in grants]
    return log.append(workspace, pack, new_events, clock=clock, then=_write_grants)


def bootstrap(
    workspace: Workspace,
    pack: Pack,
    administrators: Sequence[str],
    *,
    realm: Realm,
    clock: Callable[[], dt.datetime] = now,
    recorded_at: dt.datetime | None = None,
) -> list[StoredEvent]:
    """Make the first administrators of a realm, at least two, since every later grant takes two persons.

    The grants are events of the actor ``system`` marked ``bootstrap``; once one exists no more are taken.

    Raises:
        Refused: XQ-ACCOUNT-007 when the realm has administrators, -008 with fewer than two.
    """
    workspace.use()
    from xinqu.store.models import Account, RoleGrant

    if len(set(administrators)) < 2:  # noqa: PLR2004 - two persons
        raise Refused(problems.two_at_least())
    role = administrator_role(pack)
    kinds = pack.roles[role].organisation_kinds
    organisation = next(o.id for o in pack.organisations.values() if o.kind in kinds)
    missing = [name for name in administrators if not Account.objects.filter(id=name).exists()]
    grants = [Grant(account=name, role=role, organisation=organisation) for name in administrators]
    by = Person(account=log.SYSTEM, role=log.SYSTEM, organisation=pack.root)
    new_events = [
        msgspec.structs.replace(_granted(g, realm, by, {"bootstrap": True}), recorded_at=recorded_at) for g in grants
    ]

    def write(stored: list[StoredEvent]) -> None:
        if RoleGrant.objects.filter(realm=str(realm)).exists():
            raise Refused(problems.has_administrators(realm), Exit.NOT_PERMITTED)
        add(workspace, [(name, organisation) for name in missing])
        _write_grants(stored)

    return log.append(workspace, pack, new_events, clock=clock, bootstrap=True, then=write)


def revoke(
    workspace: Workspace,
    pack: Pack,
    revoked: Grant,
    *,
    realm: Realm,
    by: Person,
    reason: str,
    clock: Callable[[], dt.datetime] = now,
) -> StoredEvent:
    """Take a role away; the reason is kept as a salted object.

    Raises:
        Refused: XQ-ACCOUNT-009 when the account does not hold the role.
    """
    workspace.use()
    from xinqu.store.models import RoleGrant

    text = salted.put_text(workspace, reason)
    event = NewEvent(
        type="account.revoked",
        realm=realm,
        actor=by.account,
        organisation=by.organisation,
        role=by.role,
        subject=f"account/{revoked.account}",
        data={"account": revoked.account, "role": revoked.role, "org": revoked.organisation, "reason": text},
        objects=(text,),
    )

    def write(stored: list[StoredEvent]) -> None:
        changed = RoleGrant.objects.filter(
            account_id=revoked.account, role=revoked.role, organisation_id=revoked.organisation, realm=str(realm),
            revoked_by__isnull=True,
        ).update(revoked_by=stored[0].seq)  # fmt: skip
        if not changed:
            raise Refused(problems.not_held(revoked.account, revoked.role, revoked.organisation))

    return log.append(workspace, pack, [event], clock=clock, then=write)[0]


def person(workspace: Workspace, account: str, role: str, *, realm: Realm) -> Person:
    """Return ``account`` acting in ``role``; raises Refused XQ-ACCOUNT-009 (exit 3) when it does not hold it."""
    workspace.use()
    from xinqu.store.models import RoleGrant

    held = (
        RoleGrant.objects.filter(account_id=account, role=role, realm=str(realm), revoked_by__isnull=True)
        .order_by("id")
        .first()
    )
    if held is None:
        raise Refused(problems.not_held(account, role, str(realm)), Exit.NOT_PERMITTED)
    return Person(account=account, role=role, organisation=held.organisation_id)


def holds(workspace: Workspace, account: str, role: str, *, realm: Realm) -> bool:
    """Say whether ``account`` holds ``role`` in ``realm`` for some organisation."""
    workspace.use()
    from xinqu.store.models import RoleGrant

    return RoleGrant.objects.filter(account_id=account, role=role, realm=str(realm), revoked_by__isnull=True).exists()


def _grant_problems(pack: Pack, grants: Sequence[Grant]) -> list[Problem]:
    from xinqu.store.models import Account

    known = set(Account.objects.filter(id__in={g.account for g in grants}).values_list("id", flat=True))
    found = [problems.unknown_account(name) for name in sorted({g.account for g in grants} - known)]
    for g in grants:
        role, organisation = pack.roles.get(g.role), pack.organisations.get(g.organisation)
        if organisation is None:
            found.append(problems.no_organisation(g.organisation))
        elif (
            role is None
            or not role.person
            or (role.organisation_kinds and organisation.kind not in role.organisation_kinds)
        ):
            kinds = role.organisation_kinds if role and role.person else []
            found.append(problems.role_does_not_fit(g.role, g.organisation, kinds))
    return found


def _granted(g: Grant, realm: Realm, by: Person, more: dict[str, object]) -> NewEvent:
    return NewEvent(
        type="account.granted",
        realm=realm,
        actor=by.account,
        organisation=by.organisation,
        role=by.role,
        subject=f"account/{g.account}",
        data={"account": g.account, "role": g.role, "org": g.organisation, **more},
    )


def _write_grants(stored: list[StoredEvent]) -> None:
    from xinqu.store.models import RoleGrant

    RoleGrant.objects.bulk_create(
        (
            RoleGrant(
                account_id=event.data["account"], role=event.data["role"], organisation_id=event.data["org"],
                realm=str(event.realm), granted_by=event.seq,
            )
            for event in stored
        ),
        ignore_conflicts=True,
    )  # fmt: skip
