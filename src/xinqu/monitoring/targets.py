"""The targets in force on a day: the pack's rules and plans, moved by ``target.set`` events, one row per area."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import polars as pl

from xinqu.monitoring.directions import Direction, parse_direction
from xinqu.monitoring.value_rules import Band, ValueRule, band, value_rule
from xinqu.policy.model import Target
from xinqu.policy.pack import Pack
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.periods import Period

PLAN, RULE, DIRECTION = 0, 1, 2
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "target": pl.String,
    "indicator": pl.String,
    "area": pl.String,
    "priority": pl.Int8,
    "trajectory": pl.String,
    "rule": pl.String,
    "share": pl.Float64,
    "years": pl.Int32,
    "base_year": pl.Int32,
    "target_year": pl.Int32,
    "stated": pl.Float64,
    "half_digit": pl.Float64,
    "qualifier": pl.String,
    "goalpost": pl.Float64,
    "yellow_share": pl.Float64,
    "red_share": pl.Float64,
    "sense": pl.Int8,
    "is_bound": pl.Boolean,
    "limit_number": pl.Float64,
    "limit_parameter": pl.String,
    "limit_item": pl.String,
    "event": pl.Int64,
    "document": pl.String,
}
_SET_FIELDS = ("target", "indicator", "area", "base_period", "period", "value", "document")


class _Move(msgspec.Struct, frozen=True):
    """What a ``target.set`` event changes."""

    event: int
    base_year: int | None
    target_year: int | None
    stated: str
    document: str


def targets_in_force(pack: Pack, events: pl.DataFrame, *, as_of: dt.date, with_plans: bool = True) -> pl.DataFrame:
    """Return the targets in force on ``as_of`` with the schema ``SCHEMA``, one row per target and area.

    A ``target.set`` event (data: ``indicator`` or ``target``, ``area`` or ``*``, ``base_period``, ``period`` = the
    target period, ``value`` or empty) moves the matching targets; the last one in folding order holds. Each indicator
    also has one row per area that its direction alone makes (priority ``DIRECTION``), so that no figure is without
    one. Targets of published plans stand above rules and judge the close of their own year only; those that no
    indicator measures are text and have no row. Without ``with_plans`` they are left out: a real plan does not judge
    simulated figures.
    """
    moves = _moves(events, as_of)
    goalposts = _goalposts(pack, as_of)
    directions = {indicator.id: parse_direction(indicator) for indicator in pack.indicators.values()}
    rows = [
        row
        for target in pack.targets.values()
        if target.indicator and (with_plans or target.area == "*")
        for row in _rows(pack, target, moves, goalposts, directions[target.indicator])
    ]
    rows += [_direction_row(indicator, area, directions[indicator]) for indicator in directions for area in pack.areas]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _rows(
    pack: Pack,
    target: Target,
    moves: dict[tuple[str, str], _Move],
    goalposts: dict[str, float],
    direction: Direction,
) -> Iterator[dict[str, Any]]:
    rule, limits = value_rule(target, pack), band(target, pack)
    areas = list(pack.areas) if target.area == "*" else [target.area]
    for area in areas:
        move = _move_of(moves, target, area)
        yield _row(target, area, move, goalposts, direction, rule=rule, limits=limits)


def _row(
    target: Target,
    area: str,
    move: _Move | None,
    goalposts: dict[str, float],
    direction: Direction,
    *,
    rule: ValueRule,
    limits: Band | None,
) -> dict[str, Any]:
    stated = (move.stated if move else "") or target.value
    base = (move.base_year if move else None) or _year(target.base_period)
    end = (move.target_year if move else None) or _year(target.target_period)
    return {
        "target": target.id,
        "indicator": target.indicator,
        "area": area,
        "priority": RULE if target.area == "*" else PLAN,
        "trajectory": target.trajectory,
        "rule": "value" if stated else rule.kind,
        "share": rule.share,
        "years": rule.years,
        "base_year": base,
        "target_year": end,
        "stated": float(stated) if stated else None,
        "half_digit": _half_digit(stated) if stated else None,
        "qualifier": target.qualifier,
        "goalpost": goalposts.get(target.indicator),
        "yellow_share": limits.yellow if limits else None,
        "red_share": limits.red if limits else None,
        "event": move.event if move else None,
        "document": move.document if move else target.source_id,
        **_limit(direction, target.parameter),
    }


def _limit(direction: Direction, parameter: str = "") -> dict[str, Any]:
    return {
        "sense": direction.sense,
        "is_bound": direction.is_bound,
        "limit_number": None if parameter else direction.number,
        "limit_parameter": parameter or direction.parameter,
        "limit_item": None if parameter else direction.item,
    }


def _direction_row(indicator: str, area: str, direction: Direction) -> dict[str, Any]:
    """The target that an indicator's direction makes by itself: a limit, an end to reach, or none."""
    has_limit = direction.number is not None or direction.parameter or direction.item
    return {
        "indicator": indicator,
        "area": area,
        "priority": DIRECTION,
        "rule": "limit" if has_limit else "none",
        **_limit(direction),
    }


def _moves(events: pl.DataFrame, as_of: dt.date) -> dict[tuple[str, str], _Move]:
    """Return the last move per (target id or indicator, area or ``*``)."""
    rows = read_events(events, ["target.set"], _SET_FIELDS, as_of=as_of)
    return {
        (row["target"] or row["indicator"], row["area"]): _Move(
            event=row["seq"],
            base_year=_year(row["base_period"] or ""),
            target_year=_year(row["period"] or ""),
            stated=row["value"] or "",
            document=row["document"] or "",
        )
        for row in rows.iter_rows(named=True)
    }


def _move_of(moves: dict[tuple[str, str], _Move], target: Target, area: str) -> _Move | None:
    """Return the latest move of a rule for ``area``; a published plan stays as it was published."""
    if target.area != "*":
        return None
    found = [moves.get((key, where)) for key in (target.id, target.indicator) for where in (area, "*")]
    return max((move for move in found if move), key=lambda move: move.event, default=None)


def _goalposts(pack: Pack, as_of: dt.date) -> dict[str, float]:
    """Return the better goalpost per indicator of the newest framework valid on ``as_of``."""
    frameworks = sorted((f for f in pack.frameworks.values() if f.valid_from <= as_of), key=lambda f: f.valid_from)
    return {
        line.indicator: float(line.goalpost_hi)
        for framework in frameworks
        for line in framework.indicators
        if line.goalpost_hi
    }


def _year(text: str) -> int | None:
    return Period.parse(text).year if text else None


def _half_digit(text: str) -> float:
    """Return half of the last digit a number was stated with (``10`` -> 0.5, ``4.25`` -> 0.005)."""
    _, _, decimals = text.partition(".")
    return 0.5 * 10.0 ** -len(decimals)
