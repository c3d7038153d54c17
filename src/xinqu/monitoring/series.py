"""Figures by year: the period columns that lamps and index share, and the one value that stands for a year."""

import polars as pl

from xinqu.vocabulary.periods import Frequency, Period


def with_period_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to a frame with a ``period`` text: ``year``, ``end_month`` (months since year 0), ``end`` and ``closes_year``.

    ``closes_year`` is true for the last period of a year (Q4, month 12, S2) and for the year itself.
    """
    texts = frame.get_column("period").unique().drop_nulls().to_list()
    periods = {text: Period.parse(text) for text in texts}
    table = pl.DataFrame(
        {
            "period": list(periods),
            "year": [p.year for p in periods.values()],
            "end_month": [p.end.year * 12 + p.end.month for p in periods.values()],
            "end": [p.end for p in periods.values()],
            "closes_year": [p.number == p.frequency.per_year for p in periods.values()],
            "is_year": [p.frequency is Frequency.ANNUAL for p in periods.values()],
        },
        schema={
            "period": pl.String,
            "year": pl.Int32,
            "end_month": pl.Int32,
            "end": pl.Date,
            "closes_year": pl.Boolean,
            "is_year": pl.Boolean,
        },
    )
    return frame.join(table, on="period", how="left", maintain_order="left")


def annual_values(figures: pl.DataFrame) -> pl.DataFrame:
    """Return one row per indicator, area and year: the figure of the last period of that year.

    A shorter period that closes the year goes before a figure of the whole year, unless its value is unknown.
    Returns: columns indicator, area, year, period, value, unknown.
    """
    return (
        with_period_columns(figures)
        .filter("closes_year")
        .sort("indicator", "area", "year", pl.col("value").is_null(), "is_year")
        .unique(subset=["indicator", "area", "year"], keep="first", maintain_order=True)
        .select("indicator", "area", "year", "period", "value", "unknown")
    )
