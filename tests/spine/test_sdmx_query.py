"""SDMX REST queries by the words of the standard: https://github.com/sdmx-twg/sdmx-rest/blob/v2.1.0/doc/data.md."""

import contextlib

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.spine.sdmx_query import data_query, matches
from xinqu.vocabulary.problem import Refused

ROWS = [
    ("M", "lanzhou", "_T", "xm1_output", "2026-01", "10"), ("M", "lanzhou", "lanzhou-u1", "xm1_output", "2026-02", "9"),
    ("M", "nansha", "_T", "xm1_sales", "2026-02", "8"), ("M", "nansha", "_T", "xm1_output", "2026-03", None),
    ("A", "nansha", "_T", "xa1_gdp", "2025", "7"), ("Q", "nansha", "_T", "xq1_x", "2026-Q1", "6"),
]  # fmt: skip
FRAME = pl.DataFrame(
    ROWS,
    schema=dict.fromkeys(("FREQ", "REF_AREA", "SUB_UNIT", "ITEM", "TIME_PERIOD", "OBS_VALUE"), pl.String),
    orient="row",
)
CASES = [
    ("everything", "*", {}, [0, 1, 2, 3, 4, 5]),
    ("one area", "*.lanzhou.*.*", {}, [0, 1]),
    ("two keys", "M.lanzhou._T.*,A.*.*.*", {}, [0, 4]),
    ("either code", "*.lanzhou+nansha._T.xm1_output", {}, [0, 3]),
    ("an empty place is a wildcard", "M...xm1_output", {}, [0, 1, 3]),
    ("a span of time", "*", {"c[TIME_PERIOD]": "ge:2026-02 le:2026-03"}, [1, 2, 3]),
    ("plus as it comes undecoded", "*", {"c[TIME_PERIOD]": "ge:2026-02+le:2026-03"}, [1, 2, 3]),
    ("either period", "*", {"c[TIME_PERIOD]": "2026-01,2025"}, [0, 4]),
    ("a year holds its months and quarters", "*", {"c[TIME_PERIOD]": "ge:2026 le:2026"}, [0, 1, 2, 3, 5]),
    ("bounds of SDMX 2.1", "*", {"startPeriod": "2026-02", "endPeriod": "2026-02"}, [1, 2]),
    ("a month in SDMX 3 words", "*", {"c[TIME_PERIOD]": "2026-M01"}, [0]),
    ("a value", "*", {"c[OBS_VALUE]": "ge:9"}, [0, 1]),
    ("starts with", "*", {"c[ITEM]": "sw:xm1"}, [0, 1, 2, 3]),
    ("not this", "*", {"c[REF_AREA]": "ne:nansha"}, [0, 1]),
]


@pytest.mark.parametrize(("key", "parameters", "rows"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_query_chooses(key, parameters, rows):
    found = FRAME.with_row_index("row").filter(matches(data_query(key, parameters)))
    assert found["row"].to_list() == rows


@pytest.mark.parametrize(
    ("key", "parameters"),
    [("M.lanzhou", {}), ("a.b.c.d.e", {}), ("*", {"c[TIME_PERIOD]": "ge:yesterday"}), ("*", {"c[NOPE]": "x"}),
     ("*", {"c[ITEM]": "like:x"}), ("*", {"startPeriod": "2026-13"}), ("*", {"nonsense": "1"}), ("*", {"asOf": "2026"}),
     ("*", {"c[OBS_VALUE]": "ge:much"})],
)  # fmt: skip
def test_what_the_standard_does_not_have_is_refused(key, parameters):
    with pytest.raises(Refused) as refused:
        FRAME.filter(matches(data_query(key, parameters)))
    assert refused.value.problems[0].code == "XQ-SDMX-021"


@given(
    st.text(max_size=20),
    st.dictionaries(st.sampled_from(["c[TIME_PERIOD]", "c[ITEM]", "endPeriod"]), st.text(max_size=12)),
)
def test_any_text_is_answered_or_refused(key, parameters):
    with contextlib.suppress(Refused):
        FRAME.filter(matches(data_query(key, parameters)))
