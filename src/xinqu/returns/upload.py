"""One door for everything an officer may hand in: a workbook, CSV or Parquet is one return, an SDMX message may be many."""

import datetime as dt

from xinqu.policy.pack import Pack
from xinqu.returns.document import ReturnDocument
from xinqu.returns.guard import LIMITS, Limits
from xinqu.returns.header import IsClosed
from xinqu.returns.read import nothing_closed, read_return
from xinqu.returns.sdmx_read import read_sdmx
from xinqu.vocabulary.origin import Origin

_HEAD_BYTES = 4096
_BLANK = b"\xef\xbb\xbf \t\r\n"
# what the first column of an SDMX-CSV is called in versions 2 and 1
_SDMX_CSV = (b"STRUCTURE", b"DATAFLOW")


def is_sdmx(body: bytes) -> bool:
    """Say whether an upload is an SDMX message: XML or SDMX-JSON text, or a CSV whose first column is SDMX's."""
    head = body[:_HEAD_BYTES].lstrip(_BLANK)
    if head.startswith((b"<", b"{")):
        return True
    first_line = head.partition(b"\n")[0].upper()
    first_cell = first_line.replace(b";", b",").partition(b",")[0].strip(b'" \r')
    return first_cell.partition(b"[")[0] in _SDMX_CSV


def read_upload(
    pack: Pack,
    body: bytes,
    filename: str,
    *,
    as_of: dt.date,
    is_closed: IsClosed = nothing_closed,
    origin: Origin = Origin.REPORTED,
    limits: Limits = LIMITS,
) -> list[ReturnDocument]:
    """Read every return that an upload holds; arguments as those of ``read_return`` and ``read_sdmx``.

    Raises:
        Refused: with every problem of the upload (XQ-RETURN-001 to 032, XQ-SDMX-001 to 011).
    """
    if is_sdmx(body):
        return read_sdmx(pack, body, filename, as_of=as_of, is_closed=is_closed, origin=origin, limits=limits)
    return [read_return(pack, body, filename, as_of=as_of, is_closed=is_closed, origin=origin, limits=limits)]
