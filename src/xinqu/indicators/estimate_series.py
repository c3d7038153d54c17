"""The values that estimates are made from: every number of an area form, with those of earlier periods beside it."""

from collections.abc import Callable

import polars as pl

from xinqu.engines.context import Facts
from xinqu.engines.scopes import epochs
from xinqu.indicators.aggregate_methods import is_additive
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import ValueState

_SERIES = ["item", "area"]
_LONG_YEARS = 2  # from two years of known values on an own trend can be read


def known_cells(pack: Pack, facts: Facts, form: str) -> pl.DataFrame:
    """Return each number of each area in every period that some area has filed, sorted by item, area and period.

    Returns: item, area, period, value (null when not known; of an amount also when not positive, since such a value has
        no growth), state, is_amount (added over areas; else a rate, a share, a duration), length (``short`` | ``long``),
        and prev, ly, ly2, prev_ly: the values of the period before, last year, the year before it, and the period
        before last year's. Null where they stand for another territory: another scope version, or the area's
        territory has changed since.
    """
    definition = pack.forms[form]
    cells = _cells(pack, facts, form)
    steps: dict[str, Callable[[Period], Period]] = {
        "prev": definition.previous,
        "ly": Period.last_year,
        "ly2": lambda period: period.last_year().last_year(),
        "prev_ly": lambda period: definition.previous(period).last_year(),
    }
    for name, step in steps.items():
        cells = _with_earlier(cells, name, step)
    per_year = definition.frequency.per_year - len(definition.due.skip_periods)
    past = pl.col("value").is_not_null().cum_sum().shift(1, fill_value=0).over(_SERIES)
    length = pl.when(past < _LONG_YEARS * per_year).then(pl.lit("short")).otherwise(pl.lit("long"))
    return cells.sort(*_SERIES, "period").with_columns(length.alias("length"))


def _cells(pack: Pack, facts: Facts, form: str) -> pl.DataFrame:
    frame = facts[form].filter(pl.col("sub_unit") == "")
    numbers = _numbers(pack.forms[form])
    grid = pl.DataFrame({"area": list(pack.areas)}).join(frame.select("period").unique(), how="cross")
    grid = grid.join(epochs(pack, grid.iter_rows()), on=["area", "period"])
    parts = [
        frame.select(
            "area", "period", pl.lit(code).alias("item"), pl.col(code).cast(pl.Float64).alias("value"),
            pl.col(f"{code}#state").cast(pl.String).alias("state"), pl.col(f"{code}#scope").cast(pl.String).alias("scope"),
        )
        for code in numbers
    ]  # fmt: skip
    kinds = pl.DataFrame({"item": numbers, "is_amount": [is_additive(pack, code) for code in numbers]})
    cells = grid.join(kinds, how="cross").join(pl.concat(parts), on=["area", "period", "item"], how="left")
    is_usable = pl.col("value").is_finite() & (~pl.col("is_amount") | (pl.col("value") > 0))
    return cells.with_columns(
        pl.when(is_usable).then("value").alias("value"), pl.col("state").fill_null(ValueState.MISSING.value)
    ).sort(*_SERIES, "period")


def _numbers(form: Form) -> list[str]:
    return [item.code for item in form.items if item.type in ("decimal", "integer")]


def _with_earlier(cells: pl.DataFrame, name: str, step: Callable[[Period], Period]) -> pl.DataFrame:
    """Join the value that ``step`` leads to; a missing cell has no scope, so only a change of territory stops it."""
    then = {text: str(step(Period.parse(text))) for text in cells["period"].unique()}
    earlier = cells.select(
        *_SERIES, pl.col("period").alias("#then"), pl.col("value").alias(name), pl.col("scope").alias("#scope"),
        pl.col("sys_epoch").alias("#epoch"),
    )  # fmt: skip
    at = pl.col("period").replace_strict(then, return_dtype=pl.String).alias("#then")
    joined = cells.with_columns(at).join(earlier, on=[*_SERIES, "#then"], how="left")
    moved = (pl.col("scope") != pl.col("#scope")).fill_null(value=False)
    has_changed = (pl.col("scope").is_null() & (pl.col("sys_epoch") != pl.col("#epoch"))).fill_null(value=False)
    return joined.with_columns(pl.when(~moved & ~has_changed).then(name).alias(name)).drop("#then", "#scope", "#epoch")
