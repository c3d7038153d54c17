"""The calendar of releases, and what people do with it: prepare under embargo, publish at the hour, recall."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import polars as pl

from xinqu.monitoring.owed_returns import owed_returns
from xinqu.policy.due import period_of
from xinqu.policy.model import ReleaseSeries
from xinqu.policy.pack import Pack
from xinqu.shapes import releases as shape
from xinqu.shapes.releases import Release
from xinqu.spine import log, permissions, release_problems
from xinqu.spine.permissions import Target
from xinqu.spine.policy import adopted
from xinqu.spine.snapshot import Snapshot
from xinqu.spine.submissions import releases_at, submissions_at
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.moments import BEIJING, beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period, periods_between
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Text

Clock = Callable[[], dt.datetime]
REASONS = "CL_REVISION_REASON"
STATES: dict[str, Text] = {
    "collecting": Text("收集中", "collecting"),
    "approved": Text("已接收，待准备", "accepted, to be prepared"),
    "prepared": Text("保密期", "under embargo"),
    "released": Text("已发布", "released"),
    "recalled": Text("已撤销", "recalled"),
}
_UNIT = ["form", "area", "sub_unit", "period"]


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the calendar: series and period, how far its returns are, and when it comes out.

    ``due_on``: the last due day of its returns, extensions included. ``owed`` and ``accepted`` count the areas' own
    returns. ``release_at`` (aware) is that of the newest release, else the expected one; ``expected``: it is not fixed
    yet, and counts from the due day while returns are outstanding. ``release`` is "" while nothing is prepared.
    """

    series: str
    period: str
    state: str
    due_on: dt.date | None
    owed: int
    accepted: int
    approved_on: dt.date | None
    release_at: dt.datetime
    expected: bool
    release: str = ""


def plan(snapshot: Snapshot, *, first: dt.date, series: str | None = None) -> list[Planned]:
    """Return the calendar of releases for periods that end from ``first`` on, newest first.

    Raises:
        Refused: XQ-RELEASE-001 for a series that the pack does not have.
    """
    known = snapshot.pack.release_series
    wanted = [series_of(snapshot.pack, series)] if series else list(known.values())
    out = releases_at(snapshot.workspace, snapshot.realm, snapshot.vintage)
    lines = [line for one in wanted for line in _lines(snapshot, one, out, first)]
    return sorted(lines, key=lambda line: (line.release_at, line.series), reverse=True)


def _lines(snapshot: Snapshot, series: ReleaseSeries, out: Sequence[Release], first: dt.date) -> list[Planned]:
    spans = periods_between(period_of(first, series.frequency), period_of(snapshot.as_of, series.frequency))
    periods = [str(period) for period in spans if period.end >= first]
    if not periods:
        return []
    owed = owed_returns(
        snapshot.pack,
        snapshot.events,
        snapshot.calendar,
        first,
        spans[-1].end,
        as_of=snapshot.as_of,
        forms=series.forms,
    ).filter(pl.col("period").is_in(periods))
    accepted = snapshot.submissions.filter(
        pl.col("form").is_in(series.forms), pl.col("sub_unit") == "", pl.col("accepted_event").is_not_null()
    )
    days = accepted.group_by("form", "area", "period").agg(at=pl.col("accepted_at").min())
    joined = owed.join(days, on=["form", "area", "period"], how="left")
    counts = joined.group_by("period").agg(
        due_on=pl.col("due_on").max(), owed=pl.len(), accepted=pl.col("at").is_not_null().sum(), at=pl.col("at").max()
    )
    return [_line(series, row, out) for row in counts.sort("period").iter_rows(named=True)]


def _line(series: ReleaseSeries, row: dict[str, Any], out: Sequence[Release]) -> Planned:
    approved_on = beijing_day(row["at"]) if row["at"] and row["accepted"] == row["owed"] else None
    mine = [release for release in out if release.series == series.id and release.period == row["period"]]
    newest = mine[-1] if mine else None
    expected = hour_after(series, approved_on or row["due_on"])
    return Planned(
        series=series.id, period=row["period"], due_on=row["due_on"], owed=row["owed"], accepted=row["accepted"],
        approved_on=approved_on, release_at=newest.release_at if newest else expected, expected=newest is None,
        state=newest.state if newest else "approved" if approved_on else "collecting",
        release=newest.id if newest else "",
    )  # fmt: skip


def hour_after(series: ReleaseSeries, day: dt.date) -> dt.datetime:
    """Return when figures approved on ``day`` come out."""
    return dt.datetime.combine(day + dt.timedelta(days=series.days_after_approval), series.opens_at, BEIJING)


def series_of(pack: Pack, name: str) -> ReleaseSeries:
    """Return a series; raises Refused XQ-RELEASE-001 for none."""
    if name not in pack.release_series:
        raise Refused(release_problems.no_series(name, pack.release_series))
    return pack.release_series[name]


def prepare(
    workspace: Workspace, realm: Realm, series: str, period: str, *, account: str, clock: Clock = now
) -> StoredEvent:
    """Fix what a release holds (its vintage is the log's present end) and its hour; from now on it is under embargo.

    The hour is the series' after the last of its returns was accepted; where that is past, it may come out at once.

    Raises:
        Refused: XQ-RELEASE-001 to -004 and -009, XQ-PERIOD-001, XQ-PERMISSION-001 and -002 (exit 3), and what the log
            refuses.
    """
    pack = adopted(workspace, realm)
    if realm is Realm.PUBLISHED:
        raise Refused(release_problems.no_embargo_here(str(realm)))
    wanted = series_of(pack, series)
    if Period.parse(period).frequency is not wanted.frequency:
        raise Refused(release_problems.other_frequency(series, period, str(wanted.frequency)))
    last = log.last_of_realm(workspace, realm)
    vintage = last.seq if last else 0
    holds = shape.covered(submissions_at(workspace, realm), wanted.forms, period, vintage)
    if holds.is_empty():
        raise Refused(release_problems.nothing_accepted(series, period))
    before = [r for r in releases_at(workspace, realm) if r.series == series and r.period == period]
    content = shape.content_hash(holds)
    if before and before[-1].hash == content and before[-1].state != "recalled":
        raise Refused(release_problems.same_again(before[-1].id, series, period))
    approved: dt.datetime = holds["accepted_at"].max()  # type: ignore[assignment]  # a moment in the typed frame
    data = {
        "release_id": f"{series}-{period}" + (f".{len(before) + 1}" if before else ""), "series": series,
        "forms": wanted.forms, "period": period, "vintage": vintage, "hash": content,
        "release_at": hour_after(wanted, beijing_day(approved)).isoformat(), "returns": holds.height,
    }  # fmt: skip
    event = _event(workspace, pack, realm, shape.PREPARED, account, data)
    return log.append(workspace, pack, [event], clock=clock)[0]


def publish(
    workspace: Workspace, realm: Realm, release: str, *, account: str, second: str, clock: Clock = now
) -> StoredEvent:
    """Release what was prepared, at or after its hour, by two persons: its returns are ``released`` from then on.

    Raises:
        Refused: XQ-RELEASE-005 before the hour, -006 for an unknown one, -007 where it is not prepared, -008 when its
            returns are not those that were prepared; XQ-PERMISSION and what the log refuses (exit 3).
    """
    pack = adopted(workspace, realm)
    found = release_of(workspace, realm, release)
    if found.state != "prepared":
        raise Refused(release_problems.wrong_state(release, STATES[found.state], Text("发布", "published")))
    if clock() < found.release_at:
        raise Refused(release_problems.under_embargo(release, found.release_at))
    if shape.content_hash(covered_of(workspace, realm, found)) != found.hash:
        raise Refused(release_problems.changed(release))
    data = {
        "release_id": found.id, "forms": list(found.forms), "period": found.period, "vintage": found.vintage,
        "hash": found.hash, "second_actor": second,
    }  # fmt: skip
    event = _event(workspace, pack, realm, shape.RELEASED, account, data)
    return log.append(workspace, pack, [event], clock=clock)[0]


def recall(
    workspace: Workspace, realm: Realm, release: str, *, account: str, second: str, reason: str,
    wrong: Sequence[str] = (), clock: Clock = now,
) -> StoredEvent:  # fmt: skip
    """Take a release out of sight, by two persons; the returns named as ``wrong`` count no more until replaced.

    Args:
        workspace, realm, release: which one.
        account: who recalls; ``second`` the other person.
        reason: a code of CL_REVISION_REASON.
        wrong: returns it covers, as ``form/area/period``, or with the sub-unit behind.
        clock: the time.

    Raises:
        Refused: XQ-RELEASE-006, -007, -010, -011; XQ-PERMISSION and what the log refuses (exit 3).
    """
    pack = adopted(workspace, realm)
    found = release_of(workspace, realm, release)
    if found.state != "released":
        raise Refused(release_problems.wrong_state(release, STATES[found.state], Text("撤销", "recalled")))
    reasons = pack.codelists.get(REASONS, {})
    if reason not in reasons:
        raise Refused(release_problems.unknown_reason(reason, reasons))
    held = {_name(row) for row in covered_of(workspace, realm, found).select(_UNIT).iter_rows(named=True)}
    strange = [name for name in wrong if name not in held]
    if strange:
        raise Refused(release_problems.not_covered(release, strange))
    data = {"release_id": found.id, "reason": reason, "returns": sorted(set(wrong)), "second_actor": second}
    event = _event(workspace, pack, realm, shape.RECALLED, account, data)
    return log.append(workspace, pack, [event], clock=clock)[0]


def _name(row: Mapping[str, str]) -> str:
    return "/".join(filter(None, (row["form"], row["area"], row["period"], row["sub_unit"])))


def release_of(workspace: Workspace, realm: Realm, release: str) -> Release:
    """Return a release; raises Refused XQ-RELEASE-006 for none."""
    found = next((one for one in releases_at(workspace, realm) if one.id == release), None)
    if found is None:
        raise Refused(release_problems.unknown(release))
    return found


def covered_of(workspace: Workspace, realm: Realm, release: Release) -> pl.DataFrame:
    """Return the submissions that a release covers."""
    return shape.covered(submissions_at(workspace, realm), release.forms, release.period, release.vintage)


def _event(
    workspace: Workspace, pack: Pack, realm: Realm, kind: str, account: str, data: Mapping[str, object]
) -> NewEvent:
    allowed = permissions.require(
        account, "release", Target(data_class="return", organisation=pack.root, release_state="accepted"), pack=pack,
        roles=permissions.roles_of(workspace, account), realm=realm,
    )  # fmt: skip
    return NewEvent(
        type=kind, realm=realm, actor=account, organisation=allowed.organisation, role=allowed.role,
        subject=f"release/{data['release_id']}", data=data,
    )  # fmt: skip


def calendar_frame(lines: Sequence[Planned]) -> pl.DataFrame:
    """Return the calendar as a table; ``release_at`` is Beijing's day and hour as text."""
    rows = [
        {**msgspec.structs.asdict(line), "release_at": release_problems.hour_text(line.release_at)} for line in lines
    ]
    schema = {
        "series": pl.String, "period": pl.String, "state": pl.String, "due_on": pl.Date, "owed": pl.Int64,
        "accepted": pl.Int64, "approved_on": pl.Date, "release_at": pl.String, "expected": pl.Boolean,
        "release": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def listing(workspace: Workspace, realm: Realm, vintage: int | None = None) -> pl.DataFrame:
    """Return the releases as a table, newest first."""
    rows = [
        {
            "release": r.id, "state": r.state, "forms": ",".join(r.forms), "period": r.period, "vintage": r.vintage,
            "release_at": release_problems.hour_text(r.release_at), "hash": r.hash, "prepared_event": r.prepared_event,
            "released_event": r.released_event, "recalled_event": r.recalled_event, "reason": r.reason,
            "wrong": ",".join(r.wrong),
        }
        for r in reversed(releases_at(workspace, realm, vintage))
    ]  # fmt: skip
    text = ("release", "state", "forms", "period", "vintage", "release_at", "hash", "prepared_event", "released_event",
            "recalled_event", "reason", "wrong")  # fmt: skip
    numbers = {"vintage", "prepared_event", "released_event", "recalled_event"}
    return pl.DataFrame(rows, schema={name: pl.Int64 if name in numbers else pl.String for name in text})
