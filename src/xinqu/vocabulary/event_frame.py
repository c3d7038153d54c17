"""The log as a frame: which columns it has, and its data read as text columns by field name."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

LOG_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "seq": pl.Int64,
    "type": pl.String,
    "actor": pl.String,
    "organisation": pl.String,
    "effective_on": pl.Date,
    "data": pl.String,
}


def empty_log() -> pl.DataFrame:
    """Return a log without events."""
    return pl.DataFrame(schema=LOG_SCHEMA)


def read_events(
    events: pl.DataFrame, types: Sequence[str], fields: Sequence[str], *, as_of: dt.date | None = None
) -> pl.DataFrame:
    """Return the events of ``types`` in folding order (effective_on, seq), their data fields as text columns.

    ``events`` has at least the columns of ``LOG_SCHEMA`` and holds one realm; ``effective_on`` is a Date or ISO text,
    ``data`` is JSON text. An absent field is null. Events in force after ``as_of`` and those voided by
    ``data.corrected`` are left out.
    """
    on = pl.col("effective_on")
    day = on if events.schema["effective_on"] == pl.Date else on.cast(pl.String).str.slice(0, 10).str.to_date()
    voided = events.filter(pl.col("type") == "data.corrected").select(
        seq=pl.col("data").str.json_path_match("$.event").cast(pl.Int64, strict=False)
    )
    rows = (
        events.filter(pl.col("type").is_in(list(types)))
        .with_columns(day.alias("effective_on"))
        .join(voided, on="seq", how="anti")
    )
    if as_of is not None:
        rows = rows.filter(pl.col("effective_on") <= as_of)
    texts = [pl.col("data").str.json_path_match(f"$.{name}").alias(name) for name in fields]
    return rows.select("seq", "type", "actor", "organisation", "effective_on", *texts).sort("effective_on", "seq")
