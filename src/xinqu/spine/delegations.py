"""Delegation: the holder of a role lets another account exercise it for a while; both count as one person."""

import datetime as dt
from collections.abc import Callable, Sequence

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.spine import delegation_problems as problems
from xinqu.spine import log, salted
from xinqu.spine.accounts import Grant, administrator_role
from xinqu.spine.delegated import DELEGATED, ENDED, Delegation, Held, delegations, roles_in_force
from xinqu.spine.policy import adopted
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused

Clock = Callable[[], dt.datetime]
_LONGEST = "delegation_days_max"
_SCHEMA = {
    "delegation": pl.Int64, "delegator": pl.String, "role": pl.String, "organisation": pl.String,
    "delegate": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "state": pl.String,
}  # fmt: skip


def delegate(
    workspace: Workspace,
    realm: Realm,
    lent: Grant,
    to: str,
    *,
    first: dt.date,
    last: dt.date,
    reason: str,
    clock: Clock = now,
) -> StoredEvent:
    """Let ``to`` act in the role ``lent`` (its holder, role and organisation) from ``first`` to ``last``, both included.

    The role itself must be granted, so what is lent is not lent on, and giving roles away is never lent. Whatever the
    delegate does so is recorded ``on_behalf_of`` the holder and counts for both of them in the separation of duties
    and where two persons must act. The reason is kept salted.

    Raises:
        Refused: XQ-DELEGATE-001 when the role is not granted to the account (exit 3), -002 for a delegate that is
            unknown, inactive, the holder himself or a holder of that very role, -003 for days that are past, reversed
            or longer than the pack's ``delegation_days_max``, -004 when the delegate's organisation is neither above
            nor below that of the role, -005 when it is delegated to him on one of these days already.
    """
    pack = adopted(workspace, realm)
    today = beijing_day(clock())
    held = Held(lent.account, lent.role, lent.organisation, str(realm))

    def not_allowed() -> list[Problem]:
        return _faults(pack, held, to, first, last, today)

    workspace.use()
    found = not_allowed()
    if found:
        denied = found[0].code == "XQ-DELEGATE-001"
        raise Refused(found, Exit.NOT_PERMITTED if denied else Exit.REFUSED)
    body = salted.salt(reason.encode())
    text = sha256_hex(body)
    event = NewEvent(
        type=DELEGATED,
        realm=realm,
        actor=lent.account,
        organisation=lent.organisation,
        role=lent.role,
        subject=f"account/{to}",
        data={
            "account": lent.account,
            "role": lent.role,
            "for_org": lent.organisation,
            "delegate": to,
            "valid_from": first.isoformat(),
            "valid_to": last.isoformat(),
            "reason": text,
        },
        objects=(text,),
    )
    log.refuse_early(workspace, pack, [event], clock=clock)
    workspace.objects.put(body)
    return log.append(workspace, pack, [event], clock=clock, also=not_allowed)[0]


def end(
    workspace: Workspace, realm: Realm, number: int, *, account: str, reason: str, clock: Clock = now
) -> StoredEvent:
    """End a delegation before its last day, as its holder or an administrator; from then on it lends nothing.

    Raises:
        Refused: XQ-DELEGATE-006 when there is none in force or to come, -007 (exit 3) for anybody else.
    """
    pack = adopted(workspace, realm)
    today = beijing_day(clock())
    workspace.use()

    def gone() -> list[Problem]:
        return [] if _open(realm, number, today) else [problems.none_such(number)]

    one = _open(realm, number, today)
    if one is None:
        raise Refused(problems.none_such(number))
    person = _ender(pack, one, account)
    body = salted.salt(reason.encode())
    text = sha256_hex(body)
    event = NewEvent(
        type=ENDED, realm=realm, actor=account, organisation=person.organisation, role=person.role,
        subject=f"account/{one.delegate}", data={"delegation": number, "reason": text}, objects=(text,),
    )  # fmt: skip
    log.refuse_early(workspace, pack, [event], clock=clock)
    workspace.objects.put(body)
    return log.append(workspace, pack, [event], clock=clock, also=gone)[0]


def listing(workspace: Workspace, realm: Realm, *, on: dt.date) -> pl.DataFrame:
    """Return the delegations of a realm; ``state`` on a day: in_force, to_come, past, ended, or lost (no longer granted)."""
    workspace.use()
    granted = roles_in_force().granted
    rows = [
        (one.number, one.delegator, one.role, one.organisation, one.delegate, one.valid_from, one.valid_to,
         _state(one, granted, on))
        for one in delegations()
        if one.realm == str(realm)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _state(one: Delegation, granted: frozenset[Held], on: dt.date) -> str:
    if one.is_ended:
        return "ended"
    if on > one.valid_to:
        return "past"
    if one.lent not in granted:
        return "lost"
    return "in_force" if on >= one.valid_from else "to_come"


def _open(realm: Realm, number: int, today: dt.date) -> Delegation | None:
    mine = [one for one in delegations() if (one.number, one.realm) == (number, str(realm))]
    return next((one for one in mine if not one.is_ended and today <= one.valid_to), None)


def _ender(pack: Pack, one: Delegation, account: str) -> Held:
    """Return the role in which ``account`` may end the delegation: the one that was lent, or an administrator's."""
    if account == one.delegator:
        return one.lent
    role = administrator_role(pack)
    for held in roles_in_force().granted:
        if (held.account, held.role, held.realm) == (account, role, one.realm):
            return held
    raise Refused(problems.not_his(one.number, account, one.delegator), Exit.NOT_PERMITTED)


def _faults(pack: Pack, held: Held, to: str, first: dt.date, last: dt.date, today: dt.date) -> list[Problem]:
    from xinqu.store.models import Account

    roles = roles_in_force()
    if held not in roles.granted:
        return [problems.not_granted(held.account, held.role, held.organisation)]
    delegate_account = Account.objects.filter(id=to, is_active=True).first()
    own = msgspec.structs.replace(held, account=to)
    if delegate_account is None or to == held.account or own in roles.granted:
        return [problems.not_to(to, is_known=delegate_account is not None, is_self=to == held.account)]
    found = _date_faults(pack, first, last, today)
    if not _in_line(pack, held.organisation, delegate_account.organisation_id):
        found.append(problems.other_line(to, delegate_account.organisation_id, held.organisation))
    if _overlaps(held, to, first, last, delegations()):
        found.append(problems.lent_already(to))
    return found


def _date_faults(pack: Pack, first: dt.date, last: dt.date, today: dt.date) -> list[Problem]:
    parameter = pack.parameters.get(_LONGEST)
    number = parameter.on(today) if parameter else None
    longest = int(number.value) if number else None
    is_wrong = first < today or last < first or (longest is not None and (last - first).days >= longest)
    return [problems.wrong_days(first, last, today, longest)] if is_wrong else []


def _in_line(pack: Pack, one: str, other: str) -> bool:
    """Say whether one organisation is the other, or lies above it."""
    if not {one, other} <= pack.organisations.keys():
        return False
    paths = sorted(f"{pack.organisations[name].path}/" for name in (one, other))
    return paths[1].startswith(paths[0])


def _overlaps(held: Held, to: str, first: dt.date, last: dt.date, known: Sequence[Delegation]) -> bool:
    return any(
        one.lent == held
        and one.delegate == to
        and not one.is_ended
        and one.valid_from <= last
        and first <= one.valid_to
        for one in known
    )
