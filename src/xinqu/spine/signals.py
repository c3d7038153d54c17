"""The signals of a snapshot, for the national desk."""

import polars as pl

from xinqu.monitoring.signals import collect
from xinqu.monitoring.submission_board import board
from xinqu.spine.revisions import releases_of
from xinqu.spine.snapshot import Snapshot


def signals_of(snapshot: Snapshot) -> pl.DataFrame:
    """Return ``monitoring.signals.collect.signals`` of what is known at the snapshot's vintage."""
    due = board(
        snapshot.pack, snapshot.calendar, snapshot.events, snapshot.submissions,
        as_of=snapshot.as_of, first=snapshot.opened_on, last=snapshot.as_of,
    )  # fmt: skip
    return collect.signals(
        snapshot.pack, facts=snapshot.facts, figures=snapshot.figures, targets=snapshot.targets,
        board=due, releases=releases_of(snapshot), day=snapshot.as_of,
    )  # fmt: skip
