"""The generated checks as Polars conditions: TRUE holds, FALSE is a finding, NULL can't be evaluated."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from xinqu.policy.model import Item
from xinqu.policy.pack import Pack
from xinqu.validation.generated import GeneratedCheck
from xinqu.vocabulary.truth import ValueState

KEY_ONCE = "#key_once"  # whether a record's key stands once in its area and period; checks run in blocks, this does not
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH = 18
_USCC_WEIGHTS = np.array([pow(3, i, 31) for i in range(_USCC_LENGTH - 1)] + [1])
_USCC_PATTERN = rf"^[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}$"
_RANK = np.full(128, -1)
_RANK[[ord(letter) for letter in _USCC_ALPHABET]] = range(len(_USCC_ALPHABET))


def condition(check: GeneratedCheck, pack: Pack) -> pl.Expr:
    """Return the condition of ``check`` over a facts frame of its form; Boolean, null when the input isn't reported."""
    if check.kind == "key":
        return _key_given_once(check.items)
    item = pack.items[check.items[0]]
    if check.kind == "required":
        return given((item.code,))
    match check.kind:
        case "type":
            held = _type_holds(item)
        case "range":
            held = _range_holds(item)
        case _:
            held = _listed(item, pack)
    return pl.when(state_of(item.code) == ValueState.REPORTED).then(held)


def given(items: Sequence[str]) -> pl.Expr:
    """Say whether all items are given: reported, or declared not applicable, suppressed or not due."""
    return pl.all_horizontal(state_of(item) != ValueState.MISSING for item in items)


def state_of(item: str) -> pl.Expr:
    """Return the state column of an item; a value never spoken of is missing."""
    return pl.col(f"{item}#state").fill_null(ValueState.MISSING.value)


def is_uscc(codes: pl.Series) -> pl.Series:
    """Say of each text whether it is a unified social credit code with a right check character (GB 32100-2015).

    All rows at once: the weighted sum of the 18 characters' ranks is divisible by 31.
    """
    shaped = codes.fill_null("").str.contains(_USCC_PATTERN)
    found = np.zeros(len(codes), dtype=bool)
    texts = codes.filter(shaped).to_numpy().astype(f"S{_USCC_LENGTH}")
    ranks = _RANK[texts.view(np.uint8).reshape(-1, _USCC_LENGTH)]
    found[shaped.to_numpy()] = (ranks @ _USCC_WEIGHTS) % len(_USCC_ALPHABET) == 0
    return pl.Series(codes.name, found)


def _type_holds(item: Item) -> pl.Expr:
    """A reported value that could not be read as its type stands as null in the facts, which is FALSE here."""
    value = pl.col(item.code)
    match item.type:
        case "decimal":
            held = value.is_finite()
        case "integer":
            held = value.is_finite() & (value == value.floor())
        case "date":
            held = value.str.to_date("%Y-%m-%d", strict=False).is_not_null()
        case "bool":
            held = value.is_not_null()
        case "uscc":
            held = value.map_batches(is_uscc, return_dtype=pl.Boolean, is_elementwise=True)
        case _:
            held = value.str.strip_chars() != ""
    return held.fill_null(value=False)


def _range_holds(item: Item) -> pl.Expr:
    value = pl.col(item.code)
    bounds = [value >= float(item.min)] if item.min else []
    bounds += [value <= float(item.max)] if item.max else []
    return pl.all_horizontal(bounds)


def _listed(item: Item, pack: Pack) -> pl.Expr:
    return pl.col(item.code).is_in(list(pack.codelists[item.codelist]))


def _key_given_once(items: tuple[str, ...]) -> pl.Expr:
    given = pl.all_horizontal(pl.col(item).is_not_null() & (pl.col(item) != "") for item in items)
    return given & pl.col(KEY_ONCE)


def with_key_once(rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return the rows of a record form with ``KEY_ONCE``."""
    return rows.with_columns(pl.struct("area", "sub_unit", "period", *keys).is_unique().alias(KEY_ONCE))
