"""What the pack says of items through the year: every item whose label says so is cumulative, and planted breaks are found."""

import shutil

import pytest

from xinqu.policy.check import check_pack
from xinqu.policy.load import DEFAULT_PACK, load_pack
from xinqu.vocabulary.periods import Frequency

PACK = load_pack()
IN_YEAR = [form for form in PACK.area_forms if form.frequency is not Frequency.ANNUAL]


def test_items_whose_label_says_so_are_cumulative():
    """累计 or ytd in the label of an amount or count; growth of a cumulative is a rate."""
    for form in IN_YEAR:
        for item in form.items:
            if "累计" in item.name.zh or "ytd" in item.name.en:
                assert item.accumulation == ("rate" if item.unit == "pct" else "ytd"), item.code


def test_nothing_else_than_parts_and_in_year_totals_is_cumulative():
    """By eye: parts (其中 and by class) of cumulative items, and the year's counts whose label says neither word."""
    unsaid = {
        item.code
        for form in IN_YEAR
        for item in form.items
        if item.accumulation == "ytd" and "累计" not in item.name.zh and "ytd" not in item.name.en
    }
    assert unsaid == {
        "xq2_rand_joint", "xq2_insp_d", "xq2_found_d", "xq2_insp_a", "xq2_found_a", "xq3_fdi_manu", "xq3_fdi_hightech",
        "xq3_fx_n", "xq3_fx_amt", "xq3_fx_bad", "xq5_issued_new", "xq5_cap_use", "xm2_proj_done_n",
    }  # fmt: skip


BREAKS = {
    "a cumulative of a whole year": ("forms/xa1.yaml", "{code: xa1_gdp,", "{code: xa1_gdp, accumulation: ytd,", "XQ-POLICY-060"),
    "a cumulative code": ("forms/xa1.yaml", "{code: xa1_gdp_scope,", "{code: xa1_gdp_scope, accumulation: ytd,", "XQ-POLICY-060"),
    "growth of what is not there": ("forms/xq1.yaml", "growth_of: xq1_gdp,", "growth_of: xq1_gpd,", "XQ-POLICY-061"),
    "growth of growth": ("forms/xq1.yaml", "growth_of: xq1_gdp,", "growth_of: xq1_gdp_prov_growth,", "XQ-POLICY-061"),
    "growth of a level of another form": ("forms/xm1.yaml", "growth_of: xm1_fai,", "growth_of: xq1_gdp,", "XQ-POLICY-061"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code"), BREAKS.values(), ids=BREAKS.keys())
def test_a_break_is_found_at_its_form(tmp_path, name, old, new, code):
    folder = shutil.copytree(DEFAULT_PACK, tmp_path / "pack")
    source = (folder / name).read_text(encoding="utf-8")
    assert source.count(old) == 1
    (folder / name).write_text(source.replace(old, new), encoding="utf-8")
    found = [problem for problem in check_pack(load_pack(folder)) if problem.code == code]
    assert len(found) == 1
    assert (found[0].where.file, bool(found[0].where.line)) == (name, True)
