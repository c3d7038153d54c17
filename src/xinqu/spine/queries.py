"""Questions about a cell of a return, and their answers; the level that asked approves after the answer alone."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns.canonical import from_parquet
from xinqu.shapes.statistical_return import move_fault
from xinqu.spine import log, query_problems, return_problems, salted
from xinqu.spine.accounts import Person
from xinqu.spine.decide import newest_of, refuse_without_right, signed
from xinqu.spine.policy import adopted
from xinqu.spine.steps import Decide, Key, event_of
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import StoredEvent
from xinqu.vocabulary.canonical import canonical_json, sha256_hex
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused

Clock = Callable[[], dt.datetime]
QUERIED, ANSWERED = "return.queried", "return.answered"
_SCHEMA: dict[str, Any] = {
    "query": pl.Int64, "form": pl.String, "area": pl.String, "sub_unit": pl.String, "period": pl.String,
    "version": pl.Int64, "item": pl.String, "record": pl.String, "role": pl.String, "asked_by": pl.String,
    "asked_at": pl.Datetime("us", "UTC"), "text": pl.String, "is_open": pl.Boolean, "answered_by": pl.String,
    "answered_at": pl.Datetime("us", "UTC"), "answer": pl.String,
}  # fmt: skip


def ask(
    workspace: Workspace,
    realm: Realm,
    key: Key,
    item: str,
    text: str,
    *,
    account: str,
    version: int | None = None,
    record: Mapping[str, str] = MappingProxyType({}),
    clock: Clock = now,
) -> StoredEvent:
    """Ask about one cell of a submission: the newest unless ``version`` is named. The text is kept salted.

    ``record``: on a record form the key of the record that is meant, item by item.

    Raises:
        Refused: XQ-QUERY-001 for an item that the form does not have, -002 for a record that the return does not hold,
            -003 without a text, XQ-RETURN-102, -104, -105 and -106 as for decisions, and what the log refuses.
    """
    pack = adopted(workspace, realm)
    row = newest_of(workspace, realm, key, version)
    problems = _of_cell(workspace, pack, key, row, item, record) + ([] if text.strip() else [query_problems.no_text()])
    if problems:
        raise Refused(problems)
    data: dict[str, object] = {"cell": item} | ({"record": dict(record)} if record else {})
    step = _step(QUERIED, key, row["version"], account, data)
    return _write(workspace, realm, step, text, clock, list)


def answer(
    workspace: Workspace, realm: Realm, query: int, text: str, *, account: str, clock: Clock = now
) -> StoredEvent:
    """Answer the query with this number, as the filer of the return or its area; the text is kept salted.

    Raises:
        Refused: XQ-QUERY-003 without a text, -004 when there is no such query, -005 when it was answered, -006 when
            the answerer asked it, XQ-RETURN-102, -105 and -106 as for decisions, and what the log refuses.
    """
    if not text.strip():
        raise Refused(query_problems.no_text())
    asked = log.event(workspace, query)
    if asked is None or asked.type != QUERIED or asked.realm is not realm:
        raise Refused(query_problems.no_query(query))
    data = asked.data
    key = Key(str(data["form"]), str(data["area"]), str(data["period"]), str(data.get("sub_unit") or ""))
    if account in {asked.actor, asked.data.get("on_behalf_of")}:
        raise query_problems.own_query(query, account)
    version = int(str(data["version"]))

    def answered_now() -> list[Problem]:
        row = newest_of(workspace, realm, key, version)
        return [] if query in row["open_queries"] else [query_problems.answered_already(query)]

    step = _step(ANSWERED, key, version, account, {"cell": data["cell"], "query": query})
    return _write(workspace, realm, step, text, clock, answered_now)


def queries(workspace: Workspace, realm: Realm, *, key: Key | None = None, vintage: int | None = None) -> pl.DataFrame:
    """Return the queries of a realm, or of one return, with their answers, by number.

    Columns: query (its event's number), the key of the return, version, item, record (JSON of the record's key, ""
    on area forms), role that asked, asked_by, asked_at, text, is_open, answered_by, answered_at, answer. A text that
    was redacted is "".
    """
    kinds = [QUERIED, ANSWERED]
    if key is None:
        events = log.events(workspace, realm, types=kinds, upto=vintage)
    else:
        events = log.events_of(workspace, realm, kinds, [key.subject], upto=vintage)
    rows: dict[int, dict[str, object]] = {}
    for event in events.iter_rows(named=True):
        data = json.loads(event["data"])
        said = _said(workspace, data["text"])
        if event["type"] == QUERIED:
            record = canonical_json(data["record"]).decode() if data.get("record") else ""
            rows[event["seq"]] = {
                "query": event["seq"], "form": data["form"], "area": data["area"], "sub_unit": data["sub_unit"],
                "period": data["period"], "version": data["version"], "item": data["cell"], "record": record,
                "role": event["role"], "asked_by": event["actor"], "asked_at": event["recorded_at"], "text": said,
                "is_open": True,
            }  # fmt: skip
        else:
            rows[data["query"]] |= {
                "is_open": False, "answered_by": event["actor"], "answered_at": event["recorded_at"], "answer": said,
            }  # fmt: skip
    return pl.DataFrame(list(rows.values()), schema=_SCHEMA)


def _said(workspace: Workspace, sha256: str) -> str:
    return salted.get_text(workspace, sha256) if workspace.objects.exists(sha256) else ""


def _of_cell(
    workspace: Workspace, pack: Pack, key: Key, row: Mapping[str, Any], item: str, record: Mapping[str, str]
) -> list[Problem]:
    """Return why the return has no such cell."""
    form = pack.forms[key.form]
    if item not in {one.code for one in form.items}:
        return [query_problems.no_item(key, item)]
    if form.kind == "area":
        return [query_problems.no_record(key, dict(record))] if record else []
    if set(record) != set(form.keys):
        return [query_problems.no_record(key, dict(record), form.keys)]
    _, rows = from_parquet(workspace.objects.get(row["rows_hash"]))
    found = rows.filter(*(pl.col(name) == value for name, value in record.items()))
    return [] if found.height else [query_problems.no_record(key, dict(record))]


def _step(kind: str, key: Key, version: int, account: str, data: Mapping[str, object]) -> Decide:
    person = Person(account=account, role="", organisation="")
    return Decide(type=kind, key=key, version=version, actor=person, data=data)


def _write(
    workspace: Workspace, realm: Realm, step: Decide, text: str, clock: Clock, also: Callable[[], list[Problem]]
) -> StoredEvent:
    """Append one query or answer, signed in the role and organisation that give the account the right."""
    pack = adopted(workspace, realm)
    state = newest_of(workspace, realm, step.key, step.version)["state"]
    step = signed(workspace, pack, realm, step, state, clock=clock)
    refuse_without_right(workspace, pack, realm, step, state, clock=clock)

    def still_allowed() -> list[Problem]:
        fault = move_fault(step.type, newest_of(workspace, realm, step.key, step.version)["state"])
        return [return_problems.wrong_move(step.key, step.version, fault)] if fault else also()

    problems = still_allowed()
    if problems:
        raise Refused(problems)
    body = salted.salt(text.encode())
    name = sha256_hex(body)
    event = msgspec.structs.replace(event_of(step, realm, {"text": name}), objects=(name,))
    log.refuse_early(workspace, pack, [event], clock=clock)
    workspace.objects.put(body)
    return log.append(workspace, pack, [event], clock=clock, also=still_allowed)[0]
