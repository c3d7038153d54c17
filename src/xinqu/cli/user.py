"""`xinqu user`: accounts, roles, one-time links, passwords and command-line tokens."""

import argparse
import datetime as dt
import getpass
import sys

from xinqu.cli import context, output
from xinqu.spine import accounts, policy, signin
from xinqu.spine.accounts import Person
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu user grant u204 stat_office lanzhou.stat --as u001 --second u002 --realm rehearsal"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="list accounts and their roles")
    add = acts.add_parser("add", help="add an account: it can do nothing until a role is granted")
    add.add_argument("account")
    add.add_argument("organisation")
    grant = acts.add_parser("grant", help="grant a role; two administrators act")
    revoke = acts.add_parser("revoke", help="revoke a role, with the reason")
    for act in (grant, revoke):
        act.add_argument("account")
        act.add_argument("role")
        act.add_argument("organisation")
    revoke.add_argument("--reason", required=True)
    delegate = acts.add_parser(
        "delegate",
        help="let another account act in your role for a while",
        epilog="xinqu user delegate area_checker lanzhou lanzhou.dr.filer --from 2026-12-01 --to 2026-12-31 "
        "--reason leave --as lanzhou.checker",
    )
    for name in ("role", "organisation", "to"):
        delegate.add_argument(name)
    delegate.add_argument("--from", dest="first", type=dt.date.fromisoformat, required=True, help="first day")
    delegate.add_argument("--to", dest="last", type=dt.date.fromisoformat, required=True, help="last day")
    ending = acts.add_parser(
        "end-delegation", help="end a delegation early", epilog="xinqu user end-delegation 812 --reason back --as u102"
    )
    ending.add_argument("delegation", type=int, help="its number: xinqu user delegations")
    for act in (delegate, ending):
        act.add_argument("--reason", required=True)
    acts.add_parser("delegations", help="list delegations and whether they are in force")
    link = acts.add_parser("link", help="make a one-time link with which the account sets its password")
    link.add_argument("account")
    acts.add_parser("redeem", help="set a password by a one-time link (asked for, or two lines on stdin)")
    for name, text in (
        ("password", "change a password (asked for, or two lines on stdin: old, new)"),
        ("token", "get a command-line token for 12 hours by password (asked for, or one line on stdin)"),
    ):
        acts.add_parser(name, help=text).add_argument("account")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    opened = context.workspace(args)
    match args.act:
        case "list":
            output.emit(accounts.listing(opened), args.format)
        case "redeem":
            account = signin.redeem(opened, _ask("link"), _ask("new password"))
            print(Text(f"{account} 的口令已设置", f"the password of {account} is set").say(args.lang))
        case "password":
            signin.change_password(opened, args.account, _ask("old password"), _ask("new password"))
            print(Text("口令已更改", "the password is changed").say(args.lang))
        case "token":
            print(signin.new_token(opened, args.account, _ask("password")))
        case "delegate" | "end-delegation" | "delegations":
            _delegate(args, opened)
        case _:
            _administer(args, opened)
    return 0


def _delegate(args: argparse.Namespace, opened: Workspace) -> None:
    from xinqu.spine import delegations
    from xinqu.spine.workspace import now
    from xinqu.vocabulary.moments import beijing_day

    world = context.realm(args, opened)
    if args.act == "delegations":
        output.emit(delegations.listing(opened, world, on=beijing_day(now())), args.format)
        return
    account = context.actor(args, opened, world)
    if args.act == "delegate":
        lent = accounts.Grant(account=account, role=args.role, organisation=args.organisation)
        days = {"first": args.first, "last": args.last}
        event = delegations.delegate(opened, world, lent, args.to, **days, reason=args.reason)
    else:
        event = delegations.end(opened, world, args.delegation, account=account, reason=args.reason)
    print(Text(f"已记入日志 #{event.seq}", f"recorded as #{event.seq}").say(args.lang))


def _administer(args: argparse.Namespace, opened: Workspace) -> None:
    world = context.realm(args, opened)
    by = policy.administrator(opened, context.actor(args, opened, world), realm=world)
    match args.act:
        case "add":
            accounts.add(opened, [(args.account, args.organisation)])
            print(Text(f"已添加账户 {args.account}", f"account {args.account} added").say(args.lang))
        case "link":
            second = _second_if_needed(args, opened, world)
            print(signin.issue_link(opened, context.pack(opened), args.account, realm=world, by=by, second=second))
        case "grant" | "revoke":
            seq = _change_role(args, opened, world, by)
            print(Text(f"已记入日志 #{seq}", f"recorded as #{seq}").say(args.lang))


def _change_role(args: argparse.Namespace, opened: Workspace, world: Realm, by: Person) -> int:
    pack = context.pack(opened)
    role = accounts.Grant(account=args.account, role=args.role, organisation=args.organisation)
    if args.act == "revoke":
        return accounts.revoke(opened, pack, role, realm=world, by=by, reason=args.reason).seq
    second = context.second(args, opened, world)
    return accounts.grant(opened, pack, [role], realm=world, by=by, second=second)[0].seq


def _second_if_needed(args: argparse.Namespace, opened: Workspace, world: Realm) -> str:
    """Return the second person for a link to an administrator's account, who could otherwise be impersonated."""
    if accounts.holds(opened, args.account, accounts.administrator_role(context.pack(opened)), realm=world):
        return context.second(args, opened, world)
    return ""


def _ask(what: str) -> str:
    """Return a secret typed without echo, or the next line of stdin when that is no terminal."""
    return getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
