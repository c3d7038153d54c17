"""The rows of accepted returns, compacted per form into a cache that can be rebuilt; the cache is never the truth."""

import contextlib
import functools
import os
import shutil
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from xinqu.engines.facts import empty_facts, rows_to_facts
from xinqu.policy.pack import Pack
from xinqu.returns.canonical import documents_to_long
from xinqu.returns.document import ROW_SCHEMA, ReturnDocument
from xinqu.shapes import statistical_return
from xinqu.spine.record_store import record_facts, record_facts_of
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Realm

_FILES_A_SCAN = 2_000
_FACTS_KEPT = 4  # of a form: the present ones, and those of vintages that were asked for lately
_NOTHING = pl.DataFrame(schema={"rows_hash": pl.String(), **ROW_SCHEMA})
_KEY = {"area": pl.String, "sub_unit": pl.String, "period": pl.String}


def rows_of(
    workspace: Workspace, realm: Realm, form: str, submissions: pl.DataFrame, *, cached: bool = True
) -> pl.DataFrame:
    """Return the canonical rows of ``submissions`` (all of ``form``), in long form.

    Columns: area, sub_unit, period, submission (content hash), event (number of the acceptance), rows_hash and those
    of canonical rows. What the cache holds is taken from it; the rest is read from the objects, whose names are the
    hashes of their bytes, and joins the cache. ``cached`` False reads the objects alone.
    """
    kept = _read(workspace, realm, form) if cached else _NOTHING
    wanted = submissions.select(
        "rows_hash", "area", "sub_unit", "period",
        pl.col("content_hash").alias("submission"), pl.coalesce("accepted_event", "state_event").alias("event"),
    )  # fmt: skip
    missing = wanted.join(kept.select("rows_hash").unique(), on="rows_hash", how="anti")
    if not missing.is_empty():
        fresh = _from_objects(workspace, missing["rows_hash"].unique().to_list())
        kept = pl.concat([kept, fresh])
        if cached:
            _write(workspace, realm, form, kept)
    return wanted.join(kept, on="rows_hash", how="inner", maintain_order="left")


def remember(
    workspace: Workspace, realm: Realm, documents: Sequence[ReturnDocument], rows_hashes: Sequence[str]
) -> None:
    """Add the rows of documents that were just stored: thousands of small files need not be read back one by one.

    ``rows_hashes`` are the names of their row objects, in the same order.
    """
    by_form: dict[str, list[int]] = {}
    for index, document in enumerate(documents):
        if document.places is not None:  # records are read from their objects
            continue
        by_form.setdefault(document.header.form, []).append(index)
    for form, indexes in by_form.items():
        fresh = _rows_by_hash({rows_hashes[index]: documents[index].rows for index in indexes})
        kept = _read(workspace, realm, form)
        fresh = fresh.join(kept.select("rows_hash").unique(), on="rows_hash", how="anti", maintain_order="left")
        _write(workspace, realm, form, pl.concat([kept, fresh]))


def _rows_by_hash(rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    names = np.repeat(np.array(list(rows), dtype=object), [frame.height for frame in rows.values()])
    return pl.concat(rows.values()).select(pl.Series("rows_hash", names, pl.String), *ROW_SCHEMA)


def _path(workspace: Workspace, realm: Realm, form: str) -> Path:
    return workspace.cache_dir / "compact" / realm / f"{form}.parquet"


def _read(workspace: Workspace, realm: Realm, form: str) -> pl.DataFrame:
    kept = read_parquet(_path(workspace, realm, form))
    return _NOTHING if kept is None else kept


def _write(workspace: Workspace, realm: Realm, form: str, rows: pl.DataFrame) -> None:
    path = _path(workspace, realm, form)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(rows, path)


def _from_objects(workspace: Workspace, hashes: list[str]) -> pl.DataFrame:
    """Read row objects by explicit path list; each row bears the hash of its file."""
    names = {str(workspace.objects.path(name)): name for name in hashes}
    paths = list(names)
    parts = [
        pl.scan_parquet(paths[start : start + _FILES_A_SCAN], include_file_paths="path", glob=False)
        for start in range(0, len(paths), _FILES_A_SCAN)
    ]
    rows = pl.concat(pl.collect_all(parts))
    return rows.select(
        pl.col("path").replace_strict(names, return_dtype=pl.String).alias("rows_hash"),
        *(pl.col(name).cast(kind) for name, kind in ROW_SCHEMA.items()),
    )


def facts_of(
    workspace: Workspace,
    pack: Pack,
    realm: Realm,
    submissions: pl.DataFrame,
    *,
    forms: Collection[str] | None = None,
    cached: bool = True,
) -> dict[str, pl.DataFrame]:
    """Return the facts of ``forms`` (None: every form) from the last accepted return of each key (docs/architecture.md).

    ``submissions`` is the fold of the events at the vintage that is asked for.
    """
    current = statistical_return.current(submissions)
    facts = {}
    for form in pack.forms if forms is None else forms:
        mine = current.filter(pl.col("form") == form)
        facts[form] = (
            empty_facts(pack, form) if mine.is_empty() else _facts(workspace, pack, realm, form, mine, cached=cached)
        )
    return facts


class FactsByForm(Mapping[str, pl.DataFrame]):
    """The facts of every form, each read when it is asked for.

    Frames of record forms are not held: those of a nation are large, and most readers want area forms alone.
    """

    def __init__(
        self, workspace: Workspace, pack: Pack, realm: Realm, submissions: pl.DataFrame, *, cached: bool = True
    ) -> None:
        self._pack, self._held = pack, dict[str, pl.DataFrame]()
        self._read = functools.partial(facts_of, workspace, pack, realm, submissions, cached=cached)

    def __getitem__(self, form: str) -> pl.DataFrame:
        if form in self._held:
            return self._held[form]
        if form not in self._pack.forms:
            raise KeyError(form)
        frame = self._read(forms=[form])[form]
        if frame.is_empty() or self._pack.forms[form].kind == "area":
            self._held[form] = frame
        return frame

    def __contains__(self, form: object) -> bool:
        return form in self._pack.forms

    def __iter__(self) -> Iterator[str]:
        return iter(self._pack.forms)

    def __len__(self) -> int:
        return len(self._pack.forms)


def _facts(
    workspace: Workspace, pack: Pack, realm: Realm, form: str, mine: pl.DataFrame, *, cached: bool
) -> pl.DataFrame:
    """Return the facts of one form, kept under the submissions they are made of and the pack."""
    path = _facts_path(workspace, pack, realm, form, mine)
    kept = read_parquet(path) if cached else None
    if kept is not None:
        return kept
    if pack.forms[form].kind == "record":
        facts = record_facts(workspace, pack, realm, form, mine)
    else:
        rows = rows_of(workspace, realm, form, mine, cached=cached)
        facts = rows_to_facts(pack, form, rows.drop("rows_hash", "note"))
    if not cached:
        return facts
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(facts, path)
    forget_old(list(path.parent.glob(f"{form}-*.parquet")), keep=_FACTS_KEPT)
    return facts


def _facts_path(workspace: Workspace, pack: Pack, realm: Realm, form: str, mine: pl.DataFrame) -> Path:
    parts = mine.select(pl.concat_str("content_hash", pl.col("accepted_event").cast(pl.String), separator=" "))
    key = sha256_hex("\n".join([pack.sha256, *parts.to_series().to_list()]).encode())
    return workspace.cache_dir / "facts" / realm / f"{form}-{key[:32]}.parquet"


def differing(
    workspace: Workspace, pack: Pack, realm: Realm, submissions: pl.DataFrame, facts: Mapping[str, pl.DataFrame]
) -> Iterator[str]:
    """Yield which kept rows and facts of the current returns are not what the objects say.

    ``facts`` are those computed from the objects alone.
    """
    current = statistical_return.current(submissions)
    for (form,), mine in current.partition_by("form", as_dict=True).items():
        name = str(form)
        if pack.forms[name].kind == "record":
            yield from _differing_facts(workspace, pack, realm, name, mine, facts)
            continue
        kept = _read(workspace, realm, name).join(mine.select("rows_hash"), on="rows_hash", how="semi")
        read = rows_of(workspace, realm, name, mine, cached=False).select(kept.columns)
        read = read.join(kept.select("rows_hash").unique(), on="rows_hash", how="semi").unique()
        if not kept.sort("rows_hash", "item").equals(read.sort("rows_hash", "item")):
            yield f"rows {name}"
        yield from _differing_facts(workspace, pack, realm, name, mine, facts)


def _differing_facts(
    workspace: Workspace, pack: Pack, realm: Realm, form: str, mine: pl.DataFrame, facts: Mapping[str, pl.DataFrame]
) -> Iterator[str]:
    path = _facts_path(workspace, pack, realm, form, mine)
    kept = read_parquet(path)
    if path.exists() and (kept is None or not kept.equals(facts[form])):
        yield f"facts {form}"


def read_parquet(path: Path) -> pl.DataFrame | None:
    """Return a kept frame; None when it is not there or damaged, so that it is made again."""
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):
        return None


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame whole or not at all; two processes or threads may write the same part at once."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    frame.write_parquet(temporary, compression="zstd")
    temporary.replace(path)


def forget_old(entries: Iterable[Path], *, keep: int) -> None:
    """Remove all kept files or folders but the ``keep`` that were written last; each can be made again."""
    with contextlib.suppress(FileNotFoundError):  # another process forgets at the same time
        for old in sorted(entries, key=lambda entry: entry.stat().st_mtime, reverse=True)[keep:]:
            if old.is_dir():
                shutil.rmtree(old, ignore_errors=True)
            else:
                old.unlink(missing_ok=True)


def with_documents(
    pack: Pack, realm: Realm, facts: Mapping[str, pl.DataFrame], documents: Sequence[ReturnDocument]
) -> dict[str, pl.DataFrame]:
    """Return ``facts`` in which ``documents`` stand in place of earlier returns of the same key; their event is 0."""
    out = dict(facts)
    fresh = {
        str(form): rows_to_facts(pack, str(form), part.drop("form", "note").with_columns(event=pl.lit(0, pl.Int64)))
        for (form,), part in documents_to_long(documents).partition_by("form", as_dict=True).items()
    }
    for form in {document.header.form for document in documents if document.places is not None}:
        mine = [document for document in documents if document.header.form == form]
        fresh[form] = record_facts_of(pack, realm, form, mine)
    for form, new in fresh.items():
        keys = pl.DataFrame(
            [(d.header.area, d.header.sub_unit, d.header.period) for d in documents if d.header.form == form],
            schema=_KEY, orient="row",
        )  # fmt: skip
        out[form] = pl.concat([out[form].join(keys, on=list(_KEY), how="anti"), new])
    return out
