"""Act of `xinqu return` that gives a filed return back as a file: the bytes that came, or a workbook, CSV or Parquet."""

import argparse
import sys
from pathlib import Path

from xinqu.cli import context
from xinqu.returns.filled import ENDINGS, filled_file
from xinqu.vocabulary.problem import Exit
from xinqu.vocabulary.text import Text

ACTS = ("get",)
_AS_FILED = "filed"


def register(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the act and its options."""
    act = acts.add_parser(
        "get",
        help="write a filed return to a file, for those who may read it",
        epilog="xinqu return get xr3 lanzhou 2026-03 --to parquet --realm rehearsal --as lanzhou.checker",
    )
    for column in ("form", "area", "period"):
        act.add_argument(column)
    act.add_argument("--sub-unit", default="")
    act.add_argument("--version", type=int, default=None, help="else the newest submission")
    act.add_argument("--to", choices=(_AS_FILED, *ENDINGS), default=_AS_FILED, help="else the file as it was filed")
    act.add_argument("--output", type=Path, help="file to write, - for stdout; else named after form, area, period")


def run(args: argparse.Namespace) -> int:
    """Run the act."""
    from xinqu.spine.filed import filed_return
    from xinqu.spine.steps import Key

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    key = Key(args.form, args.area, args.period, args.sub_unit)
    account = context.actor(args, opened, realm)
    pack, document = filed_return(opened, realm, key, account=account, version=args.version)
    is_as_filed = args.to == _AS_FILED
    body = document.upload if is_as_filed else filled_file(pack, document, args.to, lang=args.lang)
    if args.output == Path("-"):
        sys.stdout.buffer.write(body)
        return int(Exit.DONE)
    ending = Path(document.filename).suffix if is_as_filed else f".{args.to}"
    path = args.output or Path("_".join(filter(None, (key.form, key.area, key.sub_unit, key.period))) + ending)
    path.write_bytes(body)
    print(Text(f"已写出 {path}", f"{path} written").say(args.lang))
    return int(Exit.DONE)
