"""Aggregates and estimates over vintages of the rehearsal: what stood in for a value, what came, and the way back."""

import json

import polars as pl
import pytest

from xinqu.cli.main import main
from xinqu.spine.aggregates import aggregates_of, estimate_revisions, estimates_of, trace_of_group
from xinqu.spine.snapshot import Snapshot, take
from xinqu.spine.trace import trace
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.problem import Refused

REALM, FORM, PERIOD = "rehearsal", "xm1", "2026-09"
COUNTED = 16  # of 19 acceptances of the month: what the pack asks for, by number
LEVEL, MARGIN = 0.9, 0.1  # of interval coverage; the month has some 200 late values of three areas


@pytest.fixture
def now(demo_workspace) -> Snapshot:
    return take(demo_workspace, REALM)


@pytest.fixture
def earlier(now) -> Snapshot:
    """The realm when the sixteenth area's return of the month had just been accepted."""
    month = now.submissions.filter(form=FORM, period=PERIOD).filter(pl.col("accepted_event").is_not_null())
    first = month.group_by("area").agg(pl.col("accepted_event").min()).sort("accepted_event")
    return take(now.workspace, REALM, first["accepted_event"].to_list()[COUNTED - 1])


def test_an_estimate_stands_until_the_return_comes_and_its_error_is_a_revision(now, earlier):
    late = estimates_of(earlier).filter(period=PERIOD, item="xm1_output")
    assert late.height == 19 - COUNTED
    assert late["origin"].to_list() == ["estimated"] * late.height
    assert estimates_of(now).filter(period=PERIOD, item="xm1_output").is_empty()
    facts = now.facts[FORM].filter(period=PERIOD, sub_unit="").select("area", pl.col("xm1_output").alias("came"))
    revised = estimate_revisions(now, earlier)
    mine = revised.filter(item="xm1_output").join(facts, on="area")
    assert mine["area"].to_list() == late["area"].to_list()
    assert mine.select(pl.col("estimate") + pl.col("revision"))["estimate"].to_list() == pytest.approx(mine["came"].to_list())  # fmt: skip
    assert (mine["event"] > earlier.vintage).all()
    month = revised.filter(pl.col("item").str.starts_with(FORM) & (pl.col("period") == PERIOD))
    assert month["inside"].mean() > LEVEL - MARGIN


def test_an_estimate_is_never_a_fact_a_figure_or_a_lamp(earlier):
    absent = set(estimates_of(earlier).filter(period=PERIOD, item="xm1_trade")["area"])
    assert absent
    facts = earlier.facts[FORM].filter(period=PERIOD, sub_unit="")
    assert not absent & set(facts["area"])
    own = earlier.figures.filter((pl.col("period") == PERIOD) & pl.col("area").is_in(list(absent)) & (pl.col("indicator") == "O01"))  # fmt: skip
    assert own["value"].to_list() == [None] * len(absent)
    lamps = earlier.lamps.filter((pl.col("period") == PERIOD) & pl.col("area").is_in(list(absent)) & (pl.col("indicator") == "O01"))  # fmt: skip
    assert set(lamps["lamp"]) <= {"grey"}


def test_an_aggregate_with_estimates_says_so_and_comes_nearer_to_the_later_value(now, earlier):
    only = {"indicators": ["xm1_output"], "periods": [PERIOD]}
    bare = aggregates_of(earlier, "nation", **only).row(0, named=True)
    filled = aggregates_of(earlier, "nation", **only, with_estimates=True).row(0, named=True)
    final = aggregates_of(now, "nation", **only).row(0, named=True)
    assert (bare["estimated_share"], final["estimated_share"], final["without"]) == (0, 0, [])
    assert filled["estimated"] == bare["without"]
    assert filled["coverage"] == bare["coverage"] == COUNTED / 19
    assert 0 < filled["estimated_share"] < 1
    made_up = aggregates_of(earlier, "nation", **only, with_estimates=True)
    assert made_up["estimated"].list.len().item() == 19 - COUNTED
    if filled["value"] is not None:  # the three late areas may be too large a part of the nation
        assert abs(filled["value"] / final["value"] - 1) < 0.02


def test_an_aggregate_walks_back_to_its_areas_and_on_to_their_cells(now):
    whole, leaves = trace_of_group(now, "L03", "peer", "E", "2025")
    sums = leaves.filter("in_sum").group_by("input").agg(pl.col("value").sum())
    product, land = (sums.filter(input=name)["value"].item() for name in ("xa1_gdp", "xa4_con_total"))
    assert whole["value"] == pytest.approx(0.01 * product / land, rel=1e-12)
    walk = trace(now, FigureId.parse(leaves["trace"].to_list()[0]))
    assert {entry.item for entry in walk.trace.inputs} == {"xa1_gdp", "xa4_con_total"}


@pytest.mark.parametrize("where", [("peer", "Q"), ("galaxy", "nation")])
def test_a_group_that_does_not_exist_is_refused(now, where):
    with pytest.raises(Refused, match="XQ-FIGURE-005"):
        trace_of_group(now, "L03", *where, "2025")


def test_the_commands(demo_folder, capsys):
    where = ["--dir", str(demo_folder), "--realm", REALM, "--lang", "en"]
    assert main(["figures", "--groups", "nation", "--indicator", "xa1_gdp", "--period", "2025", "--format", "json", *where]) == 0  # fmt: skip
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["method"], row["areas"], row["size_coverage"]) == ("sum", 19, 1.0)
    assert main(["trace", "L03/nation/2025", "--format", "json", *where]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["aggregate"]["expected"] == len({leaf["area"] for leaf in told["areas"]})
    assert main(["trace", "L03/nation/2025", *where]) == 0
    assert "coverage by size  1.0" in capsys.readouterr().out
    assert main(["figures", "--estimates", "accuracy", "--item", "xm1_output", "--format", "csv", *where]) == 0
    assert "seasonal" in capsys.readouterr().out
    assert main(["figures", "--estimates", "revisions", *where]) == 2  # since when
    assert "--since" in capsys.readouterr().err
    assert main(["figures", "--groups", "nation", "--indicator", "nothing", *where]) == 1
    assert "XQ-CLI-006" in capsys.readouterr().err
