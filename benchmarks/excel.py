"""Speed of Excel: reading 100,000 cells and writing the forms, ours against openpyxl and bare fastexcel, in alternation.

    python benchmarks/excel.py [--rounds 3]

Reading, twice: one sheet of 2,000 x 50 cells through our reader (zip and XML guarded, extent looked at, numbers exact),
and filled workbooks of one form until they hold 100,000 cells through the whole door `read_return` (units, codes, cell
map, canonical rows, hashes). The peers only return values: openpyxl read-only, and fastexcel into a Polars frame.
Writing: the workbooks of all area forms; openpyxl writes the same cells, locks, merged cells and drop-downs, plain style.
"""

import argparse
import datetime as dt
import importlib.util
import io
from collections.abc import Callable

import fastexcel
import numpy as np
import openpyxl
import polars as pl
import xlsxwriter
from measure import absent, alternate, compare, heading
from openpyxl.styles import Protection
from openpyxl.worksheet.datavalidation import DataValidation

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.returns.bulk import build_documents
from xinqu.returns.layout import HIDDEN_SHEET
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook
from xinqu.returns.xlsx_file import read_xlsx

CELLS, ROWS, COLUMNS, SEED = 100_000, 2_000, 50, 58
FORM, AREA, PERIOD = "xa4", "lanzhou", "2024"
AS_OF = dt.date(2026, 11, 16)


def one_sheet() -> bytes:
    """Return a workbook of one large form sheet."""
    out = io.BytesIO()
    numbers = np.random.default_rng(SEED).lognormal(8, 2, (ROWS, COLUMNS - 1)).round(2)
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, fixed = book.add_worksheet("form"), book.add_worksheet(HIDDEN_SHEET)
        sheet.write_row(0, 0, ["code", "value", *(f"c{n}" for n in range(COLUMNS - 2))])
        for row, values in enumerate(numbers, start=1):
            sheet.write_row(row, 0, [f"item_{row}", *values.tolist()])
        fixed.write_row(0, 0, ["form", "form"])
    return out.getvalue()


def filled(pack: Pack) -> tuple[bytes, int]:
    """Return one filled workbook of the form, and how many cells its sheet has."""
    form = pack.forms[FORM]
    numeric = [item.code for item in form.items if item.type in {"decimal", "integer"}]
    values = [str(1000 + n) for n in range(len(numeric))]
    frame = pl.DataFrame({"area": AREA, "period": PERIOD, "item": numeric, "value": values})
    body = export_workbook(pack, form, document=build_documents(pack, form, frame)[0])
    sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=True)[FORM]
    return body, sheet.max_row * sheet.max_column


def with_openpyxl(body: bytes) -> int:
    """Read every cell's value."""
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    return sum(len(row) for row in book.worksheets[0].iter_rows(values_only=True))


def with_fastexcel(body: bytes) -> pl.DataFrame:
    """Read the sheet into a frame."""
    return fastexcel.read_excel(body).load_sheet(0, header_row=None, skip_rows=0).to_polars()


def with_calamine(body: bytes) -> list[list[object]]:
    """Read every cell's value with python-calamine."""
    import python_calamine

    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


def readers(ours: Callable[[bytes], object], body: bytes, times: int) -> dict[str, Callable[[], object]]:
    """Return the jobs that read ``body`` ``times`` times."""
    readers = {"ours": ours, "openpyxl": with_openpyxl, "fastexcel": with_fastexcel}
    if importlib.util.find_spec("python_calamine"):
        readers["python-calamine"] = with_calamine
    return {name: lambda reader=reader: [reader(body) for _ in range(times)] for name, reader in readers.items()}


def write_again(books: list[openpyxl.Workbook]) -> None:
    """Write the same cells, locks, merged cells and drop-downs with openpyxl."""
    unlocked = Protection(locked=False)
    for book in books:
        new = openpyxl.Workbook()
        new.remove(new.active)
        for old in book.worksheets:
            sheet = new.create_sheet(old.title)
            sheet.protection.sheet = old.protection.sheet
            for cells in old.iter_rows():
                for cell in cells:
                    if cell.value is not None or not cell.protection.locked:
                        made = sheet.cell(cell.row, cell.column, cell.value)
                        if not cell.protection.locked:
                            made.protection = unlocked
            for area in old.merged_cells.ranges:
                sheet.merge_cells(area.coord)
            for rule in old.data_validations.dataValidation:
                sheet.add_data_validation(DataValidation(type=rule.type, formula1=rule.formula1, sqref=rule.sqref))
        new.save(io.BytesIO())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    heading("Excel", "fastexcel", "openpyxl", "xlsxwriter")
    if not importlib.util.find_spec("python_calamine"):
        absent("python-calamine", "68 ms for 2,000 x 50; fastexcel 32, openpyxl read-only 617")
    pack, large = load_pack(), one_sheet()
    jobs = readers(lambda body: read_xlsx(body, "large.xlsx"), large, 1)
    compare(f"read one sheet, {ROWS:,} x {COLUMNS}", alternate(options.rounds, jobs), aim="<= 100 ms")
    body, cells = filled(pack)
    times = round(CELLS / cells)
    jobs = readers(lambda body: read_return(pack, body, f"{FORM}.xlsx", as_of=AS_OF), body, times)
    compare(f"read {times} returns {FORM}, {cells:,} cells each", alternate(options.rounds, jobs))
    forms = pack.area_forms
    books = [openpyxl.load_workbook(io.BytesIO(export_workbook(pack, form))) for form in forms]
    jobs = {"ours": lambda: [export_workbook(pack, form) for form in forms], "openpyxl": lambda: write_again(books)}
    compare(f"write the {len(forms)} forms", alternate(options.rounds, jobs))


if __name__ == "__main__":
    main()
