"""A small made-up nation's frames: known, unknown and missing figures of the real pack's indicators and areas."""

import datetime as dt

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.reporting.model import Edition
from xinqu.vocabulary.origin import Realm

FIGURES_SCHEMA = {
    "indicator": pl.String, "area": pl.String, "period": pl.String, "value": pl.Float64, "unknown": pl.String,
    "detail": pl.String, "unit": pl.String, "scope": pl.String, "origin": pl.String, "status": pl.String,
    "submissions": pl.List(pl.String),
}  # fmt: skip
AS_OF = dt.date(2026, 11, 16)


def edition_of(pack: Pack, realm: Realm = Realm.PUBLISHED, **changed) -> Edition:
    values = {
        "realm": realm, "vintage": 87, "vintage_on": dt.date(2026, 11, 20), "as_of": AS_OF, "head_seq": 90,
        "head_sha256": "ab" * 32, "pack_id": pack.info.id, "pack_version": pack.info.version,
        "pack_sha256": pack.sha256, "software": "0.1.0", "lock_sha256": "cd" * 32, "compute_version": "1",
    }  # fmt: skip
    return Edition(**{**values, **changed})


def figure_row(indicator, area, period, value, unit, *, unknown=None, scope="S4@2012-09-06", origin="published"):
    return {
        "indicator": indicator, "area": area, "period": period, "value": value, "unknown": unknown, "detail": "{}",
        "unit": unit, "scope": scope, "origin": origin, "status": "trial", "submissions": [f"{hash_of(indicator, area, period)}"],
    }  # fmt: skip


def hash_of(*parts) -> str:
    return "".join(f"{ord(char) % 16:x}" for char in "/".join(parts)).ljust(64, "0")[:64]


def frame_of(rows) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=FIGURES_SCHEMA)


def made_figures() -> pl.DataFrame:
    rows = [
        figure_row("Q01", "nansha", "2022-Q4", 4.2, "pct"),
        figure_row("Q01", "nansha", "2023-Q4", 4.3, "pct"),
        figure_row("Q01", "nansha", "2023", 4.3, "pct"),
        figure_row("Q01", "nansha", "2024-Q4", None, "pct", unknown="missing"),
        figure_row("Q01", "pudong", "2023-Q4", 4.8, "pct", scope="S4@2009-04-24"),
        figure_row("Q01", "binhai", "2023-Q4", -0.04, "pct", scope="unstated"),
        figure_row("Q01", "lanzhou", "2023-Q4", 13.0, "pct", scope="S5@2012-08-20"),
        figure_row("Q01", "liangjiang", "2025-Q4", None, "pct", unknown="series_break"),
        figure_row("Q03", "pudong", "2023", 287654.321, "yuan_per_person"),
        figure_row("Q03", "tianfu", "2023", None, "yuan_per_person", unknown="scope_mismatch"),
        *(figure_row("R02", "jinpu", f"2023-{month:02d}", month / 2, "pct") for month in range(2, 13)),
    ]
    return frame_of(rows)


def made_submissions() -> pl.DataFrame:
    return pl.DataFrame(
        [
            ("nansha", "xq1", "2023-Q4"),
            ("nansha", "xa1", "2023"),
            ("pudong", "xq1", "2023-Q4"),
            ("jinpu", "xm1", "2023-12"),
        ],
        schema=["area", "form", "period"],
        orient="row",
    )
