"""The content of a report as frozen values: what it says, in both languages, before anything is drawn.

A report is stored as the canonical JSON of these values; its hash is the identity of what was said. Fields that hold
their default are not written, so that a field added later leaves the bytes of old reports as they were.
"""

import datetime as dt
from typing import Literal

import msgspec

from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.origin import Origin, Realm
from xinqu.vocabulary.problem import NO_TEXT, Problem, Refused
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

MODEL_VERSION = 1


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all parts of a report."""


class Figure(Piece, frozen=True, kw_only=True):
    """One figure that the report quotes.

    ``trace`` is its address such as ``Q01/nansha/2023-Q4``; that of a reported item names the item, and ``form`` the form
    it stands in (empty for an indicator); ``value`` the exact decimal text, null when ``unknown``
    says why; ``shown`` what is printed; ``records`` the content hashes of the returns it was computed from.
    """

    trace: str
    name: Text
    area: Text
    value: str | None
    shown: Text
    unit: str
    unit_label: Text
    scope: str
    origin: Origin
    status: Literal["official", "trial"]
    unknown: Unknown | None = None
    form: str = ""
    records: tuple[str, ...] = ()

    @property
    def period(self) -> str:
        """The period as text, the last part of the trace id."""
        return self.trace.rpartition("/")[2]


class Words(Piece, tag="words", frozen=True, kw_only=True):
    """Plain text inside a paragraph or a cell."""

    text: Text


class Ref(Piece, tag="ref", frozen=True, kw_only=True):
    """A figure quoted at this place: its position in ``Report.figures``; ``dated`` prints its period with it."""

    figure: int
    dated: bool = False


class Trend(Piece, tag="trend", frozen=True, kw_only=True):
    """The course of one indicator in one area, drawn as a small line; a null value is a gap.

    ``series`` is indicator and area, such as ``Q01/nansha``: with a period it is the trace id of a point. ``breaks`` are
    the positions before which the scope changes.
    """

    series: str
    periods: tuple[str, ...]
    values: tuple[str | None, ...]
    breaks: tuple[int, ...] = ()
    origin: Origin = Origin.REPORTED


Inline = Words | Ref | Trend
Cell = tuple[Inline, ...]


class Heading(Piece, tag="heading", frozen=True, kw_only=True):
    """A heading; level 1 or 2. The renderer numbers it."""

    level: int
    text: Text


class Paragraph(Piece, tag="paragraph", frozen=True, kw_only=True):
    """Running text with figures quoted inside."""

    parts: Cell


class Note(Piece, tag="note", frozen=True, kw_only=True):
    """A remark in small type."""

    parts: Cell


class Column(Piece, frozen=True, kw_only=True):
    """A column of a table; ``code`` and ``unit`` stand in the head once; ``width`` is a share of the table's width."""

    head: Text
    code: str = ""
    unit: Text = NO_TEXT
    align: Literal["left", "right", "center"] = "left"
    width: int = 1


class Table(Piece, tag="table", frozen=True, kw_only=True):
    """A table; each row has one cell per column and no cell is empty."""

    caption: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Text, ...] = ()


class Point(Piece, frozen=True, kw_only=True):
    """One row of a dot plot or one dot of a map.

    ``value``, ``lo``, ``hi``, ``lon``, ``lat`` are decimal texts; ``figure`` is the quoted figure, if the dot is one.
    """

    label: Text
    value: str | None = None
    lo: str = ""
    hi: str = ""
    lon: str = ""
    lat: str = ""
    tag: Text = NO_TEXT
    shown: Text = NO_TEXT
    figure: int | None = None
    origin: Origin = Origin.REPORTED


class Chart(Piece, tag="chart", frozen=True, kw_only=True):
    """A chart as data. ``title`` states the finding, ``measure`` what is measured, ``duties`` what must be printed in it."""

    form: Literal["dots", "map"]
    title: Text
    measure: Text
    points: tuple[Point, ...]
    duties: tuple[Text, ...]


Block = Heading | Paragraph | Note | Table | Chart


class Section(Piece, frozen=True, kw_only=True):
    """A numbered part of the report."""

    heading: Text
    blocks: tuple[Block, ...]


class Edition(Piece, frozen=True, kw_only=True):
    """What a report was computed from: enough to compute it again.

    ``vintage`` is the number of the last event read and ``vintage_on`` its day; ``head_*`` the head of the log when the
    report was built at that vintage; hashes are SHA-256 in hex.
    """

    realm: Realm
    vintage: int
    vintage_on: dt.date
    as_of: dt.date
    head_seq: int
    head_sha256: str
    pack_id: str
    pack_version: str
    pack_sha256: str
    software: str
    lock_sha256: str
    compute_version: str


class Report(Piece, frozen=True, kw_only=True):
    """A report: everything that is said in it.

    ``addressee``, ``statement`` (the closing line of the body) and ``closing`` (issuer and day) stand only where it is
    sent to someone.
    """

    model_version: int
    kind: str
    title: Text
    issuer: Text
    mark: Text
    edition: Edition
    coverage: Text
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]
    subtitle: Text = NO_TEXT
    addressee: Text = NO_TEXT
    statement: Text = NO_TEXT
    closing: tuple[Text, ...] = ()

    @property
    def realm(self) -> Realm:
        """The realm that all of its figures belong to."""
        return self.edition.realm


def model_bytes(report: Report) -> bytes:
    """Return the canonical JSON of ``report``: the object that is stored and hashed.

    A model holds texts, whole numbers and null alone; for these msgspec's sorted JSON is RFC 8785 (tested against
    ``vocabulary.canonical``) and ten times as fast.
    """
    return msgspec.json.encode(report, order="sorted")


def model_sha256(report: Report) -> str:
    """Return the identity of what ``report`` says."""
    return sha256_hex(model_bytes(report))


def read_model(body: bytes) -> Report:
    """Read a stored content model.

    Raises:
        Refused: XQ-REPORT-001 when the bytes are no content model or one of a later release.
    """
    try:
        report = msgspec.json.decode(body, type=Report)
    except msgspec.DecodeError as error:
        raise Refused(_unreadable(str(error))) from error
    if report.model_version > MODEL_VERSION:
        raise Refused(_unreadable(f"model_version {report.model_version} > {MODEL_VERSION}"))
    return report


def _unreadable(reason: str) -> Problem:
    return Problem(
        code="XQ-REPORT-001",
        what=Text("无法读取报告的内容模型", "the content model of the report can't be read"),
        why=Text(reason, reason),
        fix=Text(
            "用不早于该报告的版本打开；对象损坏时运行 xinqu verify",
            "open it with the release that wrote it or a later one; if the object is damaged run xinqu verify",
        ),
    )


def trace_parts(trace: str) -> tuple[str, str, str]:
    """Return indicator, area and period of a trace id; raises Refused or ValueError when it is none."""
    figure = FigureId.parse(trace)
    return figure.indicator, figure.area, str(figure.period)
