"""What is known of a generated nation and hidden from its returns: the truth that estimators are tested on."""

from dataclasses import dataclass

import polars as pl

from xinqu.rehearsal.grid import Grid
from xinqu.rehearsal.world import World


@dataclass(frozen=True)
class Truth:
    """Known truth of a nation.

    effects: name, area, value: every lasting effect that was drawn for an area, ``<theme>:pace`` among them (1 keeps a
        trajectory that closes a quarter of the gap in five years).
    growth: area, year, growth_pct (real, unrounded), gdp_wan_yuan (current prices, before rounding and scope).
    complete: form id -> wide frame as it would stand without missing returns and hidden cells.
    """

    effects: pl.DataFrame
    growth: pl.DataFrame
    complete: dict[str, pl.DataFrame]


def known_truth(grid: Grid, world: World, complete: dict[str, pl.DataFrame]) -> Truth:
    """Write down the truth after all draws are made."""
    areas, years = list(grid.areas), [grid.first_year + n for n in range(grid.years)]
    effects = pl.concat(
        pl.DataFrame({"name": [name] * len(areas), "area": areas, "value": value})
        for name, value in sorted(world.draws.effects.items())
    )
    growth = pl.DataFrame(
        {
            "area": [area for area in areas for _ in years],
            "year": years * len(areas),
            "growth_pct": world.economy.growth.reshape(-1),
            "gdp_wan_yuan": world.economy.gdp.reshape(-1),
        }
    )
    return Truth(effects, growth, complete)
