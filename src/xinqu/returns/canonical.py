"""Canonical rows: their order, their hash, and their Parquet bytes; the same rows give the same bytes everywhere."""

import io
from collections.abc import Sequence
from decimal import Decimal

import msgspec
import numpy as np
import polars as pl

from xinqu.returns.document import ROW_SCHEMA, Header, ReturnDocument
from xinqu.returns.record_rows import is_wide, records_sha256
from xinqu.vocabulary.canonical import rows_sha256

_HEADER_KEY = "xinqu.header"
_PLAIN_ROWS = 1_000  # beyond, a dictionary and compression pay


def decimal_text(number: Decimal) -> str:
    """Return the one spelling of a decimal: no exponent, no trailing zeros, no minus zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def decimal_texts(numbers: pl.Series) -> pl.Series:
    """Return a Float64 series as decimal texts (shortest spelling that reads back as the same double).

    Null stays null. For data made by machines; what a person entered keeps its own digits.
    """
    texts = numbers.cast(pl.String)
    plain = texts.str.replace(r"\.0$", "").str.replace(r"^-0$", "0")
    if plain.str.contains("e", literal=True).any():
        return plain.map_elements(lambda text: decimal_text(Decimal(text)), return_dtype=pl.String)
    return plain


def sort_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in canonical order and schema."""
    return rows.select([pl.col(name).cast(dtype) for name, dtype in ROW_SCHEMA.items()]).sort("item")


def content_sha256(header: Header, rows: pl.DataFrame) -> str:
    """Return the identity of a return: the hash over header identity and canonical rows."""
    if is_wide(rows):
        return records_sha256(header, rows)
    return rows_sha256([header.identity(), *rows.iter_rows(named=True)])


def to_parquet(document: ReturnDocument) -> bytes:
    """Return header and rows as Parquet; same rows, same bytes (under one version of pyarrow).

    A return has a few dozen rows: plain pages are no larger than packed ones and take a third of the time.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = document.rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    is_small = document.rows.height <= _PLAIN_ROWS
    out = pa.BufferOutputStream()
    writer = parquet.ParquetWriter(
        out,
        table.schema,
        compression="NONE" if is_small else "ZSTD",
        use_dictionary=not is_small,
        write_statistics=False,
        store_schema=False,
    )
    writer.write_table(table)
    writer.add_key_value_metadata({_HEADER_KEY: msgspec.json.encode(document.header).decode()})
    writer.close()
    return bytes(out.getvalue().to_pybytes())


def from_parquet(body: bytes) -> tuple[Header, pl.DataFrame]:
    """Read what ``to_parquet`` wrote.

    Raises:
        ValueError: when the bytes are Parquet of something else.
    """
    header = pl.read_parquet_metadata(io.BytesIO(body)).get(_HEADER_KEY)
    if header is None:
        raise ValueError("not the rows of a return: no header in the Parquet metadata")
    return msgspec.json.decode(header, type=Header), pl.read_parquet(io.BytesIO(body))


LONG_HEADER = ("form", "area", "sub_unit", "period", "submission")


def documents_to_long(documents: Sequence[ReturnDocument]) -> pl.DataFrame:
    """Return all rows of many returns of area forms in one frame: ``form, area, sub_unit, period, submission`` and the row columns.

    ``submission`` is the ``content_sha256``. Rows stay grouped by document in the order given.
    """
    documents = [document for document in documents if document.places is None]
    if not documents:
        return pl.DataFrame(schema={**dict.fromkeys(LONG_HEADER, pl.String()), **ROW_SCHEMA})
    rows = pl.concat([document.rows for document in documents])
    which = np.repeat(np.arange(len(documents)), [document.rows.height for document in documents])
    heads = pl.DataFrame(
        [(d.header.form, d.header.area, d.header.sub_unit, d.header.period, d.content_sha256) for d in documents],
        schema=dict.fromkeys(LONG_HEADER, pl.String()),
        orient="row",
    )
    return pl.concat([heads[which], rows], how="horizontal")
