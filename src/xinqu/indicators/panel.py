"""The panel that formulas read: one row per area and period of a frequency, all items of its forms side by side."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import polars as pl

from xinqu.policy.due import owed_periods
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import ValueState

KEY = ("area", "period")


def due(form: str) -> str:
    """Return the column that says whether a figure of this form is due: owed by the day, or filed by some area."""
    return f"due#{form}"


def owed(form: str) -> str:
    """Return the column that says whether the area owes the return."""
    return f"owed#{form}"


def submission(form: str) -> str:
    """Return the column with the submission of a form."""
    return f"submission#{form}"


def build(
    pack: Pack,
    frames: Mapping[str, pl.DataFrame],
    *,
    as_of: dt.date,
    areas: Collection[str],
    periods: Collection[str] | None,
) -> pl.DataFrame:
    """Join the forms of one frequency on area and period.

    ``frames``: form id -> context frame (facts with context columns); rows of sub-units are left out here. Each item
    keeps its columns; an item of a return that is not there is ``missing`` where the return is owed, else ``not_due``.
    Besides: ``due#<form>``, ``owed#<form>``, ``submission#<form>``.
    """
    forms = [pack.forms[form] for form in frames]
    own = {form.id: _area_rows(frames[form.id], areas) for form in forms}
    owed_by_form = {form.id: [str(period) for period in owed_periods(form, as_of, pack.calendar)] for form in forms}
    grid = _grid(own, owed_by_form, areas, periods)
    for form in forms:
        grid = _with_form(grid, form, own[form.id], owed_by_form[form.id], pack)
    return grid


def _area_rows(frame: pl.DataFrame, areas: Collection[str]) -> pl.DataFrame:
    return frame.filter((pl.col("sub_unit") == "") & pl.col("area").is_in(list(areas)))


def _grid(
    own: Mapping[str, pl.DataFrame],
    owed_by_form: Mapping[str, Sequence[str]],
    areas: Collection[str],
    periods: Collection[str] | None,
) -> pl.DataFrame:
    known = {period for texts in owed_by_form.values() for period in texts}
    known |= {period for frame in own.values() for period in frame["period"].unique().to_list()}
    wanted = sorted(known if periods is None else known & set(periods))
    return pl.DataFrame({"area": list(areas)}, schema={"area": pl.String}).join(
        pl.DataFrame({"period": wanted}, schema={"period": pl.String}), how="cross"
    )


def _with_form(grid: pl.DataFrame, form: Form, rows: pl.DataFrame, owed_texts: Sequence[str], pack: Pack) -> pl.DataFrame:
    filed = rows["period"].unique().to_list()
    first_day = {code: pack.areas[code].approved_on for code in grid["area"].unique().to_list()}
    approved = pl.col("area").replace_strict(first_day, return_dtype=pl.Date)
    ends = {text: Period.parse(text).end for text in grid["period"].unique().to_list()}
    end = pl.col("period").replace_strict(ends, return_dtype=pl.Date)
    mine = rows.drop("sub_unit", "event").rename({"submission": submission(form.id)})
    joined = grid.with_columns(
        pl.col("period").is_in([*owed_texts, *filed]).alias(due(form.id)),
        (pl.col("period").is_in(list(owed_texts)) & (end >= approved)).alias(owed(form.id)),
    ).join(mine, on=KEY, how="left", maintain_order="left")
    missing = pl.when(owed(form.id)).then(pl.lit(ValueState.MISSING.value)).otherwise(pl.lit(ValueState.NOT_DUE.value))
    unfiled = pl.col(submission(form.id)).is_null()
    return joined.with_columns(
        pl.when(unfiled).then(missing).otherwise(pl.col(state)).fill_null(ValueState.MISSING.value).alias(state)
        for state in (f"{item.code}#state" for item in form.items)
    )
