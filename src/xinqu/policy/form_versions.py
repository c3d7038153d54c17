"""Versions of forms: which one a period is filed on, what its items are called today, and the proof that versions join."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import msgspec

from xinqu.policy import model
from xinqu.policy.faults import fault
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.text import Text

_SAME = ("type", "unit", "codelist", "accumulation", "growth_of", "prices", "territory")  # what an item is


class Fate(msgspec.Struct, frozen=True):
    """What an item of one version is in a later one.

    ``code`` there ("" when removed), the exact ``factor`` from its unit, and the change on the way that its series doesn't
    survive (None: it goes on). ``path`` are the codes it bore.
    """

    code: str
    factor: Fraction
    path: tuple[str, ...]
    broken_by: model.ItemChange | None = None


def earlier(pack: Pack, form: str) -> list[model.FormVersion]:
    """Return the earlier versions of a form, oldest first."""
    kept: dict[str, list[model.FormVersion]] = pack.__dict__.setdefault("_earlier_forms", {})
    if not kept:
        kept[""] = []
        for version in sorted(pack.form_versions.values(), key=lambda version: version.version):
            kept.setdefault(version.form, []).append(version)
    return kept.get(form, [])


def in_version(pack: Pack, form: str, number: int) -> model.Form | None:
    """Return the form as version ``number`` has it; None when it has no such version."""
    current = pack.forms[form]
    if number == current.version:
        return current
    found = pack.form_versions.get(f"{form}@{number}")
    return msgspec.structs.replace(current, version=number, items=found.items) if found else None


def on(pack: Pack, form: str, day: dt.date) -> model.Form:
    """Return the form as it is filed for a period that ends on ``day``; days before its first version get the first."""
    for version in earlier(pack, form):
        if day <= version.valid_to:
            return msgspec.structs.replace(pack.forms[form], version=version.version, items=version.items)
    return pack.forms[form]


def fates(pack: Pack, form: str, *, old: int, new: int) -> dict[str, Fate]:
    """Return what each item of version ``old`` is in the later version ``new``."""
    steps = [version for version in earlier(pack, form) if old <= version.version < new]
    first = in_version(pack, form, old)
    found = {item.code: Fate(item.code, Fraction(1), (item.code,)) for item in first.items} if first else {}
    for step in steps:
        changes = {change.old: change for change in step.next if change.old}
        found = {code: _stepped(fate, changes.get(fate.code)) for code, fate in found.items()}
    return found


def _stepped(fate: Fate, change: model.ItemChange | None) -> Fate:
    if change is None or not fate.code:
        return fate
    if change.what == "removed":
        return Fate("", fate.factor, fate.path, fate.broken_by or change)
    code = change.new or change.old
    broken = fate.broken_by or (change if change.what == "redefined" else None)
    return Fate(code, fate.factor * change.exact, (*fate.path, code), broken)


def added_since(pack: Pack, form: str, number: int) -> list[str]:
    """Return the items of the present form that version ``number`` has no counterpart of."""
    met = {fate.code for fate in fates(pack, form, old=number, new=pack.forms[form].version).values()}
    return [item.code for item in pack.forms[form].items if item.code not in met]


def redefinitions(pack: Pack, form: str) -> list[model.SeriesBreak]:
    """Return the breaks that the versions of a form bring about: from which day an item is something else."""
    current = pack.forms[form].version
    found = []
    for version in earlier(pack, form):
        later = fates(pack, form, old=version.version + 1, new=current)
        codes = [change.new or change.old for change in version.next if change.what == "redefined"]
        items = [later[code].code for code in codes if code in later and later[code].code]
        if items:
            found.append(
                model.SeriesBreak(
                    id=version.id,
                    name=pack.forms[form].name,
                    valid_from=version.valid_to + dt.timedelta(days=1),
                    items=items,
                    document=version.citation,
                    status=version.status,
                )
            )
    return found


def joined(pack: Pack) -> Iterator[Problem]:
    """Versions of a form are numbered and dated without gaps, and each difference between two is declared."""
    for version in pack.form_versions.values():
        where = f"form_version:{version.id}"
        form = pack.forms.get(version.form)
        if form is None or form.kind != "area" or version.id != f"{version.form}@{version.version}":
            yield _fault(
                pack,
                where,
                Text("它不属于综合报表，或编号不是 表@版本", "it is of no area form, or its id is not form@version"),
            )
            continue
        after = in_version(pack, version.form, version.version + 1)
        if after is None:
            yield _fault(pack, where, Text("没有它的下一版", "the version after it is missing"))
            continue
        for why in _undeclared(version, after):
            yield _fault(pack, where, why)
    for form in pack.forms.values():
        versions = earlier(pack, form.id)
        if [one.version for one in versions] != list(range(1, form.version)):
            yield _fault(pack, f"form:{form.id}", Text("版本编号不连续", "its versions are not numbered 1, 2, 3 ..."))
        if any(one.valid_to >= other.valid_to for one, other in pairwise(versions)):
            yield _fault(pack, f"form:{form.id}", Text("版本日期不递增", "a version ends before the one before it"))


def _undeclared(version: model.FormVersion, after: model.Form) -> Iterator[Text]:
    """Yield what the changes of a version leave out, name twice or name in vain."""
    was, now = {item.code: item for item in version.items}, {item.code: item for item in after.items}
    taken = [change.old for change in version.next if change.old]
    given = [change.new or change.old for change in version.next if change.what != "removed"]
    for change in version.next:
        yield from _wrong_change(change, was, now)
    for code in sorted({code for code in (*taken, *given) if taken.count(code) > 1 or given.count(code) > 1}):
        yield Text(f"{code} 声明了两次", f"{code} is declared twice")
    for code in sorted(was.keys() - now.keys() - set(taken)):
        yield Text(f"{code} 在下一版中没有，也未声明去向", f"{code} is gone and nothing says where to")
    for code in sorted(now.keys() - was.keys() - set(given)):
        yield Text(f"{code} 是新的，却未声明", f"{code} is new and not declared")
    for code in sorted((was.keys() & now.keys()) - set(taken)):
        if _differs(was[code], now[code]):
            yield Text(
                f"{code} 的单位、类型或含义变了，却未声明",
                f"{code} has another unit, type or meaning and nothing says so",
            )


def _wrong_change(change: model.ItemChange, was: dict[str, model.Item], now: dict[str, model.Item]) -> Iterator[Text]:
    target = change.new or change.old
    if change.what != "added" and change.old not in was:
        yield Text(f"上一版没有 {change.old}", f"the version has no item {change.old}")
    elif change.what != "removed" and target not in now:
        yield Text(f"下一版没有 {target}", f"the next version has no item {target}")
    elif change.what == "renamed":
        moved = was[change.old].unit != now[target].unit
        if moved == (change.factor == "1") or _differs(was[change.old], now[target], but="unit"):
            yield Text(f"{change.old} → {target}：单位改变须有换算系数；其他变动属于重新定义",
                       f"{change.old} -> {target}: another unit needs a factor; any other difference is a redefinition")  # fmt: skip
    if change.what == "redefined" and not change.note.zh:
        yield Text(f"{target} 重新定义，须说明变动", f"{target} is redefined: the note must say how")


def _differs(one: model.Item, other: model.Item, *, but: str = "") -> bool:
    return any(getattr(one, field) != getattr(other, field) for field in _SAME if field != but)


def _fault(pack: Pack, where: str, why: Text) -> Problem:
    return fault(pack, where, "XQ-POLICY-064", Text(f"报表各版不衔接：{why.zh}", f"versions of the form don't join: {why.en}"),
                 fix=Text("在 form_versions/ 的 next 中声明增、改、删", "declare it under next in form_versions/"))  # fmt: skip
