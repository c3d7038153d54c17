"""Takes files from a person: reads them, checks them, gives them back annotated, and hands them in."""

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns.document import ReturnDocument
from xinqu.returns.upload import is_sdmx, read_upload
from xinqu.spine import accounts, return_problems
from xinqu.spine.accounts import Person
from xinqu.spine.closing import ClosedPeriods, closed_periods
from xinqu.spine.examine import Examined, examine, suggestions_for
from xinqu.spine.permissions import roles_of
from xinqu.spine.policy import adopted
from xinqu.spine.record_store import ORIGINS
from xinqu.spine.return_rights import Rights, unit_of
from xinqu.spine.returns import next_version, record
from xinqu.spine.steps import HandIn, Key
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import StoredEvent
from xinqu.validation.annotate import annotate
from xinqu.validation.annotate_records import annotate_records
from xinqu.validation.findings import blocking
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Lang


class Upload(msgspec.Struct, frozen=True):
    """A file as it came."""

    name: str
    body: bytes


class Taken(msgspec.Struct, frozen=True, dict=True):
    """Files that could be read, and what the checks say of them."""

    pack: Pack
    examined: Examined

    def by_document(self) -> Iterator[tuple[ReturnDocument, pl.DataFrame]]:
        """Yield each document with its findings."""
        for document in self.examined.documents:
            submission = pl.col("submission") == document.content_sha256
            yield document, self.examined.findings.findings.filter(submission)

    @functools.cached_property
    def suggestions(self) -> pl.DataFrame:
        """Corrections to tell the officer (``validation.suggest``); none is applied."""
        return suggestions_for(self.pack, self.examined)

    @property
    def has_errors(self) -> bool:
        """Say whether an error-level check is false."""
        return not blocking(self.examined.findings.findings).is_empty()


def examined(
    workspace: Workspace, realm: Realm, uploads: Sequence[Upload], *, clock: Callable[[], dt.datetime] = now
) -> Taken:
    """Read and check files; nothing is stored.

    Raises:
        Refused: every problem of every file that cannot be read (returns.read).
    """
    pack = adopted(workspace, realm)
    today = beijing_day(clock())
    closed = closed_periods(workspace, realm)
    documents: list[ReturnDocument] = []
    problems: list[Problem] = []
    for upload in uploads:
        try:
            documents += _read(pack, realm, upload, today, closed)
        except Refused as refused:
            problems += refused.problems
    problems += _twice(documents)
    if problems:
        raise Refused(problems)
    return Taken(pack, examine(workspace, pack, realm, documents))


def _twice(documents: Sequence[ReturnDocument]) -> list[Problem]:
    """Return a problem per file that is the same return as an earlier one of the same call."""
    first: dict[Key, str] = {}
    return [
        return_problems.same_return(document, other)
        for document in documents
        if (other := first.setdefault(Key.of(document), document.filename)) is not document.filename
    ]


def _read(pack: Pack, realm: Realm, upload: Upload, today: dt.date, closed: ClosedPeriods) -> list[ReturnDocument]:
    """Read an upload; a return of a closed period is read again, so that it is refused at its own cell."""
    read = functools.partial(read_upload, pack, upload.body, upload.name, as_of=today, origin=ORIGINS[realm])
    documents = read()
    shut = {
        (document.header.form, document.header.period)
        for document in documents
        if document.header.kind == "regular" and closed.holds(Key.of(document))
    }
    if shut:
        read(is_closed=lambda form, period: (form, str(period)) in shut)
    return documents


def submit(
    workspace: Workspace,
    realm: Realm,
    taken: Taken,
    *,
    account: str,
    revision: str = "",
    explanations: Mapping[str, str] = MappingProxyType({}),
    clock: Callable[[], dt.datetime] = now,
) -> list[StoredEvent]:
    """Hand in examined files as ``account``, who must be a filer of each return's unit: all of them or none.

    ``revision``: the code of CL_REVISION_REASON of those among them that are not the first version of their return.
    ``explanations``: what the filer says of warnings, by check; those of checks that hold are not written down.
    """
    steps = []
    for document in taken.examined.documents:
        version = next_version(workspace, realm, Key.of(document))
        actor = _filer(workspace, realm, taken.pack, account, Key.of(document), beijing_day(clock()))
        reason = revision if version > 1 else ""
        steps.append(HandIn(document=document, actor=actor, version=version, revision=reason))
    return record(
        workspace, taken.pack, realm, steps, explain=lambda _step, check: explanations.get(check, ""), clock=clock
    )


def _filer(workspace: Workspace, realm: Realm, pack: Pack, account: str, key: Key, today: dt.date) -> Person:
    """Return ``account`` as the filer of the return's unit; as a filer of another one if that is all it is."""
    roles = pack.event_types["return.submitted"].roles
    rights = Rights(pack, roles_of(workspace, account, on=today), realm)
    persons = [person for role in roles for person in rights.persons(account, role)]
    own = [person for person in persons if person.organisation == unit_of(pack, key)]
    return (own or persons or [accounts.person(workspace, account, roles[0], realm=realm)])[0]


def write_annotated(taken: Taken, document: ReturnDocument, findings: pl.DataFrame, folder: Path, lang: Lang) -> Path:
    """Write the officer's workbook with each fault in its cell and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    header = document.header
    parts = [Path(document.filename).stem]
    if is_sdmx(document.upload):  # one message may hold many returns
        parts += [name for name in (header.form, header.area, header.sub_unit, header.period) if name]
    path = folder / f"{'_'.join(parts)}_checked.xlsx"
    if document.places is not None:
        path.write_bytes(annotate_records(document, findings, taken.pack, lang))
        return path
    path.write_bytes(annotate(document.upload, document, findings, taken.pack, lang, suggestions=taken.suggestions))
    return path
