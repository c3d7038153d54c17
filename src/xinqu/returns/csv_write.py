"""Writes a return as CSV: a blank one to fill, or one with its rows; formulas can't hide in it."""

import csv
import io
from collections.abc import Iterable

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns.document import Header
from xinqu.returns.header import refuse_wrong_preset
from xinqu.returns.layout import escape_text
from xinqu.returns.units import unit_name
from xinqu.vocabulary.text import Lang
from xinqu.vocabulary.truth import ValueState

BOM = "\ufeff"  # Excel takes a CSV file for the local encoding without it
ROW_COLUMNS = ("code", "value", "state", "half_digit", "scope", "origin", "note")
_UNWRITTEN_STATES = {ValueState.REPORTED.value, ValueState.MISSING.value}


def header_lines(header: Header) -> str:
    """Return the lines ``#form,xm1`` ... that name a return."""
    fields = (
        ("form", header.form),
        ("form_version", header.form_version),
        ("area", header.area),
        ("sub_unit", header.sub_unit),
        ("period", header.period),
        ("kind", header.kind),
        ("scope", header.scope),
    )
    return "".join(f"#{name},{value}\n" for name, value in fields)


def write_csv_return(header: Header, rows: Iterable[dict[str, str | None]], *, origin: str = "reported") -> bytes:
    """Return the upload bytes of a return from its canonical rows (dictionaries of the row columns).

    ``origin`` is the origin that the reader is told; rows with another one name theirs.
    """
    out = io.StringIO(newline="")
    out.write(BOM + header_lines(header))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ROW_COLUMNS)
    for row in rows:
        state, half_digit = row["state"] or "", row["half_digit"] or "0"
        writer.writerow(
            [
                row["item"],
                _value(row["value"] or ""),
                "" if state in _UNWRITTEN_STATES else state,
                "" if half_digit == "0" else half_digit,
                "" if row["scope"] == header.scope else row["scope"],
                "" if row["origin"] == origin else row["origin"],
                escape_text(row["note"] or ""),
            ]
        )
    return out.getvalue().encode()


def _value(text: str) -> str:
    """Return a value as it is written: a number keeps its minus sign, any other text is made safe."""
    return text if text.lstrip("-").replace(".", "", 1).isdigit() else escape_text(text)


def export_csv(
    pack: Pack,
    form: Form,
    *,
    area: str = "",
    period: str = "",
    scope: str = "",
    lang: Lang = "zh",
) -> bytes:
    """Return a blank CSV return with labels and units, to be filled in a spreadsheet or by a program.

    Raises:
        Refused: XQ-RETURN-019 to 021 for an area or period that could not be filed.
    """
    refuse_wrong_preset(pack, form, area=area or None, period=period or None)
    out = io.StringIO(newline="")
    head = Header(form=form.id, form_version=form.version, area=area, period=period, scope=scope)
    out.write(BOM + header_lines(head))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("code", "label", "unit", "value", "state", "scope", "half_digit", "note"))
    for item in form.items:
        writer.writerow([item.code, item.name.say(lang), unit_name(pack, item.unit), "", "", "", "", ""])
    return out.getvalue().encode()
