"""The whole cycle under another policy of another country: nothing of the first pack is needed, and nothing of it shows."""

import datetime as dt
import io
import os

import polars as pl
import pypdf
import pytest

from xinqu.coordination.ladder import has_ladder
from xinqu.reporting.model import model_bytes
from xinqu.spine import reports
from xinqu.spine.calendar import calendar_of
from xinqu.spine.snapshot import Snapshot, take
from xinqu.spine.tick import tick
from xinqu.spine.trace import trace
from xinqu.spine.verify import verify
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused

REALM = Realm.REHEARSAL
FIRST_PACK = ("国务院", "国家级新区", "State Council", "NDRC", "Guo Ban Fa", "兰州", "东北", "yuan", "亿元")


@pytest.fixture
def view(opened) -> Snapshot:
    return take(opened, REALM, as_of=dt.date(2025, 4, 3))  # a lamp stands from the day after acceptance


def value(view, indicator, area, period):
    return view.figures.filter(indicator=indicator, area=area, period=period)["value"].item()


def test_the_adopted_pack_is_the_one_in_force(view, norland):
    assert view.pack.sha256 == norland.sha256
    assert view.pack.info.id == "norland_harbours_2020"


def test_figures_come_out_in_units_the_pack_defines(view):
    assert value(view, "T1", "eastvik", "2024") == pytest.approx(4000 / 50)
    assert value(view, "S1", "vestnes", "2024-Q4") == pytest.approx(1000 * 200 / 4000)
    assert value(view, "S2", "vestnes", "2024") == pytest.approx(100 * 30 / 27)
    assert set(view.figures["unit"]) == {"teu_per_quay_m", "pct", "crown_per_teu"}


def test_checks_have_three_values_and_read_the_version_of_a_number_in_force(view):
    said = {
        (row["check"], row["area"], row["period"]): (row["verdict"], row["reason"])
        for row in view.findings.iter_rows(named=True)
    }
    assert said["ha_r02", "vestnes", "2024"][0] == "false"
    assert ("ha_r02", "eastvik", "2024") not in said
    assert said["hq_r03", "sundhamn", "2024-Q2"] == ("indeterminate", "missing")
    assert said["hq_r02", "sundhamn", "2024-Q3"] == ("indeterminate", "missing")  # the quarter before is missing
    assert said["hq_r02", "vestnes", "2024-Q1"][0] == "false"  # 37 > 2 x 15; the older version of 3 would admit it
    # 37 > 3 x the median of 7 and 10; in the second quarter only one peer is known, and the pack asks for two
    assert said["hq_r04", "vestnes", "2024-Q1"][0] == "false"
    assert said["hq_r04", "vestnes", "2024-Q2"] == ("indeterminate", "too_few_peers")
    assert ("ha_r01", "eastvik", "2024") not in said  # latest() of the quarterly form is the fourth quarter


def test_a_parameter_has_the_value_in_force_at_the_end_of_the_period(view):
    """400 k_crown on 20 km2: above 10 per km2 in 2023 and above 12.5 in 2024; on 30 km2 above 10 and above 12.5 too."""
    assert view.findings.filter(check="ha_r03").is_empty()
    assert [view.pack.parameters["invest_min"].on(dt.date(year, 12, 31)).value for year in (2023, 2024)] == [
        "10",
        "25/2",
    ]


def test_a_trace_walks_to_the_cell_of_the_workbook_and_to_five_norlanders(view):
    walk = trace(view, FigureId.parse("T1/eastvik/2024"))
    assert {entry.filename for entry in walk.trace.inputs} == {"ha_eastvik.xlsx"}
    assert all(entry.cell is not None and entry.cell.sheet == "ha" for entry in walk.trace.inputs)
    (handled,) = walk.returns
    assert [hand.account for hand in handled.hands] == [
        "eastvik.office.clerk", "eastvik.harbour_master", "county_east.sheriff", "ports.port_desk"
    ]  # fmt: skip
    assert {basis.article for basis in walk.trace.basis} == {4}


def test_an_amount_in_crowns_is_kept_in_thousands_of_crowns(view):
    """The workbook states investment in 克朗; the form declares 千克朗, and only the pack knows that it is a thousand."""
    kept = view.facts["ha"].filter(area="eastvik", period="2024")["ha_invest"].item()
    assert kept == pytest.approx(400)


def test_lamps_follow_the_path_to_the_packs_goalpost(view):
    lamps = view.lamps.filter(indicator="T2", period="2024-Q4")
    by_area = dict(lamps.select("area", "lamp").iter_rows())
    assert by_area == {"eastvik": "green", "sundhamn": "green", "vestnes": "red"}


def test_the_index_scores_by_the_packs_framework_and_peers(view):
    index = view.index_of(2024)
    assert (index.framework, index.status) == ("harbour_v1", "trial")
    scores = {row["area"]: row for row in index.scores.iter_rows(named=True)}
    assert {row["verdict"] for row in scores.values()} == {"scored"}
    assert {row["peer_group"] for row in scores.values()} == {"all"}
    # T1 80 of 200 -> 40, T2 7 on 40..0 -> 82.5; S2 100 * 21/27 = 77.8 on 100..20 -> 27.8
    trade, space = (40 + 82.5) / 2, 100 * (100 - 100 * 21 / 27) / 80
    assert scores["eastvik"]["score"] == pytest.approx((trade + space) / 2)


def test_a_policy_without_difficulties_has_none_and_says_what_it_cannot_tell(view):
    assert not has_ladder(view.pack)
    assert view.difficulties.is_empty()
    verdicts = {
        (row["matter"], row["area"]): (row["verdict"], row["reason"]) for row in view.matters.iter_rows(named=True)
    }
    assert verdicts["LM1", "vestnes"][0] == "triggered"
    assert verdicts["LM2", "vestnes"][0] == "triggered"
    assert verdicts["LM3", ""] == ("indeterminate", "no_instrument")
    assert verdicts["LM4", ""] == ("indeterminate", "no_instrument")
    needs = view.matters.filter(matter="LM3")["facts"].item()
    assert '"dredging"' in needs


def test_working_days_are_those_of_norland(view):
    """9 June is a day off there, the Chinese May holidays are not; no foreign package fills an unknown year."""
    calendar = calendar_of(view.pack, REALM)
    assert not calendar.is_working_day(dt.date(2022, 6, 9))
    assert calendar.is_working_day(dt.date(2024, 5, 1))
    assert calendar.is_working_day(dt.date(2024, 4, 6))
    assert 2019 not in calendar.known_years
    assert calendar.known_years == view.pack.calendar.known_years


@pytest.mark.parametrize("kind", ["bulletin", "major_matters"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reports_speak_of_norland_alone(view, kind, lang):
    built = reports.build(view, kind, lang=lang)
    said = model_bytes(built.report).decode()
    assert [word for word in FIRST_PACK if word in said] == []
    pages = pypdf.PdfReader(io.BytesIO(built.pdf)).pages
    text = "".join(page.extract_text() for page in pages).replace("\n", "")
    assert ("诺兰国" if lang == "zh" else "Norland") in text
    if kind == "bulletin":
        assert ("第四条" if lang == "zh" else "Article 4") in said
        assert ("3个港区" if lang == "zh" else "3 harbour districts") in said
    else:
        assert ("王室（演练，不报送）" if lang == "zh" else "To the Crown (rehearsal, not sent)") in said


def test_a_report_the_pack_lacks_is_refused_not_crashed(view):
    from msgspec.structs import replace

    without = replace(view.pack, reports={})
    with pytest.raises(Refused) as caught:
        reports.build(replace(view, pack=without), "bulletin")
    assert [problem.code for problem in caught.value.problems] == ["XQ-REPORT-101"]


def test_the_log_verifies(opened):
    assert verify(opened).problems == []


def test_time_brings_matters_and_no_difficulties(opened, tmp_path):
    """Ticked in a copy: what is due is written by the system in the name of Norland's own root."""
    import shutil

    from xinqu.spine.workspace import open_workspace

    copy = open_workspace(shutil.copytree(opened.dir, tmp_path / "copy"))
    moment = dt.datetime(2025, 4, 20, 8, tzinfo=dt.UTC)
    written = tick(copy, REALM, since=dt.date(2023, 12, 31), clock=lambda: moment)
    kinds = {event.type for event in written}
    assert kinds == {"matter.triggered", "return.due_passed"}
    assert {event.organisation for event in written} == {"crown"}
    assert tick(copy, REALM, since=dt.date(2023, 12, 31), clock=lambda: moment) == []
    late = [event.data for event in written if event.type == "return.due_passed" and event.data["period"] == "2025-Q1"]
    assert {data["due"] for data in late} == {"2025-04-14"}  # ten working days after 31 March


PAGES = [
    "",
    "areas/",
    "areas/vestnes/",
    "indicators/",
    "indicators/T2/",
    "articles/",
    "articles/4/",
    "figures/T1/eastvik/2024/",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_show_another_policy(opened, page, lang):
    os.environ["XINQU_HOME"] = str(opened.dir)
    from django.test import Client

    from xinqu.store.models import Account

    browser = Client(HTTP_HOST="127.0.0.1", raise_request_exception=True)
    browser.force_login(Account.objects.get(id="ports.port_desk"))
    answer = browser.get(f"/{lang}/rehearsal/{page}")
    assert answer.status_code == 200
    body = answer.content.decode()
    assert [word for word in FIRST_PACK[2:] if word in body] == []


def test_every_row_of_figures_is_of_this_pack(view):
    assert set(view.figures["indicator"]) == set(view.pack.indicators)
    assert view.figures.filter(~pl.col("area").is_in(list(view.pack.areas))).is_empty()
