"""The releases of figures: what each was when it first became known and after every corrected return."""

from collections.abc import Collection, Mapping

import polars as pl

from xinqu.engines.facts import empty_facts, rows_to_facts
from xinqu.indicators.compile import compile_figures
from xinqu.indicators.revisions import FIGURE, OBSERVED, releases
from xinqu.shapes import statistical_return
from xinqu.spine.compact import rows_of
from xinqu.spine.snapshot import Snapshot

_KEY = [name for name in statistical_return.KEY if name not in {"realm", "version"}]
_UNIT = ["area", "sub_unit", "period"]


def releases_of(
    snapshot: Snapshot,
    *,
    indicators: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    periods: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return ``indicators.revisions.releases`` of the figures known at the snapshot's vintage.

    Every release is computed by the pack and the formulas of that vintage, so that a revision is one of data: a figure
    that a new pack defines anew is not revised. A figure is looked at before and after each acceptance that replaced
    an accepted return of one of its forms in its area. ``indicators``, ``areas``, ``periods``: only these; None: all.
    """
    accepted = snapshot.submissions.filter(pl.col("accepted_event").is_not_null())
    parts = [_observed(snapshot.figures, accepted)]
    corrections = _corrections(accepted, areas)
    for (area,), of_area in corrections.partition_by("area", as_dict=True, maintain_order=True).items():
        rows = _rows(snapshot, accepted.filter(pl.col("area") == area))
        for form, event in of_area.select("form", "accepted_event").iter_rows():
            concerned = [
                indicator.id
                for indicator in snapshot.pack.indicators.values()
                if form in indicator.forms and (indicators is None or indicator.id in indicators)
            ]
            if concerned:
                parts += [
                    _observed(
                        _figures(snapshot, rows, concerned, str(area), upto),
                        accepted.filter(pl.col("accepted_event") <= upto),
                    )
                    for upto in (event - 1, event)
                ]
    found = pl.concat(parts)
    for name, wanted in zip(FIGURE, (indicators, areas, periods), strict=True):
        if wanted is not None:
            found = found.filter(pl.col(name).is_in(list(wanted)))
    return releases(found)


def with_reasons(snapshot: Snapshot, released: pl.DataFrame) -> pl.DataFrame:
    """Return releases with the form whose acceptance made each known and, of a correction, its reason code."""
    accepted = snapshot.submissions.filter(pl.col("accepted_event").is_not_null())
    said = accepted.select(
        pl.col("accepted_event").alias("event"), "form", "version", pl.col("revision").alias("reason")
    )
    return released.join(said.unique(subset="event", keep="first"), on="event", how="left", maintain_order="left")


def revised_returns(snapshot: Snapshot, form: str) -> list[tuple[str, str]]:
    """Return area and period of the areas' own returns of ``form`` that were accepted again after a first acceptance."""
    accepted = snapshot.submissions.filter(pl.col("accepted_event").is_not_null() & (pl.col("form") == form))
    again = _corrections(accepted, None).filter(pl.col("sub_unit") == "")
    return again.select("area", "period").unique(maintain_order=True).rows()


def _corrections(accepted: pl.DataFrame, areas: Collection[str] | None) -> pl.DataFrame:
    """Return the acceptances that replaced an accepted return of the same key, in order."""
    again = accepted.filter(pl.col("accepted_event") > pl.col("accepted_event").min().over(_KEY))
    mine = again if areas is None else again.filter(pl.col("area").is_in(list(areas)))
    return mine.sort("accepted_event")


def _rows(snapshot: Snapshot, accepted: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the canonical rows of every accepted version, by form."""
    return {
        str(form): rows_of(snapshot.workspace, snapshot.realm, str(form), mine, cached=snapshot.cached).drop(
            "rows_hash", "note"
        )
        for (form,), mine in accepted.partition_by("form", as_dict=True).items()
    }


def _figures(
    snapshot: Snapshot, rows: Mapping[str, pl.DataFrame], indicators: list[str], area: str, upto: int
) -> pl.DataFrame:
    """Return the figures of one area as they were known at event ``upto``."""
    pack = snapshot.pack
    facts = {form: empty_facts(pack, form) for form in pack.forms}
    for form, versions in rows.items():
        known = versions.filter(pl.col("event") <= upto)
        current = known.filter(pl.col("event") == pl.col("event").max().over(_UNIT))
        if not current.is_empty():
            facts[form] = rows_to_facts(pack, form, current)
    return compile_figures(pack, facts, as_of=snapshot.as_of, areas=[area], indicators=indicators)


def _observed(figures: pl.DataFrame, accepted: pl.DataFrame) -> pl.DataFrame:
    """Return known figures with the acceptance that made their value known: the last one among their returns.

    ``accepted`` are the acceptances until then; the same content may have been accepted twice, with another in between.
    """
    events = (
        accepted.sort("accepted_event")
        .select(
            pl.col("content_hash").alias("submissions"),
            pl.col("accepted_event").alias("event"),
            pl.col("accepted_at").dt.convert_time_zone("Asia/Shanghai").dt.date().alias("known_on"),
        )
        .unique(subset="submissions", keep="last")
    )
    known = figures.filter(pl.col("value").is_not_null()).explode("submissions").join(events, on="submissions")
    return (
        known.group_by(FIGURE, maintain_order=True)
        .agg(pl.col("event").max(), pl.col("known_on").sort_by("event").last(), pl.col("value").first())
        .select(pl.col(name).cast(kind) for name, kind in OBSERVED.items())
    )
