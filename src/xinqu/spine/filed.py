"""Gives what was filed back to those who may read it: record returns and enterprise data by the pack's permissions."""

import datetime as dt
from collections.abc import Callable

from xinqu.policy.pack import Pack
from xinqu.returns.canonical import from_parquet
from xinqu.returns.document import ReturnDocument, cell_map_from_json, record_places_from_json
from xinqu.returns.record_rows import is_wide
from xinqu.spine import log
from xinqu.spine.decide import newest_of
from xinqu.spine.permissions import Allowed, Target, may, roles_of
from xinqu.spine.policy import adopted, pack_at
from xinqu.spine.return_rights import unit_of
from xinqu.spine.steps import Key
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Problem, Refused

_LOGGED = "read.logged"


def filed_return(
    workspace: Workspace,
    realm: Realm,
    key: Key,
    *,
    account: str,
    version: int | None = None,
    clock: Callable[[], dt.datetime] = now,
) -> tuple[Pack, ReturnDocument]:
    """Return a submission of ``key`` (None: the newest) with the pack it was filed under, for ``account`` to read.

    What an auditor reads is logged.

    Raises:
        Refused: XQ-RETURN-104 when there is no such version, XQ-PERMISSION-001 or -002 (exit code 3) for those who may
            not read it.
    """
    row = newest_of(workspace, realm, key, version)
    require_reader(workspace, adopted(workspace, realm), realm, key, str(row["state"]), account=account, clock=clock)
    pack = pack_at(workspace, realm)(row["submitted_event"])
    header, rows = from_parquet(workspace.objects.get(row["rows_hash"]))
    cells = workspace.objects.get(row["cells_hash"])
    places = record_places_from_json(cells) if is_wide(rows) else None
    return pack, ReturnDocument(
        header=header, rows=rows, cells={} if places else cell_map_from_json(cells), places=places,
        upload=workspace.objects.get(row["file_hash"]), filename=row["file_name"], file_sha256=row["file_hash"],
        content_sha256=row["content_hash"],
    )  # fmt: skip


def require_reader(
    workspace: Workspace,
    pack: Pack,
    realm: Realm,
    key: Key,
    state: str,
    *,
    account: str,
    clock: Callable[[], dt.datetime] = now,
) -> Allowed:
    """Return the right by which ``account`` reads a return of ``key`` that stands in ``state``.

    Its own filer always may. Figures of the published realm stand in public sources: they are released.

    Raises:
        Refused: XQ-PERMISSION-001 or -002, exit code 3.
    """
    form, unit = pack.forms[key.form], unit_of(pack, key)
    state = "released" if realm is Realm.PUBLISHED else state
    data_class = "indicator" if realm is Realm.PUBLISHED else form.read_as
    roles = roles_of(workspace, account, on=beijing_day(clock()))

    def asked(action: str, data_class: str) -> Allowed | Problem:
        target = Target(data_class=data_class, organisation=unit, release_state=state)
        return may(account, action, target, pack=pack, roles=roles, realm=realm)

    answer = asked("read", data_class)
    if isinstance(answer, Problem):
        own = asked("submit", "return")
        if isinstance(own, Problem):
            raise Refused(answer, Exit.NOT_PERMITTED)
        return own
    if answer.role in pack.event_types[_LOGGED].roles:
        _log_read(workspace, pack, realm, key, account, answer, clock)
    return answer


def _log_read(
    workspace: Workspace,
    pack: Pack,
    realm: Realm,
    key: Key,
    account: str,
    by: Allowed,
    clock: Callable[[], dt.datetime],
) -> None:
    """Write down what an auditor reads; the question is an object that the event names."""
    asked = {"form": key.form, "area": key.area, "sub_unit": key.sub_unit, "period": key.period}
    query = workspace.objects.put(canonical_json(asked))
    data = {"account": account, "data_class": pack.forms[key.form].read_as, "query_hash": query}
    event = NewEvent(
        realm=realm, type=_LOGGED, subject=f"account/{account}", actor=account, role=by.role,
        organisation=by.organisation, data=data, objects=(query,),
    )  # fmt: skip
    log.append(workspace, pack, [event], clock=clock)
