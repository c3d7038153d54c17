"""Formulas of the pack made ready: what each indicator reads, on which forms, and whether its result is official."""

import datetime as dt
from collections.abc import Collection

import msgspec

from xinqu.expressions.parse import Expression, parse
from xinqu.policy.model import Indicator, Status
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Frequency, Period

_OFFICIAL: tuple[Status, ...] = ("seen", "adopted")


class Formula(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator at one frequency. ``forms``: the forms of its items, sorted."""

    indicator: Indicator
    expression: Expression
    frequency: Frequency
    forms: tuple[str, ...]


def formulas(pack: Pack, indicators: Collection[str] | None = None) -> list[Formula]:
    """Return the formulas of all (or the named) indicators; one with a released yearly value has a second, annual one."""
    named = [i for i in pack.indicators.values() if indicators is None or i.id in indicators]
    return [formula for indicator in named for formula in _of(indicator, pack)]


def formula_of(pack: Pack, indicator: str, period: Period) -> Formula | None:
    """Return the formula of an indicator for the frequency of ``period``; None when it has none."""
    return next((f for f in _of(pack.indicators[indicator], pack) if f.frequency is period.frequency), None)


def _of(indicator: Indicator, pack: Pack) -> list[Formula]:
    texts = [(indicator.formula, indicator.frequency)]
    if indicator.annual_formula:
        texts.append((indicator.annual_formula, Frequency.ANNUAL))
    return [_formula(indicator, parse(text), frequency, pack) for text, frequency in texts]


def _formula(indicator: Indicator, expression: Expression, frequency: Frequency, pack: Pack) -> Formula:
    forms = sorted({pack.form_of_item[code] for code in expression.items})
    return Formula(indicator=indicator, expression=expression, frequency=frequency, forms=tuple(forms))


def rule_day(indicator: Indicator, period: Period) -> dt.date:
    """Return the day whose rules hold: the period's end, but not before the indicator existed (backfilled periods)."""
    return max(period.end, indicator.valid_from)


def is_official(pack: Pack, formula: Formula, period: Period) -> bool:
    """Say whether a result has a cited basis, a cited or adopted method, and only such parameters (DESIGN section 2)."""
    indicator = formula.indicator
    versions = [pack.parameters[identity].on(period.end) for identity in formula.expression.parameters]
    parameters = all(version is not None and version.status in _OFFICIAL for version in versions)
    return bool(indicator.citation) and indicator.status in _OFFICIAL and parameters
