"""Every formula comes out in its declared unit and scale; one factor wrong by ten and the proof fails (DESIGN section 7)."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import msgspec
import pint
import pytest

from xinqu.expressions import tree
from xinqu.expressions.literals import UNIT_FACTORS, undeclared_numbers
from xinqu.expressions.parse import Expression, parse
from xinqu.expressions.units import unit_faults, unit_of
from xinqu.policy.pack import Pack


@pytest.fixture(scope="module")
def units(pack: Pack) -> dict[str, str]:
    return {code: item.unit for code, item in pack.items.items()} | {
        entry.id: entry.unit for entry in (*pack.parameters.values(), *pack.outside_figures.values())
    }


# unit code of the pack, its definition for pint; counted things, score, index and equivalents are pint's dimensionless
# or own bases, as in the module's principles
DEFINITIONS = {
    "wan_yuan": "10000 yuan", "yuan": "yuan", "fen": "0.01 yuan", "wan_usd": "10000 usd", "yi_yuan_per_km2": "1e8 yuan / kilometer**2",
    "yuan_per_person": "yuan", "wan_yuan_per_ha": "10000 yuan / hectare", "wan_yuan_per_mu": "10000 yuan / (hectare / 15)",
    "ha": "hectare", "mu": "hectare / 15", "km2": "kilometer**2", "wan_m2": "10000 meter**2", "m2": "meter**2",
    "m2_per_person": "hectare / 10000", "wan_person": "10000", "person": "1", "person_year": "1", "count": "1",
    "count_per_wan": "1 / 10000", "count_per_wan_person": "1 / 10000", "person_year_per_wan_person": "1 / 10000",
    "count_per_thousand": "1 / 1000", "pct": "percent", "pp": "percent", "ratio": "1", "tce": "tce", "tce_per_wan_yuan": "tce / (10000 yuan)",
    "t": "metric_ton", "wan_kwh": "10000 electricity_kwh", "wan_m3": "10000 meter**3", "m3_per_wan_yuan": "meter**3 / (10000 yuan)",
    "ug_m3": "microgram / meter**3", "day": "day", "hour": "hour", "km": "kilometer", "kg": "kilogram",
    "tce_per_wan_kwh": "tce / (10000 electricity_kwh)", "wan_yuan_per_tce": "10000 yuan / tce", "wan_yuan_per_t": "10000 yuan / metric_ton",
    "wan_yuan_per_person": "10000 yuan", "wan_yuan_per_wan_kwh": "yuan / electricity_kwh", "TB": "terabyte",
    "working_day": "working_day", "year": "agreed_year", "index": "price_index", "score": "score",
}  # fmt: skip
BASES = {
    "yuan": "yuan", "usd": "usd", "m": "meter", "kg": "kilogram", "tce": "tce", "kWh": "electricity_kwh", "TB": "terabyte",
    "day": "day", "working_day": "working_day", "year": "agreed_year", "index": "price_index", "score": "score",
}  # fmt: skip


def test_the_table_of_units_is_what_pint_says(pack: Pack) -> None:
    registry = pint.UnitRegistry(non_int_type=Fraction)
    for base in ("yuan", "usd", "tce", "electricity_kwh", "working_day", "agreed_year", "price_index", "score"):
        registry.define(f"{base} = [{base}]")
    assert set(DEFINITIONS) == set(pack.units) - {"none", "code"}
    for code, definition in DEFINITIONS.items():
        ours = unit_of(code)
        product = registry.Quantity(ours.factor, "dimensionless")
        for base, power in ours.dimensions:
            product = product * registry.Quantity(Fraction(1), BASES[base]) ** power
        ratio = (product / registry.Quantity(definition)).to_base_units()
        assert ratio.dimensionless, code
        assert abs(Fraction(ratio.magnitude) - 1) < Fraction(1, 10**12), code


def test_all_formulas_and_checks_of_the_pack_are_proved(pack: Pack, units: dict[str, str]) -> None:
    faults = {i.id: unit_faults(parse(i.formula), units, declared=i.unit) for i in pack.indicators.values()}
    faults |= {check.id: unit_faults(parse(check.expression), units) for check in pack.checks.values()}
    assert len(faults) == len(pack.indicators) + len(pack.checks)
    assert {identity: told for identity, told in faults.items() if told} == {}


def _broken(node: tree.Node, by: Fraction) -> Iterator[tree.Node]:
    """Yield the tree once per unit factor in a product, with that factor multiplied by ``by``."""

    def walk(part: tree.Node, rebuild: Callable[[tree.Node], tree.Node], in_product: bool) -> Iterator[tree.Node]:
        if isinstance(part, tree.Number) and in_product and part.exact in UNIT_FACTORS | {1}:
            yield rebuild(tree.Number(str(float(part.exact * by))))
        elif isinstance(part, tree.Operation):
            for at, operand in enumerate(part.operands):

                def put(new: tree.Node, at: int = at, part: tree.Operation = part) -> tree.Node:
                    operands = (*part.operands[:at], new, *part.operands[at + 1 :])
                    return rebuild(msgspec.structs.replace(part, operands=operands))

                yield from walk(operand, put, part.op in ("*", "/"))

    yield from walk(node, lambda new: new, in_product=False)


@pytest.mark.parametrize("by", [Fraction(10), Fraction(1, 10)], ids=["x10", "x0.1"])
def test_one_factor_wrong_by_ten_is_always_found(pack: Pack, units: dict[str, str], by: Fraction) -> None:
    tried = 0
    for indicator in pack.indicators.values():
        for mutant in _broken(parse(indicator.formula).tree, by):
            tried += 1
            assert unit_faults(Expression(mutant), units, declared=indicator.unit), (
                f"{indicator.id}: {tree.sql(mutant)}"
            )
    for check in pack.checks.values():
        for mutant in _broken(parse(check.expression).tree, by):
            tried += 1
            assert unit_faults(Expression(mutant), units), f"{check.id}: {tree.sql(mutant)}"
    assert tried == 100


UNITS = {
    "x_money": "wan_yuan",
    "x_land": "ha",
    "x_area": "km2",
    "x_people": "wan_person",
    "x_growth": "pct",
    "x_code": "code",
    "p_share": "pct",
}
# text, declared unit, what is told (None: proved)
CASES = [
    ("x_land <= 100 * x_area", "", None),
    ("x_land <= x_area", "", "x_land <= x_area: the unit is 10000 m^2, expected 1000000 m^2"),
    ("x_money + x_land > 1", "", "x_money + x_land: the unit is 10000 yuan, expected 10000 m^2"),
    ("x_money / x_people", "yuan_per_person", None),
    ("x_money / x_people", "wan_yuan_per_person", "the result: the unit is 1 yuan, expected 10000 yuan (wan_yuan_per_person)"),
    ("x_land / x_area", "pct", None),
    ("100.0 * x_land / x_area", "pct", "the result: the unit is 1/10000, expected 1/100 (pct)"),
    ("100.0 * x_money / prev(x_money) - 1", "pct", "100.0 * x_money / prev(x_money) - 1: the unit is 1, expected 1/100"),
    ("100.0 * (x_money / prev(x_money) - 1)", "pct", None),
    ("x_land / x_area >= param('p_share')", "", None),
    ("x_code + 1 > x_growth", "", "x_code + 1: the unit is no unit, expected a number with a unit"),
    ("near(x_money, prev(x_money), x_land)", "", "near(x_money, prev(x_money), x_land): the unit is 10000 yuan, expected 10000 m^2"),
    ("GREATEST(x_money, x_people) > 0", "", "GREATEST(x_money, x_people): the unit is 10000 yuan, expected 10000"),
    ("CASE WHEN x_money > 0 THEN x_land ELSE x_area END > 0", "",
     "CASE WHEN x_money > 0 THEN x_land ELSE x_area END: the unit is 10000 m^2, expected 1000000 m^2"),
    ("x_code = 'S1' AND x_money IS NOT NULL", "", None),
    ("x_land <= 100 * 30000", "", None),
    ("x_land <= 1000 * 30000", "", "x_land <= 1000 * 30000: the unit is 10000000 m^2, expected a unit of the table"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "declared", "told"), CASES)
def test_the_proof_names_the_place_and_both_units(text: str, declared: str, told: str | None) -> None:
    faults = unit_faults(parse(text), UNITS, declared=declared)
    assert (faults[0].en if faults else None) == told


def test_no_number_of_the_pack_is_undeclared(pack: Pack) -> None:
    tolerances: dict[str, set[Fraction]] = {}
    for code in pack.codelists["CL_STAT_TOLERANCE"].values():
        tolerances.setdefault(code.code.split(":")[0], set()).add(Fraction(code.factor))
    found = {i.id: undeclared_numbers(parse(i.formula), set()) for i in pack.indicators.values()}
    found |= {
        c.id: undeclared_numbers(parse(c.expression), tolerances.get(c.type, set())) for c in pack.checks.values()
    }
    assert {identity: told for identity, told in found.items() if told} == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("x_a <= 90", ["90"]),  # a legal number as a literal
        ("x_a >= -20 * x_b", ["20"]),
        ("sys_period = 2 OR x_a > 0", []),
        ("sys_year BETWEEN 2019 AND 2024 OR x_a > 1", []),
        ("100.0 * x_a / NULLIF(x_b, 0) > 0", []),
        ("x_a > 100", ["100"]),  # a unit factor only in a product
        ("near(x_a, x_b, 0.005)", []),
        ("near(x_a, x_b, 0.05)", ["0.05"]),
    ],
)
def test_a_number_is_a_unit_factor_a_period_or_declared(text: str, left: list[str]) -> None:
    assert [use.text for use in undeclared_numbers(parse(text), {Fraction("0.005")})] == left
