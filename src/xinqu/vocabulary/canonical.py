"""Canonical JSON (RFC 8785 for the values we use) and the hashes built on it."""

import hashlib
import json
import math
from collections.abc import Iterable
from decimal import Decimal


def canonical_json(value: object) -> bytes:
    """Return ``value`` as RFC 8785 JSON: sorted keys, no blanks, UTF-8, decimals as strings.

    Floats are refused except whole ones: a decimal is carried as ``Decimal`` or ``str`` so that two readers
    never print it differently.

    Raises:
        TypeError: for a value that has no canonical form (NaN, infinities, sets, fractional floats).
    """
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


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
