"""Sensitive cells by hand-worked rules; the published example of an attack; patterns protect, and fail when one cell is told."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.indicators.disclosure.audit import audit
from xinqu.indicators.disclosure.cells import TOTAL, CellSystem, build_cells
from xinqu.indicators.disclosure.protect import protect
from xinqu.indicators.disclosure.sensitivity import Rules, judge
from xinqu.indicators.disclosure.solver import interval, sums_of
from xinqu.indicators.disclosure.suppress import PRIMARY, PUBLISHED, SECONDARY

RULES = Rules(min_contributors=3, p_pct=10, dominance_n=1, dominance_k_pct=85)
REGIONS = {"area": {"a": "north", "b": "north", "c": "south", "d": "south"}}

# Fischetti and Salazar, JASA 95 (2000), figure 1: investment by activity and region
INVESTMENT = {
    ("I", "A"): 20, ("I", "B"): 50, ("I", "C"): 10, ("II", "A"): 8, ("II", "B"): 19, ("II", "C"): 22,
    ("III", "A"): 17, ("III", "B"): 32, ("III", "C"): 12,
}  # fmt: skip


def records_of(
    cells: dict[tuple[str, str], list[float]], names: tuple[str, str] = ("area", "industry")
) -> pl.DataFrame:
    rows = [
        (f"{one}{two}{number}", one, two, float(value))
        for (one, two), values in cells.items()
        for number, value in enumerate(values)
    ]
    return pl.DataFrame(rows, schema=["contributor", *names, "value"], orient="row")


def place(system: CellSystem, **codes: str) -> int:
    wanted = [pl.col(name) == codes.get(name, TOTAL) for name in system.dimensions]
    return system.cells.with_row_index().filter(wanted)["index"].item()


def random_records(seed: int, count: int) -> pl.DataFrame:
    dice = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "contributor": [f"firm{n}" for n in range(count)],
            "area": dice.choice(list("abcd"), count),
            "industry": dice.choice(["C", "I", "M"], count),
            "scale": dice.choice(["large", "small"], count, p=[0.3, 0.7]),
            "value": np.round(dice.lognormal(4, 1.5, count), 2),
        }
    )


# contributions, reasons, margin; by hand from the Handbook's formulas, with 3 contributors, p = 10 %, n = 1, k = 85 %
RULE_CASES = [
    ("four alike", [25, 25, 25, 25], [], 0),
    ("two: too few, and each knows the other", [60, 40], ["few_contributors", "p_percent"], 6),
    ("the rest is less than 10 % of the largest", [100, 50, 4, 3], ["p_percent"], 3),  # 10 - (157 - 150)
    ("the rest is exactly 10 % of the largest", [100, 50, 10], [], 0),
    ("one holds 90 %", [90, 4, 3, 3], ["p_percent", "dominance"], 90 / 0.85 - 100),
    ("one alone", [40], ["few_contributors", "p_percent", "dominance"], 40 / 0.85 - 40),
    ("losses count by their size", [-90, 4, 3, 3], ["p_percent", "dominance"], 90 / 0.85 - 100),
    ("nothing, from one", [0], ["few_contributors"], 1),
    ("nothing, from many", [0, 0, 0], [], 0),
]


@pytest.mark.parametrize(("values", "reasons", "margin"), [c[1:] for c in RULE_CASES], ids=[c[0] for c in RULE_CASES])
def test_a_cell_is_sensitive_by_each_rule(values, reasons, margin):
    cells = judge(build_cells(records_of({("a", "C"): values}), [("area",)], {}, top_n=1).cells, RULES)
    row = cells.filter(pl.col("area") == "a").row(0, named=True)
    assert row["reasons"] == reasons
    assert row["margin"] == pytest.approx(margin)


def test_a_contributor_with_several_records_counts_once():
    twice = pl.DataFrame({"contributor": ["x", "x", "y"], "area": ["a", "a", "a"], "value": [1.0, 2.0, 5.0]})
    row = build_cells(twice, [("area",)], {}, top_n=1).cells.row(0, named=True)
    assert (row["contributors"], row["largest"], row["second"], row["value"]) == (2, 5.0, 3.0, 8.0)


def test_the_published_attack_is_reproduced():
    """Fischetti and Salazar (2000): with (II,A), (II,C), (III,A), (III,C) hidden, (II,C) = 22 lies between 5 and 30."""
    cells = {key: [value] for key, value in INVESTMENT.items()}
    system = build_cells(records_of(cells, ("activity", "region")), [("activity", "region")], {}, top_n=1)
    hidden = [place(system, activity=one, region=two) for one in ("II", "III") for two in ("A", "C")]
    target = place(system, activity="II", region="C")
    assert system.values[place(system)] == 190
    found = interval(sums_of(system), system.values, np.zeros(system.cells.height), hidden, target)
    assert found == pytest.approx((5, 30))


def test_one_hidden_cell_in_a_row_is_worked_out_exactly():
    cells = {key: [value] for key, value in INVESTMENT.items()}
    system = build_cells(records_of(cells, ("activity", "region")), [("activity", "region")], {}, top_n=1)
    target = place(system, activity="II", region="C")
    assert interval(sums_of(system), system.values, np.zeros(system.cells.height), [target], target) == (22, 22)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(4, 60))
def test_every_whole_is_the_sum_of_its_parts_in_linked_tables(seed, count):
    system = build_cells(random_records(seed, count), [("area", "industry"), ("area", "scale")], REGIONS, top_n=1)
    assert np.abs(sums_of(system) @ system.values).max() < 1e-6 * system.values.max()
    assert system.cells.select(system.dimensions).is_unique().all()


def test_a_margin_that_two_tables_share_is_one_cell():
    system = build_cells(random_records(1, 40), [("area", "industry"), ("area", "scale")], REGIONS, top_n=1)
    assert system.cells.filter(area="a", industry=TOTAL, scale=TOTAL).height == 1
    wholes = [system.cells.row(int(cell), named=True) for cell in system.parent]
    by_area = [row for row in wholes if row["area"] == "a" and row["industry"] == TOTAL and row["scale"] == TOTAL]
    assert len(by_area) == 2  # over industries, and over scales


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.integers(6, 50))
def test_a_pattern_protects_every_sensitive_cell_from_everybody(seed, count):
    protected = protect(
        random_records(seed, count), [("area", "industry"), ("area", "scale")], REGIONS, RULES, nonnegative=True
    )
    assert protected.holds
    sensitive = (protected.system.cells["reasons"].list.len() > 0).to_numpy()
    assert (protected.pattern[sensitive] == PRIMARY).all()
    assert (protected.pattern[~sensitive] != PRIMARY).all()


def test_the_audit_fails_when_any_protection_is_removed():
    protected = protect(
        random_records(5, 60), [("area", "industry"), ("area", "scale")], REGIONS, RULES, nonnegative=True
    )
    chosen = np.flatnonzero(protected.pattern != PUBLISHED)
    assert (protected.pattern == SECONDARY).sum() >= 3
    for cell in chosen:
        opened = protected.pattern.copy()
        opened[cell] = PUBLISHED
        assert not audit(protected.views, opened)["protected"].all(), protected.system.cells.row(int(cell))


def test_two_lone_contributors_in_a_row_cannot_work_each_other_out():
    """Each knows his own cell and the total: an outsider is kept out by two hidden cells, the two themselves are not."""
    many = [30.0, 31.0, 32.0, 33.0]
    cells = {("a", "C"): [50], ("a", "I"): [70], ("a", "M"): many, ("b", "C"): many, ("b", "I"): many, ("b", "M"): many}
    protected = protect(records_of(cells), [("area", "industry")], {}, RULES, nonnegative=True)
    system = protected.system
    naive = np.full(system.cells.height, PUBLISHED, dtype=object)
    for one, two in [("a", "C"), ("a", "I"), ("b", "C"), ("b", "I")]:
        naive[place(system, area=one, industry=two)] = PRIMARY if one == "a" else SECONDARY
    told = audit(protected.views, naive)
    assert told.filter(view="")["protected"].all()
    assert not told.filter(pl.col("view") != "")["protected"].any()
    assert protected.holds


def test_tables_protected_one_by_one_betray_what_they_hide_together():
    records = random_records(3, 30)
    tables = [("area", "industry"), ("area", "scale")]
    joint = protect(records, tables, {}, RULES, nonnegative=True)
    told = joint.system.cells.select(joint.system.dimensions).with_row_index("#cell")
    alone = np.full(joint.system.cells.height, PUBLISHED, dtype=object)
    for table in tables:
        single = protect(records, [table], {}, RULES, nonnegative=True)
        assert single.holds
        where = single.system.cells.select(table).with_columns(state=pl.Series(single.pattern.tolist()))
        others = [pl.lit(TOTAL).alias(name) for name in joint.system.dimensions if name not in table]
        hidden = where.filter(pl.col("state") != PUBLISHED).with_columns(others)
        both = hidden.join(told, on=list(joint.system.dimensions))
        alone[both["#cell"].to_numpy()] = both["state"].to_numpy()
    assert not audit(joint.views, alone)["protected"].all()
    assert joint.holds


def test_the_order_of_records_changes_nothing():
    records = random_records(3, 50)
    first = protect(records, [("area", "industry")], REGIONS, RULES, nonnegative=True)
    again = protect(
        records.sample(fraction=1, shuffle=True, seed=1), [("area", "industry")], REGIONS, RULES, nonnegative=True
    )
    assert first.published().equals(again.published())


def test_what_is_published_says_nothing_of_hidden_cells():
    protected = protect(random_records(5, 60), [("area", "industry")], REGIONS, RULES, nonnegative=True)
    told = protected.published()
    hidden = told.filter(pl.col("state") == "suppressed")
    assert hidden["value"].null_count() == hidden["contributors"].null_count() == hidden.height > 0
    assert told.columns == ["area", "industry", "value", "contributors", "state"]
    assert (told.filter(pl.col("state") == "reported")["contributors"] >= RULES.min_contributors).all()


def test_values_that_may_be_negative_are_protected_without_a_lower_limit():
    records = random_records(2, 50).with_columns(pl.col("value") - 60)
    assert protect(records, [("area", "industry")], REGIONS, RULES, nonnegative=False).holds
