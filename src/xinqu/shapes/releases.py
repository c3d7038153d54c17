"""Releases as a fold of their events: what is prepared, out or recalled, and which returns that makes public.

A release covers, of its forms and period, the return of each key that was accepted last at its vintage. It is one event
for all of them, so that no area is out before another.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
import polars as pl

from xinqu.shapes.statistical_return import KEY
from xinqu.vocabulary.canonical import canonical_json, sha256_hex

PREPARED, RELEASED, RECALLED = "return.release_prepared", "return.released", "return.release_recalled"
EVENTS = (PREPARED, RELEASED, RECALLED)
_UNIT = ["realm", "form", "area", "sub_unit", "period"]


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One release and where it stands.

    ``hash`` is that of the identities of the returns it covers; before ``release_at`` (aware) it is under embargo.
    ``wrong``: the returns that a recall named as wrong, as ``form/area/period`` or ``form/area/period/sub_unit``.
    """

    id: str
    series: str
    forms: tuple[str, ...]
    period: str
    vintage: int
    hash: str
    release_at: dt.datetime
    state: Literal["prepared", "released", "recalled"] = "prepared"
    prepared_event: int
    released_event: int | None = None
    released_at: dt.datetime | None = None
    recalled_event: int | None = None
    reason: str = ""
    wrong: tuple[str, ...] = ()


def fold(events: pl.DataFrame) -> list[Release]:
    """Return the releases of one realm in the order they were prepared.

    ``events``: columns of the log (seq, type, recorded_at, data as JSON text); others than ``EVENTS`` are passed over.
    """
    known: dict[str, Release] = {}
    rows = events.filter(pl.col("type").is_in(EVENTS)).sort("seq")
    for row in rows.select("seq", "type", "recorded_at", "data").iter_rows(named=True):
        data: dict[str, Any] = json.loads(row["data"])
        name = str(data["release_id"])
        known[name] = _prepared(data, row["seq"]) if row["type"] == PREPARED else _moved(known[name], row, data)
    return list(known.values())


def _prepared(data: dict[str, Any], seq: int) -> Release:
    return Release(
        id=data["release_id"], series=data["series"], forms=tuple(data["forms"]), period=data["period"],
        vintage=data["vintage"], hash=data["hash"], release_at=dt.datetime.fromisoformat(data["release_at"]),
        prepared_event=seq,
    )  # fmt: skip


def _moved(before: Release, row: dict[str, Any], data: dict[str, Any]) -> Release:
    change = msgspec.structs.replace
    if row["type"] == RELEASED:
        return change(before, state="released", released_event=row["seq"], released_at=row["recorded_at"])
    wrong = tuple(data.get("returns", ()))
    return change(before, state="recalled", recalled_event=row["seq"], reason=data["reason"], wrong=wrong)


def covered(submissions: pl.DataFrame, forms: Iterable[str], period: str, vintage: int) -> pl.DataFrame:
    """Return the submissions that a release of ``forms`` and ``period`` at ``vintage`` covers, sorted by key."""
    mine = submissions.filter(
        pl.col("form").is_in(list(forms)), pl.col("period") == period, pl.col("accepted_event") <= vintage
    )
    return mine.sort("accepted_event").unique(subset=_UNIT, keep="last").sort(*KEY)


def content_hash(covered_returns: pl.DataFrame) -> str:
    """Return the identity of what a release holds: the hash of its returns' keys and identities."""
    columns = ["form", "area", "sub_unit", "period", "content_hash"]
    return sha256_hex(canonical_json([list(row) for row in covered_returns.sort(*KEY).select(columns).iter_rows()]))


def mark(submissions: pl.DataFrame, releases: Sequence[Release]) -> pl.DataFrame:
    """Return the submissions with the state that releases give them.

    What a release in force covers is ``released``. A recall leaves its returns ``accepted`` and out of sight, but those
    that it names as wrong are ``recalled``: nothing is computed from them until another submission replaces them.
    """
    out = [release for release in releases if release.released_event is not None]
    if not out or submissions.is_empty():
        return submissions
    hits = _hits(submissions, out)
    in_force = hits.filter("in_force").group_by(KEY).agg(pl.col("released_event").max())
    wrong = hits.join(_wrong(out), on=["release", *_UNIT[1:]], how="inner")
    recalled = wrong.group_by(KEY).agg(pl.col("recalled_event").max())
    marked = submissions.join(in_force, on=KEY, how="left", nulls_equal=True, maintain_order="left").join(
        recalled, on=KEY, how="left", nulls_equal=True, maintain_order="left"
    )
    is_recalled = pl.col("recalled_event").is_not_null() & (
        pl.col("released_event").is_null() | (pl.col("recalled_event") > pl.col("released_event"))
    )
    is_released = pl.col("released_event").is_not_null()
    return marked.with_columns(
        state=pl.when(is_recalled).then(pl.lit("recalled")).when(is_released).then(pl.lit("released")).otherwise("state"),
        state_event=pl.when(is_recalled).then("recalled_event").when(is_released).then("released_event").otherwise("state_event"),
    ).select(submissions.columns)  # fmt: skip


def _hits(submissions: pl.DataFrame, releases: Sequence[Release]) -> pl.DataFrame:
    """Return key, release, in_force and released_event of every submission that a release covers."""
    covers = pl.DataFrame(
        [(r.id, form, r.period, r.vintage, r.state == "released", r.released_event) for r in releases for form in r.forms],
        schema={"release": pl.String, "form": pl.String, "period": pl.String, "vintage": pl.Int64, "in_force": pl.Boolean,
                "released_event": pl.Int64},
        orient="row",
    )  # fmt: skip
    return (
        submissions.filter(pl.col("state") == "accepted")
        .select(*KEY, "accepted_event")
        .join(covers, on=["form", "period"])
        .filter(pl.col("accepted_event") <= pl.col("vintage"))
        .sort("accepted_event")
        .unique(subset=["release", *_UNIT], keep="last")
    )


def _wrong(releases: Sequence[Release]) -> pl.DataFrame:
    rows = []
    for release in releases:
        for name in release.wrong:
            form, area, period, *unit = name.split("/")
            rows.append((release.id, form, area, unit[0] if unit else "", period, release.recalled_event))
    schema = {"release": pl.String, "form": pl.String, "area": pl.String, "sub_unit": pl.String, "period": pl.String,
              "recalled_event": pl.Int64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
