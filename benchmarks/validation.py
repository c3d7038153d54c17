"""Speed of checks: 1,000,000 records x 60 items x 100 checks, ours against hand-written Polars, in alternation.

    python benchmarks/validation.py [--rows 1000000] [--rounds 5]

Data: synthetic log-normal, 0.5-3 % unknown, 0.5 % of the pairs failing. Ours reads the 100 checks as text of the
expression language (parsed and compiled before the clock starts, as in use: cached). The peer is what a good Polars
programmer writes by hand for the same 100 checks. pandera and pointblank join on a smaller frame when importable. Last:
one submission of 500 x 60 x 100 with cached checks. Trust ratios above 1.5 only on a shared machine.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from xinqu.engines.local import evaluate, judge
from xinqu.expressions.parse import Expression, parse_all

ITEMS = 60
SEED = 58


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


def alternate(rounds: int, **jobs: Callable[[], object]) -> dict[str, tuple[float, float]]:
    """Run the jobs in turn; return the median wall and processor seconds of each. The first round only warms up."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(rounds + 1):
        for name, job in jobs.items():
            wall, processor = time.perf_counter(), time.process_time()
            job()
            taken[name].append((time.perf_counter() - wall, time.process_time() - processor))
    medians = {
        name: [statistics.median(column) for column in zip(*times[1:], strict=True)] for name, times in taken.items()
    }
    return {name: (wall, processor) for name, (wall, processor) in medians.items()}


def compare(what: str, seconds: dict[str, tuple[float, float]], peer: str) -> None:
    """Print wall and processor seconds of ours and the peer, and both ratios (ours / peer)."""
    (wall, processor), (peer_wall, peer_processor) = seconds["ours"], seconds[peer]
    print(
        f"{what:<26}wall: ours {wall:.3f} s, {peer} {peer_wall:.3f} s, ratio {wall / peer_wall:.2f}   "
        f"processor: ours {processor:.3f} s, {peer} {peer_processor:.3f} s, ratio {processor / peer_processor:.2f}"
    )


def our_counts(frame: pl.DataFrame, expressions: dict[str, Expression]) -> pl.DataFrame:
    """Count true and unknown through the engine."""
    verdicts = evaluate(frame, expressions)
    return verdicts.select(pl.all().sum().name.suffix("#t"), pl.all().null_count().name.suffix("#u"))


def peers(frame: pl.DataFrame) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield ready-made validators that can be imported, on the 30 range checks (they differ in what unknown means)."""
    try:
        import pandera.polars as pa
    except ImportError:
        print("pandera: not importable")
    else:
        columns = {f"x_{2 * n:02d}": pa.Column(float, pa.Check.in_range(30, 90000), nullable=True) for n in range(30)}
        schema = pa.DataFrameSchema(columns)

        def with_pandera() -> None:
            try:
                schema.validate(frame, lazy=True)
            except pa.errors.SchemaErrors as errors:
                errors.failure_cases.height  # noqa: B018 - the list of failures is what is measured

        yield "pandera", with_pandera
    try:
        import pointblank
    except ImportError:
        print("pointblank: not importable")
    else:

        def with_pointblank() -> None:
            plan = pointblank.Validate(frame)
            for n in range(30):
                plan = plan.col_vals_between(f"x_{2 * n:02d}", 30, 90000)
            plan.interrogate()

        yield "pointblank", with_pointblank


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    frame, checks = make_frame(options.rows), make_checks()
    expressions = parse_all({name: text for name, (text, _) in checks.items()})
    rules = {name: rule for name, (_, rule) in checks.items()}
    reads = {name: expression.inputs for name, expression in expressions.items()}
    ours, hand = judge(frame, expressions), by_hand_pairs(frame, rules, reads)
    assert our_counts(frame, expressions).equals(by_hand_counts(frame, rules))
    order = ["check", "record", "item"]
    assert ours.failing.drop("text").sort(order).equals(hand.sort(order))
    print(
        f"{frame.height:,} x {frame.width} x {len(checks)}: {hand.height:,} values of failing pairs, the same both ways"
    )
    counts = alternate(
        options.rounds, ours=lambda: our_counts(frame, expressions), hand=lambda: by_hand_counts(frame, rules)
    )
    pairs = alternate(
        options.rounds, ours=lambda: judge(frame, expressions), hand=lambda: by_hand_pairs(frame, rules, reads)
    )
    compare("counts", counts, "hand")
    compare("counts + pairs + values", pairs, "hand")
    ranges = {name: expression for name, expression in expressions.items() if name.startswith("range")}
    for peer, job in peers(frame):
        compare("30 ranges", alternate(1, **{"ours": lambda: judge(frame, ranges), peer: job}), peer)
    small = frame.head(500)
    one = alternate(50, ours=lambda: judge(small, expressions))
    print(f"one submission 500 x {frame.width} x {len(checks)}, cached: {1000 * one['ours'][0]:.1f} ms (p50 of 50)")


if __name__ == "__main__":
    main()
