"""Facts of record forms straight from the row objects of accepted returns, by explicit path list; and of new documents."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from xinqu.engines.facts import empty_facts
from xinqu.engines.record_facts import records_to_facts
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
    heads = {
        "area": said["area"], "sub_unit": said["sub_unit"], "period": said["period"], "submission": said["content_hash"],
        "scope": said["scope"], "origin": ORIGINS[realm].value,
    }  # fmt: skip
    return records_to_facts(
        pack, form,
        rows.with_columns(
            *(pl.lit(value, pl.String).alias(name) for name, value in heads.items()),
            event=pl.lit(said["accepted_event"], pl.Int64), row=pl.int_range(pl.len(), dtype=pl.Int64),
        ),
    )  # fmt: skip
