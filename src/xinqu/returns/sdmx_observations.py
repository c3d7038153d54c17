"""Reads the observations of an SDMX-CSV or SDMX-ML 3 data message as texts, each with its place; nothing is cast here.

SDMX-CSV is read here and not by pysdmx, whose reader turns a column of numbers into doubles first and keeps no lines.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from xinqu.returns import faults, sdmx_faults
from xinqu.returns.document import Cell
from xinqu.returns.guard import LIMITS, Limits, decode_text, security_mark
from xinqu.returns.raw import column_letters
from xinqu.returns.sdmx_library import library
from xinqu.returns.sdmx_names import Reference, parse_reference
from xinqu.vocabulary.problem import Refused, Where
from xinqu.vocabulary.text import Text

_DELIMITERS = ",;\t"
_STRUCTURAL = ("STRUCTURE", "STRUCTURE_ID", "ACTION", "STRUCTURE_NAME", "DATAFLOW", "SERIES_KEY", "OBS_KEY")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ML3 = re.compile(r"http://www\.sdmx\.org/resources/sdmxml/schemas/v3_[01]/")
_UTF8 = '<?xml version="1.0" encoding="UTF-8"?>'
_SILENT = ("Annotations", "DataProvider")  # say nothing of values
_EMPTY: dict[str, int] = {}


class Observation(msgspec.Struct, frozen=True):
    """One observation: ``texts`` is component -> text, blanks left out; ``number`` its line, or its count in ``sheet``.

    ``columns`` is component -> index in a CSV file, empty in XML, where ``sheet`` names the data set.
    """

    reference: Reference
    action: str
    texts: dict[str, str]
    number: int
    sheet: str = ""
    columns: dict[str, int] = _EMPTY

    def cell(self, component: str) -> Cell:
        """Return where a component stands: ``H12``, or ``Obs[12]`` of ``DataSet[1]``."""
        if self.columns:
            return Cell("", f"{column_letters(self.columns.get(component, 0))}{self.number}")
        return Cell(self.sheet, f"Obs[{self.number}]")

    def where(self, filename: str, component: str) -> Where:
        """Return the place of a component for a problem."""
        cell = self.cell(component)
        return Where(file=filename, sheet=cell.sheet, cell=cell.cell, subject=component)


def message_text(body: bytes, filename: str, *, limits: Limits = LIMITS) -> str:
    """Return the text of a message after all checks that must come before parsing.

    Raises:
        Refused: XQ-RETURN-001 to 003 for an empty or too large file or one of another kind, 006 for XML entities, 007
            for a security marking, 008 for an encoding.
    """
    if not body.strip():
        raise Refused(faults.empty_file(filename))
    if len(body) > limits.file_bytes:
        limit = limits.file_bytes // 2**20
        raise Refused(faults.too_large(filename, Text(f"文件超过 {limit} MB", f"the file is larger than {limit} MB")))
    text = decode_text(body, filename)
    if is_xml(text):
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise Refused(faults.xml_entities(filename, filename))
        text = _UTF8 + _DECLARATION.sub("", text, count=1)
    return text


def is_xml(text: str) -> bool:
    """Say whether a text is XML."""
    return text.lstrip().startswith("<")


def holds_observations(text: str) -> bool:
    """Say whether a text is a data message that ``read_observations`` reads: SDMX-CSV, or structure-specific SDMX-ML 3."""
    if is_xml(text):
        head = text[:4000]
        return "StructureSpecificData" in head and bool(_ML3.search(head))
    return not text.lstrip().startswith(("{", "["))


def read_observations(text: str, filename: str) -> list[Observation]:
    """Return all observations of a data message, in its order.

    Raises:
        Refused: XQ-SDMX-001 for SDMX-ML without the packages, 002 for a text that is no such message, 010 for an empty one.
    """
    found = list(_of_ml(text, filename) if is_xml(text) else _of_csv(text, filename))
    if not found:
        raise Refused(sdmx_faults.no_observations(Where(file=filename)))
    if is_xml(text):
        _refuse_marked(found, filename)
    return found


def _refuse_marked(observations: list[Observation], filename: str) -> None:
    """Refuse a security marking that character references hid from the look at the raw text."""
    for one in observations:
        mark = security_mark("\n".join(one.texts.values()))
        if mark:
            raise Refused(faults.classified(mark, one.where(filename, "NOTE")))


def _refuse(filename: str, reason: str, line: int | None = None) -> Refused:
    return Refused(sdmx_faults.unreadable(Where(file=filename, line=line), reason=reason))


def _of_csv(text: str, filename: str) -> Iterator[Observation]:
    head = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.split(": ")[0].strip() for name in next(reader)]
        at = {name: index for index, name in enumerate(columns)}
        if not {"STRUCTURE", "STRUCTURE_ID"} <= at.keys() and "DATAFLOW" not in at:
            raise _refuse(filename, f"no columns STRUCTURE and STRUCTURE_ID in: {head.strip()[:80]}", 1)
        if len(at) < len(columns):
            raise _refuse(filename, f"a column stands twice: {head.strip()[:80]}", 1)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _csv_row(cells, at, reader.line_num, filename)
    except csv.Error as error:
        raise _refuse(filename, str(error), reader.line_num) from error


def _csv_row(cells: list[str], at: dict[str, int], line: int, filename: str) -> Observation:
    if len(cells) != len(at):
        raise _refuse(filename, f"{len(cells)} cells, the head has {len(at)}", line)
    texts = {name: cells[index].strip() for name, index in at.items() if cells[index].strip()}
    kind, named = (
        (texts.get("STRUCTURE", ""), texts.get("STRUCTURE_ID", ""))
        if "STRUCTURE" in at
        else ("dataflow", texts.get("DATAFLOW", ""))
    )
    reference = parse_reference(named, kind)
    if reference is None:
        raise _refuse(filename, f"{named!r} is no AGENCY:ID(VERSION)", line)
    action = texts.get("ACTION", "I").upper()
    observed = {name: text for name, text in texts.items() if name not in _STRUCTURAL}
    return Observation(reference, action, observed, line, columns=at)


def _of_ml(text: str, filename: str) -> Iterator[Observation]:
    root = _valid_root(text, filename)
    flows = _header_references(root, filename)
    for number, data_set in enumerate(_children(root, "DataSet"), 1):
        own = {_local(name): value for name, value in data_set.attrib.items()}
        reference = flows.get(own.get("structureRef", ""))
        if reference is None:
            raise _refuse(filename, f"DataSet {number} refers to no structure of the header", data_set.sourceline)
        whole = {
            name: value for name, value in data_set.attrib.items() if not name.startswith("{") and name != "action"
        }
        action = own.get("action", "Information")
        rows = list(_rows(data_set, filename))
        if not rows and action == "Delete":
            rows = [{}]  # deletes everything: it must be refused, not passed over
        for count, texts in enumerate(rows, 1):
            kept = {name: value.strip() for name, value in (whole | texts).items() if value.strip()}
            yield Observation(reference, action, kept, count, sheet=f"DataSet[{number}]")


def _valid_root(text: str, filename: str) -> Any:
    etree, validation = library("lxml.etree"), library("pysdmx.io.xml.doc_validation")
    invalid = library("pysdmx.errors").Invalid
    try:
        validation.validate_doc(text)
    except (invalid, etree.XMLSyntaxError) as error:
        raise _refuse(filename, getattr(error, "description", None) or str(error)) from error
    return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))


def _header_references(root: Any, filename: str) -> dict[str, Reference]:
    """Return what each ``structureID`` of the header stands for."""
    references = {}
    for header in _children(root, "Header"):
        for structure in _children(header, "Structure"):
            named = next((child.text or "" for child in structure.iterchildren("{*}*")), "")
            reference = parse_reference(named.strip())
            if reference is None:
                raise _refuse(filename, f"{named!r} is no URN of a dataflow", structure.sourceline)
            references[structure.get("structureID", "")] = reference
    return references


def _rows(data_set: Any, filename: str) -> Iterator[dict[str, str]]:
    """Yield the attributes of each observation, with those of its series; nothing else in a data set is passed over."""
    for child in _only(data_set, ("Obs", "Series"), filename):
        if _local(child.tag) == "Obs":
            yield _observed(child, filename)
            continue
        above = _plain(child)
        for observation in _only(child, ("Obs",), filename):
            yield above | _observed(observation, filename)


def _observed(observation: Any, filename: str) -> dict[str, str]:
    for _ in _only(observation, (), filename):
        pass  # values of several parts are refused there
    return _plain(observation)


def _only(parent: Any, tags: tuple[str, ...], filename: str) -> Iterator[Any]:
    """Yield the children; refuse one that is none of ``tags``, since the schema of the standard lets any pass."""
    for child in _children(parent, "*"):
        tag = _local(child.tag)
        if tag in tags:
            yield child
        elif tag not in _SILENT:
            raise _refuse(filename, f"<{tag}> inside <{_local(parent.tag)}> is not read", child.sourceline)


def _children(parent: Any, tag: str) -> Iterator[Any]:
    yield from parent.iterchildren(f"{{*}}{tag}")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _plain(element: Any) -> dict[str, str]:
    return {name: value for name, value in element.attrib.items() if not name.startswith("{")}
