"""Difficulties that the system raises and escalates: a red headline lamp that has lapsed, a limit that has passed."""

import datetime as dt
from typing import Any

import polars as pl

from xinqu.coordination.due_events import DueEvent
from xinqu.coordination.ladder import field_of, has_ladder, ladder_of
from xinqu.monitoring.calendar_of_returns import settled_on
from xinqu.monitoring.lamps import RED, shown_lamp
from xinqu.policy.due import period_of
from xinqu.policy.pack import Pack
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.periods import Period


def red_since(
    pack: Pack, lamps: pl.DataFrame, events: pl.DataFrame, calendar: WorkingCalendar, *, as_of: dt.date
) -> pl.DataFrame:
    """Return headline lamps with the day on which each is taken to stand: ``stands_on``, and ``is_red``.

    A lamp stands from the working day after the grace of the last form it needs, or after those returns were last
    accepted, whichever is later: until then the figure may still be filed or corrected without delay. Overridden lamps
    count as the person set them. Rows whose day is provisional or after ``as_of`` are left out.
    Returns: indicator, area, period, is_red, stands_on; by indicator, area and end of the period.
    """
    headline = [indicator.id for indicator in pack.indicators.values() if indicator.headline]
    rows = lamps.filter(pl.col("indicator").is_in(headline)).with_columns(is_red=shown_lamp() == RED)
    settled = settled_on(pack, rows, calendar)
    accepted = _last_accepted(pack, rows, events, as_of)
    ends = {text: Period.parse(text).end for text in rows.get_column("period").unique()}
    dated = (
        rows.join(settled, on=["indicator", "period"], how="left")
        .join(accepted, on=["indicator", "area", "period"], how="left")
        .filter(~pl.col("provisional"))
        .with_columns(
            known_on=pl.max_horizontal("settled_on", "accepted_on"),
            end=pl.col("period").replace_strict(ends, return_dtype=pl.Date, default=None),
        )
    )
    after = {day: calendar.add(day, 1).day for day in dated.get_column("known_on").unique()}
    return (
        dated.with_columns(stands_on=pl.col("known_on").replace_strict(after, return_dtype=pl.Date, default=None))
        .filter(pl.col("stands_on") <= as_of)
        .sort("indicator", "area", "end")
        .select("indicator", "area", "period", "is_red", "stands_on", "value", "expected", "target")
    )


def _last_accepted(pack: Pack, lamps: pl.DataFrame, events: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return per lamp the last day on which a return it needs was accepted; no row where the log holds none."""
    accepted = (
        read_events(events, ["return.accepted"], ["form", "area", "period"], as_of=as_of)
        .group_by("form", "area", "period")
        .agg(accepted_on=pl.col("effective_on").max())
        .rename({"period": "form_period"})
    )
    needs = [
        (indicator, text, form, str(period_of(Period.parse(text).end, pack.forms[form].frequency)))
        for indicator, text in lamps.select("indicator", "period").unique().iter_rows()
        for form in pack.indicators[indicator].forms
    ]
    schema = dict.fromkeys(("indicator", "period", "form", "form_period"), pl.String)
    return (
        pl.DataFrame(needs, schema=schema, orient="row")
        .join(accepted, on=["form", "form_period"], how="inner")
        .group_by("indicator", "area", "period")
        .agg(pl.col("accepted_on").max())
    )


def propose_difficulties(
    pack: Pack, reds: pl.DataFrame, existing: pl.DataFrame, *, since: dt.date, as_of: dt.date
) -> list[DueEvent]:
    """Return a ``difficulty.raised`` for each red headline lamp that stands and has no open difficulty.

    Args:
        pack: gives the pillar of an indicator, and so the field of the difficulty (a proposal, the holder may change it).
        reds: the frame of ``red_since``.
        existing: the frame of ``difficulties``.
        since: lamps that stood on or before this day are history: nothing is raised for them.
        as_of: nothing is raised for lamps that stand later.

    In due order the first red period raises; while its difficulty is open the later ones are covered by it. A pack
    without an instrument of difficulties raises none.
    """
    if not has_ladder(pack):
        return []
    red = reds.filter(pl.col("is_red") & (pl.col("stands_on") > since) & (pl.col("stands_on") <= as_of))
    covered = _open_spans(existing)
    out: list[DueEvent] = []
    for row in red.sort("stands_on", "indicator", "area").iter_rows(named=True):
        key = (row["area"], row["indicator"])
        spans = covered.setdefault(key, [])
        if any(start <= row["stands_on"] and (end is None or row["stands_on"] < end) for start, end in spans):
            continue
        identity = f"K-{row['area']}-{row['indicator']}-{row['period']}"
        spans.append((row["stands_on"], None))
        out.append(_raised(pack, row, identity))
    return out


def _open_spans(existing: pl.DataFrame) -> dict[tuple[str, str], list[tuple[dt.date, dt.date | None]]]:
    """Return the spans in which a difficulty of (area, indicator) was open; a withdrawn one ended too."""
    spans: dict[tuple[str, str], list[tuple[dt.date, dt.date | None]]] = {}
    for row in existing.iter_rows(named=True):
        end = None if row["is_open"] else row["since"]
        spans.setdefault((row["area"], row["indicator"]), []).append((row["raised_on"], end))
    return spans


def _raised(pack: Pack, row: dict[str, Any], identity: str) -> DueEvent:
    indicator = pack.indicators[row["indicator"]]
    return DueEvent(
        type="difficulty.raised",
        subject=f"difficulty/{identity}",
        effective_on=row["stands_on"],
        data={
            "difficulty": identity,
            "area": row["area"],
            "field": field_of(pack, indicator.pillar),
            "indicator": row["indicator"],
            "period": row["period"],
            "cluster": row["indicator"],
            "value": repr(row["value"]),
            "expected": repr(row["expected"]),
            "target": row["target"],
        },
    )


def due_escalations(pack: Pack, state: pl.DataFrame, calendar: WorkingCalendar, *, as_of: dt.date) -> list[DueEvent]:
    """Return a ``difficulty.escalated`` for each open difficulty whose limit on its rung has passed.

    It takes effect on the working day after the limit (oracle W91). Only rungs with an automatic rise in the pack; a
    provisional limit never lapses, and an answered or stopped difficulty does not rise.
    """
    if state.is_empty():
        return []
    ladder = ladder_of(pack)
    out = []
    waiting = state.filter(pl.col("is_overdue") & pl.col("is_open"))
    for row in waiting.iter_rows(named=True):
        upper = ladder.next_by_time.get(row["rung"])
        if upper is None:
            continue
        rises_on = calendar.add(row["due_on"], 1)
        if rises_on.provisional or rises_on.day > as_of:
            continue
        out.append(
            DueEvent(
                type="difficulty.escalated",
                subject=f"difficulty/{row['difficulty']}",
                effective_on=rises_on.day,
                data={
                    "difficulty": row["difficulty"],
                    "from_rung": row["rung"],
                    "to_rung": upper,
                    "reason": f"limit of {row['limit_wd']} working days passed on {row['due_on'].isoformat()}",
                },
            )
        )
    return out
