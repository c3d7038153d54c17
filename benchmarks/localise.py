"""Speed of error localisation: 20 fields, 36 linear edits, 200 failing records; ours against HiGHS through scipy.

    python benchmarks/localise.py [--records 200]

Data: synthetic accounts (turnover = costs + profit, a tree of parts and wholes, shares, per-head bounds), one to four
values of each record multiplied by 10, 100 or 0.1, made negative, or set anew. The peer is the mixed-integer programme of
R's errorlocate: a binary for each field, big-M just large enough for the record (scipy.optimize.milp). Both run in alternation, record by record.
Last: the checks of a pack form as edits, on a rehearsal's returns with a planted slip. Without scipy only ours is shown.
"""

import argparse
import statistics
import time

import numpy as np

from xinqu.policy.load import load_pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import generate
from xinqu.validation.edits import Edit, Linear, record_edits, satisfied
from xinqu.validation.localise import localise
from xinqu.validation.run import judged_parts
from xinqu.validation.systematic import numeric

FIELDS = [f"f{n:02d}" for n in range(20)]
SEED, MOST = 58, 500_000


def at_most(bound: float, **terms: float) -> tuple[Linear, ...]:
    return (Linear(tuple(terms.items()), float(bound)),)


def equal(name: str, **terms: float) -> Edit:
    return Edit(name, ((*at_most(1, **terms), *at_most(1, **{item: -c for item, c in terms.items()})),))


def make_edits() -> list[Edit]:
    """Return 5 sums, 11 parts of wholes and shares, and 20 ranges: 36 edits."""
    sums = [
        equal("s1", f00=1, f01=-1, f02=-1),
        equal("s2", f01=1, f03=-1, f04=-1, f05=-1),
        equal("s3", f06=1, f07=-1, f08=-1),
        equal("s4", f00=1, f09=-1, f10=-1),
        equal("s5", f11=1, f12=-1, f13=-1, f14=-1),
    ]
    pairs = [("f15", "f00", 0.6), ("f16", "f15", 1), ("f03", "f00", 0.7), ("f02", "f00", 0.5), ("f07", "f06", 0.95),
             ("f17", "f06", 1), ("f18", "f17", 1), ("f11", "f01", 0.9), ("f12", "f11", 0.8), ("f19", "f09", 1)]  # fmt: skip
    parts = [Edit(f"p{n}", (at_most(0, **{part: 1, whole: -u}),)) for n, (part, whole, u) in enumerate(pairs)]
    parts.append(Edit("ratio", (at_most(0, f00=1, f06=-40),)))
    ranges = [Edit(f"{item}_rng", ((*at_most(0, **{item: -1}), *at_most(MOST, **{item: 1})),)) for item in FIELDS]
    return [*sums, *parts, *ranges]


def make_record(generator: np.random.Generator) -> dict[str, float]:
    """Return a record that satisfies all edits."""
    share = lambda low, high: float(generator.uniform(low, high))  # noqa: E731 - read in place, twenty times
    v = {"f00": float(generator.uniform(10_000, 90_000))}
    v["f02"] = v["f00"] * share(0.05, 0.4)
    v["f01"] = v["f00"] - v["f02"]
    v["f03"], v["f04"] = v["f01"] * share(0.3, 0.6), v["f01"] * share(0.1, 0.3)
    v["f05"] = v["f01"] - v["f03"] - v["f04"]
    v["f06"] = v["f00"] / share(5, 30)
    v["f07"] = v["f06"] * share(0.2, 0.9)
    v["f08"] = v["f06"] - v["f07"]
    v["f09"] = v["f00"] * share(0.2, 0.8)
    v["f10"] = v["f00"] - v["f09"]
    v["f11"] = v["f01"] * share(0.2, 0.8)
    v["f12"], v["f13"] = v["f11"] * share(0.1, 0.5), v["f11"] * share(0.1, 0.4)
    v["f14"] = v["f11"] - v["f12"] - v["f13"]
    v["f15"] = v["f00"] * share(0.1, 0.5)
    v["f16"], v["f17"] = v["f15"] * share(0.1, 0.9), v["f06"] * share(0.1, 0.9)
    v["f18"], v["f19"] = v["f17"] * share(0.1, 0.9), v["f09"] * share(0.1, 0.9)
    return {item: round(v[item], 2) for item in FIELDS}


def spoil(record: dict[str, float], generator: np.random.Generator) -> dict[str, float]:
    """Return the record with one to four wrong values."""
    wrong = dict(record)
    for item in generator.choice(FIELDS, int(generator.integers(1, 5)), replace=False):
        old = wrong[str(item)]
        choices = (old * 10, old * 100, old * 0.1, -old, float(generator.uniform(0, 90_000)))
        wrong[str(item)] = round(choices[int(generator.integers(len(choices)))], 2)
    return wrong


def with_milp(edits: list[Edit], values: dict[str, float], weights: dict[str, float]) -> float | None:
    """Return the least cost by HiGHS: |x - value| <= M z, minimise the weighted sum of z."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    n = len(FIELDS)
    number = {item: k for k, item in enumerate(FIELDS)}
    rows, upper = [], []
    for linear in (linear for edit in edits for linear in edit.alternatives[0]):
        row = np.zeros(2 * n)
        for item, coefficient in linear.terms:
            row[number[item]] = coefficient
        rows.append(row)
        upper.append(linear.bound)
    for item, k in number.items():
        for sign in (1.0, -1.0):
            row = np.zeros(2 * n)
            row[k], row[n + k] = sign, -(abs(values[item]) + MOST)  # no change can be larger
            rows.append(row)
            upper.append(sign * values[item])
    cost = np.array([0.0] * n + [weights[item] for item in FIELDS])
    whole = np.array([0] * n + [1] * n)
    bounds = Bounds([-np.inf] * n + [0] * n, [np.inf] * n + [1] * n)
    result = milp(cost, constraints=LinearConstraint(np.array(rows), ub=upper), integrality=whole, bounds=bounds)
    return None if result.fun is None else float(result.fun)


def have_scipy() -> bool:
    try:
        import scipy.optimize  # noqa: F401 - only asked whether it is there
    except ImportError:
        return False
    return True


def told(name: str, milliseconds: list[float]) -> None:
    p95 = sorted(milliseconds)[int(0.95 * len(milliseconds))]
    print(
        f"{name:<28}median {statistics.median(milliseconds):.2f} ms  p95 {p95:.2f} ms  max {max(milliseconds):.1f} ms"
    )


def synthetic(records: int) -> None:
    generator, edits = np.random.default_rng(SEED), make_edits()
    weights, failing = {item: float(generator.integers(1, 4)) for item in FIELDS}, []
    while len(failing) < records:
        right = make_record(generator)
        assert all(satisfied(edit, right) for edit in edits)
        wrong = spoil(right, generator)
        if not all(satisfied(edit, wrong) for edit in edits):
            failing.append(wrong)
    ours, theirs = list[float](), list[float]()
    same = dearer = cheaper = 0
    peer = have_scipy()
    for record in [failing[0], *failing]:  # the first one twice: it only warms up
        started = time.perf_counter()
        found = localise(edits, record, weights)
        ours.append(1000 * (time.perf_counter() - started))
        assert found is not None
        if peer:
            started = time.perf_counter()
            cost = with_milp(edits, record, weights)
            theirs.append(1000 * (time.perf_counter() - started))
            gap = -1.0 if cost is None else found.cost - cost
            same, dearer, cheaper = same + (abs(gap) < 1e-6), dearer + (gap >= 1e-6), cheaper + (gap <= -1e-6)
    print(f"{len(FIELDS)} fields, {len(edits)} edits, {records} failing records, 1-4 errors each")
    told("ours", ours[1:])
    if peer:
        told("scipy milp (HiGHS)", theirs[1:])
        ratio = statistics.median(ours[1:]) / statistics.median(theirs[1:])
        print(
            f"ratio ours / milp {ratio:.3f}; cost the same {same}, ours dearer {dearer}, ours cheaper {cheaper} of {len(ours)}"
        )
    else:
        print("scipy: not importable")


def of_a_form(form: str) -> None:
    """Localise with the checks of a pack form on the returns of a rehearsal, one value of each a tenth too large."""
    pack = load_pack()
    nation = generate(pack, SEED)
    facts = facts_of(pack, nation.forms, nation.returns, nation.states)
    items = numeric(pack.forms[form].items)
    generator = np.random.default_rng(SEED)
    building, solving = list[float](), list[float]()
    part = judged_parts(pack, facts, form)[0]
    for row in part.rows.tail(200).iter_rows(named=True):
        values = {item.code: row[item.code] for item in items if row[item.code] is not None}
        item = str(generator.choice([code for code, value in values.items() if value > 0]))
        values[item] *= 10
        started = time.perf_counter()
        edits = record_edits(part.checks, items, {**row, **values}, frozenset(values)).edits
        building.append(1000 * (time.perf_counter() - started))
        started = time.perf_counter()
        localise(edits, values, {})
        solving.append(1000 * (time.perf_counter() - started))
    print(f"form {form}: {len(values)} fields, {len(edits)} edits, {len(solving)} returns with a tenfold value")
    told("edits from the checks", building)
    told("localised", solving)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--form", default="xm1")
    options = parser.parse_args()
    synthetic(options.records)
    of_a_form(options.form)


if __name__ == "__main__":
    main()
