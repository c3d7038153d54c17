"""Which software computed something: its version and the hash of the lock it was installed from."""

import importlib.resources
from functools import lru_cache
from pathlib import Path

import xinqu
from xinqu.vocabulary.canonical import sha256_hex

_IN_CHECKOUT = Path("locks") / "all.txt"
_IN_PACKAGE = "lock.txt"  # the same file, put into the wheel when it is built


@lru_cache(maxsize=1)
def lock_sha256() -> str:
    """Return the SHA-256 of the lock of every version; "" when neither checkout nor wheel has it."""
    beside = Path(xinqu.__file__).parents[2] / _IN_CHECKOUT
    if beside.is_file():
        return sha256_hex(beside.read_bytes())
    packaged = importlib.resources.files("xinqu") / _IN_PACKAGE
    return sha256_hex(packaged.read_bytes()) if packaged.is_file() else ""


def software() -> str:
    """Return name and version."""
    return f"xinqu {xinqu.__version__}"
