"""The statistical bulletin of a realm: what the areas filed, what can be known from it, and why the rest can't."""

from collections.abc import Sequence

import polars as pl

from xinqu.evaluation.index import IndexResult
from xinqu.policy.pack import Pack
from xinqu.reporting.bulletin_areas import area_section
from xinqu.reporting.bulletin_index import index_section, lamp_section
from xinqu.reporting.bulletin_notes import conflict_section, method_section
from xinqu.reporting.bulletin_pillars import pillar_section
from xinqu.reporting.compose import both, cell, chart_edition, day, edition_words, issuer_of, joined, say
from xinqu.reporting.items import Facts, latest_items, reported_items
from xinqu.reporting.latest import indicators_on, latest_figures, series_of
from xinqu.reporting.model import MODEL_VERSION, Chart, Column, Edition, Paragraph, Point, Report, Section, Table
from xinqu.reporting.numbers import zh_ordinal
from xinqu.reporting.register import FigureRegister, area_name
from xinqu.reporting.sources import Provenance
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import Unknown

_NATURE = {
    Realm.OFFICIAL: Text(
        "数据由各新区依法报送，经省级核定、国家接收。",
        "Figures were filed by the areas, approved by the provinces and accepted nationally.",
    ),
    Realm.PUBLISHED: Text(
        "全部数字摘自公开来源，经系统按报表重新录入、校核和计算；本件为系统演示，不是任何机关发布的统计公报。",
        "All figures are taken from public sources, entered as returns, checked and computed again; "
        "this is a demonstration, not a bulletin issued by any authority.",
    ),
    Realm.REHEARSAL: Text(
        "全部数字由程序模拟生成，只用于演练，不反映任何新区的实际情况，不得引用。",
        "All figures are simulated for rehearsal; they describe no real area and must not be quoted.",
    ),
}


def bulletin_model(
    pack: Pack,
    figures: pl.DataFrame,
    lamps: pl.DataFrame | None,
    submissions: pl.DataFrame,
    *,
    edition: Edition,
    index: IndexResult | None = None,
    facts: Facts | None = None,
    provenance: Provenance | None = None,
    issuer: Text | None = None,
) -> Report:
    """Return the bulletin of one realm at one vintage.

    Args:
        figures, lamps: the frames of docs/architecture.md; lamps None where no target runs.
        submissions: one row per accepted return: area, form, period.
        index: of one year; facts: by form, for the items that areas filed as such.
        provenance: from ``sources.provenance_of``, where values come from published sources.
        issuer: who issues it; needed in an official realm only.

    Returns:
        A pure function of the arguments: equal frames give equal bytes.
    """
    register = FigureRegister(pack)
    latest = latest_figures(figures, pack, as_of=edition.as_of)
    series = series_of(figures, pack)
    report = pack.reports["bulletin"]
    sections = [_overview(pack, latest, submissions, edition)]
    sections += [
        pillar_section(pack, line.title, line.indicators, latest, register=register, edition=edition)
        for line in report.lines
    ]
    items = latest_items(reported_items(facts or {}, pack))
    sections.append(area_section(pack, latest, series, items, register=register))
    if lamps is not None:
        sections.append(lamp_section(pack, lamps))
    sections.append(index_section(pack, index, edition=edition))
    if provenance is not None and provenance.conflicts.height:
        sections.append(conflict_section(pack, provenance.conflicts))
    sections.append(method_section(pack, edition=edition, sources=provenance.sources if provenance else None))
    return Report(
        model_version=MODEL_VERSION,
        kind="bulletin",
        title=report.title,
        subtitle=edition_words(edition),
        issuer=issuer_of(edition.realm, issuer),
        mark=edition.realm.mark,
        edition=edition,
        coverage=_coverage(pack, latest, submissions),
        sections=tuple(sections),
        figures=register.figures,
    )


def _overview(pack: Pack, latest: pl.DataFrame, submissions: pl.DataFrame, edition: Edition) -> Section:
    counts = _count_by_area(pack, latest, submissions)
    return Section(
        heading=Text("总体情况", "Overview"),
        blocks=(
            _basis(pack, edition),
            _filed(pack, submissions, edition),
            _known(pack, latest, edition),
            _coverage_table(pack, counts),
            _coverage_map(pack, counts, edition),
        ),
    )


def _basis(pack: Pack, edition: Edition) -> Paragraph:
    nature, article = _NATURE[edition.realm], pack.reports["bulletin"].lines[0].article
    return say(
        "本公报依据《{title.zh}》第{article.zh}条编制，范围为{n}个{areas.zh}。{nature.zh}",
        "This bulletin serves Article {article.en} of {document} and covers {n} {areas.en}. {nature.en}",
        title=pack.info.title,
        document=pack.info.document,
        article=Text(zh_ordinal(article), str(article)),
        areas=pack.info.areas_called,
        n=len(pack.areas),
        nature=nature,
    )


def _filed(pack: Pack, submissions: pl.DataFrame, edition: Edition) -> Paragraph:
    filed = set(submissions["area"].unique())
    silent = [area_name(pack, code) for code in pack.areas if code not in filed]
    tail = joined(silent)
    missing = Text(f"{tail.zh}尚无报送。", f"Nothing was filed by {tail.en}.") if silent else Text("", "")
    as_of = day(edition.as_of)
    return say(
        "截至{as_of.zh}（第{vintage}号事件），{n}个新区报送报表{returns}份，涉及{forms}种（地区报表共{all_forms}种）。{missing.zh}",
        "As of {as_of.en} (event {vintage}), {n} areas had filed {returns} returns on {forms} of {all_forms} area forms. {missing.en}",
        as_of=as_of,
        vintage=edition.vintage,
        n=len(filed),
        returns=submissions.height,
        forms=submissions["form"].n_unique(),
        all_forms=len(pack.area_forms),
        missing=missing,
    )


def _known(pack: Pack, latest: pl.DataFrame, edition: Edition) -> Paragraph:
    valued = latest.filter(pl.col("value").is_not_null())
    unfiled = latest.filter(pl.col("unknown") == Unknown.MISSING).height
    due = indicators_on(pack, edition.as_of)
    headline = [i for i in due if pack.indicators[i].headline]
    known = set(valued["indicator"].unique())
    return say(
        "{n}项指标中，{known}项至少在一个新区可以算出；{head}项头条指标中有{known_head}项。按指标和新区逐一计共{cells}个，"
        "已知{valued}个，未报{unfiled}个，因其他原因无法判定{other}个。不知道的一律写明原因，不以零、上期数或估计数代替。",
        "Of {n} indicators {known} can be computed for at least one area, of {head} headline indicators {known_head}. "
        "Of {cells} pairs of indicator and area {valued} are known, {unfiled} were not filed and {other} can't be told "
        "for other reasons. What is not known is printed with its reason, never as zero, last value or estimate.",
        n=len(due),
        known=len(known),
        head=len(headline),
        known_head=len(known.intersection(headline)),
        cells=latest.height,
        valued=valued.height,
        unfiled=unfiled,
        other=latest.height - valued.height - unfiled,
    )


def _coverage(pack: Pack, latest: pl.DataFrame, submissions: pl.DataFrame) -> Text:
    areas, filed = len(pack.areas), submissions["area"].n_unique()
    known = latest["value"].is_not_null().sum()
    return Text(
        f"{areas}个新区中{filed}个有报送；{latest.height}个应算指标值中{known}个已知",
        f"{filed} of {areas} areas filed; {known} of {latest.height} figures known",
    )


def _count_by_area(pack: Pack, latest: pl.DataFrame, submissions: pl.DataFrame) -> list[dict[str, object]]:
    """Return per area: forms, returns, last period filed, known, known_headline."""
    headline = [i for i, record in pack.indicators.items() if record.headline]
    valued = pl.col("value").is_not_null()
    known = latest.group_by("area").agg(
        known=valued.sum(), known_headline=(valued & pl.col("indicator").is_in(headline)).sum()
    )
    filed = submissions.group_by("area").agg(
        forms=pl.col("form").n_unique(), returns=pl.len(), periods=pl.col("period").unique()
    )
    grid = pl.DataFrame({"area": list(pack.areas)}, schema={"area": pl.String})
    joined_frame = grid.join(filed, on="area", how="left").join(known, on="area", how="left")
    return joined_frame.sort(pl.col("area").replace_strict({c: n for n, c in enumerate(pack.areas)})).to_dicts()


def _coverage_table(pack: Pack, counts: Sequence[dict[str, object]]) -> Table:
    heads = (
        (Text("新区", "Area"), "left", 4),
        (Text("省份", "Province"), "left", 3),
        (Text("批复日期", "Approved"), "center", 4),
        (Text("报表种类", "Forms"), "right", 3),
        (Text("报表份数", "Returns"), "right", 3),
        (Text("最近报告期", "Last period"), "center", 4),
        (Text("已知指标", "Known"), "right", 3),
        (Text("已知头条", "Headline"), "right", 3),
    )
    columns = tuple(Column(head=head, align=align, width=width) for head, align, width in heads)  # type: ignore[arg-type]
    rows = []
    for count in counts:
        area = pack.areas[str(count["area"])]
        rows.append(
            (
                cell(area_name(pack, str(count["area"]))),
                cell(area.province),
                cell(both(area.approved_on.isoformat())),
                cell(both(count["forms"] or 0)),
                cell(both(count["returns"] or 0)),
                cell(_last_period(count["periods"])),
                cell(both(count["known"] or 0)),
                cell(both(count["known_headline"] or 0)),
            )
        )
    return Table(
        caption=Text("各新区报送情况与已知指标", "What each area filed, and what is known"),
        columns=columns,
        rows=tuple(rows),
    )


def _last_period(periods: object) -> Text:
    texts = periods if isinstance(periods, list) else []
    if not texts:
        return Text("未报", "not filed")
    last = max((Period.parse(text) for text in texts), key=lambda p: (p.end, p.frequency.per_year))
    return both(last)


def _coverage_map(pack: Pack, counts: Sequence[dict[str, object]], edition: Edition) -> Chart:
    known = {str(count["area"]): int(str(count["known"] or 0)) for count in counts}
    points = tuple(
        Point(
            label=area_name(pack, code),
            value=str(known[code]),
            lon=area.seat_lon,
            lat=area.seat_lat,
            shown=both(known[code]),
        )
        for code, area in pack.areas.items()
    )
    silent = sum(value == 0 for value in known.values())
    total = len(indicators_on(pack, edition.as_of))
    return Chart(
        form="map",
        title=Text(
            f"{len(known) - silent}个新区至少有1项指标可知，{silent}个没有",
            f"{len(known) - silent} areas have at least one known indicator, {silent} none",
        ),
        measure=Text(f"已知指标数（共{total}项）", f"number of known indicators (of {total})"),
        points=points,
        duties=(
            Text("示意：点位为新区驻地的概略位置，不是边界", "Schematic: dots mark rough seats, no boundaries"),
            *chart_edition(edition),
        ),
    )
