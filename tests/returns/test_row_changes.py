"""What changed between two versions, item by item or record by record."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from xinqu.policy.load import load_pack
from xinqu.returns.record_rows import record_schema
from xinqu.returns.row_changes import CHANGES, changes_between

PACK = load_pack()
FORM = PACK.forms["xr2"]
KEY = FORM.keys[0]
CODES = [item.code for item in FORM.items if not item.key]


def records(*rows: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame([{"#states": ""} | row for row in rows], schema=record_schema(FORM))


def test_records_are_compared_by_key():
    first, second = CODES[:2]
    before = records({KEY: "P1", first: "1"}, {KEY: "P2", first: "2"}, {KEY: "P3"})
    states = f'{{"{second}":"not_applicable"}}'
    after = records({KEY: "P1", first: "1"}, {KEY: "P2", first: "5", "#states": states}, {KEY: "P4"})
    found = changes_between(FORM, before, after)
    assert found.columns == list(CHANGES)
    assert found.select("record", "item", "change", "before", "after").rows() == [
        (f'{{"{KEY}":"P2"}}', first, "changed", "2", "5"),
        (f'{{"{KEY}":"P2"}}', second, "changed", "<missing>", "<not_applicable>"),
        (f'{{"{KEY}":"P3"}}', "", "removed", None, None),
        (f'{{"{KEY}":"P4"}}', "", "added", None, None),
    ]


ROWS = st.dictionaries(st.sampled_from("abcdef"), st.tuples(*[st.sampled_from([None, "1", "2"])] * 2), max_size=6)


@given(ROWS, ROWS)
def test_the_changes_are_those_found_value_by_value(before, after):
    frames = [
        records(*({KEY: key, CODES[0]: one, CODES[1]: two} for key, (one, two) in rows.items()))
        for rows in (before, after)
    ]
    expected = {(key, "", "removed") for key in before.keys() - after.keys()}
    expected |= {(key, "", "added") for key in after.keys() - before.keys()}
    expected |= {
        (key, CODES[n], "changed")
        for key in before.keys() & after.keys()
        for n in range(2)
        if before[key][n] != after[key][n]
    }
    found = changes_between(FORM, *frames)
    names = found["record"].str.extract(r':"(\w+)"')
    assert set(zip(names, found["item"], found["change"], strict=True)) == expected
    assert found.height == len(expected)
