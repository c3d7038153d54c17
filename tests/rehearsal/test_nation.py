"""The nation is plausible to every check of the pack, the same for the same seed, and true to what is published."""

import datetime as dt

import msgspec
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from xinqu.indicators.compile import compile_figures
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import generate
from xinqu.validation.run import validate_all

KEY = ["area", "sub_unit", "period"]
RARE = 0.02  # the brief of the issue: warnings and infos stay plausible and rare
HALF_WAN_YUAN = 0.5  # items in 万元 are whole numbers


def test_same_seed_gives_identical_frames(pack, nation, calibration):
    again = generate(pack, nation.seed, calibration=calibration)
    for form, frame in nation.forms.items():
        assert_frame_equal(frame, again.forms[form])
    for name in ("returns", "states", "planted"):
        assert_frame_equal(getattr(nation, name), getattr(again, name))
    assert_frame_equal(nation.truth.effects, again.truth.effects)


def test_another_seed_gives_another_nation(pack, nation, calibration):
    other = generate(pack, nation.seed + 1, calibration=calibration)
    assert not other.forms["xm1"]["xm1_fai"].equals(nation.forms["xm1"]["xm1_fai"])
    assert not other.planted.equals(nation.planted)


def test_every_item_of_every_area_form_is_filled(pack, nation):
    assert set(nation.forms) == {form.id for form in pack.area_forms}
    assert sum(len(frame.columns) - len(KEY) for frame in nation.forms.values()) == 346
    for form in pack.area_forms:
        frame = nation.forms[form.id]
        assert frame.columns == [*KEY, *(item.code for item in form.items)]
        blank = {item.code for item in form.items if item.required and frame[item.code].null_count()}
        assert blank == ({"xa3_tech_contract"} if form.id == "xa3" else set())


def test_no_error_check_is_false_and_the_rest_is_rare(pack, nation):
    findings = validate_all(pack, facts_of(pack, nation.forms, nation.returns, nation.states))
    false = findings.findings.filter(verdict="false")
    assert false.filter(level="error").select("check", "area", "period").rows() == []
    counts = findings.counts.select(pl.col("true", "false").sum()).row(0)
    assert 0 < counts[1] / sum(counts) < RARE
    asked = findings.counts.filter((pl.col("true") + pl.col("false")) > 0)["check"].to_list()
    assert {c.id for c in pack.checks.values() if c.form in nation.forms} <= set(asked)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 230))
def test_no_error_check_is_false_for_any_seed(pack, calibration, seed):
    world = generate(pack, seed, calibration=calibration if seed % 2 else None)
    findings = validate_all(pack, facts_of(pack, world.forms, world.returns, world.states))
    assert findings.findings.filter(verdict="false", level="error").select("check", "area", "period").rows() == []


def test_periods_are_those_whose_due_day_has_passed(nation):
    """DOMAIN section c: no January in xm1; xm1 October 2026 is due on 17 November, xm2 October on 11 November."""
    last = {form: frame["period"].max() for form, frame in nation.forms.items()}
    assert last["xm1"] == "2026-09"
    assert last["xm2"] == "2026-10"
    assert {last[form] for form in ("xq1", "xq2", "xq3", "xq4", "xq5")} == {"2026-Q3"}
    assert {last[form] for form in ("xh1", "xh2")} == {"2026-S1"}
    assert {last[form] for form in last if form.startswith("xa")} == {"2025"}
    months = nation.forms["xm1"]["period"].unique().to_list()
    assert not [month for month in months if month.endswith("-01")]
    assert nation.forms["xm1"].filter(area="pudong").height == 11 * 5 + 8
    assert (nation.returns["due"] < nation.as_of).all()


def test_calibrated_cells_come_out_as_published(nation, calibration):
    """Level and growth of product, on the scope an area reports in: quarter and, for full years, the annual form."""
    cells = calibration.filter(pl.col("period") >= "2021")
    assert len(cells) == 37
    quarters = nation.forms["xq1"].unpivot(["xq1_gdp", "xq1_gdp_growth"], index=KEY, variable_name="item")
    met = cells.join(quarters, on=["area", "item", "period"], suffix="_made")
    assert len(met) == len(cells)
    assert ((met["value"] - met["value_made"]).abs() <= HALF_WAN_YUAN).all()
    growth = met.filter(item="xq1_gdp_growth")
    assert growth["value"].to_list() == growth["value_made"].to_list()
    years = nation.forms["xa1"].select("area", pl.col("period") + "-Q4", level="xa1_gdp", growth="xa1_gdp_growth")
    last = nation.forms["xq1"].select("area", "period", "xq1_gdp", "xq1_gdp_growth")
    both = years.join(last, on=["area", "period"])
    assert both.filter(
        (pl.col("level") != pl.col("xq1_gdp")) | (pl.col("growth") != pl.col("xq1_gdp_growth"))
    ).is_empty()


def test_nansha_2023_grows_by_what_is_published_not_by_its_levels(nation):
    """Golden of the published data: 4.3 (released), never the 3.15 that the two nominal levels give."""
    row = nation.forms["xa1"].filter(area="nansha", period="2023").row(0, named=True)
    before = nation.forms["xa1"].filter(area="nansha", period="2022")["xa1_gdp"][0]
    assert row["xa1_gdp_growth"] == 4.3
    assert round(100 * (row["xa1_gdp"] / before - 1), 2) == 3.15


def test_lanzhou_product_per_construction_land_follows_from_its_two_returns(pack, nation):
    """L03 = 0.01 x xa1_gdp / xa4_con_total (万元 per ha x 0.01 = 亿元 per km2), by hand against the compiled figure."""
    at = {"area": "lanzhou", "period": "2025"}
    gdp = nation.forms["xa1"].filter(**at)["xa1_gdp"][0]
    land = nation.forms["xa4"].filter(**at)["xa4_con_total"][0]
    facts = facts_of(pack, nation.forms, nation.returns, nation.states)
    figures = compile_figures(pack, facts, as_of=nation.as_of, indicators=["L03"], areas=["lanzhou"], periods=["2025"])
    figure = figures.row(0, named=True)
    assert figure["value"] == pytest.approx(0.01 * gdp / land, rel=1e-12)
    assert figure["origin"] == "simulated"
    assert 1 < figure["value"] < 40


def test_liangjiang_reports_on_its_new_territory_from_november_2025(pack, nation):
    """Area facts: S1 of 1,200 km2 until 2025-11-05, then S4 of about 1,360 km2, a declared series break."""
    scopes = nation.returns.filter(area="liangjiang").select("form", "period", "scope", "scope_key")
    monthly = dict(scopes.filter(form="xm1").select("period", "scope").iter_rows())
    assert (monthly["2025-10"], monthly["2025-11"]) == ("S1", "S4")
    assert set(scopes.filter(period="2025")["scope_key"]) == {"S4@2025-11-06"}
    land = dict(nation.forms["xa1"].filter(area="liangjiang").select("period", "xa1_area_land").iter_rows())
    assert (land["2024"], land["2025"]) == (1200.0, 1360.0)
    people = nation.forms["xa1"].filter(area="liangjiang", period="2025")["xa1_pop"][0]
    assert people == pytest.approx(352, rel=0.03)
    others = nation.returns.filter(pl.col("area") != "liangjiang").group_by("area").agg(pl.col("scope_key").n_unique())
    assert others["scope_key"].to_list() == [1] * 18


def test_year_to_date_rises_within_a_year_but_for_the_planted_revisions(nation):
    falls = (
        nation.forms["xm1"]
        .with_columns(year=pl.col("period").str.slice(0, 4))
        .with_columns(before=pl.col("xm1_fai").shift(1).over("area", "year"))
        .filter(pl.col("xm1_fai") < pl.col("before"))
    )
    told = nation.planted.filter(kind="explained_warning", item="xm1_fai")
    assert set(falls.select("area", "period").iter_rows()) == set(told.select("area", "period").iter_rows())
    assert len(told) == 3


def test_truth_holds_what_the_returns_hide(nation):
    hidden = nation.planted.filter(kind="suppressed_cell").row(0, named=True)
    at = {"area": hidden["area"], "period": hidden["period"]}
    assert nation.forms["xa3"].filter(**at)[hidden["item"]][0] is None
    assert nation.truth.complete["xa3"].filter(**at)[hidden["item"]][0] == hidden["right"]
    silent = nation.planted.filter(kind="missing_return").row(0, named=True)
    assert nation.forms["xq3"].filter(area=silent["area"], period=silent["period"]).is_empty()
    assert nation.truth.complete["xq3"].filter(area=silent["area"], period=silent["period"]).height == 1
    released = (
        nation.forms["xq1"]
        .filter(pl.col("period").str.ends_with("Q4"))
        .select("area", pl.col("period").str.slice(0, 4).cast(pl.Int64).alias("year"), "xq1_gdp_growth")
    )
    both = released.join(nation.truth.growth, on=["area", "year"])
    assert (both["xq1_gdp_growth"] - both["growth_pct"]).abs().max() < 0.06  # rounded to one decimal


def test_lasting_effects_can_be_recovered_from_the_returns(nation):
    """Truth is what estimators should find: the drawn tax share of revenue against the mean of the monthly returns."""
    drawn = nation.truth.effects.filter(name="revenue_tax_share").select("area", "value")
    share = nation.forms["xm1"].group_by("area").agg((pl.col("xm1_rev_tax") / pl.col("xm1_rev")).mean().alias("found"))
    both = drawn.join(share, on="area")
    assert (both["value"] - both["found"]).abs().max() < 0.01  # wanders by sigma 0.004 between years


def test_a_pack_of_other_areas_borrows_profiles(pack):
    """Nothing hangs on the nineteen names: unknown areas take the profile of one drawn from the table."""
    renamed = {f"zone{n}": msgspec.structs.replace(area, code=f"zone{n}") for n, area in enumerate(pack.areas.values())}
    other = msgspec.structs.replace(pack, areas=dict(list(renamed.items())[:6]))
    nation = generate(other, 3, first_year=2022, as_of=dt.date(2024, 6, 1))
    assert nation.forms["xa1"]["area"].unique().sort().to_list() == [f"zone{n}" for n in range(6)]
    assert nation.forms["xa1"]["period"].unique().sort().to_list() == ["2022", "2023"]
    assert (nation.forms["xa1"]["xa1_gdp"] > 0).all()


@pytest.mark.parametrize("scale", [2, 4])
def test_at_a_larger_scale_areas_report_the_exact_sum_of_their_sub_units(pack, scale):
    world = generate(pack, 5, scale=scale, first_year=2023, as_of=dt.date(2025, 6, 1))
    findings = validate_all(pack, facts_of(pack, world.forms, world.returns, world.states))
    assert findings.findings.filter(verdict="false", level="error").select("check", "area", "period").rows() == []
    frame = world.forms["xq2"]
    assert set(frame["sub_unit"]) == {"", *(f"u{n}" for n in range(1, scale))}
    parts = frame.filter(pl.col("sub_unit") != "").group_by("area", "period").agg(pl.col("xq2_ent_stock").sum())
    whole = frame.filter(sub_unit="").select("area", "period", "xq2_ent_stock")
    both = whole.join(parts, on=["area", "period"], suffix="_parts")
    assert both["xq2_ent_stock"].to_list() == both["xq2_ent_stock_parts"].to_list()
    sums = findings.counts.filter(check="xq2_r18").row(0, named=True)
    assert sums["true"] == len(frame)
