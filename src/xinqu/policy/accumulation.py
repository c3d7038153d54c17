"""Proofs about how items run through the year: what is cumulative has periods within the year, growth has its level."""

from collections.abc import Iterator

from xinqu.policy.faults import fault
from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Frequency
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.text import Text

_NUMBERS = ("decimal", "integer")


def accumulated(pack: Pack) -> Iterator[Problem]:
    """A year-to-date item is a number of an area form of several periods a year; growth names a level of its form."""
    for form in pack.forms.values():
        own = {item.code: item for item in form.items}
        for item in form.items:
            if item.accumulation == "ytd" and not _can_accumulate(form, item):
                yield fault(pack, f"form:{form.id}", "XQ-POLICY-060",
                            Text(f"{item.code} 不能是累计数", f"{item.code} can't be cumulative"),
                            why=Text("累计数须为一年多期的区级报表中的数值项", "it takes a number of an area form with several periods a year"),
                            fix=Text("去掉 accumulation: ytd", "drop accumulation: ytd"))  # fmt: skip
            level = own.get(item.growth_of)
            if item.growth_of and (level is None or item.unit == level.unit or level.accumulation in ("stock", "rate")):
                yield fault(pack, f"form:{form.id}", "XQ-POLICY-061",
                            Text(f"{item.code} 的 growth_of 不成立", f"growth_of of {item.code} does not hold"),
                            why=Text("增速须对应同表中的总量项", "growth belongs to a level of the same form"),
                            fix=Text("写同表总量项的编号", "name the code of that level"))  # fmt: skip


def _can_accumulate(form: Form, item: Item) -> bool:
    return form.kind == "area" and form.frequency is not Frequency.ANNUAL and item.type in _NUMBERS
