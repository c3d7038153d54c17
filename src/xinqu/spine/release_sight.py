"""What a viewer sees of a realm before and after the hour: owners the embargoed version, everybody else what is released."""

import msgspec

from xinqu.policy.pack import Pack
from xinqu.spine import permissions
from xinqu.spine.permissions import Allowed, Target
from xinqu.spine.snapshot import Snapshot
from xinqu.vocabulary.origin import Realm

ANONYMOUS = ""
_CLASSES = ("indicator", "return")


def owned_areas(snapshot: Snapshot, account: str) -> frozenset[str]:
    """Return the areas of which ``account`` may read figures or returns that are not released ("" is the public)."""
    pack: Pack = snapshot.pack
    roles = permissions.roles_of(snapshot.workspace, account) if account else frozenset()

    def owns(area: str) -> bool:
        targets = [Target(data_class=name, organisation=area, release_state="accepted") for name in _CLASSES]
        answers = (
            permissions.may(account, "read", target, pack=pack, roles=roles, realm=snapshot.realm) for target in targets
        )
        return any(isinstance(answer, Allowed) for answer in answers)

    return frozenset(area for area in pack.areas if owns(area))


def seen_by(snapshot: Snapshot, account: str = ANONYMOUS) -> Snapshot:
    """Return ``snapshot`` as ``account`` may see it: unreleased returns of its own areas, released ones of all others.

    The published realm is public: its figures stand in public sources and are under no embargo.
    """
    if snapshot.realm is Realm.PUBLISHED:
        return snapshot
    owned = owned_areas(snapshot, account)
    return snapshot if owned == frozenset(snapshot.pack.areas) else msgspec.structs.replace(snapshot, sees=owned)
