"""Makes record returns from one typed frame, column by column; the same as writing each as Parquet and reading it back."""

from collections.abc import Mapping

import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns.canonical import decimal_texts, to_parquet
from xinqu.returns.document import UNSTATED, Header, Kind, RecordPlaces, ReturnDocument
from xinqu.returns.raw import column_letters
from xinqu.returns.record_rows import records_sha256, sort_by_key, states_column
from xinqu.vocabulary.canonical import sha256_hex


def record_rows_of(form: Form, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the canonical rows of records in a typed ``frame``: items as columns, and ``<item>#state`` where not missing.

    Raises:
        ValueError: for a number that is not finite.
    """
    texts = []
    for item in form.items:
        if item.code not in frame.columns:
            texts.append(pl.Series(item.code, [None], dtype=pl.String).new_from_index(0, frame.height))
            continue
        column = frame[item.code]
        if column.dtype.is_float():
            if not column.is_finite().fill_null(value=True).all():
                raise ValueError(f"{item.code} holds a number that is not finite")
            column = decimal_texts(column)
        texts.append(column.cast(pl.String).alias(item.code))
    states = [frame[name] for name in frame.columns if name.endswith("#state")]
    wide = pl.DataFrame([*texts, *states])
    return sort_by_key(form, wide.select(*(item.code for item in form.items), states_column(form, wide)))


def build_record_documents(
    pack: Pack, form: Form, frame: pl.DataFrame, *, kind: Kind = "regular", scope: str | Mapping[str, str] = UNSTATED
) -> list[ReturnDocument]:
    """Return one document per (area, period) of the frame, sorted by that key; the upload is Parquet.

    Args:
        frame: ``area, period`` and a column per item: numbers as numbers or canonical texts, dates as dates or ISO texts.
        scope: default scope code of the returns, one for all or one per area.

    Raises:
        ValueError: for an area that the pack doesn't have, or a number that is not finite.
    """
    unknown = set(frame["area"].unique()) - pack.areas.keys()
    if unknown:
        raise ValueError(f"{form.id}: unknown areas {sorted(unknown)}")
    documents = []
    for (area, period), part in sorted(frame.partition_by("area", "period", as_dict=True, include_key=False).items()):
        header = Header(
            form=form.id, form_version=form.version, area=str(area), period=str(period), kind=kind,
            scope=scope if isinstance(scope, str) else scope.get(str(area), UNSTATED),
        )  # fmt: skip
        documents.append(record_document(form, header, record_rows_of(form, part)))
    return documents


def record_document(form: Form, header: Header, rows: pl.DataFrame) -> ReturnDocument:
    """Return the document of canonical rows; its upload is the rows as Parquet, with the header in it."""
    letters = {item.code: column_letters(index) for index, item in enumerate(form.items)}
    bare = ReturnDocument(
        header=header, rows=rows, cells={}, upload=b"", file_sha256="",
        filename=f"{form.id}_{header.area}_{header.period}.parquet", content_sha256=records_sha256(header, rows),
        places=RecordPlaces("", letters, list(range(1, rows.height + 1))),
    )  # fmt: skip
    upload = to_parquet(bare)
    return ReturnDocument(
        header=header, rows=rows, cells={}, upload=upload, filename=bare.filename, file_sha256=sha256_hex(upload),
        content_sha256=bare.content_sha256, places=bare.places,
    )  # fmt: skip
