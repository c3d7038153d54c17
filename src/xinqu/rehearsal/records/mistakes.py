"""Plants mistakes of known kind in records that were right, each with the check that has to find it."""

import re

import polars as pl

from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.rehearsal.records.draw import ALPHABET, stream

KINDS = {
    "key_twice": "the record stands twice in its return",
    "required_empty": "a required cell left empty",
    "credit_code": "a check character that does not belong to the code",
    "not_listed": "a code that the list does not have",
    "not_whole": "half of something that is counted",
    "below_range": "a number below the least that is possible",
    "part_above_whole": "a part above its whole",
}
PLANTED = {
    "area": pl.String, "period": pl.String, "record": pl.String, "item": pl.String, "kind": pl.String,
    "wrong": pl.String, "check": pl.String,
}  # fmt: skip
_PART = re.compile(r"(\w+) <= (\w+)")
_Wrong = tuple[str, str, object, str]  # kind, item, wrong value, check


def plant(pack: Pack, form: Form, frame: pl.DataFrame, *, each: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with ``each`` mistakes of every kind that the form admits, and what was planted.

    Args:
        frame: records of one area and period (``registers.records``); no record gets two mistakes.

    The second frame: ``area, period, record`` (first key item as it stands then), ``item, kind, wrong`` (as text, "" when
    empty) and the ``check`` that finds it.

    Raises:
        ValueError: when there are fewer records than mistakes.
    """
    dice = stream(seed, form.id, "mistakes")
    planned = [wrong for kind in KINDS for wrong in _of_kind(pack, form, kind, each)]
    if len(planned) > frame.height:
        raise ValueError(f"{form.id}: {frame.height} records can't hold {len(planned)} mistakes")
    places = dice.permutation(frame.height)[: len(planned)]
    key, numbered, told, again = form.keys[0], frame.with_row_index("#at"), [], []
    values: dict[str, dict[int, object]] = {}
    for (kind, item, wrong, check), at in zip(planned, places.tolist(), strict=True):
        if kind == "key_twice":
            again.append(at)
        else:
            values.setdefault(item, {})[at] = _value(frame, kind, item, wrong, at)
        area, period, record = frame.select("area", "period", key).row(at)
        said = record if kind == "key_twice" else values[item][at]
        told.append(
            (area, period, said if item == key else record, item, kind, "" if said is None else str(said), check)
        )
    for item, wrong_at in values.items():
        wrongs = pl.DataFrame(
            {"#at": list(wrong_at), "#wrong": pl.Series(list(wrong_at.values()), dtype=frame.schema[item])},
            schema_overrides={"#at": numbered.schema["#at"]},
        )
        marked = numbered.join(wrongs.with_columns(hit=True), on="#at", how="left", maintain_order="left")
        numbered = marked.with_columns(pl.when("hit").then("#wrong").otherwise(item).alias(item)).drop("#wrong", "hit")
    whole = pl.concat([numbered, numbered[again]]).drop("#at")
    return whole, pl.DataFrame(told, schema=PLANTED, orient="row")


def _of_kind(pack: Pack, form: Form, kind: str, each: int) -> list[_Wrong]:
    """Return ``each`` mistakes of a kind, turn by turn over the items or checks that admit it."""
    if kind == "key_twice":
        return [(kind, form.keys[0], None, f"{form.id}_key")] * each
    if kind == "part_above_whole":
        pairs = [
            (match[1], match[2], check.id)
            for check in pack.checks.values()
            if check.form == form.id and check.level == "error" and (match := _PART.fullmatch(check.expression))
            and {match[1], match[2]} <= {item.code for item in form.items if item.type == "decimal"}
        ]  # fmt: skip
        found: list[_Wrong] = [(kind, part, whole, check) for part, whole, check in pairs]
    else:
        suffix = {"required_empty": "req", "not_listed": "list", "below_range": "rng"}.get(kind, "typ")
        found = [
            (kind, item.code, _plain(kind, item), f"{item.code}_{suffix}") for item in form.items if _admits(kind, item)
        ]
    return [found[number % len(found)] for number in range(each)] if found else []


def _admits(kind: str, item: Item) -> bool:
    match kind:
        case "required_empty":
            return item.required and not item.key
        case "credit_code":
            return item.type == "uscc"
        case "not_listed":
            return bool(item.codelist)
        case "not_whole":
            return item.type == "integer"
        case _:
            return item.type == "decimal" and item.min == "0" and item.range_level == "error"


def _plain(kind: str, item: Item) -> object:
    """Return the wrong value where it does not hang on the right one."""
    match kind:
        case "not_listed":
            return "nowhere"
        case "not_whole":
            return float(item.min or 0) + 1.5
        case "below_range":
            return -1.0
    return None


def _value(frame: pl.DataFrame, kind: str, item: str, wrong: object, at: int) -> object:
    if kind == "credit_code":
        code = str(frame[item][at])
        return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]
    if kind == "part_above_whole":
        return float(frame[str(wrong)][at] or 0) + 1
    return wrong
