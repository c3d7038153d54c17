"""`xinqu calendar`: working days, which returns are due, where they stand; move a due day, close and open a period."""

import argparse
import datetime as dt

import polars as pl

from xinqu.cli import context, output
from xinqu.policy.load import load_pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text

_REMINDER = "reminder_working_days"
_SHOWN = (
    "form", "area", "period", "state", "timing", "due_on", "provisional", "extended", "days_left", "filed_on",
    "days_after_due", "is_accepted", "times_sent_back", "holder_role", "holder", "locked",
)  # fmt: skip


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu calendar due --days 5 --realm rehearsal"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    show = acts.add_parser("show", help="show days off and make-up working days")
    show.add_argument("--year", type=int, help="one year; else all that are known")
    board = acts.add_parser("board", help="show where each owed return stands and who holds it")
    for column in ("form", "area", "period", "state"):
        board.add_argument(f"--{column}")
    due = acts.add_parser("due", help="list what falls due in some working days, and what is late")
    due.add_argument("--days", type=int, help="working days ahead; else as the pack reminds")
    punctuality = acts.add_parser("punctuality", help="show shares on time and days early or late")
    punctuality.add_argument("--by", action="append", choices=("form", "area", "quarter"), help="repeat for several")
    for reading in (board, due, punctuality):
        reading.add_argument("--as-of", type=dt.date.fromisoformat, help="day to judge on")
        reading.add_argument("--since", type=dt.date.fromisoformat, help="periods that end from this day on")
    _register_acts(acts)


def _register_acts(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    extend = acts.add_parser("extend", help="move the due day of one area's return")
    lock = acts.add_parser("lock", help="close a period of a form for regular returns")
    unlock = acts.add_parser("unlock", help="open a closed period again for one area; two persons act")
    for act in (extend, lock, unlock):
        act.add_argument("form")
        act.add_argument("period", type=Period.parse)
    for act in (extend, unlock):
        act.add_argument("area")
        act.add_argument("--reason", required=True)
    extend.add_argument("--due", type=dt.date.fromisoformat, required=True, help="the new due day")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    acts = {"show": _show, "board": _board, "due": _due, "punctuality": _punctuality}
    return acts.get(args.act, _act)(args)


def _show(args: argparse.Namespace) -> int:
    pack = load_pack()
    days = [h for h in pack.holidays if args.year in (None, h.date.year)]
    if not days:
        years = ", ".join(map(str, sorted(pack.calendar.known_years)))
        print(
            Text(
                f"{args.year} 年的安排尚未公布：只计周末，期限为暂定。已知年份：{years}",
                f"the calendar of {args.year} is not known: weekends only, due dates are provisional. Known: {years}",
            ).say(args.lang)
        )
        return 0
    frame = pl.DataFrame(
        {"date": [h.date for h in days], "kind": [h.kind for h in days], "source": [h.source for h in days]}
    )
    output.emit(frame, args.format)
    return 0


def _board(args: argparse.Namespace) -> int:
    frame, _ = _read(args)
    for column in ("form", "area", "period", "state"):
        wanted = getattr(args, column)
        if wanted:
            frame = frame.filter(pl.col(column) == wanted)
    output.emit(frame.select(_SHOWN), args.format)
    return 0


def _due(args: argparse.Namespace) -> int:
    from xinqu.monitoring.submission_board import falling_due

    frame, as_of = _read(args)
    days = args.days if args.days is not None else _reminder(args, as_of)
    shown = ("form", "area", "period", "state", "due_on", "days_left", "extended", "holder_role", "holder")
    output.emit(falling_due(frame, working_days=days).select(shown), args.format)
    return 0


def _reminder(args: argparse.Namespace, as_of: dt.date) -> int:
    """Return how many working days before a due day the pack reminds; XQ-CLI-005 where it says nothing."""
    parameter = context.pack(context.workspace(args)).parameters.get(_REMINDER)
    number = parameter.on(as_of) if parameter else None
    if number is None:
        context.need(args, "days")
    return int(number.value) if number else 0


def _punctuality(args: argparse.Namespace) -> int:
    from xinqu.monitoring.punctuality import punctuality

    frame, as_of = _read(args)
    output.emit(punctuality(frame, by=args.by or [], as_of=as_of), args.format)
    return 0


def _read(args: argparse.Namespace) -> tuple[pl.DataFrame, dt.date]:
    """Return the board and its day; by default of periods that end from the first day of the year before."""
    from xinqu.spine import calendar_acts

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    as_of = args.as_of or calendar_acts.day_of(opened, realm)
    first = args.since or dt.date(as_of.year - 1, 1, 1)
    return calendar_acts.board_of(opened, realm, as_of=as_of, first=first), as_of


def _act(args: argparse.Namespace) -> int:
    from xinqu.spine import calendar_acts, closing
    from xinqu.spine.steps import Key

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    account = context.actor(args, opened, realm)
    if args.act == "lock":
        event = closing.lock(opened, realm, args.form, args.period, account=account)
    else:
        context.refuse_unknown(context.pack(opened), "area", [args.area])
        key = Key(args.form, args.area, str(args.period))
        if args.act == "unlock":
            second = context.second(args, opened, realm)
            event = closing.unlock(opened, realm, key, account=account, second=second, reason=args.reason)
        else:
            event = calendar_acts.extend(opened, realm, key, args.due, account=account, reason=args.reason)
    print(Text(f"已办理，事件 #{event.seq}", f"done, event #{event.seq}").say(args.lang))
    return 0
