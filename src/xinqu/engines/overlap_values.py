"""How often two items that seem to ask for one thing were answered with one value: the evidence of the returns."""

from collections.abc import Sequence

import polars as pl

from xinqu.engines.context import Facts
from xinqu.policy.overlaps import Overlap
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period

AGREEMENT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.String, "other": pl.String, "compared": pl.UInt32, "equal": pl.UInt32, "median_ratio": pl.Float64,
}  # fmt: skip
_PLACE = ("area", "sub_unit", "end")
_SLACK = 1e-9  # relative, of doubles
_ROUNDED = 1e-4  # of the greater: a value given in larger units on one form is still the same answer


def agreement(pack: Pack, facts: Facts, pairs: Sequence[Overlap]) -> pl.DataFrame:
    """Return one row per pair: item, other, compared, equal, median_ratio (of item to other; null where none compare).

    Returns are compared for the same area and sub-unit where their periods end on the same day: an annual value with
    that of December and of the fourth quarter. Records are added up by area. Equal: they differ by no more than their
    half digits and a ten-thousandth.
    """
    frames = {form: _ends(pack, facts[form], form) for form in facts if not facts[form].is_empty()}
    rows = []
    for pair in pairs:
        one, other = (frames.get(pack.form_of_item[item]) for item in (pair.item, pair.other))
        if one is None or other is None:
            rows.append((pair.item, pair.other, 0, 0, None))
            continue
        both = (
            one.select(*_PLACE, a=pair.item, ha=f"{pair.item}#half")
            .join(other.select(*_PLACE, b=pair.other, hb=f"{pair.other}#half"), on=list(_PLACE))
            .drop_nulls(["a", "b"])
        )
        greater = pl.max_horizontal(pl.col("a").abs(), pl.col("b").abs())
        near = (pl.col("a") - pl.col("b")).abs() <= pl.col("ha") + pl.col("hb") + (_SLACK + _ROUNDED) * greater
        ratio = (pl.col("a") / pl.col("b")).filter(pl.col("b") != 0)
        counted = both.select(pl.len().alias("compared"), near.sum().alias("equal"), ratio.median().alias("ratio"))
        rows.append((pair.item, pair.other, *counted.row(0)))
    return pl.DataFrame(rows, schema=AGREEMENT_SCHEMA, orient="row")


def _ends(pack: Pack, frame: pl.DataFrame, form: str) -> pl.DataFrame:
    """Return the numbers of a form by area, sub-unit and last day of the period; records are added up."""
    numbers = [item.code for item in pack.forms[form].items if item.type in ("decimal", "integer")]
    ends = {period: Period.parse(period).end for period in frame["period"].unique()}
    end = pl.col("period").replace_strict(ends, return_dtype=pl.Date).alias("end")
    if pack.forms[form].kind == "record":
        known = [pl.when(pl.col(code).count() > 0).then(pl.col(code).sum()).alias(code) for code in numbers]
        summed = frame.with_columns(end, sub_unit=pl.lit("")).group_by(_PLACE).agg(known)
        return summed.with_columns(pl.lit(0.0).alias(f"{code}#half") for code in numbers)
    halves = [pl.col(f"{code}#half").fill_null(0.0) for code in numbers]
    return frame.select("area", "sub_unit", end, *numbers, *halves)
