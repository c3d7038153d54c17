"""Figures of outside sources stand beside returns by area and day; a change that no document states is silence."""

import datetime as dt
import functools

import polars as pl

from xinqu.engines.outside import with_outside
from xinqu.policy.load import load_pack

pack = functools.cache(load_pack)
COLUMN = "outside('approved_land_km2')"


def test_the_extent_of_the_approval_document_is_read_by_area_and_day():
    """Guo Han [2012] 104: Lanzhou New Area, 1,700 km2; Guo Han [2010] 36: Liangjiang, 1,200 km2 until 2025-11-06."""
    rows = pl.DataFrame(
        [("lanzhou", "2024"), ("lanzhou", "2011"), ("liangjiang", "2024"), ("liangjiang", "2025"), ("lanzhou", "2024")],
        schema=["area", "period"],
        orient="row",
    )
    assert with_outside(pack(), rows, ["approved_land_km2"])[COLUMN].to_list() == [1700, None, 1200, None, 1700]


def test_total_is_land_and_sea_and_every_value_has_its_document():
    day = dt.date(2024, 12, 31)
    assert pack().outside_value("approved_area_km2", "zhoushan", day) == 22240
    assert pack().outside_value("approved_land_km2", "zhoushan", day) == 1440
    assert all(value.document for name in pack().outside_figures for value in pack().outside_values(name))


def test_nothing_is_added_where_nothing_is_read():
    rows = pl.DataFrame({"area": ["lanzhou"], "period": ["2024"]})
    assert with_outside(pack(), rows, []).columns == ["area", "period"]
