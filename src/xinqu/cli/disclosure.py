"""`xinqu disclosure`: tables of enterprise records that may be released, and the attack that shows that they may."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from xinqu.cli import context, output
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text

if TYPE_CHECKING:
    from xinqu.indicators.disclosure.release_tables import Released


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu disclosure build --period 2025 --output tables --realm rehearsal"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    build = acts.add_parser("build", help="write the protected tables of a period", epilog=parser.epilog)
    build.add_argument("--output", type=Path, required=True, help="folder for the tables")
    build.add_argument("--audit", type=Path, help="file for the audit; needs --as with a right to enterprise records")
    attack = acts.add_parser(
        "audit", help="attack tables as they stand in a folder", epilog="xinqu disclosure audit tables --period 2025"
    )
    attack.add_argument("folder", type=Path, help="folder that `disclosure build` wrote")
    for act in (build, attack):
        act.add_argument("--period", required=True, help="period of the records, such as 2025")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine.disclosure import released_tables
    from xinqu.spine.snapshot import take

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    snapshot = take(opened, realm)
    found = released_tables(snapshot, args.period)
    if args.act == "audit":
        return _audit(args, found)
    from xinqu.spine.disclosure import audit_file, table_csv

    audit = audit_file(snapshot, found, context.actor(args, opened, realm)) if args.audit else None
    args.output.mkdir(parents=True, exist_ok=True)
    rows = []
    for one in found:
        for table in one.tables:
            path = args.output / f"{table.id}_{args.period}.csv"
            path.write_bytes(table_csv(snapshot.pack, one, table))
            states = one.table(table)["state"]
            rows.append(
                {"table": table.id, "cells": len(states), "suppressed": int((states == "suppressed").sum()),
                 "areas": len(one.areas), "protected": one.protected.holds, "file": str(path)}
            )  # fmt: skip
    if audit is not None:
        args.audit.write_text(json.dumps(audit, ensure_ascii=False, indent=1), encoding="utf-8")
    output.emit(pl.DataFrame(rows), args.format)
    return int(Exit.DONE if all(one.protected.holds for one in found) else Exit.REFUSED)


def _audit(args: argparse.Namespace, found: list["Released"]) -> int:
    """Attack the tables of a folder; what they hide is not printed, only which cells can be worked out."""
    from xinqu.spine.disclosure import attacked

    rows = []
    for one in found:
        paths = {table.id: args.folder / f"{table.id}_{args.period}.csv" for table in one.tables}
        missing = [path for path in paths.values() if not path.exists()]
        if missing:
            raise Refused(_no_file(missing[0]))
        frames = {
            name: pl.read_csv(path, schema_overrides={"value": pl.Float64}, infer_schema_length=0)
            for name, path in paths.items()
        }
        told = attacked(one, frames)
        cells = one.protected.system.cells.select(one.protected.system.dimensions)
        rows += [
            {"measure": one.measure.code, "cell": "/".join(cells.row(cell)),
             "known_to": "a contributor" if view else "everybody"}
            for cell, view in told.filter(~pl.col("protected")).select("cell", "view").iter_rows()
        ]  # fmt: skip
    if not rows:
        print(Text("每个敏感单元格都受保护", "every sensitive cell is protected").say(args.lang))
        return int(Exit.DONE)
    output.emit(pl.DataFrame(rows), args.format)
    return int(Exit.REFUSED)


def _no_file(path: Path) -> Problem:
    return Problem(
        code="XQ-DISCLOSURE-003",
        what=Text(f"缺少表 {path.name}", f"the table {path.name} is missing"),
        where=Where(file=str(path)),
        why=Text("同一指标的各表须一并核查", "tables of one measure are attacked together"),
        fix=Text("用 xinqu disclosure build 重新生成", "write them again with xinqu disclosure build"),
    )
