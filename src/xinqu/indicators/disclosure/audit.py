"""Attacks a pattern of hidden cells as an outsider and as each lone contributor would, from the published cells alone."""

import numpy as np
import polars as pl

from xinqu.indicators.disclosure.solver import interval, sums_of
from xinqu.indicators.disclosure.suppress import PUBLISHED
from xinqu.indicators.disclosure.views import Views

_SLACK = 1e-6  # relative: how exactly the solver knows an end of an interval
SCHEMA = {
    "cell": pl.Int64, "view": pl.String, "value": pl.Float64, "down": pl.Float64, "up": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "protected": pl.Boolean,
}  # fmt: skip


def audit(views: Views, pattern: np.ndarray) -> pl.DataFrame:
    """Return what each view can work out of each sensitive cell (``SCHEMA``); a published sensitive cell is known.

    ``protected``: low <= value - down and high >= value + up. A pattern protects when every row is.
    """
    sums, values = sums_of(views.system), views.system.values
    hidden = pattern != PUBLISHED
    rows = []
    for aim in views.aims(hidden):
        value = float(values[aim.cell])
        unknown = views.unknown(hidden, aim.view)
        low, high = (
            interval(sums, values, views.least(aim.view), np.flatnonzero(unknown).tolist(), aim.cell)
            if unknown[aim.cell]
            else (value, value)
        )
        slack = _SLACK * max(1.0, abs(value))
        protected = low <= value - aim.down + slack and high >= value + aim.up - slack
        rows.append((aim.cell, aim.view, value, aim.down, aim.up, low, high, protected))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
