"""Speed of the log: one event and 5,000 in a transaction against bare sqlite3 inserts, 30,000 read back, 8 writers at once.

    python benchmarks/log.py [--single 500] [--block 5000] [--read 30000] [--rounds 3]

The peer is a table of the same columns in write-ahead mode with the same synchronous setting (FULL), autocommit: what a
disk allows. Ours also takes the lock, reads rights and duties, checks the pack's declaration, hashes and chains.
"""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
from measure import alternate, compare, heading, row

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.rehearsal.actors import cast_of
from xinqu.spine import accounts, log, scripted
from xinqu.spine.database import file_system_of
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace, create, now, open_workspace
from xinqu.store.records import NewEvent
from xinqu.vocabulary.origin import Realm

REALM = Realm.REHEARSAL
FORM, AREA = "xm1", "lanzhou"
PROCESSES, APPENDS = 8, 500
COLUMNS = 14  # of the log's table, the body last
BODY_BYTES = 620
SETTINGS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"


def furnished(folder: Path) -> tuple[Workspace, Pack]:
    """Return a workspace whose scripted accounts may write."""
    workspace = create(folder, realms=(REALM,))
    pack = load_pack(cache=workspace.cache_dir)
    accounts.load_organisations(workspace, pack)
    scripted.people(workspace, pack, REALM, clock=now)
    return workspace, pack


def submitted(pack: Pack, number: int) -> NewEvent:
    """Return an event of a return handed in."""
    filer = cast_of(pack, pack.forms[FORM], AREA).filer
    data = {"form": FORM, "area": AREA, "period": f"p{number}", "version": 1, "file_hash": "0" * 64}
    return NewEvent(
        type="return.submitted", realm=REALM, actor=filer.account, organisation=filer.organisation, role=filer.role,
        subject=f"return/{FORM}/{AREA}/p{number}", data=data,
    )  # fmt: skip


class Bare:
    """A bare table of the same columns."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.executescript(SETTINGS)
        names = ", ".join(f"c{n}" for n in range(COLUMNS - 1))
        self._connection.execute(f"CREATE TABLE event (seq INTEGER PRIMARY KEY, {names})")
        self._insert = f"INSERT INTO event ({names}) VALUES ({', '.join('?' * (COLUMNS - 1))})"  # noqa: S608 - constants
        self._row = [*["x" * 24] * (COLUMNS - 2), b"x" * BODY_BYTES]

    def one(self) -> None:
        """Insert one row; committed when it returns."""
        self._connection.execute(self._insert, self._row)

    def read(self, rows: int) -> None:
        """Fetch the last rows."""
        self._connection.execute("SELECT * FROM event ORDER BY seq DESC LIMIT ?", (rows,)).fetchall()

    def many(self, rows: int) -> None:
        """Insert rows in one transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(self._insert, [self._row] * rows)
        self._connection.execute("COMMIT")


def percentiles(seconds: list[float]) -> str:
    """Return p50 and p99 in milliseconds."""
    p50, p99 = np.percentile(seconds, (50, 99)) * 1000
    return f"p50 {p50:6.2f} ms, p99 {p99:6.2f} ms"


def singles(rounds: int, ours: Callable[[], object], bare: Bare) -> None:
    """Append and insert one at a time in alternation and print latencies."""
    taken = alternate(rounds, {"ours": ours, "bare": bare.one})
    row("one event", f"ours {percentiles(taken['ours'].wall)}", "9 ms, objects included (design)")
    ratio = np.percentile(taken["ours"].wall, (50, 99)) / np.percentile(taken["bare"].wall, (50, 99))
    row("", f"bare {percentiles(taken['bare'].wall)}; ours / bare = {ratio[0]:.2f} (p50), {ratio[1]:.2f} (p99)")


def read_back(rounds: int, rows: int, workspace: Workspace, pack: Pack, bare: Bare, numbers: Iterator[int]) -> None:
    """Read the last ``rows`` events as the frame that folds read, against fetching as many bare rows."""
    head = log.head(workspace).seq
    if head < rows:
        log.append(workspace, pack, [submitted(pack, next(numbers)) for _ in range(rows - head)])
        bare.many(rows)
    after = log.head(workspace).seq - rows
    jobs = {"ours": lambda: log.events(workspace, REALM, after=after), "bare": lambda: bare.read(rows)}
    compare(f"{rows:,} events read back as a frame", alternate(rounds, jobs))


def write(folder: Path, first: int, appends: int) -> None:
    """Be one of the writers: say ready, wait for a line, append one event at a time, print the number of each."""
    workspace = open_workspace(folder)
    pack = load_pack(cache=workspace.cache_dir)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, first + appends):
        print(log.append(workspace, pack, [submitted(pack, number)])[0].seq)


def many_writers(workspace: Workspace) -> None:
    """Let the processes append at once; print events per second and what the log holds afterwards."""
    before = log.head(workspace).seq
    load_pack(cache=workspace.cache_dir)  # so that no writer has to parse it
    writers = [
        subprocess.Popen(
            [sys.executable, __file__, "--writer", str(workspace.dir), str(1_000_000 * (k + 1)), str(APPENDS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for k in range(PROCESSES)
    ]  # fmt: skip
    for writer in writers:
        writer.stdout.readline()
    started = time.perf_counter()
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    said = [int(line) for writer in writers for line in writer.communicate()[0].split()]
    seconds = time.perf_counter() - started
    row(f"{PROCESSES} processes x {APPENDS}", f"{seconds:.1f} s, {len(said) / seconds:,.0f} events/s")
    expected = PROCESSES * APPENDS
    found = verify(workspace)
    lost = expected - log.events(workspace, REALM, after=before)["subject"].n_unique()
    forks = len(said) - len(set(said))
    verdict = f"{lost} lost, {forks} forks, {len(found.problems)} problems found by verify in {found.events:,} events"
    row("", verdict, "no fork, no loss")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--single", type=int, default=500)
    parser.add_argument("--block", type=int, default=5000)
    parser.add_argument("--read", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--writer", nargs=3, metavar=("DIR", "FIRST", "COUNT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.writer:
        write(Path(options.writer[0]), int(options.writer[1]), int(options.writer[2]))
        return
    with tempfile.TemporaryDirectory(prefix="xinqu-bench-") as place:
        folder = Path(place)
        workspace, pack = furnished(folder / "workspace")
        heading(f"The log (SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL, {file_system_of(folder)})", "django")
        bare, numbers = Bare(folder / "bare.sqlite3"), count(1)
        singles(options.single, lambda: log.append(workspace, pack, [submitted(pack, next(numbers))]), bare)
        block = options.block

        def append_block() -> None:
            log.append(workspace, pack, [submitted(pack, next(numbers)) for _ in range(block)])

        jobs = {"ours": append_block, "bare": lambda: bare.many(block)}
        compare(f"{block:,} events in one transaction", alternate(options.rounds, jobs))
        read_back(options.rounds, options.read, workspace, pack, bare, numbers)
        many_writers(workspace)


if __name__ == "__main__":
    main()
