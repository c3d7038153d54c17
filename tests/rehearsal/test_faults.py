"""Injected faults: drawn from the seed alone, of every kind, one to an area's form in a round, and each in its place."""

from collections import Counter

import polars as pl
import pytest

from xinqu.policy.load import load_pack
from xinqu.rehearsal.faults import KINDS, inject
from xinqu.rehearsal.nation import generate

PACK = load_pack()


@pytest.fixture(scope="module")
def nation():
    return generate(PACK, 7)


@pytest.fixture(scope="module")
def rounds(nation):
    return list(inject(PACK, nation, count=360, seed=3))


def test_there_are_twelve_kinds_in_equal_numbers(rounds):
    assert len(KINDS) == 12
    assert Counter(fault.kind for one in rounds for fault in one.faults) == dict.fromkeys(KINDS, 30)


def test_the_same_seed_gives_the_same_faults_and_another_one_others(nation, rounds):
    again, other = ([one.faults for one in inject(PACK, nation, count=360, seed=seed)] for seed in (3, 4))
    assert again == [one.faults for one in rounds]
    assert other != again


def test_an_area_has_one_fault_in_a_form_and_round(rounds):
    for one in rounds:
        places = Counter((fault.form, fault.area) for fault in one.faults)
        assert set(places.values()) == {1}


def test_a_round_differs_from_the_nation_in_its_faults_alone(nation, rounds):
    for one in rounds:
        changed = {
            (form, *row)
            for form, frame in one.forms.items()
            for item in frame.columns
            for row in frame.filter(pl.col(item).ne_missing(nation.forms[form][item]))
            .select("area", "sub_unit", "period", pl.lit(item))
            .iter_rows()
        }
        assert changed == {(f.form, f.area, "", f.period, item) for f in one.faults for item in f.items}


def test_what_a_fault_makes_follows_from_its_kind(rounds):
    factors = {"x10": 10, "x01": 0.1, "x1000": 1_000, "yuan": 10_000, "yi": 0.0001, "sign": -1}
    for fault in (fault for one in rounds for fault in one.faults):
        if fault.kind in factors:
            assert fault.wrong == pytest.approx(fault.right * factors[fault.kind], abs=1e-4)
        elif fault.kind == "missing":
            assert fault.wrong is None
        elif fault.kind == "transposed":
            assert sorted(f"{fault.wrong:.4f}") == sorted(f"{fault.right:.4f}")
        else:
            assert fault.wrong != fault.right
            assert len(fault.items) == (2 if fault.kind == "swapped" else 1)


def test_a_fault_of_accumulation_stands_in_a_cumulative_item_within_the_year(rounds):
    faults = [fault for one in rounds for fault in one.faults if fault.kind in ("single", "not_reset")]
    assert {PACK.items[fault.items[0]].accumulation for fault in faults} == {"ytd"}
    singles = [fault for fault in faults if fault.kind == "single"]
    assert not any(fault.period.endswith(("-Q1", "-02")) for fault in singles)
