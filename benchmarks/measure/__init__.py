"""How benchmarks measure and print: jobs in alternation, ratios with min, median and max, aims beside what was measured."""

import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version


@dataclass
class Taken:
    """Seconds of a job by round: wall, and of processors with those of child processes. Load stretches only the wall."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def processor_s() -> float:
    """Return the processor seconds of this process and of its finished children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Watch:
    """Starts when made; ``add`` adds the seconds since then to a ``Taken``."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), processor_s()

    def add(self, taken: Taken) -> None:
        """Add one round."""
        taken.wall.append(time.perf_counter() - self._wall)
        taken.processor.append(processor_s() - self._processor)


def alternate(rounds: int, jobs: Mapping[str, Callable[[], object]]) -> dict[str, Taken]:
    """Run the jobs in turn, ``rounds`` times after one round that only warms up."""
    taken = {name: Taken() for name in jobs}
    for number in range(rounds + 1):
        for name, job in jobs.items():
            watch = Watch()
            job()
            if number:
                watch.add(taken[name])
    return taken


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """Return min / median / max of ``values``."""
    three = (min(values), statistics.median(values), max(values))
    return " / ".join(f"{value:,.{digits}f}" for value in three) + (f" {unit}" if unit else "")


def times(taken: Taken, unit: str = "ms") -> str:
    """Return wall and processor time of a job, in ``ms`` or ``s``."""
    scale, digits = (1000, 1) if unit == "ms" else (1, 2)
    wall, processor = ([scale * s for s in seconds] for seconds in (taken.wall, taken.processor))
    return f"{spread(wall, unit, digits)}, processor {spread(processor, unit, digits)}"


def compare(what: str, taken: Mapping[str, Taken], *, ours: str = "ours", aim: str = "") -> None:
    """Print the times of every job, and ours / peer round by round: both ran under the same load, so it mostly cancels."""
    own = taken[ours]
    row(what, f"{ours} {times(own)}", aim)
    for peer, other in taken.items():
        if peer != ours:
            wall = [mine / its for mine, its in zip(own.wall, other.wall, strict=True)]
            processor = statistics.median(own.processor) / max(statistics.median(other.processor), 1e-6)
            row("", f"{peer} {times(other)}")
            row("", f"{ours} / {peer}: wall {spread(wall)}, processor {processor:.2f}")


def row(what: str, said: str, aim: str = "") -> None:
    """Print one line of the table: what, what was measured, and what is aimed at."""
    print(f"  {what:<38}{said}" + (f"   [aim {aim}]" if aim else ""), flush=True)


def absent(peer: str, recorded: str) -> None:
    """Say that a peer is not installed and what the design recorded for it."""
    row("", f"{peer}: not importable here; the design recorded {recorded}")


def heading(title: str, *packages: str) -> None:
    """Print the title with the machine, its load and the versions that decide the numbers."""
    said = ", ".join(f"{name} {_version(name)}" for name in packages)
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    print(f"{title}  (min / median / max; wall unless it says processor)")
    print(f"  {machine}{', ' + said if said else ''}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
