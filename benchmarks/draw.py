"""Speed of the draw: a million entities in 40 strata drawn and verified, 20,000 tasks with two of 5,000 inspectors each.

    python benchmarks/draw.py [--units 1000000] [--tasks 20000] [--rounds 3]

The peer of the draw is the shortest honest way: SHA-256 of each id anew (hashlib) and a sorted list per stratum. The
verifier is the stand-alone program in a fresh process, reading its files.
"""

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from measure import alternate, compare, heading, row

import xinqu.shapes.draw
from xinqu.shapes.draw.assign import Inspector, Task, assign
from xinqu.shapes.draw.frame import COLUMNS, leaf_texts, salts, tree_of
from xinqu.shapes.draw.seed import Source, plan_sha256, seed_of
from xinqu.shapes.draw.select import select
from xinqu.vocabulary.canonical import canonical_json

VERIFIER = Path(xinqu.shapes.draw.__file__).with_name("verify_draw.py")
STRATA, QUALIFICATIONS, DISTRICTS, INSPECTORS = 40, 20, 10, 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ids = [f"E{number:08d}" for number in range(options.units)]
    frame = pl.DataFrame(
        {"id": ids, "stratum": [f"s{n % STRATA:02d}" for n in range(options.units)], "size": "1", "excluded": "", "salt": salts(b"0" * 16, ids)}
    )  # fmt: skip
    quotas = {f"s{n:02d}": options.units // STRATA // 50 for n in range(STRATA)}
    start = time.perf_counter()
    root = tree_of(leaf_texts(frame)).root
    committed = time.perf_counter() - start
    plan = {"quotas": quotas}
    sources = [Source("lottery", "lottery", "0123456")]
    seed = seed_of(root, plan_sha256(plan), sources)

    def plain() -> list[str]:
        by: dict[str, list[tuple[str, str]]] = {}
        for unit, stratum in zip(ids, frame["stratum"].to_list(), strict=True):
            by.setdefault(stratum, []).append((hashlib.sha256(f"{seed}|{unit}".encode()).hexdigest(), unit))
        return [unit for name, rows in by.items() for _, unit in sorted(rows)[: quotas[name]]]

    found = select(frame, quotas, seed)
    assert sorted(plain()) == found.drawn["id"].sort().to_list()
    heading(f"{options.units:,} units, {STRATA} strata, {found.drawn.height:,} drawn")
    row("commit the frame (Merkle root)", f"{committed:.2f} s")
    compare(
        "draw",
        alternate(options.rounds, {"ours": lambda: select(frame, quotas, seed), "plain Python": plain}),
        aim="<= 2 s",
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with (folder / "frame.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            writer.writerows(frame.select(COLUMNS).iter_rows())
        (folder / "plan.json").write_bytes(canonical_json(plan))
        draw = {"root": root, "plan": plan_sha256(plan), "seed": seed, "drawn": found.drawn["id"].to_list(),
                "thresholds": found.thresholds, "sources": [{"name": "lottery", "value": "0123456"}]}  # fmt: skip
        (folder / "draw.json").write_text(json.dumps(draw))
        start = time.perf_counter()
        subprocess.run([sys.executable, "-I", str(VERIFIER), str(folder)], check=True, capture_output=True)
        row("verify, stand-alone program", f"{time.perf_counter() - start:.2f} s", "<= 3 s")
    dice = np.random.default_rng(1)
    people = [
        Inspector(
            f"i{n:05d}", frozenset(f"q{q}" for q in dice.choice(QUALIFICATIONS, dice.integers(2, 6), replace=False)),
            frozenset({f"d{n % DISTRICTS}", f"d{(n + 1) % DISTRICTS}"}),
        )
        for n in range(INSPECTORS)
    ]  # fmt: skip
    tasks = [Task(f"e{n:06d}", f"q{n % QUALIFICATIONS}", f"d{n // 7 % DISTRICTS}") for n in range(options.tasks)]
    start = time.perf_counter()
    done = assign(tasks, people, seed=seed, each=2, capacity=9)
    took = time.perf_counter() - start
    load = done.pairs.group_by("inspector").len()["len"].to_numpy()
    load = np.concatenate([load, np.zeros(INSPECTORS - len(load))])
    row(f"assign two of {INSPECTORS:,} to {options.tasks:,} tasks", f"{took:.2f} s, unfilled {done.short.height}, load sd {load.std():.2f}", "<= 1.5 s, 0, <= 0.7")  # fmt: skip


if __name__ == "__main__":
    main()
