"""Checks of record forms on Spark, area by area: the same facts, context and checks as on one machine."""

import functools
from collections.abc import Mapping
from typing import Any

import msgspec
import polars as pl

from xinqu.engines.record_facts import records_to_facts
from xinqu.engines.spark import map_groups
from xinqu.policy.pack import Pack
from xinqu.validation.findings import COUNTS_SCHEMA, FINDINGS_SCHEMA, Findings
from xinqu.validation.run import validate


def _wide(kind: Any) -> Any:
    """Return a type that Spark knows for one of ours: no unsigned numbers, no enumerations."""
    if isinstance(kind, pl.Enum) or kind in (pl.Enum, pl.Categorical):
        return pl.String()
    return pl.Int64() if kind == pl.UInt32 else kind


_SCHEMA: dict[str, Any] = {
    "part": pl.String(), **{name: _wide(kind) for name, kind in {**FINDINGS_SCHEMA, **COUNTS_SCHEMA}.items()},
}  # fmt: skip


def validate_records_on(rows: Any, pack: Pack, form: str) -> Findings:
    """Return ``validation.run.validate`` of record form ``form``, computed by the session of ``rows``.

    Args:
        rows: a Spark frame of canonical record rows with ``area, sub_unit, period, submission, event, row, scope, origin``;
            all rows of an area go to one worker, so that keys and the period before are seen whole.
    """
    body = msgspec.msgpack.encode(pack)

    def work(group: pl.DataFrame) -> pl.DataFrame:
        own = _decoded(body)
        found = validate(own, {form: records_to_facts(own, form, group.sort("period", "row"))}, form)
        return pl.concat(
            [found.findings.with_columns(part=pl.lit("findings")), found.counts.with_columns(part=pl.lit("counts"))],
            how="diagonal_relaxed",
        )

    told = map_groups(rows, "area", work, _SCHEMA)
    counts = told.filter(pl.col("part") == "counts")
    sums = [name for name, kind in COUNTS_SCHEMA.items() if kind == pl.UInt32]
    added = counts.group_by("form", "check", "level").agg(pl.col(sums).sum())
    order = [name for name in FINDINGS_SCHEMA if name not in ("items", "values", "detail")]
    return Findings(
        told.filter(pl.col("part") == "findings").select(_cast(FINDINGS_SCHEMA)).sort(*order, "detail"),
        added.select(_cast(COUNTS_SCHEMA)).sort("check"),
    )


@functools.lru_cache(maxsize=2)
def _decoded(body: bytes) -> Pack:
    """Return the pack; a worker decodes it once, whatever the number of its groups."""
    return msgspec.msgpack.decode(body, type=Pack)


def _cast(schema: Mapping[str, Any]) -> list[pl.Expr]:
    return [pl.col(name).cast(kind) for name, kind in schema.items()]
