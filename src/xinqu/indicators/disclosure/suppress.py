"""Chooses the cells to hide besides the sensitive ones, so that nobody can work those out within their margins.

Source: J. P. Kelly, B. L. Golden, A. A. Assad, Cell suppression: disclosure protection for sensitive tabular data, Networks
22 (1992), as the linear programme of M. Fischetti, J. J. Salazar, Models and algorithms for optimizing cell suppression in
tabular data with linear constraints, JASA 95 (2000): for each sensitive cell and direction, the cheapest change of the
table that moves the cell by its margin; what it takes along must be hidden. The pattern protects by construction; it is
not the smallest one. ``audit`` proves it from the published cells alone.
"""

import numpy as np

from xinqu.indicators.disclosure.solver import cheapest_change, sums_of
from xinqu.indicators.disclosure.views import Views

PUBLISHED, PRIMARY, SECONDARY = "published", "primary", "secondary"
_MOVED = 1e-7  # of the margin: less is the solver's noise
Move = tuple[int, str, float]  # cell, view, signed distance


def suppress(views: Views) -> np.ndarray:
    """Return for each cell whether it is published, primary (sensitive) or secondary (hidden to protect others)."""
    return _Search(views).pattern()


class _Search:
    """The state of the search: what is hidden so far, and for each move asked for which cells it takes along."""

    def __init__(self, views: Views) -> None:
        self.views, self.values = views, views.system.values
        self.sums = sums_of(views.system)
        self.hidden = views.sensitive.copy()
        sizes = np.abs(self.values)
        typical = float(np.median(sizes)) or 1.0
        self.price = 1.0 + sizes / typical  # small cells are told with less loss than totals
        self.taken: dict[Move, np.ndarray] = {}

    def pattern(self) -> np.ndarray:
        self._hide()
        self._publish_again()
        primary = self.views.sensitive
        return np.where(primary, PRIMARY, np.where(self.hidden, SECONDARY, PUBLISHED))

    def _hide(self) -> None:
        """Make every move possible; hiding a cell may give a contributor knowledge and so new moves, until none is new."""
        while fresh := [move for move in self._moves() if move not in self.taken]:
            for move in fresh:
                along = self._change(move, np.where(self.hidden, 0.0, self.price))
                if along is None:
                    message = f"no change of the table moves cell {move[0]} by {move[2]:g}"
                    raise ArithmeticError(message)
                self.taken[move] = along
                self.hidden |= along

    def _moves(self) -> list[Move]:
        aims = self.views.aims(self.hidden)
        both = [(aim.cell, aim.view, step) for aim in aims for step in (aim.up, -aim.down)]
        return [move for move in both if move[2] != 0]

    def _publish_again(self) -> None:
        """Publish secondary cells, the largest first, as long as every move stays possible without them."""
        chosen = np.flatnonzero(self.hidden & ~self.views.sensitive)
        for cell in chosen[np.argsort(-np.abs(self.values[chosen]), kind="stable")]:
            self._try_without(int(cell))

    def _try_without(self, cell: int) -> None:
        allowed = self.hidden.copy()
        allowed[cell] = False
        again: dict[Move, np.ndarray] = {}
        for move in [move for move, along in self.taken.items() if along[cell]]:
            along = self._change(move, np.ones(len(allowed)), allowed)
            if along is None:
                return
            again[move] = along
        self.hidden = allowed
        self.taken |= again

    def _change(self, move: Move, price: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray | None:
        """Return which cells the cheapest change takes along that makes ``move``; None when no change does."""
        cell, view, step = move
        everything = np.ones(len(self.values), dtype=bool)
        free = self.views.unknown(everything if allowed is None else allowed, view).copy()
        free[cell] = False
        kept = np.flatnonzero(free)
        down = (self.values - self.views.least(view))[kept]
        right = -self.sums[:, [cell]].toarray()[:, 0] * step
        change = cheapest_change(self.sums[:, kept], price[kept], down, np.full(len(kept), np.inf), right)
        if change is None:
            return None
        along = np.zeros(len(self.values), dtype=bool)
        along[kept[np.abs(change) > _MOVED * abs(step)]] = True
        along[cell] = True
        return along
