"""Checks files where there is no workspace: against the pack, and against the context that came with the form."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import polars as pl

from xinqu.engines.facts import empty_facts, rows_to_facts
from xinqu.policy.pack import Pack
from xinqu.returns import check_context
from xinqu.returns.check_context import CheckContext
from xinqu.returns.document import ReturnDocument
from xinqu.returns.upload import read_upload
from xinqu.spine.examine import Examined, examine_against
from xinqu.spine.hand_in import Taken, Upload
from xinqu.spine.record_store import ORIGINS
from xinqu.spine.workspace import now
from xinqu.validation.findings import joined
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where

_ZIP_MAGIC = b"PK"


def examined_offline(
    pack: Pack,
    uploads: Sequence[Upload],
    *,
    side_files: Mapping[str, bytes] = MappingProxyType({}),
    realm: Realm | None = None,
    with_context: bool = True,
    clock: Callable[[], dt.datetime] = now,
) -> tuple[Taken, frozenset[str]]:
    """Read and check files without a workspace; each is judged by itself.

    Args:
        side_files: file name -> the sealed context beside it, of CSV files.
        realm: whose values the files hold; None: as their context says, else official.
        with_context: False leaves the contexts unread.

    Returns: the files with their findings, and the names of those that were checked against a context. Without one,
        a check that reads other periods, forms, sub-units or peers is indeterminate. Closed periods are not known here.

    Raises:
        Refused: every problem of every file; XQ-RETURN-035, 036 for a context that can't be used.
    """
    parts: list[Examined] = []
    problems: list[Problem] = []
    known: set[str] = set()
    today = beijing_day(clock())
    for upload in uploads:
        try:
            documents = read_upload(
                pack, upload.body, upload.name, as_of=today, origin=ORIGINS[realm or Realm.OFFICIAL]
            )
            context = _context(upload, side_files) if with_context else None
            if context is not None:
                _refuse_foreign(pack, context, documents, upload.name)
                origin = ORIGINS[realm or context.realm]
                documents = read_upload(pack, upload.body, upload.name, as_of=today, origin=origin)
                known.add(upload.name)
            parts.append(_examined(pack, realm, documents, context))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return Taken(pack, _together(parts)), frozenset(known)


def _context(upload: Upload, side_files: Mapping[str, bytes]) -> CheckContext | None:
    if upload.body.startswith(_ZIP_MAGIC):
        return check_context.of_workbook(upload.body, upload.name)
    if upload.name not in side_files:
        return None
    return check_context.from_sealed(side_files[upload.name], Where(file=check_context.side_name(upload.name)))


def _refuse_foreign(pack: Pack, context: CheckContext, documents: Sequence[ReturnDocument], filename: str) -> None:
    for document in documents:
        header = document.header
        check_context.refuse_foreign(
            pack, context, form=header.form, area=header.area, period=header.period, where=Where(file=filename)
        )


def _examined(
    pack: Pack, realm: Realm | None, documents: Sequence[ReturnDocument], context: CheckContext | None
) -> Examined:
    facts = {form: empty_facts(pack, form) for form in pack.forms}
    if context is None:
        return examine_against(pack, realm or Realm.OFFICIAL, facts, documents)
    for (form,), rows in context.frame().partition_by("form", as_dict=True, include_key=False).items():
        facts[str(form)] = rows_to_facts(pack, str(form), rows)
    return examine_against(pack, realm or context.realm, facts, documents, released_peers=context.released_peers())


def _together(parts: Sequence[Examined]) -> Examined:
    """Return what was found in all files; their facts stand side by side, each key once."""
    facts: dict[str, pl.DataFrame] = {}
    for part in parts:
        for form, frame in part.facts.items():
            facts[form] = pl.concat([facts[form], frame]) if form in facts else frame
    unique = {
        form: frame.unique(subset=["area", "sub_unit", "period"], keep="last", maintain_order=True)
        for form, frame in facts.items()
    }
    return Examined([d for part in parts for d in part.documents], joined([part.findings for part in parts]), unique)
