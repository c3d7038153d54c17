"""`xinqu form`: the forms of the pack, and blank ones to fill as workbook or CSV."""

import argparse
import sys
from pathlib import Path

import polars as pl

from xinqu.cli import context, output
from xinqu.policy.load import load_pack
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns.csv_write import export_csv
from xinqu.returns.header import find_form
from xinqu.returns.record_write import export_records_csv, export_records_workbook
from xinqu.returns.template import export_workbook
from xinqu.spine.last_values import last_values
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Where
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu form export xm1 --area lanzhou --period 2026-03 --output xm1.xlsx"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="list the forms of the pack")
    export = acts.add_parser("export", help="write a blank form to fill", epilog=parser.epilog)
    export.add_argument("form", help="form id, such as xm1")
    export.add_argument("--area", help="area code; fixed in the head of the form")
    export.add_argument("--period", help="period, such as 2026-03; fixed in the head of the form")
    export.add_argument("--output", type=Path, help="file to write, - for stdout; else named after form, area, period")
    export.add_argument("--csv", action="store_true", help="CSV in place of a workbook")
    export.add_argument(
        "--with-last", action="store_true", help="show the last period's accepted values (needs area and period)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    pack = load_pack()
    if args.act == "list":
        output.emit(forms_table(pack), args.format)
        return 0
    is_record = args.form in pack.forms and pack.forms[args.form].kind == "record"
    form = find_form(pack, args.form, Where(subject=args.form), records=is_record)
    body = _body(args, pack, form)
    if args.output == Path("-"):
        sys.stdout.buffer.write(body)
        return 0
    ending = "csv" if args.csv else "xlsx"
    path = args.output or Path("_".join(filter(None, (form.id, args.area, args.period))) + f".{ending}")
    path.write_bytes(body)
    print(Text(f"已写出 {path}，共 {len(form.items)} 项", f"{path} written, {len(form.items)} items").say(args.lang))
    return 0


def forms_table(pack: Pack) -> pl.DataFrame:
    """Return one row per form: id, names, frequency, items, deadline, kind."""
    return pl.DataFrame(
        [
            {
                "form": form.id,
                "zh": form.name.zh,
                "en": form.name.en,
                "kind": form.kind,
                "frequency": form.frequency.value,
                "items": len(form.items),
                "deadline": form.deadline,
                "version": form.version,
            }
            for form in pack.forms.values()
        ]
    )


def _body(args: argparse.Namespace, pack: Pack, form: Form) -> bytes:
    if form.kind == "record":
        if args.csv:
            return export_records_csv(pack, form, area=args.area or "", period=args.period or "")
        return export_records_workbook(pack, form, area=args.area, period=args.period, lang=args.lang)
    if args.csv:
        return export_csv(pack, form, area=args.area or "", period=args.period or "", lang=args.lang)
    previous: dict[str, str] = {}
    if args.with_last and args.area and args.period:
        opened = context.workspace(args)
        world = context.realm(args, opened)
        period = Period.parse(args.period)
        previous = last_values(opened, world, form, area=args.area, period=period)
    return export_workbook(pack, form, area=args.area, period=args.period, previous=previous, lang=args.lang)
