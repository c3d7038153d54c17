"""Documents made of the nation are returns like any other: simulated throughout, on the scope of their period."""

import polars as pl
import pytest

from xinqu.engines.facts import rows_to_facts
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.versions import documents
from xinqu.returns.canonical import documents_to_long


@pytest.fixture(scope="module")
def quarterly(pack, nation):
    return documents(pack, nation, "xq3")


def test_one_document_per_return_and_version(nation, quarterly):
    owed = nation.returns.filter(pl.col("form") == "xq3", pl.col("filed") != "never")
    assert len(quarterly) == owed["versions"].sum()
    silent = nation.returns.filter(form="xq3", filed="never").row(0, named=True)
    assert (silent["area"], "", silent["period"], 1) not in quarterly


def test_every_value_is_simulated_and_blanks_keep_their_state(quarterly):
    document = quarterly["harbin", "", "2024-Q1", 1]
    assert set(document.rows["origin"]) == {"simulated"}
    states = dict(document.rows.select("item", "state").iter_rows())
    assert states["xq3_trains"] == "not_applicable"
    assert states["xq3_fdi_used"] == "reported"
    assert document.header.kind == "regular"


def test_the_header_names_the_scope_of_the_period(quarterly):
    assert quarterly["liangjiang", "", "2025-Q3", 1].header.scope == "S1"
    assert quarterly["liangjiang", "", "2025-Q4", 1].header.scope == "S4"


def test_read_back_they_are_the_facts_of_the_nation(pack, nation, quarterly):
    last = {}
    for (area, sub_unit, period, version), document in quarterly.items():
        key = (area, sub_unit, period)
        if version >= last.get(key, (0, None))[0]:
            last[key] = (version, document)
    long = documents_to_long([document for _, document in last.values()])
    read = rows_to_facts(pack, "xq3", long.with_columns(event=pl.lit(1, pl.Int64))).sort("area", "period")
    made = facts_of(pack, nation.forms, nation.returns, nation.states)["xq3"].sort("area", "period")
    compared = [name for name in made.columns if name not in ("submission", "event")]
    for name in compared:
        assert read[name].cast(pl.String).to_list() == made[name].cast(pl.String).to_list(), name
