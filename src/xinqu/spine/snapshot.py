"""Everything a page or report reads of one realm at one vintage: a pure function of (realm, vintage, as_of, pack).

Parts are computed when first asked for and kept in the workspace's cache under that key; the cache is never the truth
and ``verify --deep`` compares it with a fresh computation.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

import msgspec
import polars as pl

from xinqu.coordination.difficulties import difficulties
from xinqu.coordination.due_events import log_columns
from xinqu.coordination.matter_rules import Inputs
from xinqu.coordination.matters import TRIGGERED, major_matters
from xinqu.coordination.proposals import red_since
from xinqu.evaluation.index.build import IndexResult, build_index
from xinqu.indicators.compile import compile_figures
from xinqu.monitoring.lamps import lamps
from xinqu.monitoring.targets import targets_in_force
from xinqu.policy.pack import Pack
from xinqu.shapes import releases, statistical_return
from xinqu.spine import log
from xinqu.spine.calendar import calendar_of
from xinqu.spine.compact import FactsByForm, forget_old, read_parquet, write_parquet
from xinqu.spine.policy import adopted
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.validation.findings import Findings
from xinqu.validation.run import validate_all
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.canonical import canonical_json, sha256_hex
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm

INDEX_SEED = 58  # of the draws behind rank intervals: fixed, so that the same vintage gives the same intervals
_OF_RETURNS = ("findings", "counts", "figures", "estimates", "aggregates")
_SNAPSHOTS_KEPT = 24  # of a realm, by their keys; one takes about a megabyte for nineteen areas and five years
_MATTERS_DAYS = 92  # the report of major matters covers a quarter
COMPUTE_VERSION = 1  # raised whenever a part comes out differently for the same key


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, dict=True, weakref=True):
    """One realm as known at event ``vintage`` and judged on ``as_of``; frames as docs/architecture.md says.

    ``sees``: the areas of which unreleased returns are read too; None for all. Of others only what is released enters.
    """

    workspace: Workspace
    realm: Realm
    vintage: int
    as_of: dt.date
    vintage_on: dt.date
    head_hash: str
    pack: Pack
    cached: bool = True
    sees: frozenset[str] | None = None

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The working-day calendar: the pack's days, other years as recalled."""
        return calendar_of(self.pack, self.realm)

    @cached_property
    def events(self) -> pl.DataFrame:
        """The log of the realm up to the vintage."""
        return log.events(self.workspace, self.realm, upto=self.vintage)

    @cached_property
    def opened_on(self) -> dt.date:
        """The first day that an event of the realm holds for; the day of judging when there is none."""
        days: list[dt.date] = self.events["effective_on"].to_list()
        return min(days, default=self.as_of)

    @cached_property
    def submissions(self) -> pl.DataFrame:
        """One row per submission, of those that enter."""
        if self.cached:
            found = submissions_at(self.workspace, self.realm, self.vintage)
        else:
            found = releases.mark(statistical_return.fold(self.events), releases.fold(self.events))
        if self.sees is None:
            return found
        return found.filter(pl.col("area").is_in(list(self.sees)) | (pl.col("state") == "released"))

    @cached_property
    def facts(self) -> Mapping[str, pl.DataFrame]:
        """Facts by form: the last accepted return of each key."""
        return FactsByForm(self.workspace, self.pack, self.realm, self.submissions, cached=self.cached)

    @cached_property
    def checked(self) -> Findings:
        """What the checks say of the accepted returns."""
        return Findings(
            self.kept("findings", lambda: self._check.findings), self.kept("counts", lambda: self._check.counts)
        )

    @property
    def findings(self) -> pl.DataFrame:
        """The findings frame."""
        return self.checked.findings

    @cached_property
    def figures(self) -> pl.DataFrame:
        """The figures frame."""
        return self.kept("figures", lambda: compile_figures(self.pack, self.facts, as_of=self.as_of))

    @cached_property
    def targets(self) -> pl.DataFrame:
        """Targets in force; a plan of a real area never judges simulated figures."""
        with_plans = self.realm is not Realm.REHEARSAL
        return targets_in_force(self.pack, self.events, as_of=self.as_of, with_plans=with_plans)

    @cached_property
    def lamps(self) -> pl.DataFrame:
        """The lamps frame."""
        return self.kept(
            "lamps",
            lambda: lamps(
                self.pack, self.figures, self.targets, as_of=self.as_of, facts=self.facts, events=self.events
            ),
        )

    @cached_property
    def index(self) -> IndexResult:
        """The composite index of the last full year before ``as_of``."""
        return self.index_of(self.as_of.year - 1)

    def index_of(self, year: int) -> IndexResult:
        """Return the composite index of ``year`` under the pack's framework; trial until it is adopted."""
        return build_index(self.pack, self.figures, year, seed=INDEX_SEED, facts=self.facts, events=self.events)

    @cached_property
    def difficulties(self) -> pl.DataFrame:
        """Difficulties with rung, holder and clock."""
        return difficulties(self.pack, self.events, self.calendar, as_of=self.as_of)

    @cached_property
    def matters(self) -> pl.DataFrame:
        """Major matters: triggered, not, or indeterminate with the reason."""
        reds = red_since(self.pack, self.lamps, self.events, self.calendar, as_of=self.as_of)
        return major_matters(
            Inputs(
                pack=self.pack, calendar=self.calendar, as_of=self.as_of, log=log_columns(self.events), facts=self.facts,
                reds=reds, difficulties=self.difficulties,
            )
        )  # fmt: skip

    @property
    def recent_matters(self) -> pl.DataFrame:
        """Major matters without those that came about more than a quarter ago: they stand in earlier reports."""
        since = self.as_of - dt.timedelta(days=_MATTERS_DAYS)
        return self.matters.filter((pl.col("verdict") != TRIGGERED) | (pl.col("triggered_on") > since))

    @cached_property
    def key(self) -> str:
        """The key of the snapshot: what it is a function of."""
        return self._key(self.vintage)

    def _key(self, vintage: int) -> str:
        said = {
            "realm": str(self.realm), "vintage": vintage, "as_of": self.as_of.isoformat(), "pack": self.pack.sha256,
            "compute": COMPUTE_VERSION,
        }  # fmt: skip
        if self.sees is not None:
            said["sees"] = sorted(self.sees)
        return sha256_hex(canonical_json(said))[:32]

    def part_path(self, name: str) -> Path:
        """Return where a part is kept. Parts that read accepted returns alone outlive every other event of the log."""
        key = self._returns_key if name.startswith(_OF_RETURNS) else self.key
        return self.workspace.cache_dir / "snapshots" / self.realm / key / f"{name}.parquet"

    @cached_property
    def _returns_key(self) -> str:
        """The key of parts that read accepted returns alone: the last event that changed these in place of the vintage."""
        moving = [*statistical_return.TO_FACTS, releases.RECALLED, *([] if self.sees is None else [releases.RELEASED])]
        return self._key(log.last_seq(self.workspace, self.realm, moving, self.vintage))

    def fresh(self) -> "Snapshot":
        """Return the same snapshot with nothing computed and nothing taken from the cache, for ``verify --deep``."""
        return msgspec.structs.replace(self, cached=False)

    @cached_property
    def _check(self) -> Findings:
        current = statistical_return.current(self.submissions)
        kinds = dict(zip(current["content_hash"].to_list(), current["kind"].to_list(), strict=True))
        return validate_all(self.pack, self.facts, kind=kinds)

    def kept(self, name: str, build: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the part of that name from the cache, else built now and kept there."""
        if not self.cached:
            return build()
        path = self.part_path(name)
        kept = read_parquet(path)
        if kept is not None:
            return kept
        frame = build()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(frame, path)
        forget_old(path.parent.parent.iterdir(), keep=_SNAPSHOTS_KEPT)
        return frame


def take(
    workspace: Workspace, realm: Realm | str, vintage: int | None = None, *, as_of: dt.date | None = None
) -> Snapshot:
    """Return the snapshot of ``realm`` at event ``vintage`` (None: the realm's last event).

    ``as_of`` defaults to the day of the vintage's event; before the first event that is the pack's first day, on which
    nothing is due. A vintage between two events of the realm is the earlier one.

    Raises:
        Refused: XQ-STORE-004 for a realm the workspace does not hold.
    """
    held = workspace.holds(realm)
    last = log.last_of_realm(workspace, held, vintage)
    pack = adopted(workspace, held, vintage)
    recorded_on = beijing_day(last.recorded_at) if last else pack.info.valid_from
    return Snapshot(
        workspace=workspace, realm=held, vintage=last.seq if last else 0, as_of=as_of or recorded_on,
        vintage_on=recorded_on,
        head_hash=last.hash if last else "", pack=pack,
    )  # fmt: skip
