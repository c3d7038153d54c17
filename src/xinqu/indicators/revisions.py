"""How figures were revised: their releases over vintages, the revision triangle, and whether revisions lean one way."""

import math
from collections.abc import Sequence

import polars as pl

FIGURE = ["indicator", "area", "period"]
OBSERVED = {"indicator": pl.String, "area": pl.String, "period": pl.String, "event": pl.Int64, "known_on": pl.Date,
            "value": pl.Float64}  # fmt: skip
# From thirty values on the t-test is commonly held to bear revisions that are not normal; below it is only said so.
SMALL_SAMPLE = 30


def releases(observed: pl.DataFrame) -> pl.DataFrame:
    """Return the different values that each figure had, in the order in which they became known.

    Args:
        observed: at least the columns of ``OBSERVED``: ``event`` is the acceptance that made the value known, and the
            same value may be observed at many vintages. Values are known (not null).

    Returns: indicator, area, period, release (1, 2 ...), event, known_on, value, revision (to the release before; null
    for the first) and from_first (null for the first). A return that was accepted again without changing the figure is
    no release of it.
    """
    ordered = observed.unique(subset=[*FIGURE, "event"], keep="first").sort(*FIGURE, "event")
    before = pl.col("value").shift(1).over(FIGURE)
    changed = ordered.filter(before.is_null() | (before != pl.col("value")))
    return changed.with_columns(
        release=pl.int_range(1, pl.len() + 1).over(FIGURE),
        revision=pl.col("value") - before,
        from_first=pl.col("value") - pl.col("value").first().over(FIGURE),
    ).select(
        *FIGURE, "release", "event", "known_on", "value", "revision",
        pl.when(pl.col("release") > 1).then("from_first").alias("from_first"),
    )  # fmt: skip


def triangle(released: pl.DataFrame) -> pl.DataFrame:
    """Return one row per figure and one column per release (``release_1`` ...), null where it had fewer."""
    wide = released.with_columns(pl.concat_str(pl.lit("release_"), "release").alias("release")).pivot(
        on="release", index=FIGURE, values="value", aggregate_function="first"
    )
    columns = sorted((name for name in wide.columns if name not in FIGURE), key=lambda name: int(name.split("_")[1]))
    return wide.select(*FIGURE, *columns).sort(FIGURE)


def revision_statistics(released: pl.DataFrame, *, by: Sequence[str] = ("indicator",)) -> pl.DataFrame:
    """Return what the revisions from first to last release came to, over all figures of a group, unrevised ones too.

    Args:
        released: ``releases``.
        by: some of indicator, area, period.

    Returns: the columns of ``by``, figures (how many), revised (of them), mean_revision and mean_absolute_revision in
    the indicator's unit, relative_absolute_revision (0.., of the last values), share_upward (0..1, of the revised),
    standard_deviation, t, degrees_of_freedom, p_value (two-sided, of the hypothesis that the mean revision is zero) and
    note: ``no_test`` when there are fewer than two figures or all revisions are equal, ``small_sample`` below
    ``SMALL_SAMPLE`` figures: the test then holds only for revisions that are near normal. Figures are taken as
    independent; of one area in neighbouring periods they often are not, which makes p too small.

    Source: mean, mean absolute and relative mean absolute revision as in the ESS handbook for quality and metadata
    reports (indicators on data revision); one-sample t-test, Student (1908).
    """
    last = pl.col("value").last().over(FIGURE)
    first = pl.col("value").first().over(FIGURE)
    figures = released.sort(*FIGURE, "release").with_columns(last=last, change=last - first).unique(subset=FIGURE)
    change = pl.col("change")
    frame = figures.group_by(list(by)).agg(
        figures=pl.len().cast(pl.Int64),
        revised=(change != 0).sum().cast(pl.Int64),
        mean_revision=change.mean(),
        mean_absolute_revision=change.abs().mean(),
        relative_absolute_revision=_ratio(change.abs().sum(), pl.col("last").abs().sum()),
        share_upward=(change.filter(change != 0) > 0).mean(),
        standard_deviation=change.std(),
    )
    count = pl.col("figures")
    error = pl.col("standard_deviation") / count.sqrt()
    frame = frame.with_columns(
        t=_ratio(pl.col("mean_revision"), error),
        degrees_of_freedom=pl.when(count > 1).then(count - 1),
    )
    ts, degrees = frame["t"].to_list(), frame["degrees_of_freedom"].to_list()
    p_values = [None if t is None else two_sided_p(t, n) for t, n in zip(ts, degrees, strict=True)]
    note = (
        pl.when(pl.col("t").is_null()).then(pl.lit("no_test")).when(count < SMALL_SAMPLE).then(pl.lit("small_sample"))
    )
    return frame.with_columns(
        pl.Series("p_value", p_values, dtype=pl.Float64), note.otherwise(pl.lit("")).alias("note")
    ).sort(list(by))  # fmt: skip


def two_sided_p(t: float, degrees_of_freedom: int) -> float:
    """Return the chance of a |t| this large or larger under Student's distribution with whole degrees of freedom.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4 (finite sums).
    """
    angle = math.atan(abs(t) / math.sqrt(degrees_of_freedom))
    cosine2 = math.cos(angle) ** 2
    is_odd = degrees_of_freedom % 2
    term = math.cos(angle) if is_odd else 1.0
    total = 0.0
    for power in range(3 if is_odd else 2, degrees_of_freedom + 1, 2):
        total += term
        term *= cosine2 * (power - 1) / power
    inside = math.sin(angle) * total
    if is_odd:
        inside = 2 / math.pi * (angle + inside)
    return min(1.0, max(0.0, 1.0 - inside))


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)
