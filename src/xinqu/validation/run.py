"""Runs all checks in force on the returns of a form: findings and counts, in three values."""

from collections.abc import Mapping, Sequence

import msgspec
import polars as pl

from xinqu.engines.context import Facts, build_context
from xinqu.engines.reasons import known_scopes
from xinqu.expressions.parse import Expression
from xinqu.policy.model import Check
from xinqu.policy.pack import Pack
from xinqu.validation.conditions import with_key_once
from xinqu.validation.findings import Findings, joined
from xinqu.validation.locate import locate
from xinqu.validation.rules import Rule, expressions_of, rules_of, written_in_force
from xinqu.vocabulary.periods import Period

REGULAR = "regular"
TOGETHER_ROWS = (
    100_000  # records of several areas judged at once: below it, the rules of a form cost more than its rows
)


class Judged(msgspec.Struct, frozen=True):
    """Returns that are judged by the same checks: their rows of the context frame, the written checks, all rules."""

    rows: pl.DataFrame
    checks: list[Check]
    rules: tuple[Rule, ...]


def validate(
    pack: Pack,
    facts: Facts,
    form: str,
    *,
    kind: str | Mapping[str, str] = REGULAR,
    keys: pl.DataFrame | None = None,
    released_peers: pl.DataFrame | None = None,
) -> Findings:
    """Run the written checks in force on the period's end and the generated ones on the returns of ``form``.

    Args:
        facts: facts frames by form; earlier periods, other forms, sub-units and peers are read from here.
        kind: ``regular`` or ``backfill`` for all returns, or the kind by submission (those not named are regular).
        keys: ``area, sub_unit, period`` of the returns to judge; None: all of ``facts[form]``.
        released_peers: released peer statistics, where the facts hold too few peers (engines.context).
    """
    if pack.forms[form].kind == "record" and form in facts and facts[form].height > TOGETHER_ROWS:
        areas = facts[form].partition_by("area", maintain_order=True)
        return joined([_validated(pack, {form: one}, form, kind, _of_area(keys, one)) for one in areas])
    return _validated(pack, facts, form, kind, keys, released_peers)


def _of_area(keys: pl.DataFrame | None, facts: pl.DataFrame) -> pl.DataFrame | None:
    """Return the keys of one area: records are judged area by area, which bounds the memory of a national month."""
    return None if keys is None else keys.filter(pl.col("area") == facts["area"][0])


def _validated(
    pack: Pack, facts: Facts, form: str, kind: str | Mapping[str, str], keys: pl.DataFrame | None,
    released_peers: pl.DataFrame | None = None,
) -> Findings:  # fmt: skip
    parts = judged_parts(pack, facts, form, kind=kind, keys=keys, released_peers=released_peers)
    return joined([locate(part.rows, part.rules, pack.forms[form]) for part in parts])


def judged_parts(
    pack: Pack,
    facts: Facts,
    form: str,
    *,
    kind: str | Mapping[str, str] = REGULAR,
    keys: pl.DataFrame | None = None,
    released_peers: pl.DataFrame | None = None,
    beside: Sequence[Expression] = (),
) -> list[Judged]:
    """Return the returns of ``form`` as ``validate`` judges them, in parts of the same kind and checks in force.

    ``beside``: expressions that the rows shall hold the context of, besides those of the checks.
    """
    if form not in facts or facts[form].is_empty():
        return []
    expressions = [*expressions_of(pack, form), *beside]
    read = {form, *(pack.form_of_item[item] for expression in expressions for item in expression.items)}
    known = {name: facts[name] for name in read if name in facts}
    near = known if keys is None else _years_around(known, keys)
    context = build_context(pack, near, form, expressions, keys=keys, released_peers=released_peers)
    context = context.filter(pl.col("submission").is_not_null())
    if pack.forms[form].keys:
        context = with_key_once(context, pack.forms[form].keys)
    scopes = area_scopes(pack, context)
    parts = []
    for (kind_name,), rows in _by_kind(context, kind):
        for checks, periods in _by_checks_in_force(pack, form, rows):
            judged = rows if periods is None else rows.filter(pl.col("period").is_in(periods))
            parts.append(Judged(judged, checks, rules_of(pack, form, checks, kind=kind_name, scopes=scopes)))
    return parts


def validate_all(pack: Pack, facts: Facts, *, kind: str | Mapping[str, str] = REGULAR) -> Findings:
    """Run all checks on all returns of all forms in ``facts``."""
    return joined([validate(pack, facts, form, kind=kind) for form in pack.forms if form in facts])


def _years_around(facts: Facts, keys: pl.DataFrame) -> Facts:
    """Return the facts that judging ``keys`` can read: their years and the two before (``ly`` of ``prev`` goes no further)."""
    years = {Period.parse(period).year - back for period in keys["period"].unique() for back in range(3)}
    wanted = pl.col("period").str.slice(0, 4).is_in([str(year) for year in years])
    return {form: frame.filter(wanted) for form, frame in facts.items()}


def area_scopes(pack: Pack, context: pl.DataFrame) -> frozenset[str]:
    """Return the scope columns that must agree; items of the province stand outside the scope of the area."""
    province = {f"{code}#scope" for code, item in pack.items.items() if item.territory == "province"}
    return known_scopes(context) - province


def _by_kind(context: pl.DataFrame, kind: str | Mapping[str, str]) -> list[tuple[tuple[str], pl.DataFrame]]:
    if context.is_empty():
        return []
    if isinstance(kind, str):
        return [((kind,), context)]
    kinds = pl.col("submission").replace_strict(dict(kind), default=REGULAR, return_dtype=pl.String)
    parts = context.with_columns(kinds.alias("#kind")).partition_by("#kind", as_dict=True, include_key=False)
    return [((str(name),), rows) for (name,), rows in parts.items()]


def _by_checks_in_force(pack: Pack, form: str, rows: pl.DataFrame) -> list[tuple[list[Check], list[str] | None]]:
    """Group the periods by the checks in force; None for the periods when one group holds all."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for period in rows["period"].unique(maintain_order=True):
        ids = tuple(check.id for check in written_in_force(pack, form, period))
        groups.setdefault(ids, []).append(period)
    single = len(groups) == 1
    return [
        ([pack.checks[identity] for identity in ids], None if single else periods) for ids, periods in groups.items()
    ]
