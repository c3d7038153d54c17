"""Who answers for a check: the body its record names, else the form's co-checker, else the pack's own."""

import msgspec

from xinqu.policy.pack import Pack


class Owner(msgspec.Struct, frozen=True):
    """An organisation that answers for checks, and the roles that may be held in it.

    ``organisation`` may hold ``{area}`` and ``{province}``, to be filled in for a return; ``partner`` is the other side
    of an agreement.
    """

    organisation: str
    roles: tuple[str, ...]


def owner_of(pack: Pack, form: str, named: str = "") -> Owner:
    """Return the owner of a check of ``form``; ``named`` is what the check's record says ("" for generated checks)."""
    pattern = named or pack.forms[form].co_check_org or pack.info.check_owner or pack.root
    if pattern in pack.roles:
        return Owner(pattern, (pattern,))
    area = next(iter(pack.areas.values()))
    example = pack.organisations.get(pattern.format(area=area.code, province=area.province_org))
    kind = example.kind if example else ""
    return Owner(pattern, tuple(role.role for role in pack.roles.values() if kind in role.organisation_kinds))
