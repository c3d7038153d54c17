"""Takes returns in and decides about them: one door for a single workbook and for a nation's five years."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns.canonical import to_parquet
from xinqu.returns.document import ReturnDocument, cell_map_json
from xinqu.spine import log, permissions, return_problems, salted
from xinqu.spine.closing import closed_periods
from xinqu.spine.compact import remember
from xinqu.spine.examine import findings_of_steps
from xinqu.spine.explanations import EXPLAINED, Explanations, explanations_of
from xinqu.spine.return_rights import Rights
from xinqu.spine.standing import Standing
from xinqu.spine.steps import Decide, HandIn, Key, Step, event_of, kind_of
from xinqu.spine.submissions import submissions_of
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import StoredEvent
from xinqu.validation.findings import blocking
from xinqu.validation.warned import check_of, marks_of
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.truth import Verdict

_MANY = 100  # documents of one call
_SHOWN = 20  # findings of one check in one document that are told one by one
_COUNT_LEVELS = ("error", "warning")
_RIGHTS = frozenset({"XQ-RETURN-106", "XQ-RETURN-107"})  # problems of who acts, not of what
Marks = Mapping[tuple[str, int], list[str]]  # (content hash, version) -> warnings (validation.warned)
Explain = Callable[[HandIn, str], str]  # a hand-in and a check that warns -> the filer's words, "" for none


def record(
    workspace: Workspace,
    pack: Pack,
    realm: Realm,
    steps: Sequence[Step],
    *,
    explain: Explain | None = None,
    clock: Callable[[], dt.datetime] = now,
) -> list[StoredEvent]:
    """Store documents and append the events of all steps, in their order: all of them or none.

    ``explain``: what filers say of the warnings that their documents turn out to have; each is a step of its own.

    Raises:
        Refused: XQ-RETURN-101 for a document with a false error-level check (a backfill too), XQ-RETURN-102 for a
            step that the state of its submission does not allow, XQ-RETURN-103 for a missing co-check, XQ-RETURN-023
            for a regular return to a closed period, XQ-FLOW-001 to -006 (``spine.standing``), XQ-RETURN-106 and -107
            (exit code 3) for an actor without the right, XQ-EXPLANATION-001 to -003 (``spine.explanations``), and what
            the log refuses. Nothing is stored then.
    """
    before = log.head(workspace).seq
    rights = Rights(pack, permissions.roles_of(workspace, on=beijing_day(clock())), realm)
    touched = {step.key for step in steps}
    findings = findings_of_steps(workspace, pack, realm, steps)
    problems = _refused_by_checks(pack, steps, findings)
    marks = marks_of(findings)
    steps = list(_with_words(steps, marks, explain)) if explain else steps

    def refused_moves() -> list[Problem]:
        """Judge the moves of the steps against everything that stands now."""
        standing = Standing(pack, submissions_of(workspace, realm, touched), closed_periods(workspace, realm), steps)
        return _refused_moves(pack, rights, standing, explanations_of(workspace, pack, realm, touched), steps, marks)

    problems += refused_moves()
    if problems:
        denied = all(problem.code in _RIGHTS for problem in problems)
        raise Refused(problems, Exit.NOT_PERMITTED if denied else Exit.REFUSED)
    bodies = [_bodies(step) for step in steps]
    stored = _stored(steps, bodies, findings, marks)
    events = [event_of(step, realm, kept) for step, kept in zip(steps, stored, strict=True)]
    log.refuse_early(workspace, pack, events, clock=clock)
    workspace.objects.put_many([body for of_step in bodies for body in of_step.values()])

    def still_allowed() -> list[Problem]:
        """Judge the moves again if someone wrote between the first look and the lock."""
        return [] if log.head(workspace).seq == before else refused_moves()

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
        problem
        for step in steps
        if isinstance(step, HandIn)
        and (found := by_version.get((step.document.content_sha256, step.version))) is not None
        for problem in _told(pack, step.document, found)
    ]


def _told(pack: Pack, document: ReturnDocument, found: pl.DataFrame) -> Iterator[Problem]:
    """Yield a problem per finding of a document; of a check that many records fail the first ones and their number."""
    for (check,), rows in found.partition_by("check", as_dict=True, maintain_order=True).items():
        for row in rows.head(_SHOWN).iter_rows(named=True):
            yield return_problems.error_found(pack, document, row)
        if rows.height > _SHOWN:
            yield return_problems.more_found(document, str(check), rows.height - _SHOWN)


def _with_words(steps: Sequence[Step], marks: Marks, explain: Explain) -> Iterator[Step]:
    """Yield the steps, and after each hand-in what its filer says of the warnings of the document."""
    for step in steps:
        yield step
        if not isinstance(step, HandIn):
            continue
        for mark in marks.get((step.document.content_sha256, step.version), ()):
            words = explain(step, check_of(mark))
            if words:
                yield Decide(
                    type=EXPLAINED, key=step.key, version=step.version, actor=step.actor,
                    data={"rule": check_of(mark)}, reason=words, recorded_at=step.recorded_at,
                    effective_on=step.effective_on,
                )  # fmt: skip


def _refused_moves(
    pack: Pack, rights: Rights, standing: Standing, explanations: Explanations, steps: Sequence[Step], marks: Marks
) -> list[Problem]:
    """Return a problem per step that the actor's rights, its submission's standing or a warning do not allow."""
    problems = []
    for step in steps:
        problem = (
            rights.fault(step, kind_of(step), standing.state(step))
            or standing.fault(step)
            or explanations.fault(pack, step)
        )
        if problem:
            problems.append(problem)
            continue
        standing.take(step)
        explanations.take(step, _marks_of(step, marks))
    return problems


def _marks_of(step: Step, marks: Marks) -> list[str]:
    return marks.get((step.document.content_sha256, step.version), []) if isinstance(step, HandIn) else []


def _stored(
    steps: Sequence[Step], bodies: Sequence[Mapping[str, bytes]], findings: pl.DataFrame, marks: Marks
) -> list[dict[str, object]]:
    """Return, per step, the names its objects get and what its event says of a document."""
    counts = _counts(findings)
    return [
        {name: sha256_hex(body) for name, body in of_step.items()}
        | (_said(step, counts) | {"warned": _marks_of(step, marks)} if isinstance(step, HandIn) else {})
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
