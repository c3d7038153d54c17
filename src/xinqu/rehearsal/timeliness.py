"""The list of returns that are owed, and when each is handed in."""

import datetime as dt

import numpy as np
import polars as pl

from xinqu.rehearsal.draws import Draws
from xinqu.rehearsal.grid import Grid
from xinqu.rehearsal.stories import Stories
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.periods import Period

SILENT_FORM = "xq3"  # the form whose last return one area never hands in
_LATE, _VERY_LATE = 0.010, 0.0016  # within grace; after it


def hand_in(
    forms: dict[str, pl.DataFrame],
    grid: Grid,
    draws: Draws,
    stories: Stories,
    owed: dict[str, list[tuple[int, Period, dt.date]]],
    calendar: WorkingCalendar,
) -> pl.DataFrame:
    """Return one row per owed return (see ``Nation.returns``), with versions 1 throughout."""
    rows = {area: n for n, area in enumerate(grid.areas)}
    tables = []
    for form, frame in forms.items():
        due = {str(period): day for _, period, day in owed[form]}
        scopes = {
            (area, str(period)): grid.scope_of(rows[area], period) for area in grid.areas for _, period, _ in owed[form]
        }
        lookup = pl.DataFrame(
            {
                "area": [area for area, _ in scopes],
                "period": [period for _, period in scopes],
                "scope": [scope.scope for scope in scopes.values()],
                "scope_key": [f"{scope.scope}@{scope.valid_from}" for scope in scopes.values()],
                "due": [due[period] for _, period in scopes],
                "provisional": [due[period].year not in calendar.known_years for _, period in scopes],
            }
        )
        keys = frame.select(pl.lit(form).alias("form"), "area", "sub_unit", "period")
        chance = draws.stream(f"{form}:timeliness").random(len(keys))
        filed = np.where(chance < _VERY_LATE, "very_late", np.where(chance < _VERY_LATE + _LATE, "late", "on_time"))
        tables.append(
            keys.join(lookup, on=["area", "period"], how="left", maintain_order="left").with_columns(
                pl.Series("filed", filed, dtype=pl.String), pl.lit(1).cast(pl.Int64).alias("versions")
            )
        )
    returns = pl.concat(tables)
    if SILENT_FORM not in forms:
        return returns
    last = str(owed[SILENT_FORM][-1][1])
    silent = (
        (pl.col("form") == SILENT_FORM) & (pl.col("area") == grid.areas[stories.silent_area])
        & (pl.col("period") == last) & (pl.col("sub_unit") == "")
    )  # fmt: skip
    return returns.with_columns(pl.when(silent).then(pl.lit("never")).otherwise("filed").alias("filed"))
