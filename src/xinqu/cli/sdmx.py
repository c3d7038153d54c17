"""`xinqu sdmx`: the structures of the forms, accepted returns as SDMX messages, and what a message holds."""

import argparse
import datetime as dt
import sys
from pathlib import Path

import polars as pl

from xinqu.cli import context, output
from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.returns.header import find_form
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.problem import Exit, Where
from xinqu.vocabulary.text import Text

_ENDINGS = {"csv": "csv", "ml": "xml", "json": "json"}


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu sdmx export xm1 --area lanzhou --period 2026-03 --to ml --realm rehearsal"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    structure = acts.add_parser(
        "structure", help="write code lists, concepts, data structures and dataflows", epilog="xinqu sdmx structure xm1"
    )
    structure.add_argument("forms", nargs="*", help="form ids; none = all area forms")
    structure.add_argument("--to", choices=["ml", "json"], default="ml", help="SDMX-ML 3.0 (ml) or SDMX-JSON 2.0")
    export = acts.add_parser("export", help="write accepted returns", epilog=parser.epilog)
    export.add_argument("form", help="form id, such as xm1")
    export.add_argument("--area", help="area code; else all areas")
    export.add_argument("--period", help="period, such as 2026-03; else all periods")
    export.add_argument("--to", choices=["csv", "ml"], default="csv", help="SDMX-CSV 2.0 or SDMX-ML 3.0 (ml)")
    for writing in (structure, export):
        writing.add_argument("--prepared", type=_moment, help="time the message bears, such as 2026-11-25T08:00:00Z")
        writing.add_argument("--output", type=Path, help="file to write, - for stdout; else named after what it holds")
    check = acts.add_parser("check", help="read a message without a workspace", epilog="xinqu sdmx check xm1.csv")
    check.add_argument("file", type=Path)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    return {"structure": _structure, "export": _export, "check": _check}[args.act](args)


def _structure(args: argparse.Namespace) -> int:
    from xinqu.returns.sdmx_structure import write_structure

    pack = load_pack()
    forms = [find_form(pack, form, Where(subject=form)) for form in args.forms] or None
    body = write_structure(pack, forms, prepared=_prepared(args), form=args.to)
    name = "_".join(["structure", *args.forms])
    return _write(args, body, name, Text("结构", "structures"))


def _export(args: argparse.Namespace) -> int:
    from xinqu.spine.sdmx_export import export_returns

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    pack = context.pack(opened)
    form = find_form(pack, args.form, Where(subject=args.form))
    for kind, name in (("area", args.area), ("period", args.period)):
        context.refuse_unknown(pack, kind, [name] if name else [])
    body, count = export_returns(
        opened, pack, realm, form.id,
        area=args.area, period=args.period, data_format=args.to, prepared=_prepared(args),
    )  # fmt: skip
    name = "_".join(filter(None, (form.id, args.area, args.period)))
    return _write(args, body, name, Text(f"{count} 份报表", f"{count} returns"))


def _check(args: argparse.Namespace) -> int:
    """Say what a message holds; returns of our forms are read to the last value, anything else is listed."""
    from xinqu.returns.sdmx_message import read_message
    from xinqu.returns.sdmx_observations import holds_observations, message_text

    pack, body = load_pack(), context.read_file(args.file)
    if not holds_observations(message_text(body, args.file.name)):
        output.emit(pl.DataFrame([_listed(one) for one in read_message(body, args.file.name)]), args.format)
        return int(Exit.DONE)
    output.emit(_returns(pack, body, args.file.name), args.format)
    return int(Exit.DONE)


def _listed(content: object) -> dict[str, object]:
    return {name: getattr(content, name) for name in ("kind", "reference", "count")}


def _returns(pack: Pack, body: bytes, filename: str) -> pl.DataFrame:
    from xinqu.returns.sdmx_read import read_sdmx
    from xinqu.spine.workspace import now

    documents = read_sdmx(pack, body, filename, as_of=beijing_day(now()))
    return pl.DataFrame(
        [
            {
                "form": document.header.form,
                "area": document.header.area,
                "sub_unit": document.header.sub_unit,
                "period": document.header.period,
                "kind": document.header.kind,
                "reported": document.reported.height,
                "items": document.rows.height,
                "content": document.content_sha256[:12],
            }
            for document in documents
        ]
    )


def _write(args: argparse.Namespace, body: bytes, name: str, held: Text) -> int:
    if args.output == Path("-"):
        sys.stdout.buffer.write(body)
        return int(Exit.DONE)
    path = args.output or Path(f"{name}.{_ENDINGS[args.to]}")
    path.write_bytes(body)
    size = f"{len(body):,}"
    print(Text(f"已写出 {path}：{held.zh}，{size} 字节", f"{path} written: {held.en}, {size} bytes").say(args.lang))
    return int(Exit.DONE)


def _prepared(args: argparse.Namespace) -> dt.datetime:
    from xinqu.spine.workspace import now

    return args.prepared or now()


def _moment(text: str) -> dt.datetime:
    """Read an ISO time; one without zone is UTC."""
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
