"""Which module fills which form, and the wide frame that comes of it."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import polars as pl

from xinqu.policy.model import Form
from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.forms import (
    xa1,
    xa2,
    xa3,
    xa4,
    xa5,
    xa6,
    xa7,
    xa8,
    xa9,
    xa10,
    xa11,
    xh1,
    xh2,
    xm1,
    xm2,
    xq1,
    xq2,
    xq3,
    xq4,
    xq5,
)  # fmt: skip
from xinqu.rehearsal.world import World
from xinqu.vocabulary.periods import Period

_MODULES: tuple[ModuleType, ...] = (
    xm1, xm2, xq1, xq2, xq3, xq4, xq5, xh1, xh2, xa1, xa2, xa3, xa4, xa5, xa6, xa7, xa8, xa9, xa10, xa11,
)  # fmt: skip
FILLERS: dict[str, Callable[[World], dict[str, Array]]] = {
    module.__name__.rpartition(".")[2]: module.items for module in _MODULES
}
SCOPE_ITEM = "xa1_gdp_scope"
_ADDITIVE_UNITS = frozenset(
    {"wan_yuan", "wan_usd", "wan_kwh", "count", "ha", "km2", "km", "wan_person", "person", "person_year", "tce", "t",
     "wan_m3", "wan_m2"}
)  # fmt: skip


def fill(form: Form, world: World, units: World | None) -> dict[str, Array]:
    """Return item -> shape (areas + units, periods of the grid): the areas' own returns, then their sub-units'.

    With ``units`` the area reports the exact sum of its sub-units in every item that adds up.
    """
    own = FILLERS[form.id](world)
    if units is None:
        return own
    parts = FILLERS[form.id](units)
    adds = {item.code for item in form.items if item.unit in _ADDITIVE_UNITS and item.territory == "area"}
    return {
        code: np.concatenate([_sum(parts[code], units, own[code]) if code in adds else own[code], parts[code]])
        for code in own
    }


def _sum(parts: Array, units: World, own: Array) -> Array:
    total = np.zeros_like(own)
    np.add.at(total, units.unit_area, parts)
    return np.round(total, 2)


def wide_frame(
    form: Form, values: dict[str, Array], labels: tuple[list[str], list[str]], columns: list[int], periods: list[Period]
) -> pl.DataFrame:
    """Lay item arrays out as the wide frame of a form: area, sub_unit, period, then the items in the form's order.

    Args:
        labels: area and sub-unit of each row of the arrays.
        columns: columns of the arrays to take, one for each of ``periods``.
    """
    areas, subs = labels
    series = [
        pl.Series("area", np.repeat(areas, len(columns)), dtype=pl.String),
        pl.Series("sub_unit", np.repeat(subs, len(columns)), dtype=pl.String),
        pl.Series("period", np.tile([str(period) for period in periods], len(areas)), dtype=pl.String),
    ]
    for item in form.items:
        if item.type == "code":
            series.append(pl.Series(item.code, [None] * len(series[0]), dtype=pl.String))
            continue
        flat = np.ascontiguousarray(values[item.code][:, columns]).reshape(-1) + 0.0  # no negative zero
        series.append(pl.Series(item.code, flat, dtype=pl.Float64).fill_nan(None))
    return pl.DataFrame(series)
