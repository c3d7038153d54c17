"""Reads the state of all returns of a realm at a vintage; the fold is kept and goes on from what was kept."""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from xinqu.shapes import releases, statistical_return
from xinqu.shapes.statistical_return import CODE_VERSION, KEY, MOVES
from xinqu.spine import log
from xinqu.spine.compact import forget_old, read_parquet, write_parquet
from xinqu.spine.steps import Key as ReturnKey
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm

_KEPT = 4  # folds of a realm: the present one, and those of vintages that were asked for lately
_FEW = 500  # keys: beyond, the whole realm is folded at once


def submissions_at(workspace: Workspace, realm: Realm, vintage: int | None = None) -> pl.DataFrame:
    """Return one row per submission of ``realm`` as known at event ``vintage`` (None: now), releases included."""
    return releases.mark(_unmarked(workspace, realm, vintage), releases_at(workspace, realm, vintage))


def releases_at(workspace: Workspace, realm: Realm, vintage: int | None = None) -> list[releases.Release]:
    """Return the releases of ``realm`` as known at event ``vintage`` (None: now)."""
    return releases.fold(log.events(workspace, realm, upto=vintage, types=releases.EVENTS))


def _unmarked(workspace: Workspace, realm: Realm, vintage: int | None) -> pl.DataFrame:
    """Return the fold of the returns' own events, which is what is kept."""
    last = log.last_seq(workspace, realm, MOVES, vintage)
    path = kept_path(workspace, realm, last)
    kept = read_parquet(path)
    if kept is not None:
        return kept
    folded = _folded(workspace, realm, last)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(folded, path)
    forget_old(path.parent.iterdir(), keep=_KEPT)
    return folded


def submissions_of(workspace: Workspace, realm: Realm, keys: Collection[ReturnKey]) -> pl.DataFrame:
    """Return the submissions of some keys as they are now: of a few they are read without the rest of the realm."""
    if len(keys) > _FEW:
        return submissions_at(workspace, realm)
    folded = statistical_return.fold(log.events_of(workspace, realm, MOVES, sorted({key.subject for key in keys})))
    return releases.mark(folded, releases_at(workspace, realm))


def kept_path(workspace: Workspace, realm: Realm, last: int) -> Path:
    """Return where the fold up to the event ``last``, the last that moved a return, is kept."""
    return workspace.cache_dir / "submissions" / realm / f"{last}-{CODE_VERSION}.parquet"


def _folded(workspace: Workspace, realm: Realm, last: int) -> pl.DataFrame:
    """Fold up to event ``last``: from the newest kept fold before it, only the returns that moved since are read."""
    folder = kept_path(workspace, realm, last).parent
    earlier = [int(path.name.partition("-")[0]) for path in folder.glob(f"*-{CODE_VERSION}.parquet")]
    start = max((seq for seq in earlier if seq < last), default=0)
    kept = read_parquet(kept_path(workspace, realm, start)) if start else None
    if kept is None:
        return statistical_return.fold(log.events(workspace, realm, upto=last, types=MOVES))
    moved = log.events(workspace, realm, upto=last, after=start, types=MOVES)["subject"].unique().sort().to_list()
    if len(moved) > _FEW:
        return statistical_return.fold(log.events(workspace, realm, upto=last, types=MOVES))
    fresh = statistical_return.fold(log.events_of(workspace, realm, MOVES, moved, upto=last))
    rest = kept.join(fresh.select(KEY), on=KEY, how="anti", nulls_equal=True)
    return pl.concat([rest, fresh]).sort(*KEY)
