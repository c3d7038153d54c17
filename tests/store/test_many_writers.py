"""Eight processes append at once, and processes are killed while they append: no fork, no loss."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xinqu.spine import log
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace, open_workspace
from xinqu.vocabulary.origin import Realm

pytestmark = pytest.mark.xdist_group("writers")  # one after another: they fill both cores
PROCESSES, APPENDS = 8, 500
TESTS = Path(__file__).parents[1]

# Appends until told to stop; says each number after the log has taken it.
WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import cast
from xinqu.spine import log
from xinqu.spine.workspace import open_workspace
workspace = open_workspace(Path(sys.argv[2]))
first, count = int(sys.argv[3]), int(sys.argv[4])
pack = cast.pack()
print("ready", flush=True)
sys.stdin.readline()
for number in range(first, first + count):
    print(log.append(workspace, pack, [cast.submitted(number)])[0].seq, flush=True)
"""


def start(workspace: Workspace, first: int, count: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(TESTS), str(workspace.dir), str(first), str(count)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def go(writer: subprocess.Popen) -> None:
    assert writer.stdout.readline() == "ready\n"
    writer.stdin.write("\n")
    writer.stdin.flush()


def eight_write(workspace: Workspace) -> None:
    before = log.head(workspace).seq
    writers = [start(workspace, 1000 * k, APPENDS) for k in range(PROCESSES)]
    for writer in writers:
        go(writer)
    said = [int(line) for writer in writers for line in writer.communicate()[0].split()]
    assert all(writer.returncode == 0 for writer in writers)
    assert sorted(said) == list(range(before + 1, before + PROCESSES * APPENDS + 1))
    subjects = log.events(workspace, Realm.REHEARSAL, after=before)["subject"]
    assert subjects.n_unique() == PROCESSES * APPENDS
    assert verify(workspace).problems == []


def test_eight_processes_append_500_events_each_on_sqlite(rehearsal: Workspace):
    eight_write(rehearsal)


def test_eight_processes_append_500_events_each_on_postgresql(postgresql_workspace: Workspace):
    eight_write(postgresql_workspace)


def kill_and_look(workspace: Workspace, rounds: int) -> None:
    """Kill a writer at a random moment, ``rounds`` times; what it said was stored must be there, and nothing torn."""
    dice = random.Random(58)  # noqa: S311 - moments to kill at
    for turn in range(rounds):
        writer = start(workspace, 100_000 * (turn + 1), 100_000)
        go(writer)
        time.sleep(dice.uniform(0.05, 0.4))
        writer.send_signal(signal.SIGKILL)
        said = [int(line) for line in writer.communicate()[0].split("\n")[:-1] if line]
        opened = open_workspace(workspace.dir)
        assert said
        assert log.head(opened).seq in {max(said), max(said) + 1}
        assert verify(opened).problems == []


def test_a_writer_killed_in_the_middle_of_an_append_loses_nothing_on_sqlite(rehearsal: Workspace):
    kill_and_look(rehearsal, 5)


def test_a_writer_killed_in_the_middle_of_an_append_loses_nothing_on_postgresql(postgresql_workspace: Workspace):
    kill_and_look(postgresql_workspace, 2)
