"""Accuracy of estimates: known values withheld one by one, the methods and the choice among them against naive ones.

    python benchmarks/estimates.py [--nations 3] [--items xm1]

Each known value is estimated without itself, with what was known then. Naive: last year's value, and that of the period
before. MAPE: mean absolute error of amounts, percent. MASE: mean absolute error over that of last year's value, of all
items. "covered": share of withheld values inside a 90 % interval made from other areas' errors. "chosen" is chosen and
fitted on every second area and tried on the others; a method's own row counts all areas. No item of the published realm
has enough values in sequence to be measured by itself, so its amounts are measured together, and none is estimated.
"""

import argparse
from collections.abc import Iterable, Mapping

import polars as pl
from measure import heading

from xinqu.indicators.accuracy import ANY, measure, validated
from xinqu.indicators.estimates import METHODS, NAIVE, NUMBERS, candidates, settings_on
from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import generate

Facts = Mapping[str, pl.DataFrame]
_SHOWN = ("error", "mape", "mase", "bias", "covered")
_ORDER = ("chosen", *METHODS, *NAIVE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nations", type=int, default=3)
    parser.add_argument("--items", metavar="FORM", help="also the chosen method of each item of this form")
    options = parser.parse_args()
    pack = load_pack()
    nations = [of_nation(pack, seed) for seed in range(30, 30 + options.nations)]
    heading(f"{options.nations} rehearsal nations, all area forms; percent, medians over items")
    show(*measured(pack, nations))
    heading("published realm, all amounts together")
    show(together(pack, of_published(pack)), None)
    if options.items:
        heading(f"items of {options.items}, most accurate method by length of series, first nation")
        print(items(pack, nations[0], options.items))


def of_nation(pack: Pack, seed: int) -> Facts:
    nation = generate(pack, seed)
    return facts_of(pack, nation.forms, nation.returns, nation.states)


def of_published(pack: Pack) -> Facts:
    """Return the facts of the published figures that the pack brings, as the demonstration files them."""
    import tempfile
    from pathlib import Path

    from xinqu.spine import accounts, demo
    from xinqu.spine.snapshot import take
    from xinqu.spine.workspace import create
    from xinqu.vocabulary.origin import Realm

    with tempfile.TemporaryDirectory() as folder:
        workspace = create(Path(folder) / "w", realms=(Realm.PUBLISHED,))
        accounts.load_organisations(workspace, pack)
        demo.publish(workspace, pack)
        return dict(take(workspace, Realm.PUBLISHED).facts)


def measured(pack: Pack, worlds: Iterable[Facts]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of ``measure`` (series of any length) and of ``validated`` over all area forms of all worlds."""
    numbers = settings_on(pack, pack.info.valid_from)
    if numbers is None:
        raise SystemExit(f"the pack has no {', '.join(NUMBERS)}")
    level, least = numbers["estimate_level"], int(numbers["estimate_least"])
    each, chosen = [], []
    for facts in worlds:
        for form in pack.area_forms:
            if facts[form.id].is_empty():
                continue
            found = candidates(pack, facts, form.id)
            each.append(measure(found, level=level).filter((pl.col("length") == ANY) & (pl.col("tests") >= least)))
            chosen.append(validated(found, METHODS, level=level, least=least))
    return pl.concat(each), pl.concat(chosen)


def together(pack: Pack, facts: Facts) -> pl.DataFrame:
    """Return the rows of ``measure`` as if all amounts were one item."""
    found = [candidates(pack, facts, form.id) for form in pack.area_forms if not facts[form.id].is_empty()]
    whole = pl.concat(found).filter("is_amount").with_columns(pl.lit("all").alias("item"))
    return measure(whole, level=0.9).filter(pl.col("length") == ANY)


def show(each: pl.DataFrame, chosen: pl.DataFrame | None) -> None:
    """Print one row per method; errors and biases are relative and of amounts alone."""
    rows = each
    if chosen is not None:
        rows = pl.concat([each, chosen.with_columns(pl.lit("chosen").alias("method"))], how="diagonal")
    is_amount = pl.col("mape").is_not_null()
    table = rows.group_by("method").agg(
        pl.len().alias("items"), pl.col("tests").sum(),
        *((pl.col(name).filter(is_amount).median() * 100).round(2) for name in ("error", "mape", "bias")),
        pl.col("mase").median().round(3), (pl.col("covered").mean() * 100).round(1),
    )  # fmt: skip
    print("| method | items | withheld values | median error | MAPE | bias | MASE | covered |")
    print("|---|---|---|---|---|---|---|---|")
    order = {name: place for place, name in enumerate(_ORDER)}
    for line in table.sort(pl.col("method").replace_strict(order)).iter_rows():
        print("| " + " | ".join("" if value is None else str(value) for value in line) + " |")


def items(pack: Pack, facts: Facts, form: str) -> str:
    found = measure(candidates(pack, facts, form), level=0.9).filter(pl.col("method").is_in(list(METHODS)))
    best = found.sort("error").unique(["item", "length"], keep="first").sort("item", "length")
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_formatting="ASCII_MARKDOWN", tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):  # fmt: skip
        return str(best.select("item", "length", "method", "tests", *_SHOWN))


if __name__ == "__main__":
    main()
