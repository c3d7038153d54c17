"""The HTML: one page without script, all text escaped, every figure a link to its trace."""

from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from made_models import reports

from xinqu.reporting.html import render_fragment, render_html, trace_address
from xinqu.reporting.model import Paragraph, Section, Words
from xinqu.vocabulary.text import Text

VOID = {"meta", "br", "link", "img", "hr", "input"}
SVG_EMPTY = {"circle", "line", "polyline", "rect"}


class Page(HTMLParser):
    """Keeps elements, refuses what the pages must not hold, and checks that elements nest."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.seen, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def parsed(html):
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


@settings(max_examples=60, deadline=None)
@given(reports())
def test_any_model_gives_a_well_formed_page_without_script(report):
    for lang in ("zh", "en"):
        page = parsed(render_html(report, lang=lang))
        assert all(tag != "script" for tag, _ in page.seen)
        assert all("style" not in attrs and not any(name.startswith("on") for name in attrs) for _, attrs in page.seen)


def test_every_figure_links_to_its_trace(bulletin):
    page = parsed(render_html(bulletin, address=trace_address("/zh/published/figures/{trace}/")))
    links = {attrs.get("href") for tag, attrs in page.seen if tag == "a"}
    assert {f"/zh/published/figures/{figure.trace}/" for figure in bulletin.figures} <= links
    ids = {attrs.get("id") for _, attrs in page.seen}
    assert {link[1:] for link in links if link.startswith("#")} <= ids


@pytest.mark.parametrize(("lang", "code"), [("zh", "zh-Hans"), ("en", "en")])
def test_language_is_declared(bulletin, lang, code):
    page = parsed(render_html(bulletin, lang=lang))
    assert ("html", {"lang": code}) in page.seen
    assert any(tag == "article" and attrs["lang"] == code for tag, attrs in page.seen)


def test_tables_have_caption_and_scopes(bulletin):
    page = parsed(render_fragment(bulletin))
    tags = [tag for tag, _ in page.seen]
    assert tags.count("table") == tags.count("caption") > 5
    assert all(attrs.get("scope") in {"col", "row"} for tag, attrs in page.seen if tag == "th")


def test_fragment_has_no_style_element_and_no_head(bulletin):
    tags = {tag for tag, _ in parsed(render_fragment(bulletin)).seen}
    assert not tags & {"style", "script", "html", "head", "body", "link"}


def test_text_is_escaped(bulletin):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'"
    section = Section(heading=Text(hostile, hostile), blocks=(Paragraph(parts=(Words(text=Text(hostile, hostile)),)),))
    page = parsed(render_html(msgspec.structs.replace(bulletin, sections=(section,), title=Text(hostile, hostile))))
    assert all(tag not in {"script", "img"} for tag, _ in page.seen)
    assert hostile in "".join(page.text)


def test_mark_stands_first(bulletin):
    html = render_fragment(bulletin)
    assert html.index("非官方") < html.index("<h1>")


def test_same_model_same_page(bulletin):
    assert render_html(bulletin) == render_html(bulletin)
