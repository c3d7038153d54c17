"""The checks that follow from a form itself: completeness, type, range, code list, key (DOMAIN section g)."""

from collections import Counter
from typing import Literal

import msgspec

from xinqu.policy.model import Form, Item, Level
from xinqu.policy.pack import Pack
from xinqu.vocabulary.text import Text

Kind = Literal["required", "type", "range", "list", "key"]
_SUFFIX: dict[Kind, str] = {"required": "req", "type": "typ", "range": "rng", "list": "list", "key": "key"}
BACKFILL = "backfill"
_KEPT = "_generated_checks"
_TYPE_NAMES = {
    "decimal": Text("数字", "a number"),
    "integer": Text("整数", "a whole number"),
    "code": Text("代码", "a code"),
    "text": Text("文字", "a text"),
    "date": Text("日期（如 2024-12-31）", "a date such as 2024-12-31"),
    "bool": Text("是或否", "yes or no"),
    "uscc": Text(
        "18位统一社会信用代码且校验码正确", "a unified social credit code of 18 characters with a right check character"
    ),
}


class GeneratedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One check that a form implies.

    ``items`` is the item it reads (the key items for ``key``). ``level`` is that of a regular return; a backfill
    return takes ``level_of``.
    """

    id: str
    form: str
    kind: Kind
    items: tuple[str, ...]
    level: Level
    message: Text

    def level_of(self, return_kind: str) -> Level:
        """Return the level on a ``regular`` or ``backfill`` return: a backfill need not be complete (DESIGN 5)."""
        return "info" if self.kind == "required" and return_kind == BACKFILL else self.level


def generated_checks(pack: Pack) -> dict[str, GeneratedCheck]:
    """Return all generated checks of the pack by id, in the order of forms and items; built once per loaded pack."""
    if _KEPT not in pack.__dict__:
        checks = [check for form in pack.forms.values() for check in _of_form(form, pack)]
        pack.__dict__[_KEPT] = {check.id: check for check in checks}
    kept: dict[str, GeneratedCheck] = pack.__dict__[_KEPT]
    return kept


def generated_of_form(pack: Pack, form: str) -> list[GeneratedCheck]:
    """Return the generated checks of one form."""
    return [check for check in generated_checks(pack).values() if check.form == form]


def condition_message(pack: Pack, check: str) -> Text:
    """Return what a check demands in words, written or generated, by its id."""
    written = pack.checks.get(check)
    return written.message if written else generated_checks(pack)[check].message


def count_by_kind(checks: dict[str, GeneratedCheck]) -> dict[str, int]:
    """Return how many checks there are of each kind."""
    return dict(Counter(check.kind for check in checks.values()))


def _of_form(form: Form, pack: Pack) -> list[GeneratedCheck]:
    checks = []
    for item in form.items:
        if item.required:
            checks.append(_check(form, item, "required", _required_message(item)))
        checks.append(_check(form, item, "type", _type_message(item)))
        if item.min or item.max:
            checks.append(_check(form, item, "range", _range_message(item, pack)))
        if item.codelist:
            checks.append(_check(form, item, "list", _list_message(item)))
    if form.kind == "record":
        checks.append(_key_check(form))
    return checks


def _check(form: Form, item: Item, kind: Kind, message: Text) -> GeneratedCheck:
    return GeneratedCheck(
        id=f"{item.code}_{_SUFFIX[kind]}",
        form=form.id,
        kind=kind,
        items=(item.code,),
        level=item.range_level if kind == "range" else "error",
        message=message,
    )


def _key_check(form: Form) -> GeneratedCheck:
    names = [item.name for item in form.items if item.key]
    zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
    message = Text(
        f"“{zh}”须填写，且在同一新区同一期内不重复。", f'"{en}" must be given, once only in an area and period.'
    )
    return GeneratedCheck(
        id=f"{form.id}_{_SUFFIX['key']}",
        form=form.id,
        kind="key",
        items=tuple(form.keys),
        level="error",
        message=message,
    )


def _required_message(item: Item) -> Text:
    return Text(f"“{item.name.zh}”为必填项，未报。", f'"{item.name.en}" is required and was not given.')


def _type_message(item: Item) -> Text:
    kind = _TYPE_NAMES[item.type]
    return Text(f"“{item.name.zh}”应为{kind.zh}。", f'"{item.name.en}" must be {kind.en}.')


def _range_message(item: Item, pack: Pack) -> Text:
    unit = pack.units[item.unit].name.zh
    bounds_zh = "、".join([*([f"不小于{item.min}"] if item.min else []), *([f"不大于{item.max}"] if item.max else [])])
    bounds_en = " and ".join(
        [*([f"at least {item.min}"] if item.min else []), *([f"at most {item.max}"] if item.max else [])]
    )
    return Text(f"“{item.name.zh}”应{bounds_zh}（{unit}）。", f'"{item.name.en}" must be {bounds_en} ({item.unit}).')


def _list_message(item: Item) -> Text:
    return Text(
        f"“{item.name.zh}”须取自代码表 {item.codelist}。", f'"{item.name.en}" must be a code of {item.codelist}.'
    )
