"""What a target expects at a period, and the band around it: one row per figure, all kinds of trajectory at once.

The rules of the kinds (product policy of ``targets.yaml``; where its words leave a choice, the choice stands here):

- ``linear``: the way from base to target is walked evenly by months; after the target period the target holds.
- ``s_curve``: a logistic, half of the way to the goalpost in the year the rule names. Its steepness follows from the
  band: at the target period it stands one warning band short of the goalpost.
- ``level_each_year``: the mean of the full years before the year of the period, all of them known.
- ``cap``, ``floor``, ``step``: a limit that binds at every date, before and after the base too.
- ``milestone`` and numbers stated by a published plan: judged at the close of their year only.

The distance is that from base to target; a growth above the better goalpost leaves no way to go.
"""

from collections.abc import Mapping

import polars as pl

from xinqu.monitoring.reasons import GreyReason
from xinqu.monitoring.series import annual_values
from xinqu.policy.pack import Pack

MONTHS = 12
LIMIT_KINDS = ["cap", "floor", "step"]


def with_expectations(
    judged: pl.DataFrame, figures: pl.DataFrame, pack: Pack, facts: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Add to figures joined with their target: ``goal``, ``expected``, ``distance`` and ``doubt``.

    ``judged`` has the columns of figures, ``with_period_columns`` and ``targets.SCHEMA``. ``goal`` is the end to reach,
    ``expected`` what is expected at the period, ``distance`` >= 0 from base to goal; each null when not known, and then
    ``doubt`` is the code of a ``GreyReason`` (else null). Units are those of the indicator.
    """
    annual = annual_values(figures)
    frame = _with_base(judged, annual)
    frame = _with_mean(frame, annual)
    frame = _with_limit(frame, pack, facts)
    years = (pl.col("end_month") - pl.col("base_year") * MONTHS - MONTHS) / MONTHS
    frame = frame.with_columns(years_on=years, span=(pl.col("target_year") - pl.col("base_year")).cast(pl.Float64))
    frame = frame.with_columns(goal=_goal())
    return frame.with_columns(
        expected=_expected(), distance=(pl.col("goal") - pl.col("base")).abs(), doubt=_doubt()
    ).drop("years_on", "span", "mean", "limit")


def _with_base(frame: pl.DataFrame, annual: pl.DataFrame) -> pl.DataFrame:
    base = annual.select("indicator", "area", pl.col("year").alias("base_year"), pl.col("value").alias("base"))
    return frame.join(base, on=["indicator", "area", "base_year"], how="left", maintain_order="left")


def _with_mean(frame: pl.DataFrame, annual: pl.DataFrame) -> pl.DataFrame:
    """Add ``mean`` of the ``years`` full years before the year of the period; null unless all are known."""
    wanted = frame.filter(pl.col("rule") == "mean").select("indicator", "area", "year", "years").unique()
    if wanted.is_empty():
        return frame.with_columns(mean=pl.lit(None, pl.Float64))
    known = annual.filter(pl.col("value").is_not_null()).select(
        "indicator", "area", pl.col("year").alias("past"), pl.col("value").alias("past_value")
    )
    means = (
        wanted.with_columns(past=pl.int_ranges(pl.col("year") - pl.col("years"), pl.col("year"), dtype=pl.Int32))
        .explode("past")
        .join(known, on=["indicator", "area", "past"], how="left")
        .group_by("indicator", "area", "year", "years")
        .agg(
            mean=pl.when(pl.col("past_value").is_not_null().all()).then(pl.col("past_value").sort().mean()),
        )
    )
    return frame.join(means, on=["indicator", "area", "year", "years"], how="left", maintain_order="left")


def _with_limit(frame: pl.DataFrame, pack: Pack, facts: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Add ``limit``: the number, the parameter in force on the last day of the period, or the item of that period."""
    pairs = frame.filter(pl.col("limit_parameter").is_not_null()).select("limit_parameter", "end").unique()
    dated = [
        (name, end, float(version.exact))
        for name, end in pairs.iter_rows()
        if (version := pack.parameters[name].on(end)) is not None
    ]
    parameters = pl.DataFrame(
        dated, schema={"limit_parameter": pl.String, "end": pl.Date, "from_parameter": pl.Float64}, orient="row"
    )
    items = _item_values(frame, pack, facts)
    return (
        frame.join(parameters, on=["limit_parameter", "end"], how="left", maintain_order="left")
        .join(items, on=["limit_item", "area", "period"], how="left", maintain_order="left")
        .with_columns(limit=pl.coalesce("limit_number", "from_parameter", "from_item"))
        .drop("from_parameter", "from_item")
    )


def _item_values(frame: pl.DataFrame, pack: Pack, facts: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the reported values of the items that limit some indicator, of whole areas (no sub-units)."""
    schema = {"limit_item": pl.String, "area": pl.String, "period": pl.String, "from_item": pl.Float64}
    parts = [pl.DataFrame(schema=schema)]
    for item in frame.get_column("limit_item").drop_nulls().unique().sort():
        rows = facts.get(pack.form_of_item[item])
        if rows is not None and item in rows.columns:
            whole = rows.filter(pl.col("sub_unit") == "")
            parts.append(whole.select(limit_item=pl.lit(item), area="area", period="period", from_item=pl.col(item)))
    return pl.concat(parts)


def _goal() -> pl.Expr:
    base, goalpost = pl.col("base"), pl.col("goalpost")
    way = base + pl.col("share") * (goalpost - base) * pl.col("span") / pl.col("years")
    return (
        pl.when(pl.col("rule") == "value").then("stated")
        .when(pl.col("rule") == "way").then(way)
        .when(pl.col("rule") == "logistic").then(goalpost)
        .when(pl.col("rule") == "mean").then("mean")
        .when(pl.col("rule") == "limit").then("limit")
    )  # fmt: skip


def _expected() -> pl.Expr:
    base, goal = pl.col("base"), pl.col("goal")
    walked = (pl.col("years_on") / pl.col("span")).clip(0, 1)
    linear = base + (goal - base) * walked
    steepness = ((1 - pl.col("yellow_share")) / pl.col("yellow_share")).log() / (pl.col("span") - pl.col("years"))
    logistic = base + (goal - base) / (1 + (-steepness * (pl.col("years_on") - pl.col("years"))).exp())
    return (
        pl.when((pl.col("trajectory") == "linear") & pl.col("base_year").is_not_null()).then(linear)
        .when(pl.col("rule") == "logistic").then(logistic)
        .otherwise(goal)
    )  # fmt: skip


def _doubt() -> pl.Expr:
    """Return why there is nothing to hold a figure against, or no band around it; the first reason that applies.

    A breach of a limit is certain without a band: the lamp then stays red whatever stands here.
    """
    base, goal, goalpost = pl.col("base"), pl.col("goal"), pl.col("goalpost")
    has_band = pl.col("yellow_share").is_not_null()
    moves = pl.col("rule").is_in(["way", "logistic"])
    at_every_date = pl.col("trajectory").is_in(LIMIT_KINDS) | ~has_band
    beyond = moves & ((goalpost - base) * pl.col("sense") <= 0)
    return (
        pl.when(pl.col("rule") == "none")
        .then(pl.when(pl.col("sense") == 0).then(pl.lit(GreyReason.NEUTRAL)).otherwise(pl.lit(GreyReason.NO_TARGET)))
        .when((pl.col("rule") == "limit") & goal.is_null()).then(pl.lit(GreyReason.NO_LIMIT))
        .when(~at_every_date & (pl.col("years_on") <= 0)).then(pl.lit(GreyReason.NOT_AFTER_BASE))
        .when(moves & goalpost.is_null()).then(pl.lit(GreyReason.NO_GOALPOST))
        .when((pl.col("rule") == "mean") & goal.is_null()).then(pl.lit(GreyReason.SERIES_TOO_SHORT))
        .when(has_band & base.is_null()).then(pl.lit(GreyReason.NO_BASE))
        .when(beyond).then(pl.lit(GreyReason.BEYOND_GOALPOST))
        .when(has_band & (goal == base)).then(pl.lit(GreyReason.NO_DISTANCE))
    )  # fmt: skip
