"""Makes the pack's release tables of one measure and period from record facts, protected together."""

import msgspec
import polars as pl

from xinqu.indicators.disclosure.cells import TOTAL
from xinqu.indicators.disclosure.protect import Protected, protect
from xinqu.indicators.disclosure.sensitivity import Rules
from xinqu.policy.model import Item, ReleaseTable
from xinqu.policy.pack import Pack, in_force
from xinqu.policy.required import DISCLOSURE_NUMBERS
from xinqu.vocabulary.periods import Period

UNSTATED = "_U"  # as in SDMX: a record that does not say its code


class Released(msgspec.Struct, frozen=True):
    """The tables of one form, measure and period with their protection.

    ``unread``: records without a value of the measure; they stand in no cell. ``without_return``: areas that have no
    accepted return of the period: totals are of the others.
    """

    form: str
    measure: Item
    period: str
    tables: tuple[ReleaseTable, ...]
    protected: Protected
    unread: int
    areas: tuple[str, ...]
    without_return: tuple[str, ...]

    def table(self, table: ReleaseTable) -> pl.DataFrame:
        """Return what may be published of one table: its dimensions, ``value``, ``contributors``, ``state``."""
        others = [pl.col(name) == TOTAL for name in self.protected.system.dimensions if name not in table.dimensions]
        cells = self.protected.published()
        kept = cells.filter(others) if others else cells
        return kept.select(*table.dimensions, "value", "contributors", "state").sort(table.dimensions)


def measures_of(pack: Pack, period: str) -> dict[tuple[str, str], list[ReleaseTable]]:
    """Return the tables in force at the period's end by form and measure: each group is protected together."""
    groups: dict[tuple[str, str], list[ReleaseTable]] = {}
    for table in pack.release_tables.values():
        if in_force(table, Period.parse(period).end):
            groups.setdefault((table.form, table.measure), []).append(table)
    return groups


def release(pack: Pack, facts: pl.DataFrame, tables: list[ReleaseTable], period: str) -> Released:
    """Return ``tables`` (of one form and measure) made from ``facts`` of their form and protected together.

    Raises:
        Refused: XQ-DISCLOSURE-001 without scipy.
    """
    form, measure = tables[0].form, pack.items[tables[0].measure]
    rows = facts.filter(pl.col("period") == period)
    known = rows.filter(pl.col(measure.code).is_not_null())
    dimensions = sorted({name for table in tables for name in table.dimensions})
    nameless = pl.concat_str(pl.lit("#"), "area", pl.int_range(pl.len()).cast(pl.String))
    records = known.select(
        pl.coalesce(tables[0].contributor, nameless).alias("contributor"),
        pl.col(measure.code).alias("value"),
        *(pl.col(name).fill_null(UNSTATED) for name in dimensions),
    )
    areas = tuple(sorted(rows["area"].unique().to_list()))
    protected = protect(
        records,
        [tuple(table.dimensions) for table in tables],
        {"area": {code: area.region for code, area in pack.areas.items()}},
        rules_on(pack, period),
        nonnegative=bool(measure.min) and float(measure.min) >= 0,
    )
    return Released(
        form=form, measure=measure, period=period, tables=tuple(tables), protected=protected,
        unread=rows.height - known.height, areas=areas, without_return=tuple(sorted(pack.areas.keys() - set(areas))),
    )  # fmt: skip


def rules_on(pack: Pack, period: str) -> Rules:
    """Return the rules in force at the period's end; the pack is proved to have each number."""
    day = Period.parse(period).end
    versions = [pack.parameters[name].on(day) for name in DISCLOSURE_NUMBERS]
    least, p_pct, number, share_pct = (float(version.exact) if version else 0.0 for version in versions)
    return Rules(min_contributors=int(least), p_pct=p_pct, dominance_n=int(number), dominance_k_pct=share_pct)
