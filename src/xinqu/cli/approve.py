"""`xinqu approve`: co-check, approve, accept, send back or recall a return; explain a warning, judge its explanation."""

import argparse

from xinqu.cli import context
from xinqu.vocabulary.text import Text

ACTS = {
    "co-check": "return.co_checked",
    "area": "return.area_approved",
    "province": "return.province_approved",
    "accept": "return.accepted",
    "send-back": "return.sent_back",
    "recall": "return.recalled",
    "explain": "return.finding_explained",
    "accept-explanation": "return.explanation_judged",
    "refuse-explanation": "return.explanation_judged",
}


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu approve area xq1 lanzhou 2026-Q3 --realm rehearsal --as lanzhou.checker"
    parser.add_argument("act", choices=ACTS)
    parser.add_argument("form")
    parser.add_argument("area")
    parser.add_argument("period")
    parser.add_argument("--sub-unit", default="")
    parser.add_argument("--version", type=int, default=None, help="else the newest submission")
    parser.add_argument("--reason", default="", help="why (send-back, recall, explain, refuse-explanation)")
    parser.add_argument("--rule", default="", help="check that is explained, or whose explanation is judged")
    parser.add_argument("--findings", default="", help="checks that are sent back with it, by ;")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine import decide
    from xinqu.spine.steps import Key

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    key = Key(args.form, args.area, args.period, args.sub_unit)
    said = {name: getattr(args, name) for name in ("reason", "rule") if getattr(args, name)}
    words = said | ({"findings": args.findings} if args.act == "send-back" else {}) | _judged(args.act)
    account = context.actor(args, opened, realm)
    event = decide.decide(opened, realm, key, ACTS[args.act], account=account, version=args.version, words=words)
    print(Text(f"已办理，事件 #{event.seq}", f"done, event #{event.seq}").say(args.lang))
    return 0


def _judged(act: str) -> dict[str, str]:
    """Return what an act says of an explanation; empty for all other acts."""
    results = {"accept-explanation": "accepted", "refuse-explanation": "refused"}
    return {"result": results[act]} if act in results else {}
