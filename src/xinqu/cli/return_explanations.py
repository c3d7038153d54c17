"""Act of `xinqu return` about warnings: which of them wait for words, which words stand, were accepted or refused."""

import argparse

import polars as pl

from xinqu.cli import context, output
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.text import Text

ACTS = ("explanations",)
_KEY = ("form", "area", "sub_unit", "period", "version")


def register(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the act and its options."""
    listed = acts.add_parser(
        "explanations",
        help="list warnings of what was handed in, and how each is explained",
        epilog="xinqu return explanations --area lanzhou --open --realm rehearsal",
    )
    for column in ("form", "area", "period"):
        listed.add_argument(f"--{column}")
    listed.add_argument("--open", action="store_true", help="only those that stop an approval")


def run(args: argparse.Namespace) -> int:
    """Run the act."""
    from xinqu.spine.explanations import listing

    opened = context.workspace(args)
    frame = listing(opened, context.realm(args, opened), only_waiting=args.open)
    for column in ("form", "area", "period"):
        wanted = getattr(args, column)
        if wanted:
            frame = frame.filter(pl.col(column) == wanted)
    output.emit(frame, args.format)
    return int(Exit.DONE)


def with_waiting(opened: Workspace, realm: Realm, submissions: pl.DataFrame) -> pl.DataFrame:
    """Return submissions with ``to_explain``: how many of their warnings stop an approval."""
    from xinqu.spine.explanations import listing

    waiting = listing(opened, realm, only_waiting=True).group_by(_KEY).agg(pl.len().alias("to_explain"))
    joined = submissions.join(waiting, on=list(_KEY), how="left", maintain_order="left")
    return joined.with_columns(pl.col("to_explain").fill_null(0))


def words_of(given: list[str]) -> dict[str, str]:
    """Return explanations by check from ``CHECK=WORDS``; raises Refused XQ-CLI-014 (exit 2) for anything else."""
    pairs = [text.partition("=") for text in given]
    if not all(check and words.strip() for check, _, words in pairs):
        raise Refused(_not_words(), Exit.WRONG_COMMAND)
    return {check: words for check, _, words in pairs}


def _not_words() -> Problem:
    return Problem(
        code="XQ-CLI-014",
        what=Text("说明写法有误", "an explanation is not written as it should be"),
        fix=Text("写作 --explain 规则=说明", "write --explain CHECK=WORDS, such as --explain xm1_r27='new refinery'"),
    )
