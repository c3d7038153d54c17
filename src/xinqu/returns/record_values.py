"""Reads the columns of a record file: what is written plainly in one pass, each odd spelling once, faults by row.

The spellings are those of area forms (``values``, ``rows``): full-width digits, group commas, dates as text, state words,
labels for codes.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

import msgspec
import polars as pl

from xinqu.policy.model import Item
from xinqu.policy.pack import Pack
from xinqu.returns import values
from xinqu.returns.rows import WORD_TO_STATE
from xinqu.returns.units import unit_name
from xinqu.vocabulary.truth import ValueState

_PLAIN_NUMBER = r"^(?:0|-?(?:0\.\d*[1-9]|[1-9]\d{0,14}(?:\.\d*[1-9])?))$"
_PLAIN_DATE = r"^\d{4}-\d{2}-\d{2}$"


class Column(msgspec.Struct, frozen=True):
    """One item's column as read.

    values: canonical text, null unless reported. states: state words, null where none was written. wrong: rows whose
    text is no value of the item's type; not_finite: those that spell NaN or an infinity.
    """

    values: pl.Series
    states: pl.Series | None
    wrong: pl.Series
    not_finite: pl.Series


def read_column(pack: Pack, item: Item, texts: pl.Series) -> Column:
    """Return the column of ``item`` read from ``texts`` (blank is null or "")."""
    texts = texts.cast(pl.String).str.strip_chars()
    texts = texts.set(texts == "", None)
    states = _states(texts)
    if states is not None:
        texts = texts.set(states.is_not_null(), None)
    found = _read(pack, item, texts)
    lost = texts.is_not_null() & found.is_null()
    not_finite = lost & _each(texts.filter(lost), lambda text: "1" if values.is_not_finite(text) else None, texts)
    return Column(found, states, lost & ~not_finite, not_finite)


def _each(odd: pl.Series, spell: Callable[[str], str | None], texts: pl.Series) -> pl.Series:
    """Say of each text whether ``spell`` knows it; asked once for each different odd one."""
    known = [text for text in odd.unique().to_list() if spell(text)]
    return texts.is_in(known).fill_null(value=False) if known else pl.Series([False]).new_from_index(0, len(texts))


def _states(texts: pl.Series) -> pl.Series | None:
    """Return the states that words in value cells name, null elsewhere; None when there is none."""
    words = texts.str.to_lowercase()
    if not words.is_in(list(WORD_TO_STATE)).any():
        return None
    named = {word: state.value for word, state in WORD_TO_STATE.items() if state is not ValueState.REPORTED}
    return words.replace_strict(named, default=None, return_dtype=pl.String)


def _read(pack: Pack, item: Item, texts: pl.Series) -> pl.Series:
    match item.type:
        case "decimal" | "integer":
            unit = unit_name(pack, item.unit)
            return _mostly(texts, texts.str.contains(_PLAIN_NUMBER), lambda text: _number(text, unit))
        case "date":
            plain = texts.str.contains(_PLAIN_DATE) & texts.str.to_date("%Y-%m-%d", strict=False).is_not_null()
            return _mostly(texts, plain, values.read_date)
        case "bool":
            return _mostly(texts, texts.is_in(["true", "false"]), values.read_bool)
        case "code":
            codes = pack.codelists.get(item.codelist, {})
            named = {name: code.code for code in codes.values() for name in (code.name.zh, code.name.en)}
            return _mostly(texts, texts.is_in(list(codes)), lambda text: _code(text, named, codes))
    return texts


def _mostly(texts: pl.Series, plain: pl.Series, spell: Callable[[str], str | None]) -> pl.Series:
    """Return plain texts as they are and the others as ``spell`` reads them, each different one once."""
    odd = texts.filter(~plain.fill_null(value=True)).drop_nulls().unique().to_list()
    if not odd:
        return texts
    read = {text: spell(text) for text in odd}
    frame = pl.DataFrame({"text": texts, "plain": plain.fill_null(value=True)})
    spelt = pl.col("text").replace_strict(read, default=None, return_dtype=pl.String)
    return frame.select(pl.when("plain").then("text").otherwise(spelt).alias(texts.name)).to_series()


def _number(text: str, unit: str) -> str | None:
    """Return a number in the declared unit: a record has no column for another one."""
    number = values.read_number(text)
    if number is None or number.suffix not in ("", unit):
        return None
    return values.exact_text(Fraction(number.value))


def _code(text: str, named: Mapping[str, str], codes: Mapping[str, object]) -> str:
    """Return the code; an unknown one stays: the generated list check finds it."""
    first = text.split(maxsplit=1)[0]
    return named.get(text) or (first if first in codes else text)
