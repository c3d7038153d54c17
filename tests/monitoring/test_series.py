"""Figures by year: which period stands for a year, and what happens when it is not known."""

import polars as pl

from xinqu.monitoring.series import annual_values, with_period_columns


def test_the_closing_period_stands_for_the_year_and_the_whole_year_where_it_is_not_known():
    figures = pl.DataFrame(
        {
            "indicator": ["Q01"] * 6,
            "area": ["nansha"] * 6,
            "period": ["2022-Q3", "2022-Q4", "2022", "2023-Q4", "2023", "2024-Q3"],
            "value": [1.0, 2.0, 3.0, None, 4.3, 5.0],
            "unknown": [None, None, None, "missing", None, None],
        }
    )
    rows = annual_values(figures).select("year", "period", "value").rows()
    assert rows == [(2022, "2022-Q4", 2.0), (2023, "2023", 4.3)]


def test_months_and_half_years_close_their_year_too():
    periods = ["2024-12", "2024-11", "2024-S2", "2024-S1", "2024"]
    closes = with_period_columns(pl.DataFrame({"period": periods}))["closes_year"].to_list()
    assert closes == [True, False, True, False, True]
