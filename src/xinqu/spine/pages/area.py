"""One area: its figures with change, series and lamp; its scopes; what it filed; what each article shows of it."""

import datetime as dt
from itertools import groupby

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.spine.pages import reading
from xinqu.spine.pages.model import AreaRef, Counts, Figure, Frame, IndicatorRef, Query, Sight, SnapshotLike, count
from xinqu.spine.pages.standing import DifficultyLine, IndexLine, difficulties_of, index_of
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One dated extent of an area; areas in km2 as published."""

    scope: str
    valid_from: dt.date
    valid_to: dt.date | None
    km2_land: str
    km2_sea: str
    main: bool
    evidence: str
    source: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of the area.

    ``change`` is the value minus that of the same period last year, in ``change_unit`` (percentage points for
    percentages); None with the reason ``change_unknown``.
    """

    indicator: IndicatorRef
    figure: Figure
    series: tuple[Figure, ...]
    change: float | None = None
    change_unknown: str = ""
    change_unit: str = ""
    change_unit_name: Text = Text("", "")


class Pillar(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of one pillar."""

    pillar: str
    lines: tuple[Line, ...]
    counts: Counts


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator that asks for attention: off track now, or with another lamp than in the period before.

    ``before`` is the earlier lamp ("" when there was none); ``red_periods`` counts the periods it is red in a row.
    """

    indicator: IndicatorRef
    figure: Figure
    before: str
    red_periods: int


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What the area filed on one form: periods accepted, the first and the last."""

    form: str
    name: Text
    frequency: str
    periods: int
    first: str
    last: str


class ArticleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One article as this area shows it: measures, its indicators, those that are known here."""

    article: int
    title: Text
    measures: int
    indicators: int
    known: int


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one area."""

    frame: Frame
    area: AreaRef
    approved_on: dt.date
    approval_document: str
    date_evidence: str
    seat_evidence: str
    scopes: tuple[Scope, ...]
    pillars: tuple[Pillar, ...]
    alerts: tuple[Alert, ...]
    counts: Counts
    filed: tuple[Filed, ...]
    findings: dict[str, int]
    index: IndexLine | None
    difficulties: tuple[DifficultyLine, ...]
    open_difficulties: bool
    open_records: bool
    articles: tuple[ArticleLine, ...]
    neighbours: tuple[AreaRef, ...]


def read(
    snapshot: SnapshotLike, query: Query, sight: Sight, *, area: str, headline_only: bool = True
) -> AreaView | None:
    """Return the page of ``area``, or None when it does not exist or is outside the reader's sight."""
    pack = snapshot.pack
    record = pack.areas.get(area)
    if record is None or area not in sight.figures:
        return None
    lines = _lines(snapshot, query, sight, area, headline_only=headline_only)
    pillars = tuple(
        Pillar(pillar=name, lines=(chunk := tuple(group)), counts=count([line.figure for line in chunk]))
        for name, group in groupby(lines, key=lambda line: line.indicator.pillar)
    )
    return AreaView(
        frame=reading.frame_of(snapshot, query, periods=_periods(lines)),
        area=reading.area_ref(record),
        approved_on=record.approved_on,
        approval_document=record.approval_document,
        date_evidence=record.date_evidence,
        seat_evidence=record.seat_evidence,
        scopes=tuple(
            Scope(
                scope=s.scope,
                valid_from=s.valid_from,
                valid_to=s.valid_to,
                km2_land=s.km2_land,
                km2_sea=s.km2_sea,
                main=s.main,
                evidence=s.status,
                source=s.source,
            )
            for s in record.scopes
        ),
        pillars=pillars,
        alerts=_alerts(lines),
        counts=count([line.figure for line in lines]),
        filed=_filed(snapshot, area) if area in sight.returns else (),
        findings=_findings(snapshot, area) if area in sight.returns else {},
        index=index_of(snapshot, area) if area in sight.evaluation else None,
        difficulties=difficulties_of(snapshot, area) if area in sight.difficulties else (),
        open_difficulties=area in sight.difficulties,
        open_records=area in sight.returns,
        articles=_articles(snapshot, query, sight, area),
        neighbours=tuple(reading.area_ref(a) for a in pack.areas.values() if a.code in sight.figures),
    )


def _lines(snapshot: SnapshotLike, query: Query, sight: Sight, area: str, *, headline_only: bool) -> tuple[Line, ...]:
    indicators = reading.ordered_indicators(snapshot.pack, headline_only=headline_only)
    ids = [indicator.id for indicator in indicators]
    latest = reading.latest(snapshot, query, sight, indicators=ids, areas=[area])
    history = reading.series(snapshot, query, sight, indicators=ids, areas=[area])
    return tuple(
        _line(
            snapshot.pack,
            reading.indicator_ref(snapshot.pack, indicator),
            latest[indicator.id, area],
            history.get((indicator.id, area), ()),
        )
        for indicator in indicators
    )


def _line(pack: Pack, indicator: IndicatorRef, figure: Figure, series: tuple[Figure, ...]) -> Line:
    change, reason = change_on_last_year(figure, series)
    unit = "pp" if indicator.unit == "pct" else indicator.unit
    like = reading.of_frequency(series, Period.parse(figure.period).frequency) if figure.period else ()
    return Line(
        indicator=indicator,
        figure=figure,
        series=like,
        change=change,
        change_unknown=reason,
        change_unit=unit,
        change_unit_name=pack.units[unit].name if unit in pack.units else indicator.unit_name,
    )


def change_on_last_year(figure: Figure, series: tuple[Figure, ...]) -> tuple[float | None, str]:
    """Return value minus that of the same period last year, or None and why; never across two scopes."""
    if figure.value is None:
        return None, figure.unknown
    wanted = str(Period.parse(figure.period).last_year())
    before = next((f for f in series if f.period == wanted), None)
    if before is None or before.value is None:
        return None, (before.unknown if before else "no_figure")
    if before.scope != figure.scope:
        return None, "series_break"
    return figure.value - before.value, ""


def _alerts(lines: tuple[Line, ...]) -> tuple[Alert, ...]:
    """Return what is red, the longest first, then what turned since the period before."""
    alerts = [alert for line in lines if (alert := _alert(line))]
    return tuple(sorted(alerts, key=lambda a: (-a.red_periods, a.indicator.id)))


def _alert(line: Line) -> Alert | None:
    now = line.figure.lamp
    if now is None or now.colour == "grey":
        return None
    lamps = [f.lamp.colour if f.lamp else "" for f in line.series if f.period != now.period]
    in_order = [*lamps, now.colour]
    red_periods = next((n for n, colour in enumerate(reversed(in_order)) if colour != "red"), len(in_order))
    before = lamps[-1] if lamps else ""
    turned = before not in {"", "grey", now.colour}
    if not red_periods and not turned:
        return None
    return Alert(indicator=line.indicator, figure=line.figure, before=before, red_periods=red_periods)


def _periods(lines: tuple[Line, ...]) -> list[str]:
    return reading.sort_periods(f.period for line in lines for f in line.series if f.known)


def _filed(snapshot: SnapshotLike, area: str) -> tuple[Filed, ...]:
    out = []
    for form in snapshot.pack.area_forms:
        rows = snapshot.facts.get(form.id)
        if rows is None:
            continue
        periods = reading.sort_periods(
            rows.filter(pl.col("area") == area, pl.col("sub_unit") == "")["period"].to_list(), newest_first=False
        )
        if periods:
            out.append(
                Filed(
                    form=form.id,
                    name=form.name,
                    frequency=form.frequency.value,
                    periods=len(periods),
                    first=periods[0],
                    last=periods[-1],
                )
            )
    return tuple(out)


def _findings(snapshot: SnapshotLike, area: str) -> dict[str, int]:
    """Count the findings of the area: by level where a check does not hold, and those that could not be evaluated."""
    rows = snapshot.findings.filter(pl.col("area") == area)
    failed = rows.filter(pl.col("verdict") == "false").group_by("level").len()
    counts = {str(level): int(number) for level, number in failed.iter_rows()}
    return {**counts, "indeterminate": rows.filter(pl.col("verdict") == "indeterminate").height}


def _articles(snapshot: SnapshotLike, query: Query, sight: Sight, area: str) -> tuple[ArticleLine, ...]:
    pack = snapshot.pack
    known = {
        key[0]
        for key, figure in reading.latest(
            snapshot, query, sight, indicators=list(pack.indicators), areas=[area]
        ).items()
        if figure.known
    }
    out = []
    for article in pack.info.served_articles:
        measures = [m for m in pack.measures.values() if m.article == article]
        indicators = {i for m in measures for i in m.indicators}
        out.append(
            ArticleLine(
                article=article,
                title=heading(snapshot, article),
                measures=len(measures),
                indicators=len(indicators),
                known=len(indicators & known),
            )
        )
    return tuple(out)


def heading(snapshot: SnapshotLike, article: int) -> Text:
    """Return the heading sentence of an article, or its number when the text has none."""
    for sentence in snapshot.pack.sentences.values():
        if sentence.article == article and sentence.kind == "heading":
            return sentence.text
    return Text(f"第{article}条", f"Article {article}")
