"""Canonical JSON: one byte form per value."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.vocabulary.canonical import _by_the_book, canonical_json, rows_sha256, sha256_hex

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_reads_back_and_is_stable(value):
    body = canonical_json(value)
    assert canonical_json(json.loads(body)) == body


@given(st.dictionaries(st.text(), st.integers(), max_size=6))
def test_order_of_keys_does_not_matter(value):
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.1, {1, 2}])
def test_values_without_a_canonical_form_are_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)


def test_decimals_are_text_and_rows_are_lines():
    assert canonical_json({"b": Decimal("1.50"), "a": 1}) == b'{"a":1,"b":"1.50"}'
    assert rows_sha256([{"a": 1}, {"a": 2}]) == sha256_hex(b'{"a":1}\n{"a":2}\n')


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False)
    | st.integers(-(10**6), 10**6).map(float),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text() | st.sampled_from(["\x7f", "\x1f", '"', "\\", "\ue000", "\U00010000"]), inner, max_size=5),
    max_leaves=16,
)  # fmt: skip


@given(ANY)
def test_the_quick_encoder_gives_the_bytes_of_the_plain_one(value):
    """msgspec for what needs no conversion; json, key by key, is the oracle."""
    assert canonical_json(value) == _by_the_book(value)


@pytest.mark.parametrize("number", [2**63 - 1, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**40])
def test_whole_numbers_of_any_size(number):
    assert canonical_json({"n": number}) == f'{{"n":{number}}}'.encode()


@pytest.mark.parametrize(
    "text", ["\x00\x01\x08\x0b\x1f", "\t\n\r\f\b", "\x7f\u2028\u2029", "新区\U0001f600", "</script>"]
)
def test_signs_are_escaped_as_rfc_8785_says(text):
    assert canonical_json(text) == json.dumps(text, ensure_ascii=False).encode()
