"""Facts across versions of a form: what was filed on an earlier version, under the items that the form has now."""

import polars as pl

from xinqu.policy import form_versions
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import ValueState

_RETURN = ["area", "sub_unit", "period", "submission", "event"]
_NUMBERS = ("value", "half_digit")


def in_present_items(pack: Pack, form: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return canonical rows of any periods as rows of the items that the form has now.

    A return stands in the items of the version in force for its period. Renamed items get their new code (and unit),
    redefined ones too, since only their series breaks (``form_versions.redefinitions``); removed ones are left out; added ones were not due then.
    """
    if not form_versions.earlier(pack, form):
        return rows
    ends = {text: Period.parse(text).end for text in rows["period"].unique()}
    numbers = {text: form_versions.on(pack, form, day).version for text, day in ends.items()}
    current = pack.forms[form].version
    version = pl.col("period").replace_strict(numbers, return_dtype=pl.Int64)
    parts = []
    for (number,), part in rows.with_columns(version.alias("#version")).partition_by("#version", as_dict=True).items():
        whole = part.drop("#version")
        parts.append(whole if number == current else _carried(pack, form, whole, int(str(number))))
    return pl.concat(parts)


def _carried(pack: Pack, form: str, rows: pl.DataFrame, number: int) -> pl.DataFrame:
    fates = form_versions.fates(pack, form, old=number, new=pack.forms[form].version)
    codes = {old: fate.code for old, fate in fates.items()}
    factors = {old: float(fate.factor) for old, fate in fates.items() if fate.factor != 1}
    named = rows
    if factors:
        factor = pl.col("item").replace_strict(factors, default=None, return_dtype=pl.Float64)
        named = rows.with_columns(
            pl.when(factor.is_not_null() & pl.col(name).is_not_null())
            .then((pl.col(name).cast(pl.Float64, strict=False) * factor).cast(pl.String))
            .otherwise(pl.col(name))
            .alias(name)
            for name in _NUMBERS
        )
    kept = named.with_columns(pl.col("item").replace(codes)).filter(pl.col("item") != "")
    added = form_versions.added_since(pack, form, number)
    if not added:
        return kept
    first = kept.unique(subset=_RETURN, keep="first", maintain_order=True)
    absent = first.drop("item").join(pl.DataFrame({"item": added}), how="cross")
    absent = absent.with_columns(
        value=pl.lit(None, pl.String), state=pl.lit(ValueState.NOT_DUE.value), half_digit=pl.lit("0")
    )
    return pl.concat([kept, absent.select(kept.columns)])
