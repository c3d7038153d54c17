"""Where the submissions stand that some steps touch, and which step their standing does not allow."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from xinqu.policy.organisation_changes import stands
from xinqu.policy.pack import Pack
from xinqu.returns.document import ReturnDocument
from xinqu.shapes import statistical_return
from xinqu.spine import flow_problems, organisation_problems, return_problems
from xinqu.spine.closing import ClosedPeriods
from xinqu.spine.return_rights import unit_of
from xinqu.spine.steps import HandIn, Key, Step, kind_of
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Problem

REVISION_REASONS = "CL_REVISION_REASON"
_IN_FORCE = frozenset({"accepted", "released"})
_GIVEN_UP = frozenset({"returned", "recalled"})
_APPROVALS = frozenset({"return.co_checked", "return.area_approved", "return.province_approved", "return.accepted"})


class Standing:
    """The submissions of the keys that ``steps`` touch; each step that is allowed moves it on."""

    def __init__(self, pack: Pack, submissions: pl.DataFrame, closed: ClosedPeriods, steps: Sequence[Step]) -> None:
        self._pack = pack
        self._closed = closed
        self._states: dict[Key, dict[int, str]] = {}
        self._rows: dict[Key, dict[int, dict[str, Any]]] = {}
        self._co_checked: set[tuple[Key, int]] = set()
        self._edited: set[tuple[Key, int]] = set()
        touched = {step.key for step in steps}
        forms, periods = {key.form for key in touched}, {key.period for key in touched}
        near = submissions.filter(pl.col("form").is_in(list(forms)) & pl.col("period").is_in(list(periods)))
        for row in near.iter_rows(named=True):
            key = Key(row["form"], row["area"], row["period"], row["sub_unit"])
            if key in touched:
                self._add(key, row)

    def _add(self, key: Key, row: dict[str, Any]) -> None:
        version = row["version"]
        self._states.setdefault(key, {})[version] = row["state"]
        self._rows.setdefault(key, {})[version] = row
        if row["co_checked_event"] is not None:
            self._co_checked.add((key, version))
        if row["edited_event"] is not None:
            self._edited.add((key, version))

    def state(self, step: Step) -> str:
        """Return the state of the step's submission, "" when there is none yet."""
        return self._states.get(step.key, {}).get(step.version, "")

    def fault(self, step: Step) -> Problem | None:
        """Return why the step can't be taken now, whoever takes it; None when it can."""
        return self._of_document(step) if isinstance(step, HandIn) else self._of_decision(step)

    def take(self, step: Step) -> None:
        """Move on by an allowed step."""
        kind, place = kind_of(step), (step.key, step.version)
        self._states.setdefault(step.key, {})[step.version] = statistical_return.MOVES[kind][1] or self.state(step)
        if kind == "return.co_checked":
            self._co_checked.add(place)
        if kind == "return.edited":
            self._edited.add(place)

    def _of_document(self, step: HandIn) -> Problem | None:
        before = self._rows.get(step.key, {})
        if step.version in before:
            return flow_problems.overtaken(step.document, step.version, before[step.version])
        problem = self._wrong_move(step)
        if problem:
            return problem
        if step.document.header.kind == "regular" and self._closed.holds(step.key):
            return return_problems.closed_now(step.document)
        unit = self._pack.organisations.get(unit_of(self._pack, step.key))
        end = Period.parse(step.key.period).end
        if unit is not None and not stands(unit, end):
            return organisation_problems.not_there(step.document, unit, end)
        newest = before[max(before)] if before else None
        if newest and newest["state"] not in _GIVEN_UP and _is_same(step.document, newest):
            return flow_problems.same_again(step.document, newest)
        return self._no_reason(step)

    def _no_reason(self, step: HandIn) -> Problem | None:
        """Return the problem of a correction of a return in force that does not say why."""
        reasons = self._pack.codelists.get(REVISION_REASONS, {})
        if step.revision and step.revision not in reasons:
            return flow_problems.unknown_reason(step.document, step.revision, reasons)
        rows = self._rows.get(step.key, {}).values()
        corrects = any(row["accepted_event"] is not None for row in rows)  # released and recalled ones too
        corrects = corrects or not _IN_FORCE.isdisjoint(self._states.get(step.key, {}).values())
        return flow_problems.no_reason(step.document, reasons) if corrects and reasons and not step.revision else None

    def _of_decision(self, step: Step) -> Problem | None:
        kind, place = kind_of(step), (step.key, step.version)
        problem = self._wrong_move(step)
        if problem:
            return problem
        if self._pack.forms[step.key.form].awaits_co_check == kind and place not in self._co_checked:
            return return_problems.no_co_check(self._pack, step.key, step.version)
        row = self._rows.get(step.key, {}).get(step.version)
        asked = zip(row["open_queries"], row["asking"], strict=True) if row else ()
        own = [seq for seq, role in asked if role == step.actor.role]
        if kind in _APPROVALS and own:
            return flow_problems.unanswered(step.key, step.version, step.actor.role, own)
        if kind == "return.accepted" and self._corrects_released(step) and place not in self._edited:
            return flow_problems.not_ordered(step.key, step.version)
        return None

    def _corrects_released(self, step: Step) -> bool:
        """Say whether the step's submission would replace released statistics, where the pack knows such an order."""
        if "return.edited" not in self._pack.event_types:
            return False
        return "released" in self._states.get(step.key, {}).values()

    def _wrong_move(self, step: Step) -> Problem | None:
        fault = statistical_return.move_fault(kind_of(step), self.state(step))
        return return_problems.wrong_move(step.key, step.version, fault) if fault else None


def _is_same(document: ReturnDocument, row: dict[str, Any]) -> bool:
    """Say whether a document says what a submission said: its kind and scope are no part of the identity of rows."""
    header = document.header
    return (document.content_sha256, header.kind, header.scope) == (row["content_hash"], row["kind"], row["scope"])
