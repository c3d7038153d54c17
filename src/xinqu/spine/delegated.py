"""Which roles are in force on a day: those granted, and those that their holders delegated to others for a while."""

import datetime as dt
from collections.abc import Iterable

import msgspec

from xinqu.vocabulary.origin import Realm

DELEGATED, ENDED = "role.delegated", "role.delegation_ended"


class Held(msgspec.Struct, frozen=True):
    """A role held by an active account for an organisation in a realm."""

    account: str
    role: str
    organisation: str
    realm: str


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """A role that its holder lets another account exercise; ``number`` is that of its event, ``is_ended`` before time."""

    number: int
    delegate: str
    delegator: str
    role: str
    organisation: str
    realm: str
    valid_from: dt.date
    valid_to: dt.date
    is_ended: bool

    @property
    def lends(self) -> Held:
        """The role as the delegate has it."""
        return Held(self.delegate, self.role, self.organisation, self.realm)

    @property
    def lent(self) -> Held:
        """The role as the delegator has it."""
        return Held(self.delegator, self.role, self.organisation, self.realm)


class _Data(msgspec.Struct):
    account: str
    role: str
    for_org: str
    delegate: str
    valid_from: dt.date
    valid_to: dt.date


class _Ended(msgspec.Struct):
    delegation: int


class RolesInForce:
    """The roles of a moment, asked by day: a delegation ends by its date, or when its delegator loses the role."""

    def __init__(self, granted: Iterable[Held], delegations: Iterable[Delegation]) -> None:
        self.granted = frozenset(granted)
        # A role that was lent may not be lent on: only what is granted counts for the delegator.
        self._delegations = [one for one in delegations if not one.is_ended and one.lent in self.granted]
        self._on: dict[dt.date, dict[Held, frozenset[str]]] = {}

    @property
    def is_any_lent(self) -> bool:
        """Say whether there is any delegation at all that may be in force on some day."""
        return bool(self._delegations)

    def on(self, day: dt.date) -> frozenset[Held]:
        """Return every role in force on ``day``."""
        return self.granted | self._lent(day).keys() if self._delegations else self.granted

    def behind(self, held: Held, day: dt.date) -> frozenset[str]:
        """Return for whom an account acts in a role that is only lent to it; nobody where it holds the role itself."""
        return frozenset() if held in self.granted else self._lent(day).get(held, frozenset())

    def _lent(self, day: dt.date) -> dict[Held, frozenset[str]]:
        if day not in self._on:
            lent: dict[Held, frozenset[str]] = {}
            for one in self._delegations:
                if one.valid_from <= day <= one.valid_to:
                    lent[one.lends] = lent.get(one.lends, frozenset()) | {one.delegator}
            self._on[day] = lent
        return self._on[day]


def roles_in_force() -> RolesInForce:
    """Return the roles as they are now."""
    from xinqu.store.models import Account, RoleGrant

    rows = RoleGrant.objects.filter(revoked_by__isnull=True, account__is_active=True).values_list(
        "account_id", "role", "organisation_id", "realm"
    )
    found = delegations()
    names = {one.delegate for one in found}
    active = set(Account.objects.filter(id__in=names, is_active=True).values_list("id", flat=True)) if names else set()
    return RolesInForce((Held(*row) for row in rows), (one for one in found if one.delegate in active))


def delegations() -> list[Delegation]:
    """Return every delegation of every realm, the past ones too, by number."""
    from xinqu.store import log

    rows = log.data_of([DELEGATED, ENDED])
    ended = {msgspec.json.decode(data, type=_Ended).delegation for _, kind, _, data in rows if kind == ENDED}
    return [_delegation(number, realm, data, ended) for number, kind, realm, data in rows if kind == DELEGATED]


def _delegation(number: int, realm: str, data: str, ended: set[int]) -> Delegation:
    said = msgspec.json.decode(data, type=_Data)
    return Delegation(
        number=number,
        delegate=said.delegate,
        delegator=said.account,
        role=said.role,
        organisation=said.for_org,
        realm=str(Realm(realm)),
        valid_from=said.valid_from,
        valid_to=said.valid_to,
        is_ended=number in ended,
    )
