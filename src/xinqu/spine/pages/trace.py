"""One figure's page: its walk back to file and source, its neighbours in time, and what a reader may see of it."""

import msgspec

from xinqu.spine import trace as walking
from xinqu.spine.pages import reading
from xinqu.spine.pages.model import AreaRef, Figure, Frame, IndicatorRef, Query, Sight
from xinqu.spine.snapshot import Snapshot
from xinqu.vocabulary.identifiers import FigureId


class TraceView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one figure.

    ``walk`` holds formula, inputs, returns with hands, checks and sentences; when ``open_records`` is False the reader
    may see the figure and not its returns, and the walk holds none of them. ``earlier`` and ``later`` are the
    neighbouring periods of the same frequency, "" at the ends.
    """

    frame: Frame
    indicator: IndicatorRef
    area: AreaRef
    figure: Figure
    walk: walking.Walk
    earlier: str
    later: str
    open_records: bool


def read(snapshot: Snapshot, query: Query, sight: Sight, *, wanted: FigureId) -> TraceView | None:
    """Return the page of a figure; None when it does not exist or lies outside the reader's sight."""
    pack = snapshot.pack
    indicator = pack.indicators.get(wanted.indicator)
    if indicator is None or wanted.area not in sight.figures:
        return None
    everything = msgspec.structs.replace(query, period="", scope="")
    history = reading.series(snapshot, everything, sight, indicators=[indicator.id], areas=[wanted.area])
    own = reading.of_frequency(history.get((indicator.id, wanted.area), ()), wanted.period.frequency)
    place = next((n for n, figure in enumerate(own) if figure.period == str(wanted.period)), None)
    if place is None:
        return None
    is_open = wanted.area in sight.returns
    walk = walking.trace(snapshot, wanted)
    return TraceView(
        frame=reading.frame_of(snapshot, query),
        indicator=reading.indicator_ref(pack, indicator),
        area=reading.area_ref(pack.areas[wanted.area]),
        figure=own[place],
        walk=walk if is_open else _without_returns(walk),
        earlier=own[place - 1].period if place else "",
        later=own[place + 1].period if place + 1 < len(own) else "",
        open_records=is_open,
    )


def _without_returns(walk: walking.Walk) -> walking.Walk:
    """Return the walk without what stands in returns: inputs, checks, files and hands."""
    bare = msgspec.structs.replace(walk.trace, inputs=(), checks=())
    return msgspec.structs.replace(walk, trace=bare, returns=())
