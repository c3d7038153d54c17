"""Reads returns from an SDMX data message: cast by the structure, judged by the same door as workbooks and CSV."""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns import sdmx_faults
from xinqu.returns import sdmx_names as names
from xinqu.returns.canonical import content_sha256, sort_rows
from xinqu.returns.document import ROW_SCHEMA, ReturnDocument
from xinqu.returns.guard import LIMITS, Limits
from xinqu.returns.header import Expected, IsClosed, read_header
from xinqu.returns.number_cells import Context
from xinqu.returns.read import nothing_closed
from xinqu.returns.rows import read_rows
from xinqu.returns.sdmx_observations import Observation, message_text, read_observations
from xinqu.returns.sdmx_table import best_origin, code_of, table_of
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Origin, worst_origin
from xinqu.vocabulary.problem import Problem, Refused

_TAKEN = {"I", "A", "M", "R", "INFORMATION", "APPEND", "MERGE", "REPLACE"}
_DELETES = {"D", "DELETE"}
_KEY = ("REF_AREA", "SUB_UNIT", "TIME_PERIOD")
_K = TypeVar("_K", bound=Hashable)


class _Message(msgspec.Struct, frozen=True):
    """What all returns of a message share while they are read."""

    pack: Pack
    body: bytes
    file_sha256: str
    filename: str
    as_of: dt.date
    is_closed: IsClosed
    origin: Origin
    limits: Limits


def read_sdmx(
    pack: Pack,
    body: bytes,
    filename: str,
    *,
    as_of: dt.date,
    is_closed: IsClosed = nothing_closed,
    origin: Origin = Origin.REPORTED,
    limits: Limits = LIMITS,
) -> list[ReturnDocument]:
    """Read the returns of an SDMX-CSV 2.0 or SDMX-ML 3 data message, in the message's order.

    A message may hold many returns; each is whole: an item that it leaves out is ``missing``, whatever the action
    (information, append, merge, replace). Deletion is refused.

    Args:
        pack: forms, areas, units and code lists.
        body: the bytes as they came; the ``upload`` of every document.
        filename: the name they came under.
        as_of: the day of reading; a period that ends later is refused.
        is_closed: says whether (form, period) takes no regular return any more.
        origin: origin of each value unless the message names a worse one.
        limits: most that the file may hold.

    Raises:
        Refused: with every problem found: XQ-SDMX-001 to 011, and the codes of returns for items, areas, periods and
            values (XQ-RETURN-001 to 032).
    """
    message = _Message(pack, body, sha256_hex(body), filename, as_of, is_closed, origin, limits)
    observations = read_observations(message_text(body, filename, limits=limits), filename)
    problems = _message_problems(message, observations)
    if problems:
        raise Refused(problems)
    documents: list[ReturnDocument] = []
    for group in _by_return(observations):
        try:
            documents.append(_document(message, group))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return documents


def is_own(pack: Pack, reference: names.Reference) -> bool:
    """Say whether a message's reference is to a form of the pack, in whatever version."""
    return reference.agency == names.agency(pack) and reference.id in names.forms_by_id(pack)


def _message_problems(message: _Message, observations: Sequence[Observation]) -> list[Problem]:
    """Return what is wrong with actions, dataflows or components, each said once at its first place."""
    return (
        _action_problems(message, observations)
        or _flow_problems(message, observations)
        or _component_problems(message, observations)
    )


def _action_problems(message: _Message, observations: Sequence[Observation]) -> list[Problem]:
    actions = _firsts(observations, lambda one: one.action)
    for action, one in actions.items():
        if action.upper() in _DELETES:
            return [sdmx_faults.no_deletion(one.where(message.filename, "ACTION"), action=action)]
    return [
        sdmx_faults.unknown_action(one.where(message.filename, "ACTION"), action=action)
        for action, one in actions.items()
        if action.upper() not in _TAKEN
    ]


def _flow_problems(message: _Message, observations: Sequence[Observation]) -> list[Problem]:
    pack, problems = message.pack, []
    forms = names.forms_by_id(pack)
    for reference, one in _firsts(observations, lambda one: one.reference).items():
        where = one.where(message.filename, "STRUCTURE_ID")
        if not is_own(pack, reference):
            known = f"{names.agency(pack)}: {', '.join(names.flow_id(form.id) for form in pack.area_forms)}"
            problems.append(sdmx_faults.other_flow(where, found=str(reference), known=known))
        elif reference.version.split(".")[0] != str(forms[reference.id].version):
            expected = names.flow_version(pack, forms[reference.id].version)
            problems.append(sdmx_faults.other_version(where, found=reference.version, expected=expected))
    return problems


def _component_problems(message: _Message, observations: Sequence[Observation]) -> list[Problem]:
    known = frozenset(names.COMPONENTS)
    unknown = _firsts(observations, lambda one: tuple(sorted(one.texts.keys() - known)))
    lacking = _firsts(observations, lambda one: tuple(name for name in names.DIMENSIONS if name not in one.texts))
    problems = [
        sdmx_faults.unknown_components(one.where(message.filename, found[0]), names=list(found))
        for found, one in unknown.items()
        if found
    ]
    return problems + [
        sdmx_faults.missing_components(one.where(message.filename, found[0]), names=list(found))
        for found, one in lacking.items()
        if found
    ]


def _firsts(observations: Iterable[Observation], key: Callable[[Observation], _K]) -> dict[_K, Observation]:
    """Return each distinct key with the first observation that has it."""
    firsts: dict[_K, Observation] = {}
    for one in observations:
        firsts.setdefault(key(one), one)
    return firsts


def _by_return(observations: Sequence[Observation]) -> list[list[Observation]]:
    """Return the observations of each return together, returns in the order in which they begin."""
    groups: dict[tuple[str, ...], list[Observation]] = {}
    for one in observations:
        groups.setdefault((one.reference.id, *(code_of(one, name) for name in _KEY)), []).append(one)
    return list(groups.values())


def _document(message: _Message, group: list[Observation]) -> ReturnDocument:
    problems: list[Problem] = []
    form = names.forms_by_id(message.pack)[group[0].reference.id]
    table = table_of(message.pack, form, group, message.filename, problems)
    _, header, found = read_header(
        message.pack, table, expected=Expected(), as_of=message.as_of, is_closed=message.is_closed
    )
    problems += found
    origin = worst_origin([message.origin, best_origin(group)])
    rows, cells = read_rows(Context(message.pack, form, header, table, origin, message.limits, problems))
    if problems:
        raise Refused(problems)
    frame = sort_rows(pl.DataFrame(rows, schema=ROW_SCHEMA))
    return ReturnDocument(
        header=header,
        rows=frame,
        cells=cells,
        upload=message.body,
        filename=message.filename,
        file_sha256=message.file_sha256,
        content_sha256=content_sha256(header, frame),
    )
