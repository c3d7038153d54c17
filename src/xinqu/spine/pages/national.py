"""The national matrix: nineteen areas by the headline indicators, and the list of areas behind the schematic map."""

import msgspec

from xinqu.spine.pages import reading
from xinqu.spine.pages.model import AreaRef, Counts, Figure, Frame, IndicatorRef, Query, Sight, SnapshotLike, count


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of the matrix; ``known`` of ``total`` areas have a number."""

    indicator: IndicatorRef
    known: int
    total: int


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """How many columns a pillar takes."""

    pillar: str
    columns: int


class AreaRow(msgspec.Struct, frozen=True, kw_only=True):
    """One area with its figures in the order of the columns."""

    area: AreaRef
    figures: tuple[Figure, ...]
    counts: Counts


class National(msgspec.Struct, frozen=True, kw_only=True):
    """The matrix. ``lamps_tell``: at least half of the known figures have a lamp that is not grey."""

    frame: Frame
    spans: tuple[Span, ...]
    columns: tuple[Column, ...]
    rows: tuple[AreaRow, ...]
    counts: Counts
    areas_total: int
    areas_with_figures: int
    indicators_total: int
    lamps_tell: bool


LAMPS_SHARE = 2  # known figures per coloured lamp, above which the lamp view says too little


def read(snapshot: SnapshotLike, query: Query, sight: Sight, *, headline_only: bool = True) -> National:
    """Return the matrix of the areas a reader may see."""
    pack = snapshot.pack
    indicators = reading.ordered_indicators(pack, headline_only=headline_only)
    areas = [area for area in pack.areas.values() if area.code in sight.figures]
    ids, codes = [i.id for i in indicators], [a.code for a in areas]
    cells = reading.latest(snapshot, query, sight, indicators=ids, areas=codes)
    rows = tuple(_row(reading.area_ref(area), tuple(cells[i, area.code] for i in ids)) for area in areas)
    columns = tuple(
        Column(
            indicator=reading.indicator_ref(pack, indicator),
            known=sum(cells[indicator.id, code].known for code in codes),
            total=len(codes),
        )
        for indicator in indicators
    )
    counts = count([figure for row in rows for figure in row.figures])
    return National(
        frame=reading.frame_of(snapshot, query, periods=_periods(snapshot)),
        spans=_spans(columns),
        columns=columns,
        rows=rows,
        counts=counts,
        areas_total=len(pack.areas),
        areas_with_figures=sum(row.counts.known > 0 for row in rows),
        indicators_total=len(pack.indicators),
        lamps_tell=0 < counts.known <= LAMPS_SHARE * (counts.green + counts.yellow + counts.red),
    )


def _row(area: AreaRef, figures: tuple[Figure, ...]) -> AreaRow:
    return AreaRow(area=area, figures=figures, counts=count(figures))


def _spans(columns: tuple[Column, ...]) -> tuple[Span, ...]:
    names = [column.indicator.pillar for column in columns]
    return tuple(Span(pillar=name, columns=names.count(name)) for name in dict.fromkeys(names))


def _periods(snapshot: SnapshotLike) -> list[str]:
    """Return the periods that hold a known figure, newest first: the choices of the frame bar."""
    known = snapshot.figures.drop_nulls("value")
    return reading.sort_periods(known["period"].unique().to_list())
