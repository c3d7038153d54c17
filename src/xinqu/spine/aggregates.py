"""National and group figures of a snapshot, and estimates of what is missing; estimates never become facts of an area."""

from collections.abc import Callable, Collection, Mapping
from functools import partial

import polars as pl

from xinqu.indicators import accuracy, aggregate_methods, aggregates, estimates
from xinqu.spine.snapshot import Snapshot
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_REVISIONS = ["item", "area", "period"]


def estimates_of(snapshot: Snapshot) -> pl.DataFrame:
    """Return an estimate of each missing number of the area forms that some area has filed (``estimates.SCHEMA``)."""

    def build() -> pl.DataFrame:
        parts = [
            estimates.estimate(snapshot.pack, snapshot.facts, form.id, day=snapshot.as_of)
            for form in snapshot.pack.area_forms
        ]
        return pl.concat([pl.DataFrame(schema=estimates.SCHEMA), *parts])

    return snapshot.kept("estimates", build)


def accuracy_of(snapshot: Snapshot) -> pl.DataFrame:
    """Return how far each method is off known values, by item (``accuracy.ACCURACY``)."""
    settings = estimates.settings_on(snapshot.pack, snapshot.as_of)
    filed = [form.id for form in snapshot.pack.area_forms if not snapshot.facts[form.id].is_empty()] if settings else []
    parts = [
        accuracy.measure(
            estimates.candidates(snapshot.pack, snapshot.facts, form), level=settings["estimate_level"] if settings else 0.0
        )
        for form in filed
    ]  # fmt: skip
    return pl.concat([pl.DataFrame(schema=accuracy.ACCURACY), *parts])


def estimate_revisions(snapshot: Snapshot, earlier: Snapshot) -> pl.DataFrame:
    """Return the estimates of an earlier vintage whose values have arrived since, each with the error it turned out to have.

    Returns: item, area, period, method, estimate, low, high, value, revision (value - estimate), relative (revision /
    value), inside (whether the value lies in the interval), event (the acceptance that brought the value). An estimate
    is replaced, never corrected: the revision is the estimate's error.
    """
    made = estimates_of(earlier).filter(pl.col("value").is_not_null()).rename({"value": "estimate"})
    parts = []
    for form, frame in snapshot.facts.items():
        items = [code for code in made["item"].unique().sort() if snapshot.pack.form_of_item[code] == form]
        own = frame.filter(pl.col("sub_unit") == "") if items else frame
        parts += [
            own.filter(pl.col(code).is_not_null()).select(
                pl.lit(code).alias("item"), "area", "period", pl.col(code).cast(pl.Float64).alias("value"), "event"
            )
            for code in items
        ]
    schema = {"item": pl.String, "area": pl.String, "period": pl.String, "value": pl.Float64, "event": pl.Int64}
    arrived = made.join(pl.concat([pl.DataFrame(schema=schema), *parts]), on=_REVISIONS)
    revision = pl.col("value") - pl.col("estimate")
    return arrived.select(
        *_REVISIONS, "method", "estimate", "low", "high", "value", revision.alias("revision"),
        pl.when(pl.col("value") != 0).then(revision / pl.col("value")).alias("relative"),
        pl.col("value").is_between("low", "high").alias("inside"), "event",
    ).sort(_REVISIONS)  # fmt: skip


def aggregates_of(
    snapshot: Snapshot, grouping: str, *, indicators: Collection[str] | None = None,
    periods: Collection[str] | None = None, with_estimates: bool = False,
) -> pl.DataFrame:  # fmt: skip
    """Return the figures of groups of areas (``aggregates.SCHEMA``); coverage by size counts each area's last product.

    All indicators at once are kept with the snapshot's other parts; ``indicators`` may name items of area forms too.
    """

    def build() -> pl.DataFrame:
        return aggregates.aggregate(
            snapshot.pack, snapshot.facts, grouping, as_of=snapshot.as_of, indicators=indicators, periods=periods,
            estimates=estimates_of(snapshot) if with_estimates else None, sizes=_sizes(snapshot),
        )  # fmt: skip

    if indicators is None and periods is None:
        return snapshot.kept(f"aggregates_{grouping}{'_estimated' if with_estimates else ''}", build)
    return build()


def kept_parts(snapshot: Snapshot) -> dict[str, Callable[[], pl.DataFrame]]:
    """Return by name what computes each part that this module keeps, for ``verify --deep``."""
    grouped = {
        f"aggregates_{grouping}{'_estimated' if made_up else ''}": partial(
            aggregates_of, snapshot, grouping, with_estimates=made_up
        )
        for grouping in aggregate_methods.GROUPINGS
        for made_up in (False, True)
    }
    return {"estimates": partial(estimates_of, snapshot), **grouped}


def trace_of_group(
    snapshot: Snapshot, indicator: str, grouping: str, group: str, period: str, *, with_estimates: bool = False
) -> tuple[Mapping[str, object], pl.DataFrame]:
    """Return an aggregate (a row of ``aggregates.SCHEMA``) and the areas behind it (``aggregates.LEAVES`` and ``trace``).

    ``trace`` is the address at which the walk goes on to cell and file.

    Raises:
        Refused: XQ-FIGURE-005 when there is no such grouping, group, indicator or period.
    """
    known = grouping in aggregate_methods.GROUPINGS and group in set(
        aggregate_methods.groups_of(snapshot.pack, grouping).values()
    )
    only: dict[str, list[str]] = {"indicators": [indicator], "periods": [period]}
    made = aggregates_of(snapshot, grouping, with_estimates=with_estimates, **only) if known else pl.DataFrame()
    mine = made.filter(pl.col("group") == group) if known else made
    if mine.is_empty():
        raise Refused(_no_aggregate(f"{indicator}/{grouping}:{group}/{period}"))
    behind = aggregates.leaves(
        snapshot.pack, snapshot.facts, grouping, as_of=snapshot.as_of, indicators=[indicator], periods=[period],
        estimates=estimates_of(snapshot) if with_estimates else None, sizes=_sizes(snapshot),
    ).filter(pl.col("group") == group)  # fmt: skip
    address = pl.concat_str(pl.lit(f"{indicator}/"), "area", pl.lit(f"/{period}")).alias("trace")
    return mine.row(0, named=True), behind.with_columns(address)


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


def _no_aggregate(address: str) -> Problem:
    return Problem(
        code="XQ-FIGURE-005",
        what=Text(f"没有汇总数据 {address}", f"there is no aggregate {address}"),
        where=Where(subject=address),
        why=Text(
            "没有此分组、指标，或该期未到期也无人报送",
            "there is no such group or indicator, or the period is neither due nor filed",
        ),
        fix=Text(
            "写作 nation、peer:E、region:W 或 province:gansu，参见 xinqu figures --groups nation",
            "write nation, peer:E, region:W or province:gansu; see xinqu figures --groups nation",
        ),
    )
