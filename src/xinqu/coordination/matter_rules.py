"""What makes a major matter whose condition stands in words: one function per rule that a matter of the pack may name.

A function returns ``Hit`` values; a matter without a rule needs an instrument that computes, and is indeterminate.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import polars as pl

from xinqu.policy.model import MajorMatter, MatterRule
from xinqu.policy.pack import Pack
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.periods import Period


class Inputs(msgspec.Struct, frozen=True):
    """What major matters are judged on, all of one realm as known on ``as_of``.

    ``reds`` is the frame of ``proposals.red_since``, ``difficulties`` that of ``difficulties.difficulties``.
    """

    pack: Pack
    calendar: WorkingCalendar
    as_of: dt.date
    log: pl.DataFrame
    facts: Mapping[str, pl.DataFrame]
    reds: pl.DataFrame
    difficulties: pl.DataFrame


class Hit(msgspec.Struct, frozen=True):
    """One occurrence of a matter: ``subject`` names it apart from others of the same matter and area."""

    triggered_on: dt.date
    area: str
    period: str
    subject: str
    facts: Mapping[str, Any]


Rule = Callable[[MajorMatter, Inputs], Iterator[Hit]]


def difficulty_on_top_rung(matter: MajorMatter, given: Inputs) -> Iterator[Hit]:
    """An escalation or report brings a difficulty to the rung that the condition names."""
    rung = _named(matter, r"rung = '(\w+)'")
    rows = read_events(
        given.log,
        ["difficulty.escalated", "case.moved"],
        ["difficulty", "to_rung", "instrument", "case", "to_state"],
        as_of=given.as_of,
    )
    areas = dict(given.difficulties.select("difficulty", "area").iter_rows())
    refused = {seq for seqs in given.difficulties.get_column("refused_events") for seq in seqs}
    for row in rows.iter_rows(named=True):
        is_case = row["type"] == "case.moved"
        if is_case and row["instrument"] != given.pack.info.difficulties:
            continue
        identity, reached = (row["case"], row["to_state"]) if is_case else (row["difficulty"], row["to_rung"])
        if reached == rung and identity in areas and row["seq"] not in refused:
            yield Hit(row["effective_on"], areas[identity], "", identity, {"difficulty": identity, "event": row["seq"]})


def scope_changes(matter: MajorMatter, given: Inputs) -> Iterator[Hit]:
    """A scope version is added, or a case of the instrument that the condition names reaches the state it names."""
    adjusted = re.search(r"(\w+) reaches (\w+)", matter.condition)
    fields = ["area", "scope", "valid_from", "document", "instrument", "case", "to_state"]
    rows = read_events(given.log, ["scope.changed", "case.moved"], fields, as_of=given.as_of)
    for row in rows.iter_rows(named=True):
        is_case = row["type"] == "case.moved"
        if is_case and (adjusted is None or (row["instrument"], row["to_state"]) != adjusted.groups()):
            continue
        facts = {name: row[name] for name in fields if row[name]} | {"event": row["seq"]}
        yield Hit(row["effective_on"], row["area"] or "", "", f"event-{row['seq']}", facts)


def red_in_a_row(matter: MajorMatter, given: Inputs) -> Iterator[Hit]:
    """A headline indicator of one area red in as many periods that follow each other as the matter's parameter says.

    A run counts once, when it reaches that length; a lamp set by a person counts as it was set.
    """
    needed = _parameter(given, matter.parameter)
    for _key, lamps in given.reds.group_by("indicator", "area", maintain_order=True):
        run: list[dict[str, Any]] = []
        for row in lamps.iter_rows(named=True):
            follows = run and str(_before(given, row)) == run[-1]["period"]
            run = [*run, row] if row["is_red"] and follows else [row] if row["is_red"] else []
            if len(run) == needed:
                yield _red_run(run)


def _before(given: Inputs, row: Mapping[str, Any]) -> Period:
    """Return the period before a lamp's that its indicator's first form has a return for."""
    form = given.pack.forms[given.pack.indicators[row["indicator"]].forms[0]]
    return form.previous(Period.parse(row["period"]))


def _red_run(run: Sequence[dict[str, Any]]) -> Hit:
    last = run[-1]
    stands_on = max(row["stands_on"] for row in run)
    periods = [{"period": row["period"], "value": row["value"], "expected": row["expected"]} for row in run]
    facts = {"indicator": last["indicator"], "target": last["target"], "periods": periods}
    return Hit(stands_on, last["area"], last["period"], last["indicator"], facts)


def clustered_difficulties(matter: MajorMatter, given: Inputs) -> Iterator[Hit]:
    """A cluster holds open difficulties of as many areas as the condition names; once per rise to that number.

    The cluster is the one an event names; a difficulty raised for a red lamp belongs to the cluster of its indicator.
    """
    needed = int(_named(matter, r"(\d+) or more areas"))
    rows = given.difficulties.filter(pl.col("cluster") != "")
    for (cluster,), members in rows.group_by("cluster", maintain_order=True):
        open_in: dict[str, int] = {}
        was_enough = False
        for day, area, step in _openings(members):
            open_in[area] = open_in.get(area, 0) + step
            areas = sorted(code for code, count in open_in.items() if count > 0)
            is_enough = len(areas) >= needed
            if is_enough and not was_enough:
                facts = {"cluster": cluster, "areas": areas}
                yield Hit(day, "", "", f"{cluster}-{day.isoformat()}", facts)
            was_enough = is_enough


def _openings(members: pl.DataFrame) -> list[tuple[dt.date, str, int]]:
    """Return (day, area, +1 or -1) of each opening and end, ends before openings of a day."""
    steps = [(row["raised_on"], row["area"], 1) for row in members.iter_rows(named=True)]
    ends = members.filter(~pl.col("is_open"))
    steps += [(row["since"], row["area"], -1) for row in ends.iter_rows(named=True)]
    return sorted(steps, key=lambda step: (step[0], step[2], step[1]))


def falsified_statistics(_: MajorMatter, given: Inputs) -> Iterator[Hit]:
    """A released figure is edited with the reason falsification."""
    fields = ["form", "area", "period", "reason", "old_hash", "new_hash"]
    rows = read_events(given.log, ["return.edited"], fields, as_of=given.as_of)
    for row in rows.filter(pl.col("reason") == "falsification").iter_rows(named=True):
        facts = {name: row[name] for name in fields} | {"event": row["seq"]}
        yield Hit(row["effective_on"], row["area"] or "", row["period"] or "", f"event-{row['seq']}", facts)


def disputed_postings(matter: MajorMatter, given: Inputs) -> Iterator[Hit]:
    """A disputed posting is neither counter-signed nor reversed within the working days of the condition."""
    limit = int(_named(matter, r"more than (\d+) working days"))
    fields = ["posting", "reason"]
    rows = read_events(
        given.log, ["ledger.disputed", "ledger.countersigned", "ledger.reversed"], fields, as_of=given.as_of
    )
    for row in rows.filter(pl.col("type") == "ledger.disputed").iter_rows(named=True):
        lapse = given.calendar.add(given.calendar.add(row["effective_on"], limit).day, 1)
        settled = rows.filter(
            (pl.col("type") != "ledger.disputed")
            & (pl.col("posting") == row["posting"])
            & (pl.col("effective_on") >= row["effective_on"])
            & (pl.col("effective_on") < lapse.day)
        )
        if settled.is_empty() and not lapse.provisional and lapse.day <= given.as_of:
            facts = {"posting": row["posting"], "reason": row["reason"], "event": row["seq"]}
            yield Hit(lapse.day, "", "", f"posting-{row['posting']}", facts)


RULES: dict[MatterRule, Rule] = {
    "difficulty_on_rung": difficulty_on_top_rung,
    "scope_change": scope_changes,
    "red_in_a_row": red_in_a_row,
    "clustered_difficulties": clustered_difficulties,
    "falsified_statistics": falsified_statistics,
    "disputed_postings": disputed_postings,
}


def _named(matter: MajorMatter, pattern: str) -> str:
    """Return what the condition of the pack names; a condition without it is a fault of the pack's author."""
    match = re.search(pattern, matter.condition)
    if not match:
        raise ValueError(f"{matter.id}: the condition {matter.condition!r} does not match {pattern!r}")
    return match[1]


def _parameter(given: Inputs, identity: str) -> int:
    version = given.pack.parameters[identity].on(given.as_of)
    return int(version.exact) if version else 0
