"""How accurate estimates are: known values withheld one by one, errors by item, method and length of the series.

An error is told on the scale on which the item grows: the logarithm of value / estimate for amounts, their difference for
rates; ``off_low`` and ``off_high`` are on that scale.
"""

import math
from collections.abc import Sequence

import polars as pl

ANY = "any"
LENGTHS = ("short", "long", ANY)
ACCURACY: dict[str, pl.DataType] = {
    "item": pl.String(), "length": pl.String(), "method": pl.String(), "tests": pl.Int64(), "error": pl.Float64(),
    "mape": pl.Float64(), "mase": pl.Float64(), "bias": pl.Float64(), "off_low": pl.Float64(), "off_high": pl.Float64(),
    "covered": pl.Float64(),
}  # fmt: skip
_CELL = ["item", "area", "period"]
_BY = ["item", "length", "method"]


def measure(found: pl.DataFrame, *, level: float) -> pl.DataFrame:
    """Return how far each method is off known values it did not read (``ACCURACY``), sorted by item, length, error.

    Args:
        found: ``estimates.candidates``.
        level: share of errors that an interval is to hold.

    ``error``: median absolute error, relative for amounts, in the item's unit for rates; ``mape``: its mean (amounts
    only, relative); ``mase``: mean absolute error over that of last year's value on the same cells; ``bias``: median
    error (estimate less value). ``off_low``, ``off_high``: what is to be added to an estimate so that the interval holds
    a further error with chance ``level``, if errors are exchangeable. ``covered``: share of errors of every second area
    inside an interval made from those of the others. Length ``any`` counts all series.

    Source: Hyndman and Koehler (2006) for MASE; the ranks floor((n+1)(1-level)/2) of split conformal prediction.
    """
    errors = _errors(found)
    both = pl.concat([errors, errors.with_columns(pl.lit(ANY).alias("length"))])
    off, is_fitted = pl.col("off"), ~pl.col("odd")
    low, high = _bounds(off.filter(is_fitted), level)
    held_out = off.filter("odd")
    widest = _bounds(off, level)
    return both.group_by(_BY).agg(
        *_summary(),
        widest[0].alias("off_low"), widest[1].alias("off_high"),
        held_out.is_between(low, high).mean().alias("covered"),
    ).select(pl.col(name).cast(kind) for name, kind in ACCURACY.items()).sort("item", "length", "error", "method")  # fmt: skip


def choices(cells: pl.DataFrame, measured: pl.DataFrame, methods: Sequence[str]) -> pl.DataFrame:
    """Return for each cell that some measured method can estimate: the cell's columns, method, value, tests, error, off_low, off_high.

    Args:
        cells: rows of ``estimates.candidates``, without ``value``.
        measured: rows of ``measure`` to choose by. Series of the cell's own length come before ``any``.
    """
    index = [*_CELL, "is_amount", "length"]
    long = cells.unpivot(index=index, on=list(methods), variable_name="method", value_name="value")
    usable = long.filter(pl.col("value").is_not_null())
    by = measured.select(*_BY, "tests", "error", "off_low", "off_high")
    own = usable.join(by.filter(pl.col("length") != ANY), on=_BY).with_columns(pl.lit(0).alias("#turn"))
    any_length = by.filter(pl.col("length") == ANY).drop("length")
    others = usable.join(any_length, on=["item", "method"]).with_columns(pl.lit(1).alias("#turn"))
    ranked = pl.concat([own, others.select(own.columns)]).sort("#turn", "error", "method")
    return ranked.unique(_CELL, keep="first", maintain_order=True).drop("#turn")


def validated(found: pl.DataFrame, methods: Sequence[str], *, level: float, least: int) -> pl.DataFrame:
    """Return how good the choice of method is by item: chosen and fitted on every second area, tried on the others.

    Returns: item, tests, error, mape, mase, bias and covered, as ``measure``: nothing that was chosen by is tried.
    """
    halves = _half(found)
    fitted = measure(halves.filter(~pl.col("odd")).drop("odd"), level=level).filter(
        (pl.col("tests") >= least) & pl.col("method").is_in(list(methods))
    )
    tried = halves.filter(pl.col("odd") & pl.col("value").is_not_null()).drop("odd")
    chosen = choices(tried.drop("value"), fitted, methods).rename({"value": "estimate"})
    joined = tried.select(*_CELL, "value", "last_year").join(chosen, on=_CELL)
    off = _off()
    told = joined.with_columns(off.alias("off"), *_sizes()).with_columns(
        pl.col("off").is_between("off_low", "off_high").alias("inside")
    )
    return told.group_by("item").agg(*_summary(), pl.col("inside").mean().alias("covered")).sort("item")


def _errors(found: pl.DataFrame) -> pl.DataFrame:
    """Return each known value beside each estimate of it, with the error on the item's scale and in its unit."""
    methods = [name for name in found.columns if name not in (*_CELL, "value", "state", "is_amount", "length")]
    index = [*_CELL, "value", "is_amount", "length", "odd", "#ly"]
    known = _half(found).filter(pl.col("value").is_not_null()).with_columns(pl.col("last_year").alias("#ly"))
    long = known.unpivot(index=index, on=methods, variable_name="method", value_name="estimate")
    usable = long.filter(pl.col("estimate").is_not_null()).rename({"#ly": "last_year"})
    return usable.with_columns(_off().alias("off"), *_sizes())


def _half(found: pl.DataFrame) -> pl.DataFrame:
    """Mark every second area: neighbouring periods of one area err alike, so a half must not share its areas."""
    places = {area: place % 2 == 1 for place, area in enumerate(found["area"].unique().sort())}
    return found.with_columns(pl.col("area").replace_strict(places, return_dtype=pl.Boolean).alias("odd"))


def _off() -> pl.Expr:
    value, estimate = pl.col("value"), pl.col("estimate")
    return pl.when("is_amount").then((value / estimate).log()).otherwise(value - estimate)


def _sizes() -> list[pl.Expr]:
    value, estimate = pl.col("value"), pl.col("estimate")
    by = pl.when("is_amount").then(value).otherwise(1.0)
    return [
        ((estimate - value) / by).alias("relative"), (estimate - value).abs().alias("gap"),
        (pl.col("last_year") - value).abs().alias("naive_gap"),
    ]  # fmt: skip


def _summary() -> list[pl.Expr]:
    relative, naive = pl.col("relative"), pl.col("naive_gap")
    scale = naive.mean()
    return [
        pl.len().cast(pl.Int64).alias("tests"),
        relative.abs().median().alias("error"),
        pl.when(pl.col("is_amount").first()).then(relative.abs().mean()).alias("mape"),
        pl.when(scale > 0).then(pl.col("gap").filter(naive.is_not_null()).mean() / scale).alias("mase"),
        relative.median().alias("bias"),
    ]


def _bounds(off: pl.Expr, level: float) -> tuple[pl.Expr, pl.Expr]:
    """Return the ordered errors that leave (1 - level) / 2 of the chance on each side; the outermost where n is small."""
    count = off.count().cast(pl.Int64)
    rank = ((count + 1).cast(pl.Float64) * ((1 - level) / 2) + math.ulp(1.0)).floor().cast(pl.Int64)
    place = pl.max_horizontal(rank - 1, pl.lit(0))
    ordered = off.sort()
    return ordered.get(place, null_on_oob=True), ordered.get(pl.max_horizontal(count - 1 - place, pl.lit(0)), null_on_oob=True)  # fmt: skip
