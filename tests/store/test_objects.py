"""Objects: the name is the hash, thousands are written with few syncs, a crash leaves nothing torn."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.store.objects import ObjectStore
from xinqu.vocabulary.problem import Refused


@given(bodies=st.lists(st.binary(max_size=64), max_size=40))
def test_what_is_put_is_got_under_its_hash(tmp_path_factory, bodies: list[bytes]):
    store = ObjectStore(tmp_path_factory.mktemp("objects"))
    names = store.put_many(bodies)
    assert names == [hashlib.sha256(body).hexdigest() for body in bodies]
    assert [store.get(name) for name in names] == bodies
    assert set(store.all()) == set(names)
    assert not list((store.root / "tmp").glob("*"))


def test_an_object_put_again_is_not_written_again(tmp_path: Path):
    store = ObjectStore(tmp_path)
    name = store.put(b"once")
    before = store.path(name).stat().st_mtime_ns
    assert store.put_many([b"once", b"once"]) == [name, name]
    assert store.path(name).stat().st_mtime_ns == before


def test_a_missing_and_an_altered_object_are_told_apart(tmp_path: Path):
    store = ObjectStore(tmp_path)
    with pytest.raises(Refused, match="XQ-STORE-006"):
        store.get("0" * 64)
    name = store.put(b"whole")
    store.path(name).write_bytes(b"whoLe")
    with pytest.raises(Refused, match="XQ-STORE-007"):
        store.get(name)


def test_what_dead_writers_left_is_cleaned_and_living_writers_are_let_alone(tmp_path: Path):
    store = ObjectStore(tmp_path)
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead, living = tmp_path / "tmp" / f"{gone.pid}-00", tmp_path / "tmp" / f"{os.getpid()}-00"
    for folder in (dead, living):
        folder.mkdir(parents=True)
        (folder / "torn").write_bytes(b"x")
    assert store.clean() == 1
    assert not dead.exists()
    assert living.exists()


WRITER = """
import os, sys
from pathlib import Path
from xinqu.store.objects import ObjectStore
store = ObjectStore(Path(sys.argv[1]))
print("ready", flush=True)
for batch in range(1000):
    store.put_many([os.urandom(2000) for _ in range(200)])
"""


@pytest.mark.parametrize("delay_s", [0.05, 0.2, 0.4])
def test_a_writer_killed_at_any_moment_leaves_no_torn_object(tmp_path: Path, delay_s: float):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    writer.stdout.readline()
    time.sleep(delay_s)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    store = ObjectStore(tmp_path)
    store.clean()
    assert not list((tmp_path / "tmp").glob("*"))
    for name in store.all():
        store.get(name)


FULL = """
import resource, signal, sys
from pathlib import Path
from xinqu.store.objects import ObjectStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
store = ObjectStore(Path(sys.argv[1]))
try:
    store.put_many([b"a" * 500, b"b" * 5000])
except OSError:
    print("refused")
"""


def test_a_disk_that_takes_no_more_leaves_neither_object_nor_leftover(tmp_path: Path):
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
    assert list(ObjectStore(tmp_path).all()) == []
    assert not list((tmp_path / "tmp").glob("*"))
