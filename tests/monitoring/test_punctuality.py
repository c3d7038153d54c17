"""Punctuality against counts made by hand on four returns of one day."""

import datetime as dt

import polars as pl
import pytest

from board_cases import board_on, event
from xinqu.monitoring.punctuality import punctuality

# xa4 of 2025, due 15 April 2026: two early, one two working days late, one after the grace, one sent back and in again
EVENTS = [
    event("return.submitted", "2026-04-13"),
    event("return.submitted", "2026-04-14", area="pudong"),
    event("return.sent_back", "2026-04-15", area="pudong", reason="r"),
    event("return.submitted", "2026-04-20", area="pudong", version=2),
    event("return.submitted", "2026-04-17", area="nansha"),
    event("return.submitted", "2026-04-27", area="binhai"),
]
AS_OF = dt.date(2026, 5, 6)


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    return board_on(AS_OF.isoformat(), *EVENTS, forms=("xa4", "xm1"))


def test_counts_shares_and_days_by_form(found):
    row = punctuality(found, by=["form"], as_of=AS_OF).row(by_predicate=pl.col("form") == "xa4", named=True)
    assert (row["owed"], row["on_time"], row["late"], row["after_grace"], row["missing"]) == (19, 2, 1, 1, 15)
    assert row["share_on_time"] == pytest.approx(2 / 19)
    assert row["median_days"] == 0.5  # -2, -1, 2, 8
    assert row["times_sent_back"] == 1
    assert row["sent_back_per_return"] == 0.25


def test_the_quarter_is_that_of_the_due_day(found):
    rows = punctuality(found.filter(pl.col("form") == "xa4"), by=["quarter"], as_of=AS_OF)
    assert rows["quarter"].to_list() == ["2026-Q2"]


def test_what_is_not_yet_due_does_not_count_even_when_filed():
    early = board_on("2026-04-14", *EVENTS[:2])
    assert punctuality(early, by=[], as_of=dt.date(2026, 4, 14))["owed"].to_list() == [0]


def test_each_owed_return_is_counted_once_whatever_the_groups(found):
    whole = punctuality(found, by=[], as_of=AS_OF)
    for by in (["form"], ["area"], ["quarter"], ["form", "area", "quarter"]):
        parts = punctuality(found, by=by, as_of=AS_OF)
        for column in ("owed", "on_time", "late", "after_grace", "missing", "times_sent_back"):
            assert parts[column].sum() == whole[column].item()
        assert (
            parts["owed"] == parts.select(pl.sum_horizontal("on_time", "late", "after_grace", "missing")).to_series()
        ).all()
