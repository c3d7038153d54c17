"""Speed of checks: 1,000,000 records x 60 items x 100 checks against Polars by hand, pandera, pointblank, and on Spark.

    python benchmarks/validation.py [--rows 1000000] [--rounds 5] [--peer-rounds 3] [--no-spark]

Data: synthetic log-normal, 0.5-3 % unknown, 0.5 % of the pairs failing. Ours reads the 100 checks as text of the
expression language (parsed and compiled before the clock starts, as in use: cached). The peers are what a good Polars
programmer writes by hand for the same 100 checks, and pandera and pointblank (locks/bench.txt: install them beside the package).
Ours gives true, false, unknown, every failing value and every unknown pair; pointblank caps failing rows at 500 a check,
pandera knows no third value. On Spark in local mode the same work costs what moving the blocks to workers costs.
"""

import argparse
import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl
from measure import absent, alternate, compare, heading, row
from measure.validators import pandera_pairs, pointblank_counts, pointblank_extracts

from xinqu.engines.local import evaluate, judge
from xinqu.expressions.parse import Expression, parse_all

ITEMS = 60
SEED = 58
SPARK_ROWS = 200_000  # they pass through the driver, whose Java has 1 GB unless told otherwise


def make_frame(rows: int) -> pl.DataFrame:
    """Items x_00..x_59: x_(2k+1) is mostly below x_(2k), so that about 0.5 % of the pairs fail."""
    generator = np.random.default_rng(SEED)
    columns = {}
    for pair in range(ITEMS // 2):
        large = generator.lognormal(8, 1, rows)
        small = large * np.where(generator.random(rows) < 0.005, 1.5, generator.uniform(0.1, 0.9, rows))
        for name, values in ((f"x_{2 * pair:02d}", large), (f"x_{2 * pair + 1:02d}", small)):
            unknown = generator.random(rows) < generator.uniform(0.005, 0.03)
            columns[name] = pl.Series(values).scatter(np.flatnonzero(unknown), None)
    return pl.DataFrame(columns)


def make_checks() -> dict[str, tuple[str, pl.Expr]]:
    """Return 30 ranges, 12 identities, 28 ratios, 20 conditions, 10 completeness checks: our text and the Polars by hand."""
    checks: dict[str, tuple[str, pl.Expr]] = {}
    col = [pl.col(f"x_{n:02d}") for n in range(ITEMS)]
    for n in range(30):
        checks[f"range{n}"] = (f"x_{2 * n:02d} BETWEEN 30 AND 90000", (col[2 * n] >= 30) & (col[2 * n] <= 90000))
    for n in range(12):
        a, b, tolerance = 4 * n, 4 * n + 1, 0.95
        slack = 1e-9 * pl.max_horizontal(pl.lit(1.0), col[a].abs())
        text = f"near(x_{a:02d}, x_{b:02d}, 0.95 * x_{a:02d})"
        checks[f"near{n}"] = (text, (col[a] - col[b]).abs() <= tolerance * col[a] + slack)
    for n in range(28):
        a, b = 2 * n, 2 * n + 1
        text = f"x_{b:02d} / NULLIF(x_{a:02d}, 0) <= 1"
        checks[f"ratio{n}"] = (text, col[b] / pl.when(col[a] == 0).then(None).otherwise(col[a]) <= 1)
    for n in range(20):
        a, b = 2 * n + 1, 2 * n + 2
        text = f"x_{a:02d} <= 100000 OR x_{b:02d} > 50"
        checks[f"if{n}"] = (text, (col[a] <= 100000) | (col[b] > 50))
    for n in range(10):
        checks[f"there{n}"] = (f"x_{6 * n:02d} IS NOT NULL", col[6 * n].is_not_null())
    return checks


def by_hand_counts(frame: pl.DataFrame, rules: dict[str, pl.Expr]) -> pl.DataFrame:
    """Count true and unknown as one writes it by hand."""
    verdicts = frame.select(rule.alias(name) for name, rule in rules.items())
    return verdicts.select(pl.all().sum().name.suffix("#t"), pl.all().null_count().name.suffix("#u"))


def by_hand_pairs(frame: pl.DataFrame, rules: dict[str, pl.Expr], reads: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    """List failing record, check, item and value, and the rows that are unknown, as one writes it by hand."""
    verdicts = frame.select(rule.alias(name) for name, rule in rules.items())
    parts = []
    for name in rules:
        rows = (~verdicts[name]).arg_true()
        parts += [
            pl.select(record=rows, check=pl.lit(name), item=pl.lit(item), value=frame[item].gather(rows))
            for item in reads[name]
        ]
    unknown = [pl.select(record=verdicts[name].is_null().arg_true(), check=pl.lit(name)) for name in rules]
    pl.concat(unknown)
    return pl.concat(parts)


def our_counts(frame: pl.DataFrame, expressions: dict[str, Expression]) -> pl.DataFrame:
    """Count true and unknown through the engine."""
    verdicts = evaluate(frame, expressions)
    return verdicts.select(pl.all().sum().name.suffix("#t"), pl.all().null_count().name.suffix("#u"))


def has(module: str) -> bool:
    """Say whether a peer is installed."""
    return importlib.util.find_spec(module) is not None


def against_ready_made(
    where: str,
    load: Callable[[], pl.DataFrame],
    expressions: dict[str, Expression],
    rules: Mapping[str, pl.Expr],
    rounds: int,
) -> None:
    """Compare with pointblank and pandera; ``load`` gives the frame, read from its file or held in memory."""
    reads = {name: expression.inputs for name, expression in expressions.items()}

    counts = judge(load(), expressions).counts
    failing, unknown = counts["false"].sum(), counts["indeterminate"].sum()

    def pairs() -> object:
        return judge(load(), expressions)

    if has("pointblank"):
        told = pointblank_counts(load, rules, reads)()
        assert told == failing + unknown, f"pointblank counts a null as a failure: {told:,}"
        jobs = {"ours": lambda: our_counts(load(), expressions), "pointblank": pointblank_counts(load, rules, reads)}
        compare(f"counts, {where}", alternate(rounds, jobs), aim="<= 0.33 of pointblank")
        jobs = {"ours": pairs, "pointblank": pointblank_extracts(load, rules, reads)}
        compare(f"pairs, {where}", alternate(rounds, jobs), aim="<= 0.125 from file, <= 0.05 from memory")
    else:
        absent("pointblank", "counts 1.17 s, extracts capped at 500 a check 4.18 s from file, 3.74 s from memory")
    if has("pandera"):
        assert pandera_pairs(load, rules, reads)() == failing
        jobs = {"ours": pairs, "pandera": pandera_pairs(load, rules, reads)}
        compare(f"pairs, {where}", alternate(1, jobs), aim="<= 0.033 of pandera")
    else:
        absent("pandera", "16.2 s from file, 15.1 s from memory")


def on_spark(frame: pl.DataFrame, expressions: dict[str, Expression], rounds: int) -> None:
    """Compare Spark in local mode with this process, warm; the results are the same."""
    if not (has("pyspark") and shutil.which("java")):
        row("spark local[2]", "pyspark or Java not here")
        return
    from xinqu.engines.spark import judge_on, open_session

    session = open_session("local[2]")
    try:
        here, there = judge(frame, expressions), judge_on(session, frame, expressions)
        assert here.counts.equals(there.counts)
        assert here.failing.sort("record", "check", "item").equals(there.failing)
        jobs = {
            "spark": lambda: judge_on(session, frame, expressions),
            "local": lambda: judge(frame, expressions),
        }
        compare(f"pairs on Spark, {frame.height:,} rows", alternate(rounds, jobs), ours="spark")
    finally:
        session.stop()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-rounds", type=int, default=3)
    parser.add_argument("--no-spark", action="store_true")
    options = parser.parse_args()
    frame, checks = make_frame(options.rows), make_checks()
    expressions = parse_all({name: text for name, (text, _) in checks.items()})
    rules = {name: rule for name, (_, rule) in checks.items()}
    reads = {name: expression.inputs for name, expression in expressions.items()}
    ours, hand = judge(frame, expressions), by_hand_pairs(frame, rules, reads)
    assert our_counts(frame, expressions).equals(by_hand_counts(frame, rules))
    order = ["check", "record", "item"]
    assert ours.failing.drop("text").sort(order).equals(hand.sort(order))
    heading(f"checks: {frame.height:,} x {frame.width} x {len(checks)}", "polars", "pandera", "pointblank", "pyspark")
    row("values of failing pairs", f"{hand.height:,}, the same by hand")
    jobs = {"ours": lambda: our_counts(frame, expressions), "by hand": lambda: by_hand_counts(frame, rules)}
    compare("counts, memory", alternate(options.rounds, jobs), aim="<= 1.1 of by hand")
    jobs = {"ours": lambda: judge(frame, expressions), "by hand": lambda: by_hand_pairs(frame, rules, reads)}
    compare("pairs and values, memory", alternate(options.rounds, jobs))
    small = frame.head(500)
    compare(
        "one submission of 500 rows, cached", alternate(50, {"ours": lambda: judge(small, expressions)}), aim="<= 10 ms"
    )
    against_ready_made("memory", lambda: frame, expressions, rules, options.peer_rounds)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.parquet"
        frame.write_parquet(path)
        against_ready_made("file", lambda: pl.read_parquet(path), expressions, rules, options.peer_rounds)
    if not options.no_spark:
        on_spark(frame.head(SPARK_ROWS), expressions, options.peer_rounds)


if __name__ == "__main__":
    main()
