"""Which figure is quoted: the latest known, else the latest unknown, else missing at the period last ended."""

import datetime as dt

import pytest
from made_reports import AS_OF

from xinqu.reporting.latest import indicators_on, last_ended, latest_figures
from xinqu.vocabulary.periods import Frequency


@pytest.fixture(scope="module")
def latest(pack, figures):
    rows = latest_figures(figures, pack, as_of=AS_OF).to_dicts()
    return {(row["indicator"], row["area"]): row for row in rows}


def test_every_pair_has_one_row(pack, latest):
    assert len(latest) == len(indicators_on(pack, AS_OF)) * len(pack.areas)


def test_known_beats_later_unknown_and_own_frequency_beats_annual(latest):
    assert latest["Q01", "nansha"]["period"] == "2023-Q4"
    assert latest["Q01", "nansha"]["value"] == 4.3


def test_unknown_keeps_its_reason_and_period(latest):
    row = latest["Q01", "liangjiang"]
    assert (row["period"], row["unknown"]) == ("2025-Q4", "series_break")


def test_absent_is_missing_at_the_period_last_ended(latest):
    row = latest["Q01", "xiongan"]
    assert (row["period"], row["unknown"], row["value"]) == ("2026-Q3", "missing", None)


def test_unknown_exactly_where_there_is_no_value(latest):
    assert all((row["value"] is None) == (row["unknown"] is not None) for row in latest.values())


@pytest.mark.parametrize(
    ("frequency", "day", "period"),
    [
        (Frequency.ANNUAL, dt.date(2026, 11, 16), "2025"),
        (Frequency.ANNUAL, dt.date(2026, 12, 31), "2026"),
        (Frequency.HALF_YEAR, dt.date(2026, 7, 1), "2026-S1"),
        (Frequency.QUARTERLY, dt.date(2026, 1, 1), "2025-Q4"),
        (Frequency.MONTHLY, dt.date(2026, 2, 28), "2026-02"),
        (Frequency.MONTHLY, dt.date(2026, 3, 30), "2026-02"),
    ],
)
def test_last_ended_period(frequency, day, period):
    assert str(last_ended(frequency, day)) == period
