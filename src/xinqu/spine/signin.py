"""Signing in: one-time links, passwords and command-line tokens; of a secret only its hash is kept."""

import datetime as dt
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from xinqu.policy.pack import Pack
from xinqu.spine import account_problems as problems
from xinqu.spine import permissions
from xinqu.spine.accounts import Person
from xinqu.spine.workspace import Workspace, now
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Refused

if TYPE_CHECKING:
    from xinqu.store.models import Account

LINK_LASTS = dt.timedelta(days=3)
TOKEN_LASTS = dt.timedelta(hours=12)


def one_time_link(workspace: Workspace, account: str, *, clock: Callable[[], dt.datetime] = now) -> str:
    """Return a new one-time secret with which ``account`` sets its first password; only its hash is kept."""
    workspace.use()
    return _new_secret("link", account, clock() + LINK_LASTS)


def issue_link(
    workspace: Workspace,
    pack: Pack,
    account: str,
    *,
    realm: Realm,
    by: Person,
    second: str,
    clock: Callable[[], dt.datetime] = now,
) -> str:
    """Return a one-time link made by an administrator; for another administrator's account two must act.

    A link lets its bearer act as the account, so one administrator alone could else be two persons.

    Raises:
        Refused: XQ-PERMISSION-001 or -002 (exit 3) when ``by`` may not, XQ-ACCOUNT-014 when a second administrator,
            who is neither ``by`` nor the account itself, is needed.
    """
    roles = permissions.roles_of(workspace)
    target = permissions.Target(data_class="account", organisation=by.organisation)
    permissions.require(by.account, "grant", target, pack=pack, roles=roles, realm=realm)
    administrators = {held.account for held in roles if held.realm == realm and held.role == by.role}
    if account in administrators and second not in administrators - {by.account, account}:
        raise Refused(problems.link_takes_two(account), Exit.NOT_PERMITTED)
    return one_time_link(workspace, account, clock=clock)


def redeem(workspace: Workspace, link: str, password: str, *, clock: Callable[[], dt.datetime] = now) -> str:
    """Set the password of the link's account, use the link up, and return the account.

    Raises:
        Refused: XQ-ACCOUNT-010 for a link that is unknown, used or too old, XQ-ACCOUNT-011 for a weak password.
    """
    workspace.use()
    from django.db import transaction

    from xinqu.store.models import Secret

    with transaction.atomic():
        row = (
            Secret.objects.select_for_update()
            .filter(sha256=sha256_hex(link.encode()), kind="link", used_at__isnull=True, expires_at__gt=clock())
            .first()
        )
        if row is None:
            raise Refused(problems.dead_link(), Exit.NOT_PERMITTED)
        set_password(workspace, row.account_id, password)
        row.used_at = clock()
        row.save(update_fields=["used_at"])
    return row.account_id


def set_password(workspace: Workspace, account: str, password: str) -> None:
    """Set a password; raises Refused XQ-ACCOUNT-004 for an unknown account, -011 for a weak password."""
    workspace.use()
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    row = _account(account)
    try:
        validate_password(password, row)
    except ValidationError as error:
        raise Refused(problems.weak(account, "; ".join(error.messages))) from None
    row.set_password(password)
    row.save(update_fields=["password"])


def change_password(workspace: Workspace, account: str, old: str, new: str) -> None:
    """Change a password; raises Refused XQ-ACCOUNT-012 (exit 3) for a wrong old one, -011 for a weak new one."""
    workspace.use()
    _right_password(account, old)
    set_password(workspace, account, new)


def new_token(workspace: Workspace, account: str, password: str, *, clock: Callable[[], dt.datetime] = now) -> str:
    """Return a command-line token of ``account`` for TOKEN_LASTS; Refused XQ-ACCOUNT-012 (exit 3) for a wrong password."""
    workspace.use()
    _right_password(account, password)
    return _new_secret("token", account, clock() + TOKEN_LASTS)


def account_of_token(workspace: Workspace, token: str, *, clock: Callable[[], dt.datetime] = now) -> str:
    """Return whose token this is; Refused XQ-ACCOUNT-013 (exit 3) when it is unknown or too old."""
    workspace.use()
    from xinqu.store.models import Secret

    row = Secret.objects.filter(
        sha256=sha256_hex(token.encode()), kind="token", expires_at__gt=clock(), account__is_active=True
    ).first()
    if row is None:
        raise Refused(problems.dead_token(), Exit.NOT_PERMITTED)
    return row.account_id


def _account(name: str) -> "Account":
    from xinqu.store.models import Account

    row = Account.objects.filter(id=name).first()
    if row is None:
        raise Refused(problems.unknown_account(name))
    return row


def _right_password(account: str, password: str) -> None:
    """Raise Refused when the account is unknown, switched off, or the password is wrong: the three look alike."""
    from django.contrib.auth import authenticate

    if authenticate(username=account, password=password) is None:
        raise Refused(problems.wrong_password(account), Exit.NOT_PERMITTED)


def _new_secret(kind: str, account: str, expires_at: dt.datetime) -> str:
    from xinqu.store.models import Secret

    secret = secrets.token_urlsafe(24)
    Secret.objects.create(
        sha256=sha256_hex(secret.encode()), kind=kind, account=_account(account), expires_at=expires_at
    )
    return secret
