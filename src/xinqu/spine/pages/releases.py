"""The page of releases: what comes out when, what is under embargo, and what can be taken away."""

import datetime as dt

import msgspec
import polars as pl

from xinqu.shapes.releases import Release
from xinqu.spine.pages.model import Frame, Query
from xinqu.spine.releases import Planned, plan
from xinqu.spine.snapshot import Snapshot
from xinqu.spine.submissions import releases_at
from xinqu.vocabulary.moments import BEIJING
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text

YEARS_SHOWN = 2  # of periods back; older releases stay in `release list`


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One release that is planned, under embargo, out or recalled.

    ``owed`` and ``accepted`` are None for a reader who does not own the data of all areas. ``package`` is the id of the
    archive, "" while nothing can be taken away. ``hash`` is the start of the identity of what is out.
    """

    series: str
    title: Text
    period: str
    state: str
    forms: tuple[Text, ...]
    release_at: dt.datetime
    expected: bool
    owed: int | None = None
    accepted: int | None = None
    package: str = ""
    hash: str = ""


class Releases(msgspec.Struct, frozen=True, kw_only=True):
    """The calendar: ``coming`` soonest first, ``out`` newest first; ``sees_all``: the reader sees the embargoed versions."""

    frame: Frame
    coming: tuple[Line, ...]
    out: tuple[Line, ...]
    sees_all: bool
    is_public_realm: bool


def read(snapshot: Snapshot, seen: Snapshot) -> Releases:
    """Return the calendar of ``snapshot``, told as its reader may know it, who sees ``seen``."""
    lines = _lines(snapshot, sees_all=seen.sees is None)
    coming = [line for line in lines if line.state not in ("released", "recalled")]
    out = [line for line in lines if line.state in ("released", "recalled")]
    return Releases(
        frame=_frame(snapshot), coming=tuple(sorted(coming, key=lambda line: (line.release_at, line.series))),
        out=tuple(sorted(out, key=lambda line: (line.release_at, line.series), reverse=True)),
        sees_all=seen.sees is None, is_public_realm=snapshot.realm is Realm.PUBLISHED,
    )  # fmt: skip


def _lines(snapshot: Snapshot, *, sees_all: bool) -> list[Line]:
    if snapshot.realm is Realm.PUBLISHED:
        return []
    first = dt.date(snapshot.as_of.year - YEARS_SHOWN, 1, 1)
    known = {one.id: one for one in releases_at(snapshot.workspace, snapshot.realm, snapshot.vintage)}
    planned = plan(snapshot, first=first)
    # what never was prepared and is long past is history of the collection, no announcement
    recent = [one for one in planned if one.release or one.release_at.date() >= snapshot.as_of]
    return [_line(snapshot, one, known.get(one.release), sees_all=sees_all) for one in recent]


def _line(snapshot: Snapshot, planned: Planned, release: Release | None, *, sees_all: bool) -> Line:
    series = snapshot.pack.release_series[planned.series]
    is_out = release is not None and release.state == "released"
    told = planned.state if sees_all or planned.release else "planned"
    if told == "prepared" and planned.release_at.astimezone(BEIJING).date() < snapshot.as_of:
        told = "ready"  # its hour is past; it stays closed until two persons open it
    return Line(
        series=series.id, title=series.title, period=planned.period, state=told,
        forms=tuple(snapshot.pack.forms[name].name for name in series.forms),
        release_at=planned.release_at.astimezone(BEIJING), expected=planned.expected,
        owed=planned.owed if sees_all else None, accepted=planned.accepted if sees_all else None,
        package=release.id if is_out and release else "", hash=release.hash[:16] if is_out and release else "",
    )  # fmt: skip


def _frame(snapshot: Snapshot) -> Frame:
    pack = snapshot.pack
    return Frame(
        realm=snapshot.realm, vintage=snapshot.vintage, as_of=snapshot.as_of, head_hash=snapshot.head_hash,
        pack_id=pack.info.id, pack_version=pack.info.version, pack_sha256=pack.sha256,
        query=Query(period="", scope="", as_known=None), periods=(), scopes=(),
        simulated=snapshot.realm is Realm.REHEARSAL,
    )  # fmt: skip


def table(page: Releases) -> pl.DataFrame:
    """Return the calendar as a table."""
    schema = {
        "series": pl.String, "series_zh": pl.String, "series_en": pl.String, "period": pl.String, "state": pl.String,
        "release_at": pl.String, "expected": pl.Boolean, "owed": pl.Int64, "accepted": pl.Int64, "package": pl.String,
        "hash": pl.String, "realm": pl.String,
    }  # fmt: skip
    rows = [
        {
            "series": line.series, "series_zh": line.title.zh, "series_en": line.title.en, "period": line.period,
            "state": line.state, "release_at": line.release_at.isoformat(), "expected": line.expected, "owed": line.owed,
            "accepted": line.accepted, "package": line.package, "hash": line.hash, "realm": str(page.frame.realm),
        }
        for line in (*page.coming, *page.out)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
