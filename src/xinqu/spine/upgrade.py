"""Bringing a workspace to this software's version: backup, migrate, adopt the pack, replay and compare; never down."""

from collections.abc import Callable
from pathlib import Path

import msgspec

import xinqu
from xinqu.policy.load import load_pack
from xinqu.spine import policy
from xinqu.spine.accounts import Person
from xinqu.spine.backup import BackupDone, backup
from xinqu.spine.verify import Verification, verify
from xinqu.spine.workspace import Workspace, connect_only, migrate, now, open_workspace, refuse_newer, write_about
from xinqu.vocabulary.origin import Realm


class UpgradeDone(msgspec.Struct, kw_only=True):
    """What an upgrade did; ``pack_awaits`` are the realms where two persons still have to adopt the new pack."""

    from_version: str
    to_version: str
    backup: BackupDone
    adopted: list[Realm]
    pack_awaits: list[Realm]
    verification: Verification


def upgrade(
    folder: Path,
    *,
    backup_file: Path | None = None,
    adopters: Callable[[Workspace, Realm], tuple[Person, str]] | None = None,
) -> UpgradeDone:
    """Upgrade the workspace in ``folder``; ``adopters`` names the two persons who adopt a pack that changed.

    The backup is made first, beside the workspace unless ``backup_file`` says where. Run again after an
    interruption, it goes on.

    Raises:
        Refused: XQ-WORKSPACE-005 when newer software made the workspace, and what backup and adoption refuse.
    """
    folder = folder.resolve()
    about = connect_only(folder)
    refuse_newer(folder, about)
    file = backup_file or folder.with_name(f"{folder.name}-{about.made_by}-{now():%Y%m%dT%H%M%S}.tar")
    saved = backup(Workspace(dir=folder, about=about), file)
    migrate(about)
    write_about(folder, msgspec.structs.replace(about, made_by=xinqu.__version__))
    workspace = open_workspace(folder)
    changed = _realms_with_another_pack(workspace)
    adopted: list[Realm] = []
    if adopters:
        for realm in changed:
            actor, second = adopters(workspace, realm)
            policy.adopt(workspace, realm, actor, second=second)
            adopted.append(realm)
    return UpgradeDone(
        from_version=about.made_by,
        to_version=xinqu.__version__,
        backup=saved,
        adopted=adopted,
        pack_awaits=[realm for realm in changed if realm not in adopted],
        verification=verify(workspace, deep=True),
    )


def _realms_with_another_pack(workspace: Workspace) -> list[Realm]:
    """Return the realms that adopted a pack other than the one this software brings."""
    ours = load_pack(cache=workspace.cache_dir).sha256
    return [realm for realm in workspace.realms if policy.adopted(workspace, realm).sha256 != ours]
