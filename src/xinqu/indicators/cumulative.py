"""Single months, quarters and half-years out of year-to-date items: differences of cumulatives, with what they span."""

from collections.abc import Sequence

import polars as pl

from xinqu.engines.context import Facts
from xinqu.engines.facts import KEYS
from xinqu.engines.scopes import UNSTATED, epochs
from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.truth import Unknown, ValueState

REVISION = "revision"
_SPAN = ["item", "months", "month"]
_YEAR_MONTHS = 12


def ytd_items(form: Form) -> list[Item]:
    """Return the items of ``form`` that count from 1 January."""
    return [item for item in form.items if item.accumulation == "ytd"]


def singles(pack: Pack, facts: Facts, form: str, *, length: Frequency | None = None) -> pl.DataFrame:
    """Return what happened within each single period, from the cumulatives of ``form``.

    Args:
        pack: which items are cumulative, and which periods have no return.
        facts: facts frames by form (docs/architecture.md).
        form: an area form of several periods a year.
        length: the length of the single periods; None: those of the form. Only whole multiples (quarters of a monthly
            form) have rows.

    Returns: one row per item and filed return that ends a span: area, sub_unit, item, period (of that return), first_month and month (1..12, both
    inside), months (how many; 2 for February of a form without a January return), value (null when unknown), half
    (half digit of the difference: those of both cumulatives add), unknown (reason or null: the state of a cumulative
    that is not there, or ``series_break`` when the two stand for different territory) and flag: ``revision`` where the
    cumulative of an item that can't be negative fell, because the earlier one was then put too high; else ""; scope and sys_epoch as in the context frame. A single
    period is never the cumulative itself but at the start of the year.
    """
    definition = pack.forms[form]
    items = ytd_items(definition)
    frame = facts.get(form)
    if frame is None or frame.is_empty() or not items:
        return pl.DataFrame(schema=_SCHEMA)
    spans = _spans(definition, frame["period"].unique().to_list(), length or definition.frequency)
    long = _long(pack, frame, items)
    now = long.join(spans, on="period")
    then = long.select(
        "area", "sub_unit", "item", pl.col("period").alias("base"), pl.col("value").alias("base_value"),
        pl.col("half").alias("base_half"), pl.col("state").alias("base_state"), pl.col("scope").alias("base_scope"),
        pl.col("sys_epoch").alias("base_epoch"),
    )  # fmt: skip
    joined = now.join(then, on=["area", "sub_unit", "item", "base"], how="left")
    return joined.with_columns(unknown=_unknown()).with_columns(value=_difference(), half=_half()).with_columns(
        flag=pl.when((pl.col("value") < 0) & pl.col("never_negative")).then(pl.lit(REVISION)).otherwise(pl.lit(""))
    ).select(*_SCHEMA).sort("area", "sub_unit", "item", "period")  # fmt: skip


def year_on_year(single: pl.DataFrame) -> pl.DataFrame:
    """Add ``growth_pct`` to single periods: the change on the same months of the year before, null where unknown.

    Only spans of the same months are compared, so a cumulative never stands against a single month, nor January and
    February together against February alone. ``growth_unknown`` says why there is none: ``missing``, ``series_break``
    (other territory then) or ``zero_divisor`` (what happened in the year before is not positive).
    """
    year = pl.col("period").str.slice(0, 4).cast(pl.Int32)
    keys = ["area", "sub_unit", *_SPAN, "year"]
    before = single.select(
        "area", "sub_unit", *_SPAN, (year + 1).alias("year"), pl.col("value").alias("base"),
        pl.col("scope").alias("base_scope"), pl.col("sys_epoch").alias("base_epoch"),
    )  # fmt: skip
    unknown = (
        pl.when(pl.col("value").is_null() | pl.col("base").is_null()).then(pl.lit(Unknown.MISSING.value))
        .when(_other_territory()).then(pl.lit(Unknown.SERIES_BREAK.value))
        .when(pl.col("base") <= 0).then(pl.lit(Unknown.ZERO_DIVISOR.value))
    )  # fmt: skip
    joined = single.with_columns(year=year).join(before, on=keys, how="left").with_columns(growth_unknown=unknown)
    growth = pl.when(pl.col("growth_unknown").is_null()).then(100 * (pl.col("value") / pl.col("base") - 1))
    return joined.with_columns(growth_pct=growth).drop("year", "base", "base_scope", "base_epoch")


_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "area": pl.String, "sub_unit": pl.String, "item": pl.String, "period": pl.String, "first_month": pl.Int64,
    "month": pl.Int64, "months": pl.Int64, "value": pl.Float64, "half": pl.Float64, "unknown": pl.String,
    "flag": pl.String, "scope": pl.String, "sys_epoch": pl.String,
}  # fmt: skip


def _spans(form: Form, periods: Sequence[str], length: Frequency) -> pl.DataFrame:
    """Return for each period that ends a span: base (the period whose cumulative is taken off; null at the start)."""
    step = _YEAR_MONTHS // length.per_year
    own = _YEAR_MONTHS // form.frequency.per_year
    rows = []
    for text in periods if step % own == 0 else ():
        period = Period.parse(text)
        month = period.end.month
        if month % step:
            continue
        base = _base(form, period, step // own)
        rows.append((text, str(base) if base else None, base.end.month + 1 if base else 1, month))
    schema = {"period": pl.String, "base": pl.String, "first_month": pl.Int64, "month": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        months=pl.col("month") - pl.col("first_month") + 1
    )


def _base(form: Form, period: Period, steps: int) -> Period | None:
    """Return the period whose cumulative ends where the span begins; None where the span begins with the year.

    The return before the first one of the year does not exist: that span begins with the year, too.
    """
    base = period.shift(-steps)
    is_this_year = base.year == period.year and period.number > steps
    while is_this_year and base.number in form.due.skip_periods:
        base = base.shift(-1)
        is_this_year = base.year == period.year
    return base if is_this_year else None


def _long(pack: Pack, frame: pl.DataFrame, items: Sequence[Item]) -> pl.DataFrame:
    """Return one row per area, sub-unit, period and item, with value, state, half, scope and the territory's epoch."""
    pairs = frame.select("area", "period").unique().iter_rows()
    dated = frame.join(epochs(pack, pairs), on=["area", "period"], how="left")
    parts = [
        dated.select(
            *KEYS, pl.lit(item.code).alias("item"), pl.lit(bool(item.min) and float(item.min) >= 0).alias("never_negative"),
            pl.col(item.code).cast(pl.Float64).alias("value"),
            *(pl.col(f"{item.code}#{part}").cast(kind).alias(part) for part, kind in _PARTS.items()),
            "sys_epoch",
        )
        for item in items
    ]  # fmt: skip
    return pl.concat(parts)


_PARTS: dict[str, type[pl.DataType]] = {"state": pl.String, "half": pl.Float64, "scope": pl.String}


def _unknown() -> pl.Expr:
    reported, has_base = ValueState.REPORTED.value, pl.col("base").is_not_null()
    return (
        pl.when(pl.col("state") != reported).then(pl.col("state"))
        .when(has_base & pl.col("base_state").is_null()).then(pl.lit(Unknown.MISSING.value))
        .when(has_base & (pl.col("base_state") != reported)).then(pl.col("base_state"))
        .when(has_base & _other_territory()).then(pl.lit(Unknown.SERIES_BREAK.value))
    )  # fmt: skip


def _other_territory() -> pl.Expr:
    """Say whether two values stand for different territory, as ``prev`` and ``ly`` of expressions say it."""
    moved = (pl.col("base_scope") == UNSTATED) & (pl.col("base_epoch") != pl.col("sys_epoch"))
    return (pl.col("scope") != pl.col("base_scope")) | moved


def _difference() -> pl.Expr:
    base = pl.when(pl.col("base").is_null()).then(0.0).otherwise(pl.col("base_value"))
    return pl.when(pl.col("unknown").is_null()).then(pl.col("value") - base)


def _half() -> pl.Expr:
    base = pl.when(pl.col("base").is_null()).then(0.0).otherwise(pl.col("base_half"))
    return pl.when(pl.col("unknown").is_null()).then(pl.col("half") + base)
