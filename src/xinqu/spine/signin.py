"""Signing in: one-time links, passwords and command-line tokens; of a secret only its hash is kept."""

import datetime as dt
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from xinqu.spine import account_problems as problems
from xinqu.spine.workspace import Workspace, now
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.problem import Exit, Refused

if TYPE_CHECKING:
    from xinqu.store.models import Account

LINK_LASTS = dt.timedelta(days=3)
TOKEN_LASTS = dt.timedelta(hours=12)


def one_time_link(workspace: Workspace, account: str, *, clock: Callable[[], dt.datetime] = now) -> str:
    """Return a new one-time secret with which ``account`` sets its first password; only its hash is kept."""
    workspace.use()
    return _new_secret("link", account, clock() + LINK_LASTS)


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


def new_token(workspace: Workspace, account: str, password: str, *, clock: Callable[[], dt.datetime] = now) -> str:
    """Return a command-line token of ``account`` for TOKEN_LASTS; Refused XQ-ACCOUNT-012 (exit 3) for a wrong password."""
    workspace.use()
    row = _account(account)
    if not (row.is_active and row.check_password(password)):
        raise Refused(problems.wrong_password(account), Exit.NOT_PERMITTED)
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


def _new_secret(kind: str, account: str, expires_at: dt.datetime) -> str:
    from xinqu.store.models import Secret

    secret = secrets.token_urlsafe(24)
    Secret.objects.create(
        sha256=sha256_hex(secret.encode()), kind=kind, account=_account(account), expires_at=expires_at
    )
    return secret
