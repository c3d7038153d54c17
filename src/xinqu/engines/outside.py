"""Figures of outside sources beside the returns of an area: dated and cited in the pack, never returns of another realm."""

from collections.abc import Iterable

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period


def with_outside(pack: Pack, whole: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """Add a column ``outside('name')`` per name: the figure of the row's area in force on the last day of its period.

    ``whole`` has ``area`` and ``period``. The figure is null where the source says nothing of that area or day.
    """
    wanted = list(names)
    if not wanted:
        return whole
    places = whole.select("area", "period").unique(maintain_order=True)
    ends = {period: Period.parse(period).end for period in places["period"].unique()}
    columns = {
        f"outside('{name}')": [pack.outside_value(name, area, ends[period]) for area, period in places.iter_rows()]
        for name in wanted
    }
    values = places.with_columns(pl.Series(name, column, pl.Float64) for name, column in columns.items())
    return whole.join(values, on=["area", "period"], how="left", maintain_order="left")
