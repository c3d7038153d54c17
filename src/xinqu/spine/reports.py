"""Builds, issues and verifies reports: the same vintage gives the same content model, and the same bytes."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec
import polars as pl

from xinqu.reporting import verify as comparing
from xinqu.reporting.bulletin import bulletin_model
from xinqu.reporting.html import render_html
from xinqu.reporting.matters import major_matters_model
from xinqu.reporting.model import Edition, Report, model_bytes, read_model
from xinqu.reporting.quality import quality_model
from xinqu.reporting.sources import provenance_of
from xinqu.reporting.typst_pdf import render_pdf, renderer_id
from xinqu.shapes import statistical_return
from xinqu.spine import log
from xinqu.spine.accounts import Person
from xinqu.spine.compact import rows_of
from xinqu.spine.quality import measure
from xinqu.spine.snapshot import COMPUTE_VERSION, Snapshot, take
from xinqu.spine.software import lock_sha256, software
from xinqu.spine.workspace import Workspace, now
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Lang, Text


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A report at one vintage: content model and files in one language."""

    report: Report
    model: bytes
    pdf: bytes
    html: bytes
    lang: Lang

    @property
    def name(self) -> str:
        """The name its files bear."""
        edition = self.report.edition
        return f"{edition.realm}-{self.report.kind}-{edition.vintage}-{self.lang}"


class Issued(msgspec.Struct, frozen=True):
    """What the event of an issued report says."""

    report: str
    kind: str
    lang: Lang
    vintage: int
    as_of: str
    file_hash: str
    html_hash: str
    model_hash: str
    renderer: str


_NOTED = ("area", "form", "period", "item", "note")  # what provenance is read from
KINDS = ("bulletin", "major_matters", "quality")


def build(snapshot: Snapshot, kind: str, *, lang: Lang = "zh", edition: Edition | None = None) -> Built:
    """Build a report from a snapshot; ``edition`` None says that it is computed now, by this software.

    Raises:
        Refused: XQ-REPORT-101 for a kind that is none of ``KINDS``, or that the pack lacks.
    """
    if kind not in _MODELS or kind not in snapshot.pack.reports:
        raise Refused(_unknown_kind(kind))
    report = _MODELS[kind](snapshot, edition or edition_of(snapshot))
    return Built(
        report=report,
        model=model_bytes(report),
        pdf=render_pdf(report, lang=lang),
        html=render_html(report, lang=lang).encode(),
        lang=lang,
    )


def write(built: Built, folder: Path) -> list[Path]:
    """Write PDF, HTML and content model into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for suffix, body in ((".pdf", built.pdf), (".html", built.html), (".model.json", built.model)):
        path = folder / f"{built.name}{suffix}"
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_bytes(body)
        temporary.replace(path)
        paths.append(path)
    return paths


def issue(
    workspace: Workspace,
    snapshot: Snapshot,
    built: Built,
    actor: Person,
    *,
    second: str,
    clock: Callable[[], dt.datetime] = now,
) -> StoredEvent:
    """Release a built report by two persons: model and files become objects, the release an event."""
    bodies = [built.pdf, built.html, built.model]
    pdf, html, model = (sha256_hex(body) for body in bodies)
    data = {
        "report": built.name,
        "kind": built.report.kind,
        "lang": built.lang,
        "vintage": snapshot.vintage,
        "as_of": snapshot.as_of.isoformat(),
        "file_hash": pdf,
        "html_hash": html,
        "model_hash": model,
        "renderer": renderer_id(),
        "second_actor": second,
    }
    event = NewEvent(
        type="report.released", realm=snapshot.realm, actor=actor.account, organisation=actor.organisation,
        role=actor.role, subject=f"report/{built.name}", data=data, objects=(pdf, html, model),
    )  # fmt: skip
    log.refuse_early(workspace, snapshot.pack, [event])
    workspace.objects.put_many(bodies)
    return log.append(workspace, snapshot.pack, [event], clock=clock)[0]


def issued(workspace: Workspace, realm: Realm) -> pl.DataFrame:
    """Return the issued reports of a realm: event, report, kind, lang, vintage, as_of, file_hash, released_at, by."""
    events = log.events(workspace, realm, types=["report.released"])
    rows = [
        {"event": row["seq"], **msgspec.structs.asdict(_said(row["data"])), "released_at": row["recorded_at"], "by": row["actor"]}
        for row in events.iter_rows(named=True)
    ]  # fmt: skip
    schema: dict[str, pl.DataType] = {"event": pl.Int64(), **dict.fromkeys(Issued.__struct_fields__, pl.String())}
    schema["vintage"] = pl.Int64()
    schema |= {"released_at": pl.Datetime("us", "UTC"), "by": pl.String()}
    return pl.DataFrame(rows, schema=schema)


def verify(workspace: Workspace, realm: Realm, report: str) -> comparing.Comparison:
    """Build an issued report again from its vintage and compare model and file with the stored ones.

    The rebuilt one is signed as the issued one was, with the software and lock of its day: what must be the same is what
    it says. Under another compute version it says so as a difference.

    Raises:
        Refused: XQ-REPORT-102 when no report of that name was issued.
    """
    events = log.events(workspace, realm, types=["report.released"])
    said = next((s for data in reversed(events["data"].to_list()) if (s := _said(data)).report == report), None)
    if said is None:
        raise Refused(_not_issued(report))
    snapshot = take(workspace, realm, said.vintage, as_of=dt.date.fromisoformat(said.as_of))
    model = workspace.objects.get(said.model_hash)
    was = read_model(model).edition
    edition = msgspec.structs.replace(edition_of(snapshot), software=was.software, lock_sha256=was.lock_sha256)
    again = build(snapshot, said.kind, lang=said.lang, edition=edition)
    return comparing.compare(
        model, again.model,
        old_file=workspace.objects.get(said.file_hash), new_file=again.pdf,
    )  # fmt: skip


def _said(data: str) -> Issued:
    return msgspec.json.decode(data, type=Issued)


def edition_of(snapshot: Snapshot) -> Edition:
    """Return what a report of this snapshot is computed from."""
    return Edition(
        realm=snapshot.realm,
        vintage=snapshot.vintage,
        vintage_on=snapshot.vintage_on,
        as_of=snapshot.as_of,
        head_seq=snapshot.vintage,
        head_sha256=snapshot.head_hash,
        pack_id=snapshot.pack.info.id,
        pack_version=snapshot.pack.info.version,
        pack_sha256=snapshot.pack.sha256,
        software=software(),
        lock_sha256=lock_sha256(),
        compute_version=str(COMPUTE_VERSION),
    )


def _bulletin(snapshot: Snapshot, edition: Edition) -> Report:
    current = statistical_return.current(snapshot.submissions)
    rows = _noted_rows(snapshot, current) if snapshot.realm is Realm.PUBLISHED else None
    return bulletin_model(
        snapshot.pack,
        snapshot.figures,
        snapshot.lamps,
        current.select("area", "form", "period"),
        edition=edition,
        index=snapshot.index,
        facts=snapshot.facts,
        provenance=None if rows is None else provenance_of(rows),
    )


def _noted_rows(snapshot: Snapshot, current: pl.DataFrame) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=dict.fromkeys(_NOTED, pl.String))]
    for (form,), mine in current.partition_by("form", as_dict=True).items():
        rows = rows_of(snapshot.workspace, snapshot.realm, str(form), mine)
        parts.append(rows.with_columns(form=pl.lit(str(form))).select(_NOTED))
    return pl.concat(parts).filter(pl.col("note") != "")


def _major_matters(snapshot: Snapshot, edition: Edition) -> Report:
    return major_matters_model(
        snapshot.pack,
        snapshot.recent_matters,
        snapshot.difficulties,
        snapshot.figures,
        edition=edition,
        facts=snapshot.facts,
    )


def _quality(snapshot: Snapshot, edition: Edition) -> Report:
    issuer = snapshot.pack.organisations[snapshot.pack.root].name
    return quality_model(snapshot.pack, measure(snapshot), edition=edition, issuer=issuer)


_MODELS: dict[str, Callable[[Snapshot, Edition], Report]] = {
    "bulletin": _bulletin, "major_matters": _major_matters, "quality": _quality,
}  # fmt: skip


def _unknown_kind(kind: str) -> Problem:
    return Problem(
        code="XQ-REPORT-101",
        what=Text(f"没有“{kind}”这种报告", f"there is no report of kind {kind!r}"),
        fix=Text(
            "可编制：bulletin（公报）、major_matters（重大事项）、quality（质量报告）",
            "build bulletin, major_matters or quality",
        ),
    )


def _not_issued(report: str) -> Problem:
    return Problem(
        code="XQ-REPORT-102",
        what=Text(f"未签发过报告 {report}", f"report {report} was never issued"),
        where=Where(subject=report),
        fix=Text("查看已签发的报告：xinqu report list", "see what was issued: xinqu report list"),
    )
