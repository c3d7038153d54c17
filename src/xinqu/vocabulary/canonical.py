"""Canonical JSON (RFC 8785 for the values we use) and the hashes built on it."""

import hashlib
import json
import math
from collections.abc import Iterable
from decimal import Decimal

import msgspec

_LEAVES = frozenset({str, int, bool, type(None)})
_QUICK = msgspec.json.Encoder(order="sorted")


def canonical_json(value: object) -> bytes:
    """Return ``value`` as RFC 8785 JSON: sorted keys, no blanks, UTF-8, decimals as strings.

    Floats are refused except whole ones: a decimal is carried as ``Decimal`` or ``str`` so that two readers
    never print it differently.

    Raises:
        TypeError: for a value that has no canonical form (NaN, infinities, sets, fractional floats).
    """
    if _is_plain(value):
        try:
            return _QUICK.encode(value)  # the same bytes at a seventh of the time (test_canonical holds the two equal)
        except OverflowError:  # whole numbers of more than 64 bits
            pass
    return _by_the_book(value)


def _by_the_book(value: object) -> bytes:
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _is_plain(value: object) -> bool:
    """Say whether there is nothing in ``value`` that must be converted or refused; subclasses are not looked into."""
    kind = type(value)
    if kind in _LEAVES:
        return True
    if kind is dict:
        return all(type(key) is str and (type(item) in _LEAVES or _is_plain(item)) for key, item in value.items())  # type: ignore[attr-defined]
    if kind is list or kind is tuple:
        return all(type(item) in _LEAVES or _is_plain(item) for item in value)  # type: ignore[attr-defined]
    return False


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return str(value) if isinstance(value, str) else value
        case Decimal():
            return format(value, "f")
        case float() if math.isfinite(value) and value.is_integer():
            return int(value)
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            raise TypeError(f"no canonical form for {type(value).__name__}: {value!r}")


def sha256_hex(body: bytes) -> str:
    """Return the SHA-256 of ``body`` in lower-case hex."""
    return hashlib.sha256(body).hexdigest()


def rows_sha256(rows: Iterable[object]) -> str:
    """Return the SHA-256 over canonical JSON lines, one per row, each ended by a newline."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(canonical_json(row))
        digest.update(b"\n")
    return digest.hexdigest()
