"""Time through the log: what it brings about is written once, whether one ticks daily, after a pause or twice."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

import hands
from hands import Key, upload
from xinqu.cli.main import main
from xinqu.spine import log
from xinqu.spine.snapshot import take
from xinqu.spine.tick import tick
from xinqu.spine.workspace import Workspace, open_workspace

AS_OF = dt.date(2026, 7, 31)
SAID = ("type", "subject", "effective_on", "data")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A realm opened on 1 April 2026 in which Lanzhou files March in time, April late and nothing else comes."""
    made = hands.workspace(tmp_path_factory.mktemp("tick") / "workspace")
    hands.accept(made, upload(), day=14)
    hands.accept(made, upload("2026-04"), key=Key("xm1", "lanzhou", "2026-04"), day=60)
    return made.dir


@pytest.fixture
def opened(whole, tmp_path) -> Workspace:
    return open_workspace(shutil.copytree(whole, tmp_path / "workspace"))


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


def by_time(opened: Workspace) -> pl.DataFrame:
    events = log.events(opened, hands.REALM)
    return events.filter(actor=log.SYSTEM).filter(pl.col("type") != "account.granted")


def test_ticking_twice_writes_nothing_more(opened):
    written = tick(opened, hands.REALM, as_of=AS_OF, recorded_at=at(AS_OF))
    assert len(written) > 500
    head = log.head(opened)
    assert tick(opened, hands.REALM, as_of=AS_OF, recorded_at=at(AS_OF)) == []
    assert tick(opened, hands.REALM, as_of=dt.date(2026, 6, 1), recorded_at=at(AS_OF)) == []
    assert log.head(opened) == head


def test_ticking_after_a_pause_writes_what_ticking_on_the_way_writes(opened, whole, tmp_path):
    other = open_workspace(shutil.copytree(whole, tmp_path / "other"))
    days = [dt.date(2026, 6, 5), dt.date(2026, 6, 6), dt.date(2026, 6, 30), dt.date(2026, 7, 14), AS_OF]
    for day in days:
        tick(other, hands.REALM, as_of=day, recorded_at=at(day))
    tick(opened, hands.REALM, as_of=AS_OF, recorded_at=at(AS_OF))
    once, often = (by_time(workspace).select(SAID).sort(SAID) for workspace in (opened, other))
    assert once.equals(often)


def test_each_event_bears_the_day_that_brought_it_about_and_comes_in_that_order(opened):
    """xm1 for March, by hand from DOMAIN c and the holidays of 2026.

    Due on working day 12 after March: 4 to 6 April are Qingming, so Friday 17 April. Reminded of three working days
    before, on Tuesday 14 April. Late from the day after the due day, the 18th; two working days of grace, 20 and 21 April; missing from the 22nd.
    """
    tick(opened, hands.REALM, as_of=AS_OF, recorded_at=at(AS_OF))
    events = by_time(opened)
    assert events["effective_on"].is_sorted()
    late = events.filter(pl.col("subject") == "return/xm1/pudong/2026-03").select("type", "effective_on", "data")
    assert [row[:2] for row in late.rows()] == [
        ("return.due_soon", dt.date(2026, 4, 14)),
        ("return.due_passed", dt.date(2026, 4, 18)),
        ("return.due_passed", dt.date(2026, 4, 22)),
    ]
    assert '"due":"2026-04-17"' in late["data"][0]
    assert "late" in late["data"][1]
    assert "missing" in late["data"][2]


def test_what_came_in_time_does_not_lapse_and_what_came_late_was_late_and_missing(opened):
    tick(opened, hands.REALM, as_of=AS_OF, recorded_at=at(AS_OF))
    events = by_time(opened)
    lapsed = events.filter(type="return.due_passed")["subject"].to_list()
    assert "return/xm1/lanzhou/2026-03" not in lapsed
    assert lapsed.count("return/xm1/lanzhou/2026-04") == 2
    reminded = events.filter(type="return.due_soon")["subject"].to_list()
    assert reminded.count("return/xm1/lanzhou/2026-03") == 1  # it came on 15 April, a day after the reminder


def test_who_filed_is_not_reminded_and_a_moved_due_day_is_reminded_of_again(opened, whole):
    from xinqu.spine import calendar_acts

    key = Key("xm1", "lanzhou", "2026-06")
    hands.submit(opened, upload("2026-06"), day=96)  # 6 July; due on Thursday 16 July, reminded of on the 13th
    moved = Key("xm1", "pudong", "2026-06")
    calendar_acts.extend(
        opened, hands.REALM, moved, dt.date(2026, 7, 22), account="shanghai.approver", reason="flood",
        clock=lambda: at(dt.date(2026, 7, 14)),
    )  # fmt: skip
    for day in (dt.date(2026, 7, 14), AS_OF):
        tick(opened, hands.REALM, as_of=day, recorded_at=at(AS_OF))
    reminded = by_time(opened).filter(type="return.due_soon")
    assert reminded.filter(pl.col("subject") == key.subject).is_empty()
    days = reminded.filter(pl.col("subject") == moved.subject)["effective_on"].to_list()
    assert days == [dt.date(2026, 7, 17)]  # the extension stood when the first tick looked


def test_the_command_writes_once(opened, capsys):
    words = ["tick", "--dir", str(opened.dir), "--realm", "rehearsal", "--as-of", AS_OF.isoformat(), "--format", "csv"]
    assert main(words) == 0
    first = capsys.readouterr().out.splitlines()
    assert len(first) > 500
    assert first[0] == "seq,type,subject,effective_on"
    head = log.head(open_workspace(opened.dir))
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines() == first[:1]
    assert log.head(open_workspace(opened.dir)) == head


def test_a_realm_in_which_nothing_happened_is_left_alone(opened):
    assert tick(opened, "published", as_of=AS_OF) == []


def test_an_older_vintage_does_not_see_what_time_brought_later(opened):
    before = take(opened, hands.REALM)
    tick(opened, hands.REALM, as_of=AS_OF, recorded_at=at(AS_OF))
    again = take(opened, hands.REALM, before.vintage)
    assert again.events.equals(before.events)
    assert again.difficulties.equals(before.difficulties)
