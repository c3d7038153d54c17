"""Published figures as anchors: a cell that is anchored comes out as published, the years between bend to it."""

from fractions import Fraction

import numpy as np
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.grid import Grid, reporting_scope
from xinqu.returns.document import UNSTATED
from xinqu.returns.published import choose
from xinqu.returns.published_rules import apply_rules, load_tables
from xinqu.vocabulary.periods import Frequency, Period

CALIBRATED_ITEMS = ("xq1_gdp", "xq1_gdp_growth")
_QUARTERS = Frequency.QUARTERLY.per_year


def published_calibration(pack: Pack) -> pl.DataFrame:
    """Read the published figures of the calibrated items, on the scope the area reports in or on none stated.

    Reads the tables of ``packs/published_2026_11``. Returns: area, item, period, value (in the item's unit), scope.
    """
    rows = []
    for choice in choose(apply_rules(load_tables(), pack)[0]):
        taken = choice.taken
        own = reporting_scope(pack.areas[taken.figure.area], taken.period.end).scope
        if taken.item in CALIBRATED_ITEMS and taken.scope in (own, UNSTATED):
            value = float(Fraction(taken.figure.value) * Fraction(taken.rule.factor))
            rows.append((taken.figure.area, taken.item, str(taken.period), value, taken.scope))
    names = {"area": pl.String, "item": pl.String, "period": pl.String, "value": pl.Float64, "scope": pl.String}
    return pl.DataFrame(rows, schema=names, orient="row")


def anchors(calibration: pl.DataFrame | None, grid: Grid) -> dict[str, Array]:
    """Return the anchored cells of each calibrated item; shape (areas, quarters), NaN where nothing is published.

    Args:
        calibration: columns area, item, period, value (in the item's unit); rows of other items, areas or periods
            are passed over. The caller leaves in only figures on the scope an area reports in.
    """
    empty = np.full((len(grid.areas), grid.years * _QUARTERS), np.nan)
    table = {item: empty.copy() for item in CALIBRATED_ITEMS}
    if calibration is None:
        return table
    rows = {code: number for number, code in enumerate(grid.areas)}
    wanted = calibration.filter(pl.col("item").is_in(CALIBRATED_ITEMS) & pl.col("area").is_in(grid.areas))
    for area, item, text, value in wanted.select("area", "item", "period", "value").iter_rows():
        period = Period.parse(text)
        column = (period.year - grid.first_year) * _QUARTERS + period.number - 1
        if period.frequency is Frequency.QUARTERLY and 0 <= column < empty.shape[1]:
            table[item][rows[area], column] = value
    return table


def bend(path: Array, anchor: Array) -> Array:
    """Return a positive ``path`` pulled through its anchors, smoothly in between and in parallel outside.

    Both of shape (areas, periods); NaN in ``anchor`` = free.
    """
    bent = path.copy()
    place = np.arange(path.shape[1])
    for row in np.flatnonzero(np.isfinite(anchor).any(axis=1)):
        fixed = np.flatnonzero(np.isfinite(anchor[row]))
        pull = np.log(anchor[row, fixed] / path[row, fixed])
        bent[row] = path[row] * np.exp(np.interp(place, fixed, pull))
        bent[row, fixed] = anchor[row, fixed]
    return bent


def bend_shares(share: Array, anchor: Array) -> Array:
    """Return year-to-date shares of a full year (1 in the last quarter) that meet the anchored quarters.

    Both of shape (areas, quarters); a year's quarters move together, so that they keep rising.
    """
    years = share.shape[1] // _QUARTERS
    bent = share.reshape(-1, years, _QUARTERS).copy()
    fixed = anchor.reshape(-1, years, _QUARTERS).copy()
    fixed[:, :, -1] = 1.0
    place = np.arange(_QUARTERS)
    for area, year in np.argwhere(np.isfinite(fixed[:, :, :-1]).any(axis=2)):
        known = np.flatnonzero(np.isfinite(fixed[area, year]))
        pull = fixed[area, year, known] / bent[area, year, known]
        bent[area, year] *= np.interp(place, known, pull)
    return bent.reshape(share.shape)
