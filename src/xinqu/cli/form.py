"""`xinqu form`: the forms of the pack, and blank ones to fill as workbook or CSV."""

import argparse
import sys
from pathlib import Path

import polars as pl

from xinqu.cli import context, form_overlaps, output
from xinqu.policy import form_versions
from xinqu.policy.load import load_pack
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns.check_context import CheckContext, side_name, to_sealed
from xinqu.returns.csv_write import export_csv
from xinqu.returns.header import find_form, refuse_wrong_preset
from xinqu.returns.record_write import export_records_csv, export_records_workbook
from xinqu.returns.template import export_workbook
from xinqu.spine.context_export import context_for
from xinqu.spine.last_values import last_values
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu form export xm1 --area lanzhou --period 2026-03 --output xm1.xlsx"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="list the forms of the pack")
    form_overlaps.register(acts)
    export = acts.add_parser("export", help="write a blank form to fill", epilog=parser.epilog)
    export.add_argument("form", help="form id, such as xm1")
    export.add_argument("--area", help="area code; fixed in the head of the form")
    export.add_argument("--period", help="period, such as 2026-03; fixed in the head of the form")
    export.add_argument("--output", type=Path, help="file to write, - for stdout; else named after form, area, period")
    export.add_argument("--csv", action="store_true", help="CSV in place of a workbook")
    export.add_argument(
        "--with-last", action="store_true", help="show the last period's accepted values (needs area and period)"
    )
    export.add_argument(
        "--with-context",
        action="store_true",
        help="ship what the checks read, so that `return check` says the same without a workspace (needs area and period)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.act == "overlaps":
        return form_overlaps.run(args)
    pack = load_pack()
    if args.act == "list":
        output.emit(forms_table(pack), args.format)
        return 0
    is_record = args.form in pack.forms and pack.forms[args.form].kind == "record"
    form = find_form(pack, args.form, Where(subject=args.form), records=is_record)
    if args.period and not is_record:
        form = form_versions.on(pack, form.id, Period.parse(args.period).end)
    body = _body(args, pack, form)
    if args.output == Path("-"):
        sys.stdout.buffer.write(body)
        return 0
    path = _path(args, form)
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
        if args.with_context:
            raise Refused(_no_context_of_records(form.id))
        if args.csv:
            return export_records_csv(pack, form, area=args.area or "", period=args.period or "")
        return export_records_workbook(pack, form, area=args.area, period=args.period, lang=args.lang)
    shipped = _context(args, pack, form)
    if args.csv:
        if shipped is not None:
            _write_beside(args, form, shipped)
        return export_csv(pack, form, area=args.area or "", period=args.period or "", lang=args.lang)
    previous: dict[str, str] = {}
    if args.area and args.period and (args.with_last or args.with_context):
        opened = context.workspace(args)
        world = context.realm(args, opened)
        previous = last_values(opened, world, form, area=args.area, period=Period.parse(args.period))
    return export_workbook(
        pack, form, area=args.area, period=args.period, previous=previous, context=shipped, lang=args.lang
    )


def _context(args: argparse.Namespace, pack: Pack, form: Form) -> CheckContext | None:
    if not args.with_context:
        return None
    context.need(args, "area", "period")
    refuse_wrong_preset(pack, form, area=args.area, period=args.period)
    opened = context.workspace(args)
    world = context.realm(args, opened)
    adopted = context.pack(opened)
    return context_for(opened, adopted, world, form, area=args.area, period=Period.parse(args.period))


def _write_beside(args: argparse.Namespace, form: Form, shipped: CheckContext) -> None:
    path = _path(args, form)
    if path == Path("-"):
        raise Refused(_no_place_beside(), Exit.WRONG_COMMAND)
    path.with_name(side_name(path.name)).write_bytes(to_sealed(shipped))


def _path(args: argparse.Namespace, form: Form) -> Path:
    ending = "csv" if args.csv else "xlsx"
    return args.output or Path("_".join(filter(None, (form.id, args.area, args.period))) + f".{ending}")


def _no_context_of_records(form: str) -> Problem:
    return Problem(
        code="XQ-CLI-015",
        what=Text(f"{form} 是记录表，没有可随表的核对资料", f"{form} is a record form: no context is shipped with it"),
        why=Text("其规则读取上期全部记录", "its checks read all records of the period before"),
        fix=Text("在工作区内核对：xinqu return check", "check it in the workspace: xinqu return check"),
    )


def _no_place_beside() -> Problem:
    return Problem(
        code="XQ-CLI-016",
        what=Text(
            "写到标准输出的 CSV 旁没有地方放核对资料", "beside a CSV on stdout there is no place for the context"
        ),
        fix=Text("给出 --output 文件名", "name a file with --output"),
    )
