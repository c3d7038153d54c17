"""Localisation: hand-worked records with known least changes, and agreement with trying every set on small records."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.validation.edits import Edit, Linear, satisfied
from xinqu.validation.localise import localise


def at_most(bound, **terms):
    return Linear(tuple((item, float(c)) for item, c in terms.items()), float(bound))


def edit(check, *alternatives):
    return Edit(check, tuple(tuple(rows) for rows in alternatives))


def equal(check, **terms):
    return edit(check, [at_most(0, **terms), at_most(0, **{item: -c for item, c in terms.items()})])


# turnover = cost + profit, cost >= 0.6 turnover, profit <= 0.5 turnover, turnover <= 550 per head, all >= 0
BALANCE = [
    equal("sum", turnover=1, cost=-1, profit=-1),
    edit("share", [at_most(0, profit=1, turnover=-0.5)]),
    edit("floor", [at_most(0, turnover=0.6, cost=-1)]),
    edit("per_head", [at_most(0, turnover=1, staff=-550)]),
    *(edit(f"{item}_rng", [at_most(0, **{item: -1})]) for item in ("turnover", "cost", "profit", "staff")),
]
IF_EXPORTS = [  # who exports has export delivery above zero; exports <= sales
    edit("if", [at_most(0, exports=1)], [at_most(-1, delivery=-1)]),
    edit("part", [at_most(0, exports=1, sales=-1)]),
]
# name, why the set is least (worked by hand), edits, values, weights, fields, cost, interval of the first field
CASES = [
    ("nothing wrong", "300 = 200 + 100, 100 <= 150, 200 >= 180, 300 <= 2750", BALANCE,
     {"turnover": 300, "cost": 200, "profit": 100, "staff": 5}, {}, (), 0, None),
    ("profit alone", "125 = 755 - 630 <= 377.5 and 755 <= 2750; cost alone would be -5445 < 0; turnover alone 6830 > 2750",
     BALANCE, {"turnover": 755, "cost": 630, "profit": 6200, "staff": 5}, {}, ("profit",), 1, (125, 125)),
    ("the lighter of two", ("turnover alone 200 + 100 = 300 repairs, cost alone 6200 - 100 = 6100 too, profit alone "
     "6200 - 200 = 6000 > 3100 breaks the share; cost is trusted twice"), BALANCE,
     {"turnover": 6200, "cost": 200, "profit": 100, "staff": 20}, {"cost": 2.0}, ("turnover",), 1, (300, 300)),
    ("and the other way", "the same, turnover trusted twice", BALANCE,
     {"turnover": 6200, "cost": 200, "profit": 100, "staff": 20}, {"turnover": 2.0}, ("cost",), 1, (6100, 6100)),
    ("two fields", "cost < 0 must go, staff 0 caps turnover at 0: {cost, staff} leaves 300 = cost + 100, staff >= 300/550",
     BALANCE, {"turnover": 300, "cost": -5, "profit": 100, "staff": 0}, {}, ("cost", "staff"), 2, (200, 200)),
    ("weight turns the choice", "exports 50 > sales 40: either may go; sales is trusted three times as much",
     IF_EXPORTS, {"exports": 50, "delivery": 9, "sales": 40}, {"sales": 3.0}, ("exports",), 1, (float("-inf"), 40)),
    ("and back", "the same, exports trusted more", IF_EXPORTS,
     {"exports": 50, "delivery": 9, "sales": 40}, {"exports": 3.0}, ("sales",), 1, (50, float("inf"))),
    ("condition", "exports 5 with delivery 0: delivery >= 1, or exports <= 0; exports is trusted twice", IF_EXPORTS,
     {"exports": 5, "delivery": 0, "sales": 40}, {"exports": 2.0}, ("delivery",), 1, (1, float("inf"))),
    ("supplied at no cost", "profit is missing and must be 300 - 200", BALANCE,
     {"turnover": 300, "cost": 200, "profit": None, "staff": 5}, {}, ("profit",), 0, (100, 100)),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "values", "weights", "fields", "cost", "first"), [c[2:] for c in CASES], ids=[c[0] for c in CASES])  # fmt: skip
def test_hand_worked_records_give_the_known_least_change(edits, values, weights, fields, cost, first):
    found = localise(edits, values, weights)
    assert found is not None
    assert (found.freed, found.cost) == (fields, cost)
    if first is not None:
        assert found.intervals[fields[0]] == pytest.approx(first)


def test_sets_of_the_same_cost_are_told():
    found = localise(IF_EXPORTS, {"exports": 50, "delivery": 9, "sales": 40}, {}, others=5)
    assert found is not None
    assert {found.freed, *found.others} == {("exports",), ("sales",)}


def test_edits_that_contradict_one_another_have_no_repair():
    assert localise([edit("a", [at_most(1, x=1)]), edit("b", [at_most(-2, x=-1)])], {"x": 5}, {}) is None


FIELDS = ("a", "b", "c", "d", "e")
small = st.integers(-3, 3)
linears = st.builds(
    lambda terms, bound: Linear(tuple((item, float(c)) for item, c in terms.items()), float(bound)),
    st.dictionaries(st.sampled_from(FIELDS), small.filter(bool), min_size=1, max_size=3),
    st.integers(-20, 20),
)
alternatives = st.lists(linears, min_size=1, max_size=2).map(tuple)
edit_lists = st.lists(st.lists(alternatives, min_size=1, max_size=2).map(tuple), min_size=1, max_size=6).map(
    lambda found: [Edit(f"r{n}", formula) for n, formula in enumerate(found)]
)
records = st.fixed_dictionaries({item: st.integers(-9, 9) | st.none() for item in FIELDS})
weight_maps = st.fixed_dictionaries({item: st.integers(1, 4).map(float) for item in FIELDS})


def solvable(rows, bounds):
    """Decide ``rows @ x <= bounds`` exactly, x free: dual simplex with Bland's rule in fractions, a second way."""
    table = [[Fraction(c) for c in row] + [-Fraction(c) for c in row] for row in rows]  # x = u - v, both >= 0
    right = [Fraction(bound) for bound in bounds]
    width = len(table[0]) if table else 0
    outside, inside = list(range(width)), [width + n for n in range(len(table))]
    while True:
        negative = [n for n in range(len(table)) if right[n] < 0]
        if not negative:
            return True
        r = min(negative, key=lambda n: inside[n])
        entering = [k for k in range(width) if table[r][k] < 0]
        if not entering:
            return False
        k = min(entering, key=lambda column: outside[column])
        pivot = table[r][k]
        row = [c / pivot for c in table[r]]
        row[k], right[r] = 1 / pivot, right[r] / pivot
        for n in range(len(table)):
            if n != r:
                factor = table[n][k]
                table[n] = [c - factor * d for c, d in zip(table[n], row, strict=True)]
                table[n][k] = -factor / pivot
                right[n] -= factor * right[r]
        table[r], outside[k], inside[r] = row, inside[r], outside[k]


def can_be_repaired(edits, values, freed):
    """Try every choice of alternatives."""
    names = sorted(freed)
    for choice in itertools.product(*(one.alternatives for one in edits)):
        rows, bounds = [], []
        for linear in itertools.chain.from_iterable(choice):
            terms = dict(linear.terms)
            rows.append([terms.get(name, 0.0) for name in names])
            fixed = sum(Fraction(c) * Fraction(values[item]) for item, c in terms.items() if item not in freed)
            bounds.append(Fraction(linear.bound) - fixed)
        if solvable(rows, bounds):
            return True
    return False


def test_the_oracle_itself_agrees_with_highs():
    linprog = pytest.importorskip("scipy.optimize", reason="scipy is not installed here").linprog
    generator = np.random.default_rng(58)
    for _ in range(200):
        rows, bounds = generator.integers(-3, 4, (6, 3)), generator.integers(-9, 10, 6)
        highs = linprog([0.0] * 3, A_ub=rows, b_ub=bounds, bounds=(None, None), method="highs")
        assert solvable(rows.tolist(), bounds.tolist()) == (highs.status == 0)


def least_cost(edits, values, weights):
    absent = {item for item, value in values.items() if value is None}
    rest = [item for item in values if item not in absent]
    costs = [
        (sum(weights[item] for item in chosen), absent | set(chosen))
        for size in range(len(rest) + 1)
        for chosen in itertools.combinations(rest, size)
    ]
    for cost, freed in sorted(costs, key=lambda pair: pair[0]):
        if can_be_repaired(edits, values, freed):
            return cost
    return None


@settings(max_examples=60, deadline=None)
@given(edit_lists, records, weight_maps)
def test_cost_agrees_with_trying_every_set(edits, values, weights):
    found = localise(edits, values, weights)
    assert (None if found is None else found.cost) == least_cost(edits, values, weights)


@settings(max_examples=200, deadline=None)
@given(edit_lists, records, weight_maps)
def test_only_freed_fields_move_and_a_single_one_repairs_anywhere_at_the_ends_of_its_interval(edits, values, weights):
    found = localise(edits, values, weights)
    if found is None or len(found.freed) != 1:
        return
    (field,) = found.freed
    ends = [end for end in found.intervals[field] if abs(end) != float("inf")]
    for end in ends:
        assert all(satisfied(one, {**values, field: end}) for one in edits)


@settings(max_examples=150, deadline=None)
@given(edit_lists, records, weight_maps)
def test_each_end_of_an_interval_is_reached_and_nothing_beyond_it(edits, values, weights):
    """With one freed field held at an end the others can still repair the record; half a unit beyond they can't."""
    found = localise(edits, values, weights)
    if found is None or any(len(edit.alternatives) > 1 for edit in edits):
        return
    for field, (low, high) in found.intervals.items():
        rest = set(found.freed) - {field}
        for end, outwards in ((low, -0.5), (high, 0.5)):
            if abs(end) != float("inf"):
                at_end = Fraction(end).limit_denominator(10**6)  # small whole coefficients: the exact end is near
                assert can_be_repaired(edits, {**values, field: at_end}, rest)
                assert not can_be_repaired(edits, {**values, field: at_end + Fraction(outwards)}, rest)
