"""Items that two forms ask for are found by what they are called and what they are, and shown with evidence."""

import functools

import msgspec
import pytest

from example_facts import made
from xinqu.engines.overlap_values import agreement
from xinqu.policy.load import load_pack
from xinqu.policy.overlaps import asked_elsewhere, overlaps

pack = functools.cache(load_pack)


def found():
    return {(one.item, one.other): one for one in overlaps(pack())}


def test_what_the_packs_own_cross_form_checks_hold_to_be_one_is_found():
    """Oracle: checks of type cross-form that hold one item near the latest value of another, by hand from the pack."""
    known = {
        "xa1_r10": ("xa1_gdp", "xq1_gdp"), "xa1_r11": ("xa1_va_manu", "xq1_va_manu"),
        "xa1_r12": ("xa1_gdp_growth", "xq1_gdp_growth"), "xa7_r08": ("xa7_rev", "xm1_rev"),
        "xq3_r05": ("xm1_exports", "xq3_ex"), "xq3_r07": ("xm1_fdi_used", "xq3_fdi_used"),
        "xa5_r14": ("xa5_built_area", "xa6_built"),
    }  # fmt: skip
    for check, pair in known.items():
        assert check in found()[pair].checks


def test_growth_is_one_figure_where_the_levels_are_whatever_it_is_called():
    growth = found()["xa1_gdp_growth", "xq1_gdp_growth"]
    assert growth.growth_of == ("xa1_gdp", "xq1_gdp")
    assert growth.score < 0.8


def test_no_pair_differs_in_unit_form_territory_or_kind():
    items, forms = pack().items, pack().form_of_item
    for one in overlaps(pack()):
        a, b = items[one.item], items[one.other]
        assert (a.unit, a.territory) == (b.unit, b.territory)
        assert forms[one.item] != forms[one.other]
        assert {a.key, b.key} == {False}


def test_of_several_on_one_form_the_most_alike_counts():
    assert ("xa7_exp", "xm1_exp") in found()
    assert ("xa7_exp", "xm1_rev") not in found()  # four characters of six are the same


@pytest.mark.parametrize("change", [{"unit": "wan_usd"}, {"territory": "province"}, {"key": True}])
def test_what_tells_two_items_apart_is_heeded(change):
    form = pack().forms["xa7"]
    items = [msgspec.structs.replace(i, **change) if i.code == "xa7_rev" else i for i in form.items]
    other = msgspec.structs.replace(
        pack(), forms=pack().forms | {"xa7": msgspec.structs.replace(form, items=items)}, indicators={}
    )
    assert not any("xa7_rev" in (one.item, one.other) for one in overlaps(other))


def test_a_form_can_say_where_a_value_is_given_already():
    assert asked_elsewhere(pack(), "xa7_rev") == ["xm1_rev"]
    assert asked_elsewhere(pack(), "xm1_rev") == ["xa7_rev"]
    assert asked_elsewhere(pack(), "xm1_iva_growth") == []


def test_answers_are_compared_where_periods_end_on_one_day_and_records_are_added_up():
    pairs = [found()["xa7_rev", "xm1_rev"], found()["xa2_ind_out", "xr1_output"]]
    facts = {
        "xa7": made("xa7", [{"area": "nansha", "period": "2024", "xa7_rev": 500},
                            {"area": "lanzhou", "period": "2024", "xa7_rev": 300}]),
        "xm1": made("xm1", [{"area": "nansha", "period": "2024-12", "xm1_rev": 500},
                            {"area": "nansha", "period": "2024-11", "xm1_rev": 450},
                            {"area": "lanzhou", "period": "2024-12", "xm1_rev": 200}]),
        "xa2": made("xa2", [{"area": "nansha", "period": "2024", "xa2_ind_out": 30}]),
        "xr1": made("xr1", [{"area": "nansha", "period": "2024-12", "row": row, "xr1_output": value}
                            for row, value in enumerate((10, 20))]),
    }  # fmt: skip
    said = {row[0]: row[2:] for row in agreement(pack(), facts, pairs).iter_rows()}
    assert said == {"xa7_rev": (2, 1, 1.25), "xa2_ind_out": (1, 1, 1.0)}


def test_values_alike_within_their_half_digits_are_one_answer():
    pair = [found()["xa7_rev", "xm1_rev"]]
    facts = {
        "xa7": made("xa7", [{"area": "nansha", "period": "2024", "xa7_rev": 500, "half": "5"}]),
        "xm1": made("xm1", [{"area": "nansha", "period": "2024-12", "xm1_rev": 504}]),
    }
    assert agreement(pack(), facts, pair)["equal"].to_list() == [1]
    assert agreement(pack(), {"xa7": facts["xa7"]}, pair).row(0)[2:] == (0, 0, None)
