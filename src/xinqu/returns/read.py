"""Reads an upload into a return: one door for XLSX and CSV, all problems at once, or a document with its identity."""

import datetime as dt

import polars as pl

from xinqu.policy import form_versions
from xinqu.policy.pack import Pack
from xinqu.returns import faults
from xinqu.returns.canonical import content_sha256, sort_rows
from xinqu.returns.csv_file import read_csv
from xinqu.returns.document import ROW_SCHEMA, ReturnDocument
from xinqu.returns.guard import LIMITS, Limits
from xinqu.returns.header import Expected, IsClosed, read_header
from xinqu.returns.number_cells import Context
from xinqu.returns.old_template import mapped, under_present_codes
from xinqu.returns.parquet_file import read_parquet
from xinqu.returns.raw import RawTable
from xinqu.returns.record_file import PARQUET_MAGIC, record_form_of
from xinqu.returns.record_read import read_records
from xinqu.returns.rows import read_rows
from xinqu.returns.xlsx_file import read_xlsx
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Text

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")


def nothing_closed(form: str, period: Period) -> bool:  # noqa: ARG001 - the signature of IsClosed
    """Say that no period is closed."""
    return False


def read_return(  # noqa: PLR0913 - what the caller knows about the return
    pack: Pack,
    body: bytes,
    filename: str,
    *,
    as_of: dt.date,
    expect_form: str | None = None,
    expect_area: str | None = None,
    expect_period: str | None = None,
    is_closed: IsClosed = nothing_closed,
    origin: Origin = Origin.REPORTED,
    limits: Limits = LIMITS,
) -> ReturnDocument:
    """Read an XLSX, CSV or Parquet upload of an area form or a record form.

    Args:
        pack: forms, areas, units and code lists.
        body: the bytes as they came.
        filename: the name they came under; shown in problems, never trusted.
        as_of: the day of reading; a period that ends later is refused.
        expect_form: the form the caller expects; None = any (so with area and period).
        expect_area: area code.
        expect_period: period text.
        is_closed: says whether (form, period) takes no regular return any more; backfill may address it.
        origin: origin of each value unless the file names a worse one.
        limits: most that the file may hold.

    Returns: the document; whether its values hold is for the checks of the pack to say.

    Raises:
        Refused: with every problem found (XQ-RETURN-001 to 032, 038); nothing was stored.
    """
    if not body.strip():
        raise Refused(faults.empty_file(filename))
    expected = Expected(form=expect_form, area=expect_area, period=expect_period)
    records = record_form_of(pack, body, expect_form)
    if records is not None:
        return read_records(pack, records, body, filename, as_of=as_of, expected=expected, is_closed=is_closed)
    raw = _raw(body, filename, limits)
    form, header, problems = read_header(pack, raw, expected=expected, as_of=as_of, is_closed=is_closed)
    context = Context(pack, form, header, raw, origin, limits, problems)
    rows, cells = read_rows(context)
    filed = form_versions.in_version(pack, form.id, header.form_version) or form
    used: tuple[str, ...] = ()
    if form.version != filed.version:
        rows, cells, used = mapped(context, rows, cells, filed)
    if not raw.rows:
        problems.append(faults.empty_file(filename))
    if problems:
        raise Refused(problems)
    frame = sort_rows(pl.DataFrame(rows, schema=ROW_SCHEMA))
    return ReturnDocument(
        header=header,
        rows=frame,
        cells=under_present_codes(pack, filed, cells),
        upload=body,
        filename=filename,
        file_sha256=sha256_hex(body),
        content_sha256=content_sha256(header, frame),
        mapped=used,
    )


def _raw(body: bytes, filename: str, limits: Limits) -> RawTable:
    if len(body) > limits.file_bytes:
        limit = limits.file_bytes // 2**20
        raise Refused(faults.too_large(filename, Text(f"文件超过 {limit} MB", f"the file is larger than {limit} MB")))
    if body.startswith(PARQUET_MAGIC):
        return read_parquet(body, filename, limits=limits)
    if body.startswith(_ZIP_MAGIC):
        return read_xlsx(body, filename, limits=limits)
    if filename.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise Refused(faults.damaged(filename, "not a zip archive"))
    return read_csv(body, filename, limits=limits)
