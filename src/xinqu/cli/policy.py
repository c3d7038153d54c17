"""`xinqu policy`: check, show, compare, adopt a pack; import the official Chinese text."""

import argparse
import datetime as dt
import sys
from pathlib import Path

import polars as pl

from xinqu.cli import context, output
from xinqu.policy.load import DEFAULT_PACK, load_pack
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu policy show 8 --on 2024-12-31"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    check = acts.add_parser(
        "check", help="prove a pack; all faults with file and line", epilog="xinqu policy check packs/mine"
    )
    check.add_argument("folder", nargs="?", type=Path, default=DEFAULT_PACK)
    check.add_argument("--quiet", action="store_true", help="print faults alone")
    show = acts.add_parser("show", help="show an article, or any record by its id")
    show.add_argument("what", metavar="ARTICLE|ID")
    show.add_argument("--on", type=dt.date.fromisoformat, default=None, help="the version in force that day")
    show.add_argument("--pack", type=Path, default=DEFAULT_PACK)
    diff = acts.add_parser(
        "diff", help="show what changes between two packs", epilog="xinqu policy diff packs/old packs/new"
    )
    diff.add_argument("old", type=Path)
    diff.add_argument("new", type=Path, nargs="?", default=DEFAULT_PACK)
    adopt = acts.add_parser(
        "adopt",
        help="publish a pack: an event of two persons that stores it whole",
        epilog="xinqu policy adopt packs/new --realm official",
    )
    adopt.add_argument("folder", nargs="?", type=Path, default=DEFAULT_PACK)
    text = acts.add_parser(
        "import-text",
        help="compare the official Chinese text sentence by sentence",
        epilog="xinqu policy import-text opinions.txt --pack packs/mine",
    )
    text.add_argument("file", type=Path)
    text.add_argument("--pack", type=Path, default=DEFAULT_PACK)
    text.add_argument("--write", action="store_true", help="take the official wording over and mark it seen")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    return {"check": _check, "show": _show, "diff": _diff, "adopt": _adopt, "import-text": _import_text}[args.act](args)


def _check(args: argparse.Namespace) -> int:
    from xinqu.policy.check import check_pack

    pack = load_pack(args.folder)
    problems = check_pack(pack)
    for problem in problems:
        print(problem.say(args.lang), file=sys.stderr)
    if not problems and not args.quiet:
        print(_counts(pack).say(args.lang))
    return int(Exit.REFUSED if problems else Exit.DONE)


def _counts(pack: Pack) -> Text:
    versions = sum(len(parameter.versions) for parameter in pack.parameters.values())
    numbers = (
        len(pack.measures), len(pack.instruments), len(pack.indicators), len(pack.forms), len(pack.items),
        len(pack.checks), len(pack.parameters), versions,
    )  # fmt: skip
    return Text(
        "{}项措施、{}个工具、{}个指标、{}张表、{}个指标项、{}条校核规则、{}个参数（{}个版本）；全部成立".format(
            *numbers
        ),
        "{} measures, {} instruments, {} indicators, {} forms, {} items, {} checks, {} parameters in {} versions: "
        "all proofs hold".format(*numbers),
    )


def _show(args: argparse.Namespace) -> int:
    from xinqu.policy.show import show

    lines = show(load_pack(args.pack), args.what, on=args.on, lang=args.lang)
    if lines is None:
        raise Refused(_unknown(args.what))
    print("\n".join(lines))
    return int(Exit.DONE)


def _diff(args: argparse.Namespace) -> int:
    from xinqu.policy.diff import diff, reaches

    old, new = load_pack(args.old), load_pack(args.new)
    changes = diff(old, new)
    rows = [
        {
            "kind": change.kind,
            "id": change.id,
            "change": change.what,
            "fields": ", ".join(change.before),
            "before": " | ".join(change.before.values()),
            "after": " | ".join(change.after.values()),
            "figures": ", ".join(reaches(change, new)),
        }
        for change in changes
    ]
    schema = dict.fromkeys(("kind", "id", "change", "fields", "before", "after", "figures"), pl.String)
    output.emit(pl.DataFrame(rows, schema=schema), args.format)
    return int(Exit.DONE)


def _adopt(args: argparse.Namespace) -> int:
    from xinqu.spine import policy

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    account, second = context.actor(args, opened, realm), context.second(args, opened, realm)
    person = policy.administrator(opened, account, realm=realm, pack=load_pack(args.folder))
    event = policy.adopt(opened, realm, person, second=second, folder=args.folder)
    print(Text(f"已发布，事件 #{event.seq}", f"published, event #{event.seq}").say(args.lang))
    return int(Exit.DONE)


def _import_text(args: argparse.Namespace) -> int:
    from xinqu.policy import official_text

    differences = official_text.compare(load_pack(args.pack), args.file.read_text(encoding="utf-8"), str(args.file))
    for difference in differences:
        if not difference.equal:
            print(f"{difference.id}\n  - {difference.recalled}\n  + {difference.official}")
    changed = sum(not difference.equal for difference in differences)
    print(
        Text(f"{len(differences)} 句，{changed} 句不同", f"{len(differences)} sentences, {changed} differ").say(
            args.lang
        )
    )
    if args.write:
        official_text.take_over(args.pack, differences)
        return int(Exit.DONE)
    return int(Exit.REFUSED if changed else Exit.DONE)


def _unknown(what: str) -> Problem:
    return Problem(
        code="XQ-POLICY-041",
        what=Text(f"规则包中没有“{what}”", f"the pack holds no {what!r}"),
        fix=Text(
            "给出条号（如 8）或编号（如 Q01、I33、xm1、xm1_r01、idle_years）",
            "give an article such as 8, or an id such as Q01, I33, xm1, xm1_r01, idle_years",
        ),
    )
