"""Accuracy of estimates: known values of a rehearsal withheld one by one, our choice of method against naive ones.

    python benchmarks/estimates.py [--nations 3]

Each known value is estimated without itself. Naive: last year's value, and the value of the period before. Errors are
absolute and relative to the value; "covered" is the share of withheld values inside a 90 % interval made from other values.
"""

import argparse

import polars as pl
from measure import heading

from xinqu.indicators.estimates import METHODS, accuracy, candidates
from xinqu.policy.load import load_pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import generate
from xinqu.vocabulary.periods import Period

LEVEL = 0.9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nations", type=int, default=3)
    options = parser.parse_args()
    pack, rows = load_pack(), []
    for seed in range(30, 30 + options.nations):
        nation = generate(pack, seed)
        facts = facts_of(pack, nation.forms, nation.returns, nation.states)
        for form in facts:
            found = candidates(pack, facts, form)
            measured = accuracy(found, level=LEVEL).filter(pl.col("tests") >= 20)
            best = measured.sort("error").unique("item", keep="first")
            rows.append(measured.select(pl.lit(form).alias("form"), "item", "method", "error", "bias", "covered"))
            rows.append(
                best.select(
                    pl.lit(form).alias("form"), "item", pl.lit("chosen").alias("method"), "error", "bias", "covered"
                )
            )
            rows.append(naive(pack.forms[form].previous, found, form))
    told = pl.concat(rows, how="diagonal")
    table = told.group_by("method").agg(
        pl.len().alias("items"), (pl.col("error").median() * 100).round(2), (pl.col("bias").median() * 100).round(2),
        (pl.col("covered").mean() * 100).round(1),
    )  # fmt: skip
    order = {name: place for place, name in enumerate(["chosen", *METHODS, "last year", "period before"])}
    heading(f"{options.nations} nations, all area forms; percent, median over items")
    print("| method | items x nations | error | bias | covered |\n|---|---|---|---|---|")
    for line in table.sort(pl.col("method").replace_strict(order)).iter_rows():
        print("| " + " | ".join("" if value is None else str(value) for value in line) + " |")


def naive(previous, found: pl.DataFrame, form: str) -> pl.DataFrame:
    """Return the errors of last year's value and of the value before."""
    parts = []
    for name, step in (("last year", lambda p: p.last_year()), ("period before", previous)):
        then = {text: str(step(Period.parse(text))) for text in found["period"].unique()}
        at = found.with_columns(pl.col("period").replace_strict(then, return_dtype=pl.String).alias("#then"))
        both = at.join(
            found.select("item", "area", pl.col("period").alias("#then"), pl.col("value").alias("was")),
            on=["item", "area", "#then"],
        ).filter((pl.col("value") > 0) & (pl.col("was") > 0))  # fmt: skip
        ratio = pl.col("was") / pl.col("value") - 1
        parts.append(
            both.group_by("item")
            .agg(ratio.abs().median().alias("error"), ratio.median().alias("bias"))
            .select(pl.lit(form).alias("form"), "item", pl.lit(name).alias("method"), "error", "bias")
        )
    return pl.concat(parts)


if __name__ == "__main__":
    main()
