"""What changed between two versions of a return: items and records, with the values before and after."""

import polars as pl

from xinqu.policy.model import Form
from xinqu.returns.record_rows import STATES, is_wide, state_of
from xinqu.vocabulary.truth import ValueState

CHANGES: dict[str, pl.DataType] = {
    name: pl.String() for name in ("record", "item", "change", "before", "after", "scope_before", "scope_after")
}
_SAID = ("value", "state", "scope", "half_digit")


def changes_between(form: Form, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return one row per value that differs between two versions of a return, given as canonical rows.

    Columns: record (JSON of the record's key, "" on area forms), item, change (``changed``, ``added`` or ``removed``: a
    record that only one version holds has one row, its item ""), before and after (the value's text, else its state in
    angle brackets), scope_before and scope_after ("" on record forms). A value entered to more digits is a change too.
    """
    if not (is_wide(before) or is_wide(after)):
        return _of_items(before, after)
    return _of_records(form, before, after)


def _of_items(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    both = before.join(after, on="item", how="full", suffix="_after", coalesce=True)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_after")) for name in _SAID)
    return both.filter(differs).sort("item").select(
        pl.lit("").alias("record"), "item", pl.lit("changed").alias("change"),
        _shown("value", "state").alias("before"), _shown("value_after", "state_after").alias("after"),
        pl.col("scope").alias("scope_before"), pl.col("scope_after"),
    )  # fmt: skip


def _shown(value: str, state: str) -> pl.Expr:
    told = pl.concat_str(pl.lit("<"), pl.col(state), pl.lit(">"))
    return pl.when(pl.col(state) == ValueState.REPORTED.value).then(pl.col(value)).otherwise(told)


def _of_records(form: Form, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Compare records by key; those that are equal as a whole are left out first."""
    codes = [item.code for item in form.items]
    keys = list(form.keys)
    old = before.join(after, on=[*codes, STATES], how="anti", nulls_equal=True)
    new = after.join(before, on=[*codes, STATES], how="anti", nulls_equal=True)
    parts = [
        _alone(old.join(new, on=keys, how="anti"), keys, "removed"),
        _alone(new.join(old, on=keys, how="anti"), keys, "added"),
    ]
    pairs = _long(old, codes, keys).join(_long(new, codes, keys), on=["record", "item"], suffix="_after")
    parts.append(
        pairs.filter(pl.col("said") != pl.col("said_after")).select(
            "record", "item", pl.lit("changed").alias("change"), pl.col("said").alias("before"),
            pl.col("said_after").alias("after"),
            *(pl.lit("").alias(name) for name in ("scope_before", "scope_after")),
        )
    )  # fmt: skip
    order = pl.Enum(codes)
    found = pl.concat([part.select(list(CHANGES)) for part in parts])
    by_item = pl.col("item").cast(order, strict=False)
    return found.sort(pl.col("record"), by_item, nulls_last=False, maintain_order=True)


def _record(keys: list[str]) -> pl.Expr:
    return pl.struct(sorted(keys)).struct.json_encode().alias("record")


def _alone(rows: pl.DataFrame, keys: list[str], change: str) -> pl.DataFrame:
    return rows.select(
        _record(keys), pl.lit("").alias("item"), pl.lit(change).alias("change"),
        *(pl.lit(None, pl.String).alias(name) for name in ("before", "after")),
        *(pl.lit("").alias(name) for name in ("scope_before", "scope_after")),
    )  # fmt: skip


def _long(rows: pl.DataFrame, codes: list[str], keys: list[str]) -> pl.DataFrame:
    """Return record, item, said: the value's text or its state in angle brackets."""
    told = [
        pl.coalesce(pl.col(code), pl.concat_str(pl.lit("<"), state_of(rows, code), pl.lit(">"))).alias(code)
        for code in codes
        if code not in keys
    ]
    wide = rows.select(_record(keys), *told)
    return wide.unpivot(index="record", variable_name="item", value_name="said")
