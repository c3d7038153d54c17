"""Items of different forms that ask for the same thing: near-same names in both languages, and nothing that tells them apart."""

import functools
import re
from difflib import SequenceMatcher
from itertools import combinations

import msgspec

from xinqu.expressions.parse import parse
from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Refused

LEAST = 0.8  # mean similarity of the names from which a pair is shown; 1 is the same name
_LONGEST = 0.35  # names whose lengths differ more cannot be that similar: spares most comparisons
_KEPT = "_overlaps"
_NUMBERS = ("decimal", "integer")
# Words that say the place on the form or the span of time, not the thing: an annual item and one counted from January
# ask for the same figure at the year's end.
_ZH = re.compile(r"^其中：|累计|（[^）]*）|^本年|^年度|年末|期末|规模以上|规上")
_EN = re.compile(
    r"^of which |,? ?\bytd\b|,? ?\bannual\b|,? ?\byear end\b|,? ?\bend of period\b|\([^)]*\)|\babove-scale "
)


class Overlap(msgspec.Struct, frozen=True):
    """Two items of different forms with one meaning.

    ``zh``, ``en``: similarity of the names without words of place and span, 0 to 1. ``checks``: those of the pack that
    hold the two against each other. ``growth_of``: the two levels whose growth both items release; () for others.
    """

    item: str
    other: str
    zh: float
    en: float
    checks: tuple[str, ...]
    growth_of: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The mean similarity of the names."""
        return (self.zh + self.en) / 2


def overlaps(pack: Pack, *, least: float = LEAST) -> list[Overlap]:
    """Return the pairs of numbers with one meaning, most alike first; computed once per pack and threshold.

    A pair has one unit, is of two forms, and differs neither in prices, in the territory it speaks of, nor in being a
    stock, a span or a rate; of several on one form the most alike counts. Growth is a pair where the levels are one.
    """
    kept: dict[float, list[Overlap]] = pack.__dict__.setdefault(_KEPT, {})
    if least not in kept:
        checks = _checks_between(pack)
        asked = [(form, item) for form in pack.forms.values() for item in form.items if item.type in _NUMBERS]
        pairs = [
            _compared(item, other, checks.get(frozenset((item.code, other.code)), ()))
            for (form, item), (other_form, other) in combinations(asked, 2)
            if form.id != other_form.id and _may_be_one(form, item, other_form, other)
        ]
        levels = _best(pack, [one for one in pairs if one.score >= least and not pack.items[one.item].growth_of])
        found = [*levels, *_growth(pack, pairs, levels)]
        kept[least] = sorted(found, key=lambda one: (-one.score, one.item, one.other))
    return kept[least]


def asked_elsewhere(pack: Pack, item: str) -> list[str]:
    """Return the items of other forms that ask for what ``item`` asks for, most alike first: what a form may point to."""
    pairs = [one for one in overlaps(pack) if item in (one.item, one.other)]
    return [one.other if one.item == item else one.item for one in pairs]


def _may_be_one(form: Form, item: Item, other_form: Form, other: Item) -> bool:
    told_apart = (
        item.unit != other.unit
        or item.territory != other.territory
        or (item.prices and other.prices and item.prices != other.prices)
        or bool(item.growth_of) != bool(other.growth_of)
    )
    if told_apart or item.key or other.key:
        return False
    one_kind = form.kind == other_form.kind and item.accumulation and other.accumulation
    return not one_kind or _span(item) == _span(other)


def _span(item: Item) -> str:
    """Return what a number is of: a span (from January, or of the period) or a moment, or neither."""
    return "span" if item.accumulation in ("ytd", "flow") else item.accumulation


def _compared(item: Item, other: Item, checks: tuple[str, ...]) -> Overlap:
    zh = _likeness(_ZH.sub("", item.name.zh), _ZH.sub("", other.name.zh))
    en = _likeness(_EN.sub("", item.name.en.lower()).strip(), _EN.sub("", other.name.en.lower()).strip())
    return Overlap(item.code, other.code, round(zh, 2), round(en, 2), checks)


@functools.lru_cache(maxsize=1 << 17)
def _likeness(one: str, other: str) -> float:
    """Return how alike two names are, 0 to 1: the share of characters in common runs (Ratcliff and Obershelp, 1988)."""
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() > _LONGEST and matcher.quick_ratio() > _LONGEST else 0.0


def _best(pack: Pack, found: list[Overlap]) -> list[Overlap]:
    """Keep a pair where neither item has one more alike on the other's form."""
    best: dict[tuple[str, str], float] = {}
    for one in found:
        for item, other in ((one.item, one.other), (one.other, one.item)):
            place = (item, pack.form_of_item[other])
            best[place] = max(best.get(place, 0.0), one.score)
    return [
        one
        for one in found
        if one.score == best[one.item, pack.form_of_item[one.other]] == best[one.other, pack.form_of_item[one.item]]
    ]


def _growth(pack: Pack, pairs: list[Overlap], levels: list[Overlap]) -> list[Overlap]:
    """Return the growth of levels that are a pair: one figure, whatever the two forms call it."""
    paired = {frozenset((one.item, one.other)) for one in levels}
    found = []
    for one in pairs:
        growth_of = (pack.items[one.item].growth_of, pack.items[one.other].growth_of)
        if all(growth_of) and frozenset(growth_of) in paired:
            found.append(msgspec.structs.replace(one, growth_of=growth_of))
    return found


def _checks_between(pack: Pack) -> dict[frozenset[str], tuple[str, ...]]:
    """Return the checks that hold two items of different forms against each other and read nothing else."""
    between: dict[frozenset[str], tuple[str, ...]] = {}
    for check in pack.checks.values():
        try:
            items = frozenset(parse(check.expression).items)
        except Refused:
            continue  # told by the proofs of the pack
        if len(items) == 2:  # noqa: PLR2004 - a pair
            between[items] = (*between.get(items, ()), check.id)
    return between
