"""Walks one figure back: from the figure over its formula and items to file, cell and source, and the hands between."""

import datetime as dt
import json

import msgspec
import polars as pl

from xinqu.indicators.trace import derive_trace
from xinqu.indicators.trace_model import Filed, Trace
from xinqu.returns.canonical import from_parquet
from xinqu.returns.document import cell_map_from_json
from xinqu.shapes import statistical_return
from xinqu.spine.snapshot import Snapshot
from xinqu.vocabulary.identifiers import FigureId

_HANDS = ("submitted", "co_checked", "edited", "area_approved", "province_approved", "accepted")


class Hand(msgspec.Struct, frozen=True):
    """One person's act on a return: the step, the account, when, and the number of its event."""

    step: str
    account: str
    at: dt.datetime
    event: int


class Handled(msgspec.Struct, frozen=True):
    """A return behind the figure with everyone who touched it.

    ``submission`` is the hash of its content, ``revision`` the reason code of a correction ("" for none).
    """

    submission: str
    form: str
    period: str
    version: int
    kind: str
    file_name: str
    file_hash: str
    hands: tuple[Hand, ...]
    revision: str = ""


class Walk(msgspec.Struct, frozen=True):
    """A trace in the log: what was computed from what, at which event, under which pack, and by whose hands."""

    realm: str
    vintage: int
    as_of: dt.date
    head_hash: str
    pack_id: str
    pack_version: str
    pack_sha256: str
    trace: Trace
    returns: tuple[Handled, ...]


def trace(snapshot: Snapshot, figure: FigureId) -> Walk:
    """Return the walk of ``figure`` in ``snapshot``; nothing of it is stored, all of it is derived again.

    Raises:
        Refused: XQ-FIGURE-001 to -003 when there is no such figure.
    """
    bare = derive_trace(snapshot.pack, snapshot.facts, figure, as_of=snapshot.as_of, findings=snapshot.findings)
    involved = {entry.submission for entry in bare.inputs if entry.submission}
    current = statistical_return.current(snapshot.submissions)
    rows = list(current.filter(pl.col("content_hash").is_in(list(involved))).iter_rows(named=True))
    filed = {row["content_hash"]: _filed(snapshot, row) for row in rows}
    derived = derive_trace(
        snapshot.pack, snapshot.facts, figure, as_of=snapshot.as_of, filed=filed, findings=snapshot.findings
    )
    return Walk(
        realm=snapshot.realm,
        vintage=snapshot.vintage,
        as_of=snapshot.as_of,
        head_hash=snapshot.head_hash,
        pack_id=snapshot.pack.info.id,
        pack_version=snapshot.pack.info.version,
        pack_sha256=snapshot.pack.sha256,
        trace=derived,
        returns=tuple(_handled(row) for row in rows),
    )


def _filed(snapshot: Snapshot, row: dict[str, str]) -> Filed:
    objects = snapshot.workspace.objects
    _, rows = from_parquet(objects.get(row["rows_hash"]))
    noted = rows.filter(pl.col("note") != "")
    return Filed(
        kind=row["kind"],
        filename=row["file_name"],
        file_sha256=row["file_hash"],
        cells=cell_map_from_json(objects.get(row["cells_hash"])),
        notes=dict(zip(noted["item"].to_list(), noted["note"].to_list(), strict=True)),
    )


def _handled(row: dict[str, object]) -> Handled:
    hands = tuple(
        Hand(step, str(row[f"{step}_by"]), row[f"{step}_at"], row[f"{step}_event"])  # type: ignore[arg-type]  # typed frame
        for step in _HANDS
        if row[f"{step}_by"] is not None
    )
    return Handled(
        submission=str(row["content_hash"]),
        form=str(row["form"]),
        period=str(row["period"]),
        version=int(str(row["version"])),
        kind=str(row["kind"]),
        file_name=str(row["file_name"]),
        file_hash=str(row["file_hash"]),
        hands=hands,
        revision=str(row["revision"] or ""),
    )


def as_json(walk: Walk) -> str:
    """Return the walk as indented JSON text."""
    return json.dumps(json.loads(msgspec.json.encode(walk)), ensure_ascii=False, indent=2)
