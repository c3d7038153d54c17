"""`xinqu check try`: what a check would have said of everything handed in, before a pack adopts it; stores nothing."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from xinqu.cli import context, output
from xinqu.policy.load import load_checks
from xinqu.policy.model import Check
from xinqu.policy.pack import Pack, Place
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.text import Lang, Text

if TYPE_CHECKING:
    from xinqu.validation.trial import Trial, Tried

_SUMMED = ("check", "judged", "hits", "accepted", "hits_accepted", "refused_pct", "indeterminate", "indeterminate_pct", "reasons")  # fmt: skip


def register(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the act to `xinqu check`."""
    made = acts.add_parser(
        "try",
        help="try a check on everything handed in, before a pack adopts it",
        epilog="xinqu check try --form xm1 --type period-on-period --replaces xm1_r27 "
        "--expression 'near(xm1_rev, ly(xm1_rev), 0.3 * ly(xm1_rev))' --realm rehearsal",
    )
    made.add_argument("file", nargs="?", type=Path, help="YAML file of checks, written as in a pack")
    made.add_argument("--expression", help="a condition, in place of a file (--form)")
    made.add_argument("--form", help="form of the expression")
    made.add_argument(
        "--type", default=None, help="its type, by which tolerances are declared; else that of --replaces"
    )
    made.add_argument("--severity", choices=["error", "warning", "info"], default="warning")
    made.add_argument("--replaces", default="", metavar="ID", help="check of the pack it is compared with")


def run(args: argparse.Namespace) -> int:
    """Print what each check of the file, or the expression, would have said."""
    from xinqu.spine.check_trial import trial

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    pack = context.pack(opened)
    checks, places = _checks(args, pack)
    tried = [
        (check, trial(opened, realm, check, replaces=args.replaces, place=places.get(f"check:{check.id}")))
        for check in checks
    ]
    if args.format != "table":
        cases = [found.cases.select(pl.lit(check.id).alias("check"), pl.all()) for check, found in tried]
        output.emit(pl.concat(cases), args.format)
        return int(Exit.DONE)
    for check, found in tried:
        _tell(check, found, args.replaces or check.id, args.lang)
    return int(Exit.DONE)


def _checks(args: argparse.Namespace, pack: Pack) -> tuple[list[Check], dict[str, Place]]:
    if (args.file is None) == (args.expression is None) or (args.expression and not args.form):
        raise Refused(_one_of_both(), Exit.WRONG_COMMAND)
    if args.replaces and args.replaces not in pack.checks:
        raise Refused(unknown_check(args.replaces))
    if args.file is not None:
        context.read_file(args.file)
        checks, places = load_checks(args.file)
        if not checks:
            raise Refused(_no_checks(args.file))
        return checks, places
    if args.form not in pack.forms:
        raise Refused(_unknown_form(args.form))
    replaced = pack.checks.get(args.replaces)
    check = Check(
        id="tried", form=args.form, level=args.severity, type=args.type or (replaced.type if replaced else "trial"),
        expression=args.expression, message=Text("试用规则", "a check on trial"),
        valid_from=pack.forms[args.form].valid_from, citation="trial", status="proposed",
    )  # fmt: skip
    return [check], {}


def _tell(check: Check, found: "Trial", before: str, lang: Lang) -> None:
    print(f"{check.id}  {check.expression}")
    rows = [_row(check.id, found.new), *([_row(before, found.old)] if found.old else [])]
    output.emit(pl.DataFrame(rows, schema=_SUMMED, orient="row"), "table")
    if found.old:
        print(
            Text(
                f"  与 {before} 相比：新增未成立 {found.newly_hit}，不再未成立 {found.no_longer_hit}",
                f"  beside {before}: {found.newly_hit} newly false, {found.no_longer_hit} no longer false",
            ).say(lang)
        )
    if not found.cases.is_empty():
        print(
            Text("  最能说明问题的情形（超出最多者在前）", "  the most telling cases, broken furthest first").say(lang)
        )
        output.emit(found.cases, "table")
    print(
        Text("  未作任何保存；采用须发布新版规则包", "  nothing was stored; a new version of the pack adopts it").say(
            lang
        )
    )


def _row(name: str, one: "Tried") -> tuple[object, ...]:
    reasons = " ".join(f"{reason}:{count}" for reason, count in one.reasons.items())
    return (
        name, one.judged, one.hits, one.judged_accepted, one.hits_accepted, _rounded(one.refused_pct),
        one.indeterminate, _rounded(one.indeterminate_pct), reasons,
    )  # fmt: skip


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 2)


def _one_of_both() -> Problem:
    return Problem(
        code="XQ-CHECK-012",
        what=Text(
            "给出规则文件，或 --expression 与 --form，二者取一", "give a file of checks, or --expression with --form"
        ),
        fix=Text("如 xinqu check try checks.yaml", "for instance xinqu check try checks.yaml"),
    )


def _no_checks(path: Path) -> Problem:
    return Problem(
        code="XQ-CHECK-013",
        what=Text(f"{path.name} 中没有校核规则", f"there are no checks in {path.name}"),
        why=Text("规则写在 checks 之下", "checks stand under the key checks"),
        fix=Text("按规则包 checks/*.yaml 的写法", "write it as checks/*.yaml of a pack"),
    )


def unknown_check(check: str) -> Problem:
    """Return the problem of a check that the pack does not have."""
    return Problem(
        code="XQ-CHECK-001",
        what=Text(f"没有校核规则“{check}”", f"there is no check {check!r}"),
        fix=Text("查看：xinqu check list", "see xinqu check list"),
    )


def _unknown_form(form: str) -> Problem:
    return Problem(
        code="XQ-CHECK-011",
        what=Text(f"没有报表“{form}”", f"there is no form {form!r}"),
        fix=Text("查看：xinqu form list", "see xinqu form list"),
    )
