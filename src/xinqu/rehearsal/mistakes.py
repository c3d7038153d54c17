"""Plants mistakes that are sent back and corrected, a missing return, a hidden cell, and warnings that need a word."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from xinqu.policy.model import Check
from xinqu.policy.pack import Pack
from xinqu.rehearsal.draws import Draws
from xinqu.rehearsal.grid import Grid
from xinqu.rehearsal.stories import FALLS_WITH, Stories
from xinqu.vocabulary.periods import Frequency

KEY = ["form", "area", "sub_unit", "period"]
KINDS = {
    "x10": "a digit too many: a check warns, sent back, corrected",
    "unit_yuan": "entered in yuan instead of 万元: a check warns, sent back, corrected",
    "unit_yi": "entered in 亿元 instead of 万元: a check warns, sent back, corrected",
    "identity_break": "a part above its whole where a check only warns: sent back, corrected",
    "refused_identity": "a part above its whole where a check refuses: turned away at the door, handed in right",
    "refused_missing": "a required cell left empty: turned away at the door, handed in right",
    "late": "handed in within the days of grace",
    "very_late": "handed in after the days of grace",
    "missing_return": "never handed in",
    "suppressed_cell": "hidden because few enterprises stand behind it",
    "explained_warning": "true, but a check warns: explained by the filer",
}
CORRECTED = ("x10", "unit_yuan", "unit_yi", "identity_break")  # version 1 is wrong, version 2 right
REFUSED = ("refused_identity", "refused_missing")  # never stored: the first version that is stored is right
HIDDEN_ITEM = "xa3_tech_contract"
OVER_CAP_CHECK = "xa4_con_total <= xa4_con_cap"
# tries; those that hit an area and year already taken are dropped
_TRIES = {
    "x10": 24,
    "unit_yuan": 12,
    "unit_yi": 12,
    "identity_break": 16,
    "refused_identity": 16,
    "refused_missing": 16,
}
_FACTOR = {"x10": 10.0, "unit_yuan": 10_000.0, "unit_yi": 0.0001}
_PART = re.compile(r"(\w+) <= (\w+)")
_LIKE_LAST_YEAR = re.compile(r"(?:near\((\w+), ly\(\1\)|ly\((\w+)\) <= 0 OR \2 BETWEEN)")
_WORD = re.compile(r"[a-z]\w+")


@dataclass(frozen=True)
class Planting:
    """The frames of a nation after planting (see ``Nation``)."""

    forms: dict[str, pl.DataFrame]
    returns: pl.DataFrame
    states: pl.DataFrame
    planted: pl.DataFrame


@dataclass(frozen=True)
class _Site:
    """A place where a mistake of some kind is sure to be seen: an item, the check that sees it, the whole it belongs to."""

    form: str
    item: str
    check: str
    whole: str = ""


def plant(
    pack: Pack,
    forms: dict[str, pl.DataFrame],
    returns: pl.DataFrame,
    states: pl.DataFrame,
    grid: Grid,
    draws: Draws,
    stories: Stories,
) -> Planting:
    """Plant everything; ``forms`` keep their true values, wrong ones stand in ``planted`` only."""
    rows = [*_slips(pack, forms, returns, grid, draws), *_explained(pack, forms, grid, stories)]
    planted = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    hidden = _hidden_cell(forms, grid, stories)
    planted = pl.concat([planted, hidden, _by_timeliness(returns)]).sort(*KEY, "item", "kind")
    corrected = planted.filter(pl.col("kind").is_in(CORRECTED)).select(KEY).unique()
    versions = returns.join(
        corrected.with_columns(two=pl.lit(2).cast(pl.Int64)), on=KEY, how="left", maintain_order="left"
    )
    returns = versions.with_columns(pl.coalesce("two", "versions").alias("versions")).drop("two")
    return Planting(_accepted(forms, hidden, returns), returns, _all_states(states, hidden), planted)


_SCHEMA = {
    **dict.fromkeys([*KEY, "item", "kind"], pl.String),
    "wrong": pl.Float64,
    "right": pl.Float64,
    "check": pl.String,
}


def _sites(pack: Pack, forms: dict[str, pl.DataFrame]) -> dict[str, list[_Site]]:
    """Read the checks for places where each kind of mistake is seen, and by nothing that refuses the return.

    A value that is too large is refused only by an error check that reads it other than as the whole of a part, one
    that is too small only by a check that reads it other than as a part.
    """
    checks = [c for c in pack.checks.values() if c.form in forms]
    errors = [c for c in checks if c.level == "error"]
    may_rise = _only_as(errors, 2)
    may_fall = _only_as(errors, 1)
    yearly = [(c, _LIKE_LAST_YEAR.match(c.expression)) for c in checks if c.level == "warning"]
    compared = [_Site(c.form, m[1] or m[2], c.id) for c, m in yearly if m]
    money = [site for site in compared if pack.items[site.item].unit == "wan_yuan"]
    required = [
        _Site(form, item.code, f"{item.code}_req")
        for form in forms
        for item in pack.forms[form].items
        if item.required and item.type == "decimal"
    ]
    return {
        "x10": [site for site in compared if may_rise(site.item)],
        "unit_yuan": [site for site in money if may_rise(site.item)],
        "unit_yi": [site for site in money if may_fall(site.item)],
        "identity_break": [site for site in _parts(checks, "warning", forms) if may_rise(site.item)],
        "refused_identity": _parts(checks, "error", forms),
        "refused_missing": required,
    }


def _parts(checks: Iterable[Check], level: str, forms: dict[str, pl.DataFrame]) -> list[_Site]:
    """Return part and whole of the checks that say just that, both on one form."""
    matches = [(c, _PART.fullmatch(c.expression)) for c in checks if c.level == level]
    return [_Site(c.form, m[1], c.id, m[2]) for c, m in matches if m and {m[1], m[2]} <= set(forms[c.form].columns)]


def _only_as(errors: Iterable[Check], side: int) -> Callable[[str], bool]:
    """Return a test: every error check that reads an item reads it as this side of ``part <= whole`` (1 or 2)."""
    other: set[str] = set()
    for check in errors:
        match = _PART.fullmatch(check.expression)
        read = set(_WORD.findall(check.expression))
        other |= read - {match[side]} if match else read
    return lambda item: item not in other


def _slips(
    pack: Pack, forms: dict[str, pl.DataFrame], returns: pl.DataFrame, grid: Grid, draws: Draws
) -> list[tuple[object, ...]]:
    """Draw the mistakes; an area makes one in a year, so that each is judged beside returns that are right."""
    sites = _sites(pack, forms)
    stream = draws.stream("mistakes")
    never = returns.filter(pl.col("filed") == "never").select("area", pl.col("period").str.slice(0, 4))
    taken: set[tuple[object, ...]] = set(never.iter_rows())
    rows = []
    for kind, wanted in _TRIES.items():
        for _ in range(wanted if sites[kind] else 0):
            site = sites[kind][int(stream.integers(len(sites[kind])))]
            row = _slip(kind, site, forms[site.form], grid, stream)
            place = (row[1], str(row[3])[:4]) if row else ()
            if row and place not in taken:
                taken.add(place)
                rows.append(row)
    return rows


def _slip(
    kind: str, site: _Site, frame: pl.DataFrame, grid: Grid, stream: np.random.Generator
) -> tuple[object, ...] | None:
    """Draw the return a mistake goes into; kinds seen by comparison need a year before on the same scope."""
    broken = [area for n, area in enumerate(grid.areas) if len({s.valid_from for s in grid.scopes[n]}) > 1]
    second_year = pl.col("period").str.slice(0, 4).cast(pl.Int64) > grid.first_year
    fit = frame.filter(
        second_year & ~pl.col("area").is_in(broken) & (pl.col("sub_unit") == "") & (pl.col(site.item) > 0)
    )
    if fit.is_empty():
        return None
    found = fit.row(int(stream.integers(len(fit))), named=True)
    right = float(found[site.item])
    wrong: float | None = None
    if site.whole:
        wrong = float(np.ceil(found[site.whole] * 1.2 + 1))
    elif kind != "refused_missing":
        wrong = round(right * _FACTOR[kind], 4)
    return (site.form, found["area"], "", found["period"], site.item, kind, wrong, right, site.check)


def _explained(pack: Pack, forms: dict[str, pl.DataFrame], grid: Grid, stories: Stories) -> list[tuple[object, ...]]:
    """List the true values that a check warns of: revisions downwards, the cap that is passed."""
    rows: list[tuple[object, ...]] = []
    for total, falls in stories.falls.items():
        for item in FALLS_WITH[total]:
            check = _check_with(pack, f"{item} >= prev({item})")
            for area, month in falls:
                period = str(grid.period(Frequency.MONTHLY, month))
                rows += _true_row(forms, check, grid.areas[area], period, item)
    cap = _check_with(pack, OVER_CAP_CHECK)
    if cap and cap.form in forms:
        last = str(forms[cap.form]["period"].max())
        rows += _true_row(forms, cap, grid.areas[stories.over_cap_area], last, "xa4_con_total")
    return rows


def _true_row(
    forms: dict[str, pl.DataFrame], check: Check | None, area: str, period: str, item: str
) -> list[tuple[object, ...]]:
    if check is None or check.form not in forms:
        return []
    found = forms[check.form].filter(area=area, sub_unit="", period=period)
    return [(check.form, area, "", period, item, "explained_warning", None, value, check.id) for value in found[item]]


def _check_with(pack: Pack, condition: str) -> Check | None:
    return next((c for c in pack.checks.values() if condition in c.expression), None)


def _hidden_cell(forms: dict[str, pl.DataFrame], grid: Grid, stories: Stories) -> pl.DataFrame:
    """Return the one cell that is suppressed, in the last annual return of its form."""
    form = HIDDEN_ITEM.partition("_")[0]
    empty = pl.DataFrame(schema=_SCHEMA)
    if form not in forms:
        return empty
    frame = forms[form].filter(
        area=grid.areas[stories.hidden_area], sub_unit="", period=str(forms[form]["period"].max())
    )
    cells = [
        (form, r["area"], "", r["period"], HIDDEN_ITEM, "suppressed_cell", None, r[HIDDEN_ITEM], "")
        for r in frame.iter_rows(named=True)
    ]
    return pl.DataFrame(cells, schema=_SCHEMA, orient="row")


def _by_timeliness(returns: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("filed").replace({"never": "missing_return"})
    return returns.filter(pl.col("filed") != "on_time").select(
        *KEY,
        pl.lit("").alias("item"),
        kind.alias("kind"),
        pl.lit(None, pl.Float64).alias("wrong"),
        pl.lit(None, pl.Float64).alias("right"),
        pl.lit("").alias("check"),
    )


def _accepted(forms: dict[str, pl.DataFrame], hidden: pl.DataFrame, returns: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the values that stand in the end: without the return that never comes and the hidden cell."""
    never = returns.filter(pl.col("filed") == "never")
    accepted = dict(forms)
    for form in set(never["form"]):
        keys = never.filter(form=form).select("area", "sub_unit", "period")
        accepted[form] = accepted[form].join(keys, on=keys.columns, how="anti", maintain_order="left")
    for row in hidden.iter_rows(named=True):
        cell = pl.all_horizontal(pl.col(name) == row[name] for name in ("area", "sub_unit", "period"))
        item = row["item"]
        accepted[row["form"]] = accepted[row["form"]].with_columns(pl.when(~cell).then(item).alias(item))
    return accepted


def _all_states(states: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    cells = hidden.select(*KEY, "item", pl.lit("suppressed").alias("state"))
    return pl.concat([states, cells.select(states.columns)])
