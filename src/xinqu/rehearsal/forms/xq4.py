"""xq4, tasks and difficulties (quarterly): what is open is what was open, plus new, plus reopened, less closed."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World

_YTD = np.array([0.22, 0.48, 0.74, 1.0])


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, quarters)."""
    quarters, years = world.quarters, world.years
    tasks = world.count(world.size * world.stretch(world.rising("tasks", 64.0, 120.0, 0.03, years), quarters))
    due = world.size * world.stretch(world.rising("nodes", 150.0, 240.0, 0.03, years), quarters) * np.tile(_YTD, years)
    late = world.count(due * world.share("nodes_late", 0.03, 0.09, quarters))
    open_late = world.count(due * world.share("nodes_open", 0.015, 0.06, quarters))
    due_all = np.maximum(world.count(due), late + open_late)
    return {
        "xq4_task_n": tasks,
        "xq4_task_due": due_all,
        "xq4_task_ontime": due_all - late - open_late,
        "xq4_task_late": late,
        "xq4_task_open_late": open_late,
        **_difficulties(world),
        "xq4_diff_days": world.rate(world.toward("difficulty_days", 24.0, 46.0, 14.0, quarters)),
        "xq4_tol_n": np.minimum(
            world.count(world.size * np.tile(_YTD, years) * world.share("tolerance", 1.0, 5.0, quarters)), tasks
        ),
    }


def _difficulties(world: World) -> dict[str, Array]:
    """Run the balance of difficulties quarter by quarter, in whole numbers."""
    quarters, units = world.quarters, len(world.unit_area)
    flow = world.size * world.rising("difficulties", 6.0, 13.0, 0.02, quarters, rough=0.15)
    raised = world.count(flow)
    closing = world.rate(world.toward("difficulty_closing", 0.36, 0.52, 0.75, quarters), 4)
    reopening = world.rare("reopened", quarters, 0.2)[world.unit_area] > 0
    start = world.count(world.size * world.draws.spread("difficulties_open", 8.0, 16.0)[:, None])[:, 0]
    table = {name: np.zeros((units, quarters)) for name in ("new", "closed", "open", "open0", "reopen")}
    open_now = start
    for quarter in range(quarters):
        first = quarter % 4 == 0
        for name in ("new", "closed", "reopen"):
            table[name][:, quarter] = 0 if first else table[name][:, quarter - 1]
        table["open0"][:, quarter] = open_now if first else table["open0"][:, quarter - 1]
        closed = np.floor(closing[:, quarter] * (open_now + raised[:, quarter]))
        reopened = np.where(reopening[:, quarter] & (closed > 1), 1.0, 0.0)
        table["new"][:, quarter] += raised[:, quarter]
        table["closed"][:, quarter] += closed
        table["reopen"][:, quarter] += reopened
        open_now = open_now + raised[:, quarter] + reopened - closed
        table["open"][:, quarter] = open_now
    held = table["open"]
    return {
        "xq4_diff_new": table["new"],
        "xq4_diff_closed": table["closed"],
        "xq4_diff_open": held,
        "xq4_diff_open0": table["open0"],
        "xq4_diff_prov": np.floor(held * 0.3),
        "xq4_diff_ndrc": np.floor(held * 0.12),
        "xq4_diff_sc": np.floor(held * 0.02),
        "xq4_diff_reopen": table["reopen"],
    }
