"""Scope version keys: which dated territorial extent a figure stands for, such as ``S4@2009-04-24``."""

import datetime as dt
from collections.abc import Iterable

import polars as pl

from xinqu.policy.model import Area
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period

UNSTATED = "unstated"


def scope_key(area: Area, scope: str, day: dt.date) -> str:
    """Return the key of ``scope`` of ``area`` in force on ``day``: ``S4@2009-04-24``, or ``unstated``.

    A scope the area had no version of on that day is ``S4@undated``: it equals itself and no dated version.
    """
    if not scope or scope == UNSTATED:
        return UNSTATED
    began = [s.valid_from for s in area.scopes if s.scope == scope and _holds(s.valid_from, s.valid_to, day)]
    return f"{scope}@{max(began).isoformat()}" if began else f"{scope}@undated"


def territory_epoch(area: Area, day: dt.date) -> str:
    """Return the day the territory of ``area`` last changed, up to ``day``; "" when nothing is known.

    Figures of unstated scope on both sides of such a day can't be compared.
    """
    began = [scope.valid_from for scope in area.scopes if scope.valid_from <= day]
    return max(began).isoformat() if began else ""


def scope_keys(pack: Pack, triples: pl.DataFrame) -> pl.DataFrame:
    """Return distinct ``area, scope, period`` of ``triples`` with their ``scope_key``."""
    distinct = triples.select("area", "scope", "period").unique(maintain_order=True)
    keys = [_key(pack, area, scope, period) for area, scope, period in distinct.iter_rows()]
    return distinct.with_columns(pl.Series("scope_key", keys, dtype=pl.String))


def epochs(pack: Pack, pairs: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """Return ``area, period, sys_epoch`` for distinct pairs of area and period."""
    rows = [(area, period, _epoch(pack, area, period)) for area, period in pairs]
    return pl.DataFrame(rows, schema={"area": pl.String, "period": pl.String, "sys_epoch": pl.String}, orient="row")


def _key(pack: Pack, area: str, scope: str | None, period: str) -> str:
    known = pack.areas.get(area)
    return scope_key(known, scope or "", Period.parse(period).end) if known else UNSTATED


def _epoch(pack: Pack, area: str, period: str) -> str:
    known = pack.areas.get(area)
    return territory_epoch(known, Period.parse(period).end) if known else ""


def _holds(start: dt.date, end: dt.date | None, day: dt.date) -> bool:
    return start <= day and (end is None or day <= end)
