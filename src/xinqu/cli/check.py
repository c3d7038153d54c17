"""`xinqu check`: the checks of the pack with their level and owner, how often each fires, and a trial before adoption."""

import argparse

import polars as pl

from xinqu.cli import check_run, check_try, context, output
from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.validation import catalogue
from xinqu.validation.levels import EssLevel
from xinqu.vocabulary.problem import Exit, Refused
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu check list --form xm1 --level areas --realm rehearsal"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    listed = acts.add_parser("list", help="list checks with level and owner; with --realm, how often each fires")
    listed.add_argument("--form")
    listed.add_argument("--level", choices=[level.value for level in EssLevel])
    listed.add_argument("--never-fired", action="store_true", help="only checks that nothing handed in has broken")
    shown = acts.add_parser(
        "show",
        help="show a check in words, with owner, dates and hits",
        epilog="xinqu check show xm1_r27 --realm rehearsal",
    )
    shown.add_argument("check", metavar="ID")
    check_run.register(acts)
    check_try.register(acts)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    return {"list": _list, "show": _show, "run": check_run.run, "try": check_try.run}[args.act](args)


def _list(args: argparse.Namespace) -> int:
    pack = _pack(args)
    frame = catalogue.catalogue(pack, lang=args.lang)
    for column in ("form", "level"):
        if getattr(args, column):
            frame = frame.filter(pl.col(column) == getattr(args, column))
    if args.realm or args.never_fired:
        frame = _with_rates(args, frame)
    output.emit(frame, args.format)
    return int(Exit.DONE)


def _with_rates(args: argparse.Namespace, frame: pl.DataFrame) -> pl.DataFrame:
    from xinqu.spine.check_history import check_history
    from xinqu.validation.history import with_rates

    opened = context.workspace(args)
    said = check_history(opened, context.realm(args, opened), frame["form"].unique().to_list())
    rated = with_rates(frame, said).select(pl.exclude("message"), "message")
    return rated.filter(pl.col("hits") == 0) if args.never_fired else rated


def _show(args: argparse.Namespace) -> int:
    pack = _pack(args)
    form = catalogue.form_of(pack, args.check)
    if not form:
        raise Refused(check_try.unknown_check(args.check))
    for line in catalogue.in_words(pack, args.check, args.lang):
        print(line)
    if args.realm:
        _show_hits(args, form)
    return int(Exit.DONE)


def _show_hits(args: argparse.Namespace, form: str) -> None:
    from xinqu.spine.check_history import check_history
    from xinqu.validation.history import by_place

    opened = context.workspace(args)
    said = check_history(opened, context.realm(args, opened), [form])
    rate = next(said.rates.filter(pl.col("check") == args.check).iter_rows(named=True), None)
    if rate is None:
        print(Text("  无报送可核", "  nothing was handed in that it could judge").say(args.lang))
        return
    print(
        Text(
            f"  已判 {rate['judged']}，未成立 {rate['hits']}，无法判定 {rate['indeterminate']}；"
            f"已接收中未成立 {rate['hits_accepted']} / {rate['judged_accepted']}",
            f"  judged {rate['judged']}, false {rate['hits']}, indeterminate {rate['indeterminate']}; "
            f"of the accepted {rate['hits_accepted']} of {rate['judged_accepted']} are false",
        ).say(args.lang)
    )
    places = by_place(said, args.check)
    if not places.is_empty():
        output.emit(places, args.format)


def _pack(args: argparse.Namespace) -> Pack:
    return context.pack(context.workspace(args)) if args.realm else load_pack()
