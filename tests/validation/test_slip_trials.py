"""Trials of single causes on small tables, worked by hand."""

import numpy as np
import pytest

from xinqu.validation.slip_trials import NONE, Table, accumulations, powers, signs, sums, swaps

NAN = float("nan")


def table(value, reference, *, comparable=NAN, previous=NAN, so_far=NAN, elapsed=5):
    """One return with the items given; every value is suspect."""
    value = np.array([value], dtype=float)
    full = [np.zeros(value.shape) + np.array(part, dtype=float) for part in (reference, comparable, previous, so_far)]
    return Table(value, *full, np.ones(value.shape, dtype=bool), np.array([float(elapsed)]))


def tried(trials):
    return list(zip(trials.item.tolist(), trials.kind.tolist(), trials.value.tolist(), strict=True))


@pytest.mark.parametrize(
    ("value", "last_year", "expected"),
    [
        (1230, 120, [(0, "x10", 123.0)]),
        (12, 118, [(0, "x10", 120.0)]),
        (1_200_000, 118, [(0, "x10000", 120.0)]),
        (150, 120, []),  # growth by a quarter
        (480, 120, []),  # four times: nearer to ten than to one, but a tenth would be less than half
        (1234, 120, []),  # a tenth would be 123.4, and the item never had decimals
        (1_230_001, 120, [(0, "x10000", 123.0001)]),  # entered in yuan, exact to the yuan
    ],
)
def test_powers_of_ten_need_a_past_that_they_bring_back(value, last_year, expected):
    assert tried(powers(table([value], [last_year], previous=[last_year]))) == expected


def test_a_value_like_the_period_before_is_no_slip_when_last_year_is_the_odd_one():
    assert tried(powers(table([1200], [120], comparable=[1150], previous=[1150]))) == []


def test_without_a_past_every_power_is_tried():
    assert len(powers(table([1200], [NAN])).value) == 8


def test_a_negative_value_is_turned_where_the_item_can_not_be_negative():
    assert tried(signs(table([-7.0, -7.0], [NAN, NAN]), np.array([True, False]))) == [(0, "sign", 7.0)]
    assert tried(signs(table([-7.0], [-6.0]), np.array([False]))) == []


def test_neighbours_are_swapped_only_where_both_come_nearer_to_their_past():
    found = swaps(table([50, 900], [880, 48]), ["t", "t"])
    assert (found.item.tolist(), found.value.tolist(), found.other_value.tolist()) == ([0], [900.0], [50.0])
    assert swaps(table([50, 900], [880, 48]), ["t", "km"]).item.size == 0
    assert swaps(table([120, 100], [95, 100]), ["t", "t"]).item.size == 0  # the second is as it was


def test_a_single_month_is_added_to_the_sum_so_far():
    found = accumulations(table([110], [640], previous=[550]), np.array([True]), np.array([False]))
    assert tried(found) == [(0, "not_accumulated", 660.0)]
    revised = accumulations(table([540], [500], previous=[550]), np.array([True]), np.array([False]))
    assert tried(revised) == []  # a sum revised downwards is near its past as it stands


def test_a_sum_is_taken_apart_where_the_single_period_is_asked_for():
    """Quarters 100, 110 and then 330 = 100 + 110 + 120 in the third, where a year before had 115."""
    found = sums(table([330], [115], so_far=[210], elapsed=2), np.array([True]))
    assert tried(found) == [(0, "accumulated", 120.0)]
    assert found.other.tolist() == [NONE]
    assert tried(sums(table([330], [115], so_far=[210], elapsed=2), np.array([False]))) == []
