"""False alarms and finds of the signals of doctored returns: honest rehearsal nations, and the same nations doctored.

    python benchmarks/signals.py [--nations 20] [--write]

A nation is honest: 19 areas, 20 forms, five years; the share of areas with a signal is the false-alarm rate. Doctored: one
area's amounts rounded to fives; its figures just below a target lifted just above it; a return replaced by another area's; a
return of the last day replaced by last period's; its revisions turned upwards. The share found is that of nations in which
exactly that is raised for that area. --write keeps both beside the code.
"""

import argparse
from collections import Counter

import msgspec
import numpy as np
import polars as pl
from measure import heading

from xinqu.monitoring.signals import patterns
from xinqu.monitoring.signals.rates import RATES_FILE, Rates, code_sha256
from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import Nation, generate
from xinqu.vocabulary.periods import Period

AREA, OTHER, FORM = "lanzhou", "guian", "xm1"
REVISIONS, TARGETS = 40, 60  # of an area: returns that were corrected, figures near a threshold


def honest_revisions(pack: Pack, dice: np.random.Generator) -> pl.DataFrame:
    """Return revisions that go either way, as corrections of slips do."""
    return pl.DataFrame(
        {"area": np.repeat(list(pack.areas), REVISIONS), "revision": dice.normal(size=REVISIONS * len(pack.areas))}
    )


def honest_figures(pack: Pack, dice: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return figures scattered around a threshold of 100, and the thresholds."""
    areas = np.repeat(list(pack.areas), TARGETS)
    figures = pl.DataFrame(
        {"indicator": "Q01", "area": areas, "period": "2025", "value": dice.normal(100, 3, len(areas))}
    )
    thresholds = pl.DataFrame({"indicator": "Q01", "area": list(pack.areas), "stated": 100.0, "sense": 1})
    return figures, thresholds


def raised(frame: pl.DataFrame) -> set[tuple[str, str]]:
    return set(frame.filter("raised").select("signal", "area").iter_rows())


def look(
    pack: Pack, facts: dict[str, pl.DataFrame], last_day: pl.DataFrame, figures: pl.DataFrame, thresholds: pl.DataFrame,
    revisions: pl.DataFrame, settings: patterns.Settings,
) -> set[tuple[str, str]]:  # fmt: skip
    return (
        raised(patterns.round_digits(pack, facts, settings))
        | raised(patterns.bunching(figures, thresholds, settings))
        | raised(patterns.copied(pack, facts, settings))
        | raised(patterns.last_minute_copies(pack, facts, last_day, settings))
        | raised(patterns.upward_revisions(revisions, settings))
    )


def doctored(pack: Pack, nation: Nation, settings: patterns.Settings) -> dict[str, dict[str, pl.DataFrame]]:
    """Return the wide frames of the nation after each doctoring of values."""
    mine = pl.col("area") == AREA
    rounded = {
        form: frame.with_columns(
            pl.when(mine & (pl.col(item.code).abs() >= settings.digits_from)).then((pl.col(item.code) / 5).round() * 5)
            .otherwise(item.code).alias(item.code)
            for item in pack.forms[form].items
            if item.type in ("decimal", "integer") and frame.schema[item.code].is_numeric()
        )
        for form, frame in nation.forms.items()
    }  # fmt: skip
    frame = nation.forms[FORM]
    last = str(frame["period"].max())
    before = str(pack.forms[FORM].previous(Period.parse(last)))
    head = ["area", "sub_unit", "period"]

    def put(source_area: str, source_period: str) -> dict[str, pl.DataFrame]:
        source = frame.filter(area=source_area, sub_unit="", period=source_period).drop(head)
        place = mine & (pl.col("sub_unit") == "") & (pl.col("period") == last)
        kept, own = frame.filter(~place), frame.filter(place).select(head)
        return nation.forms | {
            FORM: pl.concat([kept, pl.concat([own, source], how="horizontal")], how="vertical_relaxed")
        }

    return {"round_digits": rounded, "copied": put(OTHER, last), "last_minute_copy": put(AREA, before)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nations", type=int, default=20)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    pack = load_pack()
    alarms: Counter[str] = Counter()
    finds: Counter[str] = Counter()
    settings = patterns.settings_on(pack, generate(pack, 1).as_of)
    assert settings is not None
    for seed in range(100, 100 + options.nations):
        nation, dice = generate(pack, seed), np.random.default_rng(seed)
        figures, thresholds = honest_figures(pack, dice)
        revisions = honest_revisions(pack, dice)
        keys = nation.returns.filter(pl.col("sub_unit") == "").select("form", "area", "period")

        def facts(forms: dict[str, pl.DataFrame], nation: Nation = nation) -> dict[str, pl.DataFrame]:
            return facts_of(pack, forms, nation.returns, nation.states)

        honest = look(pack, facts(nation.forms), keys, figures, thresholds, revisions, settings)
        alarms.update(signal for signal, _ in honest)
        mine = pl.col("area") == AREA
        lifted = (
            pl.when(mine & pl.col("value").is_between(98, 100)).then(pl.lit(100.1)).otherwise("value").alias("value")
        )
        upward = pl.when(mine).then(pl.col("revision").abs()).otherwise("revision").alias("revision")
        for kind, forms in doctored(pack, nation, settings).items():
            finds[kind] += (kind, AREA) in look(pack, facts(forms), keys, figures, thresholds, revisions, settings)
        finds["bunching"] += ("bunching", AREA) in raised(
            patterns.bunching(figures.with_columns(lifted), thresholds, settings)
        )
        finds["upward_revisions"] += ("upward_revisions", AREA) in raised(
            patterns.upward_revisions(revisions.with_columns(upward), settings)
        )
    heading(f"{options.nations} nations of {len(pack.areas)} areas")
    looked = options.nations * len(pack.areas)
    rates = Rates(
        code=code_sha256(), nations=options.nations,
        false_alarms={kind: alarms[kind] / looked for kind in patterns.KINDS},
        detected={kind: finds[kind] / options.nations for kind in patterns.KINDS},
    )  # fmt: skip
    print("| signal | false alarms, share of areas | found when doctored |\n|---|---|---|")
    for kind in patterns.KINDS:
        print(f"| {kind} | {rates.false_alarms[kind]:.2%} | {rates.detected[kind]:.0%} |")
    if options.write:
        RATES_FILE.write_bytes(msgspec.json.format(msgspec.json.encode(rates), indent=1) + b"\n")


if __name__ == "__main__":
    main()
