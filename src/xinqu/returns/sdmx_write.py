"""Writes returns as SDMX-CSV 2.0 and SDMX-ML 3.0: every digit, note and state, column by column, same rows same bytes.

pysdmx 1.21 writes both too, but through doubles (a decimal of 20 digits loses some), and its XML doubles each backslash
and turns apostrophes into quotes; it is the second reader of what is written here (tests).
"""

import datetime as dt
from collections.abc import Sequence

import msgspec
import numpy as np
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns import sdmx_names as names
from xinqu.returns.document import ROW_SCHEMA, Header, ReturnDocument
from xinqu.vocabulary.truth import ValueState

_REFERENCE = "STRUCTURE_ID"
_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_URN = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow="
_ESCAPES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;",
    "\ufffe": "\\ufffe", "\uffff": "\\uffff",  # XML can't hold them; only notes may, and a note is JSON, which can
}  # fmt: skip


class Return(msgspec.Struct, frozen=True):
    """Header and canonical rows of a return."""

    header: Header
    rows: pl.DataFrame

    @classmethod
    def of(cls, document: ReturnDocument) -> "Return":
        """Return the part of a document that SDMX carries."""
        return cls(document.header, document.rows)


def observations(pack: Pack, returns: Sequence[Return]) -> pl.DataFrame:
    """Return one row per observation: ``STRUCTURE_ID`` and all components as text, null where there is none.

    Rows are sorted by dataflow, period, area, sub-unit and item.
    """
    schema = {_REFERENCE: pl.String(), **dict.fromkeys(names.COMPONENTS, pl.String())}
    if not returns:
        return pl.DataFrame(schema=schema)
    rows = pl.concat([one.rows.select(ROW_SCHEMA.keys()) for one in returns])
    which = np.repeat(np.arange(len(returns)), [one.rows.height for one in returns])
    frame = pl.concat([_heads(pack, [one.header for one in returns])[which], rows], how="horizontal")
    units = {item.code: item.unit for form in pack.area_forms for item in form.items}
    statuses = {state.value: code for state, code in names.STATUS_CODES.items()}
    reported = pl.col("state") == ValueState.REPORTED
    return frame.select(
        _REFERENCE, "FREQ", "REF_AREA", "SUB_UNIT",
        pl.col("item").alias("ITEM"),
        "TIME_PERIOD",
        pl.col("value").alias("OBS_VALUE"),
        pl.col("state").replace_strict(statuses, return_dtype=pl.String).alias("OBS_STATUS"),
        pl.col("item").replace_strict(units, default=None, return_dtype=pl.String).alias("UNIT_MEASURE"),
        pl.col("scope").alias("SCOPE"),
        pl.col("origin").alias("ORIGIN"),
        pl.when(reported).then("half_digit").alias("HALF_DIGIT"),
        pl.when(pl.col("note") != "").then("note").alias("NOTE"),
        "FORM_VERSION", "RETURN_KIND", "RETURN_SCOPE",
    ).sort(_REFERENCE, "TIME_PERIOD", "REF_AREA", "SUB_UNIT", "ITEM")  # fmt: skip


def _heads(pack: Pack, headers: Sequence[Header]) -> pl.DataFrame:
    units = names.sub_unit_codes(pack)
    columns = (_REFERENCE, "FREQ", "REF_AREA", "SUB_UNIT", "TIME_PERIOD", "FORM_VERSION", "RETURN_KIND", "RETURN_SCOPE")
    return pl.DataFrame(
        [
            (
                names.flow_reference(pack, header.form, header.form_version),
                names.FREQUENCY_CODES[pack.forms[header.form].frequency],
                header.area,
                units[header.area, header.sub_unit] if header.sub_unit else names.WHOLE_AREA,
                header.period,
                str(header.form_version),
                header.kind,
                header.scope,
            )
            for header in headers
        ],
        schema=dict.fromkeys(columns, pl.String()),
        orient="row",
    )


def write_csv(pack: Pack, returns: Sequence[Return]) -> bytes:
    """Return the returns as SDMX-CSV 2.0; ``ACTION`` is I (information): a reader decides what to do with them."""
    return csv_of(observations(pack, returns))


def csv_of(frame: pl.DataFrame) -> bytes:
    """Return rows of ``observations`` as SDMX-CSV 2.0."""
    lead = [pl.lit("dataflow").alias("STRUCTURE"), pl.col(_REFERENCE), pl.lit("I").alias("ACTION")]
    return frame.select(*lead, *names.COMPONENTS).write_csv().encode()


def write_ml(
    pack: Pack, returns: Sequence[Return], *, prepared: dt.datetime, message_id: str, test: bool = False
) -> bytes:
    """Return the returns as SDMX-ML 3.0 structure-specific data, one data set per dataflow, flat observations.

    Args:
        pack: the forms.
        returns: at least one.
        prepared: the time the message bears; aware, to the second.
        message_id: the id the message bears; letters, digits, ``_`` and ``-``.
        test: marks the message as a test, which is what a rehearsal's is.
    """
    return ml_of(pack, observations(pack, returns), prepared=prepared, message_id=message_id, test=test)


def ml_of(
    pack: Pack, frame: pl.DataFrame, *, prepared: dt.datetime, message_id: str, test: bool = False
) -> bytes:  # fmt: skip
    """Return rows of ``observations`` as SDMX-ML 3.0; the other arguments are those of ``write_ml``."""
    flows = frame[_REFERENCE].unique(maintain_order=True).to_list()
    spaces = [f"{_URN}{flow}:ObsLevelDim:AllDimensions" for flow in flows]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<mes:StructureSpecificData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:mes="{_SCHEMAS}/message"'
        f' xmlns:ss="{_SCHEMAS}/data/structurespecific" xmlns:com="{_SCHEMAS}/common"'
        + "".join(f' xmlns:ns{number}="{space}"' for number, space in enumerate(spaces, 1))
        + ">",
        "<mes:Header>",
        f"<mes:ID>{message_id}</mes:ID>",
        f"<mes:Test>{str(test).lower()}</mes:Test>",
        f"<mes:Prepared>{prepared_text(prepared)}</mes:Prepared>",
        f'<mes:Sender id="{names.agency(pack)}"/>',
    ]
    for number, (flow, space) in enumerate(zip(flows, spaces, strict=True), 1):
        lines += [
            f'<mes:Structure structureID="S{number}" namespace="{space}" dimensionAtObservation="AllDimensions">',
            f"<com:StructureUsage>{_URN}{flow}</com:StructureUsage>",
            "</mes:Structure>",
        ]
    lines.append("</mes:Header>")
    for number, flow in enumerate(flows, 1):
        lines.append(
            f'<mes:DataSet ss:structureRef="S{number}" xsi:type="ns{number}:DataSetType" action="Information">'
        )
        lines += frame.filter(pl.col(_REFERENCE) == flow).select(_elements())[:, 0].to_list()
        lines.append("</mes:DataSet>")
    lines.append("</mes:StructureSpecificData>\n")
    return "\n".join(lines).encode()


def prepared_text(prepared: dt.datetime) -> str:
    """Return a time as messages bear it, in UTC to the second: ``2026-11-25T00:00:00Z``."""
    return prepared.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _elements() -> pl.Expr:
    """Return the ``Obs`` element of each row; a component without value has no attribute."""
    parts: list[pl.Expr] = [pl.lit("<Obs")]
    for name in names.COMPONENTS:
        text = pl.col(name)
        for sign, escape in _ESCAPES.items():
            text = text.str.replace_all(sign, escape, literal=True)
        parts.append(pl.concat_str([pl.lit(f' {name}="'), text, pl.lit('"')]).fill_null(""))
    return pl.concat_str([*parts, pl.lit("/>")])
