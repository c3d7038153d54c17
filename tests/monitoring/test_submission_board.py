"""The submission board against deadlines worked by hand (DOMAIN c; the days off of 2026 from calendar.yaml)."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from board_cases import CALENDAR, PACK, board_on, day, event, log, row_on
from xinqu.coordination.returns_due import overtaken_returns
from xinqu.monitoring.submission_board import COLUMNS, STATES, falling_due

SUBMITTED = event("return.submitted", "2026-04-13")
CO_CHECKED = event("return.co_checked", "2026-04-14", result="agreed")
AREA = event("return.area_approved", "2026-04-14")
PROVINCE = event("return.province_approved", "2026-04-15")
ACCEPTED = event("return.accepted", "2026-04-16")
SENT_BACK = event("return.sent_back", "2026-04-14", reason="r")
AGAIN = event("return.submitted", "2026-04-17", version=2)

# what it proves, day, events, state, timing, holder role, holder; xa4 is co-checked by the province's land bureau
# before the province approves (form xa4), due 15 April, grace 5 working days to 22 April
CASES = [
    ("before the end of its period", "2025-12-31", [], "not_due", "not_due", None, None),
    ("on the due day", "2026-04-15", [], "due", "due", "filer", "lanzhou.land"),
    ("the day after", "2026-04-16", [], "late", "late", "filer", "lanzhou.land"),
    ("last day of grace", "2026-04-22", [], "late", "late", "filer", "lanzhou.land"),
    ("after the grace", "2026-04-23", [], "missing", "missing", "filer", "lanzhou.land"),
    ("handed in", "2026-04-13", [SUBMITTED], "in_approval", "on_time", "area_checker", "lanzhou"),
    ("approved by the area", "2026-04-14", [SUBMITTED, AREA], "in_approval", "on_time", "province", "gansu.nr"),
    ("co-checked", "2026-04-14", [SUBMITTED, AREA, CO_CHECKED], "in_approval", "on_time", "province", "gansu"),
    ("with the nation", "2026-04-15", [SUBMITTED, AREA, CO_CHECKED, PROVINCE], "in_approval", "on_time", "ndrc", "ndrc"),
    ("accepted", "2026-04-16", [SUBMITTED, AREA, CO_CHECKED, PROVINCE, ACCEPTED], "accepted", "on_time", None, None),
    ("sent back", "2026-04-20", [SUBMITTED, SENT_BACK], "returned", "on_time", "filer", "lanzhou.land"),
    ("in again after it was sent back", "2026-04-17", [SUBMITTED, SENT_BACK, AGAIN], "in_approval", "on_time", "area_checker", "lanzhou"),
    ("recalled", "2026-04-14", [SUBMITTED, event("return.recalled", "2026-04-14")], "recalled", "on_time", "filer", "lanzhou.land"),
    ("late within grace", "2026-04-20", [event("return.submitted", "2026-04-20")], "in_approval", "late", "area_checker", "lanzhou"),
    ("after the grace it comes", "2026-04-24", [event("return.submitted", "2026-04-24")], "in_approval", "after_grace", "area_checker", "lanzhou"),
    ("a sub-unit's return is not the area's", "2026-04-16", [event("return.submitted", "2026-04-13", sub_unit="u1")], "late", "late", "filer", "lanzhou.land"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "events", "state", "timing", "role", "holder"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_state_timing_and_holder(as_of, events, state, timing, role, holder):
    row = row_on(as_of, *events)
    assert (row["state"], row["timing"], row["holder_role"], row["holder"]) == (state, timing, role, holder)
    assert state in STATES


def test_working_days_left_count_make_up_days():
    """xm2 of 2026-09 is due on 16 October; 9 and 10 October (a make-up Saturday) and 12 to 16: 7 after the 8th."""
    row = row_on("2026-10-08", form="xm2", period="2026-09")
    assert (row["due_on"], row["days_left"]) == (day("2026-10-16"), 7)


def test_days_after_the_due_day_are_negative_when_early():
    assert row_on("2026-04-16", SUBMITTED)["days_after_due"] == -2
    assert row_on("2026-04-20", event("return.submitted", "2026-04-20"))["days_after_due"] == 3


def test_a_correction_of_an_accepted_return_is_in_approval_and_still_accepted():
    later = [SUBMITTED, AREA, CO_CHECKED, PROVINCE, ACCEPTED, event("return.submitted", "2026-05-20", version=2)]
    row = row_on("2026-05-21", *later)
    assert (row["state"], row["is_accepted"], row["version"]) == ("in_approval", True, 2)


def test_an_extension_moves_due_day_and_grace_for_that_area_alone():
    moved = event("return.extended", "2026-04-10", due="2026-04-24")
    row = row_on("2026-04-24", moved)
    assert (row["state"], row["due_on"], row["extended"], row["days_left"]) == ("due", day("2026-04-24"), True, 0)
    assert row_on("2026-04-25", moved)["state"] == "late"
    assert row_on("2026-04-24", moved, area="pudong")["state"] == "missing"
    assert row_on("2026-04-24", moved, event("return.submitted", "2026-04-22"))["timing"] == "on_time"


def test_an_extension_given_later_is_not_known_before():
    assert row_on("2026-04-09", event("return.extended", "2026-04-10", due="2026-04-24"))["due_on"] == day("2026-04-15")


def test_a_provisional_due_day_never_lapses():
    """The calendar of 2027 is not known: xm2 of 2026-12 is due in January 2027, provisionally."""
    row = row_on("2027-02-26", form="xm2", period="2026-12")
    assert (row["state"], row["provisional"]) == ("due", True)
    late = event("return.submitted", "2027-02-26", form="xm2", period="2026-12")
    assert row_on("2027-02-26", late, form="xm2", period="2026-12")["timing"] == "unsettled"


def test_a_partner_co_checks_without_a_name():
    """xa10 is countersigned by another area or province before the nation accepts it (DOMAIN c)."""
    events = [event(kind, "2026-04-20", form="xa10") for kind in ("return.submitted", "return.area_approved", "return.province_approved")]  # fmt: skip
    row = row_on("2026-04-21", *events, form="xa10")
    assert (row["holder_role"], row["holder"]) == ("partner", "")


def test_a_lock_closes_all_areas_and_an_unlock_opens_one():
    lock = ("return.locked", "2026-05-01", {"form": "xa4", "period": "2025"})
    unlock = event("return.unlocked", "2026-05-10", reason="r")
    locked = dict(board_on("2026-05-20", lock, unlock).select("area", "locked").iter_rows())
    assert [area for area, is_locked in locked.items() if not is_locked] == ["lanzhou"]
    again = ("return.locked", "2026-05-15", {"form": "xa4", "period": "2025"})
    assert board_on("2026-05-20", lock, unlock, again)["locked"].all()
    assert not board_on("2026-04-30", lock, unlock, again)["locked"].any()


def test_an_area_owes_nothing_before_it_was_approved():
    """Xiongan was approved on 1 April 2017, Pudong in 1992; xa4 is in force from 2019-12-31: every area owes 2019."""
    found = board_on("2020-02-01", first="2019-12-01")
    assert found.height == len(PACK.areas)
    assert tuple(found.columns) == COLUMNS


def test_reminders_name_what_falls_due_in_working_days_and_what_is_late():
    found = board_on("2026-04-08", forms=("xa4", "xa6", "xm2"))
    soon = falling_due(found, working_days=5)
    assert set(soon["form"]) == {"xa4", "xa6", "xm2"}  # 9, 10, 13, 14, 15 April; xm2 on the 13th, its 8th working day
    assert soon["due_on"].is_sorted()
    assert set(falling_due(found, working_days=4)["form"]) == {"xm2"}
    assert falling_due(found, working_days=2).is_empty()
    assert set(falling_due(board_on("2026-04-17"), working_days=0)["state"]) == {"late"}


@settings(max_examples=60, deadline=None)
@given(
    filed=st.none() | st.dates(dt.date(2026, 1, 5), dt.date(2026, 5, 30)),
    as_of=st.dates(dt.date(2026, 1, 5), dt.date(2026, 6, 30)),
    moved=st.none() | st.dates(dt.date(2026, 4, 16), dt.date(2026, 5, 20)),
)
def test_the_board_and_the_tick_agree(filed, as_of, moved):
    """What the board calls late or missing is what the tick writes as lapsed, from the same log on the same day."""
    events = [event("return.submitted", filed.isoformat())] if filed and filed <= as_of else []
    events += [event("return.extended", "2026-01-05", due=moved.isoformat())] if moved else []
    row = row_on(as_of.isoformat(), *events)
    written = overtaken_returns(PACK, log(*events), CALENDAR, since=dt.date(2026, 1, 1), as_of=as_of, forms=["xa4"])
    lapsed = {e.data["status"] for e in written if e.data["area"] == "lanzhou"}
    expected = {"late": {"late"}, "missing": {"late", "missing"}, "after_grace": {"late", "missing"}}
    assert lapsed == expected.get(row["timing"], set())
    left = row["days_left"] if row["filed_on"] is None else -row["days_after_due"]
    assert left == CALENDAR.between(row["filed_on"] or as_of, row["due_on"])


def test_board_rows_are_one_per_form_area_and_period():
    found = board_on("2026-06-30", forms=("xm1", "xq1", "xa4"), first="2025-01-01")
    assert found.select("form", "area", "period").is_unique().all()
    assert found.filter((pl.col("form") == "xm1") & pl.col("period").str.ends_with("-01")).is_empty()
