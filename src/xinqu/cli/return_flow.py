"""Acts of `xinqu return` about one return: show it, compare versions, ask about a cell, answer, order a correction."""

import argparse
from typing import TYPE_CHECKING

import polars as pl

from xinqu.cli import context, output
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text

if TYPE_CHECKING:
    from xinqu.spine.steps import Key

ACTS = ("show", "diff", "query", "answer", "queries", "edit")
_HANDS = ("submitted", "co_checked", "edited", "area_approved", "province_approved", "accepted", "sent_back")


def register(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the acts and their options."""
    show = _about(acts, "show", "show a return: its versions, hands, open queries, values", "xm1 lanzhou 2026-03")
    show.add_argument("--vintage", type=int, help="as known at this event")
    show.add_argument("--values", action="store_true", help="list the values of the version with their cells")
    diff = _about(acts, "diff", "show what changed since the approved version", "xm1 lanzhou 2026-03 --from 1 --to 2")
    diff.add_argument("--from", dest="first", type=int, help="version; else the one approved furthest")
    diff.add_argument("--to", dest="last", type=int, help="version; else the newest")
    diff.add_argument("--vintage", type=int, help="as known at this event")
    query = _about(
        acts, "query", "ask about a cell", "xm1 lanzhou 2026-03 --item xm1_output --text ... --as lanzhou.checker"
    )
    query.add_argument("--item", required=True, help="item of the cell")
    query.add_argument("--record", action="append", default=[], metavar="ITEM=VALUE", help="key of the record")
    edit = _about(acts, "edit", "order a correction of released statistics; two persons of the statistics office act",
                  "xm1 lanzhou 2026-03 --reason ... --as lanzhou.stat.co_checker --second lanzhou.stat.two")  # fmt: skip
    edit.add_argument("--reason", required=True)
    answer = acts.add_parser(
        "answer", help="answer a query", epilog="xinqu return answer 812 --text ... --as lanzhou.filer"
    )
    answer.add_argument("query", type=int, help="number of the query")
    for asking in (query, answer):
        asking.add_argument("--text", required=True)
    listed = acts.add_parser(
        "queries", help="list queries and their answers", epilog="xinqu return queries --area lanzhou --open"
    )
    for column in ("form", "area", "period"):
        listed.add_argument(f"--{column}")
    listed.add_argument("--open", action="store_true", help="only those that nobody answered yet")


def _about(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, line: str, example: str
) -> argparse.ArgumentParser:
    act = acts.add_parser(name, help=line, epilog=f"xinqu return {name} {example} --realm rehearsal")
    for column in ("form", "area", "period"):
        act.add_argument(column)
    act.add_argument("--sub-unit", default="")
    if name in {"show", "query"}:
        act.add_argument("--version", type=int, default=None, help="else the newest submission")
    return act


def run(args: argparse.Namespace) -> int:
    """Run one of ``ACTS``."""
    acts = {"show": _show, "diff": _diff, "queries": _queries}
    return acts.get(args.act, _act)(args)


def _key(args: argparse.Namespace) -> "Key":
    from xinqu.spine.steps import Key

    return Key(args.form, args.area, args.period, args.sub_unit)


def _show(args: argparse.Namespace) -> int:
    from xinqu.spine.corrections import versions_of

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    rows = versions_of(opened, realm, _key(args), vintage=args.vintage)
    if args.version is not None:
        rows = rows.filter(version=args.version)
    if args.values:
        return _values(args, rows)
    hands = [pl.col(f"{hand}_by") for hand in _HANDS]
    shown = rows.select(
        "version", "state", "kind", "revision", "errors", "warnings", *hands, "submitted_at",
        pl.col("content_hash").str.slice(0, 12),
        pl.col("open_queries").list.eval(pl.format("#{}", pl.element())).list.join(" "),
    )  # fmt: skip
    output.emit(shown, args.format)
    return int(Exit.DONE)


def _values(args: argparse.Namespace, rows: pl.DataFrame) -> int:
    from xinqu.returns.canonical import from_parquet
    from xinqu.returns.document import cell_map_from_json

    opened = context.workspace(args)
    if rows.is_empty():
        raise Refused(_no_version(args))
    row = rows.row(-1, named=True)
    _refuse_strangers(args, str(row["state"]))
    _, values = from_parquet(opened.objects.get(row["rows_hash"]))
    if context.pack(opened).forms[args.form].kind == "area":
        cells = cell_map_from_json(opened.objects.get(row["cells_hash"]))
        places = {item: f"{cell.sheet} {cell.cell}".strip() for item, cell in cells.items()}
        place = pl.col("item").replace_strict(places, default="", return_dtype=pl.String)
        values = values.select("item", "value", "state", "scope", "origin", place.alias("cell"))
    output.emit(values, args.format)
    return int(Exit.DONE)


def _refuse_strangers(args: argparse.Namespace, state: str) -> None:
    """Refuse to show records to anybody but those who may read them; values of area forms are shown as ever."""
    from xinqu.spine.filed import require_reader

    opened = context.workspace(args)
    pack = context.pack(opened)
    if args.form in pack.forms and pack.forms[args.form].kind == "record":
        realm = context.realm(args, opened)
        require_reader(opened, pack, realm, _key(args), state, account=context.actor(args, opened, realm))


def _diff(args: argparse.Namespace) -> int:
    from xinqu.spine.corrections import correction

    opened = context.workspace(args)
    found = correction(
        opened, context.realm(args, opened), _key(args), first=args.first, second=args.last, vintage=args.vintage
    )
    _refuse_strangers(args, str(found.after["state"]))
    if args.format == "table":
        for title, row in ((Text("自", "from"), found.before), (Text("至", "to"), found.after)):
            reason = row["revision"] or "-"
            print(
                f"{title.say(args.lang)} v{row['version']} {row['state']} {row['content_hash'][:12]} "
                f"{row['submitted_by']} {str(row['submitted_at'])[:16]} {reason}"
            )
        if found.changes.is_empty():
            print(Text("数值无变动", "no value differs").say(args.lang))
            return int(Exit.DONE)
    output.emit(found.changes, args.format)
    return int(Exit.DONE)


def _queries(args: argparse.Namespace) -> int:
    from xinqu.spine.queries import queries

    opened = context.workspace(args)
    frame = queries(opened, context.realm(args, opened))
    for column in ("form", "area", "period"):
        wanted = getattr(args, column)
        if wanted:
            frame = frame.filter(pl.col(column) == wanted)
    if args.open:
        frame = frame.filter("is_open")
    output.emit(frame, args.format)
    return int(Exit.DONE)


def _act(args: argparse.Namespace) -> int:
    from xinqu.spine import corrections, queries

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    account = context.actor(args, opened, realm)
    if args.act == "query":
        record = dict(_pair(text) for text in args.record)
        event = queries.ask(
            opened, realm, _key(args), args.item, args.text, account=account, version=args.version, record=record
        )
    elif args.act == "answer":
        event = queries.answer(opened, realm, args.query, args.text, account=account)
    else:
        second = context.second(args, opened, realm)
        event = corrections.order_edit(opened, realm, _key(args), account=account, second=second, reason=args.reason)
    print(Text(f"已办理，事件 #{event.seq}", f"done, event #{event.seq}").say(args.lang))
    return int(Exit.DONE)


def _pair(text: str) -> tuple[str, str]:
    item, _, value = text.partition("=")
    return item, value


def _no_version(args: argparse.Namespace) -> Problem:
    return Problem(
        code="XQ-RETURN-104",
        what=Text("尚未报送", "nothing was handed in"),
        where=Where(subject=f"{_key(args).subject} v{args.version}"),
        fix=Text("查看各版本：xinqu return show", "see the versions: xinqu return show"),
    )
