"""The panel that formulas read: one row per area and period of a frequency, all items of its forms side by side."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence

import polars as pl

from xinqu.engines.context import Facts, build_context
from xinqu.engines.facts import empty_facts
from xinqu.indicators.formulas import Formula
from xinqu.policy.due import owed_periods
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import ValueState

_KEY = ["area", "period"]
_STEPS: dict[str, Callable[[Form, Period], Period]] = {
    "prev": Form.previous,
    "ly": lambda _, period: period.last_year(),
}


def due(form: str) -> str:
    """Return the column that says whether a figure of this form is due: owed by the day, or filed by some area."""
    return f"due#{form}"


def submission(form: str, step: str = "") -> str:
    """Return the column with the submission of a form: of the period, or of the one ``prev`` or ``ly`` leads to."""
    return f"submission#{step}#{form}" if step else f"submission#{form}"


def steps_of(formula: Formula) -> list[str]:
    """Return which earlier periods a formula reads: ``prev``, ``ly``."""
    return [step for step in _STEPS if any(call.function == step for call in formula.expression.context)]


def earlier(step: str, form: Form, period: Period) -> Period:
    """Return the period that ``prev`` or ``ly`` leads to on ``form``."""
    return _STEPS[step](form, period)


def submission_columns(formula: Formula) -> list[str]:
    """Return the submission columns that a formula rests on."""
    return [submission(form, step) for step in ("", *steps_of(formula)) for form in formula.forms]


def build(
    pack: Pack,
    facts: Facts,
    group: Sequence[Formula],
    *,
    as_of: dt.date,
    areas: Collection[str],
    periods: Collection[str] | None,
) -> pl.DataFrame:
    """Join the forms that formulas of one frequency read on area and period, with their context calls.

    Each item keeps its columns; an item of a return that is not there is ``missing`` where the area owes the return by
    ``as_of`` (the period is owed and the area was approved by its end), else ``not_due``. Besides: ``due#<form>`` and
    the submission columns. Rows of sub-units are left out.
    """
    forms = [pack.forms[form] for form in sorted({form for formula in group for form in formula.forms})]
    rows = {form.id: _area_rows(facts.get(form.id, empty_facts(pack, form.id))) for form in forms}
    owed = {form.id: [str(period) for period in owed_periods(form, as_of, pack.calendar)] for form in forms}
    known = {period for texts in owed.values() for period in texts}
    known |= {period for frame in rows.values() for period in frame["period"].unique().to_list()}
    board = _grid(areas, sorted(known if periods is None else known & set(periods)), pack)
    for form in forms:
        board = _with_form(board, form, rows[form.id], owed[form.id])
    board = _with_calls(board, pack, facts, group)
    for step in _STEPS:
        for name in dict.fromkeys(form for formula in group if step in steps_of(formula) for form in formula.forms):
            board = _with_earlier_submission(board, rows[name], pack.forms[name], step)
    return board


def _area_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of areas, all of them: a period that one area has filed gives every area a figure."""
    return frame.filter(pl.col("sub_unit") == "")


def _grid(areas: Collection[str], periods: list[str], pack: Pack) -> pl.DataFrame:
    """Return every area in every period; ``#existed``: whether the area was approved by the period's end."""
    approved = [pack.areas[area].approved_on for area in areas]
    ends = [Period.parse(period).end for period in periods]
    left = pl.DataFrame({"area": list(areas), "#approved": approved}, schema={"area": pl.String, "#approved": pl.Date})
    right = pl.DataFrame({"period": periods, "#end": ends}, schema={"period": pl.String, "#end": pl.Date})
    grid = left.join(right, how="cross").with_columns((pl.col("#approved") <= pl.col("#end")).alias("#existed"))
    return grid.drop("#approved", "#end")


def _with_form(board: pl.DataFrame, form: Form, rows: pl.DataFrame, owed: list[str]) -> pl.DataFrame:
    filed = rows["period"].unique().to_list()
    mine = rows.drop("sub_unit", "event").rename({"submission": submission(form.id)})
    owes = pl.col("period").is_in(owed) & pl.col("#existed")
    unfiled = pl.when(owes).then(pl.lit(ValueState.MISSING.value)).otherwise(pl.lit(ValueState.NOT_DUE.value))
    absent = pl.col(submission(form.id)).is_null()
    names = [f"{item.code}#state" for item in form.items]
    filled = [pl.col(name).cast(pl.String).fill_null(ValueState.MISSING.value) for name in names]
    return board.join(mine, on=_KEY, how="left", maintain_order="left").with_columns(
        pl.col("period").is_in([*owed, *filed]).alias(due(form.id)),
        *(
            pl.when(absent).then(unfiled).otherwise(state).alias(name)
            for name, state in zip(names, filled, strict=True)
        ),
    )


def _with_calls(board: pl.DataFrame, pack: Pack, facts: Facts, group: Sequence[Formula]) -> pl.DataFrame:
    """Add the context calls and parameters that the formulas read, each call with its reason."""
    reading = [f for f in group if f.expression.context or f.expression.parameters]
    if not reading:
        return board
    keys = board.select("area", pl.lit("").alias("sub_unit"), "period")
    context = build_context(pack, facts, reading[0].forms[0], [f.expression for f in reading], keys=keys)
    calls = dict.fromkeys(call.column for f in reading for call in f.expression.context)
    parameters = dict.fromkeys(f"param('{identity}')" for f in reading for identity in f.expression.parameters)
    return board.hstack(context.select(*calls, *(f"{call}#why" for call in calls), *parameters))


def _with_earlier_submission(board: pl.DataFrame, rows: pl.DataFrame, form: Form, step: str) -> pl.DataFrame:
    then = {text: str(earlier(step, form, Period.parse(text))) for text in board["period"].unique().to_list()}
    filed = rows.select("area", pl.col("period").alias("#then"), pl.col("submission").alias(submission(form.id, step)))
    at = pl.col("period").replace_strict(then, default=None, return_dtype=pl.String)
    return (
        board.with_columns(at.alias("#then"))
        .join(filed, on=["area", "#then"], how="left", maintain_order="left")
        .drop("#then")
    )
