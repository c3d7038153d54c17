"""Protects linked tables in one go: cells, sensitive ones, pattern, audit, and the table that may be published."""

from collections.abc import Sequence

import msgspec
import numpy as np
import polars as pl

from xinqu.indicators.disclosure.audit import audit
from xinqu.indicators.disclosure.cells import CellSystem, Parents, build_cells
from xinqu.indicators.disclosure.sensitivity import Rules, judge
from xinqu.indicators.disclosure.suppress import PUBLISHED, suppress
from xinqu.indicators.disclosure.views import Views


class Protected(msgspec.Struct, frozen=True):
    """Linked tables of one measure with their protection. ``audit`` and ``views`` hold what must not be published."""

    views: Views
    pattern: np.ndarray
    audit: pl.DataFrame

    @property
    def system(self) -> CellSystem:
        """The cells."""
        return self.views.system

    @property
    def holds(self) -> bool:
        """Say whether no view can work out a sensitive cell within its margin."""
        return bool(self.audit["protected"].all())

    def published(self) -> pl.DataFrame:
        """Return the cells with ``value`` and ``contributors`` null where hidden, and ``state``.

        A hidden cell says neither why it is hidden nor how many stand behind it: the reason would tell of a single one.
        """
        shown = pl.Series("state", (self.pattern == PUBLISHED).tolist())
        cells = self.system.cells.select(*self.system.dimensions, "value", "contributors").with_columns(shown)
        kept = [pl.when("state").then(pl.col(name)).alias(name) for name in ("value", "contributors")]
        state = pl.when("state").then(pl.lit("reported")).otherwise(pl.lit("suppressed")).alias("state")
        return cells.with_columns(*kept, state)


def protect(
    records: pl.DataFrame, tables: Sequence[Sequence[str]], parents: Parents, rules: Rules, *, nonnegative: bool
) -> Protected:
    """Return the protected tables (``cells.build_cells`` says what ``records``, ``tables`` and ``parents`` are).

    ``nonnegative``: everybody knows that no contribution is below zero.

    Raises:
        Refused: XQ-DISCLOSURE-001 without scipy.
    """
    cells = build_cells(records, tables, parents, top_n=rules.dominance_n)
    views = Views(msgspec.structs.replace(cells, cells=judge(cells.cells, rules)), rules, nonnegative=nonnegative)
    pattern = suppress(views)
    return Protected(views=views, pattern=pattern, audit=audit(views, pattern))
