"""The bulletin says what is known, what is not and why; every figure has its trace; nothing is blank; it is a function."""

import datetime as dt

import msgspec
import polars as pl
import pytest
from made_reports import edition_of, figure_row, frame_of

from xinqu.engines.record_facts import facts_of_return
from xinqu.rehearsal.records.registers import records
from xinqu.reporting.bulletin import bulletin_model
from xinqu.reporting.items import reported_items
from xinqu.reporting.model import Chart, Ref, Table, Trend, Words, model_bytes, trace_parts
from xinqu.returns.record_bulk import record_rows_of
from xinqu.vocabulary.origin import Origin, Realm
from xinqu.vocabulary.text import Text


def blocks(report, kind):
    return [block for section in report.sections for block in section.blocks if isinstance(block, kind)]


def words_of(report):
    found = []

    def walk(value):
        if isinstance(value, Text):
            found.append(value)
        elif isinstance(value, msgspec.Struct):
            for name in value.__struct_fields__:
                walk(getattr(value, name))
        elif isinstance(value, tuple):
            for one in value:
                walk(one)

    walk(report)
    return found


def test_equal_frames_in_any_row_order_give_equal_bytes(pack, figures, submissions, edition, bulletin):
    shuffled = figures.sample(fraction=1, shuffle=True, seed=7)
    other = submissions.sample(fraction=1, shuffle=True, seed=8)
    assert model_bytes(bulletin_model(pack, shuffled, None, other, edition=edition)) == model_bytes(bulletin)


def test_no_cell_is_empty_in_either_language(bulletin):
    for table in blocks(bulletin, Table):
        for row in table.rows:
            assert len(row) == len(table.columns)
            for cell in row:
                assert cell
                for part in cell:
                    if isinstance(part, Words):
                        assert part.text.zh.strip()
                        assert part.text.en.strip()


def test_every_figure_has_a_trace_id_and_unknown_ones_a_reason(bulletin, pack):
    assert bulletin.figures
    assert len({figure.trace for figure in bulletin.figures}) == len(bulletin.figures)
    for figure in bulletin.figures:
        indicator, area, _ = trace_parts(figure.trace)
        assert indicator in pack.indicators
        assert area in pack.areas
        assert (figure.value is None) == (figure.unknown is not None)
        assert figure.shown.zh
        assert figure.shown.en


def test_golden_nansha_2023_is_the_released_4_3(bulletin):
    """DESIGN 5: never the 3.15 that the two nominal levels give."""
    figure = next(f for f in bulletin.figures if f.trace == "Q01/nansha/2023-Q4")
    assert (figure.value, figure.shown.zh, figure.scope, figure.origin) == (
        "4.3",
        "4.3",
        "S4@2012-09-06",
        Origin.PUBLISHED,
    )
    assert figure.records


def test_unknown_is_printed_as_its_word_with_its_reason(bulletin):
    by_trace = {figure.trace: figure for figure in bulletin.figures}
    assert by_trace["Q01/liangjiang/2025-Q4"].shown.zh == "无法判定"
    assert by_trace["Q01/liangjiang/2025-Q4"].unknown == "series_break"
    assert by_trace["Q01/xiongan/2026-Q3"].shown.zh == "未报"


def test_every_headline_indicator_stands_in_a_table_of_its_pillar(bulletin, pack):
    headline = {identity for identity, record in pack.indicators.items() if record.headline}
    told = set()
    for table in blocks(bulletin, Table):
        told |= {column.code for column in table.columns if column.code}
        told |= {part.text.zh.split()[0] for row in table.rows for part in row[0] if isinstance(part, Words)}
    assert headline <= told


def test_a_pillar_table_has_all_areas(bulletin, pack):
    tables = [table for table in blocks(bulletin, Table) if any(column.code for column in table.columns)]
    assert tables
    assert all(len(table.rows) == len(pack.areas) for table in tables)


def test_plot_of_different_scopes_says_that_it_does_not_rank(bulletin):
    plot = next(chart for chart in blocks(bulletin, Chart) if chart.form == "dots")
    values = [float(point.value) for point in plot.points]
    assert values == sorted(values, reverse=True)
    assert "口径不同，只列示、不排名次" in plot.duties[0].zh
    printed = "".join(duty.zh for duty in plot.duties)
    assert all(word in printed for word in ("口径", "版本", "性质", "来源", "覆盖4/19", "不确定性", "规则", "追溯"))


def test_map_says_that_it_is_schematic(bulletin):
    chart = next(chart for chart in blocks(bulletin, Chart) if chart.form == "map")
    assert len(chart.points) == 19
    assert "示意" in chart.duties[0].zh


def test_course_is_drawn_from_three_known_periods_on(bulletin):
    trends = [
        part
        for table in blocks(bulletin, Table)
        for row in table.rows
        for cell in row
        for part in cell
        if isinstance(part, Trend)
    ]
    assert [trend.series for trend in trends] == ["R02/jinpu"]
    assert trends[0].values[-1] == "6"


def test_marks_and_issuer(bulletin, pack, figures, submissions):
    assert bulletin.mark.zh.startswith("非官方")
    assert bulletin.issuer.zh == "新区系统（非官方演示）"
    rehearsal = bulletin_model(pack, figures, None, submissions, edition=edition_of(pack, Realm.REHEARSAL))
    assert rehearsal.mark.zh.startswith("演练")
    named = Text("某机关", "an organ")
    official = bulletin_model(pack, figures, None, submissions, edition=edition_of(pack, Realm.OFFICIAL), issuer=named)
    assert (official.mark.zh, official.issuer) == ("", named)


def test_an_official_bulletin_needs_its_issuer(pack, figures, submissions):
    with pytest.raises(ValueError, match="issuer"):
        bulletin_model(pack, figures, None, submissions, edition=edition_of(pack, Realm.OFFICIAL))


def test_no_real_organ_can_be_named_outside_the_official_realm(pack, figures, submissions, edition):
    organ = Text("国家发展和改革委员会", "NDRC")
    report = bulletin_model(pack, figures, None, submissions, edition=edition, issuer=organ)
    assert report.issuer.zh == "新区系统（非官方演示）"


def test_all_words_are_in_both_languages_and_no_brace_is_left(bulletin):
    for text in words_of(bulletin):
        assert bool(text.zh) == bool(text.en), text
        assert "{" not in text.zh + text.en, text


def test_nothing_filed_at_all_still_makes_a_bulletin(pack, edition):
    empty = bulletin_model(
        pack,
        frame_of([]),
        None,
        pl.DataFrame(schema={"area": pl.String, "form": pl.String, "period": pl.String}),
        edition=edition,
    )
    assert empty.coverage.zh.startswith("19个新区中0个有报送")
    assert not empty.figures


def test_an_old_vintage_rebuilds_to_its_old_model(pack, figures, submissions, edition, bulletin):
    """A later figure changes the new bulletin; the frames of the old vintage still give the old bytes."""
    later = pl.concat([figures, frame_of([figure_row("Q01", "nansha", "2024-Q4", 3.9, "pct")])])
    newer = bulletin_model(
        pack, later, None, submissions, edition=edition_of(pack, vintage=88, vintage_on=dt.date(2026, 11, 21))
    )
    assert model_bytes(newer) != model_bytes(bulletin)
    assert model_bytes(bulletin_model(pack, figures, None, submissions, edition=edition)) == model_bytes(bulletin)


def test_paragraph_references_stand_inside_the_register(bulletin):
    refs = [
        part.figure
        for section in bulletin.sections
        for block in section.blocks
        for part in getattr(block, "parts", ())
        if isinstance(part, Ref)
    ]
    assert refs
    assert max(refs) < len(bulletin.figures)


@pytest.mark.parametrize("realm", list(Realm))
def test_each_realm_says_what_its_figures_are(pack, figures, submissions, realm):
    organ = Text("某机关", "an organ")
    report = bulletin_model(pack, figures, None, submissions, edition=edition_of(pack, realm), issuer=organ)
    lead = report.sections[0].blocks[0].parts[0].text.zh
    assert {Realm.OFFICIAL: "依法报送", Realm.PUBLISHED: "公开来源", Realm.REHEARSAL: "模拟"}[realm] in lead


def test_records_are_never_quoted_as_figures_of_an_area(pack):
    rows = record_rows_of(pack.forms["xr1"], records("xr1", ["lanzhou"], "2025", each=3, seed=1))
    facts = facts_of_return(
        pack, "xr1", rows, area="lanzhou", period="2025", submission="0" * 64, scope="S1", origin=Origin.SIMULATED.value
    )
    assert reported_items({"xr1": facts}, pack).is_empty()
