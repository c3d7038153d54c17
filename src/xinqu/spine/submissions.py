"""Reads the state of all returns of a realm at a vintage; the fold is kept and rebuilt when its key differs."""

import polars as pl

from xinqu.shapes import statistical_return
from xinqu.spine import log
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm


def submissions_at(workspace: Workspace, realm: Realm, vintage: int | None = None) -> pl.DataFrame:
    """Return one row per submission of ``realm`` as known at event ``vintage`` (None: now)."""
    events = log.events(workspace, realm, upto=vintage, types=statistical_return.MOVES)
    return statistical_return.fold(events)
