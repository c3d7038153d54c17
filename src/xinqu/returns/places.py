"""Finds where a text stands in the XML parts of a workbook: the sheet and the cell that a person sees."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from posixpath import basename

from xinqu.vocabulary.problem import Where

Holds = Callable[[bytes], bool]
SHARED_STRINGS = "xl/sharedStrings.xml"
_CELL_START = re.compile(rb"""<(?:[\w.-]+:)?c\b[^>]*\br\s*=\s*["']([A-Z]{1,3}\d{1,7})["'][^>]*(?<!/)>""")
_CELL_END = re.compile(rb"</(?:[\w.-]+:)?c>")
_STRING_END = re.compile(rb"</(?:[\w.-]+:)?si>")
_STRING_NUMBER = re.compile(rb"<(?:[\w.-]+:)?v>(\d+)</")
_COMMENT_START = re.compile(rb"""<(?:[\w.-]+:)?comment\b[^>]*\bref\s*=\s*["']([A-Z]{1,3}\d{1,7})["'][^>]*>""")
_IS_SHARED = re.compile(rb"""\bt\s*=\s*["']s["']""")


def sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return sheet name -> part name. Entities were refused before, so the standard parser is safe here."""
    rels = ET.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<r/>"))  # noqa: S314
    targets = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    found: dict[str, str] = {}
    for element in ET.fromstring(parts["xl/workbook.xml"]).iter():  # noqa: S314
        if element.tag.endswith("}sheet"):
            rel = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            target = (targets.get(rel) or "").lstrip("/")
            found[element.get("name", "")] = target if target.startswith("xl/") else f"xl/{target}"
    return found


def place_of(parts: Mapping[str, bytes], part: str, holds: Holds, filename: str) -> Where:
    """Return where the text stands that ``holds`` knows when it sees its XML, as near as the part says.

    ``part`` is the name of the part that holds it. A text outside the cells (a footer, a sheet's name, a property) has
    no cell; what cannot be placed in a sheet is placed in its part.
    """
    try:
        names = {part_name: sheet for sheet, part_name in sheet_parts(parts).items()}
    except (ET.ParseError, KeyError):
        names = {}
    if part == SHARED_STRINGS:
        return next(_shared(parts, names, holds, filename), Where(file=filename, subject=part))
    if part in names:
        return Where(file=filename, sheet=names[part], cell=_first(parts[part], _CELL_START, _CELL_END, holds))
    if "/comments" in part:
        sheet = _sheet_of_comments(parts, names, part)
        return Where(file=filename, sheet=sheet, cell=_first(parts[part], _COMMENT_START, None, holds), subject=part)
    return Where(file=filename, subject=part)


def _chunks(content: bytes, start: re.Pattern[bytes], end: re.Pattern[bytes] | None) -> Iterator[tuple[str, bytes]]:
    """Yield each cell (or comment) with its XML; in one pass, however broken the XML is."""
    found = list(start.finditer(content))
    stops = [match.start() for match in found] + [len(content)]
    for match, (_, stop) in zip(found, pairwise(stops), strict=True):
        chunk = content[match.start() : stop]
        closing = end.search(chunk) if end else None
        yield match[1].decode(), chunk[: closing.start()] if closing else chunk


def _first(content: bytes, start: re.Pattern[bytes], end: re.Pattern[bytes] | None, holds: Holds) -> str:
    return next((cell for cell, chunk in _chunks(content, start, end) if holds(chunk)), "")


def _shared(parts: Mapping[str, bytes], names: Mapping[str, str], holds: Holds, filename: str) -> Iterator[Where]:
    """Yield the cells that show a shared string which holds the text."""
    strings = _STRING_END.split(parts[SHARED_STRINGS])
    wanted = {str(number).encode() for number, chunk in enumerate(strings) if holds(chunk)}
    for part, sheet in names.items():
        for cell, chunk in _chunks(parts.get(part, b""), _CELL_START, _CELL_END):
            number = _STRING_NUMBER.search(chunk)
            if number and number[1] in wanted and _IS_SHARED.search(chunk[: chunk.index(b">")]):
                yield Where(file=filename, sheet=sheet, cell=cell)


def _sheet_of_comments(parts: Mapping[str, bytes], names: Mapping[str, str], part: str) -> str:
    for name, sheet in names.items():
        rels = parts.get(f"xl/worksheets/_rels/{basename(name)}.rels", b"")
        if basename(part).encode() in rels:
            return sheet
    return ""
