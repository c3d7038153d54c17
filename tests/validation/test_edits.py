"""Linear edits: each form of check by hand, and agreement with the engine's verdicts on spoilt returns of all area forms."""

import numpy as np
import polars as pl
import pytest

from example_facts import pack
from xinqu.policy.model import Check
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import generate
from xinqu.validation.edits import record_edits, satisfied
from xinqu.validation.locate import FALSE, TRUE, UNKNOWN, verdicts
from xinqu.validation.run import judged_parts
from xinqu.validation.systematic import numeric

PACK = pack()
RENAMED = {"a": "xm1_rev", "b": "xm1_exp", "c": "xm1_fai"}  # items of a form, so that the language admits them


def edits_of(expression, row=None, fields="abc"):
    for short, code in RENAMED.items():
        expression = expression.replace(f"{{{short}}}", code)
    check = next(iter(PACK.checks.values()))
    made = Check(**{name: getattr(check, name) for name in check.__struct_fields__} | {"expression": expression})
    items = PACK.forms["xm1"].items
    known = {RENAMED.get(name, name): value for name, value in (row or {}).items()}
    found = record_edits([made], items, known, frozenset(RENAMED[name] for name in fields))
    return [edit for edit in found.edits if edit.check == made.id], found.left_out


def shown(edits):
    """Return the alternatives as short text, terms in order of item."""
    back = {code: short for short, code in RENAMED.items()}
    return [
        [" ".join(f"{c:+g}{back[item]}" for item, c in sorted(row.terms)) + f" <= {row.bound:g}" for row in alternative]
        for edit in edits
        for alternative in edit.alternatives
    ]


# expression, record, inequalities (worked by hand); several lists are alternatives
CASES = [
    ("{a} <= {b}", {}, [["-1b +1a <= 0"]]),
    ("{a} BETWEEN 0.7 * {b} AND 1.2 * {b}", {}, [["+0.7b -1a <= 0", "-1.2b +1a <= 0"]]),
    ("near({a}, {b} + {c}, GREATEST(1, half_digit({a}) + half_digit({b})))", {"xm1_rev#half": 50.0, "xm1_exp#half": 5.0},
     [["-1b -1c +1a <= 55", "+1b +1c -1a <= 55"]]),
    ("near({a}, prev({a}), 0.1 * {a})", {"prev(xm1_rev)": 90.0}, [["+0.9a <= 90", "-1.1a <= -90"]]),
    ("100.0 * {a} / NULLIF({b}, 0) <= 15", {}, [["-15b +100a <= 0"]]),
    ("NOT {a} > {b}", {}, [["-1b +1a <= 0"]]),
    ("{a} <= 0 OR {b} >= 1", {}, [["+1a <= 0"], ["-1b <= -1"]]),
    ("{a} <> {b}", {}, [["-1b +1a <= -2e-09"], ["+1b -1a <= -2e-09"]]),
    ("sys_period = 2 OR {a} >= prev({a})", {"sys_period": 3, "prev(xm1_rev)": 7.0}, [["-1a <= -7"]]),
    ("sys_period = 2 OR {a} >= prev({a})", {"sys_period": 2, "prev(xm1_rev)": 7.0}, []),
    ("{a} >= prev({a})", {"prev(xm1_rev)": None}, []),
    ("{a} <= {b} AND {a} >= prev({a})", {"prev(xm1_rev)": None}, [["-1b +1a <= 0"]]),
    ("{a} - CASE WHEN sys_period = 1 THEN 0 ELSE prev({a}) END <= {b}", {"sys_period": 2, "prev(xm1_rev)": 3.0},
     [["-1b +1a <= 3"]]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "row", "expected"), CASES, ids=[case[0][:45] + str(n) for n, case in enumerate(CASES)])  # fmt: skip
def test_checks_become_inequalities(expression, row, expected):
    edits, left_out = edits_of(expression, row)
    assert left_out == ()
    assert [sorted(alternative) for alternative in shown(edits)] == [sorted(alternative) for alternative in expected]


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("{a} * {b} <= 1", "multiplies"),
        ("{a} = FLOOR({a})", "FLOOR"),
        ("1 / NULLIF({a} - {b}, 0) <= 5", "sign of a divisor"),
        ("{a} / NULLIF({b}, 0) <= {c}", "multiplies"),
    ],
)
def test_what_is_not_linear_is_left_out_with_its_reason(expression, why):
    edits, left_out = edits_of(expression)
    assert edits == []
    assert why in left_out[0].reason.en
    assert left_out[0].reason.zh


@pytest.fixture(scope="module")
def facts():
    nation = generate(PACK, 7)
    return facts_of(PACK, nation.forms, nation.returns, nation.states)


def spoilt(part, items, generator):
    """Return 20 rows of a part, each with about three values changed; none below 0, as divisors are taken to be."""
    rows = part.rows.sample(20, seed=7, with_replacement=True)
    for item in items:
        factor = np.where(generator.random(20) < 3 / len(items), generator.choice([0, 0.1, 0.9, 1.5, 10, 100], 20), 1.0)
        rows = rows.with_columns(pl.col(item.code) * pl.Series(factor))
    return rows


def test_edits_say_what_the_engine_says_on_every_area_form(facts):
    generator, compared, left_out = np.random.default_rng(7), [0, 0], set()
    for form in PACK.area_forms:
        items = numeric(form.items)
        for part in judged_parts(PACK, facts, form.id)[:1]:
            rows = spoilt(part, items, generator)
            rules = [rule for rule in part.rules if rule.id in PACK.checks]
            said = dict(zip([rule.id for rule in rules], verdicts(rows, rules).T, strict=True))
            for number, row in enumerate(rows.iter_rows(named=True)):
                values = {item.code: row[item.code] for item in items if row[item.code] is not None}
                found = record_edits(part.checks, items, row, frozenset(values))
                left_out |= {left.check for left in found.left_out}
                holds = {edit.check: satisfied(edit, values) for edit in found.edits}
                for check in part.checks:
                    verdict = said[check.id][number]
                    if check.id in holds and verdict != UNKNOWN:
                        assert holds[check.id] == (verdict == TRUE), (check.id, row["area"], row["period"])
                        compared[int(verdict == FALSE)] += 1
    assert compared[0] > 5_000
    assert compared[1] > 500
    assert left_out == {"xm2_r06", "xq2_r09"}  # whole numbers: x = FLOOR(x)
