"""A report in one language, resolved for drawing: headings numbered, figures looked up, charts made. PDF and HTML both draw this."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Literal

import msgspec

from xinqu.reporting import charts
from xinqu.reporting.model import (
    Block,
    Cell,
    Chart,
    Figure,
    Heading,
    Inline,
    Note,
    Paragraph,
    Point,
    Ref,
    Report,
    Table,
    Trend,
    Words,
    model_sha256,
)
from xinqu.reporting.numbers import zh_ordinal
from xinqu.vocabulary.text import Lang, Text

Address = Callable[[str], str]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A run of text, a figure (``number`` > 0, its place in the register) with what stands below it, or an SVG."""

    text: str
    number: int = 0
    below: str = ""
    known: bool = True
    url: str = ""
    svg: str = ""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A column head."""

    text: str
    code: str
    unit: str
    align: str
    width: int


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """One block; which of the fields are used depends on ``kind``."""

    kind: Literal["h1", "h2", "paragraph", "note", "table", "chart"]
    text: str = ""
    parts: tuple[Part, ...] = ()
    columns: tuple[Head, ...] = ()
    rows: tuple[tuple[tuple[Part, ...], ...], ...] = ()
    notes: tuple[str, ...] = ()
    svg: str = ""
    alt: str = ""
    new_page: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the register of figures; ``tail`` is unit or reason, scope code, origin and the first return's hash.

    ``is_target`` when running text links to it: inside tables the printed number is the pointer.
    """

    number: int
    trace: str
    url: str
    name: str
    area: str
    value: str
    tail: str
    is_target: bool


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole report in one language."""

    lang: Lang
    kind: str
    title: str
    subtitle: str
    issuer: str
    mark: str
    simulated: bool
    addressee: str
    statement: str
    closing: tuple[str, ...]
    blocks: tuple[Drawn, ...]
    register: tuple[Entry, ...]
    register_title: str
    register_lead: str
    colophon_title: str
    colophon: tuple[tuple[str, str], ...]


def plan(report: Report, *, lang: Lang, address: Address | None = None) -> Plan:
    """Resolve ``report`` for one language; ``address`` turns a trace id into the URL that figures link to."""
    drawer = _Drawer(report, lang, address or (lambda _: ""))
    blocks: list[Drawn] = []
    for number, section in enumerate(report.sections, start=1):
        lead = f"{zh_ordinal(number)}、" if lang == "zh" else f"{number}. "
        long = any(isinstance(block, Table) and len(block.rows) >= _LONG_TABLE for block in section.blocks)
        blocks.append(
            Drawn(kind="h1", text=lead + section.heading.say(lang), new_page=long and drawer.is_long and number > 1)
        )
        blocks += drawer.blocks(section.blocks, number)
    return Plan(
        lang=lang,
        kind=report.kind,
        title=report.title.say(lang),
        subtitle=report.subtitle.say(lang),
        issuer=report.issuer.say(lang),
        mark=report.mark.say(lang),
        simulated=report.realm.value == "rehearsal",
        addressee=report.addressee.say(lang),
        statement=report.statement.say(lang),
        closing=tuple(text.say(lang) for text in report.closing),
        blocks=tuple(blocks),
        register=tuple(drawer.entry(n) for n in range(len(report.figures))),
        register_title=_REGISTER.say(lang),
        register_lead=_REGISTER_LEAD.say(lang),
        colophon_title=_COLOPHON.say(lang),
        colophon=tuple((label.say(lang), value) for label, value in _colophon(report, lang)),
    )


_SHORT_HASH = 8
# A section with a table of this many rows starts a page.
_LONG_TABLE = 12
_LONG_REPORT = 250  # figures; a shorter report flows on
# A sub-section whose table is longer than a page starts one.
_PAGE_OF_ROWS = 40
_REGISTER = Text("数据追溯表", "Register of figures")
_REGISTER_LEAD = Text(
    "每个数字的追溯号、数值、口径、性质和第一份返回报表的哈希（前8位）。指标追溯：xinqu trace 指标 --area 新区 --period 报告期；"
    "报表项目后列表号，原数见该新区该期返回报表。",
    "Trace id, value, scope, origin and the first return's hash (8 digits) of every figure. "
    "Indicators: xinqu trace INDICATOR --area AREA --period PERIOD. Items name their form: see the return of that area and period.",
)
_SCHEMATIC = Text("示意", "schematic")
_COLOPHON = Text("版本记录", "Colophon")


class _Drawer:
    def __init__(self, report: Report, lang: Lang, address: Address) -> None:
        self._figures = report.figures
        self._lang = lang
        self.is_long = len(report.figures) >= _LONG_REPORT
        self._targets = _quoted_in_text(report)
        self._address = address

    def blocks(self, blocks: Sequence[Block], section: int) -> list[Drawn]:
        drawn: list[Drawn] = []
        number = 0
        for block, following in zip_longest(blocks, blocks[1:]):
            if isinstance(block, Heading):
                number += 1
                long = isinstance(following, Table) and len(following.rows) >= _PAGE_OF_ROWS
                drawn.append(self._heading(block, section, number, new_page=long and self.is_long and number > 1))
            else:
                drawn.append(self._block(block))
        return drawn

    def _heading(self, heading: Heading, section: int, number: int, *, new_page: bool) -> Drawn:
        lead = f"（{zh_ordinal(number)}）" if self._lang == "zh" else f"{section}.{number} "
        return Drawn(kind="h2", text=lead + heading.text.say(self._lang), new_page=new_page)

    def _block(self, block: Paragraph | Note | Table | Chart) -> Drawn:
        match block:
            case Paragraph(parts=parts):
                return Drawn(kind="paragraph", parts=self._cell(parts))
            case Note(parts=parts):
                return Drawn(kind="note", parts=self._cell(parts))
            case Table():
                return self._table(block)
            case Chart():
                return self._chart(block)

    def _table(self, table: Table) -> Drawn:
        lang = self._lang
        return Drawn(
            kind="table",
            text=table.caption.say(lang),
            columns=tuple(
                Head(text=c.head.say(lang), code=c.code, unit=c.unit.say(lang), align=c.align, width=c.width)
                for c in table.columns
            ),
            rows=tuple(tuple(self._cell(cell) for cell in row) for row in table.rows),
            notes=tuple(text.say(lang) for text in table.notes),
        )

    def _cell(self, cell: Cell) -> tuple[Part, ...]:
        return tuple(self._part(part) for part in cell)

    def _part(self, part: Inline) -> Part:
        match part:
            case Words(text=text):
                return Part(text=text.say(self._lang))
            case Ref(figure=place, dated=dated):
                figure = self._figures[place]
                below = figure.unknown.value if figure.unknown else figure.period
                return Part(
                    text=figure.shown.say(self._lang),
                    number=place + 1,
                    below=below if dated else "",
                    known=figure.value is not None,
                    url=self._figure_url(figure),
                )
            case Trend():
                return _trend(part)

    def _chart(self, chart: Chart) -> Drawn:
        lang = self._lang
        frame = charts.Frame(
            schematic=_SCHEMATIC.say(lang),
            title=chart.title.say(lang),
            measure=chart.measure.say(lang),
            duties=tuple(d.say(lang) for d in chart.duties),
        )
        svg = (
            charts.dot_plot([self._dot(p) for p in chart.points if p.value is not None], frame)
            if chart.form == "dots"
            else charts.area_map([self._place(p) for p in chart.points], frame)
        )
        listed = (f"{p.label.say(lang)} {p.shown.say(lang)}" for p in chart.points)
        return Drawn(kind="chart", text=frame.title, svg=svg, alt=f"{frame.title} {frame.measure} " + "; ".join(listed))

    def _dot(self, point: Point) -> charts.Dot:
        return charts.Dot(
            label=point.label.say(self._lang),
            value=float(point.value or 0),
            shown=point.shown.say(self._lang),
            lo=float(point.lo) if point.lo else None,
            hi=float(point.hi) if point.hi else None,
            tag=point.tag.say(self._lang),
            href=self._url(point.figure),
            origin=point.origin,
        )

    def _place(self, point: Point) -> charts.Place:
        return charts.Place(
            label=point.label.say(self._lang),
            lon=float(point.lon),
            lat=float(point.lat),
            value=float(point.value or 0),
            shown=point.shown.say(self._lang),
            href=self._url(point.figure),
            origin=point.origin,
        )

    def _url(self, place: int | None) -> str:
        return "" if place is None else self._figure_url(self._figures[place])

    def _figure_url(self, figure: Figure) -> str:
        """Return the address of an indicator's trace; an item has none, its return is named in the register."""
        return "" if figure.form else self._address(figure.trace)

    def entry(self, place: int) -> Entry:
        figure, lang = self._figures[place], self._lang
        scope = "–" if figure.scope == "unstated" else figure.scope.partition("@")[0]
        record = figure.records[0][:_SHORT_HASH] if figure.records else "–"
        what = figure.unknown.value if figure.unknown else figure.unit_label.say(lang)
        return Entry(
            number=place + 1,
            trace=figure.trace,
            url=self._figure_url(figure),
            name=figure.name.say(lang),
            area=figure.area.say(lang),
            value=figure.shown.say(lang),
            is_target=place in self._targets,
            tail=" ".join(filter(None, (what, scope, figure.origin.label.say(lang), figure.form, record))),
        )


def _quoted_in_text(report: Report) -> frozenset[int]:
    """Return the positions of the figures that paragraphs and notes quote."""
    blocks = (block for section in report.sections for block in section.blocks)
    texts = (block.parts for block in blocks if isinstance(block, Paragraph | Note))
    return frozenset(part.figure for parts in texts for part in parts if isinstance(part, Ref))


def _trend(trend: Trend) -> Part:
    known = [(p, v) for p, v in zip(trend.periods, trend.values, strict=True) if v is not None]
    label = f"{trend.series} " + " – ".join(f"{period}: {value}" for period, value in (known[:1] + known[1:][-1:]))
    values = [None if value is None else float(value) for value in trend.values]
    return Part(text=label, svg=charts.sparkline(values, label=label, breaks=trend.breaks, origin=trend.origin))


def _colophon(report: Report, lang: Lang) -> list[tuple[Text, str]]:
    edition = report.edition
    return [
        (Text("数据域", "Realm"), edition.realm.label.say(lang)),
        (Text("数据版本", "Vintage"), f"#{edition.vintage} ({edition.vintage_on})"),
        (Text("截至", "As of"), edition.as_of.isoformat()),
        (Text("日志链首", "Log head"), f"#{edition.head_seq} {edition.head_sha256}"),
        (Text("规则包", "Pack"), f"{edition.pack_id} {edition.pack_version}"),
        (Text("规则包哈希", "Pack hash"), edition.pack_sha256),
        (Text("软件", "Software"), f"xinqu {edition.software}"),
        (Text("依赖锁哈希", "Lock hash"), edition.lock_sha256),
        (Text("计算版本", "Compute version"), edition.compute_version),
        (Text("覆盖", "Coverage"), report.coverage.say(lang)),
        (Text("内容模型哈希", "Content model"), model_sha256(report)),
    ]
