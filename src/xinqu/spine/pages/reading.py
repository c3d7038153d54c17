"""How pages read a snapshot: the frame, headings, and figures with their lamps inside a reader's sight."""

from collections.abc import Iterable
from functools import lru_cache

import polars as pl

from xinqu.monitoring.reasons import reason_label
from xinqu.policy import model as policy
from xinqu.policy.pack import Pack
from xinqu.spine.pages.model import AreaRef, Figure, Frame, IndicatorRef, Lamp, Query, Row, Sight, SnapshotLike
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.text import Text

_KEY = ["indicator", "area"]


def area_ref(area: policy.Area) -> AreaRef:
    """Return an area as a heading."""
    return AreaRef(
        code=area.code,
        name=area.name,
        short=area.short,
        province=area.province,
        region=area.region,
        lon=float(area.seat_lon),
        lat=float(area.seat_lat),
    )


def indicator_ref(pack: Pack, indicator: policy.Indicator) -> IndicatorRef:
    """Return an indicator as a heading; its unit is named by the pack's list of units."""
    unit = pack.units.get(indicator.unit)
    return IndicatorRef(
        id=indicator.id,
        name=indicator.name,
        short=indicator.short,
        unit=indicator.unit,
        unit_name=unit.name if unit else Text(indicator.unit, indicator.unit),
        pillar=indicator.pillar,
        direction=indicator.direction,
        headline=indicator.headline,
    )


def ordered_indicators(pack: Pack, *, headline_only: bool) -> list[policy.Indicator]:
    """Return the indicators by pillar in the order of CL_PILLAR, then id; pillars that it lacks come last."""
    rank = {pillar: number for number, pillar in enumerate(pack.codelists.get("CL_PILLAR", {}))}
    chosen = (i for i in pack.indicators.values() if i.headline or not headline_only)
    return sorted(chosen, key=lambda i: (rank.get(i.pillar, len(rank)), i.pillar, i.id))


def frame_of(snapshot: SnapshotLike, query: Query, *, periods: Iterable[str] = ()) -> Frame:
    """Return the frame of a page; ``periods`` are those a reader may choose, newest first."""
    pack = snapshot.pack
    origins = snapshot.figures["origin"].unique().to_list() if snapshot.figures.height else []
    return Frame(
        realm=snapshot.realm,
        vintage=snapshot.vintage,
        as_of=snapshot.as_of,
        head_hash=snapshot.head_hash,
        pack_id=pack.info.id,
        pack_version=pack.info.version,
        pack_sha256=pack.sha256,
        query=query,
        periods=tuple(periods),
        scopes=tuple(pack.codelists.get("CL_SCOPE", {})),
        simulated="simulated" in origins,
    )


@lru_cache(maxsize=4096)
def _end_ordinal(period: str) -> int:
    """Return a number that orders periods of all frequencies by their last day; the longer period comes last."""
    parsed = Period.parse(period)
    return parsed.end.toordinal() * 100 + 12 // parsed.frequency.per_year


def sort_periods(periods: Iterable[str], *, newest_first: bool = True) -> list[str]:
    """Return distinct periods in order of their last day."""
    return sorted(set(periods), key=_end_ordinal, reverse=newest_first)


def _with_end(figures: pl.DataFrame) -> pl.DataFrame:
    periods = figures["period"].unique().to_list()
    ends = pl.DataFrame(
        {"period": periods, "end": [_end_ordinal(p) for p in periods]}, schema={"period": pl.String, "end": pl.Int64}
    )
    return figures.join(ends, on="period", how="left")


def _in_frame(snapshot: SnapshotLike, query: Query, indicators: list[str], areas: list[str]) -> pl.DataFrame:
    figures = snapshot.figures.filter(pl.col("indicator").is_in(indicators), pl.col("area").is_in(areas))
    figures = _with_end(figures)
    return figures.filter(pl.col("end") <= _end_ordinal(query.period)) if query.period else figures


def latest(
    snapshot: SnapshotLike, query: Query, sight: Sight, *, indicators: list[str], areas: list[str]
) -> dict[tuple[str, str], Figure]:
    """Return for each indicator and area the latest known figure up to the period asked for.

    When the newest due figure is not known, the older number is given and ``later_*`` says so; when none is known,
    the newest due one with its reason. The lamp is always that of the newest due period.
    """
    visible = [area for area in areas if area in sight.figures]
    framed = _in_frame(snapshot, query, indicators, visible).sort("end")
    wanted = pl.col("value").is_not_null()
    if query.scope:
        wanted = wanted & pl.col("scope").cast(pl.String).str.starts_with(query.scope)
    newest = framed.group_by(_KEY, maintain_order=True).last()
    newest_known = framed.filter(wanted).group_by(_KEY, maintain_order=True).last()
    due = {_key(row): row for row in newest.iter_rows(named=True)}
    known = {_key(row): row for row in newest_known.iter_rows(named=True)}
    lamps = _lamps_of(snapshot, sight, newest)
    return {
        (indicator, area): _pick(snapshot.pack, (indicator, area), due, known, lamps)
        for indicator in indicators
        for area in areas
    }


def _key(row: Row) -> tuple[str, str]:
    return row["indicator"], row["area"]


def _pick(
    pack: Pack,
    key: tuple[str, str],
    due: dict[tuple[str, str], Row],
    known: dict[tuple[str, str], Row],
    lamps: dict[tuple[str, str, str], Lamp],
) -> Figure:
    indicator, area = key
    newest, number = due.get(key), known.get(key)
    if newest is None:
        return Figure(
            indicator=indicator, area=area, period="", unit=pack.indicators[indicator].unit, unknown="no_figure"
        )
    lamp = lamps.get((indicator, area, newest["period"]))
    if number is None:
        reason = newest["unknown"] or "other_scope"
        return figure_of({**newest, "value": None, "unknown": reason}, lamp)
    if number["period"] == newest["period"]:
        return figure_of(number, lamp)
    later = {"later_period": newest["period"], "later_unknown": newest["unknown"] or "other_scope"}
    return figure_of({**number, **later}, lamp)


def figure_of(row: Row, lamp: Lamp | None) -> Figure:
    """Return a row of the figures frame as a page's figure."""
    return Figure(
        indicator=row["indicator"],
        area=row["area"],
        period=row["period"],
        unit=row["unit"],
        value=row["value"],
        unknown=row["unknown"] or "",
        detail=row["detail"] or "",
        scope=row["scope"] or "",
        origin=row["origin"] or "",
        status=row["status"] or "",
        later_period=row.get("later_period", ""),
        later_unknown=row.get("later_unknown", ""),
        lamp=lamp,
    )


def _lamps_of(snapshot: SnapshotLike, sight: Sight, figures: pl.DataFrame) -> dict[tuple[str, str, str], Lamp]:
    """Return the lamps that a reader may see of the figures given, by indicator, area and period."""
    seen = figures.filter(pl.col("area").is_in(list(sight.lamps)))
    if seen.is_empty():
        return {}
    rows = snapshot.lamps.join(seen.select(*_KEY, "period"), on=[*_KEY, "period"], how="semi")
    return {(row["indicator"], row["area"], row["period"]): _lamp(row) for row in rows.iter_rows(named=True)}


_reason = lru_cache(maxsize=256)(reason_label)


def _lamp(row: Row) -> Lamp:
    return Lamp(
        colour=row["override"] or row["lamp"],
        computed=row["lamp"],
        reason=_reason(row["reason"] or ""),
        period=row["period"],
        override_event=row["override_event"],
        expected=row["expected"],
        band_yellow=row["band_yellow"],
        band_red=row["band_red"],
        target=row["target"] or "",
    )


def series(
    snapshot: SnapshotLike, query: Query, sight: Sight, *, indicators: list[str], areas: list[str]
) -> dict[tuple[str, str], tuple[Figure, ...]]:
    """Return all figures of each indicator and area in order of time, up to the period asked for."""
    visible = [area for area in areas if area in sight.figures]
    framed = _in_frame(snapshot, query, indicators, visible).sort("end")
    lamps = _lamps_of(snapshot, sight, framed)
    out: dict[tuple[str, str], list[Figure]] = {}
    for row in framed.iter_rows(named=True):
        lamp = lamps.get((row["indicator"], row["area"], row["period"]))
        if query.scope and row["value"] is not None and not (row["scope"] or "").startswith(query.scope):
            row = {**row, "value": None, "unknown": "other_scope"}  # noqa: PLW2901 - the row as this frame sees it
        out.setdefault(_key(row), []).append(figure_of(row, lamp))
    return {key: tuple(figures) for key, figures in out.items()}


def of_frequency(figures: tuple[Figure, ...], frequency: Frequency) -> tuple[Figure, ...]:
    """Return the figures of one frequency: a yearly value never stands in a row of quarters."""
    return tuple(figure for figure in figures if Period.parse(figure.period).frequency is frequency)
