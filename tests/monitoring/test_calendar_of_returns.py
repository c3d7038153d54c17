"""The calendar of returns against the deadlines of DOMAIN section c, worked by hand with the days off of 2026."""

import datetime as dt

import polars as pl
import pytest

from xinqu.monitoring.calendar_of_returns import due_table, settled_on
from xinqu.policy.load import load_pack

PACK = load_pack()
TABLE = due_table(PACK, PACK.calendar, dt.date(2025, 1, 1), dt.date(2026, 12, 31))

# form, period, due, grace until; oracle: DOMAIN c and the holidays of 2026 (calendar.yaml), counted by hand
CASES = [
    ("xm1", "2026-08", "2026-09-16", "2026-09-18"),  # 12th working day of September
    ("xm2", "2026-09", "2026-10-16", "2026-10-20"),  # 8 to 16 October with the make-up Saturday 10 October: 8 days
    ("xq1", "2026-Q1", "2026-04-27", "2026-04-30"),  # 25 April is a Saturday
    ("xa4", "2025", "2026-04-15", "2026-04-22"),
    ("xa8", "2025", "2026-02-28", "2026-03-06"),  # a make-up Saturday: the due day stands
    ("xh1", "2026-S1", "2026-07-21", "2026-07-28"),
]


@pytest.mark.parametrize(("form", "period", "due", "grace"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_due_day_and_grace(form, period, due, grace):
    row = TABLE.filter((pl.col("form") == form) & (pl.col("period") == period)).row(0, named=True)
    assert (row["due_on"].isoformat(), row["grace_until"].isoformat(), row["provisional"]) == (due, grace, False)


def test_there_is_no_return_for_january_of_the_monthly_form():
    assert TABLE.filter((pl.col("form") == "xm1") & pl.col("period").str.ends_with("-01")).is_empty()
    assert TABLE.filter(pl.col("form") == "xm1").height == 22


def test_a_due_day_beyond_the_known_calendar_is_provisional():
    late = TABLE.filter(pl.col("period").is_in(["2026", "2026-Q4", "2026-S2", "2026-12"]))
    assert late["provisional"].all()
    assert not TABLE.filter(pl.col("due_on") < dt.date(2026, 12, 1))["provisional"].any()


def test_each_form_and_period_stands_once():
    assert TABLE.select("form", "period").is_unique().all()


def test_a_figure_is_settled_after_the_grace_of_its_last_form():
    """L03 needs xa1 (31 March + 5) and xa4 (15 April + 5 working days: 22 April)."""
    figures = pl.DataFrame({"indicator": ["L03", "Q01"], "period": ["2025", "2026-Q1"]})
    days = settled_on(PACK, figures, PACK.calendar)
    assert days.filter(pl.col("indicator") == "L03")["settled_on"].item() == dt.date(2026, 4, 22)
