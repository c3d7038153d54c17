"""Estimates of values that are owed and missing: four methods, the most accurate one per item as measured on known values.

An estimate is flagged, has an interval from its own errors, and never stands in the place of a value: it is replaced when
the return arrives (docs/architecture.md, aggregates and estimates).
"""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from xinqu.engines.context import Facts
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period

METHODS = ("peers", "ratio", "seasonal", "trend")
NUMBERS = (
    "estimate_level",
    "estimate_least",
)  # of the pack: level of intervals, least known values to measure errors on
SCHEMA: dict[str, pl.DataType] = {
    "item": pl.String(), "area": pl.String(), "period": pl.String(), "method": pl.String(), "value": pl.Float64(),
    "low": pl.Float64(), "high": pl.Float64(), "tests": pl.Int64(), "error": pl.Float64(), "unknown": pl.String(),
}  # fmt: skip
ACCURACY: dict[str, pl.DataType] = {
    "item": pl.String(), "method": pl.String(), "tests": pl.Int64(), "error": pl.Float64(), "bias": pl.Float64(),
    "ratio_low": pl.Float64(), "ratio_high": pl.Float64(), "covered": pl.Float64(),
}  # fmt: skip
NO_METHOD = "no_method"  # too few known values to measure any method on
NO_HISTORY = "no_history"  # the area has none of the values that the methods read
_SERIES = ["item", "area"]


def candidates(pack: Pack, facts: Facts, form: str) -> pl.DataFrame:
    """Return every method's estimate of every cell of the area form, known or not, none of them reading the cell itself.

    Returns: item, area, period, value (null when not known), state, and one column per method:
        ``peers``: last year's value times the median growth of the other areas; ``ratio``: last period's share of the
        others' sum times their sum now; ``seasonal``: the period before times what it grew by a year ago; ``trend``: last
        year's value times the growth it had on the year before it. Null where a value is missing, not
        positive, or of another territory.
    """
    cells = _cells(pack, facts, form)
    lags = {"prev": _lagged(pack.forms[form], cells, "prev"), "ly": _lagged(pack.forms[form], cells, "ly")}
    cells = _with_lag(_with_lag(cells, lags["prev"], "prev"), lags["ly"], "ly")
    two_years = cells.select("item", "area", pl.col("period").alias("#year"), pl.col("ly").alias("ly2"))
    last_year = {text: str(Period.parse(text).last_year()) for text in cells["period"].unique()}
    cells = cells.with_columns(pl.col("period").replace_strict(last_year, return_dtype=pl.String).alias("#year"))
    cells = cells.join(two_years, on=["item", "area", "#year"], how="left")
    before_last_year = cells.select("item", "area", "period", pl.col("ly").alias("prev_ly"))
    before = {text: str(pack.forms[form].previous(Period.parse(text))) for text in cells["period"].unique()}
    cells = cells.with_columns(pl.col("period").replace_strict(before, return_dtype=pl.String).alias("#before"))
    cells = cells.join(
        before_last_year, left_on=["item", "area", "#before"], right_on=["item", "area", "period"], how="left"
    )
    growth = pl.col("value") / pl.col("ly")
    both = pl.col("value").is_not_null() & pl.col("prev").is_not_null()
    others_now = pl.col("value").filter(both).sum().over("item", "period") - pl.when(both).then("value").otherwise(0.0)
    others_before = pl.col("prev").filter(both).sum().over("item", "period") - pl.when(both).then("prev").otherwise(0.0)
    estimates = {
        "peers": pl.col("ly") * _median_of_others(growth),
        "ratio": pl.col("prev") * others_now / others_before,
        "seasonal": pl.col("prev") * pl.col("ly") / pl.col("prev_ly"),
        "trend": pl.col("ly") * pl.col("ly") / pl.col("ly2"),
    }
    if pack.forms[form].frequency.per_year == 1:  # the period before is last year: there is no season
        estimates |= {"seasonal": pl.lit(None, pl.Float64)}
    found = cells.with_columns(made.alias(name) for name, made in estimates.items())
    sound = [pl.when(pl.col(name).is_finite() & (pl.col(name) > 0)).then(name).alias(name) for name in METHODS]
    return found.with_columns(sound).select("item", "area", "period", "value", "state", *METHODS)


def accuracy(found: pl.DataFrame, *, level: float) -> pl.DataFrame:
    """Return how far each method is off known values it did not read (``ACCURACY``).

    ``error``: median absolute relative error; ``bias``: median of estimate / value - 1; ``ratio_low``, ``ratio_high``: the
    quantiles of value / estimate that hold ``level`` of the tests between them; ``covered``: share of tests inside an
    interval made from the other half of the tests.
    """
    long = found.filter(pl.col("value") > 0).unpivot(
        index=["item", "area", "period", "value"], on=list(METHODS), variable_name="method", value_name="estimate"
    ).filter(pl.col("estimate").is_not_null())  # fmt: skip
    tested = long.with_columns(ratio=pl.col("value") / pl.col("estimate")).sort("item", "method", "period", "area")
    tested = tested.with_columns(odd=pl.int_range(pl.len()).over("item", "method") % 2 == 1)
    tail = (1 - level) / 2
    low, high = (pl.col("ratio").filter(~pl.col("odd")).quantile(q, "linear") for q in (tail, 1 - tail))
    held_out = pl.col("ratio").filter("odd")
    return tested.group_by("item", "method").agg(
        pl.len().cast(pl.Int64).alias("tests"),
        (1 / pl.col("ratio") - 1).abs().median().alias("error"),
        (1 / pl.col("ratio") - 1).median().alias("bias"),
        pl.col("ratio").quantile(tail, "linear").alias("ratio_low"),
        pl.col("ratio").quantile(1 - tail, "linear").alias("ratio_high"),
        ((held_out >= low) & (held_out <= high)).mean().alias("covered"),
    ).select(list(ACCURACY)).sort("item", "error", "method")  # fmt: skip


def estimate(pack: Pack, facts: Facts, form: str, *, day: dt.date) -> pl.DataFrame:
    """Return an estimate (``SCHEMA``) of each number that another area has reported and this one has missing.

    The method with the least median error on known values of the item is taken where it can be computed, else the next.
    ``value`` is null with its reason in ``unknown`` where no method was measured on enough values or none can be
    computed. A pack without ``NUMBERS`` gives none.
    """
    settings = settings_on(pack, day)
    if settings is None or form not in facts or facts[form].is_empty():
        return pl.DataFrame(schema=SCHEMA)
    found = candidates(pack, facts, form)
    measured = accuracy(found, level=settings["estimate_level"])
    enough = measured.filter(pl.col("tests") >= settings["estimate_least"])
    approved = {code: area.approved_on for code, area in pack.areas.items()}
    ends = {text: Period.parse(text).end for text in found["period"].unique()}
    existed = pl.col("area").replace_strict(approved, return_dtype=pl.Date) <= pl.col("period").replace_strict(
        ends, return_dtype=pl.Date
    )
    missing = found.filter((pl.col("state") == "missing") & existed).select("item", "area", "period", *METHODS)
    long = missing.unpivot(
        index=["item", "area", "period"], on=list(METHODS), variable_name="method", value_name="value"
    )
    usable = long.filter(pl.col("value").is_not_null()).join(enough, on=["item", "method"])
    best = usable.sort("error", "method").unique(["item", "area", "period"], keep="first", maintain_order=True)
    told = best.select(
        "item", "area", "period", "method", "value", (pl.col("value") * pl.col("ratio_low")).alias("low"),
        (pl.col("value") * pl.col("ratio_high")).alias("high"), "tests", "error",
    )  # fmt: skip
    measured_items = enough["item"].unique().to_list()
    reason = pl.when(pl.col("item").is_in(measured_items)).then(pl.lit(NO_HISTORY)).otherwise(pl.lit(NO_METHOD))
    return (
        missing.select("item", "area", "period")
        .join(told, on=["item", "area", "period"], how="left")
        .with_columns(unknown=pl.when(pl.col("value").is_null()).then(reason))
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        .sort("item", "area", "period")
    )


def settings_on(pack: Pack, day: dt.date) -> dict[str, float] | None:
    """Return the pack's numbers for estimates in force on ``day``; None where it has not all of them."""
    versions = {name: pack.parameters[name].on(day) for name in NUMBERS if name in pack.parameters}
    known = {name: float(version.exact) for name, version in versions.items() if version}
    return known if len(known) == len(NUMBERS) else None


def _cells(pack: Pack, facts: Facts, form: str) -> pl.DataFrame:
    """Return each number of the areas' own returns in every period that some area has filed: value, state, scope."""
    frame = facts[form].filter(pl.col("sub_unit") == "")
    numbers = [item.code for item in pack.forms[form].items if item.type in ("decimal", "integer")]
    grid = pl.DataFrame({"area": list(pack.areas)}).join(frame.select("period").unique(), how="cross", on=None)
    parts = [
        frame.select(
            "area", "period", pl.lit(code).alias("item"), pl.col(code).alias("value"),
            pl.col(f"{code}#state").cast(pl.String).alias("state"), pl.col(f"{code}#scope").cast(pl.String).alias("scope"),
        )
        for code in numbers
    ]  # fmt: skip
    filled = grid.join(pl.DataFrame({"item": numbers}), how="cross")
    cells = filled.join(pl.concat(parts), on=["area", "period", "item"], how="left")
    positive = pl.when(pl.col("value") > 0).then("value")  # growth and shares of what is not positive say nothing
    return cells.with_columns(positive.alias("value"), pl.col("state").fill_null("missing")).sort(
        "item", "area", "period"
    )


def _lagged(form: Form, cells: pl.DataFrame, step: str) -> pl.DataFrame:
    """Return the values as they are read from a later period: item, area, that period, value and scope."""
    texts = cells["period"].unique().to_list()
    to: Mapping[str, str] = {
        text: str(form.previous(Period.parse(text)) if step == "prev" else Period.parse(text).last_year())
        for text in texts
    }
    later: dict[str, list[str]] = {}
    for text, target in to.items():
        later.setdefault(target, []).append(text)
    pairs = pl.DataFrame(
        [(target, text) for target, texts_of in later.items() for text in texts_of],
        schema={"period": pl.String, "#at": pl.String}, orient="row",
    )  # fmt: skip
    return cells.join(pairs, on="period").select(
        "item",
        "area",
        pl.col("#at").alias("period"),
        pl.col("value").alias(step),
        pl.col("scope").alias(f"#scope_{step}"),
    )


def _with_lag(cells: pl.DataFrame, lagged: pl.DataFrame, step: str) -> pl.DataFrame:
    """Join earlier values; across a scope version there is none: a missing cell takes the scope it had before."""
    joined = cells.join(lagged, on=["item", "area", "period"], how="left")
    moved = (pl.col("scope") != pl.col(f"#scope_{step}")).fill_null(value=False)
    return joined.with_columns(pl.when(~moved).then(step).alias(step)).drop(f"#scope_{step}")


def _median_of_others(growth: pl.Expr) -> pl.Expr:
    """Return the median of the other areas' growth: from the sorted list without one's own place."""
    known = growth.sort().over("item", "period", mapping_strategy="join").list.drop_nulls()
    is_known, size = growth.is_not_null(), known.list.len().cast(pl.Int64)
    rest = pl.when(is_known).then(size - 1).otherwise(size)
    rank = (growth.rank("ordinal") - 1).over("item", "period").cast(pl.Int64)
    place = pl.when(is_known).then(rank).otherwise(size)

    def at(position: pl.Expr) -> pl.Expr:
        """Return the value at a place among the others: places from one's own on are one further."""
        moved = pl.when(position >= place).then(position + 1).otherwise(position)
        return known.list.get(moved, null_on_oob=True)

    return pl.when(rest > 0).then((at((rest - 1) // 2) + at(rest // 2)) / 2)
