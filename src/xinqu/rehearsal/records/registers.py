"""The registers by form, and all records of one period of one form."""

from collections.abc import Callable, Collection

import polars as pl

from xinqu.rehearsal.records import xr1, xr2, xr3, xr4, xr5

REGISTERS: dict[str, Callable[[str, str, int, int], pl.DataFrame]] = {
    "xr1": xr1.generate, "xr2": xr2.generate, "xr3": xr3.generate, "xr4": xr4.generate, "xr5": xr5.generate,
}  # fmt: skip


def records(form: str, areas: Collection[str], period: str, *, each: int, seed: int) -> pl.DataFrame:
    """Return ``each`` records of ``form`` for every area: ``area, period`` and typed items; the same seed, the same rows.

    They hold every check of the form that refuses or warns; what lasts (an enterprise, a project, a contract) stands under
    the same key in every period. They are not tied to the area forms of a nation.
    """
    return pl.concat(REGISTERS[form](area, period, each, seed) for area in areas)
