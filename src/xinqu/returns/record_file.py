"""Reads a file of records as columns of texts: header fields, items by column, and the place of each row; no values yet."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fastexcel
import msgspec
import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns import faults
from xinqu.returns.canonical import decimal_texts
from xinqu.returns.document import Header
from xinqu.returns.guard import Limits, decode_text, open_workbook, security_mark
from xinqu.returns.layout import CSV_ALIASES, HEADER_MARK, RECORD_SHEET, unescape_text
from xinqu.returns.places import sheet_parts
from xinqu.returns.raw import HEADER_FIELDS, column_letters
from xinqu.returns.xlsx_file import exact_columns, uncalculated
from xinqu.vocabulary.problem import Refused, Where
from xinqu.vocabulary.text import Text

RECORD_LIMITS = Limits(
    file_bytes=512 * 2**20, unpacked_bytes=4 * 2**30, rows=1_048_576, columns=200, ratio_floor_bytes=64 * 2**20
)
PARQUET_MAGIC = b"PAR1"
HEADER_KEY = "xinqu.header"
_ZIP_MAGIC = b"PK\x03\x04"
_NAMED_FORM = re.compile(r"^#\s*(?:form|表号)\s*[,;\t]\s*([^,;\t\s]+)", re.MULTILINE)
_PEEK_BYTES = 4096
_MERGED = re.compile(
    rb"""<(?:[\w.-]+:)?mergeCell\b[^>]*\bref\s*=\s*["']([A-Z]{1,3}(\d{1,7}):[A-Z]{1,3}(\d{1,7}))["']"""
)
_SHOWN_MERGES = 20
KEYS_MARK = "#items"  # in the first column of a record sheet: this row names the item of each column


class RecordTable(msgspec.Struct, frozen=True):
    """The texts of a file of records.

    header, header_cells: fields of ``HEADER_FIELDS`` with text and place. texts: a String column per column of the file
    that has a name, in the order of the file. letters: name -> spreadsheet column. numbers: the file's row of each record.
    """

    filename: str
    sheet: str
    header: dict[str, str]
    header_cells: dict[str, str]
    texts: pl.DataFrame
    letters: dict[str, str]
    numbers: list[int]


def record_form_of(pack: Pack, body: bytes, expected: str | None) -> Form | None:
    """Return the record form that a file says it is of; None when it is not one of records."""
    name = _named(body) or expected or ""
    form = pack.forms.get(name)
    return form if form is not None and form.kind == "record" else None


def _named(body: bytes) -> str:
    """Return the form a file names, looking at its first bytes alone (a workbook: at its list of sheets)."""
    if body.startswith(_ZIP_MAGIC):
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as archive, archive.open("xl/workbook.xml") as stream:
                names = re.findall(rb'<(?:[\w.-]+:)?sheet\b[^>]*\bname="([^"]*)"', stream.read(2**20))
        except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, RuntimeError, ValueError):
            return ""  # what is wrong with it is told by the reader
        return names[0].decode(errors="replace") if RECORD_SHEET.encode() in names and names else ""
    if body.startswith(PARQUET_MAGIC):
        return (parquet_header(body) or {}).get("form", "")
    head = body[:_PEEK_BYTES].decode("gb18030", errors="replace")
    found = _NAMED_FORM.search(body[:_PEEK_BYTES].decode("utf-8-sig", errors="replace")) or _NAMED_FORM.search(head)
    return found[1] if found else ""


def read_table(form: Form, body: bytes, filename: str) -> RecordTable:
    """Return the texts of a file of records.

    Raises:
        Refused: XQ-RETURN-001, 003 to 010, 013, 028, 030, 032, 037.
    """
    if len(body) > RECORD_LIMITS.file_bytes:
        limit = RECORD_LIMITS.file_bytes // 2**20
        raise Refused(faults.too_large(filename, Text(f"文件超过 {limit} MB", f"the file is larger than {limit} MB")))
    if body.startswith(_ZIP_MAGIC):
        return _xlsx(form, body, filename)
    if body.startswith(PARQUET_MAGIC):
        return _parquet(body, filename)
    return _csv(body, filename)


def _csv(body: bytes, filename: str) -> RecordTable:
    text = decode_text(body, filename)
    header, cells, start = {}, {}, 0
    for number, line in enumerate(text.split("\n", 50)[:50], start=1):
        if line.strip() and not line.startswith("#"):
            break
        start = number
        parts = re.split(r"[,;\t]", line.lstrip("#"), maxsplit=1)
        field = CSV_ALIASES.get(parts[0].strip(), parts[0].strip()).replace("default_scope", "scope")
        if field in HEADER_FIELDS and len(parts) > 1:
            header[field] = parts[1].strip().strip(",;\t")
            cells[field] = f"B{number}"
    rest = text.split("\n", start)[start] if start else text
    head = rest.split("\n", 1)[0]
    separator = max(",\t;", key=head.count)
    try:
        frame = pl.read_csv(io.BytesIO(rest.encode()), separator=separator, infer_schema=False)
    except pl.exceptions.NoDataError as error:
        raise Refused(faults.empty_file(filename)) from error
    except pl.exceptions.PolarsError as error:
        raise Refused(faults.damaged(filename, str(error).splitlines()[0][:120])) from error
    frame = frame.with_columns(
        pl.when(pl.col(name).str.starts_with("'"))
        .then(pl.col(name).map_elements(unescape_text, return_dtype=pl.String))
        .otherwise(name)
        .alias(name)
        for name in frame.columns
        if frame[name].str.starts_with("'").any()
    )
    return _table(filename, "", (header, cells), frame, 0, start + 2)


def _parquet(body: bytes, filename: str) -> RecordTable:
    try:
        frame = pl.read_parquet(io.BytesIO(body))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise Refused(faults.damaged(filename, str(error).splitlines()[0][:120])) from error
    texts = frame.select(as_text(frame[name]) for name in frame.columns)
    for name in texts.columns:
        mark = security_mark("\n".join(texts[name].unique().drop_nulls().to_list()))
        if mark:
            raise Refused(faults.classified(mark, Where(file=filename, subject=name)))
    return _table(filename, "", (parquet_header(body) or {}, {}), texts, 0, 1)


def as_text(column: pl.Series) -> pl.Series:
    """Return a typed column as the texts that a person would have written."""
    if column.dtype.is_float():
        finite = column.is_finite().fill_null(value=True)
        return decimal_texts(column.set(~finite, None)).set(~finite, "NaN").alias(column.name)
    if column.dtype == pl.Datetime:
        return column.dt.date().cast(pl.String)
    return column.cast(pl.String)  # whole numbers, dates, flags and texts are written so


def parquet_header(file: bytes | Path) -> dict[str, str] | None:
    """Return the header that a Parquet file bears in its metadata, as texts; None without. Of a path, no rows are read."""
    try:
        text = pl.read_parquet_metadata(file if isinstance(file, Path) else io.BytesIO(file)).get(HEADER_KEY)
        header = msgspec.json.decode(text, type=Header) if text else None
    except (pl.exceptions.PolarsError, msgspec.MsgspecError, OSError):
        return None
    return {name: str(getattr(header, name)) for name in HEADER_FIELDS} if header else None


def _xlsx(form: Form, body: bytes, filename: str) -> RecordTable:
    parts = open_workbook(body, filename, limits=RECORD_LIMITS)
    sheets = sheet_parts(parts)
    if form.id not in sheets:
        raise Refused(faults.wrong_sheet(filename, expected=form.id, found=[n for n in sheets if n[0] != "_"]))
    broken = uncalculated(parts.get(sheets[form.id], b""), form.id, filename)
    if broken:
        raise Refused(broken)
    reader = _open(body, filename)
    columns = exact_columns(reader, form.id, filename)
    first = columns[0] if columns else []
    if KEYS_MARK not in first:
        where = Where(file=filename, sheet=form.id, cell="A1")
        raise Refused(faults.shifted(where, found=first[0][:40] if first else "", expected=KEYS_MARK))
    head = first.index(KEYS_MARK)
    merged = [
        found[1].decode() for found in _MERGED.finditer(parts.get(sheets[form.id], b"")) if int(found[3]) > head + 1
    ]
    if merged:
        at = [Where(file=filename, sheet=form.id, cell=cells.split(":")[0]) for cells in merged]
        pairs = zip(at[:_SHOWN_MERGES], merged, strict=False)
        raise Refused([faults.merged_records(where, cells=cells) for where, cells in pairs])
    header: dict[str, str] = {"form": form.id}
    cells: dict[str, str] = {}
    for number, mark in enumerate(first[:head], start=1):
        field = mark.removeprefix(HEADER_MARK)
        if mark.startswith(HEADER_MARK) and field in HEADER_FIELDS:
            header[field], cells[field] = columns[2][number - 1], f"C{number}"
    names = {column[head]: index for index, column in enumerate(columns) if index and column[head]}
    frame = pl.DataFrame({name: columns[index][head + 1 :] for name, index in names.items()}, schema_overrides={
        name: pl.String() for name in names
    })  # fmt: skip
    letters = {name: column_letters(index) for name, index in names.items()}
    table = _table(filename, form.id, (header, cells), frame, 0, head + 2)
    return msgspec.structs.replace(table, letters=letters)


def _open(body: bytes, filename: str) -> Any:
    try:
        return fastexcel.read_excel(body)
    except fastexcel.FastExcelError as error:
        raise Refused(faults.damaged(filename, str(error).splitlines()[0])) from error


def _table(
    filename: str, sheet: str, head: tuple[Mapping[str, str], Mapping[str, str]], frame: pl.DataFrame, offset: int,
    first_row: int,
) -> RecordTable:  # fmt: skip
    """Return the table without blank rows; header columns (``form``, ``area`` ...) move into the header."""
    header, cells = dict(head[0]), dict(head[1])
    letters = {name: column_letters(offset + index) for index, name in enumerate(frame.columns)}
    renamed = {n: CSV_ALIASES.get(n.strip(), n.strip()).replace("default_scope", "scope") for n in frame.columns}
    for name, field in renamed.items():
        if field in HEADER_FIELDS:
            found = frame[name].str.strip_chars().unique().drop_nulls().to_list()
            if len(found) > 1:
                where = Where(file=filename, sheet=sheet, cell=f"{letters[name]}{first_row - 1}", subject=field)
                raise Refused(faults.several_returns(where, field=field, values=sorted(found)))
            if found:
                header.setdefault(field, found[0])
                cells.setdefault(field, f"{letters[name]}{first_row}")
    kept = [name for name, field in renamed.items() if field not in HEADER_FIELDS]
    texts = frame.select(pl.when(pl.col(name).str.strip_chars() != "").then(name).alias(name) for name in kept)
    numbered = texts.with_row_index("#number", offset=first_row)
    held = numbered.filter(pl.any_horizontal(pl.col(kept).is_not_null())) if kept else numbered.clear()
    return RecordTable(
        filename=filename, sheet=sheet, header=header, header_cells=cells, texts=held.drop("#number"),
        letters=letters, numbers=held["#number"].to_list(),
    )  # fmt: skip
