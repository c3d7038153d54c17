"""Difficulties: the fold of their events into who holds each, since when, until when; and who may close one."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from xinqu.coordination.due_events import SYSTEM
from xinqu.coordination.ladder import RUNGS, Ladder, has_ladder, holder_of, ladder_of, rung_limit_wd
from xinqu.policy.pack import Pack
from xinqu.shapes.case_with_clock import MOVES_SCHEMA, OPEN, RESUME, days_used, fold
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.day_count import DayCount
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "difficulty": pl.String,
    "area": pl.String,
    "field": pl.String,
    "indicator": pl.String,
    "period": pl.String,
    "cluster": pl.String,
    "state": pl.String,
    "rung": pl.String,
    "holder": pl.String,
    "raised_on": pl.Date,
    "raised_by": pl.String,
    "since": pl.Date,
    "days_used": pl.Int64,
    "limit_wd": pl.Int64,
    "due_on": pl.Date,
    "provisional": pl.Boolean,
    "is_overdue": pl.Boolean,
    "is_open": pl.Boolean,
    "closed_on": pl.Date,
    "refused_events": pl.List(pl.Int64),
}
_RAISED = ("difficulty", "area", "field", "indicator", "period", "cluster")
_MARGIN_DAYS = 400  # how far past the last event the working-day table reaches: no limit is longer than a year
_EVENTS = {
    "difficulty.raised": ("difficulty",),
    "difficulty.escalated": ("difficulty", "from_rung", "to_rung"),
    "difficulty.closed": ("difficulty", "validator"),
    "case.moved": ("instrument", "case", "event"),
    "case.clock_stopped": ("instrument", "case"),
    "case.clock_resumed": ("instrument", "case"),
}


def difficulties(pack: Pack, events: pl.DataFrame, calendar: WorkingCalendar, *, as_of: dt.date) -> pl.DataFrame:
    """Fold the events of difficulties into one row each, as they stand on ``as_of``.

    Returns: the columns of ``SCHEMA``, sorted by id. ``rung`` is where its clock counts ("" after the end); ``holder`` is
    the organisation whose move it is; ``raised_by`` is an organisation or ``system``; ``days_used`` counts working days
    net of stops on the present clock; ``due_on`` is the last day of its limit, null while the clock is stopped or
    without limit; ``provisional`` when that day lies beyond the known calendar; ``refused_events`` lists events that the
    rules did not allow and that changed nothing. A pack without an instrument of difficulties has none.
    """
    raised = _raised(events, as_of)
    if raised.is_empty() or not has_ladder(pack):
        return pl.DataFrame(schema=SCHEMA)
    ladder = ladder_of(pack)
    moves = _moves(pack, ladder, events, raised, as_of)
    days = _day_count(calendar, moves, as_of)
    folded = fold(ladder.machine, moves.filter("may").select(list(MOVES_SCHEMA)), days)
    refused = pl.concat([folded.refused.select("case", "seq"), moves.filter(~pl.col("may")).select("case", "seq")])
    table = (
        raised.join(folded.states, left_on="difficulty", right_on="case", how="inner")
        .join(refused.group_by("case").agg(pl.col("seq").sort()), left_on="difficulty", right_on="case", how="left")
        .sort("difficulty")
    )
    return _described(pack, ladder, table, days, as_of)


def _raised(events: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return the first raising of each difficulty."""
    return (
        read_events(events, ["difficulty.raised"], _RAISED, as_of=as_of)
        .filter(pl.col("difficulty").is_not_null())
        .unique(subset="difficulty", keep="first", maintain_order=True)
        .select(
            *_RAISED[:3],
            *(pl.col(name).fill_null("") for name in _RAISED[3:]),
            pl.when(pl.col("actor") == SYSTEM).then(pl.lit(SYSTEM)).otherwise("organisation").alias("raised_by"),
        )
    )


def _moves(pack: Pack, ladder: Ladder, events: pl.DataFrame, raised: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return the moves of all difficulties with ``may``: false for a closing by one who held or raised it."""
    fields = list(dict.fromkeys(field for names in _EVENTS.values() for field in names))
    rows = read_events(events, list(_EVENTS), fields, as_of=as_of)
    ours = rows.filter(pl.col("type").str.starts_with("difficulty.") | (pl.col("instrument") == pack.info.difficulties))
    kind = pl.col("type")
    stop = next((t.event for t in ladder.instrument.transitions if t.stop_clock), "")
    event = (
        pl.when(kind == "difficulty.raised").then(pl.lit(OPEN))
        .when(kind == "difficulty.escalated").then(pl.format("rise.{}.{}", "from_rung", "to_rung"))
        .when(kind == "difficulty.closed").then(pl.lit("verify"))
        .when(kind == "case.clock_stopped").then(pl.lit(stop))
        .when(kind == "case.clock_resumed").then(pl.lit(RESUME))
        .otherwise("event")
    )  # fmt: skip
    holders = _holders(pack)
    partial = ours.select(
        case=pl.coalesce("difficulty", "case"),
        event=event.fill_null(""),
        on="effective_on",
        seq="seq",
        validator=pl.when(kind == "difficulty.closed").then(pl.col("validator").fill_null("")),
    ).join(raised.select("difficulty", "area", "raised_by"), left_on="case", right_on="difficulty", how="inner")
    return partial.with_columns(
        may=pl.col("validator").is_null()
        | ~(
            pl.concat_str("area", pl.lit("/"), "validator").is_in(holders)
            | (pl.col("validator") == pl.col("raised_by"))
            | (pl.col("validator") == "")
        )
    )


def _holders(pack: Pack) -> list[str]:
    """Return ``area/organisation`` of every organisation that may come to hold a difficulty of that area."""
    return [f"{area}/{holder_of(pack, area, rung)}" for area in pack.areas for rung in pack.codelists[RUNGS]]


def _day_count(calendar: WorkingCalendar, moves: pl.DataFrame, as_of: dt.date) -> DayCount:
    dates = moves.get_column("on").to_list()
    margin = dt.timedelta(days=_MARGIN_DAYS)
    return DayCount(calendar, min([*dates, as_of]) - dt.timedelta(days=1), max([*dates, as_of]) + margin)


def _described(pack: Pack, ladder: Ladder, table: pl.DataFrame, days: DayCount, as_of: dt.date) -> pl.DataFrame:
    final = [state.state for state in ladder.instrument.states if state.final]
    rungs = [group if group in ladder.rungs else "" for group in table["group"]]
    limits = [
        rung_limit_wd(pack, rung, since) if rung else ladder.deadlines.get(state)
        for rung, state, since in zip(rungs, table["state"], table["since"], strict=True)
    ]
    used = days_used(table, days, as_of)
    due, known = _due(table, limits, days)
    holders = [_holder(pack, row, rung, final) for row, rung in zip(table.iter_rows(named=True), rungs, strict=True)]
    is_open = ~pl.col("state").is_in(final)
    return table.with_columns(
        pl.Series("rung", rungs, dtype=pl.String),
        pl.Series("holder", holders, dtype=pl.String),
        pl.Series("days_used", used, dtype=pl.Int64),
        pl.Series("limit_wd", limits, dtype=pl.Int64),
        pl.Series("due_on", due, dtype=pl.Date),
        pl.Series("provisional", ~known, dtype=pl.Boolean),
        pl.col("opened_on").alias("raised_on"),
        is_open.alias("is_open"),
        pl.when(pl.col("state") == "closed").then("since").alias("closed_on"),
        pl.col("seq").fill_null([]).alias("refused_events"),
    ).with_columns(
        is_overdue=(~pl.col("provisional") & (pl.col("due_on") < as_of)).fill_null(value=False)
    ).select(list(SCHEMA))  # fmt: skip


def _due(table: pl.DataFrame, limits: list[int | None], days: DayCount) -> tuple[Any, Any]:
    """Return the last day of each running limit (NaT where there is none) and whether the calendar knows it."""
    start = table.get_column("clock_from").to_numpy().astype("datetime64[D]")
    left = np.array([limit if limit is not None else -1 for limit in limits]) - table.get_column("used_wd").to_numpy()
    runs = ~np.isnat(start) & np.array([limit is not None for limit in limits], dtype=bool)
    due = np.full(len(start), np.datetime64("NaT"), dtype="datetime64[D]")
    due[runs] = days.add(start[runs], np.maximum(left[runs], 0))
    known = np.ones(len(start), dtype=bool)
    known[runs] = days.is_known(start[runs], due[runs])
    return due, known


def _holder(pack: Pack, row: Mapping[str, Any], rung: str, final: list[str]) -> str:
    """Return whose move it is: the rung's organisation; after an answer the validator; after a question who raised it."""
    area = row["area"]
    if row["state"] in final:
        return ""
    if row["state"] == "answered":
        offices = (o.id for o in pack.organisations.values() if o.parent == area and o.kind == "stat_office")
        return next(offices, row["raised_by"])
    if row["state"] == "stopped":
        return area if row["raised_by"] == SYSTEM else str(row["raised_by"])
    return holder_of(pack, area, rung)


def closing_problems(pack: Pack, row: Mapping[str, Any], *, validator: str) -> list[Problem]:
    """Return why ``validator`` (an organisation) may not close the difficulty of ``row``; empty when it may.

    A difficulty is closed after an answer, by an organisation that never holds it and did not raise it.
    """
    where = Where(subject=f"difficulty {row['difficulty']}")
    problems = []
    if row["state"] != "answered":
        problems.append(
            Problem(
                code="XQ-COORDINATION-001",
                what=Text("尚未答复，不能办结", "it has no answer yet and can't be closed"),
                where=where,
                why=Text(f"当前状态为 {row['state']}", f"its state is {row['state']}"),
                fix=Text("先由办理单位答复，再核验", "let its holder answer it first, then verify"),
            )
        )
    if validator in {holder_of(pack, row["area"], rung) for rung in pack.codelists[RUNGS]}:
        problems.append(
            Problem(
                code="XQ-COORDINATION-002",
                what=Text(f"{validator} 是办理单位，不能核验办结", f"{validator} is a holder and can't close it"),
                where=where,
                why=Text("办结人不得是办理人", "the closer of a difficulty is never its holder"),
                fix=Text("由独立的统计机构核验", "let an independent statistics office verify it"),
            )
        )
    if validator == row["raised_by"]:
        problems.append(
            Problem(
                code="XQ-COORDINATION-003",
                what=Text(f"{validator} 是提出单位，不能核验办结", f"{validator} raised it and can't close it"),
                where=where,
                why=Text("核验须独立于提出单位", "the validator is independent of who raised it"),
                fix=Text("由独立的统计机构核验", "let an independent statistics office verify it"),
            )
        )
    return problems
