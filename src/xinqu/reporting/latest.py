"""Which figure a report quotes: the latest known one of each indicator and area, else the latest unknown with its reason."""

import datetime as dt

import polars as pl

from xinqu.policy.pack import Pack, in_force
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.truth import Unknown

_ADDRESS = ("indicator", "area")
FIGURE_COLUMNS = ("indicator", "area", "period", "value", "unknown", "unit", "scope", "origin", "status", "submissions")


def indicators_on(pack: Pack, day: dt.date) -> list[str]:
    """Return the ids of the indicators in force on ``day``: in the order of the bulletin, then the others."""
    bulletin = pack.reports.get("bulletin")
    told = [identity for line in (bulletin.lines if bulletin else ()) for identity in line.indicators]
    order = dict.fromkeys([*(i for i in told if i in pack.indicators), *pack.indicators])
    return [identity for identity in order if in_force(pack.indicators[identity], day)]


def latest_figures(figures: pl.DataFrame, pack: Pack, *, as_of: dt.date) -> pl.DataFrame:
    """Return one row per indicator in force and area of the pack.

    Args:
        figures: the figures frame of docs/architecture.md.
        as_of: a pair without any figure is missing at the last period of its frequency that ended by then.

    Returns:
        The columns of FIGURE_COLUMNS; ``unknown`` is null exactly where ``value`` is not.
        Of several periods the latest that has a value is taken, else the latest; of two that end on the same day
        the one of the indicator's own frequency.
    """
    grid = _grid(pack, as_of)
    known = _with_period_end(figures.select(FIGURE_COLUMNS), grid)
    best = (
        known.sort(*_ADDRESS, pl.col("value").is_not_null(), "end", "own_frequency")
        .group_by(_ADDRESS, maintain_order=True)
        .last()
        .drop("end", "own_frequency")
    )
    return (
        grid.join(best, on=_ADDRESS, how="left", maintain_order="left")
        .with_columns(
            pl.col("period").fill_null(pl.col("due_period")),
            pl.when(pl.col("value").is_null())
            .then(pl.col("unknown").fill_null(Unknown.MISSING.value))
            .alias("unknown"),
            pl.col("unit").fill_null(pl.col("own_unit")),
            pl.col("scope").fill_null("unstated"),
            pl.col("origin").fill_null("reported"),
            pl.col("status").fill_null("trial"),
        )
        .select(FIGURE_COLUMNS)
    )


def series_of(figures: pl.DataFrame, pack: Pack) -> dict[tuple[str, str], pl.DataFrame]:
    """Return all rows of each (indicator, area) at the indicator's own frequency, in time order."""
    grid = _grid(pack, dt.date.max)
    rows = _with_period_end(figures.select(FIGURE_COLUMNS), grid).filter("own_frequency").sort(*_ADDRESS, "end")
    return {
        (str(indicator), str(area)): frame
        for (indicator, area), frame in rows.partition_by(_ADDRESS, as_dict=True, maintain_order=True).items()
    }


def last_ended(frequency: Frequency, day: dt.date) -> Period:
    """Return the last period of ``frequency`` that ended on or before ``day``."""
    number = (day.month - 1) * frequency.per_year // 12 + 1
    period = Period(day.year, number, frequency)
    return period if period.end <= day else period.shift(-1)


def _grid(pack: Pack, as_of: dt.date) -> pl.DataFrame:
    """Return indicator, area, own_unit, own_frequency_name, due_period for every pair."""
    indicators = [pack.indicators[identity] for identity in indicators_on(pack, as_of)]
    rows = pl.DataFrame(
        {
            "indicator": [i.id for i in indicators],
            "own_unit": [i.unit for i in indicators],
            "frequency": [i.frequency.value for i in indicators],
            "due_period": [str(last_ended(i.frequency, as_of)) for i in indicators],
        },
        schema={"indicator": pl.String, "own_unit": pl.String, "frequency": pl.String, "due_period": pl.String},
    )
    return rows.join(pl.DataFrame({"area": list(pack.areas)}, schema={"area": pl.String}), how="cross")


def _with_period_end(figures: pl.DataFrame, grid: pl.DataFrame) -> pl.DataFrame:
    """Add the day each period ends and whether it is of the indicator's own frequency; other pairs are dropped."""
    periods = [Period.parse(text) for text in figures["period"].unique().sort()]
    calendar = pl.DataFrame(
        {
            "period": [str(p) for p in periods],
            "end": [p.end for p in periods],
            "period_frequency": [p.frequency.value for p in periods],
        },
        schema={"period": pl.String, "end": pl.Date, "period_frequency": pl.String},
    )
    return (
        figures.join(calendar, on="period")
        .join(grid.select(*_ADDRESS, "frequency"), on=_ADDRESS)
        .with_columns(own_frequency=pl.col("period_frequency") == pl.col("frequency"))
        .drop("frequency", "period_frequency")
    )
