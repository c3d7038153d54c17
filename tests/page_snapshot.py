"""A small snapshot made by hand for the read models: real pack, a few figures and lamps."""

import datetime as dt
from types import SimpleNamespace

import polars as pl

import cast
from xinqu.coordination.difficulties import SCHEMA as DIFFICULTIES
from xinqu.spine.pages.model import Sight
from xinqu.vocabulary.origin import Realm

FIGURES = {
    "indicator": pl.String, "area": pl.String, "period": pl.String, "value": pl.Float64, "unknown": pl.String,
    "detail": pl.String, "unit": pl.String, "scope": pl.String, "origin": pl.String, "status": pl.String,
    "submissions": pl.List(pl.String),
}  # fmt: skip
LAMPS = {
    "indicator": pl.String, "area": pl.String, "period": pl.String, "value": pl.Float64, "expected": pl.Float64,
    "lamp": pl.String, "reason": pl.String, "band_yellow": pl.Float64, "band_red": pl.Float64, "target": pl.String,
    "goal": pl.Float64, "override": pl.String, "override_reason": pl.String, "override_event": pl.Int64,
}  # fmt: skip
FINDINGS = {"area": pl.String, "level": pl.String, "verdict": pl.String}
SCORES = {
    "area": pl.String, "verdict": pl.String, "score": pl.Float64, "rank_low": pl.Int64, "rank_high": pl.Int64,
    "present": pl.Int64, "expected": pl.Int64, "short_pillars": pl.List(pl.String), "missing": pl.List(pl.String),
}  # fmt: skip
EVERYTHING = frozenset(cast.pack().areas)
ALL = Sight(figures=EVERYTHING, lamps=EVERYTHING, returns=EVERYTHING, evaluation=EVERYTHING, difficulties=EVERYTHING)


def figure(indicator, area, period, value=None, *, unknown="", scope="S4@2009-04-24", origin="simulated"):
    known = value is not None
    return {
        "indicator": indicator, "area": area, "period": period, "value": value,
        "unknown": None if known else (unknown or "missing"), "detail": None if known else '{"xa1_gdp":"missing"}',
        "unit": cast.pack().indicators[indicator].unit, "scope": scope if known else None,
        "origin": origin if known else None, "status": "trial", "submissions": [],
    }  # fmt: skip


def lamp(indicator, area, period, colour, *, reason="", override=None):
    return {
        "indicator": indicator, "area": area, "period": period, "value": None, "expected": 1.0, "lamp": colour,
        "reason": reason, "band_yellow": None, "band_red": None, "target": "", "goal": None, "override": override,
        "override_reason": None, "override_event": 7 if override else None,
    }  # fmt: skip


def snapshot(figures, lamps=(), *, realm=Realm.REHEARSAL):
    index = SimpleNamespace(
        framework="xq_equal_v0", status="trial", year=2025, draws=1000, scores=pl.DataFrame(schema=SCORES)
    )
    return SimpleNamespace(
        realm=realm, vintage=42, as_of=dt.date(2026, 11, 16), head_hash="ab" * 32, pack=cast.pack(),
        figures=pl.DataFrame(list(figures), schema=FIGURES), lamps=pl.DataFrame(list(lamps), schema=LAMPS),
        findings=pl.DataFrame(schema=FINDINGS), facts={}, index=index,
        submissions=pl.DataFrame(), difficulties=pl.DataFrame(schema=DIFFICULTIES),
    )  # fmt: skip
