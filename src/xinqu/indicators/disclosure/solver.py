"""Linear programmes over the sums of linked tables, by HiGHS: how far cells can move, and what an outsider can work out."""

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from xinqu.indicators.disclosure.cells import CellSystem
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Text


def sums_of(system: CellSystem) -> Any:
    """Return the sums as a sparse matrix, shape (relations, cells): 1 for the whole, -1 for each part."""
    sparse = _scipy("scipy.sparse")
    sizes = [len(parts) for parts in system.child]
    rows = np.concatenate([np.arange(len(sizes)), np.repeat(np.arange(len(sizes)), sizes)])
    columns = np.concatenate([system.parent, *system.child]) if sizes else np.array([], dtype=np.int64)
    signs = np.concatenate([np.ones(len(sizes)), -np.ones(sum(sizes))])
    return sparse.csc_matrix((signs, (rows, columns)), shape=(len(sizes), system.cells.height))


def least_cost(sums: Any, cost: np.ndarray, lower: np.ndarray, upper: np.ndarray, right: np.ndarray) -> Any:
    """Return the cheapest x with ``sums @ x = right`` and ``lower <= x <= upper``; None when there is none."""
    optimize = _scipy("scipy.optimize")
    bounds = np.column_stack([lower, upper])
    found = optimize.linprog(cost, A_eq=sums, b_eq=right, bounds=bounds, method="highs")
    if found.status == _UNBOUNDED:
        return np.inf
    return found if found.status == _OPTIMAL else None


_OPTIMAL, _UNBOUNDED = 0, 3


def cheapest_change(
    sums: Any, price: np.ndarray, down: np.ndarray, up: np.ndarray, right: np.ndarray
) -> np.ndarray | None:
    """Return the change, at most ``down`` and ``up`` of each cell, with ``sums @ change = right`` and the least cost.

    ``price``: of a unit of change in either direction. None when no change does.
    """
    both = _scipy("scipy.sparse").hstack([sums, -sums], format="csc")  # increases and decreases apart: both cost
    found = least_cost(
        both, np.concatenate([price, price]), np.zeros(2 * len(price)), np.concatenate([up, down]), right
    )
    return None if found is None else found.x[: len(price)] - found.x[len(price) :]


def interval(sums: Any, values: np.ndarray, least: np.ndarray, hidden: Sequence[int], cell: int) -> tuple[float, float]:
    """Return the least and greatest value of ``cell`` in any table that agrees with all cells not ``hidden``.

    ``least``: what each cell can't be less than, shape (cells,); may be -inf.
    """
    hidden_set = np.array(sorted(hidden), dtype=np.int64)
    known = np.ones(len(values), dtype=bool)
    known[hidden_set] = False
    part = sums[:, hidden_set]
    touched = np.unique(part.nonzero()[0])
    right = -(sums[touched][:, np.flatnonzero(known)] @ values[known])
    part = part[touched]
    lower, upper = least[hidden_set], np.full(len(hidden_set), np.inf)
    place = int(np.searchsorted(hidden_set, cell))
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(hidden_set))
        cost[place] = sign
        found = least_cost(part, cost, lower, upper, right)
        if found is None:
            message = f"the published cells agree with no table (cell {cell})"
            raise ArithmeticError(message)
        ends.append(-sign * np.inf if found is np.inf else float(found.x[place]))
    return ends[0], ends[1]


def _scipy(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Refused(
            Problem(
                code="XQ-DISCLOSURE-001",
                what=Text("缺少 scipy，不能做披露控制", "scipy is not installed: no disclosure control"),
                why=Text("次级隐去由线性规划证明", "secondary suppression is proved by linear programmes"),
                fix=Text("安装 xinqu[disclosure]", "install xinqu[disclosure]"),
            )
        ) from error
