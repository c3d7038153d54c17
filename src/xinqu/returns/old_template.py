"""Maps a return on a template of an earlier version of its form into the version in force, or refuses it item by item."""

from fractions import Fraction

import msgspec

from xinqu.policy import form_versions
from xinqu.policy.form_versions import Fate
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns import faults, values
from xinqu.returns.document import Cell
from xinqu.returns.number_cells import Context
from xinqu.returns.rows import Row, missing_row
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.truth import ValueState

MAPPING = "form_mapping"  # key of a value's note: where it stood in the template


def mapped(
    context: Context, rows: list[Row], cells: dict[str, Cell], form: Form
) -> tuple[list[Row], dict[str, Cell], tuple[str, ...]]:
    """Return rows and cells as ``form`` has them, and the mappings used, such as ``hq@1 hq_dues -> hq@2 hq_fees``.

    ``context.form`` is the version of the template, ``form`` a later one. A value of an item that was removed or redefined
    is a problem (XQ-RETURN-038): it is not what the form asks for now.
    """
    fates = form_versions.fates(context.pack, form.id, old=context.form.version, new=form.version)
    taken: dict[str, Row] = {}
    places: dict[str, Cell] = {}
    used: list[str] = []
    for row in rows:
        old = str(row["item"])
        fate = fates[old]
        if fate.broken_by is not None:
            if row["state"] != ValueState.MISSING:
                context.problems.append(_refused(context, cells.get(old), old, fate, form))
            continue
        if old in cells:
            places[fate.code] = cells[old]
        if fate.code == old and fate.factor == 1:
            taken[old] = row
            continue
        name = f"{form.id}@{context.form.version} {old} -> {form.id}@{form.version} {fate.code}"
        if row["state"] != ValueState.MISSING:
            used.append(name)
        taken[fate.code] = _carried(row, fate, name)
    whole = [taken.get(item.code) or missing_row(context, item.code) for item in form.items]
    return whole, places, tuple(used)


def _carried(row: Row, fate: Fate, name: str) -> Row:
    note = msgspec.json.decode(row["note"]) if row["note"] else {}
    if row["state"] != ValueState.MISSING:
        note[MAPPING] = name
    said = canonical_json(note).decode() if note else ""
    return {
        **row,
        "item": fate.code,
        **{key: _times(row[key], fate.factor) for key in ("value", "half_digit")},
        "note": said,
    }


def _times(text: str | None, factor: Fraction) -> str | None:
    """Return a canonical number times a factor that ``policy check`` found to be finite; texts have the factor 1."""
    return text if text is None or factor == 1 else values.exact_text(Fraction(text) * factor)


def _refused(context: Context, cell: Cell | None, old: str, fate: Fate, form: Form) -> Problem:
    change = fate.broken_by
    where = Where(file=context.raw.filename, sheet=cell.sheet if cell else "", cell=cell.cell if cell else "")
    removed = change is None or change.what == "removed"
    return faults.not_carried(
        where, old=f"{form.id}@{context.form.version} {old}", new="" if removed else f"{form.id}@{form.version} {fate.code}",
        note=change.note if change else None,
    )  # fmt: skip


def under_present_codes(pack: Pack, form: Form, cells: dict[str, Cell]) -> dict[str, Cell]:
    """Return the cells of a return of an earlier period under today's codes too: findings and traces name these."""
    current = pack.forms[form.id].version
    if form.version == current:
        return cells
    fates = form_versions.fates(pack, form.id, old=form.version, new=current)
    return cells | {fate.code: cells[old] for old, fate in fates.items() if fate.code and old in cells}
