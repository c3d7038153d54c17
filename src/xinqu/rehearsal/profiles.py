"""What the generator assumes of each area and of the national cycle; rounded, simulated, no statistics."""

from pathlib import Path

import numpy as np
import polars as pl

from xinqu.rehearsal.draws import Array, Draws

PROFILE_YEAR = 2021  # the year that profiles.csv describes
_HERE = Path(__file__).parent


def read_profiles(areas: list[str], draws: Draws) -> dict[str, Array]:
    """Read profiles.csv for ``areas``; an area that is not in it takes the profile of one drawn from it.

    Returns: column -> shape (areas,), in the units that the column names end with.
    """
    table = pl.read_csv(_HERE / "profiles.csv")
    known = {code: row for row, code in enumerate(table["area"])}
    borrowed = draws.stream("profile").integers(0, len(table), len(areas))
    rows = [known.get(code, int(borrowed[n])) for n, code in enumerate(areas)]
    return {name: table[name].cast(pl.Float64).to_numpy()[rows] for name in table.columns if name != "area"}


def read_cycle(years: range) -> dict[str, Array]:
    """Read cycle.csv for ``years``; a year outside it repeats the nearest one. Returns: column -> shape (years,)."""
    table = pl.read_csv(_HERE / "cycle.csv")
    known = table["year"].to_numpy()
    rows = [int(np.abs(known - year).argmin()) for year in years]
    return {name: table[name].cast(pl.Float64).to_numpy()[rows] for name in table.columns if name != "year"}
