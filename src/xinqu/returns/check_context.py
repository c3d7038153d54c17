"""What checks read beside a return, shipped with its form: own history and peer statistics, sealed by their hash.

In a workbook it is a hidden sheet, beside a CSV file the file ``NAME.context.json``. It lets the same checks run without a
workspace. It is never read where there is one: who changes it deceives nobody but himself.
"""

import zlib
from pathlib import PurePath

import fastexcel
import msgspec
import polars as pl
import xlsxwriter

from xinqu.policy.pack import Pack
from xinqu.returns import faults
from xinqu.returns.guard import LIMITS, Limits
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused, Where
from xinqu.vocabulary.text import Text

CONTEXT_SHEET = "_context"
ROW_COLUMNS = (
    "form", "sub_unit", "period", "submission", "event", "item", "value", "state", "half_digit", "scope", "origin",
)  # fmt: skip
_ROW_TYPES = {name: pl.Int64() if name == "event" else pl.String() for name in ROW_COLUMNS}
_CELL_CHARACTERS = 32_000  # a cell holds 32,767


class CheckContext(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks of one return read from elsewhere.

    ``rows``: canonical rows of the accepted returns of the area that the checks can read, by column (``ROW_COLUMNS``).
    ``peers``: ``peer_...`` columns of the context frame with their ``...#why``, for the area and period.
    """

    pack: str
    pack_version: str
    pack_sha256: str
    realm: Realm
    form: str
    area: str
    period: str
    rows: dict[str, list[str | int | None]]
    peers: dict[str, float | str | None]

    def frame(self) -> pl.DataFrame:
        """Return the rows, with the area."""
        return pl.DataFrame(self.rows, schema=_ROW_TYPES).with_columns(area=pl.lit(self.area))

    def released_peers(self) -> pl.DataFrame:
        """Return the peer statistics as ``engines.context`` takes them: one row of the area and period."""
        types = {name: pl.String() if name.endswith("#why") else pl.Float64() for name in self.peers}
        keys = {"area": pl.String(), "period": pl.String()}
        row = {"area": self.area, "period": self.period, **self.peers}
        return pl.DataFrame([row], schema={**keys, **types})


class _Sealed(msgspec.Struct, frozen=True):
    sha256: str
    context: msgspec.Raw


def to_sealed(context: CheckContext) -> bytes:
    """Return the context as JSON with the hash of its bytes: the file that goes beside a CSV form."""
    body = msgspec.json.encode(context)
    return msgspec.json.encode(_Sealed(sha256_hex(body), msgspec.Raw(body)))


def from_sealed(sealed: bytes, where: Where) -> CheckContext:
    """Read what ``to_sealed`` wrote.

    Raises:
        Refused: XQ-RETURN-035 when it is not what the export sealed.
    """
    try:
        read = msgspec.json.decode(sealed, type=_Sealed)
        body = bytes(read.context)
        if sha256_hex(body) != read.sha256:
            raise Refused(faults.broken_seal(where))
        return msgspec.json.decode(body, type=CheckContext)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(faults.broken_seal(where)) from error


def write_sheet(book: xlsxwriter.Workbook, context: CheckContext) -> None:
    """Add the hidden sheet to a workbook: hexadecimal digits, which spell no word that a scan for markings could find."""
    sheet = book.add_worksheet(CONTEXT_SHEET)
    digits = zlib.compress(to_sealed(context), 9).hex()
    for row, start in enumerate(range(0, len(digits), _CELL_CHARACTERS)):
        sheet.write_string(row, 0, f"x{digits[start : start + _CELL_CHARACTERS]}")
    sheet.very_hidden()
    sheet.protect()


def of_workbook(body: bytes, filename: str, *, limits: Limits = LIMITS) -> CheckContext | None:
    """Return the context in an upload that ``read_return`` has admitted; None when it brings none.

    Raises:
        Refused: XQ-RETURN-035 when the hidden sheet is not what the export sealed.
    """
    reader = fastexcel.read_excel(body)
    if CONTEXT_SHEET not in reader.sheet_names:
        return None
    where = Where(file=filename, sheet=CONTEXT_SHEET)
    frame = reader.load_sheet(CONTEXT_SHEET, header_row=None, skip_rows=0, dtypes="string").to_polars()
    digits = "".join(text.removeprefix("x") for text in frame.to_series(0).drop_nulls()) if frame.width else ""
    try:
        unpacker = zlib.decompressobj()
        sealed = unpacker.decompress(bytes.fromhex(digits), limits.unpacked_bytes)
    except (ValueError, zlib.error) as error:
        raise Refused(faults.broken_seal(where)) from error
    if unpacker.unconsumed_tail:
        why = Text("核对资料解压后过大", "the context is too large when unpacked")
        raise Refused(faults.too_large(filename, why, where))
    return from_sealed(sealed, where)


def side_name(filename: str) -> str:
    """Return the name of the file beside a CSV form that holds its context."""
    return f"{PurePath(filename).stem}.context.json"


def refuse_foreign(pack: Pack, context: CheckContext, *, form: str, area: str, period: str, where: Where) -> None:
    """Refuse a context of another return, or of other rules.

    Raises:
        Refused: XQ-RETURN-036.
    """
    if context.pack_sha256 != pack.sha256:
        own = f"{pack.info.id} {pack.info.version} {pack.sha256[:12]}"
        found = f"{context.pack} {context.pack_version} {context.pack_sha256[:12]}"
    else:
        own, found = f"{form} {area} {period}", f"{context.form} {context.area} {context.period}"
    if own != found:
        raise Refused(faults.foreign_context(where, found=found, expected=own))
