"""The PDF: PDF/A, same bytes every time, marked on every page, every figure traced, data never markup."""

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_models import HOSTILE, reports
from made_reports import edition_of, figure_row, frame_of
from pdf_pages import pages, reader, squeezed

from xinqu.reporting.bulletin import bulletin_model
from xinqu.reporting.fonts import font_set
from xinqu.reporting.model import Paragraph, Section, Words, model_bytes
from xinqu.reporting.typst_pdf import GETA, render_pdf, renderer_id
from xinqu.reporting.verify import compare
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text

MM_PER_POINT = 25.4 / 72


@pytest.fixture(scope="module")
def body(bulletin):
    return render_pdf(bulletin)


def test_two_builds_give_identical_bytes(bulletin, body):
    assert render_pdf(bulletin) == body


def test_another_process_gives_identical_bytes(bulletin, body, tmp_path):
    stored = tmp_path / "model.json"
    stored.write_bytes(model_bytes(bulletin))
    code = (
        "import hashlib, pathlib, sys; from xinqu.reporting.model import read_model; "
        "from xinqu.reporting.typst_pdf import render_pdf; "
        "print(hashlib.sha256(render_pdf(read_model(pathlib.Path(sys.argv[1]).read_bytes()))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(stored)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "77", "TZ": "America/Lima", "LANG": "C", "PATH": ""},
    )
    assert done.stdout.strip() == hashlib.sha256(body).hexdigest()


def test_it_is_pdf_a_2a_with_the_day_of_the_vintage(body, bulletin):
    pdf = reader(body)
    metadata = pdf.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert pdf.metadata["/CreationDate"].startswith("D:20261120")
    assert pdf.metadata.title == bulletin.title.zh
    assert renderer_id() in pdf.metadata["/Keywords"]
    assert "/OutputIntents" in pdf.trailer["/Root"]


def test_pages_are_a4(body):
    for page in reader(body).pages:
        assert (
            round(float(page.mediabox.width) * MM_PER_POINT),
            round(float(page.mediabox.height) * MM_PER_POINT),
        ) == (210, 297)


@pytest.mark.parametrize(("realm", "mark"), [(Realm.PUBLISHED, "非官方"), (Realm.REHEARSAL, "演练数据")])
def test_every_page_is_marked_and_numbered(pack, figures, submissions, realm, mark):
    report = bulletin_model(pack, figures, None, submissions, edition=edition_of(pack, realm))
    told = pages(render_pdf(report))
    assert len(told) > 5
    for number, page in enumerate(told, start=1):
        assert mark in page
        assert f"—{number}—" in squeezed(page)


def test_every_figure_stands_in_the_text_with_its_trace_id(body, bulletin):
    told = squeezed("".join(pages(body)))
    for number, figure in enumerate(bulletin.figures, start=1):
        assert f"[{number}]{figure.trace}" in told
        assert f"{figure.shown.zh}" in told


def test_unknown_stands_as_its_word(body):
    told = "".join(pages(body))
    assert "未报" in told
    assert "无法判定" in told
    assert "series_break" in told


def test_colophon_names_everything_needed_to_build_it_again(body, bulletin):
    told = squeezed("".join(pages(body)))
    edition = bulletin.edition
    wanted = (
        edition.head_sha256,
        edition.pack_sha256,
        edition.lock_sha256,
        hashlib.sha256(model_bytes(bulletin)).hexdigest(),
    )
    assert all(word in told for word in (*wanted, f"#{edition.head_seq}", edition.pack_id, bulletin.coverage.zh))


def test_heads_of_long_tables_repeat(pack, figures, submissions):
    report = bulletin_model(pack, figures, None, submissions, edition=edition_of(pack))
    told = [squeezed(page) for page in pages(render_pdf(report))]
    head = squeezed("新区 省份 批复日期")
    assert sum(head in page for page in told) == 2  # nineteen rows do not fit below the opening text


def test_a_full_page_holds_22_lines_of_28_characters(bulletin):
    """GB/T 9704-2012, 5.2.3: 22 lines a page, 28 characters a line, filling the type area (research note, section 8)."""
    text = "新区" * 14 * 22 * 3
    section = Section(heading=Text("节", "s"), blocks=(Paragraph(parts=(Words(text=Text(text, text)),)),))
    told = pages(render_pdf(msgspec.structs.replace(bulletin, sections=(section,), figures=())))
    lines = [line for line in told[1].splitlines() if set(line) <= set("新区") and line]
    assert [len(line) for line in lines] == [28] * 22


def test_a_report_of_more_than_eighty_pages_is_set_whole(pack, submissions):
    rows = [
        figure_row(indicator, area, str(year), year / 7, record.unit, origin="simulated")
        for indicator, record in pack.indicators.items()
        for area in pack.areas
        for year in (2021, 2022, 2023)
    ]
    report = bulletin_model(pack, frame_of(rows), None, submissions, edition=edition_of(pack, Realm.REHEARSAL))
    pages = reader(render_pdf(report)).pages
    assert len(pages) > 80
    last = list(pack.areas.values())[-1]
    assert any(last.short.zh in page.extract_text() for page in pages)


def test_fonts_of_the_office_are_preferred_and_named_in_the_renderer(bulletin, body):
    folder = Path("/usr/share/fonts/opentype/noto")
    if not (folder / "NotoSerifCJK-Regular.ttc").exists():
        pytest.skip("no second font family on this machine (fonts-noto-cjk)")
    fonts = font_set([folder])
    assert fonts.families["body"][0] == "Noto Serif CJK SC"
    assert renderer_id(fonts) != renderer_id()
    other = render_pdf(bulletin, fonts=fonts)
    assert other != body
    assert (
        compare(model_bytes(bulletin), model_bytes(bulletin), old_file=body, new_file=other).outcome
        == "renderer_differs"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_and_never_run(bulletin, text):
    part = Words(text=Text(f"甲{text}乙", f"a{text}b"))
    section = Section(heading=Text(f"节{text}", f"s{text}"), blocks=(Paragraph(parts=(part,)),))
    report = msgspec.structs.replace(bulletin, sections=(section,), figures=(), title=Text(text, text))
    told = squeezed("".join(pages(render_pdf(report))))
    drawn = squeezed("".join(char for char in text if char.isprintable() and ord(char) in font_set().characters))
    # The typesetter may order right-to-left runs; all else stands as written.
    assert squeezed(f"甲{text}乙") in told or GETA in told or drawn == "" or set(drawn) <= set(told)
    assert "甲" in told
    assert "乙" in told


def test_markup_stands_literally(bulletin):
    text = "#panic() *粗* $x^2$ = 1 #set page(width: 1pt)"
    section = Section(heading=Text("节", "s"), blocks=(Paragraph(parts=(Words(text=Text(text, text)),)),))
    told = squeezed("".join(pages(render_pdf(msgspec.structs.replace(bulletin, sections=(section,), figures=())))))
    assert squeezed(text) in told


def test_a_character_without_a_glyph_shows_as_one(bulletin):
    section = Section(heading=Text("节", "s"), blocks=(Paragraph(parts=(Words(text=Text("甲\U0001f600乙", "x")),)),))
    told = squeezed("".join(pages(render_pdf(msgspec.structs.replace(bulletin, sections=(section,), figures=())))))
    assert f"甲{GETA}乙" in told


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(reports(), st.sampled_from(["zh", "en"]))
def test_any_model_renders(report, lang):
    assert render_pdf(report, lang=lang).startswith(b"%PDF-")


def test_figures_link_to_their_trace_when_an_address_is_given(bulletin):
    told = render_pdf(bulletin, address=lambda trace: f"https://example.org/figures/{trace}/")
    links = {
        annotation.get_object()["/A"]["/URI"]
        for page in reader(told).pages
        for annotation in page.get("/Annots", ())
        if "/URI" in annotation.get_object().get("/A", {})
    }
    assert {f"https://example.org/figures/{figure.trace}/" for figure in bulletin.figures} == links


def test_fonts_cover_the_gb2312_hanzi():
    """6,763 Hanzi of GB/T 2312-1980, rows 16 to 87."""
    hanzi = {
        bytes((row + 0xA0, cell + 0xA0)).decode("gb2312", "ignore") for row in range(16, 88) for cell in range(1, 95)
    } - {""}
    assert len(hanzi) == 6763
    assert {char for char in hanzi if ord(char) not in font_set().characters} == set()
