"""What happens in the nation beside the cycle: revisions, a return that never comes, a hidden cell, a cap that is passed."""

from dataclasses import dataclass

import numpy as np

from xinqu.rehearsal.draws import Array, Draws
from xinqu.rehearsal.grid import MONTHS, Grid

REVISED_DOWN = 0.985  # a year-to-date figure after a downward revision, against the month before
FALLS_WITH = {"xm1_fai": ("xm1_fai", "xm1_fai_ind"), "xm1_rev": ("xm1_rev",)}  # what falls with a revised total
_FALLS_PER_ITEM = 3


@dataclass(frozen=True)
class Stories:
    """Rows of areas that carry a story; all drawn from the seed."""

    falls: dict[str, tuple[tuple[int, int], ...]]  # item -> (area, month of the grid) revised downwards
    silent_area: int  # its last opening-up return never comes
    hidden_area: int  # one of its cells is suppressed
    over_cap_area: int  # passes its cap of construction land in the last year
    indebted_area: int  # its debt ratio rises above the line

    def lower(self, item: str, ytd: Array) -> Array:
        """Return ``ytd`` (areas, months) with the revisions of ``item``: that month falls below the month before."""
        lowered = ytd.copy()
        for area, month in self.falls[item]:
            lowered[area, month] = ytd[area, month - 1] * REVISED_DOWN
        return lowered


def tell(grid: Grid, draws: Draws) -> Stories:
    """Draw the stories of a nation."""
    stream = draws.stream("stories")
    cast = stream.permutation(draws.areas)
    falls = {item: tuple(_falls(stream, grid, draws.areas)) for item in FALLS_WITH}
    roles = [int(cast[n % draws.areas]) for n in range(4)]
    return Stories(falls, *roles)


def _falls(stream: np.random.Generator, grid: Grid, areas: int) -> list[tuple[int, int]]:
    """Area and month, April to November, so that both neighbours belong to the same year."""
    rows = stream.permutation(areas)[:_FALLS_PER_ITEM]
    years = stream.integers(0, max(grid.years - 1, 1), len(rows))
    return [(int(row), int(year) * MONTHS + int(stream.integers(3, 11))) for row, year in zip(rows, years, strict=True)]
