"""The bulletin of the real published figures: 211 backfill returns of nineteen areas through checks of form, compile and report."""

import polars as pl
import pytest
from made_reports import AS_OF, edition_of

from xinqu.engines.facts import empty_facts, rows_to_facts
from xinqu.evaluation.index import build_index
from xinqu.indicators.compile import compile_figures
from xinqu.indicators.trace import derive_trace
from xinqu.reporting.bulletin import bulletin_model
from xinqu.reporting.html import render_html, trace_address
from xinqu.reporting.sources import provenance_of
from xinqu.returns.published import published_documents
from xinqu.vocabulary.identifiers import FigureId


@pytest.fixture(scope="module")
def published(pack):
    parts: dict[str, list[pl.DataFrame]] = {}
    for event, document in enumerate(published_documents(pack, as_of=AS_OF), start=1):
        header = document.header
        keys = {name: pl.lit(value) for name, value in header.identity().items() if name != "form_version"}
        row = document.rows.with_columns(
            **keys, submission=pl.lit(document.content_sha256), event=pl.lit(event, pl.Int64)
        )
        parts.setdefault(header.form, []).append(row)
    rows = {form: pl.concat(frames) for form, frames in parts.items()}
    facts = {
        f.id: rows_to_facts(pack, f.id, rows[f.id]) if f.id in rows else empty_facts(pack, f.id)
        for f in pack.area_forms
    }
    return pl.concat(rows.values()), facts


@pytest.fixture(scope="module")
def report(pack, published):
    rows, facts = published
    figures = compile_figures(pack, facts, as_of=AS_OF)
    return bulletin_model(
        pack,
        figures,
        None,
        rows.select("area", "form", "period").unique(),
        edition=edition_of(pack),
        facts=facts,
        index=build_index(pack, figures, 2025, seed=1, facts=facts),
        provenance=provenance_of(rows),
    )


def test_nineteen_areas_and_what_is_known_of_them(report):
    assert report.coverage.zh.startswith("19个新区中19个有报送")
    known = {figure.trace: figure.value for figure in report.figures if figure.value is not None}
    assert known["Q01/nansha/2025-Q1"] == "4"
    assert known["Q01/guian/2024-Q4"] == "21.1"


def test_items_are_quoted_as_filed(report):
    """Pudong's product of 2024, 17,800 亿元 (published_figures.csv, pd-gov2025)."""
    figure = next(f for f in report.figures if f.trace.startswith("xa1_gdp/pudong/"))
    assert figure.unit == "wan_yuan"
    assert (figure.shown.zh, figure.unit_label.zh) == ("17800.00", "亿元")


def test_every_traced_figure_is_what_its_trace_derives(report, pack, published):
    """Each indicator printed leads back: its trace, derived anew from the facts alone, gives the same value and unknown."""
    quoted = [figure for figure in report.figures if not figure.form]
    known = [figure for figure in quoted if figure.value is not None]
    for figure in [*known, *quoted[:: max(len(quoted) // 6, 1)]]:
        derived = derive_trace(pack, published[1], FigureId.parse(figure.trace), as_of=AS_OF).figure
        assert (derived.value is None) == (figure.value is None)
        assert figure.value is None or float(figure.value) == derived.value
        assert figure.unknown is None or figure.unknown == derived.unknown


def test_items_name_their_form_and_return_and_link_nowhere(report):
    items = [figure for figure in report.figures if figure.form]
    assert items
    assert all(figure.records and figure.trace.startswith(f"{figure.form}_") for figure in items)
    html = render_html(report, address=trace_address("/figures/{trace}/"))
    assert "/figures/Q01/nansha/2025-Q1/" in html
    assert "/figures/xa1_gdp/" not in html


def test_both_values_of_sources_in_conflict_are_shown(report, published):
    """data/README: three cells in conflict, Lanzhou 2011, Changchun H1 2021 product and growth."""
    conflicts = provenance_of(published[0]).conflicts
    cells = set(conflicts.filter(pl.col("relation") == "differs").select("area", "item", "period").iter_rows())
    assert {
        ("changchun", "xq1_gdp", "2021-Q2"),
        ("changchun", "xq1_gdp_growth", "2021-Q2"),
        ("lanzhou", "xq1_gdp", "2011-Q4"),
    } <= cells
    section = next(s for s in report.sections if s.heading.zh == "来源不一致的数据")
    told = "".join(part.text.zh for row in section.blocks[1].rows for cell in row for part in cell)
    assert "39.04" in told
    assert "公布位数较少" in told


def test_index_is_indeterminate_and_says_what_is_missing(report):
    section = next(s for s in report.sections if s.heading.zh == "综合评价")
    assert "0个新区可以评分，19个" in section.blocks[0].parts[0].text.zh
    assert len(section.blocks[1].rows) == 19


def test_sources_are_listed_with_their_addresses(published):
    sources = provenance_of(published[0]).sources
    assert sources["figures"].sum() == published[0].filter(pl.col("note") != "")["note"].len()
    assert sources["title"].null_count() == 0
