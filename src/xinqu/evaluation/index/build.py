"""Builds the index of a year from figures: who is scored, with what, how sure the order is, and what is missing."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import msgspec
import numpy as np
import polars as pl

from xinqu.engines.cross_rows import peer_group
from xinqu.evaluation.index.points import Matrix, points, standard_scores
from xinqu.evaluation.index.scheme import Scheme, scheme_of
from xinqu.evaluation.index.score import score
from xinqu.evaluation.index.tables import Inputs, ahead_frame, indicator_frame, pillar_frame, score_frame
from xinqu.evaluation.index.uncertainty import rank_areas
from xinqu.monitoring.directions import parse_direction
from xinqu.monitoring.series import annual_values
from xinqu.policy.model import Framework
from xinqu.policy.pack import Pack
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

DRAWS = 1000


class IndexResult(msgspec.Struct, frozen=True):
    """The index of one year.

    ``status`` is ``trial`` until ``framework.adopted`` names the framework. Frames:

    - ``scores``: area, verdict (``scored`` | ``indeterminate``), score (0..100), rank, rank_low, rank_high, bracket,
      peer_group, peer_rank_low, peer_rank_high, peer_reason, present, expected (counts of indicators), missing (list of
      indicators), short_pillars (list: below the coverage), renormalised (list: pillars scored with some missing).
      No order is claimed inside a bracket. Rows by score, then the areas not scored.
    - ``pillars``: area, pillar, score, weight, contribution (points of the total), present, expected, is_covered.
    - ``indicators``: area, indicator, pillar, period, value, points, weight (nominal, of the whole), reason.
    - ``ahead``: area, other, share of draws in which area is before other.
    """

    framework: str
    status: Literal["trial", "adopted"]
    year: int
    draws: int
    seed: int
    coverage_min: Fraction
    scores: pl.DataFrame
    pillars: pl.DataFrame
    indicators: pl.DataFrame
    ahead: pl.DataFrame


def build_index(
    pack: Pack,
    figures: pl.DataFrame,
    year: int,
    *,
    seed: int,
    draws: int = DRAWS,
    framework: str = "",
    facts: Mapping[str, pl.DataFrame] | None = None,
    events: pl.DataFrame | None = None,
) -> IndexResult:
    """Build the index of ``year``.

    Args:
        pack: gives framework, coverage, areas and peer groups.
        figures: the figures frame; of a shorter indicator the last period of the year counts.
        year: the year evaluated.
        seed: of the uncertainty draws; the same seed gives the same result.
        draws: recomputations behind the rank intervals.
        framework: id; "" takes the newest one valid at the end of the year.
        facts: facts by form, for caps that are items (``cap_share``); without them such points are unknown.
        events: the log, for ``framework.adopted``.

    Raises:
        Refused: XQ-EVALUATION-001 to -003 when the framework can't be computed, -004 when there is none.
    """
    chosen = _framework(pack, framework, year)
    scheme = scheme_of(chosen)
    closing = dt.date(year, 12, 31)
    coverage = _parameter(pack, "framework_coverage_min", closing)
    inputs = _inputs(pack, scheme, figures, year, facts or {})
    nominal = points(scheme, inputs.values, inputs.caps, efficacy=_efficacy(pack, scheme, closing))
    scores = score(scheme, nominal, coverage)
    scored = np.flatnonzero(~np.isnan(scores.total))
    variants = np.stack([nominal[scored], standard_scores(scheme, inputs.values[scored], inputs.caps[scored])])
    ranking = rank_areas(scheme, scores.total[scored], variants, draws=draws, seed=seed) if scored.size else None
    peers = {code: peer_group(pack, area.region) for code, area in pack.areas.items()}
    peers_min = int(_parameter(pack, "peer_group_min", closing))
    return IndexResult(
        framework=chosen.id,
        status=_status(chosen, events, year),
        year=year,
        draws=draws,
        seed=seed,
        coverage_min=coverage,
        scores=score_frame(scheme, inputs, nominal, scores, scored, ranking, peers, peers_min),
        pillars=pillar_frame(scheme, inputs, scores),
        indicators=indicator_frame(scheme, inputs, nominal),
        ahead=ahead_frame(inputs.areas, scored, ranking),
    )


def _framework(pack: Pack, identity: str, year: int) -> Framework:
    """Return the named framework, else the newest one valid at the end of ``year``."""
    valid = [f for f in pack.frameworks.values() if f.valid_from <= dt.date(year, 12, 31) and identity in ("", f.id)]
    if not valid:
        raise Refused(
            Problem(
                code="XQ-EVALUATION-004",
                what=Text(
                    f"{year}年没有可用的评价方案{identity}",
                    f"no framework {identity} is valid in {year}".replace("  ", " "),
                ),
                where=Where(subject="frameworks"),
                why=Text("没有方案就没有权重与满意值", "without one there are neither weights nor goalposts"),
                fix=Text("改用 frameworks/ 中的编号与生效年份", "take an id and a year of a framework in frameworks/"),
            )
        )
    return max(valid, key=lambda f: (f.valid_from, f.id))


def _status(framework: Framework, events: pl.DataFrame | None, year: int) -> Literal["trial", "adopted"]:
    if events is None:
        return "trial"
    adopted = read_events(events, ["framework.adopted"], ["scheme", "valid_from"]).filter(
        (pl.col("scheme") == framework.id) & (pl.col("valid_from").fill_null("") <= f"{year}-12-31")
    )
    return "trial" if adopted.is_empty() else "adopted"


def _efficacy(pack: Pack, scheme: Scheme, day: dt.date) -> tuple[float, float]:
    """Return base and span of efficacy coefficients; zeros, which nobody reads, where the scheme has none."""
    if "efficacy" not in scheme.methods:
        return 0.0, 0.0
    return float(_parameter(pack, "efficacy_base", day)), float(_parameter(pack, "efficacy_span", day))


def _parameter(pack: Pack, identity: str, day: dt.date) -> Fraction:
    parameter = pack.parameters.get(identity)
    version = parameter.on(day) if parameter else None
    if version is None:
        raise Refused(
            Problem(
                code="XQ-EVALUATION-005",
                what=Text(
                    f"参数 {identity} 在 {day} 没有有效版本", f"the parameter {identity} has no version on {day}"
                ),
                where=Where(subject=f"parameter {identity}"),
                why=Text("评价不能用未生效的数值", "the index may not use a number that is not in force"),
                fix=Text(
                    "改选年份，或在 parameters/ 中补充有出处的版本",
                    "take another year, or add a cited version in parameters/",
                ),
            )
        )
    return version.exact


def _inputs(pack: Pack, scheme: Scheme, figures: pl.DataFrame, year: int, facts: Mapping[str, pl.DataFrame]) -> Inputs:
    """Lay the figures of ``year`` out as (areas, indicators) in the order of the pack and the scheme."""
    areas = tuple(pack.areas)
    grid = pl.DataFrame({"area": areas}).join(pl.DataFrame({"indicator": scheme.indicators}), how="cross")
    of_year = annual_values(figures.filter(pl.col("indicator").is_in(scheme.indicators))).filter(pl.col("year") == year)
    long = grid.join(of_year, on=["area", "indicator"], how="left", maintain_order="left")
    shape = (len(areas), len(scheme.indicators))
    values = long.get_column("value").cast(pl.Float64).fill_null(float("nan")).to_numpy().reshape(shape).copy()
    return Inputs(areas=areas, values=values, caps=_caps(pack, scheme, areas, year, facts), long=long)


def _caps(pack: Pack, scheme: Scheme, areas: tuple[str, ...], year: int, facts: Mapping[str, pl.DataFrame]) -> Matrix:
    """Return the caps of ``cap_share`` indicators, NaN elsewhere and where the capping item is not reported."""
    caps = np.full((len(areas), len(scheme.indicators)), np.nan)
    for n, (indicator, method) in enumerate(zip(scheme.indicators, scheme.methods, strict=True)):
        item = parse_direction(pack.indicators[indicator]).item
        rows = facts.get(pack.form_of_item[item]) if item and method == "cap_share" else None
        if rows is not None and item in rows.columns:
            of_year = rows.filter((pl.col("sub_unit") == "") & (pl.col("period") == str(year)))
            by_area = dict(of_year.select("area", item).iter_rows())
            caps[:, n] = [value if (value := by_area.get(area)) is not None else np.nan for area in areas]
    return caps
