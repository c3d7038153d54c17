"""Time and memory of the whole cycle, both realms from record to bulletin, and of the first page after one more return.

    python benchmarks/cycle.py [--scale 1] [--returns 5]

First as `xinqu demo` does it; what the closing tick has computed comes from the cache, as in use. Then every part of a
snapshot afresh, nothing from the cache. There is no peer that does this work; the limits are the project's own: 45 s and
2 GB for both realms, 1 s to the national page after a return was accepted. Peak memory is of this one process.
"""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import polars as pl
from measure import Taken, Watch, heading, processor_s, row, times

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.rehearsal.script import EXPLANATION
from xinqu.returns.bulk import build_documents
from xinqu.returns.document import ReturnDocument
from xinqu.shapes import statistical_return
from xinqu.spine import accounts, demo, reports, scripted
from xinqu.spine.compact import rows_of
from xinqu.spine.hand_in import ORIGINS
from xinqu.spine.pages import national
from xinqu.spine.pages.model import Query, Sight
from xinqu.spine.returns import next_version, record
from xinqu.spine.snapshot import Snapshot, take
from xinqu.spine.steps import Key
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace, create, now, open_workspace
from xinqu.vocabulary.origin import Realm

REVISION = "error"  # why a correction of an accepted return is filed, of CL_REVISION_REASON
Result = TypeVar("Result")
REALMS = (Realm.PUBLISHED, Realm.REHEARSAL)
PARTS = ("facts", "checked", "figures", "lamps", "index", "difficulties", "matters")
FORM = {Realm.PUBLISHED: "xa1", Realm.REHEARSAL: "xm1"}  # of the return that comes later
MIB = 2**20


def peak_mib() -> float:
    """Return the most memory this process has held (getrusage: kibibytes on Linux, bytes on macOS)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024


class Clock:
    """Seconds by step: wall, and of processors (the load of other programs stretches only the wall)."""

    def __init__(self) -> None:
        self.wall = self.processor = 0.0

    def step(self, name: str, job: Callable[[], Result]) -> Result:
        """Run a step, print its seconds and the peak memory so far, return what it returns."""
        wall, processor = time.perf_counter(), processor_s()
        result = job()
        wall, processor = time.perf_counter() - wall, processor_s() - processor
        self.wall, self.processor = self.wall + wall, self.processor + processor
        row(name, said(wall, processor))
        return result


def said(wall: float, processor: float) -> str:
    """Return seconds and peak memory as printed."""
    return f"{wall:6.2f} s, processor {processor:6.2f} s, peak {peak_mib():6,.0f} MiB"


def parts(snapshot: Snapshot) -> None:
    """Compute every part of a snapshot that is not there yet."""
    for part in PARTS:
        getattr(snapshot, part)


def build(folder: Path, scale: int) -> Workspace:
    """Make the workspace, take both realms through the cycle, then compute the parts again without the cache."""
    clock = Clock()

    def opened() -> tuple[Workspace, Pack]:
        workspace = create(folder, realms=REALMS)
        pack = load_pack(cache=workspace.cache_dir)
        accounts.load_organisations(workspace, pack)
        return workspace, pack

    workspace, pack = clock.step("make workspace, parse pack", opened)
    clock.step("published: record, tick", lambda: demo.publish(workspace, pack))
    clock.step("rehearsal: record, tick", lambda: demo.rehearse(workspace, pack, seed=demo.SEED, scale=scale))
    for realm in REALMS:
        snapshot = take(workspace, realm)
        clock.step(f"{realm}: {PARTS[0]} ... {PARTS[-1]}", lambda of=snapshot: parts(of))
        built = clock.step(f"{realm}: bulletin", lambda of=snapshot: reports.build(of, "bulletin"))
        size = f"{snapshot.submissions.height:,} submissions, {snapshot.figures.height:,} figures"
        row("", f"{size}, PDF {len(built.pdf) / 1024:,.0f} KiB")
    row("both realms, all of the above", said(clock.wall, clock.processor), "45 s, 2,048 MiB")
    for realm in REALMS:
        fresh = take(workspace, realm).fresh()
        for part in ("events", "submissions", *PARTS):
            clock.step(f"afresh, {realm}: {part}", lambda part=part, of=fresh: getattr(of, part))
    return workspace


def one_more(workspace: Workspace, pack: Pack, realm: Realm, number: int) -> ReturnDocument:
    """Return a correction of an accepted return, alike but for a note: it takes the way of any other return."""
    current = statistical_return.current(submissions_at(workspace, realm)).filter(form=FORM[realm], sub_unit="")
    mine = current.sort("period", "area", descending=[True, False])[number : number + 1]
    columns = ("area", "period", "item", "value", "state", "half_digit", "scope", "origin")
    rows = rows_of(workspace, realm, FORM[realm], mine).select(columns)
    noted = rows.with_columns(note=pl.lit(f'{{"text":"correction {number}"}}'))
    documents = build_documents(
        pack, pack.forms[FORM[realm]], noted, kind="backfill", scope=mine["scope"][0], origin=ORIGINS[realm]
    )
    return documents[0]


def first_pages(folder: Path, realm: Realm, returns: int) -> None:
    """Take one return after another to acceptance; print that time, and the time to the national page after each."""
    workspace = open_workspace(folder)
    pack = load_pack(cache=workspace.cache_dir)
    everything = Sight(figures=frozenset(pack.areas), lamps=frozenset(pack.areas))
    last = take(workspace, realm).events["recorded_at"].max()
    handled, figures, shown = Taken(), Taken(), Taken()
    for number in range(returns):
        document = one_more(workspace, pack, realm, number)
        version = next_version(workspace, realm, Key.of(document))
        at = now() if realm is Realm.PUBLISHED else last
        handed_in, *decided = scripted.full_course(pack, [document], version)
        steps = [msgspec.structs.replace(handed_in, revision=REVISION), *decided]
        watch = Watch()
        record(workspace, pack, realm, steps, explain=lambda *_: EXPLANATION, clock=lambda at=at: at)
        watch.add(handled)
        watch = Watch()
        snapshot = take(workspace, realm)
        assert snapshot.figures.height
        watch.add(figures)
        page = national.read(snapshot, Query(), everything)
        assert page.counts.known
        watch.add(shown)
    row(f"{realm}: submit ... accept a return", times(handled, "s"))
    row("  then snapshot and figures", times(figures, "s"))
    row("  with lamps and the national page", times(shown, "s"), "<= 1 s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--returns", type=int, default=5)
    options = parser.parse_args()
    heading("The cycle, one run", "polars", "django", "typst")
    with tempfile.TemporaryDirectory(prefix="xinqu-bench-") as place:
        folder = Path(place) / "workspace"
        build(folder, options.scale)
        copy = Path(shutil.copytree(folder, Path(place) / "copy"))
        for realm in REALMS:
            first_pages(copy, realm, options.returns)


if __name__ == "__main__":
    main()
