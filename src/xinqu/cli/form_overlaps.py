"""`xinqu form overlaps`: what is asked on two forms, with the evidence of names, checks and returns."""

import argparse

import polars as pl

from xinqu.cli import context, output
from xinqu.policy.load import load_pack
from xinqu.policy.overlaps import LEAST, Overlap, overlaps
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Exit
from xinqu.vocabulary.text import Lang

_NAMES: dict[str, pl.DataType | type[pl.DataType]] = {
    "item": pl.String, "other": pl.String, "unit": pl.String, "name": pl.String, "other_name": pl.String,
    "zh": pl.Float64, "en": pl.Float64, "checks": pl.List(pl.String), "growth_of": pl.List(pl.String),
}  # fmt: skip


def register(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the act to `xinqu form`."""
    made = acts.add_parser(
        "overlaps",
        help="list items that two forms ask for; with --realm, how often both were answered alike",
        epilog="xinqu form overlaps --form xa7 --realm rehearsal",
    )
    made.add_argument("--form", help="only those of this form")
    made.add_argument("--at-least", type=float, default=LEAST, help="likeness of the names, 0 to 1")


def run(args: argparse.Namespace) -> int:
    """Print the pairs, those most alike first."""
    opened = context.workspace(args) if args.realm else None
    pack = context.pack(opened) if opened else load_pack()
    frame = _table(pack, overlaps(pack, least=args.at_least), args.lang)
    if opened:
        from xinqu.spine.overlaps import values_of_overlaps

        values = values_of_overlaps(opened, context.realm(args, opened), least=args.at_least)
        frame = frame.join(values, on=["item", "other"], how="left", maintain_order="left")
    if args.form:
        forms = [pl.col(name).replace_strict(pack.form_of_item, return_dtype=pl.String) for name in ("item", "other")]
        frame = frame.filter(pl.any_horizontal(form == args.form for form in forms))
    output.emit(frame, args.format)
    return int(Exit.DONE)


def _table(pack: Pack, pairs: list[Overlap], lang: Lang) -> pl.DataFrame:
    rows = [
        (
            one.item, one.other, pack.items[one.item].unit, pack.items[one.item].name.say(lang),
            pack.items[one.other].name.say(lang), one.zh, one.en, list(one.checks), list(one.growth_of),
        )
        for one in pairs
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_NAMES, orient="row")
