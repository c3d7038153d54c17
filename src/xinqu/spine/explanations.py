"""Warnings need words: which of a submission's warnings nobody has explained yet, and what the next level said of the words."""

from collections.abc import Collection, Iterable, Sequence

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.spine import explanation_problems as problems
from xinqu.spine import log, salted
from xinqu.spine.policy import adopted
from xinqu.spine.steps import Decide, HandIn, Key, Step, kind_of
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.validation.generated import generated_checks
from xinqu.validation.warned import check_of
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused

EXPLAINED, JUDGED = "return.finding_explained", "return.explanation_judged"
APPROVALS = ("return.area_approved", "return.province_approved", "return.accepted")
ACCEPTED, REFUSED = "accepted", "refused"
_TYPES = ("return.submitted", EXPLAINED, JUDGED, *APPROVALS)
_ON_THEIR_WAY = ["submitted", "area_approved", "province_approved"]
_PLACE = ("form", "area", "sub_unit", "period", "version")
_FEW = 500  # keys: beyond, the events of the whole realm are read at once
LISTED: dict[str, pl.DataType | type[pl.DataType]] = {
    "form": pl.String, "area": pl.String, "sub_unit": pl.String, "period": pl.String, "version": pl.Int64,
    "check": pl.String, "stands": pl.String, "reason": pl.String,
}  # fmt: skip


class _Said(msgspec.Struct):
    form: str
    area: str
    period: str
    sub_unit: str = ""
    version: int = 0
    warned: list[str] | None = None
    rule: str = ""
    result: str = ""
    reason: str = ""


class _Warning(msgspec.Struct):
    """One warning of a submission: ``stands`` is "" without words, then explained, accepted or refused."""

    mark: str
    stands: str = ""
    reason: str = ""


class Explanations:
    """The warnings of submissions and the words about them, folded from the log and moved on by steps.

    A submission recorded before warnings were noted has none to explain. ``must_explain`` False: nothing is asked for
    (published figures are quoted, and nobody may put words into their sources' mouths; packs without the event).
    """

    def __init__(self, events: pl.DataFrame, *, must_explain: bool = True) -> None:
        self.must_explain = must_explain
        self._warnings: dict[tuple[Key, int], dict[str, _Warning]] = {}
        self._accepted: dict[tuple[Key, str], str] = {}  # mark of an explanation that was accepted -> its words
        for kind, data in events.sort("effective_on", "seq").select("type", "data").iter_rows():
            said = msgspec.json.decode(data, type=_Said)
            key = Key(said.form, said.area, said.period, said.sub_unit)
            if kind == "return.submitted":
                self._hand_in(key, said.version, said.warned or [])
            else:
                self._move(kind, key, said.version, said.rule, said.result, said.reason)

    def fault(self, pack: Pack, step: Step) -> Problem | None:
        """Return why a step can't be taken for want of an explanation, or as one; None when it can."""
        kind, place = kind_of(step), (step.key, step.version)
        if isinstance(step, HandIn):
            return None
        rule = str(step.data.get("rule") or "")
        if kind == EXPLAINED and rule and rule not in pack.checks and rule not in generated_checks(pack):
            return problems.unknown_check(step.key, step.version, rule)
        if kind == JUDGED:
            return self._of_judging(step, rule)
        waiting = self.waiting(*place) if kind in APPROVALS else []
        return problems.not_explained(pack, step.key, step.version, waiting) if waiting else None

    def waiting(self, key: Key, version: int) -> list[tuple[str, str]]:
        """Return the warnings that stop an approval: (check, "" without words or "refused")."""
        if not self.must_explain:
            return []
        mine = self._warnings.get((key, version), {})
        return [(check, one.stands) for check, one in mine.items() if one.stands in ("", REFUSED)]

    def take(self, step: Step, marks: Sequence[str] = ()) -> None:
        """Move on by an allowed step; ``marks`` are those of a hand-in (validation.warned)."""
        if isinstance(step, HandIn):
            self._hand_in(step.key, step.version, marks)
        else:
            words = {name: str(step.data.get(name) or "") for name in ("rule", "result")}
            self._move(kind_of(step), step.key, step.version, **words, reason="")

    def table(self) -> pl.DataFrame:
        """Return one row per warning: form, area, sub_unit, period, version, check, stands, reason (name of the words)."""
        rows = [
            (key.form, key.area, key.sub_unit, key.period, version, check, one.stands, one.reason)
            for (key, version), mine in sorted(self._warnings.items())
            for check, one in sorted(mine.items())
        ]
        return pl.DataFrame(rows, schema=LISTED, orient="row")

    def _hand_in(self, key: Key, version: int, marks: Iterable[str]) -> None:
        """Note the warnings of a version; one that says what was explained and accepted before needs no new words."""
        mine = {check_of(mark): _Warning(mark) for mark in marks}
        for one in mine.values():
            if (key, one.mark) in self._accepted:
                one.stands, one.reason = ACCEPTED, self._accepted[key, one.mark]
        if mine:
            self._warnings[key, version] = mine

    def _move(self, kind: str, key: Key, version: int, rule: str, result: str, reason: str) -> None:
        mine = self._warnings.get((key, version), {})
        if kind == EXPLAINED and rule in mine:
            mine[rule].stands, mine[rule].reason = "explained", reason
        elif kind == JUDGED and rule in mine:
            self._settle(key, mine[rule], result)
        elif kind in APPROVALS:
            for one in mine.values():
                if one.stands == "explained":
                    self._settle(key, one, ACCEPTED)

    def _settle(self, key: Key, one: _Warning, result: str) -> None:
        one.stands = result
        if result == ACCEPTED:
            self._accepted[key, one.mark] = one.reason
        else:
            self._accepted.pop((key, one.mark), None)

    def _of_judging(self, step: Decide, rule: str) -> Problem | None:
        one = self._warnings.get((step.key, step.version), {}).get(rule)
        result = str(step.data.get("result") or "")
        if one is None or one.stands in ("", result) or result not in (ACCEPTED, REFUSED):
            return problems.nothing_to_judge(step.key, step.version, rule)
        return None


def explanations_of(workspace: Workspace, pack: Pack, realm: Realm, keys: Collection[Key] | None) -> Explanations:
    """Return the explanations of some returns as they stand now; None: of all returns of ``realm``."""
    if keys is None or len(keys) > _FEW:
        events = log.events(workspace, realm, types=_TYPES)
    else:
        events = log.events_of(workspace, realm, _TYPES, sorted({key.subject for key in keys}))
    must_explain = realm is not Realm.PUBLISHED and EXPLAINED in pack.event_types
    return Explanations(events, must_explain=must_explain)


def listing(workspace: Workspace, realm: Realm, *, only_waiting: bool = False) -> pl.DataFrame:
    """Return the warnings of everything handed in and not given up: key, version, check, stands, and the words.

    ``stands``: "" while nobody explained it, ``explained``, ``accepted`` or ``refused``. ``only_waiting``: those that
    stop the next approval, of submissions on their way alone. Words that were redacted are "".
    """
    pack = adopted(workspace, realm)
    said = explanations_of(workspace, pack, realm, None)
    states = submissions_at(workspace, realm).select(*_PLACE, "state")
    table = said.table().join(states, on=list(_PLACE), how="left", maintain_order="left")
    if only_waiting:
        on_their_way = pl.col("state").is_in(_ON_THEIR_WAY) & pl.col("stands").is_in(["", REFUSED])
        table = table.filter(on_their_way) if said.must_explain else table.clear()
    words = [_words(workspace, name) for name in table["reason"]]
    return table.with_columns(pl.Series("words", words, pl.String)).drop("reason", "state")


def _words(workspace: Workspace, name: str) -> str:
    if not name:
        return ""
    try:
        return salted.get_text(workspace, name)
    except Refused:
        return ""
