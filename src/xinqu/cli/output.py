"""Printing tables: for people, or as JSON, CSV or Parquet for machines."""

import sys
from typing import Literal

import polars as pl

Format = Literal["table", "json", "csv", "parquet"]
# Cells that a spreadsheet would run as a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[+\-]?[0-9.,]+%?$"
_WIDEST = 60


def emit(frame: pl.DataFrame, form: Format) -> None:
    """Write ``frame`` to stdout in ``form``; text that begins like a formula is quoted with ' in CSV."""
    match form:
        case "json":
            sys.stdout.write(frame.write_json() + "\n")
        case "csv":
            sys.stdout.write(safe_for_sheets(_flat(frame)).write_csv())
        case "parquet":
            frame.write_parquet(sys.stdout.buffer)
        case "table":
            sys.stdout.write(as_table(frame) + "\n")


def as_table(frame: pl.DataFrame) -> str:
    """Return ``frame`` as aligned text with all its rows."""
    with pl.Config(
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_width_chars=32_000,
        tbl_formatting="NOTHING",
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=True,
        fmt_str_lengths=_WIDEST,
    ):
        return str(_flat(frame))


def safe_for_sheets(frame: pl.DataFrame) -> pl.DataFrame:
    """Return ``frame`` with ' before each text that a spreadsheet would take for a formula; numbers stay."""
    text = pl.col(pl.String)
    risky = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    return frame.with_columns(pl.when(risky).then("'" + text).otherwise(text).name.keep())


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return ``frame`` with lists of text joined by semicolons."""
    lists = [name for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    return frame.with_columns(pl.col(lists).list.join(";")) if lists else frame
