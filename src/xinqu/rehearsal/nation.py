"""Generates the nation: twenty forms, nineteen areas, five years and a bit, from one seed."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.rehearsal.calendar import MergedCalendar, merged_calendar
from xinqu.rehearsal.calibrate import anchors
from xinqu.rehearsal.draws import Draws
from xinqu.rehearsal.economy import grow
from xinqu.rehearsal.filled import FILLERS, SCOPE_ITEM, fill, wide_frame
from xinqu.rehearsal.grid import Grid, lay_grid, owed_columns
from xinqu.rehearsal.mistakes import plant
from xinqu.rehearsal.profiles import read_cycle, read_profiles
from xinqu.rehearsal.stories import Stories, tell
from xinqu.rehearsal.territory import settle
from xinqu.rehearsal.timeliness import hand_in
from xinqu.rehearsal.truth import Truth, known_truth
from xinqu.rehearsal.world import World
from xinqu.vocabulary.periods import Period

AS_OF = dt.date(2026, 11, 16)
FIRST_YEAR = 2021


@dataclass(frozen=True)
class Nation:
    """A generated nation. All values are simulated.

    forms: form id -> wide frame (area, sub_unit, period, items) of the values that stand in the end: the last version
        of each return. A null cell has its state in ``states``. A return that never comes has no row.
    returns: one row per return that is owed: form, area, sub_unit, period, scope, scope_key, due, provisional, filed
        (``on_time`` | ``late`` | ``very_late`` | ``never``), versions (1, or 2 after a return sent back).
    states: form, area, sub_unit, period, item, state of each cell that holds no value.
    planted: what was planted: form, area, sub_unit, period, item, kind, wrong, right, check (see ``mistakes.KINDS``).
    truth: what estimators should find.
    """

    seed: int
    scale: int
    as_of: dt.date
    pack_sha256: str
    forms: dict[str, pl.DataFrame]
    returns: pl.DataFrame
    states: pl.DataFrame
    planted: pl.DataFrame
    truth: Truth
    calendar: MergedCalendar


def generate(
    pack: Pack,
    seed: int,
    *,
    scale: int = 1,
    first_year: int = FIRST_YEAR,
    as_of: dt.date = AS_OF,
    calibration: pl.DataFrame | None = None,
) -> Nation:
    """Generate a nation for the area forms of ``pack``.

    Args:
        seed: the only source of chance; the same seed gives the same frames.
        scale: rows per area and period: the area itself and ``scale - 1`` sub-units (``u1``, ``u2``, ...), of which
            the area reports the exact sum.
        first_year: January of this year is the first month; annual forms start with it too.
        as_of: a period is in when its due day has passed on this day.
        calibration: published cells (area, item, period, value) that must come out as published; items of
            ``calibrate.CALIBRATED_ITEMS``, others are passed over.
    """
    calendar = merged_calendar(pack, first_year, as_of.year)
    grid = lay_grid(pack, first_year, as_of)
    draws = Draws(seed, len(grid.areas))
    stories = tell(grid, draws)
    world = _build(grid, draws, stories, calibration)
    units = _units(world, scale) if scale > 1 else None
    subs = [f"u{n}" for n in range(1, scale)]
    labels = (
        [*grid.areas, *(area for area in grid.areas for _ in subs)],
        ["" for _ in grid.areas] + subs * len(grid.areas),
    )
    known = [form for form in pack.area_forms if form.id in FILLERS]
    owed = {form.id: owed_columns(form, grid, as_of, calendar.calendar) for form in known}
    complete = {form.id: _frame(form, grid, world, units, labels, owed[form.id]) for form in known}
    states = _blank_states(complete)
    returns = hand_in(complete, grid, draws, stories, owed, calendar.calendar)
    planting = plant(pack, complete, returns, states, grid, draws, stories)
    return Nation(
        seed=seed,
        scale=scale,
        as_of=as_of,
        pack_sha256=pack.sha256,
        forms=planting.forms,
        returns=planting.returns,
        states=planting.states,
        planted=planting.planted,
        truth=known_truth(grid, world, complete),
        calendar=calendar,
    )


def _build(grid: Grid, draws: Draws, stories: Stories, calibration: pl.DataFrame | None) -> World:
    profile = read_profiles(list(grid.areas), draws)
    first = [row[0] for row in grid.scopes]
    profile["land_km2"] = np.array([float(scope.km2_land) for scope in first])
    profile["sea_km2"] = np.array([float(scope.km2_sea or 0) for scope in first])
    economy = grow(grid, draws, profile, anchors(calibration, grid), stories)
    return World(
        grid=grid,
        draws=draws,
        profile=profile,
        cycle=read_cycle(range(grid.first_year, grid.first_year + grid.years)),
        economy=economy,
        territory=settle(grid, draws, profile, stories),
        stories=stories,
        land_ratio=grid.land_ratio(),
        unit_area=np.arange(len(grid.areas)),
        unit_share=np.ones(len(grid.areas)),
    )


def _units(world: World, scale: int) -> World:
    """Cut each area into ``scale - 1`` sub-units of lasting, uneven shares that add up to it."""
    parts = scale - 1
    raw = world.draws.stream("sub_units").uniform(0.4, 1.6, (world.draws.areas, parts))
    share = raw / raw.sum(axis=1, keepdims=True)
    return replace(world, unit_area=np.repeat(np.arange(world.draws.areas), parts), unit_share=share.reshape(-1))


def _frame(
    form: Form,
    grid: Grid,
    world: World,
    units: World | None,
    labels: tuple[list[str], list[str]],
    owed: list[tuple[int, Period, dt.date]],
) -> pl.DataFrame:
    columns, periods = [column for column, _, _ in owed], [period for _, period, _ in owed]
    frame = wide_frame(form, fill(form, world, units), labels, columns, periods)
    if SCOPE_ITEM not in frame.columns:
        return frame
    rows = {area: row for row, area in enumerate(grid.areas)}
    codes = [grid.scope_of(rows[area], period).scope for area in labels[0] for period in periods]
    return frame.with_columns(pl.Series(SCOPE_ITEM, codes, dtype=pl.String))


def _blank_states(forms: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the state of each null cell: what an area does not have is not applicable."""
    key = ["area", "sub_unit", "period"]
    blanks = [
        frame.filter(pl.col(item).is_null()).select(
            pl.lit(form).alias("form"), *key, pl.lit(item).alias("item"), pl.lit("not_applicable").alias("state")
        )
        for form, frame in forms.items()
        for item in frame.columns
        if item not in key and frame[item].null_count()
    ]
    schema = dict.fromkeys(("form", *key, "item", "state"), pl.String)
    return pl.concat([pl.DataFrame(schema=schema), *blanks])
