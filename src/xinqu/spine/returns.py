"""Takes returns in and decides about them: one door for a single workbook and for a nation's five years."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns.canonical import documents_to_long, to_parquet
from xinqu.returns.document import ReturnDocument, cell_map_json
from xinqu.shapes import statistical_return
from xinqu.spine import log, permissions, return_problems
from xinqu.spine.compact import facts_of, with_documents
from xinqu.spine.return_rights import Rights
from xinqu.spine.steps import Decide, HandIn, Key, Step, event_of
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import StoredEvent
from xinqu.validation.findings import Findings, blocking, joined
from xinqu.validation.run import validate
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.truth import Verdict

_COUNT_LEVELS = ("error", "warning")


class Examined(msgspec.Struct, frozen=True):
    """Documents with what the checks say of them; nothing is stored yet."""

    documents: Sequence[ReturnDocument]
    findings: Findings
    facts: Mapping[str, pl.DataFrame]


def examine(
    workspace: Workspace, pack: Pack, realm: Realm, documents: Sequence[ReturnDocument], *, vintage: int | None = None
) -> Examined:
    """Check documents against each other and against what was accepted at ``vintage``, in one pass per form."""
    accepted = facts_of(workspace, pack, realm, submissions_at(workspace, realm, vintage))
    facts = with_documents(pack, accepted, documents_to_long(documents).with_columns(event=pl.lit(0, pl.Int64)))
    kinds = {d.content_sha256: d.header.kind for d in documents}
    parts = [
        validate(pack, facts, form, keys=_keys(documents, form), kind=kinds)
        for form in sorted({d.header.form for d in documents})
    ]
    return Examined(documents, joined(parts), facts)


def _keys(documents: Sequence[ReturnDocument], form: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(d.header.area, d.header.sub_unit, d.header.period) for d in documents if d.header.form == form],
        schema=dict.fromkeys(("area", "sub_unit", "period"), pl.String),
        orient="row",
    )


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
            step that the state of its submission does not allow, XQ-RETURN-103 for a missing co-check, and what the
            log refuses. Nothing is stored then.
    """
    before = log.head(workspace).seq
    rights = Rights(pack, permissions.roles_of(workspace), realm)
    hand_ins = [step for step in steps if isinstance(step, HandIn)]
    findings = _examined_by_version(workspace, pack, realm, hand_ins)
    problems = _refused_by_checks(pack, hand_ins, findings)
    problems += _wrong_moves(pack, rights, submissions_at(workspace, realm), steps)
    if problems:
        denied = all(problem.code.startswith("XQ-PERMISSION") for problem in problems)
        raise Refused(problems, Exit.NOT_PERMITTED if denied else Exit.REFUSED)
    stored = iter(_store(workspace, hand_ins, findings))
    events = [event_of(step, realm, next(stored) if isinstance(step, HandIn) else {}) for step in steps]

    def still_allowed() -> list[Problem]:
        """Judge the moves again if someone wrote between the first look and the lock."""
        if log.head(workspace).seq == before:
            return []
        return _wrong_moves(pack, rights, submissions_at(workspace, realm), steps)

    return log.append(workspace, pack, events, clock=clock, also=still_allowed)


def _examined_by_version(
    workspace: Workspace, pack: Pack, realm: Realm, hand_ins: Sequence[HandIn]
) -> list[pl.DataFrame]:
    """Return the findings of each hand-in, in order; later versions of one key are examined after earlier ones."""
    numbered = sorted(enumerate(hand_ins), key=lambda pair: pair[1].version)
    found: dict[int, pl.DataFrame] = {}
    for _, group in groupby(numbered, key=lambda pair: pair[1].version):
        batch = list(group)
        examined = examine(workspace, pack, realm, [hand_in.document for _, hand_in in batch])
        by_submission = {
            str(key[0]): part
            for key, part in examined.findings.findings.partition_by("submission", as_dict=True).items()
        }
        empty = examined.findings.findings.clear()
        for index, hand_in in batch:
            found[index] = by_submission.get(hand_in.document.content_sha256, empty)
    return [found[index] for index in range(len(hand_ins))]


def _refused_by_checks(pack: Pack, hand_ins: Sequence[HandIn], findings: Sequence[pl.DataFrame]) -> list[Problem]:
    return [
        return_problems.error_found(pack, hand_in.document, row)
        for hand_in, found in zip(hand_ins, findings, strict=True)
        for row in blocking(found).iter_rows(named=True)
    ]


def _wrong_moves(pack: Pack, rights: Rights, submissions: pl.DataFrame, steps: Sequence[Step]) -> list[Problem]:
    """Return a problem per step that the actor's rights, its submission's state or a missing co-check does not allow."""
    states: dict[tuple[Key, int], str] = {}
    co_checked: set[tuple[Key, int]] = set()
    touched = {step.key for step in steps}
    for row in submissions.iter_rows(named=True):
        key = Key(row["form"], row["area"], row["period"], row["sub_unit"])
        if key in touched:
            states[key, row["version"]] = row["state"]
            if row["co_checked_event"] is not None:
                co_checked.add((key, row["version"]))
    problems = []
    for step in steps:
        kind = "return.submitted" if isinstance(step, HandIn) else step.type
        place = (step.key, step.version)
        before = states.get(place, "")
        forbidden = rights.fault(step, kind, before)
        if forbidden:
            problems.append(forbidden)
            continue
        fault = statistical_return.move_fault(kind, before)
        if fault:
            problems.append(return_problems.wrong_move(step.key, step.version, fault))
            continue
        if kind == "return.co_checked":
            co_checked.add(place)
        if pack.forms[step.key.form].awaits_co_check == kind and place not in co_checked:
            problems.append(return_problems.no_co_check(pack, step.key, step.version))
            continue
        states[place] = statistical_return.MOVES[kind][1] or before
    return problems


def _store(
    workspace: Workspace, hand_ins: Sequence[HandIn], findings: Sequence[pl.DataFrame]
) -> list[dict[str, object]]:
    """Store upload, rows and cell map of each document with one sync; return what its event says of them."""
    bodies = [
        body
        for step in hand_ins
        for body in (step.document.upload, to_parquet(step.document), cell_map_json(step.document))
    ]
    hashes = workspace.objects.put_many(bodies)
    out: list[dict[str, object]] = []
    for index, (step, found) in enumerate(zip(hand_ins, findings, strict=True)):
        document = step.document
        false = found.filter(pl.col("verdict") == Verdict.FALSE)["level"].to_list()
        out.append(
            {
                "kind": document.header.kind,
                "scope": document.header.scope,
                "file_name": document.filename,
                "file_hash": hashes[3 * index],
                "rows_hash": hashes[3 * index + 1],
                "cells_hash": hashes[3 * index + 2],
                "content_hash": document.content_sha256,
                **{f"{level}s": false.count(level) for level in _COUNT_LEVELS},
            }
        )
    return out


def next_version(workspace: Workspace, realm: Realm, key: Key) -> int:
    """Return the version number that the next submission of ``key`` gets."""
    mine = submissions_at(workspace, realm).filter(
        (pl.col("form") == key.form)
        & (pl.col("area") == key.area)
        & (pl.col("sub_unit") == key.sub_unit)
        & (pl.col("period") == key.period)
    )
    return 1 + int(mine["version"].max() or 0)  # type: ignore[arg-type]  # whole numbers


__all__ = ["Decide", "Examined", "Exit", "HandIn", "Key", "examine", "next_version", "record"]
