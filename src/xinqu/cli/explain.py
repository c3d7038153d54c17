"""`xinqu explain`: an indicator, a check or a figure in words."""

import argparse

from xinqu.cli import context
from xinqu.policy.load import load_pack
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu explain L03    or    xinqu explain L03/lanzhou/2025 --realm rehearsal"
    parser.add_argument("what", help="indicator id, check id, or a figure such as L03/lanzhou/2025")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    print((_figure(args) if "/" in args.what else _rule(args.what)).say(args.lang))
    return 0


def _figure(args: argparse.Namespace) -> Text:
    from xinqu.indicators.explain import explain_figure
    from xinqu.spine.snapshot import take
    from xinqu.spine.trace import trace

    opened = context.workspace(args)
    snapshot = take(opened, context.realm(args, opened))
    return explain_figure(snapshot.pack, trace(snapshot, FigureId.parse(args.what)).trace)


def _rule(what: str) -> Text:
    from xinqu.expressions.explain import explain
    from xinqu.expressions.parse import parse
    from xinqu.policy.formulas import names_of

    pack = load_pack()
    if what in pack.indicators:
        indicator = pack.indicators[what]
        unit = pack.units[indicator.unit].name
        tree = parse(indicator.formula)
        return Text(
            f"{indicator.name.zh}（{unit.zh}）= {explain(tree, names_of(pack), 'zh')}",
            f"{indicator.name.en} ({unit.en}) = {explain(tree, names_of(pack), 'en')}",
        )
    if what in pack.checks:
        check = pack.checks[what]
        tree = parse(check.expression)
        return Text(
            f"{check.id}：{explain(tree, names_of(pack), 'zh')}。{check.message.zh}",
            f"{check.id}: {explain(tree, names_of(pack), 'en')}. {check.message.en}",
        )
    raise Refused(
        Problem(
            code="XQ-CLI-011",
            what=Text(f"没有指标或规则“{what}”", f"there is no indicator or check {what!r}"),
            fix=Text("如 Q01、xm1_r01，或 Q01/nansha/2023-Q4", "for instance Q01, xm1_r01, or Q01/nansha/2023-Q4"),
        )
    )
