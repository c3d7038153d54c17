"""Planted mistakes are seen by the check they name, get through the door only where it only warns, and are put right."""

import polars as pl
import pytest

from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.mistakes import CORRECTED, KINDS, REFUSED
from xinqu.rehearsal.versions import versions
from xinqu.validation.run import validate, validate_all

KEY = ["form", "area", "sub_unit", "period"]


def test_every_kind_is_planted(nation):
    planted = dict(nation.planted.group_by("kind").len().iter_rows())
    assert set(planted) == set(KINDS)
    assert planted["missing_return"] == planted["suppressed_cell"] == 1
    assert all(planted[kind] >= 5 for kind in (*CORRECTED, *REFUSED))
    assert planted["late"] > planted["very_late"] > 0


def test_first_versions_pass_the_door_and_each_slip_is_warned_of(pack, nation):
    first = {form: versions(nation, form).filter(version=1).drop("version") for form in nation.forms}
    found = validate_all(pack, facts_of(pack, first, nation.returns, nation.states)).findings.filter(verdict="false")
    assert found.filter(level="error").select("check", "area", "period").rows() == []
    slips = nation.planted.filter(pl.col("kind").is_in(CORRECTED))
    assert slips.join(found, on=[*KEY, "check"], how="anti").rows() == []


def test_what_is_refused_breaks_the_error_check_it_names(pack, nation):
    for row in nation.planted.filter(pl.col("kind").is_in(REFUSED)).iter_rows(named=True):
        cell = pl.all_horizontal(pl.col(name) == row[name] for name in KEY[1:])
        frame = nation.forms[row["form"]].with_columns(
            pl.when(cell).then(row["wrong"]).otherwise(row["item"]).alias(row["item"])
        )
        facts = facts_of(pack, {**nation.forms, row["form"]: frame}, nation.returns, nation.states)
        keys = frame.filter(cell).select(KEY[1:])
        found = validate(pack, facts, row["form"], keys=keys).findings.filter(verdict="false", level="error")
        assert row["check"] in found["check"].to_list()


@pytest.mark.parametrize(("kind", "factor"), [("x10", 10), ("unit_yuan", 10_000), ("unit_yi", 0.0001)])
def test_slips_are_off_by_their_factor(nation, kind, factor):
    rows = nation.planted.filter(kind=kind)
    assert rows["wrong"].to_list() == pytest.approx([right * factor for right in rows["right"]], rel=1e-3)


def test_forms_hold_the_right_values(nation):
    told = nation.planted.filter(pl.col("kind").is_in([*CORRECTED, *REFUSED, "explained_warning"]))
    for row in told.iter_rows(named=True):
        cell = nation.forms[row["form"]].filter(area=row["area"], sub_unit=row["sub_unit"], period=row["period"])
        assert cell[row["item"]].to_list() == [row["right"]]


def test_a_return_that_was_sent_back_has_two_versions_that_differ_in_the_slip_alone(nation):
    twice = nation.returns.filter(pl.col("versions") > 1)
    slips = nation.planted.filter(pl.col("kind").is_in(CORRECTED))
    assert set(twice.select(KEY).iter_rows()) == set(slips.select(KEY).iter_rows())
    row = slips.row(0, named=True)
    frame = versions(nation, row["form"]).filter(area=row["area"], period=row["period"])
    assert frame["version"].to_list() == [1, 2]
    differ = [name for name in frame.columns if frame[name][0] != frame[name][1]]
    assert sorted(differ) == sorted([row["item"], "version"])


def test_true_values_that_warn_are_known_to_warn(pack, nation):
    found = validate_all(pack, facts_of(pack, nation.forms, nation.returns, nation.states)).findings
    told = nation.planted.filter(kind="explained_warning")
    assert told.join(found.filter(verdict="false"), on=[*KEY, "check"], how="anti").rows() == []
