"""A national month: five million records on the five record forms, 19 areas on 20 forms, all checks and all indicators.

    python benchmarks/month.py [--records 5000000] [--rounds 3] [--keep FOLDER]

The records are made first, outside the clock, and written as the row objects of returns (Parquet, one per form, area and
period; the period before too, as `prev` reads it). Timed: read -> facts -> every written and generated check -> findings,
area by area, then the checks of the area forms and all indicators. A fresh process does it: peak memory is its own.
The peer counts the verdicts of the written checks of the largest form in DuckDB, with the SQL that the same expressions
compile to, on one area's context frame in memory: counts only, without rows, values or reasons. Ours is measured twice:
the same checks on the same frame, with the failing rows and their values; and everything from facts to findings.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import polars as pl
from measure import alternate, compare, heading, processor_s, row

from xinqu.engines.context import build_context
from xinqu.engines.local import judge
from xinqu.engines.record_facts import facts_of_return
from xinqu.expressions.compile import to_duckdb
from xinqu.expressions.parse import parse
from xinqu.indicators.compile import compile_figures
from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.rehearsal.facts import facts_of
from xinqu.rehearsal.nation import generate
from xinqu.rehearsal.records.registers import records
from xinqu.returns.record_bulk import record_rows_of
from xinqu.validation.findings import joined
from xinqu.validation.run import validate, validate_all
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.periods import Period

SHARES = {"xr3": 0.8, "xr1": 0.1, "xr2": 0.04, "xr4": 0.04, "xr5": 0.02}  # of all records
PERIODS = {"xr1": "2025", "xr5": "2025", "xr2": "2025-11", "xr3": "2025-11", "xr4": "2025-11"}
SEED = 58
_SAID = ("records", "findings", "peak", "processor")  # what a run tells besides seconds by part


def make(pack: Pack, folder: Path, total: int) -> int:
    """Write the row objects and return how many records the month itself has."""
    count = 0
    for form, share in SHARES.items():
        each = int(total * share / len(pack.areas))
        for area in pack.areas:
            for period in (str(Period.parse(PERIODS[form]).prev()), PERIODS[form]):
                frame = records(form, [area], period, each=each, seed=SEED)
                path = folder / form / area / f"{period}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                record_rows_of(pack.forms[form], frame).write_parquet(path, compression="zstd")
                count += frame.height if period == PERIODS[form] else 0
    return count


def facts_of_area(pack: Pack, folder: Path, form: str, area: str) -> pl.DataFrame:
    """Return the facts of the month and of the period before."""
    return pl.concat(
        facts_of_return(
            pack, form, pl.read_parquet(path), area=area, period=path.stem, submission=f"{form}/{area}/{path.stem}",
            scope="S1", origin=Origin.SIMULATED.value, event=1,
        )
        for path in sorted((folder / form / area).iterdir())
    )  # fmt: skip


def run(folder: Path) -> dict[str, float]:
    """Do the month and return seconds by part, counts and peak memory of this process in MiB."""
    pack, took = load_pack(), {}
    nation = generate(pack, 7)
    area_facts = facts_of(pack, nation.forms, nation.returns, nation.states)
    judged, findings, before = 0, 0, processor_s()
    for form in SHARES:
        start, parts = time.perf_counter(), []
        for area in pack.areas:
            facts = facts_of_area(pack, folder, form, area)
            keys = pl.DataFrame({"area": [area], "sub_unit": [""], "period": [PERIODS[form]]})
            found = validate(pack, {form: facts}, form, keys=keys)
            parts.append(found)
            judged += facts.filter(pl.col("period") == PERIODS[form]).height
        whole = joined(parts)
        findings += whole.findings.height
        took[form] = time.perf_counter() - start
    start = time.perf_counter()
    validate_all(pack, area_facts)
    took["area forms, five years"] = time.perf_counter() - start
    start = time.perf_counter()
    compile_figures(pack, area_facts, as_of=nation.as_of)
    took["indicators, five years"] = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**took, "records": judged, "findings": findings, "peak": peak, "processor": processor_s() - before}


def against_duckdb(pack: Pack, folder: Path, rounds: int) -> None:
    """Print how the written checks of the largest form compare with DuckDB on the same frame of one area, in memory."""
    form, area = "xr3", next(iter(pack.areas))
    facts = facts_of_area(pack, folder, form, area)
    checks = {check.id: parse(check.expression) for check in pack.checks.values() if check.form == form}
    context = build_context(pack, {form: facts}, form, checks.values())
    coded = [name for name, kind in context.schema.items() if isinstance(kind, (pl.Enum, pl.Categorical))]
    database = duckdb.connect()
    database.execute("SET threads = 2")
    database.register("context", context.with_columns(pl.col(coded).cast(pl.String)).to_arrow())
    counts = ", ".join(
        f"count(*) FILTER ({to_duckdb(expression)}), count(*) FILTER (NOT ({to_duckdb(expression)}))"
        for expression in checks.values()
    )
    jobs = {
        "ours": lambda: judge(context, checks),
        "DuckDB": lambda: database.sql(f"SELECT {counts} FROM context").fetchall(),  # noqa: S608 - made of our own checks
    }
    compare(f"{len(checks)} checks of xr3, {context.height:,} rows", alternate(rounds, jobs))
    jobs["ours"] = lambda: validate(pack, {form: facts}, form)
    compare("the same and generated, from facts", alternate(rounds, jobs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="folder to make the records in, or that has them")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(run(options.run)))
        return
    pack = load_pack()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        if not (folder / "xr3").exists():
            make(pack, folder, options.records)
        told = subprocess.run(
            [sys.executable, __file__, "--run", str(folder)], check=True, capture_output=True, text=True
        ).stdout
        took: dict[str, float] = json.loads(told)
        heading(f"{int(took['records']):,} records, {int(took['findings']):,} findings")
        parts = {name: value for name, value in took.items() if name not in _SAID}
        for name, value in parts.items():
            row(name, f"{value:.1f} s")
        records, whole = took["records"], sum(parts.values())
        on_records = sum(took[form] for form in SHARES)
        row("the month", f"{whole:.1f} s, processor {took['processor']:.1f} s", "<= 60 s")
        row("records judged", f"{records / on_records:,.0f} a second")
        row("peak memory", f"{took['peak']:,.0f} MiB", "<= 2,048 MiB")
        against_duckdb(pack, folder, options.rounds)


if __name__ == "__main__":
    main()
