"""`xinqu report`: build, list, issue and verify reports."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xinqu.cli import context, output
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit
from xinqu.vocabulary.text import Text

if TYPE_CHECKING:
    from xinqu.spine.reports import Built

KINDS = ("bulletin", "major_matters", "quality")


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu report build bulletin --realm published"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="list the reports that were issued", epilog="xinqu report list --realm published")
    for act, line, persons in (
        ("build", "write a report as PDF/A, HTML and content model", ""),
        ("issue", "release it, by two persons", " --as ndrc.admin --second ndrc.admin2"),
    ):
        made = acts.add_parser(act, help=line, epilog=f"xinqu report {act} bulletin --realm published{persons}")
        made.add_argument("kind", choices=KINDS)
        made.add_argument("--vintage", type=int, default=None, help="as known at this event")
        made.add_argument("--language", choices=["zh", "en"], default="zh", help="language of the report")
        made.add_argument("--output", type=Path, default=None, help="folder; else the workspace's reports")
    verify = acts.add_parser(
        "verify",
        help="build an issued report again and compare",
        epilog="xinqu report verify published-bulletin-1513-zh --realm published",
    )
    verify.add_argument("report", help="name as `report list` shows it")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from xinqu.spine import reports

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    if args.act == "list":
        output.emit(reports.issued(opened, realm), args.format)
        return int(Exit.DONE)
    if args.act == "verify":
        from xinqu.reporting.verify import Outcome

        outcome = reports.verify(opened, realm, args.report)
        print(outcome.outcome.label.say(args.lang))
        for difference in outcome.differences:
            print(f"  {difference.where}: {difference.old} -> {difference.new}")
        return int(Exit.REFUSED if outcome.outcome is Outcome.MODEL_DIFFERS else Exit.DONE)
    return _issue(args, opened, realm) if args.act == "issue" else _build(args, opened, realm)


def _build(args: argparse.Namespace, opened: Workspace, realm: Realm) -> int:
    from xinqu.spine import reports
    from xinqu.spine.snapshot import take

    built = reports.build(take(opened, realm, args.vintage), args.kind, lang=args.language)
    _write(built, args, opened)
    return int(Exit.DONE)


def _issue(args: argparse.Namespace, opened: Workspace, realm: Realm) -> int:
    """Release first and write the files then: what two persons did not release lies nowhere."""
    from xinqu.spine import policy, reports
    from xinqu.spine.snapshot import take

    account, second = context.actor(args, opened, realm), context.second(args, opened, realm)
    person = policy.administrator(opened, account, realm=realm)
    snapshot = take(opened, realm, args.vintage)
    built = reports.build(snapshot, args.kind, lang=args.language)
    event = reports.issue(opened, snapshot, built, person, second=second)
    _write(built, args, opened)
    print(Text(f"已签发，事件 #{event.seq}", f"issued, event #{event.seq}").say(args.lang))
    return int(Exit.DONE)


def _write(built: "Built", args: argparse.Namespace, opened: Workspace) -> None:
    from xinqu.spine import reports

    for path in reports.write(built, args.output or opened.reports_dir / built.report.edition.realm):
        print(path)
