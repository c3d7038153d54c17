"""Ways to make and to spoil the files of a return."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import openpyxl

AS_OF = dt.date(2026, 11, 16)


def edited(body: bytes, change: Callable[[openpyxl.Workbook], None]) -> bytes:
    """Return the workbook after a change made with openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_cells(body: bytes, **cells: object) -> bytes:
    """Return the workbook with cells of the form sheet set: ``F10=5``."""

    def change(book: openpyxl.Workbook) -> None:
        for address, value in cells.items():
            book["xm1"][address] = value

    return edited(body, change)


def repacked(body: bytes, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """Return the workbook with each part passed through ``change`` and ``extra`` parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def csv_return(
    *lines: str, period: str = "2026-03", area: str = "lanzhou", head: str = "code,value", **fields
) -> bytes:
    """Return a small xm1 upload as CSV."""
    header = {"form": "xm1", "form_version": "1", "area": area, "period": period, "scope": "S5"} | fields
    text = "".join(f"#{name},{value}\n" for name, value in header.items()) + head + "\n" + "\n".join(lines) + "\n"
    return text.encode()
