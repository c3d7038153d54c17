"""`xinqu check run`: all checks on many Parquet files of record returns, on this machine or on Spark; stores nothing."""

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinqu.cli import context, output
from xinqu.policy.load import load_pack
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text

if TYPE_CHECKING:
    from xinqu.validation.findings import Findings


def register(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the act to `xinqu check`."""
    made = acts.add_parser(
        "run",
        help="run all checks on Parquet files of record returns; a folder stands for its files",
        epilog="xinqu check run returns/ --engine spark --master 'local[2]' --findings findings.parquet",
    )
    made.add_argument("paths", nargs="+", type=Path, metavar="FILE")
    made.add_argument("--engine", choices=("local", "spark"), default="local")
    made.add_argument("--master", default=None, metavar="URL", help="of Spark; its workers must see the files")
    made.add_argument("--findings", type=Path, default=None, metavar="FILE", help="Parquet file for all findings")
    made.add_argument("--as-of", type=dt.date.fromisoformat, default=None, help="day of reading; else today")


def run(args: argparse.Namespace) -> int:
    """Print the counts of each check; 1 when an error is false."""
    from xinqu.validation.distributed import list_files
    from xinqu.validation.findings import blocking

    if args.master and args.engine != "spark":
        raise Refused(_no_master(), Exit.WRONG_COMMAND)
    pack = context.pack(context.workspace(args)) if args.realm else load_pack()
    paths = [file for path in args.paths for file in (sorted(path.rglob("*.parquet")) if path.is_dir() else [path])]
    files = list_files(pack, [path.resolve() for path in paths])
    found = _judged(args, pack, files)
    if args.findings:
        _write(found, args.findings)
    output.emit(found.counts, args.format)
    return int(Exit.DONE if blocking(found.findings).is_empty() else Exit.REFUSED)


def _judged(args: argparse.Namespace, pack: Any, files: Any) -> "Findings":
    from xinqu.validation import distributed

    as_of = args.as_of or beijing_day(dt.datetime.now(dt.UTC))
    if args.engine == "local":
        return distributed.validate_files(pack, files, as_of=as_of)
    from xinqu.engines.spark import LOCAL, open_session

    session = open_session(args.master or LOCAL)
    try:
        return distributed.validate_files_on(session, pack, files, as_of=as_of)
    finally:
        session.stop()


def _write(found: "Findings", path: Path) -> None:
    try:
        found.findings.write_parquet(path)
    except OSError as error:
        raise Refused(_not_written(path, error.strerror or str(error))) from error


def _no_master() -> Problem:
    return Problem(
        code="XQ-CHECK-004",
        what=Text("--master 只用于 Spark", "--master is for Spark alone"),
        fix=Text("加上 --engine spark", "add --engine spark"),
    )


def _not_written(path: Path, reason: str) -> Problem:
    return Problem(
        code="XQ-CHECK-005",
        what=Text("校核结果未能写出", "the findings could not be written"),
        where=Where(file=str(path)),
        why=Text(reason, reason),
        fix=Text("换一个文件夹", "name a folder that can be written to"),
    )
