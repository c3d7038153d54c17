"""Reads a Parquet upload of an area form into a raw table: one row per item, header in the metadata or in columns."""

import io

import polars as pl

from xinqu.returns import faults
from xinqu.returns.csv_file import header_columns
from xinqu.returns.guard import Limits, security_mark
from xinqu.returns.layout import CSV_ALIASES, NOTE_COLUMNS
from xinqu.returns.raw import COLUMNS, HEADER_FIELDS, RawRow, RawTable
from xinqu.returns.record_file import as_text, parquet_header
from xinqu.vocabulary.problem import Refused, Where
from xinqu.vocabulary.text import Text

_WANTED = {*COLUMNS, *NOTE_COLUMNS, *HEADER_FIELDS, "default_scope"}


def read_parquet(body: bytes, filename: str, *, limits: Limits) -> RawTable:
    """Return the texts of a Parquet file with the columns of a CSV return; typed columns are read as their texts.

    Raises:
        Refused: XQ-RETURN-003, 004, 007, 009, 032.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(body))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise Refused(faults.damaged(filename, str(error).splitlines()[0][:120])) from error
    if frame.height > limits.rows:
        raise Refused(faults.too_large(filename, Text(f"超过 {limits.rows:,} 行", f"more than {limits.rows:,} rows")))
    names = {name: CSV_ALIASES.get(name, name) for name in frame.columns}
    if not {"code", "value"} <= set(names.values()):
        raise Refused(faults.wrong_sheet(filename, expected="code,value", found=[",".join(frame.columns)[:80]]))
    texts = frame.select(as_text(frame[name]).alias(names[name]) for name in names if names[name] in _WANTED)
    mark = security_mark("\n".join(text for column in texts for text in column.unique().drop_nulls()))
    if mark:
        raise Refused(faults.classified(mark, Where(file=filename)))
    rows = [
        RawRow(number, {name: text.strip() for name, text in row.items() if text and text.strip()})
        for number, row in enumerate(texts.iter_rows(named=True), start=1)
    ]
    columns = {name: index for index, name in enumerate(texts.columns)}
    header = {name: text for name, text in (parquet_header(body) or {}).items() if text}
    table = RawTable(filename, "", header, {}, columns, [row for row in rows if row.texts], {})
    problems = header_columns(table)
    if problems:
        raise Refused(problems)
    return table
