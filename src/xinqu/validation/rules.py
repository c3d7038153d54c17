"""Checks of a form made ready to run: which are in force, at which level, as Polars conditions with their inputs."""

import datetime as dt
from typing import Any

import msgspec
import polars as pl

from xinqu.expressions import tree
from xinqu.expressions.compile import mixed_scopes, to_polars
from xinqu.expressions.parse import Expression, parse
from xinqu.policy.model import Check, Level
from xinqu.policy.pack import Pack
from xinqu.validation.conditions import condition, given
from xinqu.validation.generated import BACKFILL, GeneratedCheck, generated_of_form
from xinqu.vocabulary.periods import Period


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One check ready to run on the context frame of its form.

    ``verdict``: Boolean, null when it can't be evaluated. ``inputs``: the columns it reads, in reading order: items,
    context calls, parameters. ``mixed``: whether it would join different scope versions; None when it can't.
    """

    id: str
    level: Level
    verdict: pl.Expr
    inputs: tuple[str, ...]
    mixed: pl.Expr | None = None


def rule_day(pack: Pack, form: str, period: str) -> dt.date:
    """Return the day whose rules judge a return: the period's end, but not before the form existed.

    A backfill return may address a period older than the form; it is read with the form's first rules. Parameters stay
    those in force on the period's end: a legal number is never carried back.
    """
    return max(Period.parse(period).end, pack.forms[form].valid_from)


def written_in_force(pack: Pack, form: str, period: str) -> list[Check]:
    """Return the written checks that judge a return of ``form`` for ``period``."""
    return pack.checks_of(form, rule_day(pack, form, period))


def expressions_of(pack: Pack, form: str) -> list[Expression]:
    """Return the expressions of all written checks of ``form``, whatever their dates: what its context must hold."""
    return [parse(check.expression) for check in pack.checks.values() if check.form == form]


def rules_of(pack: Pack, form: str, checks: list[Check], *, kind: str, scopes: frozenset[str]) -> tuple[Rule, ...]:
    """Return written and generated checks as rules; kept with the pack, so that a second call costs nothing."""
    kept: dict[Any, tuple[Rule, ...]] = pack.__dict__.setdefault("_rules", {})
    key = (form, tuple(check.id for check in checks), kind, scopes)
    if key not in kept:
        written = [_written(check, kind, scopes) for check in checks]
        kept[key] = (*written, *(_generated(check, pack, kind) for check in generated_of_form(pack, form)))
    return kept[key]


def _written(check: Check, kind: str, scopes: frozenset[str]) -> Rule:
    expression = parse(check.expression)
    completeness = demands_presence(expression)
    return Rule(
        id=check.id,
        level="info" if completeness and kind == BACKFILL else check.level,
        verdict=given(expression.own_items) if completeness else to_polars(expression, scopes=scopes),
        inputs=expression.inputs,
        mixed=mixed_scopes(expression.tree, scopes),
    )


def demands_presence(expression: Expression) -> bool:
    """Say whether a check only demands that items are given (``a IS NOT NULL AND b IS NOT NULL``).

    Such a check says for some items what the generated completeness says for all, so it is judged alike: it fires on
    ``missing`` only, and a backfill return need not be complete (DOMAIN section g: xm1_r12, xq1_r09, xa1_r06, xa4_r11).
    """
    root = expression.tree
    parts = root.operands if isinstance(root, tree.Operation) and root.op == "and" else (root,)
    return all(_is_not_null(part) for part in parts)


def _is_not_null(node: tree.Node) -> bool:
    match node:
        case tree.Operation(op="not", operands=(tree.Operation(op="is null", operands=(tree.Item(),)),)):
            return True
    return False


def _generated(check: GeneratedCheck, pack: Pack, kind: str) -> Rule:
    return Rule(id=check.id, level=check.level_of(kind), verdict=condition(check, pack), inputs=check.items)
