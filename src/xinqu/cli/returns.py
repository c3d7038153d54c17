"""`xinqu return`: check a file, hand it in, list what was handed in; close a period to it and open it again."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from xinqu.cli import check_offline, context, output, return_explanations, return_files, return_flow
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Exit
from xinqu.vocabulary.text import Lang, Text

if TYPE_CHECKING:
    from xinqu.returns.document import ReturnDocument
    from xinqu.spine.hand_in import Taken

_SHOWN = ("check", "level", "verdict", "items", "values", "reason")
_RECORDS_SHOWN = 20  # of each check
_HANDED_IN = {"event": pl.Int64, "subject": pl.String, "version": pl.Int64, "content_hash": pl.String}
_LISTED = ("form", "area", "sub_unit", "period", "version", "state", "kind", "errors", "warnings", "file_name", "submitted_by", "submitted_at", "revision", "queries", "to_explain")  # fmt: skip


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu return submit xm1_lanzhou_2026-10.xlsx --realm rehearsal --as lanzhou.filer"
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    for act, line, example in (
        (
            "check",
            "check files without storing anything",
            "xinqu return check *.xlsx --annotated back --realm rehearsal",
        ),
        ("submit", "hand files in", parser.epilog),
    ):
        made = acts.add_parser(act, help=line, epilog=example)
        made.add_argument("files", nargs="+", type=Path)
        made.add_argument(
            "--annotated", type=Path, default=None, help="folder for the files with each fault in its cell"
        )
        if act == "check":
            made.add_argument("--offline", action="store_true", help="check by the built-in pack, without a workspace")
            made.add_argument(
                "--without-context", action="store_true", help="offline: leave the shipped context unread"
            )
        if act == "submit":
            made.add_argument(
                "--explain", action="append", default=[], metavar="CHECK=WORDS", help="what a warning is explained by"
            )
            made.add_argument("--revision", default="", metavar="CODE", help="why an accepted return is corrected")
    listed = acts.add_parser(
        "list", help="list submissions and their state", epilog="xinqu return list --area lanzhou --realm rehearsal"
    )
    listed.add_argument("--form")
    listed.add_argument("--area")
    listed.add_argument("--period")
    lock = acts.add_parser(
        "lock",
        help="close a period of a form for regular returns",
        epilog="xinqu return lock xm1 2026-03 --realm rehearsal --as ndrc.admin",
    )
    unlock = acts.add_parser(
        "unlock",
        help="open a closed period again for one area; two persons act",
        epilog="xinqu return unlock xm1 2026-03 lanzhou --reason audit --realm rehearsal --as ndrc.admin --second ndrc.admin2",
    )
    for closing in (lock, unlock):
        closing.add_argument("form")
        closing.add_argument("period", type=Period.parse)
    unlock.add_argument("area")
    unlock.add_argument("--reason", required=True)
    return_flow.register(acts)
    return_explanations.register(acts)
    return_files.register(acts)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.act in return_flow.ACTS:
        return return_flow.run(args)
    if args.act in return_explanations.ACTS:
        return return_explanations.run(args)
    if args.act in return_files.ACTS:
        return return_files.run(args)
    return {"list": _list, "lock": _close, "unlock": _close}.get(args.act, _take)(args)


def _take(args: argparse.Namespace) -> int:
    from xinqu.spine import hand_in

    uploads = [hand_in.Upload(file.name, context.read_file(file)) for file in args.files]
    if args.act == "check" and (args.offline or not context.has_workspace(args)):
        return _tell_all(args, check_offline.examined(args, uploads))
    opened = context.workspace(args)
    realm = context.realm(args, opened)
    taken = hand_in.examined(opened, realm, uploads)
    told = _tell_all(args, taken)
    if args.act == "check":
        return told
    account = context.actor(args, opened, realm)
    words = return_explanations.words_of(args.explain)
    events = hand_in.submit(opened, realm, taken, account=account, revision=args.revision, explanations=words)
    if args.format != "table":
        rows = [
            (event.seq, event.subject, event.data["version"], event.data["content_hash"])
            for event in events
            if event.type == "return.submitted"
        ]
        output.emit(pl.DataFrame(rows, schema=_HANDED_IN, orient="row"), args.format)
        return int(Exit.DONE)
    for event in events:
        print(Text(f"已报送，事件 #{event.seq}", f"handed in, event #{event.seq}").say(args.lang))
    return int(Exit.DONE)


def _tell_all(args: argparse.Namespace, taken: "Taken") -> int:
    """Say what the checks say of all files and write the annotated ones; return the exit code of a check."""
    from xinqu.spine import hand_in

    folder = args.annotated or (Path() if args.act == "check" else None)
    for document, findings in taken.by_document():
        _tell(args, taken, document, findings)
        if folder is not None and not findings.is_empty():
            path = hand_in.write_annotated(taken, document, findings, folder, args.lang)
            print(f"  {path}", file=sys.stdout if args.format == "table" else sys.stderr)
    if args.act == "check" and args.format != "table":
        output.emit(_by_file(taken), args.format)
    return int(Exit.REFUSED if taken.has_errors else Exit.DONE)


def _tell(args: argparse.Namespace, taken: "Taken", document: "ReturnDocument", findings: pl.DataFrame) -> None:
    """Say to a person what the checks say of one file."""
    if args.format != "table":
        return
    header = document.header
    print(f"{document.filename}  {header.form} {header.area} {header.period}  {document.content_sha256[:12]}")
    for mapping in document.mapped:
        print(Text(f"  旧版模板已转换：{mapping}", f"  mapped from an old template: {mapping}").say(args.lang))
    faults = findings.filter(pl.col("verdict") == "false")
    if not faults.is_empty():
        shown = _shown(faults, document)
        output.emit(shown, args.format)
        if shown.height < faults.height:
            rest = faults.height - shown.height
            print(Text(f"  另有 {rest:,} 条未列出", f"  {rest:,} more are not listed").say(args.lang))
    unknown = findings.height - faults.height
    print(
        Text(
            f"  未成立 {faults.height} 条，无法判定 {unknown} 条",
            f"  {faults.height} false, {unknown} indeterminate",
        ).say(args.lang)
    )
    mine = taken.suggestions.filter(pl.col("submission") == document.content_sha256)
    if not faults.is_empty() and not mine.is_empty():
        _suggest(args.lang, mine, {code: item.name.say(args.lang) for code, item in taken.pack.items.items()})


def _shown(faults: pl.DataFrame, document: "ReturnDocument") -> pl.DataFrame:
    """Return the faults as they are listed: those of records with the key of the record, the first of each check."""
    if document.places is None:
        return faults.select(_SHOWN)
    record = pl.col("detail").str.extract(r'"record":\{(.*)\}\}$').str.replace_all('"', "", literal=True)
    first = faults.filter(pl.int_range(pl.len()).over("check") < _RECORDS_SHOWN)
    return first.select(record.alias("record"), *_SHOWN)


def _by_file(taken: "Taken") -> pl.DataFrame:
    """Return all findings as one table, each with the file it is about."""
    files = {document.content_sha256: document.filename for document in taken.examined.documents}
    file = pl.col("submission").replace_strict(files, return_dtype=pl.String)
    return taken.examined.findings.findings.select(file.alias("file"), pl.all())


def _suggest(lang: Lang, found: pl.DataFrame, names: dict[str, str]) -> None:
    """Tell suggested corrections; the officer decides, nothing is applied."""
    print(Text("  更正建议（供核对，未作任何改动）", "  suggested, to be checked; nothing was changed").say(lang))
    for item, reason in found.select("item", f"reason_{lang}").iter_rows():
        print(f"    {names[item]} {item}\n      {reason}")


def _list(args: argparse.Namespace) -> int:
    from xinqu.spine.submissions import submissions_at

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    frame = submissions_at(opened, realm)
    for column in ("form", "area", "period"):
        wanted = getattr(args, column)
        if wanted:
            frame = frame.filter(pl.col(column) == wanted)
    frame = return_explanations.with_waiting(
        opened, realm, frame.with_columns(queries=pl.col("open_queries").list.len())
    )
    output.emit(frame.select(_LISTED), args.format)
    return int(Exit.DONE)


def _close(args: argparse.Namespace) -> int:
    from xinqu.spine import closing
    from xinqu.spine.steps import Key

    opened = context.workspace(args)
    realm = context.realm(args, opened)
    account = context.actor(args, opened, realm)
    if args.act == "lock":
        event = closing.lock(opened, realm, args.form, args.period, account=account)
    else:
        context.refuse_unknown(context.pack(opened), "area", [args.area])
        second = context.second(args, opened, realm)
        key = Key(args.form, args.area, str(args.period))
        event = closing.unlock(opened, realm, key, account=account, second=second, reason=args.reason)
    print(Text(f"已办理，事件 #{event.seq}", f"done, event #{event.seq}").say(args.lang))
    return int(Exit.DONE)
