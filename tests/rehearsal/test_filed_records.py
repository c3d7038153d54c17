"""Record returns of a nation: projects add up to what the areas report of them; all are owed, filed and hold their checks."""

import polars as pl
import pytest

from xinqu.policy.load import load_pack
from xinqu.rehearsal.nation import generate
from xinqu.rehearsal.records.filed import record_documents, registers_of
from xinqu.rehearsal.records.pipeline import projects
from xinqu.rehearsal.records.registers import REGISTERS
from xinqu.rehearsal.script import write_script
from xinqu.spine.record_store import record_facts_of
from xinqu.validation.run import validate
from xinqu.vocabulary.origin import Realm

PACK = load_pack()
# what xm2 says -> how records of xr2 say it
COUNTED = {
    "xm2_proj_n": pl.len(),
    "xm2_proj_plan_n": (pl.col("xr2_stage") == "approved").sum(),
    "xm2_proj_build_n": (pl.col("xr2_stage") == "building").sum(),
    "xm2_proj_done_n": (pl.col("xr2_stage") == "completed").sum(),
    "xm2_proj_susp_n": (pl.col("xr2_stage") == "suspended").sum(),
    "xm2_proj_late_n": (pl.col("xr2_nodes_late") > 0).sum(),
    "xm2_proj_foreign_n": (pl.col("xr2_kind") == "foreign").sum(),
    "xm2_proj_gap_land_n": (pl.col("xr2_blocked_by") == "land").sum(),
    "xm2_inv_plan_year": pl.col("xr2_inv_plan_year").sum().round(2),
    "xm2_inv_plan_ytd": pl.col("xr2_inv_plan_ytd").sum().round(2),
    "xm2_inv_done_ytd": pl.col("xr2_inv_done_ytd").sum().round(2),
}


@pytest.fixture(scope="module")
def nation():
    return generate(PACK, 11)


@pytest.fixture(scope="module")
def registers(nation):
    return registers_of(PACK, nation)


@pytest.mark.parametrize("year", ["2022", "2024", "2026"])
def test_projects_add_up_to_the_progress_report_in_every_month_of_a_year(nation, year):
    reported = nation.truth.complete["xm2"].filter(pl.col("sub_unit") == "", pl.col("period").str.starts_with(year))
    months = reported["period"].unique().sort()
    records = pl.concat(projects(reported, area, month, 3) for area in PACK.areas for month in months)
    counted = records.group_by("area", "period").agg(
        value.cast(pl.Float64).alias(f"{name}#counted") for name, value in COUNTED.items()
    )
    both = reported.join(counted, on=["area", "period"], how="left")
    apart = {
        name: both.filter((pl.col(name) != pl.col(f"{name}#counted")).fill_null(value=True)).height for name in COUNTED
    }
    assert apart == dict.fromkeys(COUNTED, 0)


def test_a_project_keeps_its_number_dates_and_whole_investment_from_month_to_month(registers):
    frame = registers.frames["xr2"]
    before, now = (frame.filter(period=period) for period in sorted(frame["period"].unique()))
    both = now.join(before, on=["area", "xr2_project_no"], suffix="#before")
    assert both.height == now.height
    assert (both["xr2_total_inv"] == both["xr2_total_inv#before"]).all()
    began = both.filter(pl.col("xr2_start_on#before").is_not_null())
    assert (began["xr2_start_on"] == began["xr2_start_on#before"]).all()
    assert (both["xr2_inv_done_cum"] >= both["xr2_inv_done_cum#before"]).all()


@pytest.mark.parametrize("form", list(REGISTERS))
def test_every_area_files_the_last_two_periods_and_no_check_refuses_or_warns(registers, form):
    documents = [document for key, document in record_documents(PACK, registers).items() if key[0] == form]
    assert len(documents) == 2 * len(PACK.areas) == registers.returns.filter(form=form).height
    found = validate(PACK, {form: record_facts_of(PACK, Realm.REHEARSAL, form, documents)}, form)
    told = found.counts.filter((pl.col("false") > 0) & (pl.col("level") != "info"))
    assert told.is_empty(), told


def test_record_returns_leave_the_hours_of_all_other_returns_alone(nation, registers):
    alone = write_script(PACK, nation)
    both = write_script(PACK, nation, registers.returns)
    others = both.filter(~pl.col("form").is_in(list(REGISTERS)))
    told = ["type", "actor", "effective_on", "subject", "version", "reason"]
    assert others.select(told).equals(alone.select(told))
    minutes = [frame["recorded_at"].dt.truncate("1m") for frame in (others, alone)]
    assert minutes[0].equals(minutes[1])
    assert both.height > alone.height
