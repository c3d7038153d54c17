"""The record returns of a nation: small registers of its last periods, and when each return is handed in."""

from dataclasses import dataclass

import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.rehearsal.draws import Draws
from xinqu.rehearsal.grid import lay_grid, owed_columns
from xinqu.rehearsal.nation import Nation
from xinqu.rehearsal.records.pipeline import projects
from xinqu.rehearsal.records.registers import REGISTERS
from xinqu.rehearsal.stories import tell
from xinqu.rehearsal.timeliness import hand_in
from xinqu.returns.document import ReturnDocument
from xinqu.returns.record_bulk import build_record_documents

EACH = 40  # records of an area and period, save for projects, of which there are as many as xm2 reports
_PERIODS = 2  # so that checks against the period before have something to read
_YEARS = 3  # hold two annual periods whose due day has passed
_TIED = ("xr2", "xm2")


@dataclass(frozen=True)
class Registers:
    """Record returns of a nation; all values are simulated.

    frames: record form id -> ``area, period`` and typed items, one row per record.
    returns: as ``Nation.returns``, one row per record return, each with one version.
    """

    frames: dict[str, pl.DataFrame]
    returns: pl.DataFrame


def registers_of(pack: Pack, nation: Nation, *, each: int = EACH) -> Registers:
    """Return the record returns of the last periods whose due day has passed.

    Projects (xr2) add up to what the areas report of them (``pipeline.projects``). The other registers are samples: an
    area's enterprises, cases, inspections and parcels run into the ten thousands, so that xa2, xq2 and xa4 are not
    their sums.
    """
    grid = lay_grid(pack, nation.as_of.year + 1 - _YEARS, nation.as_of)
    draws = Draws(nation.seed, len(grid.areas))
    calendar = nation.calendar.calendar
    forms = [form for form in pack.forms.values() if form.id in REGISTERS]
    owed = {form.id: owed_columns(form, grid, nation.as_of, calendar)[-_PERIODS:] for form in forms}
    frames = {
        form.id: pl.concat(
            _records(nation, form, area, str(period), each) for area in grid.areas for _, period, _ in owed[form.id]
        )
        for form in forms
        if owed[form.id]
    }
    keys = {form: _keys(frame) for form, frame in frames.items()}
    return Registers(frames, hand_in(keys, grid, draws, tell(grid, draws), owed, calendar))


def record_documents(pack: Pack, registers: Registers) -> dict[tuple[str, str, str, str, int], ReturnDocument]:
    """Return the documents by (form, area, sub_unit, period, version), each with the scope of its period."""
    found: dict[tuple[str, str, str, str, int], ReturnDocument] = {}
    for form, frame in registers.frames.items():
        scopes = registers.returns.filter(form=form).select("area", "period", "scope")
        scoped = frame.join(scopes, on=["area", "period"], how="left", maintain_order="left")
        for (scope,), part in scoped.partition_by("scope", as_dict=True, include_key=False).items():
            for document in build_record_documents(pack, pack.forms[form], part, scope=str(scope)):
                header = document.header
                found[form, header.area, header.sub_unit, header.period, 1] = document
    return found


def _records(nation: Nation, form: Form, area: str, period: str, each: int) -> pl.DataFrame:
    register, progress = _TIED
    if form.id == register and progress in nation.truth.complete:
        return projects(nation.truth.complete[progress], area, period, nation.seed)
    return REGISTERS[form.id](area, period, each, nation.seed)


def _keys(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("area", pl.lit("").alias("sub_unit"), "period").unique(maintain_order=True)
