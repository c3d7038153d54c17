"""Opens a realm for a page: the workspace of this process, the snapshot asked for, and what the reader may see of it."""

import datetime as dt
import os
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path

import msgspec

from xinqu.spine import permissions, snapshot
from xinqu.spine.pages.model import Query, Sight
from xinqu.spine.pages.sight import sight_of
from xinqu.spine.snapshot import Snapshot
from xinqu.spine.workspace import Workspace, read_about
from xinqu.store.records import stamp
from xinqu.vocabulary.moments import BEIJING
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Text

_KEPT_SNAPSHOTS = 4  # two realms, each at present and at one past vintage
_kept: "OrderedDict[tuple[Path, str], Snapshot]" = OrderedDict()


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A realm opened for one reader; ``past`` when a vintage was asked for that is not the last."""

    snapshot: Snapshot
    sight: Sight
    query: Query
    past: bool


@lru_cache(maxsize=4)
def _workspace(folder: str) -> Workspace:
    path = Path(folder)
    return Workspace(dir=path, about=read_about(path))


def workspace() -> Workspace:
    """Return the workspace this process serves: the one named by XINQU_HOME, opened at start."""
    return _workspace(os.environ["XINQU_HOME"])


def query_of(period: str, scope: str, as_known: str, *, realm: Realm) -> Query:
    """Read a frame from the words of an address; ``as_known`` is an event number or a day (the end of it, UTC+8).

    Raises:
        Refused: XQ-PERIOD-001 for a period, XQ-WEB-001 for an ``as_known`` that is neither.
    """
    if period:
        Period.parse(period)
    return Query(period=period, scope=scope, as_known=_event_number(as_known, realm) if as_known else None)


def open_realm(account: str, realm: Realm, query: Query) -> Opened:
    """Return the realm as ``account`` may see it.

    Raises:
        Refused: XQ-STORE-004 when the workspace does not hold ``realm``.
    """
    place = workspace()
    now = snapshot.take(place, realm)
    past = query.as_known is not None and query.as_known < now.vintage
    wanted = snapshot.take(place, realm, query.as_known) if past else now
    taken = _keep(place, wanted)
    sight = sight_of(account, pack=taken.pack, roles=permissions.roles_of(place, account), realm=realm)
    return Opened(snapshot=taken, sight=sight, query=query, past=past)


def _keep(place: Workspace, taken: Snapshot) -> Snapshot:
    """Return the same snapshot from an earlier request, whose parts are computed already."""
    key = (place.dir, f"{taken.key}{taken.head_hash}")
    kept = _kept.pop(key, taken)
    _kept[key] = kept
    while len(_kept) > _KEPT_SNAPSHOTS:
        _kept.popitem(last=False)
    return kept


def _event_number(text: str, realm: Realm) -> int:
    if text.isdecimal() and len(text) < 19:  # noqa: PLR2004 - fits the log's 64-bit numbers
        return int(text)
    try:
        day = dt.date.fromisoformat(text)
        end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, BEIJING)
    except (ValueError, OverflowError):
        raise Refused(_not_a_vintage(text)) from None
    workspace().use()
    from xinqu.store.models import Event

    return (
        Event.objects.filter(realm=str(realm), recorded_at__lt=stamp(end))
        .order_by("-seq")
        .values_list("seq", flat=True)
        .first()
        or 0
    )


def _not_a_vintage(text: str) -> Problem:
    return Problem(
        code="XQ-WEB-001",
        what=Text(f"“{text}”不是日志号或日期", f"{text!r} is neither an event number nor a day"),
        why=Text("已知至按日志号或日期确定", "a vintage is an event number or a day"),
        fix=Text("写作 4812 或 2026-11-20", "write 4812 or 2026-11-20"),
    )
