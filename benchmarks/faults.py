"""Share of injected faults found and localised: 1,000 faults of twelve kinds in a rehearsal, and false alarms on right values.

    python benchmarks/faults.py [--count 1000] [--seed 58] [--nation 7]

Found: an error or warning check that held before is false on the return and reads a changed item, or an item is missed.
Refused: one of them is an error, so that the return is not taken. Right cell: a suggestion names a changed item; first: it
is the only item named. Right value: the value suggested is the true one, or the interval holds it. A false alarm is a check
that is false on a return as the rehearsal's truth has it. Faults are drawn blindly: some leave values as good as true ones.
"""

import argparse
from collections.abc import Mapping

import polars as pl
from measure import heading

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.faults import KINDS, Fault, Round, inject
from xinqu.rehearsal.nation import Nation, generate
from xinqu.validation.run import validate_all
from xinqu.validation.suggest import suggestions

KEY = ["form", "area", "sub_unit", "period"]
ROUNDING = 0.5  # 亿元 with four decimals is 万元 to the unit


def false_findings(pack: Pack, facts: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the false error and warning checks of all returns."""
    findings = validate_all(pack, facts).findings
    told = findings.filter((pl.col("verdict") == "false") & pl.col("level").is_in(["error", "warning"]))
    return told.select(*KEY, "check", "level", "items")


def judged(pack: Pack, nation: Nation, one: Round, before: pl.DataFrame) -> list[dict[str, object]]:
    """Return what was found of each fault of a round."""
    facts = facts_of(pack, one.forms, nation.returns, nation.states)
    fresh = false_findings(pack, facts).join(before, on=[*KEY, "check"], how="anti")
    keys = pl.DataFrame([(fault.form, fault.area, "", fault.period) for fault in one.faults], schema=KEY, orient="row")
    told = pl.concat(
        suggestions(pack, facts, str(form), keys=part.drop("form"))
        for (form,), part in keys.partition_by("form", as_dict=True).items()
    )
    return [row(fault, fresh, told) for fault in one.faults]


def row(fault: Fault, fresh: pl.DataFrame, told: pl.DataFrame) -> dict[str, object]:
    here = [pl.col("form") == fault.form, pl.col("area") == fault.area, pl.col("period") == fault.period]
    mine = fresh.filter(*here, pl.col("sub_unit") == "")
    read = mine.filter(pl.col("items").list.eval(pl.element().is_in(list(fault.items))).list.any())
    named = told.filter(*here, pl.col("sub_unit") == "")
    hit = named.filter(pl.col("item").is_in(list(fault.items)))
    first = hit.filter(pl.col("item") == fault.items[0])
    return {
        "kind": fault.kind,
        "found": not read.is_empty(),
        "refused": bool((read["level"] == "error").any()),
        "right_cell": not hit.is_empty(),
        "only_cell": not hit.is_empty() and hit.height == named.height,
        "right_value": any(holds(line, fault.right) for line in first.iter_rows(named=True)),
    }


def holds(line: Mapping[str, object], right: float) -> bool:
    """Say whether a suggestion holds the true value."""
    if line["suggested"] is not None:
        return abs(float(str(line["suggested"])) - right) <= max(ROUNDING, 1e-9 * abs(right))
    low, high = line["suggested_low"], line["suggested_high"]
    return (low is None or float(str(low)) <= right + ROUNDING) and (
        high is None or right - ROUNDING <= float(str(high))
    )


def shares(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the percentages by kind, in the order of ``KINDS``, and over all."""
    percent = [(100 * pl.col(name).mean()).round(1).alias(name) for name in rows.columns if name != "kind"]
    by_kind = rows.group_by("kind").agg(pl.len().alias("faults"), *percent)
    everything = rows.select(pl.lit("all").alias("kind"), pl.len().alias("faults"), *percent)
    order = {kind: place for place, kind in enumerate([*KINDS, "all"])}
    return pl.concat([by_kind, everything]).sort(pl.col("kind").replace_strict(order))


def print_table(table: pl.DataFrame) -> None:
    """Print a table as Markdown, as it stands in docs/benchmarks.md."""
    print("| " + " | ".join(name.replace("_", " ") for name in table.columns) + " |")
    print("|---" * table.width + "|")
    for values in table.iter_rows():
        print("| " + " | ".join(str(value) for value in values) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=58)
    parser.add_argument("--nation", type=int, default=7)
    options = parser.parse_args()
    pack = load_pack()
    nation = generate(pack, options.nation)
    heading(f"{options.count} faults of {len(KINDS)} kinds; nation {options.nation}, seed {options.seed}; percent")
    before = false_findings(pack, facts_of(pack, nation.forms, nation.returns, nation.states))
    rows = [
        found
        for one in inject(pack, nation, count=options.count, seed=options.seed)
        for found in judged(pack, nation, one, before)
    ]
    print_table(shares(pl.DataFrame(rows)))
    returns = sum(frame.height for frame in nation.forms.values())
    alarmed = before.group_by("level").agg(pl.struct(KEY).n_unique().alias("returns"), pl.len().alias("checks"))
    for level, count, checks in alarmed.sort("level").iter_rows():
        print(
            f"false alarms on right values, {level}: {checks} on {count} of {returns} returns ({count / returns:.2%})"
        )


if __name__ == "__main__":
    main()
