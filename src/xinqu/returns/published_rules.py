"""Which published figure enters which item and period, and the reason of each that doesn't (data/README rules)."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from xinqu.policy.pack import Pack
from xinqu.returns.document import UNSTATED
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.text import Text

PUBLISHED = Path(__file__).parent.parent / "packs" / "published_2026_11"


class Figure(msgspec.Struct, frozen=True):
    """One published figure as transcribed (a row of published_figures.csv)."""

    area: str
    indicator: str
    period: str
    value: str
    unit: str
    qualifier: str
    scope: str
    source_title: str
    source_address: str
    quote: str
    confidence: str
    source_id: str


class Rule(msgspec.Struct, frozen=True):
    """How figures of one (indicator, unit) become values (a row of published_to_items.csv)."""

    indicator: str
    unit: str
    figures: str
    form: str
    item: str
    item_unit: str
    factor: str
    also_item: str
    period_rule: str
    qualifier_rule: str
    quote_must_contain: str
    figures_entered: str
    status: str
    reason: str


class Tables(msgspec.Struct, frozen=True):
    """The four tables; ``qualifiers`` maps text -> (class, enters), ``scopes`` (area, text) -> (code, kind, enters)."""

    figures: list[Figure]
    rules: Mapping[tuple[str, str], Rule]
    qualifiers: Mapping[str, tuple[str, bool]]
    scopes: Mapping[tuple[str, str], tuple[str, str, bool]]


class Entering(msgspec.Struct, frozen=True):
    """A figure that passes the rules, with one cell it fills."""

    figure: Figure
    rule: Rule
    form: str
    item: str
    period: Period
    scope: str
    also: bool


class NotEntered(msgspec.Struct, frozen=True):
    """A figure that doesn't enter, with the kind of reason and the reason in words."""

    figure: Figure
    kind: str
    reason: Text


def load_tables(folder: Path = PUBLISHED) -> Tables:
    """Read the four tables of ``folder``."""
    rules = msgspec.convert(_rows(folder / "published_to_items.csv"), list[Rule])
    qualifiers = _rows(folder / "published_qualifiers.csv")
    scopes = _rows(folder / "published_scopes.csv")
    return Tables(
        figures=msgspec.convert(_rows(folder / "published_figures.csv"), list[Figure]),
        rules={(rule.indicator, rule.unit): rule for rule in rules},
        qualifiers={row["qualifier"]: (row["class"], row["enters"] == "y") for row in qualifiers},
        scopes={(r["area"], r["scope_text"]): (r["scope"] or UNSTATED, r["kind"], r["enters"] == "y") for r in scopes},
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def apply_rules(tables: Tables, pack: Pack) -> tuple[list[Entering], list[NotEntered]]:
    """Return the cells that figures fill (``also`` cells after the first), and the figures that fill none."""
    entering: list[Entering] = []
    refused: list[NotEntered] = []
    for figure in tables.figures:
        rule = tables.rules[figure.indicator, figure.unit]
        no = _why_not(figure, rule, tables) or _no_period(figure, rule, pack)
        if no:
            refused.append(no)
            continue
        scope = tables.scopes[figure.area, figure.scope][0]
        for item in filter(None, (rule.item, rule.also_item)):
            form = pack.form_of_item[item]
            period = slot(rule.period_rule, figure.period, pack.forms[form].frequency)
            if period and period.number not in pack.forms[form].due.skip_periods:
                entering.append(Entering(figure, rule, form, item, period, scope, also=item != rule.item))
    return entering, refused


def _why_not(figure: Figure, rule: Rule, tables: Tables) -> NotEntered | None:
    if rule.status != "mapped":
        return NotEntered(figure, "unmapped", Text(f"没有对应的报表指标：{rule.reason}", f"no item: {rule.reason}"))
    if rule.quote_must_contain not in figure.quote:
        word = rule.quote_must_contain
        return NotEntered(figure, "quote", Text(f"引文中没有“{word}”字样", f"its quote does not say {word!r}"))
    kind, enters = tables.qualifiers[figure.qualifier]
    if rule.qualifier_rule == "level_only" and not enters:
        reason = Text(
            f"限定词“{figure.qualifier}”（{kind}），不是水平值", f"{figure.qualifier!r} is a {kind}, not a level"
        )
        return NotEntered(figure, "qualifier", reason)
    _, kind, enters = tables.scopes[figure.area, figure.scope]
    if not enters:
        reason = Text(
            f"口径“{figure.scope}”（{kind}）不是本区现行口径", f"scope {figure.scope!r} ({kind}) is not the area's own"
        )
        return NotEntered(figure, "scope", reason)
    return None


def _no_period(figure: Figure, rule: Rule, pack: Pack) -> NotEntered | None:
    form = pack.forms[rule.form]
    period = slot(rule.period_rule, figure.period, form.frequency)
    if period is None:
        text = f"{figure.period} ({rule.period_rule})"
        reason = Text(f"时期 {text} 不是该表的一期", f"{text} is not one period of the form")
        return NotEntered(figure, "period", reason)
    if period.number in form.due.skip_periods:
        return NotEntered(
            figure, "period", Text(f"{form.id} 没有 {period} 这一期", f"{form.id} has no return for {period}")
        )
    return None


_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.HALF_YEAR: 6, Frequency.ANNUAL: 12}


def slot(period_rule: str, text: str, frequency: Frequency) -> Period | None:
    """Return the period of ``frequency`` that a figure of ``text`` fills under a period rule; None when it fills none.

    A full year fills the last period of the year (all its rules are year-to-date or end-of-period). A year-to-date run
    ``2021-01..09`` or, for a stock, a month ``2021-09`` fills the period that ends there; an annual period only from a
    full year.
    """
    year = re.fullmatch(r"(\d{4})", text)
    if year:
        return Period(int(text), frequency.per_year, frequency)
    month = re.fullmatch(r"(\d{4})-01\.\.(\d\d)", text)
    if month is None and period_rule.startswith("stock"):
        month = re.fullmatch(r"(\d{4})-(\d\d)", text)
    step = _MONTHS[frequency]
    if month is None or period_rule == "year" or frequency is Frequency.ANNUAL or int(month[2]) % step:
        return None
    return Period(int(month[1]), int(month[2]) // step, frequency)
