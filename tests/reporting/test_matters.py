"""The report of major matters: what was triggered with its figures traced, by when to report, what can't be told."""

import datetime as dt
import json

import polars as pl
import pytest
from made_reports import edition_of, figure_row, frame_of
from pdf_pages import pages, squeezed

from xinqu.coordination.difficulties import SCHEMA as DIFFICULTY_SCHEMA
from xinqu.coordination.matters import SCHEMA as MATTER_SCHEMA
from xinqu.engines.facts import rows_to_facts
from xinqu.reporting.matters import major_matters_model
from xinqu.reporting.model import Heading, Ref, Table, Words, model_bytes
from xinqu.reporting.typst_pdf import render_pdf
from xinqu.vocabulary.origin import Realm


def matter(identity, verdict, area="", period="", subject="", reason="", **facts):
    occurred = verdict == "triggered"
    return {
        "matter": identity, "area": area, "period": period, "subject": subject, "verdict": verdict, "reason": reason,
        "facts": json.dumps(facts), "triggered_on": dt.date(2026, 4, 23) if occurred else None,
        "due_on": dt.date(2026, 4, 28) if occurred else None, "provisional": False, "article": 17, "two_person": True,
    }  # fmt: skip


@pytest.fixture(scope="module")
def matters():
    steps = [{"period": f"2026-Q{n}", "value": 6.0 + n, "expected": 9.5} for n in (1, 2, 3)]
    rows = [
        matter("MM01", "triggered", "lanzhou", subject="K1", difficulty="K1", event=4),
        matter("MM02", "triggered", "xiongan", "2025", xa4_con_total=12710.33, xa4_con_cap=12678.01),
        matter("MM08", "triggered", "nansha", "2026-Q3", "Q01", indicator="Q01", target="T", periods=steps),
        matter("MM06", "indeterminate", reason="no_instrument", needs=["I85"], source="instrument I85"),
        matter("MM04", "indeterminate", "guian", "2025", reason="missing", xa4_quota=None),
        matter("MM10", "no"),
    ]
    return pl.DataFrame(rows, schema=MATTER_SCHEMA)


def difficulty(identity, **changed):
    row = {
        "difficulty": identity, "area": "nansha", "field": "land", "indicator": "Q01", "period": "2026-Q3", "cluster": "",
        "state": "ndrc", "rung": "ndrc", "holder": "ndrc", "raised_on": dt.date(2026, 10, 2), "raised_by": "nansha.dr",
        "since": dt.date(2026, 10, 14), "days_used": 23, "limit_wd": 30, "due_on": dt.date(2026, 11, 25),
        "provisional": False, "is_overdue": False, "is_open": True, "closed_on": None, "refused_events": [],
    }  # fmt: skip
    return {**row, **changed}


@pytest.fixture(scope="module")
def difficulties():
    rows = [
        difficulty("K1"),
        difficulty("K2", rung="area", state="area"),
        difficulty("K3", rung="state_council", state="state_council", limit_wd=None, due_on=None),
        difficulty("K4", due_on=dt.date(2026, 11, 2), is_overdue=True),
        difficulty("K5", is_open=False, state="closed", rung=""),
    ]
    return pl.DataFrame(rows, schema=DIFFICULTY_SCHEMA)


@pytest.fixture(scope="module")
def facts(pack):
    items = {"xa4_con_total": "12710.33", "xa4_con_cap": "12678.01"}
    rows = pl.DataFrame(
        [
            {
                "area": "xiongan", "sub_unit": "", "period": "2025", "submission": "f" * 64, "event": 7, "item": item,
                "value": value, "state": "reported", "half_digit": "0", "scope": "S5", "origin": "simulated",
            }
            for item, value in items.items()
        ]
    )  # fmt: skip
    return {"xa4": rows_to_facts(pack, "xa4", rows)}


@pytest.fixture(scope="module")
def report(pack, matters, difficulties, facts):
    figures = frame_of(
        [figure_row("Q01", "nansha", f"2026-Q{n}", 6.0 + n, "pct", origin="simulated") for n in (1, 2, 3)]
    )
    edition = edition_of(pack, Realm.REHEARSAL)
    return major_matters_model(pack, matters, difficulties, figures, edition=edition, facts=facts)


def say(parts):
    return "".join(part.text.zh if isinstance(part, Words) else "◇" for part in parts)


def test_marked_neutral_and_not_sent(report):
    assert report.mark.zh == "演练数据，不得用于正式报告"
    assert report.issuer.zh == "新区系统（非官方演示）"
    assert report.addressee.zh == "国务院（演练，不报送）："
    assert report.statement.zh == "特此报告。"


def test_each_kind_that_occurred_has_its_heading_and_no_other(report, pack):
    heads = [block.text for block in report.sections[1].blocks if isinstance(block, Heading)]
    assert heads == [pack.major_matters[m].label for m in ("MM01", "MM02", "MM08")]


def test_items_are_quoted_with_name_unit_and_trace(report):
    told = next(say(b.parts) for b in report.sections[1].blocks if hasattr(b, "parts") and "控制数" in say(b.parts))
    assert "建设用地总规模◇公顷" in told
    assert "应于2026年4月28日前报告" in told
    assert "须两人签发" in told
    traces = {figure.trace: figure.shown.zh for figure in report.figures}
    assert traces["xa4_con_total/xiongan/2025"] == "12710.33"


def test_a_run_of_red_lamps_is_one_row_with_actual_and_expected(report):
    table = next(block for block in report.sections[1].blocks if isinstance(block, Table))
    (row,) = table.rows
    refs = [part for cell in row for part in cell if isinstance(part, Ref)]
    assert [report.figures[ref.figure].trace for ref in refs] == [f"Q01/nansha/2026-Q{n}" for n in (1, 2, 3)]
    assert "（9.5）" in say(row[2])


def test_difficulties_of_the_national_rungs_with_their_clock(report):
    table = report.sections[2].blocks[0]
    told = {say(row[0]): say(row[-1]) for row in table.rows}
    assert told == {"K1": "2026-11-25", "K3": "无时限", "K4": "2026-11-02（逾期）"}


def test_what_cannot_be_told_says_why(report):
    told = {say(row[0])[:4]: say(row[2]) for row in report.sections[3].blocks[0].rows}
    assert told["MM06"] == "所依据的工具尚未计算（no_instrument）"
    assert told["MM04"] == "未报（missing）"


def test_summary_counts(report):
    told = "".join(say(block.parts) for block in report.sections[0].blocks)
    assert "重大事项3件" in told
    assert "在办困难问题4件，其中由国家层面办理3件，已超时限1件" in told


def test_nothing_happened(pack, edition):
    quiet = major_matters_model(
        pack, pl.DataFrame(schema=MATTER_SCHEMA), pl.DataFrame(schema=DIFFICULTY_SCHEMA), frame_of([]), edition=edition
    )
    assert "没有触发的重大事项" in say(quiet.sections[1].blocks[0].parts)
    assert render_pdf(quiet).startswith(b"%PDF-")


def test_pdf_carries_mark_figures_and_closing(report):
    told = pages(render_pdf(report))
    assert all("演练数据" in page for page in told)
    whole = squeezed("".join(told))
    assert all(figure.trace in whole for figure in report.figures)
    assert whole.index("特此报告。") < whole.index("2026年11月16日", whole.index("特此报告。"))


def test_same_frames_same_bytes(pack, matters, difficulties, facts, report):
    figures = frame_of(
        [figure_row("Q01", "nansha", f"2026-Q{n}", 6.0 + n, "pct", origin="simulated") for n in (3, 2, 1)]
    )
    edition = edition_of(pack, Realm.REHEARSAL)
    shuffled = matters.sample(fraction=1, shuffle=True, seed=3)
    again = major_matters_model(pack, shuffled, difficulties, figures, edition=edition, facts=facts)
    assert model_bytes(again) == model_bytes(report)
