"""One figure walked back: formula, inputs, returns and hands, checks, origin, sentences; closed steps say so."""

from collections.abc import Callable
from typing import Any

import msgspec
import polars as pl

from xinqu.engines.context import build_context
from xinqu.expressions.explain import explain
from xinqu.indicators.formulas import Formula, formula_of
from xinqu.policy import model as policy
from xinqu.spine.pages import reading
from xinqu.spine.pages.model import AreaRef, Figure, Frame, IndicatorRef, Query, Row, Sight, SnapshotLike
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text

HANDS = ("submitted", "co_checked", "area_approved", "province_approved", "accepted")
_STEPS: dict[str, Callable[[Period], Period]] = {"prev": Period.prev, "ly": Period.last_year}


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One input of the formula as it was filed, in the form's unit; ``value`` is text for codes and flags.

    ``column`` is the item's code, or the call (``prev(x)``) that reads it from another row; ``note`` is what the
    source row says (source address, quoted phrase, sources not taken).
    """

    column: str
    item: str
    name: Text
    unit_name: Text
    period: str
    value: float | str | None
    unknown: str
    half: float
    scope: str
    origin: str
    form: str
    submission: str
    sheet: str
    cell: str
    note: dict[str, Any]


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what with a return, by which event."""

    step: str
    account: str
    at: str
    event: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A return that stands behind the figure."""

    form: str
    name: Text
    period: str
    version: int
    kind: str
    content_sha256: str
    file_sha256: str
    file_name: str
    hands: tuple[Hand, ...]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A check on such a return that does not hold or could not be evaluated."""

    check: str
    form: str
    level: str
    verdict: str
    message: Text
    reason: str


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of the policy that the indicator serves."""

    sentence: policy.Sentence
    zh_seen: bool


class TraceView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one figure. ``open_records`` is False when the reader may see the figure and not its returns."""

    frame: Frame
    indicator: IndicatorRef
    area: AreaRef
    figure: Figure
    formula: str
    in_words: Text
    rule: policy.Indicator
    inputs: tuple[Input, ...]
    records: tuple[Record, ...]
    findings: tuple[Finding, ...]
    clauses: tuple[Clause, ...]
    articles: tuple[int, ...]
    unusable: tuple[tuple[str, Text, str], ...]
    earlier: str
    later: str
    open_records: bool


def read(
    snapshot: SnapshotLike, query: Query, sight: Sight, *, wanted: FigureId, open_object: Callable[[str], bytes]
) -> TraceView | None:
    """Return the trace of a figure; None when it does not exist or lies outside the reader's sight.

    ``open_object`` gives the bytes of a stored object by its SHA-256 (cell maps and rows of the returns).
    """
    pack, area, period = snapshot.pack, wanted.area, str(wanted.period)
    indicator = pack.indicators.get(wanted.indicator)
    if indicator is None or area not in sight.figures:
        return None
    everything = msgspec.structs.replace(query, period="", scope="")
    history = reading.series(snapshot, everything, sight, indicators=[indicator.id], areas=[area])
    own = reading.of_frequency(history.get((indicator.id, area), ()), wanted.period.frequency)
    place = next((n for n, figure in enumerate(own) if figure.period == period), None)
    formula = formula_of(pack, indicator.id, wanted.period)
    if place is None or formula is None:
        return None
    is_open = area in sight.returns
    behind = _submissions(snapshot, area, formula, wanted.period) if is_open else []
    names = {item.code: item.name for item in pack.items.values()}
    return TraceView(
        frame=reading.frame_of(snapshot, query),
        indicator=reading.indicator_ref(pack, indicator),
        area=reading.area_ref(pack.areas[area]),
        figure=own[place],
        formula=formula.expression.text,
        in_words=Text(explain(formula.expression, names, "zh"), explain(formula.expression, names, "en")),
        rule=indicator,
        inputs=_inputs(snapshot, formula, area, wanted.period, behind, open_object) if is_open else (),
        records=tuple(_record(snapshot, row) for row in behind),
        findings=_findings(snapshot, behind),
        clauses=_clauses(snapshot, indicator.id),
        articles=tuple(indicator.articles),
        unusable=_unusable(snapshot, own[place]),
        earlier=own[place - 1].period if place else "",
        later=own[place + 1].period if place + 1 < len(own) else "",
        open_records=is_open,
    )


class _Read(msgspec.Struct, frozen=True):
    """An item that the formula reads, and the period of the return it stands in."""

    column: str
    item: str
    period: str


def _reads(formula: Formula, period: Period) -> list[_Read]:
    reads = [_Read(item, item, str(period)) for item in formula.expression.own_items]
    for call in formula.expression.context:
        step = _STEPS.get(call.function)
        when = str(step(period)) if step else str(period)
        reads += [_Read(call.column, item, when) for item in call.argument.own_items]
    return reads


def _fact(snapshot: SnapshotLike, form: str, area: str, period: str) -> Row:
    frame = snapshot.facts.get(form)
    if frame is None:
        return {}
    rows = frame.filter(pl.col("area") == area, pl.col("sub_unit") == "", pl.col("period") == period)
    return rows.row(0, named=True) if rows.height else {}


def _submissions(snapshot: SnapshotLike, area: str, formula: Formula, period: Period) -> list[Row]:
    """Return the submissions that the inputs stand in, by form and period."""
    pack = snapshot.pack
    places = {(pack.form_of_item[read.item], read.period) for read in _reads(formula, period)}
    hashes = {_fact(snapshot, form, area, when).get("submission") for form, when in sorted(places)}
    rows = snapshot.submissions.filter(pl.col("area") == area, pl.col("content_hash").is_in(list(hashes - {None})))
    return list(rows.sort("form", "period").iter_rows(named=True))


def _inputs(
    snapshot: SnapshotLike,
    formula: Formula,
    area: str,
    period: Period,
    behind: list[Row],
    open_object: Callable[[str], bytes],
) -> tuple[Input, ...]:
    cells = {row["content_hash"]: msgspec.json.decode(open_object(row["cells_hash"])) for row in behind}
    notes = {row["content_hash"]: _notes(open_object(row["rows_hash"])) for row in behind}
    called = _called(snapshot, formula, area, period)
    return tuple(_input(snapshot, read, area, cells, notes, called) for read in _reads(formula, period))


def _called(snapshot: SnapshotLike, formula: Formula, area: str, period: Period) -> Row:
    """Return the values of calls that no single cell holds, such as ``latest(x)`` and ``sub_sum(x)``."""
    if all(call.function in _STEPS for call in formula.expression.context):
        return {}
    keys = pl.DataFrame({"area": [area], "sub_unit": [""], "period": [str(period)]})
    frame = build_context(snapshot.pack, snapshot.facts, formula.forms[0], [formula.expression], keys=keys)
    return frame.row(0, named=True)


def _notes(body: bytes) -> dict[str, dict[str, Any]]:
    rows = pl.read_parquet(body, columns=["item", "note"]).filter(pl.col("note").fill_null("") != "")
    return {item: msgspec.json.decode(note) for item, note in rows.iter_rows()}


def _input(
    snapshot: SnapshotLike,
    read: _Read,
    area: str,
    cells: dict[str, dict[str, tuple[str, str]]],
    notes: dict[str, dict[str, dict[str, Any]]],
    called: Row,
) -> Input:
    pack, item = snapshot.pack, read.item
    form = pack.form_of_item[item]
    fact = _fact(snapshot, form, area, read.period)
    submission = fact.get("submission") or ""
    sheet, cell = cells.get(submission, {}).get(item, ("", ""))
    value = called[read.column] if read.column in called else fact.get(item)
    state = fact.get(f"{item}#state") or "missing"
    unit = pack.units.get(pack.items[item].unit)
    return Input(
        column=read.column,
        item=item,
        name=pack.items[item].name,
        unit_name=unit.name if unit else Text(pack.items[item].unit, pack.items[item].unit),
        period=read.period,
        value=str(value) if isinstance(value, bool) else value,
        unknown="" if value is not None else called.get(f"{read.column}#why") or state,
        half=fact.get(f"{item}#half") or 0.0,
        scope=fact.get(f"{item}#scope") or "",
        origin=fact.get(f"{item}#origin") or "",
        form=form,
        submission=submission,
        sheet=sheet,
        cell=cell,
        note=notes.get(submission, {}).get(item, {}),
    )


def _record(snapshot: SnapshotLike, row: Row) -> Record:
    return Record(
        form=row["form"],
        name=snapshot.pack.forms[row["form"]].name,
        period=row["period"],
        version=row["version"],
        kind=row["kind"],
        content_sha256=row["content_hash"],
        file_sha256=row["file_hash"],
        file_name=row["file_name"] or "",
        hands=tuple(
            Hand(step=step, account=row[f"{step}_by"], at=row[f"{step}_at"], event=row[f"{step}_event"])
            for step in HANDS
            if row[f"{step}_event"] is not None
        ),
    )


def _findings(snapshot: SnapshotLike, behind: list[Row]) -> tuple[Finding, ...]:
    if not behind:
        return ()
    rows = snapshot.findings.filter(
        pl.col("submission").is_in([row["content_hash"] for row in behind]), pl.col("area") == behind[0]["area"]
    )
    return tuple(_finding(snapshot, row) for row in rows.iter_rows(named=True))


def _finding(snapshot: SnapshotLike, row: Row) -> Finding:
    written = snapshot.pack.checks.get(row["check"])
    return Finding(
        check=row["check"],
        form=row["form"],
        level=row["level"],
        verdict=row["verdict"],
        message=written.message if written else Text(row["check"], row["check"]),
        reason=row["reason"] or "",
    )


def _clauses(snapshot: SnapshotLike, indicator: str) -> tuple[Clause, ...]:
    pack = snapshot.pack
    ids = [measure.id for measure in pack.measures.values() if indicator in measure.indicators]
    return tuple(Clause(sentence=pack.sentences[i], zh_seen=pack.sentences[i].zh_status == "seen") for i in ids)


def _unusable(snapshot: SnapshotLike, figure: Figure) -> tuple[tuple[str, Text, str], ...]:
    """Return the inputs that were not usable: column, name, and the reason or scope version that the detail gives."""
    if not figure.unknown or not figure.detail:
        return ()
    told = msgspec.json.decode(figure.detail)
    items = snapshot.pack.items
    return tuple(
        (column, items[column].name if column in items else Text(column, column), str(reason))
        for column, reason in told.get("inputs", told).items()
    )
