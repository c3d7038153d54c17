"""The tables behind the pages as flat frames: the same rows as on the page, each number with all that travels with it."""

from collections.abc import Iterable

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.spine.pages.article import ArticleList, ArticleView
from xinqu.spine.pages.indicator import IndicatorList
from xinqu.spine.pages.model import Figure, Frame
from xinqu.spine.pages.national import National

_LAMP = {"lamp": pl.String, "lamp_reason": pl.String, "lamp_expected": pl.Float64, "lamp_target": pl.String}
FIGURE_SCHEMA: dict[str, type[pl.DataType]] = {
    "indicator": pl.String, "indicator_zh": pl.String, "indicator_en": pl.String,
    "area": pl.String, "area_zh": pl.String, "area_en": pl.String,
    "period": pl.String, "value": pl.Float64, "unit": pl.String, "unknown": pl.String,
    "scope": pl.String, "origin": pl.String, "status": pl.String, "uncertainty": pl.String,
    "later_period": pl.String, "later_unknown": pl.String, **_LAMP,
    "realm": pl.String, "vintage": pl.Int64, "as_of": pl.String, "pack": pl.String, "trace": pl.String,
}  # fmt: skip
NOT_KNOWN = "not known"  # no figure carries an uncertainty yet; the column says so instead of missing


def figures_table(frame: Frame, pack: Pack, figures: Iterable[Figure]) -> pl.DataFrame:
    """Return figures as rows of `FIGURE_SCHEMA`; ``trace`` is the figure's address inside realm and vintage."""
    return pl.DataFrame([_figure_row(frame, pack, figure) for figure in figures], schema=FIGURE_SCHEMA)


def _figure_row(frame: Frame, pack: Pack, figure: Figure) -> dict[str, object]:
    indicator, area, lamp = pack.indicators[figure.indicator], pack.areas[figure.area], figure.lamp
    return {
        "indicator": figure.indicator,
        "indicator_zh": indicator.name.zh,
        "indicator_en": indicator.name.en,
        "area": figure.area,
        "area_zh": area.name.zh,
        "area_en": area.name.en,
        "period": figure.period,
        "value": figure.value,
        "unit": figure.unit,
        "unknown": figure.unknown,
        "scope": figure.scope,
        "origin": figure.origin,
        "status": figure.status,
        "uncertainty": NOT_KNOWN,
        "later_period": figure.later_period,
        "later_unknown": figure.later_unknown,
        "lamp": lamp.colour if lamp else "",
        "lamp_reason": lamp.reason.en if lamp else "",
        "lamp_expected": lamp.expected if lamp else None,
        "lamp_target": lamp.target if lamp else "",
        "realm": str(frame.realm),
        "vintage": frame.vintage,
        "as_of": frame.as_of.isoformat(),
        "pack": frame.pack_version,
        "trace": f"{figure.indicator}/{figure.area}/{figure.period}" if figure.period else "",
    }


def article_table(page: ArticleView) -> pl.DataFrame:
    """Return the sentences of an article with what serves them; lists are joined by ";"."""
    rows = [
        {
            "sentence": s.id,
            "kind": s.kind,
            "text_zh": s.text.zh,
            "text_en": s.text.en,
            "zh_status": s.zh_status,
            "instruments": ";".join(t.id for t in s.measure.tools) if s.measure else "",
            "indicators": ";".join(r.indicator.id for r in s.measure.readings) if s.measure else "",
            "silent": s.measure.silent if s.measure else None,
        }
        for s in page.sentences
    ]
    return pl.DataFrame(rows, schema_overrides={"silent": pl.Boolean})


def articles_table(page: ArticleList) -> pl.DataFrame:
    """Return the articles with their counts."""
    return pl.DataFrame(
        [
            {
                "article": a.article,
                "title_zh": a.title.zh,
                "title_en": a.title.en,
                "sentences": a.sentences,
                "measures": a.measures,
                "instruments": a.tools,
                "indicators": a.indicators,
                "silent": a.silent,
            }
            for a in page.articles
        ]
    )


def areas_table(page: National) -> pl.DataFrame:
    """Return the areas with their counts of known figures and of lamps."""
    return pl.DataFrame(
        [
            {
                "area": row.area.code, "area_zh": row.area.name.zh, "area_en": row.area.name.en,
                "province_zh": row.area.province.zh, "region": row.area.region, "seat_lon": row.area.lon,
                "seat_lat": row.area.lat, "known": row.counts.known, "indicators": row.counts.total,
                "green": row.counts.green, "yellow": row.counts.yellow, "red": row.counts.red, "grey": row.counts.grey,
            }
            for row in page.rows
        ]
    )  # fmt: skip


def indicators_table(page: IndicatorList) -> pl.DataFrame:
    """Return the indicators with the number of areas known and of lamps."""
    return pl.DataFrame(
        [
            {
                "indicator": e.indicator.id, "indicator_zh": e.indicator.name.zh, "indicator_en": e.indicator.name.en,
                "pillar": pillar, "unit": e.indicator.unit, "direction": e.indicator.direction,
                "frequency": e.frequency, "headline": e.indicator.headline, "known": e.counts.known,
                "areas": e.counts.total, "green": e.counts.green, "yellow": e.counts.yellow, "red": e.counts.red,
                "grey": e.counts.grey,
            }
            for pillar, listed in page.pillars
            for e in listed
        ]
    )  # fmt: skip
