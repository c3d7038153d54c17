"""Estimates of values that are owed and missing: five methods, the most accurate one per item as measured on known values.

An estimate is flagged, has an interval from measured errors, and never stands in the place of a value: it goes when the
return arrives (docs/architecture.md, aggregates and estimates).
"""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from xinqu.engines.context import Facts
from xinqu.indicators.accuracy import choices, measure
from xinqu.indicators.estimate_series import known_cells
from xinqu.policy.due import owed_periods
from xinqu.policy.pack import Pack
from xinqu.vocabulary.truth import ValueState

METHODS = ("peers", "ratio", "auxiliary", "seasonal", "trend")
NAIVE = ("last_year", "period_before")  # what the methods are measured against; never used
# of the pack: level of intervals, least known values to measure errors on
NUMBERS = ("estimate_level", "estimate_least")
SCHEMA: dict[str, pl.DataType] = {
    "item": pl.String(), "area": pl.String(), "period": pl.String(), "method": pl.String(), "value": pl.Float64(),
    "low": pl.Float64(), "high": pl.Float64(), "tests": pl.Int64(), "error": pl.Float64(), "unknown": pl.String(),
    "origin": pl.String(),
}  # fmt: skip
NO_METHOD = "no_method"  # too few known values to measure any method on
NO_HISTORY = "no_history"  # the area has none of the values that the measured methods read
_CELL = ["item", "area", "period"]
_LEAST_PAIRS = 8  # cells in which two items both grew, to tell whether they move together
_LARGEST_GAP = 1.0  # of growth (log): a slip or a start from nothing counts no more than this


def candidates(pack: Pack, facts: Facts, form: str) -> pl.DataFrame:
    """Return every method's estimate of every cell of the area form, known or not, none of them reading the cell itself.

    Returns: item, area, period, value (null when not known), state, is_amount, length (``short`` with fewer than two
        years of known values before, else ``long``), one column per method of ``METHODS`` and per ``NAIVE`` one:
        ``peers``: last year's value grown as the median of the other areas grew; ``ratio``: last period's value grown
        as the sum of the others (those with both values) grew since; ``auxiliary``: last year's value grown as the item
        of the same return grew that has moved most like it; ``seasonal``: the period before grown as it grew a year
        ago; ``trend``: last year's value grown as it grew on the year before.
        Null where a value it reads is missing or of another territory.

    Amounts grow by factors (and must be positive), rates by differences; rates have no ``ratio``, since they are never
    added. Year-to-date items are estimated as such: the same months stand against each other.
    """
    cells = known_cells(pack, facts, form).with_columns(
        pl.when("is_amount").then(pl.col("value").log()).otherwise("value").alias("#t")
    )
    for name, column in (("prev", "prev"), ("ly", "ly"), ("ly2", "ly2"), ("prev_ly", "prev_ly")):
        grown = pl.when("is_amount").then(pl.col(column).log()).otherwise(column)
        cells = cells.with_columns(grown.alias(f"#{name}"))
    growth = cells.select((pl.col("#t") - pl.col("#ly")).fill_null(np.nan).alias("growth"))["growth"].to_numpy()
    grid = growth.reshape(cells["item"].n_unique(), cells["area"].n_unique(), -1)
    is_amount = cells["is_amount"].to_numpy().reshape(len(grid), -1)[:, 0]
    cells = cells.with_columns(
        pl.Series("#peers", _median_of_others(grid).ravel()),
        pl.Series("#auxiliary", _like_growth(grid.reshape(len(grid), -1), is_amount).ravel()),
    )
    both = pl.col("value").is_not_null() & pl.col("prev").is_not_null()
    others = {
        name: pl.col(name).filter(both).sum().over("item", "period") - pl.when(both).then(name).otherwise(0.0)
        for name in ("value", "prev")
    }
    has_others = pl.col("is_amount") & (both.sum().over("item", "period") - both.cast(pl.Int64) > 0)
    is_seasonal = pack.forms[form].frequency.per_year > 1  # else the period before is last year
    made = {
        "peers": pl.col("#ly") + pl.col("#peers").fill_nan(None),
        "ratio": pl.when(has_others).then(pl.col("#prev") + (others["value"] / others["prev"]).log()),
        "auxiliary": pl.col("#ly") + pl.col("#auxiliary").fill_nan(None),
        "seasonal": pl.when(pl.lit(is_seasonal)).then(pl.col("#prev") + pl.col("#ly") - pl.col("#prev_ly")),
        "trend": 2 * pl.col("#ly") - pl.col("#ly2"),
        "last_year": pl.col("#ly"),
        "period_before": pl.col("#prev"),
    }
    back = {name: pl.when("is_amount").then(one.exp()).otherwise(one) for name, one in made.items()}
    found = cells.with_columns(one.alias(name) for name, one in back.items())
    return found.select(
        *_CELL, "value", "state", "is_amount", "length",
        *(pl.when(pl.col(name).is_finite()).then(name).alias(name) for name in (*METHODS, *NAIVE)),
    )  # fmt: skip


def estimate(pack: Pack, facts: Facts, form: str, *, day: dt.date) -> pl.DataFrame:
    """Return an estimate (``SCHEMA``) of each number that an area owes by ``day``, has missing, and another has reported.

    The method with the least median error on known values (of series as long, else of all) is taken where it can be
    computed, else the next. ``low`` and ``high`` hold ``estimate_level`` of the measured errors. ``value`` is null with
    its reason in ``unknown`` where no method was measured on ``estimate_least`` values (``NO_METHOD``) or the area lacks
    the values they read (``NO_HISTORY``). A pack without ``NUMBERS`` gives none.
    """
    settings = settings_on(pack, day)
    if settings is None or form not in facts or facts[form].is_empty():
        return pl.DataFrame(schema=SCHEMA)
    owed = _owed(pack, form, known_cells(pack, facts, form), day)
    if owed.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    found = candidates(pack, facts, form).filter(pl.col("item").is_in(owed["item"].unique().to_list()))
    enough = measure(found, level=settings["estimate_level"]).filter(
        (pl.col("tests") >= settings["estimate_least"]) & pl.col("method").is_in(list(METHODS))
    )
    missing = found.join(owed.select(_CELL), on=_CELL, how="semi")
    best = choices(missing.drop("value"), enough, METHODS)
    told = best.select(*_CELL, "method", "tests", "error", *_interval(pack, form))
    reason = pl.when(pl.col("item").is_in(enough["item"].unique().to_list())).then(pl.lit(NO_HISTORY))
    return (
        missing.select(_CELL)
        .join(told, on=_CELL, how="left")
        .with_columns(
            unknown=pl.when(pl.col("value").is_null()).then(reason.otherwise(pl.lit(NO_METHOD))),
            origin=pl.when(pl.col("value").is_not_null()).then(pl.lit("estimated")),
        )
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        .sort(_CELL)
    )


def settings_on(pack: Pack, day: dt.date) -> dict[str, float] | None:
    """Return the pack's numbers for estimates in force on ``day``; None where it has not all of them."""
    versions = {name: pack.parameters[name].on(day) for name in NUMBERS if name in pack.parameters}
    known = {name: float(version.exact) for name, version in versions.items() if version}
    return known if len(known) == len(NUMBERS) else None


def _owed(pack: Pack, form: str, cells: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Return the missing cells whose return is owed by ``day`` by an area that existed at the period's end."""
    owed = {str(period): period.end for period in owed_periods(pack.forms[form], day, pack.calendar)}
    approved = {code: area.approved_on for code, area in pack.areas.items()}
    mine = cells.filter((pl.col("state") == ValueState.MISSING.value) & pl.col("period").is_in(list(owed)))
    ends = pl.col("period").replace_strict(owed, default=None, return_dtype=pl.Date)
    return mine.filter(pl.col("area").replace_strict(approved, return_dtype=pl.Date) <= ends)


def _interval(pack: Pack, form: str) -> list[pl.Expr]:
    """Return value, low and high inside the item's range, integers as whole numbers."""
    items = {item.code: item for item in pack.forms[form].items}
    bounds: dict[str, Mapping[str, float]] = {
        side: {code: float(getattr(item, side)) for code, item in items.items() if getattr(item, side)}
        for side in ("min", "max")
    }
    whole = [code for code, item in items.items() if item.type == "integer"]
    low, high = (
        pl.col("item").replace_strict(known, default=None, return_dtype=pl.Float64) if known else pl.lit(None, pl.Float64)
        for known in (bounds["min"], bounds["max"])
    )  # fmt: skip
    shifted = {
        "value": pl.col("value"),
        "low": pl.when("is_amount").then(pl.col("value") * pl.col("off_low").exp()).otherwise(pl.col("value") + pl.col("off_low")),
        "high": pl.when("is_amount").then(pl.col("value") * pl.col("off_high").exp()).otherwise(pl.col("value") + pl.col("off_high")),
    }  # fmt: skip
    inside = {name: pl.min_horizontal(pl.max_horizontal(made, low), high) for name, made in shifted.items()}
    is_whole = pl.col("item").is_in(whole)
    rounded = {"value": inside["value"].round(0), "low": inside["low"].floor(), "high": inside["high"].ceil()}
    return [
        pl.when(pl.col("value").is_not_null()).then(pl.when(is_whole).then(rounded[name]).otherwise(inside[name])).alias(name)
        for name in shifted
    ]  # fmt: skip


def _like_growth(grown: NDArray[np.float64], is_amount: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return in each cell the growth of the item of the same return that has moved most like the cell's own; else NaN.

    ``grown``: shape (items, cells), NaN where unknown. Two amounts are compared over the cells in which both grew;
    rates have none, since a difference of rates is no growth.
    """
    known = ~np.isnan(grown) & is_amount[:, None]
    filled = np.where(known, grown, 0.0)
    chosen = np.full_like(grown, np.nan)
    for own in np.flatnonzero(is_amount):
        both = known & known[own]
        pairs = both.sum(axis=1)
        gaps = np.where(both, np.minimum(np.abs(filled - filled[own]), _LARGEST_GAP), 0.0).sum(axis=1)
        apart = np.where(pairs >= _LEAST_PAIRS, gaps / np.maximum(pairs, 1), np.inf)
        apart[own] = np.inf
        nearest = int(np.argmin(apart))
        if np.isfinite(apart[nearest]):
            chosen[own] = grown[nearest]
    return chosen


def _median_of_others(growth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each cell the median of the other areas' growth: from the sorted numbers without one's own place.

    ``growth``: shape (items, areas, periods), NaN where unknown; so is the result where no other area is known.
    """
    order = np.argsort(growth, axis=1, kind="stable")  # NaN last
    known = np.take_along_axis(growth, order, axis=1)
    own = np.argsort(order, axis=1, kind="stable")
    is_known = ~np.isnan(growth)
    rest = is_known.sum(axis=1, keepdims=True) - is_known
    last = growth.shape[1] - 1

    def at(place: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the number at a place among the others: from one's own place on they are one further."""
        moved = np.where(is_known & (place >= own), place + 1, place)
        return np.take_along_axis(known, np.clip(moved, 0, last), axis=1)

    return np.where(rest > 0, (at((rest - 1) // 2) + at(rest // 2)) / 2, np.nan)
