"""Tries a check before it is adopted: what it would have said of returns that are known, beside the one it would replace."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
import polars as pl

from xinqu.engines.context import Facts
from xinqu.expressions.parse import parse
from xinqu.policy.formulas import EXPRESSION_PROOFS
from xinqu.policy.model import Check
from xinqu.policy.pack import Pack, Place
from xinqu.policy.proofs import named
from xinqu.validation.excess import excess
from xinqu.validation.findings import REASONS
from xinqu.validation.locate import locate
from xinqu.validation.rules import Rule
from xinqu.validation.run import judged_parts
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.truth import Verdict

_KEY = ("area", "sub_unit", "period", "submission")
_USED_BY = "XQ-POLICY-052"  # a new reader of a parameter is entered when the check is adopted, not when it is tried
TELLING = 10
CASES_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "area": pl.String, "sub_unit": pl.String, "period": pl.String, "state": pl.String, "excess": pl.Float64,
    "before": pl.String, "values": pl.String,
}  # fmt: skip


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What a check said of the returns of a history.

    ``hits``: false on returns; ``hits_accepted`` of those that stand accepted: values it would have refused (as an
    error) or asked words for. ``reasons``: why it could not be evaluated -> how often.
    """

    judged: int
    hits: int
    judged_accepted: int
    hits_accepted: int
    indeterminate: int
    reasons: dict[str, int]

    @property
    def refused_pct(self) -> float | None:
        """The share of accepted values it would have refused, in percent; None where none could be judged."""
        return 100 * self.hits_accepted / self.judged_accepted if self.judged_accepted else None

    @property
    def indeterminate_pct(self) -> float | None:
        """The share of rows that it cannot be evaluated on, in percent."""
        rows = self.judged + self.indeterminate
        return 100 * self.indeterminate / rows if rows else None


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The check that was tried, the one it would replace (None: none), and the most telling cases.

    ``cases``: area, sub_unit, period, state of the submission, excess (``validation.excess``), ``before`` (what the
    replaced check said there: true, false, indeterminate, "" without one), values (of what it reads); those broken
    furthest first. ``newly_hit`` and ``no_longer_hit`` count rows that the two checks judge apart.
    """

    new: Tried
    old: Tried | None
    newly_hit: int
    no_longer_hit: int
    cases: pl.DataFrame


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Returns to try a check on: as ``spine.check_layers.Layer``, with the state of each by content hash."""

    facts: Facts
    keys: pl.DataFrame | None
    kinds: Mapping[str, str]
    states: Mapping[str, str]
    is_accepted: bool


def proof_problems(pack: Pack, check: Check, place: Place | None = None) -> list[Problem]:
    """Return what the pack's proofs (names, forms, units, literals) say of a check that is not in it."""
    places = pack.places | ({f"check:{check.id}": place} if place else {})
    alone = msgspec.structs.replace(pack, checks={check.id: check}, indicators={}, places=places)
    mine = {f"check:{check.id}", check.id}
    unnamed = [problem for problem in named(alone) if problem.where.subject in mine]
    if unnamed:
        return unnamed  # what is said of a form cannot be proved without the form
    found = [problem for proof in EXPRESSION_PROOFS for problem in proof(alone) if problem.code != _USED_BY]
    return [problem for problem in found if problem.where.subject in mine]


def try_check(pack: Pack, check: Check, replaced: Check | None, batches: Iterable[Batch]) -> Trial:
    """Try ``check`` on all returns of its form, whatever its dates, and say how it differs from ``replaced``."""
    new = _timeless(pack, check, "#new")
    old = _timeless(pack, replaced, "#old") if replaced else None
    tried = {one.id: one for one in (new, old) if one}
    alone = msgspec.structs.replace(pack, checks=tried, indicators={})
    parts = [part for batch in batches for part in _parts(alone, check.form, batch)]
    rows = pl.concat([part.rows for part in parts]) if parts else pl.DataFrame(schema=_ROWS)
    return Trial(
        new=_summed(parts, new.id),
        old=_summed(parts, old.id) if old else None,
        newly_hit=rows.filter(pl.col("#new") == Verdict.FALSE, pl.col("#old") != Verdict.FALSE).height if old else 0,
        no_longer_hit=rows.filter(pl.col("#new") != Verdict.FALSE, pl.col("#old") == Verdict.FALSE).height,
        cases=_cases(rows),
    )


class _Part(msgspec.Struct, frozen=True):
    counts: pl.DataFrame
    rows: pl.DataFrame
    is_accepted: bool


_ROWS = {
    **dict.fromkeys(_KEY, pl.String), "#new": pl.String, "#old": pl.String, "excess": pl.Float64, "values": pl.String,
    "state": pl.String,
}  # fmt: skip


def _timeless(pack: Pack, check: Check, identity: str) -> Check:
    return msgspec.structs.replace(check, id=identity, valid_from=pack.forms[check.form].valid_from, valid_to=None)


def _parts(alone: Pack, form: str, batch: Batch) -> Iterator[_Part]:
    numbers = {code for code, item in alone.items.items() if item.type in ("decimal", "integer")}
    condition = parse(alone.checks["#new"].expression)
    beyond, inputs = excess(condition, numbers), condition.inputs
    for judged in judged_parts(alone, batch.facts, form, kind=batch.kinds, keys=batch.keys):
        rules = [rule for rule in judged.rules if rule.id in alone.checks]
        found = locate(judged.rows, rules, alone.forms[form])
        shown = [pl.format("{} = {}", pl.lit(name), pl.col(name).cast(pl.String).fill_null("–")) for name in inputs]
        state = pl.col("submission").replace_strict(dict(batch.states), default="", return_dtype=pl.String)
        rows = judged.rows.select(
            *_KEY,
            _verdict(rules, "#new"),
            _verdict(rules, "#old"),
            beyond.alias("excess"),
            (pl.concat_str(shown, separator="; ") if shown else pl.lit("")).alias("values"),
            state.alias("state"),
        )
        yield _Part(found.counts, rows, batch.is_accepted)


def _verdict(rules: list[Rule], identity: str) -> pl.Expr:
    """Return what a rule says of each row as text; "" where there is no such rule."""
    rule = next((rule for rule in rules if rule.id == identity), None)
    if rule is None:
        return pl.lit("").alias(identity)
    known = pl.when(rule.verdict).then(pl.lit(Verdict.TRUE.value)).otherwise(pl.lit(Verdict.FALSE.value))
    unknown = pl.lit(Verdict.INDETERMINATE.value)
    return pl.when(rule.verdict.is_null()).then(unknown).otherwise(known).alias(identity)


def _summed(parts: list[_Part], identity: str) -> Tried:
    total: dict[str, int] = {}
    accepted: dict[str, int] = {}
    for part in parts:
        for row in part.counts.filter(check=identity).iter_rows(named=True):
            for name in ("true", "false", "indeterminate", *(reason.value for reason in REASONS)):
                total[name] = total.get(name, 0) + row[name]
                accepted[name] = accepted.get(name, 0) + (row[name] if part.is_accepted else 0)
    return Tried(
        judged=total.get("true", 0) + total.get("false", 0),
        hits=total.get("false", 0),
        judged_accepted=accepted.get("true", 0) + accepted.get("false", 0),
        hits_accepted=accepted.get("false", 0),
        indeterminate=total.get("indeterminate", 0),
        reasons={reason.value: total[reason.value] for reason in REASONS if total.get(reason.value)},
    )


def _cases(rows: pl.DataFrame) -> pl.DataFrame:
    false = rows.filter(pl.col("#new") == Verdict.FALSE).rename({"#old": "before"})
    return (
        false.sort("excess", "area", "period", descending=[True, False, False], nulls_last=True)
        .head(TELLING)
        .select(pl.col(name).cast(kind) for name, kind in CASES_SCHEMA.items())
    )
