"""Reported items as quotable figures: what an area filed as such, before any indicator is computed from it."""

from collections.abc import Mapping

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import ValueState

Facts = Mapping[str, pl.DataFrame]
_COLUMNS = ("indicator", "area", "period", "value", "unknown", "unit", "scope", "origin", "status", "submissions")
_NUMERIC = ("decimal", "integer")


def reported_items(facts: Facts, pack: Pack) -> pl.DataFrame:
    """Return the reported numeric items of whole areas as rows of a figures frame; ``indicator`` is the item's code.

    Records (enterprises, cases ...) are no figures of an area: a report never quotes one.
    """
    areas_say = {form.id for form in pack.area_forms}
    parts = [_of_form(frame, form, pack) for form, frame in facts.items() if frame.height and form in areas_say]
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(_COLUMNS, pl.String))


def latest_items(items: pl.DataFrame) -> pl.DataFrame:
    """Return the latest row of each (item, area), in the order of ``items``."""
    ends = {text: Period.parse(text).end for text in items["period"].unique()}
    dated = items.with_columns(end=pl.col("period").replace_strict(ends, return_dtype=pl.Date))
    latest = pl.col("end") == pl.col("end").max().over("indicator", "area")
    return dated.filter(latest).drop("end")


def _of_form(frame: pl.DataFrame, form: str, pack: Pack) -> pl.DataFrame:
    whole = frame.filter(pl.col("sub_unit") == "")
    parts = [
        whole.select(
            pl.lit(item.code).alias("indicator"),
            "area",
            "period",
            pl.col(item.code).cast(pl.Float64).alias("value"),
            pl.lit(None, pl.String).alias("unknown"),
            pl.lit(item.unit).alias("unit"),
            pl.col(f"{item.code}#scope").cast(pl.String).alias("scope"),
            pl.col(f"{item.code}#origin").cast(pl.String).alias("origin"),
            pl.lit("official").alias("status"),
            pl.concat_list("submission").alias("submissions"),
            pl.col(f"{item.code}#state").cast(pl.String).alias("state"),
        )
        for item in pack.forms[form].items
        if item.type in _NUMERIC and item.code in whole.columns
    ]
    return pl.concat(parts).filter(pl.col("state") == ValueState.REPORTED.value).select(_COLUMNS)
