"""What a return is once read: header, canonical rows, cell map and the two hashes that identify it."""

from collections.abc import Mapping
from typing import Literal

import msgspec
import polars as pl

from xinqu.vocabulary.truth import ValueState

Kind = Literal["regular", "backfill"]
UNSTATED = "unstated"
ROW_SCHEMA: dict[str, pl.DataType] = {
    name: pl.String() for name in ("item", "value", "state", "half_digit", "scope", "origin", "note")
}


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Who reports what for when.

    ``sub_unit`` is "" for the area itself, ``period`` is SDMX text, ``scope`` the scope code that holds for each value
    that names none (``S1``..``S5`` or ``unstated``). A ``backfill`` return has no due date and may address closed
    periods.
    """

    form: str
    form_version: int
    area: str
    period: str
    sub_unit: str = ""
    kind: Kind = "regular"
    scope: str = UNSTATED

    def identity(self) -> dict[str, object]:
        """Return the part of the header that belongs to the identity of a return."""
        return {
            "form": self.form,
            "form_version": self.form_version,
            "area": self.area,
            "sub_unit": self.sub_unit,
            "period": self.period,
        }

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Form, area, sub-unit and period: what a later return of the same key replaces."""
        return self.form, self.area, self.sub_unit, self.period


class Cell(msgspec.Struct, frozen=True):
    """Where a value stood: sheet ("" in a CSV file) and cell such as ``F12``."""

    sheet: str
    cell: str


class RecordPlaces(msgspec.Struct, frozen=True):
    """Where the records of a file stood: sheet, column letters by item, and the file's row number of each canonical row."""

    sheet: str
    columns: dict[str, str]
    rows: list[int]

    def cell(self, row: int, item: str) -> Cell | None:
        """Return the place of an item in canonical row ``row``; None for an item that the file leaves out."""
        column = self.columns.get(item)
        return Cell(self.sheet, f"{column}{self.rows[row]}") if column else None


class ReturnDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One return as read.

    Attributes:
        header: see Header.
        rows: frame with the columns of ``ROW_SCHEMA``, one row per item of the form, sorted by ``item``; ``value`` is
            null unless ``state`` is ``reported``; an item that the file leaves out or blank is ``missing``. Of a record
            form: wide, one row per record (``record_rows``).
        cells: item code -> Cell of its value, for the items that stand in the file; of a record form none.
        places: of a record form, where its records stood.
        mapped: items taken from a template of an earlier version, as ``hq@1 hq_dues -> hq@2 hq_fees``.
        upload: the bytes as they came.
        filename: the name they came under; for people only.
        file_sha256: hash of ``upload``.
        content_sha256: hash of header identity and rows (docs/architecture.md, canonical rows).
    """

    header: Header
    rows: pl.DataFrame
    cells: Mapping[str, Cell]
    upload: bytes
    filename: str
    file_sha256: str
    content_sha256: str
    places: RecordPlaces | None = None
    mapped: tuple[str, ...] = ()

    @property
    def reported(self) -> pl.DataFrame:
        """The rows that carry a value."""
        return self.rows.filter(pl.col("state") == ValueState.REPORTED)

    def values(self) -> dict[str, str]:
        """Return item -> value text of the reported items."""
        reported = self.reported
        return dict(zip(reported["item"].to_list(), reported["value"].to_list(), strict=True))


def cell_map_json(document: ReturnDocument) -> bytes:
    """Return the cell map as sorted JSON ``{"item": ["sheet", "cell"]}``; of a record form its ``RecordPlaces``."""
    if document.places is not None:
        return msgspec.json.encode(document.places)
    return msgspec.json.encode({item: [c.sheet, c.cell] for item, c in sorted(document.cells.items())})


def cell_map_from_json(body: bytes) -> dict[str, Cell]:
    """Read what ``cell_map_json`` wrote."""
    places = msgspec.json.decode(body, type=dict[str, tuple[str, str]])
    return {item: Cell(sheet, cell) for item, (sheet, cell) in places.items()}


def record_places_from_json(body: bytes) -> RecordPlaces:
    """Read what ``cell_map_json`` wrote of a record return."""
    return msgspec.json.decode(body, type=RecordPlaces)
