"""The two golden walks of DESIGN section 5: from cell to figure, lamp, report and back."""

import io

import polars as pl
import pypdf
import pytest

from xinqu.cli.main import main
from xinqu.indicators.explain import explain_figure
from xinqu.spine import reports
from xinqu.spine.snapshot import take
from xinqu.spine.trace import trace
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused


def test_nansha_growth_walks_back_to_the_published_quote(demo_workspace):
    """4.3 is what the bulletin of Nansha released for 2023; 3.15 is what the two nominal levels would give."""
    snapshot = take(demo_workspace, Realm.PUBLISHED)
    walk = trace(snapshot, FigureId.parse("Q01/nansha/2023-Q4"))
    figure, (entry,) = walk.trace.figure, walk.trace.inputs
    assert (figure.value, figure.unit, figure.origin) == (4.3, "pct", "published")
    assert (entry.item, entry.value, entry.form, entry.period) == ("xq1_gdp_growth", 4.3, "xq1", "2023-Q4")
    assert entry.cell is not None
    assert entry.note["quote"] == "同比增长4.3%"
    assert entry.note["source_address"].startswith("https://")
    (handed,) = walk.returns
    assert (handed.kind, handed.version) == ("backfill", 1)
    assert [hand.step for hand in handed.hands] == [
        "submitted", "co_checked", "area_approved", "province_approved", "accepted"]  # fmt: skip
    assert len({hand.account for hand in handed.hands}) == 5
    upload = demo_workspace.objects.get(handed.file_hash).decode()
    row = upload.splitlines()[int(entry.cell.cell.lstrip("ABCDEFGH")) - 1]
    assert "xq1_gdp_growth" in row
    assert ",4.3," in row
    assert {basis.article for basis in walk.trace.basis} == {17}
    assert walk.trace.verdicts()["false"] == 0


def test_the_full_year_fills_the_annual_form_too(demo_workspace):
    walk = trace(take(demo_workspace, Realm.PUBLISHED), FigureId.parse("Q01/nansha/2023"))
    assert [(entry.item, entry.value) for entry in walk.trace.inputs] == [("xa1_gdp_growth", 4.3)]


def test_lanzhou_land_walks_to_sheet_and_cell_and_its_lamp(demo_workspace):
    snapshot = take(demo_workspace, Realm.REHEARSAL)
    walk = trace(snapshot, FigureId.parse("L03/lanzhou/2025"))
    by_item = {entry.item: entry for entry in walk.trace.inputs}
    product, land = by_item["xa1_gdp"], by_item["xa4_con_total"]
    assert walk.trace.figure.value == pytest.approx(0.01 * product.value / land.value, rel=1e-12)
    for entry in by_item.values():
        assert entry.filename.endswith(".xlsx")
        assert entry.cell.sheet
        assert entry.origin == "simulated"
    lamp = snapshot.lamps.filter(indicator="L03", area="lanzhou", period="2025").row(0, named=True)
    assert lamp["lamp"] in {"green", "yellow", "red"}
    assert lamp["expected"] is not None


@pytest.mark.parametrize("realm", [Realm.PUBLISHED, Realm.REHEARSAL])
def test_every_known_figure_of_the_bulletin_names_its_trace_and_walks(demo_workspace, realm):
    snapshot = take(demo_workspace, realm)
    report = reports.build(snapshot, "bulletin").report
    known = [figure for figure in report.figures if figure.value]
    assert known
    for figure in known[:: max(1, len(known) // 12)]:
        walk = trace(snapshot, FigureId.parse(figure.trace))
        assert walk.trace.figure.value == pytest.approx(float(figure.value), rel=1e-9)


def test_the_pdf_quotes_the_golden_figure_with_its_trace_and_mark(demo_workspace):
    built = reports.build(take(demo_workspace, Realm.PUBLISHED), "bulletin")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(built.pdf)).pages)
    assert "非官方" in text
    assert "Q01/nansha/" in text.replace("\n", "")


def test_two_builds_give_identical_bytes(demo_workspace):
    first = reports.build(take(demo_workspace, Realm.PUBLISHED), "bulletin")
    again = reports.build(take(demo_workspace, Realm.PUBLISHED).fresh(), "bulletin")
    assert first.model == again.model
    assert first.pdf == again.pdf
    assert first.html == again.html


def test_the_published_index_is_indeterminate_and_says_what_is_missing(demo_workspace):
    scores = take(demo_workspace, Realm.PUBLISHED).index.scores
    assert set(scores["verdict"]) == {"indeterminate"}
    assert scores["missing"].list.len().min() > 0


def test_the_rehearsal_index_has_intervals_and_claims_no_order_inside_a_bracket(demo_workspace):
    scores = take(demo_workspace, Realm.REHEARSAL).index.scores.filter(pl.col("verdict") == "scored")
    assert scores.height >= 15
    assert scores.select(
        ((pl.col("rank_low") <= pl.col("rank")) & (pl.col("rank") <= pl.col("rank_high"))).all()
    ).item()


def test_an_unknown_figure_is_refused_with_one_clear_problem(demo_workspace):
    with pytest.raises(Refused) as caught:
        trace(take(demo_workspace, Realm.PUBLISHED), FigureId.parse("Q99/nansha/2023-Q4"))
    assert [problem.code for problem in caught.value.problems] == ["XQ-FIGURE-001"]


def test_the_commands_say_the_walk(demo_folder, capsys):
    words = [
        "trace",
        "Q01",
        "--area",
        "nansha",
        "--period",
        "2023-Q4",
        "--realm",
        "published",
        "--dir",
        str(demo_folder),
    ]
    assert main([*words, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "4.3 %" in said
    assert "https://" in said
    assert (
        main(["explain", "Q01/nansha/2023-Q4", "--realm", "published", "--dir", str(demo_folder), "--lang", "zh"]) == 0
    )
    assert "4.3 %" in capsys.readouterr().out


def test_explain_says_why_a_figure_is_not_known(demo_workspace):
    snapshot = take(demo_workspace, Realm.PUBLISHED)
    said = explain_figure(snapshot.pack, trace(snapshot, FigureId.parse("Q03/xiongan/2024")).trace)
    assert "xa1" in said.zh
    assert said.en


def test_an_item_walks_like_a_figure(demo_workspace):
    walk = trace(take(demo_workspace, Realm.PUBLISHED), FigureId.parse("xq1_gdp/nansha/2023-Q4"))
    (entry,) = walk.trace.inputs
    assert (entry.item, entry.value, entry.unit) == ("xq1_gdp", 23_235_400.0, "wan_yuan")
    assert entry.half_digit == 50.0
    assert entry.note["published_value"] == "2323.54"
