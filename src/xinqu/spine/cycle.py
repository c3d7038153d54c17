"""The cycle: what was handed in is checked, compiled, monitored, evaluated, coordinated and reported, as far as hands allow."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import polars as pl

from xinqu.coordination.matters import TRIGGERED
from xinqu.shapes import statistical_return
from xinqu.spine import reports
from xinqu.spine.snapshot import Snapshot, take
from xinqu.spine.tick import tick
from xinqu.spine.workspace import Workspace
from xinqu.validation.findings import totals
from xinqu.vocabulary.origin import Realm

Say = Callable[[str], None]
# state of a submission -> the decision it waits for; a co-check may come before it
AWAITS = {
    "submitted": "return.area_approved",
    "area_approved": "return.province_approved",
    "province_approved": "return.accepted",
}


class Cycle(msgspec.Struct, frozen=True, kw_only=True):
    """What a cycle came to; every count says what it counts, nothing is stored but the tick's events and files."""

    realm: Realm
    vintage: int
    areas: int
    submissions: int
    accepted: int
    awaited: pl.DataFrame
    figures: int
    known: dict[str, int]
    unknown: dict[str, int]
    checks: dict[str, int]
    lamps: dict[str, int]
    index: str
    index_scores: pl.DataFrame
    difficulties: int
    matters: int
    written: int
    reports: tuple[Path, ...]


def cycle(workspace: Workspace, realm: Realm, *, folder: Path | None = None, say: Say = lambda _: None) -> Cycle:
    """Run one cycle of ``realm`` and write its reports into ``folder`` (None: the workspace's own).

    It never approves: what waits for a person is listed with who is awaited. In the published and rehearsal realms
    scripted accounts have acted before.
    """
    say("tick")
    written = 0 if realm is Realm.REHEARSAL else len(tick(workspace, realm))
    say("snapshot")
    snapshot = take(workspace, realm)
    say("reports")
    paths = [path for kind in reports.KINDS for path in _report(workspace, snapshot, kind, folder)]
    return summary(snapshot, written=written, paths=tuple(paths))


def _report(workspace: Workspace, snapshot: Snapshot, kind: str, folder: Path | None) -> list[Path]:
    return reports.write(reports.build(snapshot, kind), folder or workspace.reports_dir / snapshot.realm)


def summary(snapshot: Snapshot, *, written: int, paths: tuple[Path, ...]) -> Cycle:
    """Return what the snapshot holds in numbers."""
    current = statistical_return.current(snapshot.submissions)
    figures, lamps, index = snapshot.figures, snapshot.lamps, snapshot.index
    open_ones = snapshot.difficulties.filter(pl.col("is_open"))
    return Cycle(
        realm=snapshot.realm,
        vintage=snapshot.vintage,
        areas=current["area"].n_unique(),
        submissions=snapshot.submissions.height,
        accepted=current.height,
        awaited=awaited(snapshot),
        figures=figures.height,
        known=_counts(figures.filter(pl.col("value").is_not_null()), "origin"),
        unknown=_counts(figures.filter(pl.col("value").is_null()), "unknown"),
        checks=totals(snapshot.checked.counts),
        lamps=_counts(lamps, "lamp"),
        index=f"{index.framework} {index.year} {index.status}",
        index_scores=index.scores,
        difficulties=open_ones.height,
        matters=snapshot.recent_matters.filter(pl.col("verdict") == TRIGGERED).height,
        written=written,
        reports=paths,
    )


def awaited(snapshot: Snapshot) -> pl.DataFrame:
    """Return the submissions that wait for a person: form, area, sub_unit, period, version, state, and what is awaited."""
    return (
        snapshot.submissions.filter(pl.col("state").is_in(list(AWAITS)))
        .with_columns(awaits=pl.col("state").replace_strict(AWAITS, return_dtype=pl.String))
        .select("form", "area", "sub_unit", "period", "version", "state", "awaits")
    )


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    counted = frame.group_by(column).len().sort(pl.col("len"), descending=True)
    return {str(name): int(count) for name, count in counted.iter_rows()}
