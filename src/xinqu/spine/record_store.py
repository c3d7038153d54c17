"""Facts of record forms straight from the row objects of accepted returns, by explicit path list; and of new documents."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import polars as pl

from xinqu.engines.facts import empty_facts
from xinqu.engines.record_facts import facts_of_return
from xinqu.policy.pack import Pack
from xinqu.returns.document import ReturnDocument
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Origin, Realm

ORIGINS = {Realm.OFFICIAL: Origin.REPORTED, Realm.PUBLISHED: Origin.PUBLISHED, Realm.REHEARSAL: Origin.SIMULATED}


def record_facts(workspace: Workspace, pack: Pack, realm: Realm, form: str, submissions: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of the records of ``submissions`` (all of ``form``), one row object after the other."""
    parts = [
        _facts(pack, form, pl.read_parquet(Path(workspace.objects.path(row["rows_hash"]))), realm, row)
        for row in submissions.sort("area", "period").iter_rows(named=True)
    ]
    return pl.concat(parts) if parts else empty_facts(pack, form)


def record_facts_of(pack: Pack, realm: Realm, form: str, documents: Sequence[ReturnDocument]) -> pl.DataFrame:
    """Return the facts of the records of documents that are not stored yet."""
    parts = [
        _facts(pack, form, document.rows, realm, {
            "area": document.header.area, "sub_unit": document.header.sub_unit, "period": document.header.period,
            "content_hash": document.content_sha256, "accepted_event": 0, "scope": document.header.scope,
        })
        for document in documents
    ]  # fmt: skip
    return pl.concat(parts) if parts else empty_facts(pack, form)


def _facts(pack: Pack, form: str, rows: pl.DataFrame, realm: Realm, said: dict[str, object]) -> pl.DataFrame:
    return facts_of_return(
        pack, form, rows, area=str(said["area"]), period=str(said["period"]),
        submission=str(said["content_hash"]), scope=str(said["scope"]), origin=ORIGINS[realm].value,
        event=cast("int", said["accepted_event"]),
    )  # fmt: skip
