"""Major matters to the State Council: which have occurred, which can't be judged and why, and until when to report."""

import datetime as dt
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec
import polars as pl

from xinqu.coordination.ladder import has_ladder
from xinqu.coordination.matter_rules import RULES, Hit, Inputs
from xinqu.engines.context import build_context
from xinqu.engines.local import evaluate
from xinqu.engines.reasons import unknown_reasons
from xinqu.expressions.parse import Expression, parse
from xinqu.policy.due import due_date
from xinqu.policy.model import MajorMatter
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

TRIGGERED, NO, INDETERMINATE = "triggered", "no", "indeterminate"
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "matter": pl.String,
    "area": pl.String,
    "period": pl.String,
    "subject": pl.String,
    "verdict": pl.String,
    "reason": pl.String,
    "facts": pl.String,
    "triggered_on": pl.Date,
    "due_on": pl.Date,
    "provisional": pl.Boolean,
    "article": pl.Int64,
    "two_person": pl.Boolean,
}
_WORD = re.compile(r"\w+")

_OF_DIFFICULTIES = frozenset({"difficulty_on_rung", "clustered_difficulties"})  # rules that read the ladder


class MatterReason(StrEnum):
    """Why a major matter can't be judged, besides an unknown input."""

    NO_INSTRUMENT = "no_instrument"

    @property
    def label(self) -> Text:
        """The reason in words."""
        return Text("所依据的工具尚未计算", "the instrument it rests on does not compute yet")


def major_matters(given: Inputs) -> pl.DataFrame:
    """Judge every major matter of the pack.

    Returns: the columns of ``SCHEMA``. One row per occurrence (``triggered``); conditions over items have one row per
    area and period, triggered or not; other matters that have not occurred one row ``no``; those that can't be judged
    ``indeterminate`` with ``reason`` (an ``Unknown`` code, or ``no_instrument`` with the instruments in ``facts``).
    ``facts`` is JSON text; ``due_on`` is the day by which the report is due, ``due_wd`` working days after
    ``triggered_on``.
    """
    rows = [row for matter in given.pack.major_matters.values() for row in _judged(matter, given)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _judged(matter: MajorMatter, given: Inputs) -> Iterator[dict[str, Any]]:
    if matter.rule in _OF_DIFFICULTIES and not has_ladder(given.pack):
        yield _without_instrument(matter, given)
    elif matter.rule:
        hits = [hit for hit in RULES[matter.rule](matter, given) if hit.triggered_on <= given.as_of]
        yield from (_hit_row(matter, hit, given) for hit in hits)
        if not hits:
            yield _row(matter, NO)
    elif matter.condition_kind == "expr":
        yield from _by_items(matter, given)
    else:
        yield _without_instrument(matter, given)


def _row(matter: MajorMatter, verdict: str, **values: Any) -> dict[str, Any]:
    blank = {"area": "", "period": "", "subject": "", "reason": "", "facts": "{}", "provisional": False}
    fixed = {"matter": matter.id, "verdict": verdict, "article": matter.article, "two_person": matter.two_person}
    return {**blank, **fixed, **values}


def _hit_row(matter: MajorMatter, hit: Hit, given: Inputs) -> dict[str, Any]:
    due = given.calendar.add(hit.triggered_on, matter.due_wd)
    return _row(
        matter,
        TRIGGERED,
        area=hit.area,
        period=hit.period,
        subject=hit.subject,
        facts=msgspec.json.encode(hit.facts).decode(),
        triggered_on=hit.triggered_on,
        due_on=due.day,
        provisional=due.provisional,
    )


def _without_instrument(matter: MajorMatter, given: Inputs) -> dict[str, Any]:
    needs = sorted(given.pack.instruments.keys() & set(_WORD.findall(f"{matter.condition} {matter.source}")))
    facts = msgspec.json.encode({"needs": needs, "source": matter.source}).decode()
    return _row(matter, INDETERMINATE, reason=MatterReason.NO_INSTRUMENT.value, facts=facts)


def _by_items(matter: MajorMatter, given: Inputs) -> Iterator[dict[str, Any]]:
    """Judge a condition over items per area and period, from the returns of the form of its first item."""
    condition = parse(matter.condition)
    form = given.pack.form_of_item[condition.items[0]]
    returns = given.facts.get(form, pl.DataFrame(schema={"area": pl.String, "sub_unit": pl.String}))
    whole = returns.filter(pl.col("sub_unit") == "")
    if not whole.is_empty():
        yield from _by_returns(matter, given, form, condition, whole)
    filed = set(whole.get_column("area"))
    for area in given.pack.areas:
        if area not in filed:
            facts = msgspec.json.encode({"form": form}).decode()
            yield _row(matter, INDETERMINATE, area=area, reason=Unknown.MISSING.value, facts=facts)


def _by_returns(
    matter: MajorMatter, given: Inputs, form: str, condition: Expression, whole: pl.DataFrame
) -> Iterator[dict[str, Any]]:
    context = build_context(given.pack, {**given.facts, form: whole}, form, [condition])
    verdicts = evaluate(context, {matter.id: condition}).get_column(matter.id).to_list()
    reasons = {row["row"]: row["reason"] for row in unknown_reasons(condition, context).iter_rows(named=True)}
    accepted = _accepted_on(given)
    columns = ["area", "period", "event", *condition.items]
    for number, row in enumerate(context.select(columns).iter_rows(named=True)):
        if Period.parse(row["period"]).end > given.as_of:
            continue
        facts: dict[str, Any] = {item: row[item] for item in condition.items}
        if verdicts[number]:
            day = accepted.get(row["event"]) or _grace_over(given.pack, form, row["period"], given)
            if day <= given.as_of:
                yield _hit_row(matter, Hit(day, row["area"], row["period"], "", facts), given)
            continue
        verdict = NO if verdicts[number] is False else INDETERMINATE
        yield _row(
            matter,
            verdict,
            area=row["area"],
            period=row["period"],
            reason=reasons.get(number, ""),
            facts=msgspec.json.encode(facts).decode(),
        )


def _accepted_on(given: Inputs) -> dict[int, dt.date]:
    """Return the day of each acceptance by the number of its event."""
    rows = given.log.filter(pl.col("type") == "return.accepted").select("seq", "effective_on")
    return dict(rows.iter_rows())


def _grace_over(pack: Pack, form: str, period: str, given: Inputs) -> dt.date:
    """Return the working day after the grace of a return: when a figure without an acceptance in the log stands."""
    definition = pack.forms[form]
    parsed = Period.parse(period)
    due = due_date(definition, parsed, given.calendar) or given.calendar.add(parsed.end, 0)
    return given.calendar.add(due.day, definition.grace_working_days + 1).day
