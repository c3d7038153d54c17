"""Which inspectors go: the least loaded of those who may, then by hash; nobody near the enterprise, no pair twice."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
import polars as pl

REASONS = ("no_qualification", "recusal_or_district", "at_capacity", "pair_repeated")


class Inspector(msgspec.Struct, frozen=True):
    """A code, never a name. ``districts`` are those he may work in; ``recused`` the enterprises he must not inspect."""

    code: str
    qualifications: frozenset[str]
    districts: frozenset[str]
    recused: frozenset[str] = frozenset()


class Task(msgspec.Struct, frozen=True):
    """An enterprise to be inspected: what it takes, and where."""

    enterprise: str
    qualification: str
    district: str


class Assignment(msgspec.Struct, frozen=True):
    """pairs: ``enterprise, inspector, order``. short: ``enterprise, missing, reason`` for tasks that could not be filled."""

    pairs: pl.DataFrame
    short: pl.DataFrame


def assign(
    tasks: Sequence[Task], inspectors: Sequence[Inspector], *, seed: str, each: int, capacity: int,
    earlier: Mapping[str, Iterable[tuple[str, ...]]] | None = None,
) -> Assignment:  # fmt: skip
    """Return ``each`` inspectors per task.

    Args:
        tasks: taken in the order of SHA-256(seed | enterprise), not in the order given.
        capacity: most tasks of one inspector.
        earlier: enterprise -> groups that inspected it before; the same group is not sent again.

    Among those who may go the least loaded are taken, equals by SHA-256(seed | enterprise | inspector).
    """
    codes = sorted(inspector.code for inspector in inspectors)
    known = {inspector.code: inspector for inspector in inspectors}
    people = [known[code] for code in codes]
    load = np.zeros(len(people), dtype=np.int64)
    groups = _groups(people)
    recused = {code: number for number, code in enumerate(codes)}
    by_enterprise: dict[str, list[int]] = {}
    for person in people:
        for enterprise in person.recused:
            by_enterprise.setdefault(enterprise, []).append(recused[person.code])
    pairs, short = [], []
    for task in sorted(tasks, key=lambda one: _digest(seed, one.enterprise)):
        able = groups.get((task.qualification, task.district), np.empty(0, dtype=np.int64))
        may = able[~np.isin(able, by_enterprise.get(task.enterprise, []))] if task.enterprise in by_enterprise else able
        free = may[load[may] < capacity]
        chosen = _choose(free, load, seed, task.enterprise, codes, each, (earlier or {}).get(task.enterprise, ()))
        load[chosen] += 1
        pairs += [(task.enterprise, codes[number], order) for order, number in enumerate(chosen, start=1)]
        if len(chosen) < each:
            short.append((task.enterprise, each - len(chosen), _reason(people, task, may, free, each)))
    return Assignment(
        pl.DataFrame(pairs, schema={"enterprise": pl.String, "inspector": pl.String, "order": pl.Int64}, orient="row"),
        pl.DataFrame(short, schema={"enterprise": pl.String, "missing": pl.Int64, "reason": pl.String}, orient="row"),
    )


def _groups(people: Sequence[Inspector]) -> dict[tuple[str, str], np.ndarray]:
    """Return who may do each qualification in each district."""
    found: dict[tuple[str, str], list[int]] = {}
    for number, person in enumerate(people):
        for qualification in person.qualifications:
            for district in person.districts:
                found.setdefault((qualification, district), []).append(number)
    return {key: np.array(numbers, dtype=np.int64) for key, numbers in found.items()}


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("|".join(parts).encode()).digest()


def _choose(
    free: np.ndarray, load: np.ndarray, seed: str, enterprise: str, codes: Sequence[str], each: int,
    earlier: Iterable[tuple[str, ...]],
) -> list[int]:  # fmt: skip
    if len(free) == 0:
        return []
    edge = np.partition(load[free], min(each, len(free)) - 1)[min(each, len(free)) - 1]
    near = free[load[free] <= edge]  # nobody more loaded can be among the first
    start = hashlib.sha256(f"{seed}|{enterprise}|".encode())

    def rank(number: int) -> tuple[int, bytes]:
        one = start.copy()
        one.update(codes[number].encode())
        return int(load[number]), one.digest()

    order = sorted(near.tolist(), key=rank)
    chosen = order[:each]
    before = {frozenset(group) for group in earlier}
    if frozenset(codes[number] for number in chosen) not in before:
        return chosen
    everyone = sorted(free.tolist(), key=rank)
    for other in everyone[each:]:
        swapped = [*chosen[:-1], other]
        if frozenset(codes[number] for number in swapped) not in before:
            return swapped
    return chosen[:-1]


def _reason(people: Sequence[Inspector], task: Task, may: np.ndarray, free: np.ndarray, each: int) -> str:
    if not any(task.qualification in person.qualifications for person in people):
        return REASONS[0]
    if len(may) < each:
        return REASONS[1]
    return REASONS[2] if len(free) < each else REASONS[3]
