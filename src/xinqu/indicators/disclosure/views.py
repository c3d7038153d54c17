"""Who may try to work out a cell, what they know, and how far each sensitive cell must be able to move in their eyes."""

from collections.abc import Iterator

import msgspec
import numpy as np
import polars as pl

from xinqu.indicators.disclosure.cells import CellSystem
from xinqu.indicators.disclosure.sensitivity import Rules, margin_before

OUTSIDER = ""  # everybody; other views are contributors who are alone in a hidden cell and so know it


class Aim(msgspec.Struct, frozen=True):
    """``view`` must hold possible that sensitive ``cell`` is less by ``down`` and more by ``up``."""

    cell: int
    view: str
    down: float
    up: float


class Views:
    """The views on a system whose cells were judged (``sensitivity.judge``).

    ``nonnegative``: everybody knows that no contribution is below zero.
    """

    def __init__(self, system: CellSystem, rules: Rules, *, nonnegative: bool) -> None:
        self.system, self.rules, self.nonnegative = system, rules, nonnegative
        self.sensitive = (system.cells["reasons"].list.len() > 0).to_numpy()
        self._sole = np.array([name or OUTSIDER for name in system.cells["sole"].to_list()], dtype=object)
        self._own = {(cell, name): value for cell, name, value in system.lone.iter_rows()}
        margins = system.cells["margin"].to_numpy()
        cells = np.flatnonzero(self.sensitive)
        self._cells = cells[np.argsort(-margins[cells], kind="stable")].tolist()
        self._rows = {cell: system.cells.row(cell, named=True) for cell in self._cells}

    def aims(self, hidden: np.ndarray) -> Iterator[Aim]:
        """Yield what must be possible when the cells of ``hidden`` are: the widest margins first."""
        lone = sorted({name for name in self._sole[hidden] if name != OUTSIDER})
        for cell in self._cells:
            for view in (OUTSIDER, *lone):
                aim = self._aim(cell, view)
                if aim.up > 0:
                    yield aim

    def unknown(self, hidden: np.ndarray, view: str) -> np.ndarray:
        """Return the cells that a view does not know: hidden, and not his alone."""
        return hidden if view == OUTSIDER else hidden & (self._sole != view)

    def least(self, view: str) -> np.ndarray:
        """Return what each cell can't be less than in the eyes of a view, shape (cells,)."""
        floor = np.full(self.system.cells.height, 0.0 if self.nonnegative else -np.inf)
        if self.nonnegative and view != OUTSIDER:
            mine = self.system.lone.filter(pl.col("contributor") == view)
            floor[mine["cell"].to_numpy()] = mine["value"].to_numpy()
        least: np.ndarray = np.minimum(floor, self.system.values)
        return least

    def _aim(self, cell: int, view: str) -> Aim:
        row, own = self._rows[cell], self._own.get((cell, view))
        if view != OUTSIDER and row["sole"] == view:
            return Aim(cell, view, 0.0, 0.0)  # nobody is protected from himself
        margin = row["margin"] if own is None else margin_before(row, own, self.rules)
        room = row["value"] - (own or 0.0) if self.nonnegative else np.inf
        return Aim(cell, view, float(min(margin, max(room, 0.0))), float(margin))
