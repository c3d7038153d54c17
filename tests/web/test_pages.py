"""Every page in both languages and realms: what must stand on it, and who gets it."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from xinqu.spine.workspace import Workspace

HAN = re.compile(r"[\u4e00-\u9fff]")
PAGES = [
    "matrix/", "matrix/?view=lamps", "matrix/?view=values", "areas/", "areas/lanzhou/", "areas/lanzhou/?show=all",
    "indicators/", "indicators/Q01/", "indicators/R01/", "articles/", "articles/6/", "articles/17/",
]  # fmt: skip
TRACES = {"published": "figures/Q01/nansha/2023-Q4/", "rehearsal": "figures/L03/lanzhou/2024/"}
FILES = ["matrix", "areas", "areas/lanzhou", "indicators", "indicators/Q01", "articles", "articles/6"]
EVERY_PAGE = [
    f"/{lang}/{realm}/{path}"
    for lang in ("zh", "en")
    for realm in ("published", "rehearsal")
    for path in [*PAGES, TRACES[realm]]
]


class Reader(HTMLParser):
    """Collects what a test asks of a page: texts by language, headings, links, attributes."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "col"})

    def __init__(self):
        super().__init__()
        self.stack = []
        self.texts = []  # (language, text)
        self.starts = []  # (tag, attributes)
        self.empty_cells = 0
        self._cell_has = True

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.starts.append((tag, attributes))
        if tag in ("td", "th"):
            self._cell_has = False
        elif tag in ("svg", "input", "use"):
            self._cell_has = True
        if tag not in self.VOID:
            here = self.stack[-1][1] if self.stack else ""
            self.stack.append((tag, attributes.get("lang", here)))

    def handle_startendtag(self, tag, attrs):
        self.starts.append((tag, dict(attrs)))
        self._cell_has = True

    def handle_endtag(self, tag):
        if tag in ("td", "th") and not self._cell_has:
            self.empty_cells += 1
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip():
            self._cell_has = True
            if self.stack and self.stack[-1][0] not in ("script", "style"):
                self.texts.append((self.stack[-1][1], data.strip()))


def read(body):
    reader = Reader()
    reader.feed(body)
    return reader


def client_of(workspace: Workspace, account: str = "ndrc.acceptor") -> Client:
    """Return a browser of ``account``, signed in as the sign-in page does."""
    from xinqu.store.models import Account

    browser = Client(HTTP_HOST="127.0.0.1", raise_request_exception=True)
    browser.force_login(Account.objects.get(id=account))
    return browser


@pytest.fixture
def ndrc(demo_workspace):
    return client_of(demo_workspace)


def get(browser, path, status=200):
    answer = browser.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_answers_with_its_language_its_strip_and_its_frame(ndrc, path):
    answer = ndrc.get(path)
    assert answer.status_code == 200
    body = answer.content.decode()
    page = read(body)
    chinese = path.startswith("/zh/")
    assert ("html", {"lang": "zh-Hans" if chinese else "en"}) in page.starts
    assert sum(tag == "h1" for tag, _ in page.starts) == 1
    mark = {
        ("zh", "published"): "非官方", ("en", "published"): "Unofficial",
        ("zh", "rehearsal"): "演练数据", ("en", "rehearsal"): "Rehearsal",
    }[path[1:3], path.split("/")[2]]  # fmt: skip
    assert mark in body
    assert ("不确定性" if chinese else "uncertainty not known") in body
    assert ("已知至" if chinese else "s known at") in body


@pytest.mark.parametrize("path", [p for p in EVERY_PAGE if p.startswith("/en/")])
def test_an_english_page_has_no_chinese_but_what_is_marked_so(ndrc, path):
    page = read(get(ndrc, path))
    assert [text for lang, text in page.texts if lang == "en" and HAN.search(text)] == []
    spoken = [a.get(name, "") for _, a in page.starts for name in ("aria-label", "title") if a.get("lang") != "zh-Hans"]
    assert [text for text in spoken if HAN.search(text)] == []


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_no_cell_is_blank(ndrc, path):
    page = read(get(ndrc, path))
    corners = 1 if "/matrix/" in path else 0  # the corner above the names of the areas
    assert page.empty_cells == corners


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_the_policy_against_scripts_is_kept(ndrc, path):
    answer = ndrc.get(path)
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    page = read(answer.content.decode())
    assert [a for tag, a in page.starts if "style" in a or any(name.startswith("on") for name in a)] == []
    assert [a for tag, a in page.starts if tag == "style" or (tag == "script" and "src" not in a)] == []
    outside = [
        a.get(n, "") for _, a in page.starts for n in ("src", "href", "action") if a.get(n, "").startswith("http")
    ]
    assert outside == []


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_link_of_a_number_leads_to_its_trace(ndrc, path):
    page = read(get(ndrc, path))
    numbers = [a["href"] for tag, a in page.starts if tag == "a" and a.get("class", "").startswith(("figure", "cell"))]
    for href in sorted(set(numbers))[:: max(len(set(numbers)) // 2, 1)]:
        assert "/figures/" in href or "/indicators/" in href
        get(ndrc, href)


def test_a_wording_not_seen_is_marked_and_stands_in_no_quotation_marks(ndrc):
    body = get(ndrc, "/zh/published/articles/6/")
    assert "待核对" in body
    assert not re.search(r'class="wording">\s*[“"「]', body)


def test_the_golden_figure_walks_back_to_its_source(ndrc):
    # data/README of the published figures: "Golden: Nansha 2023 real growth is 4.3 (Q4), never the 3.15 of the levels"
    body = get(ndrc, "/zh/published/figures/Q01/nansha/2023-Q4/")
    assert re.search(r'class="answer">4\.3 <span class="unit">%', body)
    assert "xq1_gdp_growth" in body
    assert "shuohk.com" in body, "the source address"
    assert "4.3%" in body, "the quoted phrase"
    assert "art17.s5" in body
    assert re.search(r"验收 .*ndrc\.acceptor", body)


def test_both_sources_of_a_conflict_are_shown(ndrc):
    # data/README: "Three such cells: Lanzhou 2011, Changchun H1 2021 (product and growth)"
    body = get(ndrc, "/en/published/figures/Q01/changchun/2021-Q2/")
    assert re.search(r'class="answer">14\.9 ', body)
    assert "Another source, not taken: 13 " in body


def test_what_is_not_filed_is_said_in_words(ndrc):
    page = get(ndrc, "/zh/published/areas/xiongan/")
    assert "未报" in page
    assert "无法判定" in page, "the index of an area without figures"


def test_a_past_vintage_is_shown_as_such_and_holds_less(ndrc):
    body = get(ndrc, "/en/rehearsal/matrix/?as_known=20000&view=values")
    assert "Past vintage" in body
    assert "?as_known=20000" in body, "links keep the vintage"
    assert "Past vintage" not in get(ndrc, "/en/rehearsal/matrix/")
    day = get(ndrc, "/en/rehearsal/areas/lanzhou/?as_known=2024-06-30")
    assert "Past vintage" in day
    assert "Q3 2026" not in day, "nothing of a time after the vintage is known"


@pytest.mark.parametrize("realm", ["published", "rehearsal"])
@pytest.mark.parametrize("name", FILES)
def test_every_table_is_a_file_at_the_same_place(ndrc, realm, name):
    answer = ndrc.get(f"/zh/{realm}/{name}.csv")
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    told = json.loads(get(ndrc, f"/zh/{realm}/{name}.json"))
    assert len(rows) == len(told["rows"]) > 0
    assert told["frame"]["realm"] == realm
    assert not [cell for row in rows for cell in row.values() if cell and cell[0] in "=@\t\r"]
    simulated = "_simulated." in answer["Content-Disposition"]
    assert simulated == (realm == "rehearsal")


def test_the_file_holds_what_the_page_shows(ndrc):
    rows = list(csv.DictReader(io.StringIO(ndrc.get("/en/rehearsal/matrix.csv").content.decode("utf-8-sig"))))
    value = next(r for r in rows if (r["area"], r["indicator"]) == ("lanzhou", "R01"))
    page = get(ndrc, f"/en/rehearsal/figures/{value['trace']}/")
    assert f"exact value {float(value['value'])!r}" in page
    assert all(r["unknown"] for r in rows if not r["value"])
    assert {r["uncertainty"] for r in rows} == {"not known"}


def test_the_walk_of_a_figure_is_a_file_too(ndrc):
    walk = json.loads(get(ndrc, "/en/rehearsal/figures/L03/lanzhou/2024.json"))
    assert {i["item"] for i in walk["trace"]["inputs"]} == {"xa1_gdp", "xa4_con_total"}


def test_a_reader_of_one_area_gets_his_own_subtree_and_404_beyond(demo_workspace):
    lanzhou = client_of(demo_workspace, "lanzhou.checker")
    body = get(lanzhou, "/zh/rehearsal/matrix/")
    assert "兰州" in body
    assert "浦东" not in body
    get(lanzhou, "/zh/rehearsal/areas/lanzhou/")
    for path in ("areas/pudong/", "areas/pudong.csv", "figures/L03/pudong/2024/", "figures/L03/pudong/2024.json"):
        get(lanzhou, f"/zh/rehearsal/{path}", 404)
    assert "pudong" not in get(lanzhou, "/zh/rehearsal/matrix.csv")
    assert "pudong" not in get(lanzhou, "/zh/rehearsal/indicators/L03.csv")
    get(lanzhou, "/zh/published/areas/pudong/")


def test_what_waits_for_its_release_is_closed_to_readers_of_released_figures(demo_workspace):
    reader = client_of(demo_workspace, "cn.reader")
    get(reader, "/zh/rehearsal/matrix/", 404)
    get(reader, "/zh/published/matrix/")


def test_what_does_not_exist_answers_as_what_is_closed(ndrc):
    nowhere = get(ndrc, "/zh/rehearsal/areas/nowhere/", 404)
    for path in ("indicators/Z99/", "articles/99/", "figures/Q01/nansha/1950/", "figures/Z99/nansha/2023/"):
        assert "您无权查看" in get(ndrc, f"/zh/rehearsal/{path}", 404)
    assert "您无权查看" in nowhere
    get(ndrc, "/zh/matrix/", 404)  # a demo workspace holds no official realm


def test_a_frame_that_cannot_be_read_is_told(ndrc):
    body = get(ndrc, "/en/published/matrix/?as_known=last+week", 400)
    assert "XQ-WEB-001" in body
    assert "2026-11-20" in body, "what to do"
    assert "XQ-PERIOD-001" in get(ndrc, "/zh/published/matrix/?period=20-24", 400)


def test_healthz_answers(demo_workspace):
    assert json.loads(get(Client(HTTP_HOST="127.0.0.1"), "/healthz"))["ok"]


def test_an_official_workspace_has_no_realm_in_its_paths_and_no_strip(official):
    browser = client_of(official, "u001")
    assert browser.get("/zh/")["Location"] == "/zh/matrix/"
    for path in ("matrix/", "areas/lanzhou/", "indicators/Q01/", "articles/6/"):
        body = get(browser, f"/zh/{path}")
        assert "非官方" not in body
        assert "演练" not in body
        assert "未报" in body or "尚无数据" in body, "nothing was filed yet, and the page says so"
    get(browser, "/zh/published/matrix/", 404)
