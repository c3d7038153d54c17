#!/usr/bin/env python3
"""Verify a published draw with nothing but Python.

python3 verify_draw.py FOLDER

FOLDER holds frame.csv (id,stratum,size,excluded,salt), plan.json (quotas), draw.json (root, plan, sources, seed, drawn,
thresholds). It recomputes the Merkle root of the frame, the plan's hash, the seed, every rank, and who is drawn.
Exit code 0: all agree. 1: something does not, and what. 2: a file is missing or can't be read.
"""

import csv
import gc
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path


def tree_root(leaves: list[str]) -> str:
    """Return the Merkle root of leaves (RFC 6962: prefixes 0 and 1, an odd node moves up)."""
    sha256 = hashlib.sha256
    level = [sha256(b"\x00" + leaf.encode()).digest() for leaf in leaves]
    while len(level) > 1:
        nodes = [sha256(b"\x01" + one + two).digest() for one, two in zip(level[::2], level[1::2], strict=False)]
        level = nodes + (level[-1:] if len(level) % 2 else [])
    return level[0].hex()


def faults(folder: Path) -> Iterator[str]:
    """Yield what does not agree."""
    draw = json.loads((folder / "draw.json").read_text(encoding="utf-8"))
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    with (folder / "frame.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        place = {name: number for number, name in enumerate(next(rows))}
        order = [place[name] for name in ("id", "stratum", "size", "excluded", "salt")]
        frame = sorted([row[number] for number in order] for row in rows)
    root = tree_root(["|".join(row) for row in frame])
    if root != draw["root"]:
        yield f"the frame is not the committed one: root {root}, published {draw['root']}"
    said = json.dumps(plan, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    plan_hash = hashlib.sha256(said).hexdigest()
    if plan_hash != draw["plan"]:
        yield f"the plan is not the committed one: hash {plan_hash}, published {draw['plan']}"
    for party, commitment in draw.get("commitments", {}).items():
        secret = next((s["value"] for s in draw["sources"] if s["name"] == party), "")
        if hashlib.sha256(f"{party}|{secret}".encode()).hexdigest() != commitment:
            yield f"{party} did not reveal what it committed to"
    seed = hashlib.sha256(
        "|".join([draw["root"], draw["plan"], *(s["value"] for s in draw["sources"])]).encode()
    ).hexdigest()
    if seed != draw["seed"]:
        yield f"the seed does not follow from root, plan and sources: {seed}, published {draw['seed']}"
    start = hashlib.sha256((draw["seed"] + "|").encode())
    by_stratum: dict[str, list[tuple[str, str]]] = {}
    for unit, stratum, _, excluded, _ in frame:
        if not excluded and stratum in plan["quotas"]:
            one = start.copy()
            one.update(unit.encode())
            by_stratum.setdefault(stratum, []).append((one.hexdigest(), unit))
    drawn: list[tuple[str, str]] = []
    thresholds: dict[str, str] = {}
    for stratum, quota in plan["quotas"].items():
        first = sorted(by_stratum.get(stratum, []))[:quota]
        drawn += first
        if first:
            thresholds[stratum] = first[-1][0]
    names = [unit for _, unit in sorted(drawn)]
    if names != draw["drawn"]:
        odd = sorted(set(names) ^ set(draw["drawn"]))[:5]
        yield f"another selection follows from the seed; first differences: {', '.join(odd) or 'the order'}"
    if thresholds != draw["thresholds"]:
        yield "the thresholds do not follow from the selection"


def main() -> int:
    """Verify the folder named on the command line."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    gc.disable()  # a million rows and a short life: collecting would take a third of the time
    try:
        found = list(faults(Path(sys.argv[1])))
    except (OSError, KeyError, ValueError) as error:
        print(f"cannot read the draw: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for fault in found:
        print(fault)
    print("the draw does not hold" if found else "the draw holds")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
