"""Turns the observations of one return into the table that the door of returns reads: SDMX codes into its words."""

import re
from collections.abc import Sequence

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns import sdmx_faults
from xinqu.returns import sdmx_names as names
from xinqu.returns.document import Cell
from xinqu.returns.raw import RawRow, RawTable
from xinqu.returns.sdmx_observations import Observation
from xinqu.vocabulary.origin import ORIGINS, Origin
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.truth import ValueState

# column of a return -> component; header field of a return -> component
_COLUMNS = {
    "code": "ITEM", "value": "OBS_VALUE", "state": "OBS_STATUS", "unit": "UNIT_MEASURE", "scope": "SCOPE",
    "origin": "ORIGIN", "half_digit": "HALF_DIGIT", "note": "NOTE",
}  # fmt: skip
_HEADER = {
    "form": "STRUCTURE_ID", "form_version": "FORM_VERSION", "area": "REF_AREA", "sub_unit": "SUB_UNIT",
    "period": "TIME_PERIOD", "kind": "RETURN_KIND", "scope": "RETURN_SCOPE",
}  # fmt: skip
_FREE_TEXT = {"OBS_VALUE", "NOTE"}
_NO_VALUE = {"NaN", "#N/A"}  # how SDMX 3.0 writes a value that is deliberately not there
_REPORTING_MONTH = re.compile(r"(\d{4})-M(0[1-9]|1[0-2])")
_REPORTING_YEAR = re.compile(r"(\d{4})-A1")


class ObservationTable(RawTable, frozen=True):
    """A return's observations as a table; ``observations`` is row number -> observation, which knows its place."""

    observations: dict[int, Observation]

    def cell(self, row: RawRow, column: str) -> Cell:
        """Return the place of a column's component in the message."""
        return self.observations[row.number].cell(_COLUMNS.get(column, column))


def code_of(observation: Observation, component: str) -> str:
    """Return the text of a component, "" when blank; a coded one without the label that may follow its code."""
    text = observation.texts.get(component, "")
    return text if component in _FREE_TEXT else text.split(": ")[0]


def best_origin(observations: Sequence[Observation]) -> Origin:
    """Return the origin of a return: the best that its rows name, since no row is better than its return."""
    named = {code_of(one, "ORIGIN") for one in observations}
    return next((origin for origin in ORIGINS if origin.value in named), Origin.REPORTED)


def table_of(
    pack: Pack, form: Form, observations: Sequence[Observation], filename: str, problems: list[Problem]
) -> ObservationTable:
    """Return one return as a table; codes that are wrong are added to ``problems`` (XQ-SDMX-009 and 011)."""
    first = observations[0]
    header = {
        "form": form.id,
        "form_version": _single(observations, "FORM_VERSION", filename, problems)
        or first.reference.version.split(".")[0],
        "area": code_of(first, "REF_AREA"),
        "sub_unit": _sub_unit(pack, first, filename, problems),
        "period": period_text(code_of(first, "TIME_PERIOD")),
        "kind": _single(observations, "RETURN_KIND", filename, problems),
        "scope": _single(observations, "RETURN_SCOPE", filename, problems),
    }
    _check_frequency(form, observations, filename, problems)
    rows = [_row(number, one, filename, problems) for number, one in enumerate(observations, 1)]
    return ObservationTable(
        filename=filename,
        sheet=first.sheet,
        header=header,
        header_cells={field: first.cell(component).cell for field, component in _HEADER.items()},
        columns={},
        rows=rows,
        fixed={},
        observations=dict(enumerate(observations, 1)),
    )


def period_text(text: str) -> str:
    """Return a period as returns write it; SDMX also knows 2026-M03 for a month and 2026-A1 for a year."""
    month, year = _REPORTING_MONTH.fullmatch(text), _REPORTING_YEAR.fullmatch(text)
    return f"{month[1]}-{month[2]}" if month else year[1] if year else text


def _single(observations: Sequence[Observation], component: str, filename: str, problems: list[Problem]) -> str:
    """Return the one value that an attribute of the whole return has, "" when it has none."""
    values = {code_of(one, component): one for one in reversed(observations)}
    values.pop("", None)
    if len(values) > 1:
        where = next(iter(values.values())).where(filename, component)
        problems.append(sdmx_faults.several_values(where, component=component, values=sorted(values)))
    return next(iter(values), "")


def _sub_unit(pack: Pack, one: Observation, filename: str, problems: list[Problem]) -> str:
    code, area = code_of(one, "SUB_UNIT"), code_of(one, "REF_AREA")
    if code == names.WHOLE_AREA:
        return ""
    own = {known: unit for (of_area, unit), known in names.sub_unit_codes(pack).items() if of_area == area}
    if code not in own:
        admitted = ", ".join([names.WHOLE_AREA, *own])
        where = one.where(filename, "SUB_UNIT")
        problems.append(sdmx_faults.wrong_code(where, component="SUB_UNIT", text=code, admitted=admitted))
    return own.get(code, "")


def _check_frequency(form: Form, observations: Sequence[Observation], filename: str, problems: list[Problem]) -> None:
    expected = names.FREQUENCY_CODES[form.frequency]
    other = next((one for one in observations if code_of(one, "FREQ") != expected), None)
    if other is not None:
        where, text = other.where(filename, "FREQ"), code_of(other, "FREQ")
        problems.append(sdmx_faults.wrong_code(where, component="FREQ", text=text, admitted=expected))


def _row(number: int, one: Observation, filename: str, problems: list[Problem]) -> RawRow:
    texts = {column: code_of(one, component) for column, component in _COLUMNS.items() if component in one.texts}
    status = texts.pop("state", "")
    state = names.STATES.get(status)
    if status and state is None:
        admitted = ", ".join(names.STATES)
        where = one.where(filename, "OBS_STATUS")
        problems.append(sdmx_faults.wrong_code(where, component="OBS_STATUS", text=status, admitted=admitted))
    if state is not ValueState.REPORTED and texts.get("value") in _NO_VALUE:
        del texts["value"]
    if state is not None:
        texts["state"] = state.value
    return RawRow(number, texts)
