"""All signals of one realm in one frame, and how often honest nations raise each."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from xinqu.monitoring.directions import parse_direction
from xinqu.monitoring.signals import patterns
from xinqu.policy.pack import Pack


def signals(
    pack: Pack, *, facts: Mapping[str, pl.DataFrame], figures: pl.DataFrame, targets: pl.DataFrame, board: pl.DataFrame,
    releases: pl.DataFrame, day: dt.date,
) -> pl.DataFrame:  # fmt: skip
    """Return all signals (``patterns.SCHEMA``) under the settings in force on ``day``; empty where the pack has none.

    Args:
        facts, figures: as in docs/architecture.md.
        targets: ``monitoring.targets.targets_in_force``.
        board: ``monitoring.submission_board.board``.
        releases: ``indicators.revisions.releases``.
    """
    settings = patterns.settings_on(pack, day)
    if settings is None:
        return pl.DataFrame(schema=patterns.SCHEMA)
    own = {form: frame for form, frame in facts.items() if pack.forms[form].kind == "area" and not frame.is_empty()}
    on_last_day = board.filter(pl.col("filed_on") == pl.col("due_on")).select("form", "area", "period")
    found = [
        patterns.bunching(figures, targets, settings),
        patterns.copied(pack, own, settings),
        patterns.last_minute_copies(pack, own, on_last_day, settings),
        patterns.upward_revisions(_towards_better(pack, releases), settings),
    ]
    return pl.concat([*([patterns.round_digits(pack, own, settings)] if own else []), *found])


def _towards_better(pack: Pack, releases: pl.DataFrame) -> pl.DataFrame:
    """Return the revisions of figures that have a better side, positive when they went towards it."""
    senses = {code: parse_direction(indicator).sense for code, indicator in pack.indicators.items()}
    sense = pl.col("indicator").replace_strict(senses, default=0, return_dtype=pl.Int64)
    return releases.filter(pl.col("revision").is_not_null()).select("area", revision=pl.col("revision") * sense)
