"""National and group figures of a snapshot, and estimates of what is missing; estimates never become facts of an area."""

from collections.abc import Collection

import polars as pl

from xinqu.indicators import aggregates, estimates
from xinqu.spine.snapshot import Snapshot


def estimates_of(snapshot: Snapshot, forms: Collection[str] | None = None) -> pl.DataFrame:
    """Return an estimate of each missing number of the area forms that some area has filed (``estimates.SCHEMA``)."""
    wanted = [form.id for form in snapshot.pack.area_forms if forms is None or form.id in forms]
    parts = [estimates.estimate(snapshot.pack, snapshot.facts, form, day=snapshot.as_of) for form in wanted]
    return pl.concat([pl.DataFrame(schema=estimates.SCHEMA), *parts])


def accuracy_of(snapshot: Snapshot, forms: Collection[str] | None = None) -> pl.DataFrame:
    """Return how far each method is off known values, by item (``estimates.ACCURACY``)."""
    settings = estimates.settings_on(snapshot.pack, snapshot.as_of)
    wanted = [form.id for form in snapshot.pack.area_forms if forms is None or form.id in forms]
    filed = [form for form in wanted if not snapshot.facts[form].is_empty()] if settings else []
    parts = [
        estimates.accuracy(
            estimates.candidates(snapshot.pack, snapshot.facts, form),
            level=settings["estimate_level"] if settings else 0.0,
        )
        for form in filed
    ]
    return pl.concat([pl.DataFrame(schema=estimates.ACCURACY), *parts])


def aggregates_of(
    snapshot: Snapshot, grouping: str, *, indicators: Collection[str] | None = None,
    periods: Collection[str] | None = None, with_estimates: bool = False,
) -> pl.DataFrame:  # fmt: skip
    """Return the figures of groups of areas (``aggregates.SCHEMA``); coverage by size counts each area's last product."""
    return aggregates.aggregate(
        snapshot.pack, snapshot.facts, grouping, as_of=snapshot.as_of, indicators=indicators, periods=periods,
        estimates=estimates_of(snapshot) if with_estimates else None, sizes=_sizes(snapshot),
    )  # fmt: skip


def _sizes(snapshot: Snapshot) -> dict[str, float]:
    """Return the last known value of the pack's size item by area; none where the pack names no item or few have one."""
    item = snapshot.pack.info.size_item
    if not item:
        return {}
    frame = snapshot.facts[snapshot.pack.form_of_item[item]]
    known = frame.filter((pl.col("sub_unit") == "") & pl.col(item).is_not_null()).sort("period")
    last = known.group_by("area", maintain_order=True).agg(pl.col(item).last())
    sizes = dict(last.iter_rows())
    return sizes if sizes.keys() == snapshot.pack.areas.keys() else {}


def leaves_of(snapshot: Snapshot, indicator: str, grouping: str, group: str, period: str) -> pl.DataFrame:
    """Return the areas behind an aggregate with their own figure, its reason when unknown, and whether they are in the sum."""
    areas = [area for area, of in aggregates.groups_of(snapshot.pack, grouping).items() if of == group]
    whole = aggregates_of(snapshot, grouping, indicators=[indicator], periods=[period]).filter(pl.col("group") == group)
    without = set(whole["without"].to_list()[0]) if whole.height else set(areas)
    own = snapshot.figures.filter(
        (pl.col("indicator") == indicator) & (pl.col("period") == period) & pl.col("area").is_in(areas)
    )
    return own.select(
        "area", "period", "value", "unknown", (~pl.col("area").is_in(list(without))).alias("in_sum"),
        pl.concat_str(pl.lit(f"{indicator}/"), "area", pl.lit(f"/{period}")).alias("trace"),
    ).sort("area")  # fmt: skip
