"""The pack in force in a workspace: adopting one is an event that stores it whole; a vintage knows its own pack."""

import bisect
import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path

import msgspec
import polars as pl

from xinqu.policy.archive import load_archived, pack_bytes
from xinqu.policy.check import check_pack
from xinqu.policy.load import DEFAULT_PACK, load_pack
from xinqu.policy.organisation_changes import Change, Successor, with_changes
from xinqu.policy.pack import Pack
from xinqu.spine import accounts, log
from xinqu.spine.accounts import Person
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_PACKS_KEPT = 8  # of a process: the present one, and those of the vintages that were asked for lately
_PROVED: set[str] = set()  # hashes of packs in which check_pack found nothing


_ORGANISATION_EVENTS = ("org.renamed", "org.split", "org.merged")


class _Reorganised(msgspec.Struct):
    """The data of an event that changed organisations."""

    valid_from: dt.date
    organisation: str = ""
    organisations: list[str] = []
    successors: list[Successor] = []
    name_zh: str = ""
    name_en: str = ""

    @property
    def change(self) -> Change:
        """What it says."""
        return Change(
            organisations=tuple(self.organisations or [self.organisation]),
            valid_from=self.valid_from,
            successors=tuple(self.successors),
            name=Text(self.name_zh, self.name_en) if self.name_zh else None,
        )


class _Adopted(msgspec.Struct):
    pack: str
    version: str
    hash: str
    archive: str


def adopt(
    workspace: Workspace,
    realm: Realm,
    actor: Person,
    *,
    second: str,
    folder: Path = DEFAULT_PACK,
    recorded_at: dt.datetime | None = None,
    clock: Callable[[], dt.datetime] = now,
) -> StoredEvent:
    """Publish the pack in ``folder``: prove it, store it whole, and append ``policy.published``.

    Raises:
        Refused: every fault that ``policy check`` finds, XQ-POLICY-040 when this very pack is in force already,
            XQ-POLICY-042 when it differs under the same version, and what the log refuses (two persons must act).
    """
    pack = load_pack(folder, cache=workspace.cache_dir)
    problems = _faults_of(pack)
    if problems:
        raise Refused(problems)
    last = _row(workspace, realm, None)
    if last and pack.sha256 == last.hash:
        raise Refused(_in_force(pack))
    if last and (pack.info.id, pack.info.version) == (last.pack, last.version):
        raise Refused(_same_version(pack))
    body = pack_bytes(folder)
    archive = sha256_hex(body)
    event = NewEvent(
        type="policy.published",
        realm=realm,
        actor=actor.account,
        organisation=actor.organisation,
        role=actor.role,
        subject=f"policy_pack/{pack.info.id}",
        data={
            "pack": pack.info.id,
            "version": pack.info.version,
            "valid_from": pack.info.valid_from.isoformat(),
            "hash": pack.sha256,
            "archive": archive,
            "second_actor": second,
        },
        recorded_at=recorded_at,
        objects=(archive,),
    )
    log.refuse_early(workspace, pack, [event], clock=clock)
    workspace.objects.put(body)
    return log.append(workspace, pack, [event], clock=clock)[0]


def _faults_of(pack: Pack) -> list[Problem]:
    """Return the faults of a pack, proved once in a process: realms of one workspace adopt the same pack in turn."""
    if pack.sha256 not in _PROVED:
        found = check_pack(pack)
        if found:
            return found
        _PROVED.add(pack.sha256)
    return []


def administrator(workspace: Workspace, account: str, *, realm: Realm, pack: Pack | None = None) -> Person:
    """Return ``account`` as an administrator of ``realm`` under ``pack`` (None: the one in force).

    Raises:
        Refused: XQ-ACCOUNT-009 (exit 3) when the account is none.
    """
    role = accounts.administrator_role(pack or adopted(workspace, realm))
    return accounts.person(workspace, account, role, realm=realm)


def adopted(workspace: Workspace, realm: Realm, vintage: int | None = None) -> Pack:
    """Return the pack that was in force in ``realm`` at ``vintage`` (None: now); the software's own before any adoption.

    Its organisations are as the events of splits, mergers and new names until then leave them.
    """
    pack = unchanged(workspace, realm, vintage)
    last = log.last_seq(workspace, realm, _ORGANISATION_EVENTS, vintage)
    if not last:
        return pack
    newest = log.last_of_realm(workspace, realm, vintage)
    day = beijing_day(newest.recorded_at) if newest else pack.info.valid_from
    return _reorganised(workspace, realm, vintage, pack.sha256, last, day)


def unchanged(workspace: Workspace, realm: Realm, vintage: int | None = None) -> Pack:
    """Return the pack in force at ``vintage`` with the organisations that it was written with."""
    row = _row(workspace, realm, vintage)
    if row is None:
        return load_pack(cache=workspace.cache_dir)
    return _archived(workspace, row.archive, row.hash)


def organisation_changes(workspace: Workspace, realm: Realm, vintage: int | None = None) -> list[Change]:
    """Return what happened to organisations until ``vintage``, in the order of the days from which it holds."""
    events = log.events(workspace, realm, types=_ORGANISATION_EVENTS, upto=vintage)
    found = [msgspec.json.decode(data, type=_Reorganised).change for data in events["data"].to_list()]
    return sorted(found, key=lambda change: change.valid_from)


@functools.lru_cache(maxsize=_PACKS_KEPT)
def _reorganised(
    workspace: Workspace, realm: Realm, vintage: int | None, sha256: str, last: int, day: dt.date
) -> Pack:  # fmt: skip
    """Return the pack (of this hash) at ``vintage`` as changed up to the event ``last``, with the names of ``day``."""
    pack = unchanged(workspace, realm, vintage)
    if pack.sha256 != sha256:
        raise RuntimeError("the pack in force changed while it was read")
    return with_changes(pack, organisation_changes(workspace, realm, last), on=day)


@functools.lru_cache(maxsize=_PACKS_KEPT)
def _archived(workspace: Workspace, archive: str, sha256: str) -> Pack:
    """Return the pack of a hash; kept in the process, since every command and page asks for it several times."""
    return load_archived(workspace.objects.get(archive), sha256, workspace.cache_dir)


def pack_at(workspace: Workspace, realm: Realm) -> Callable[[int], Pack]:
    """Return a function that gives the pack in force at an event; the log is asked once."""
    events = log.events(workspace, realm, types=["policy.published"])
    numbers = events["seq"].to_list()
    rows = [msgspec.json.decode(data, type=_Adopted) for data in events["data"].to_list()]
    ours = functools.cache(lambda: load_pack(cache=workspace.cache_dir))

    def at(vintage: int) -> Pack:
        count = bisect.bisect_right(numbers, vintage)
        if not count:
            return ours()
        return _archived(workspace, rows[count - 1].archive, rows[count - 1].hash)

    return at


def _row(workspace: Workspace, realm: Realm, vintage: int | None) -> _Adopted | None:
    events = log.events(workspace, realm, upto=vintage, types=["policy.published"])
    if events.is_empty():
        return None
    return msgspec.json.decode(events.select(pl.col("data").last()).item(), type=_Adopted)


def _in_force(pack: Pack) -> Problem:
    return Problem(
        code="XQ-POLICY-040",
        what=Text("该规则包已经生效", "this pack is in force already"),
        where=Where(subject=f"{pack.info.id} {pack.info.version} {pack.sha256[:12]}"),
        fix=Text("改动后再发布", "adopt it after it has changed"),
    )


def _same_version(pack: Pack) -> Problem:
    return Problem(
        code="XQ-POLICY-042",
        what=Text("规则包内容已变，版本号未变", "the pack has changed but its version has not"),
        where=Where(file="pack.yaml", subject=f"{pack.info.id} {pack.info.version}"),
        why=Text(
            "一个版本号只对应一种内容，否则引用无从核对",
            "one version names one content, or no citation of it can be checked",
        ),
        fix=Text("提高 version，并在 changelog 写明影响", "raise version and say in the changelog what changes"),
    )
