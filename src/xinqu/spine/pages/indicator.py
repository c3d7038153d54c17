"""One indicator: where each area stands on it and since when, its definition, and where it is used."""

import datetime as dt

import msgspec

from xinqu.policy import model as policy
from xinqu.spine.pages import reading
from xinqu.spine.pages.model import AreaRef, Counts, Figure, Frame, IndicatorRef, Query, Sight, SnapshotLike, count
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One area on the indicator."""

    area: AreaRef
    figure: Figure
    series: tuple[Figure, ...]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Something of the pack by id and name."""

    id: str
    name: Text
    unit_name: Text = Text("", "")


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """How the indicator is defined; ``items`` are the form items its formula reads."""

    formula: str
    items: tuple[Named, ...]
    frequency: str
    forms: tuple[Named, ...]
    articles: tuple[int, ...]
    territorial_scope: str
    source: str
    note: str
    citation: str
    status: str
    valid_from: dt.date
    valid_to: dt.date | None


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """A target on the indicator; ``area`` is "all areas" for a rule."""

    target: policy.Target
    area: Text


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Where the indicator is used: measures, instruments, frameworks with weight, targets, report lines."""

    measures: tuple[str, ...]
    instruments: tuple[Named, ...]
    frameworks: tuple[tuple[str, str], ...]
    targets: tuple[Aim, ...]
    report_lines: tuple[tuple[str, str], ...]


class IndicatorView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one indicator.

    Areas are compared at one ``period``; ``columns`` are the periods of the series, newest first; ``low`` and ``high``
    bound the known values of that period.
    """

    frame: Frame
    indicator: IndicatorRef
    definition: Definition
    period: str
    standings: tuple[Standing, ...]
    counts: Counts
    low: float | None
    high: float | None
    scopes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[AreaRef, tuple[Figure, ...]], ...]
    use: Use


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of the list with how many areas are known."""

    indicator: IndicatorRef
    frequency: str
    counts: Counts


class IndicatorList(msgspec.Struct, frozen=True, kw_only=True):
    """All indicators by pillar."""

    frame: Frame
    pillars: tuple[tuple[str, tuple[Listed, ...]], ...]


def read(snapshot: SnapshotLike, query: Query, sight: Sight, *, indicator: str) -> IndicatorView | None:
    """Return the page of ``indicator``; None when the pack has none of that id.

    The areas are compared at the period asked for or, when that is none of the indicator's, at the period with the
    most known areas (of several, the newest; where nothing is known, the newest that is due). Known figures come
    first, the larger first (the smaller first when lower is better); no rank is given, since no figure carries an
    uncertainty.
    """
    record = snapshot.pack.indicators.get(indicator)
    if record is None:
        return None
    areas = [a for a in snapshot.pack.areas.values() if a.code in sight.figures]
    codes = [a.code for a in areas]
    wide = msgspec.structs.replace(query, period="")
    history = reading.series(snapshot, wide, sight, indicators=[indicator], areas=codes)
    period = _compared_period(query, history)
    periods = reading.sort_periods(f.period for figures in history.values() for f in figures if f.known)
    if period:
        frequency = Period.parse(period).frequency
        history = {key: reading.of_frequency(figures, frequency) for key, figures in history.items()}
    standings = [_standing(area, indicator, record.unit, period, history) for area in areas]
    standings.sort(key=lambda s: _order(s, lower_first=record.direction == "-"))
    known = [s.figure for s in standings if s.figure.value is not None]
    values = [f.value for f in known if f.value is not None]
    columns = reading.sort_periods(f.period for figures in history.values() for f in figures if f.known)
    return IndicatorView(
        frame=reading.frame_of(snapshot, query, periods=periods),
        indicator=reading.indicator_ref(snapshot.pack, record),
        definition=_definition(snapshot, record),
        period=period,
        standings=tuple(standings),
        counts=count([s.figure for s in standings]),
        low=min(values, default=None),
        high=max(values, default=None),
        scopes=tuple(sorted({f.scope.partition("@")[0] for f in known})),
        columns=tuple(columns[:SERIES_COLUMNS]),
        rows=tuple((s.area, _by_period(s, columns[:SERIES_COLUMNS])) for s in standings),
        use=_use(snapshot, indicator),
    )


SERIES_COLUMNS = 8  # periods shown side by side; the file holds all of them


def _compared_period(query: Query, history: dict[tuple[str, str], tuple[Figure, ...]]) -> str:
    known = [f.period for figures in history.values() for f in figures if f.known]
    if query.period in known:
        return query.period
    if not known:
        due = reading.sort_periods(f.period for figures in history.values() for f in figures)
        return due[0] if due else ""
    return max(reading.sort_periods(known), key=known.count)


def _standing(
    area: policy.Area, indicator: str, unit: str, period: str, history: dict[tuple[str, str], tuple[Figure, ...]]
) -> Standing:
    series = history.get((indicator, area.code), ())
    nothing = Figure(indicator=indicator, area=area.code, period=period, unit=unit, unknown="no_figure")
    figure = next((f for f in series if f.period == period), nothing)
    return Standing(area=reading.area_ref(area), figure=figure, series=series)


def _by_period(standing: Standing, columns: list[str]) -> tuple[Figure, ...]:
    found = {figure.period: figure for figure in standing.series}
    like = standing.figure
    absent = [Figure(indicator=like.indicator, area=like.area, period="", unit=like.unit, unknown="no_figure")]
    return tuple(found.get(period, absent[0]) for period in columns)


def _order(standing: Standing, *, lower_first: bool) -> tuple[bool, float]:
    value = standing.figure.value
    if value is None:
        return True, 0.0
    return False, value if lower_first else -value


def _definition(snapshot: SnapshotLike, record: policy.Indicator) -> Definition:
    pack = snapshot.pack
    return Definition(
        formula=record.formula,
        items=tuple(item_named(snapshot, code) for code in items_of(snapshot, record.formula)),
        frequency=record.frequency.value,
        forms=tuple(Named(id=form, name=pack.forms[form].name) for form in record.forms),
        articles=tuple(record.articles),
        territorial_scope=record.territorial_scope,
        source=record.source,
        note=record.note,
        citation=record.citation,
        status=record.status,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
    )


def items_of(snapshot: SnapshotLike, formula: str) -> list[str]:
    """Return the codes of the items a formula reads, in the order they stand in it."""
    items = snapshot.pack.items
    words = "".join(c if c.isalnum() or c == "_" else " " for c in formula).split()
    return list(dict.fromkeys(word for word in words if word in items))


def item_named(snapshot: SnapshotLike, code: str) -> Named:
    """Return an item by code, name and unit."""
    item = snapshot.pack.items[code]
    unit = snapshot.pack.units.get(item.unit)
    return Named(id=code, name=item.name, unit_name=unit.name if unit else Text(item.unit, item.unit))


ALL_AREAS = Text("各新区", "all areas")


def _use(snapshot: SnapshotLike, indicator: str) -> Use:
    pack = snapshot.pack
    return Use(
        measures=tuple(m.id for m in pack.measures.values() if indicator in m.indicators),
        instruments=tuple(Named(id=i.id, name=i.name) for i in pack.instruments.values() if indicator in i.indicators),
        frameworks=tuple(
            (f.id, entry.weight)
            for f in pack.frameworks.values()
            for entry in f.indicators
            if entry.indicator == indicator
        ),
        targets=tuple(
            Aim(target=t, area=pack.areas[t.area].short if t.area in pack.areas else ALL_AREAS)
            for t in pack.targets.values()
            if t.indicator == indicator
        ),
        report_lines=tuple(
            (report.id, line.id)
            for report in pack.reports.values()
            for line in report.lines
            if indicator in line.indicators
        ),
    )


def read_list(snapshot: SnapshotLike, query: Query, sight: Sight) -> IndicatorList:
    """Return all indicators of the pack with the number of areas known."""
    indicators = reading.ordered_indicators(snapshot.pack, headline_only=False)
    codes = [code for code in snapshot.pack.areas if code in sight.figures]
    cells = reading.latest(snapshot, query, sight, indicators=[i.id for i in indicators], areas=codes)
    listed: dict[str, list[Listed]] = {}
    for record in indicators:
        figures = [cells[record.id, code] for code in codes]
        listed.setdefault(record.pillar, []).append(
            Listed(
                indicator=reading.indicator_ref(snapshot.pack, record),
                frequency=record.frequency.value,
                counts=count(figures),
            )
        )
    return IndicatorList(
        frame=reading.frame_of(snapshot, query, periods=_all_periods(snapshot)),
        pillars=tuple((pillar, tuple(entries)) for pillar, entries in listed.items()),
    )


def _all_periods(snapshot: SnapshotLike) -> list[str]:
    return reading.sort_periods(snapshot.figures.drop_nulls("value")["period"].unique().to_list())
