"""Reads the number in a value cell into the unit the form declares: exactly, with its precision, or with a problem."""

from fractions import Fraction

import msgspec

from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.returns import faults, values
from xinqu.returns.document import Header
from xinqu.returns.guard import Limits
from xinqu.returns.raw import ROUNDED_MARKS, RawRow, RawTable
from xinqu.returns.units import factor_to, offered_units, unit_name
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.text import Text

KINDS = {
    "decimal": Text("数", "a number"),
    "integer": Text("整数", "a whole number"),
    "date": Text("日期", "a date"),
    "bool": Text("是或否", "yes or no"),
}


class Context(msgspec.Struct, frozen=True):
    """What all rows of one return share while they are read."""

    pack: Pack
    form: Form
    header: Header
    raw: RawTable
    origin: Origin
    limits: Limits
    problems: list[Problem]


def read_number_cell(context: Context, item: Item, raw: RawRow, text: str) -> tuple[str | None, str]:
    """Return the canonical value in the declared unit and its half digit; None after a problem."""
    where = context.raw.where(raw, "value")
    if values.is_not_finite(text):
        context.problems.append(faults.not_finite(where, text=text))
        return None, "0"
    number = values.read_number(text)
    if number is None:
        context.problems.append(faults.not_a_value(where, text=text, kind=KINDS[item.type]))
        return None, "0"
    factor = _factor(context, item, raw, number)
    if factor is None:
        return None, "0"
    value = values.exact_text(Fraction(number.value) * factor)
    if value is None:
        own, entered = unit_name(context.pack, item.unit), raw.text("unit")
        why = Text(f"{text} {entered}换算成{own}除不尽", f"{text} {entered} has no finite number of {own}")
        fix = Text(f"换算成{own}后填写", f"enter it in {own}")
        context.problems.append(faults.wrong_unit(where, found=entered, expected=own, why=why, fix=fix))
        return None, "0"
    return value, _half_digit(context, raw, number, factor)


def _factor(context: Context, item: Item, raw: RawRow, number: values.Number) -> Fraction | None:
    """Return the exact factor from what was written to the declared unit; a problem and None when there is none."""
    own = unit_name(context.pack, item.unit)
    entered = raw.text("unit") or own
    factor = factor_to(context.pack, entered=entered, declared=item.unit)
    if factor is None:
        offered = "、".join(offered_units(context.pack, item.unit))
        why = Text(f"报表规定单位为{own}，{entered}没有到它的精确换算",
                   f"the form declares {own}, and {entered} has no exact factor to it")  # fmt: skip
        fix = Text(
            f"换算成{own}后填写，或从单位列选择：{offered}", f"convert it to {own}, or choose the unit from: {offered}"
        )
        where = context.raw.where(raw, "unit")
        context.problems.append(faults.wrong_unit(where, found=entered, expected=own, why=why, fix=fix))
        return None
    if not _suffix_agrees(number.suffix, entered):
        _refuse_suffix(context, item, raw, number)
        return None
    return factor


def _suffix_agrees(suffix: str, unit: str) -> bool:
    """Say whether what follows the number only repeats the unit: 亿 or 亿元 beside 亿元, % beside %."""
    return not suffix or suffix == unit or (suffix in {"万", "亿", "千"} and unit.startswith(suffix))


def _refuse_suffix(context: Context, item: Item, raw: RawRow, number: values.Number) -> None:
    own, entered = unit_name(context.pack, item.unit), raw.text("unit") or unit_name(context.pack, item.unit)
    meant = number.suffix if factor_to(context.pack, entered=number.suffix, declared=item.unit) is not None else ""
    if not meant and number.suffix in {"万", "亿", "千"}:
        units = offered_units(context.pack, item.unit)
        meant = next((unit for unit in units if unit.startswith(number.suffix)), "")
    if not meant and number.suffix not in {"万", "亿", "千"}:
        text = raw.text("value")
        where = context.raw.where(raw, "value")
        context.problems.append(faults.not_a_value(where, text=text, kind=KINDS[item.type]))
        return
    why = Text(
        f"数值写“{number.suffix}”，单位列是{entered}：不知道按哪一个读",
        f"the value says {number.suffix!r}, the unit column {entered}: which of the two counts can't be told",
    )
    factor = factor_to(context.pack, entered=meant, declared=item.unit) if meant else None
    converted = values.exact_text(Fraction(number.value) * factor) if factor else None
    by_hand = (
        Text(f"填写 {converted}", f"enter {converted}") if converted else Text(f"换算成{own}", f"convert it to {own}")
    )
    choose = Text(f"，或把单位列改为{meant}", f", or set the unit column to {meant}") if meant else Text("", "")
    context.problems.append(
        faults.wrong_unit(
            context.raw.where(raw, "value"),
            found=meant or number.suffix,
            expected=entered,
            why=why,
            fix=Text(by_hand.zh + choose.zh, by_hand.en + choose.en),
        )
    )


def _half_digit(context: Context, raw: RawRow, number: values.Number, factor: Fraction) -> str:
    """Return half the last digit written, in the declared unit: when rounded, or entered in another unit; else 0."""
    text = raw.text("half_digit")
    entered = values.read_number(text) if text else None
    if entered is not None and not entered.suffix and entered.value >= 0:
        return values.exact_text(Fraction(entered.value)) or "0"
    if text and text.lower() not in ROUNDED_MARKS:
        where = context.raw.where(raw, "half_digit")
        field = Text("取整误差", "rounding")
        context.problems.append(faults.unknown_word(where, text=text, field=field, admitted="是、0、0.5 …"))
    if not text and factor == 1:
        return "0"
    return values.exact_text(number.last_digit / 2 * factor) or "0"
