"""Canonical JSON: one byte form per value."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.vocabulary.canonical import canonical_json, rows_sha256, sha256_hex

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
