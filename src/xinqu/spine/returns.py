"""Takes returns in and decides about them: one door for a single workbook and for a nation's five years."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns.canonical import to_parquet
from xinqu.returns.document import cell_map_json
from xinqu.shapes import statistical_return
from xinqu.spine import log, permissions, return_problems, salted
from xinqu.spine.closing import ClosedPeriods, closed_periods
from xinqu.spine.compact import remember
from xinqu.spine.examine import findings_of_steps
from xinqu.spine.return_rights import Rights
from xinqu.spine.steps import HandIn, Key, Step, event_of, kind_of
from xinqu.spine.submissions import submissions_of
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import StoredEvent
from xinqu.validation.findings import blocking
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.truth import Verdict

_MANY = 100  # documents of one call
_COUNT_LEVELS = ("error", "warning")
_RIGHTS = frozenset({"XQ-RETURN-106", "XQ-RETURN-107"})  # problems of who acts, not of what


def record(
    workspace: Workspace,
    pack: Pack,
    realm: Realm,
    steps: Sequence[Step],
    *,
    clock: Callable[[], dt.datetime] = now,
) -> list[StoredEvent]:
    """Store documents and append the events of all steps, in their order: all of them or none.

    Raises:
        Refused: XQ-RETURN-101 for a document with a false error-level check (a backfill too), XQ-RETURN-102 for a
            step that the state of its submission does not allow, XQ-RETURN-103 for a missing co-check, XQ-RETURN-023
            for a regular return to a closed period, XQ-RETURN-106 and -107 (exit code 3) for an actor without the
            right, and what the log refuses. Nothing is stored then.
    """
    before = log.head(workspace).seq
    rights = Rights(pack, permissions.roles_of(workspace), realm)
    touched = {step.key for step in steps}
    findings = findings_of_steps(workspace, pack, realm, steps)
    problems = _refused_by_checks(pack, steps, findings)
    submissions = submissions_of(workspace, realm, touched)
    problems += _refused_moves(pack, rights, submissions, closed_periods(workspace, realm), steps)
    if problems:
        denied = all(problem.code in _RIGHTS for problem in problems)
        raise Refused(problems, Exit.NOT_PERMITTED if denied else Exit.REFUSED)
    bodies = [_bodies(step) for step in steps]
    stored = _stored(steps, bodies, findings)
    events = [event_of(step, realm, kept) for step, kept in zip(steps, stored, strict=True)]
    log.refuse_early(workspace, pack, events)
    workspace.objects.put_many([body for of_step in bodies for body in of_step.values()])

    def still_allowed() -> list[Problem]:
        """Judge the moves again if someone wrote between the first look and the lock."""
        if log.head(workspace).seq == before:
            return []
        closed = closed_periods(workspace, realm)
        return _refused_moves(pack, rights, submissions_of(workspace, realm, touched), closed, steps)

    written = log.append(workspace, pack, events, clock=clock, also=still_allowed)
    _remember(workspace, realm, steps, stored)
    return written


def _remember(
    workspace: Workspace, realm: Realm, steps: Sequence[Step], stored: Sequence[Mapping[str, object]]
) -> None:
    """Put the rows of many documents into the cache at once; of a few they are read when they are asked for."""
    kept = [
        (step.document, str(of_step["rows_hash"]))
        for step, of_step in zip(steps, stored, strict=True)
        if isinstance(step, HandIn)
    ]
    if len(kept) >= _MANY:
        remember(workspace, realm, [document for document, _ in kept], [name for _, name in kept])


def _refused_by_checks(pack: Pack, steps: Sequence[Step], findings: pl.DataFrame) -> list[Problem]:
    """Return a problem per false error-level check, in the order of the steps."""
    false = blocking(findings)
    if false.is_empty():
        return []
    by_version = false.partition_by("submission", "version", as_dict=True)
    return [
        return_problems.error_found(pack, step.document, row)
        for step in steps
        if isinstance(step, HandIn)
        and (found := by_version.get((step.document.content_sha256, step.version))) is not None
        for row in found.iter_rows(named=True)
    ]


def _refused_moves(
    pack: Pack, rights: Rights, submissions: pl.DataFrame, closed: ClosedPeriods, steps: Sequence[Step]
) -> list[Problem]:
    """Return a problem per step that the actor's rights, its submission's state or a missing co-check does not allow."""
    states, co_checked = _standing(submissions, steps)
    problems = []
    for step in steps:
        kind, place = kind_of(step), (step.key, step.version)
        before = states.get(place, "")
        problem = rights.fault(step, kind, before) or _refused_move(step, kind, before, closed)
        if not problem and pack.forms[step.key.form].awaits_co_check == kind and place not in co_checked:
            problem = return_problems.no_co_check(pack, step.key, step.version)
        if problem:
            problems.append(problem)
            continue
        if kind == "return.co_checked":
            co_checked.add(place)
        states[place] = statistical_return.MOVES[kind][1] or before
    return problems


def _refused_move(step: Step, kind: str, before: str, closed: ClosedPeriods) -> Problem | None:
    fault = statistical_return.move_fault(kind, before)
    if fault:
        return return_problems.wrong_move(step.key, step.version, fault)
    if isinstance(step, HandIn) and step.document.header.kind == "regular" and closed.holds(step.key):
        return return_problems.closed_now(step.document)
    return None


def _standing(
    submissions: pl.DataFrame, steps: Sequence[Step]
) -> tuple[dict[tuple[Key, int], str], set[tuple[Key, int]]]:
    """Return the state of each submission of the keys that ``steps`` touch, and which of them are co-checked."""
    touched = {step.key for step in steps}
    near = submissions.filter(
        pl.col("form").is_in([key.form for key in touched]) & pl.col("period").is_in([key.period for key in touched])
    ).select("form", "area", "period", "sub_unit", "version", "state", pl.col("co_checked_event").is_not_null())
    states: dict[tuple[Key, int], str] = {}
    co_checked: set[tuple[Key, int]] = set()
    for form, area, period, sub_unit, version, state, is_co_checked in near.iter_rows():
        key = Key(form, area, period, sub_unit)
        if key in touched:
            states[key, version] = state
            if is_co_checked:
                co_checked.add((key, version))
    return states, co_checked


def _stored(
    steps: Sequence[Step], bodies: Sequence[Mapping[str, bytes]], findings: pl.DataFrame
) -> list[dict[str, object]]:
    """Return, per step, the names its objects get and what its event says of a document."""
    counts = _counts(findings)
    return [
        {name: sha256_hex(body) for name, body in of_step.items()}
        | (_said(step, counts) if isinstance(step, HandIn) else {})
        for step, of_step in zip(steps, bodies, strict=True)
    ]


def _bodies(step: Step) -> dict[str, bytes]:
    """Return what is stored for a step: upload, rows and cell map of a document, the salted reason of a decision."""
    if isinstance(step, HandIn):
        document = step.document
        return {
            "file_hash": document.upload, "rows_hash": to_parquet(document), "cells_hash": cell_map_json(document),
        }  # fmt: skip
    return {"reason": salted.salt(step.reason.encode())} if step.reason else {}


def _said(step: HandIn, counts: dict[tuple[str, int, str], int]) -> dict[str, object]:
    document = step.document
    return {
        "kind": document.header.kind,
        "scope": document.header.scope,
        "file_name": document.filename,
        "content_hash": document.content_sha256,
        **{f"{level}s": counts.get((document.content_sha256, step.version, level), 0) for level in _COUNT_LEVELS},
    }


def _counts(findings: pl.DataFrame) -> dict[tuple[str, int, str], int]:
    """Return how many checks of a level are false: (submission, version, level) -> number."""
    false = findings.filter(pl.col("verdict") == Verdict.FALSE).group_by("submission", "version", "level").len()
    return {(submission, version, level): count for submission, version, level, count in false.iter_rows()}


def next_version(workspace: Workspace, realm: Realm, key: Key) -> int:
    """Return the version number that the next submission of ``key`` gets."""
    mine = submissions_of(workspace, realm, [key])
    return 1 + int(mine["version"].max() or 0)  # type: ignore[arg-type]  # whole numbers
