"""Turns records into the cells of linked tables and the sums that bind them: a cell that stands in two tables is one cell."""

from collections.abc import Mapping, Sequence
from itertools import product

import msgspec
import numpy as np
import polars as pl

TOTAL = "_T"  # as in SDMX: all codes of a dimension together
Parents = Mapping[str, Mapping[str, str]]  # dimension -> code -> the code it is part of; roots are part of TOTAL
_KNOWN = ("contributor", "value")


class CellSystem(msgspec.Struct, frozen=True):
    """Cells of one measure in linked tables.

    cells: one row per cell: the dimensions (``TOTAL`` where a table has no such dimension), ``value``, ``contributors``
    (number), ``magnitude`` (sum of absolute contributions), ``largest``, ``second`` (absolute contributions), ``top``
    (sum of the ``top_n`` largest), ``sole`` (the contributor of a cell with one, else null).
    parent, child: per relation, the cells of ``value[parent] = sum(value[child])``; ``child`` has one array for each.
    dimensions: names, in the order of the columns. lone: ``cell, contributor, value`` of contributors who are alone in
    some cell, in every cell they are in.
    """

    cells: pl.DataFrame
    parent: np.ndarray
    child: tuple[np.ndarray, ...]
    dimensions: tuple[str, ...]
    lone: pl.DataFrame

    @property
    def values(self) -> np.ndarray:
        """The value of each cell."""
        return self.cells["value"].to_numpy()


def build_cells(records: pl.DataFrame, tables: Sequence[Sequence[str]], parents: Parents, *, top_n: int) -> CellSystem:
    """Return the cells of ``tables``, each a list of dimensions, over ``records``.

    Args:
        records: ``contributor`` (who must not be found out), ``value``, and one String column per dimension. A contributor
            with several records in a cell counts once, with their sum.
        parents: hierarchies; a code without a parent is part of the total.
        top_n: how many of the largest contributions the dominance rule adds.

    Cells without a contributor are no cells: their zero is published.
    """
    dimensions = tuple(dict.fromkeys(name for table in tables for name in table))
    marginals = sorted({kept for table in tables for kept in _subsets(table)}, key=lambda kept: (len(kept), kept))
    spread = {name: _ancestors(records[name], parents.get(name, {})) for name in dimensions}
    shares = [_contributions(records, kept, dimensions, spread) for kept in marginals]
    cells = pl.concat(_cells_of(part, dimensions, top_n) for part in shares).sort(*dimensions)
    lone = pl.concat(part.join(cells, left_on="contributor", right_on="sole", how="semi") for part in shares)
    numbered = cells.select(*dimensions).with_row_index("cell").with_columns(pl.col("cell").cast(pl.Int64))
    parent, child = _relations(cells, dimensions, [tuple(table) for table in tables], parents)
    return CellSystem(
        cells=cells, parent=parent, child=child, dimensions=dimensions,
        lone=lone.join(numbered, on=list(dimensions)).select("cell", "contributor", "value").sort("cell", "contributor"),
    )  # fmt: skip


def _subsets(table: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the dimensions that a table and its margins are made of."""
    chosen = product(*[(False, True)] * len(table))
    return [tuple(name for name, taken in zip(table, taken_of, strict=True) if taken) for taken_of in chosen]


def _ancestors(codes: pl.Series, parents: Mapping[str, str]) -> pl.DataFrame:
    """Return code and each code it falls under, itself among them but not the total."""
    pairs = []
    for code in codes.unique().drop_nulls().to_list():
        step: str | None = code
        while step and step != TOTAL:
            pairs.append((code, step))
            step = parents.get(step)
    return pl.DataFrame(pairs, schema={"#code": pl.String, "#up": pl.String}, orient="row")


def _contributions(
    records: pl.DataFrame, kept: tuple[str, ...], dimensions: tuple[str, ...], spread: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Return what each contributor adds to the cells with a code in each dimension of ``kept``, the total in others."""
    rows = records.select(*kept, *_KNOWN).group_by(*kept, "contributor").agg(pl.col("value").sum())
    for name in kept:
        rows = rows.join(spread[name], left_on=name, right_on="#code", how="inner").drop(name).rename({"#up": name})
    rows = rows.group_by(*kept, "contributor").agg(pl.col("value").sum())
    totals = [pl.lit(TOTAL).alias(name) for name in dimensions if name not in kept]
    return rows.with_columns(totals).select(*dimensions, *_KNOWN)


def _cells_of(contributions: pl.DataFrame, dimensions: tuple[str, ...], top_n: int) -> pl.DataFrame:
    size = pl.col("value").abs()
    return contributions.group_by(*dimensions).agg(
        pl.col("value").sort_by("contributor").sum(),  # in a fixed order: doubles add up the same every time
        pl.len().alias("contributors"),
        size.sort_by("contributor").sum().alias("magnitude"),
        size.max().alias("largest"),
        size.top_k(2).sort(descending=True).get(1, null_on_oob=True).fill_null(0.0).alias("second"),
        size.top_k(top_n).sum().alias("top"),
        pl.when(pl.len() == 1).then(pl.col("contributor").first()).alias("sole"),
    )


def _relations(
    cells: pl.DataFrame, dimensions: tuple[str, ...], tables: Sequence[tuple[str, ...]], parents: Parents
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Return each sum once: a cell and the cells that it falls into along one dimension of one table."""
    numbered = cells.select(*dimensions).with_row_index("#cell")
    found: set[tuple[int, tuple[int, ...]]] = set()
    for table in tables:
        outside = [pl.col(name) == TOTAL for name in dimensions if name not in table]
        mine = numbered.filter(outside) if outside else numbered
        for name in table:
            up = {code: parents.get(name, {}).get(code, TOTAL) for code in mine[name].unique() if code != TOTAL}
            below = mine.filter(pl.col(name) != TOTAL).with_columns(
                pl.col(name).replace_strict(up, return_dtype=pl.String)
            )
            sums = below.group_by(*dimensions, maintain_order=True).agg(pl.col("#cell").alias("#children"))
            joined = sums.join(mine, on=list(dimensions), how="inner")
            for whole, parts in joined.select("#cell", "#children").iter_rows():
                found.add((whole, tuple(sorted(parts))))
    ordered = sorted(found)
    return (
        np.array([whole for whole, _ in ordered], dtype=np.int64),
        tuple(np.array(parts, dtype=np.int64) for _, parts in ordered),
    )
