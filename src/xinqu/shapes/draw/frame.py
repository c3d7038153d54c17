"""The committed frame of a draw: a leaf per unit, salted, under one Merkle root; a proof for each leaf.

Source of the tree: RFC 6962 section 2.1 (leaf and node prefixes; an odd node moves up unpaired).
"""

import hashlib
from collections.abc import Sequence

import msgspec
import polars as pl

COLUMNS = ("id", "stratum", "size", "excluded", "salt")
_LEAF, _NODE = b"\x00", b"\x01"


class Tree(msgspec.Struct, frozen=True):
    """All levels of a Merkle tree, leaves first; each level is the digests of 32 bytes end to end."""

    levels: tuple[bytes, ...]

    @property
    def root(self) -> str:
        """The root in lower-case hex."""
        return self.levels[-1].hex()

    def proof(self, index: int) -> list[tuple[str, str]]:
        """Return the digests that lead from leaf ``index`` to the root, each with the side it stands on."""
        path = []
        for level in self.levels[:-1]:
            other = index ^ 1
            if other * 32 < len(level):
                path.append(("left" if other < index else "right", level[other * 32 : other * 32 + 32].hex()))
            index //= 2
        return path


def leaf_texts(frame: pl.DataFrame) -> list[str]:
    """Return the leaves of a frame (``COLUMNS``, all String, no bar or line break in them), sorted by id as committed."""
    return frame.sort("id").select(pl.concat_str(COLUMNS, separator="|")).to_series().to_list()


def tree_of(leaves: Sequence[str]) -> Tree:
    """Return the tree over leaves in the order given.

    Raises:
        ValueError: for an empty frame.
    """
    if not leaves:
        raise ValueError("a frame without units has no root")
    sha256 = hashlib.sha256
    level = b"".join([sha256(_LEAF + leaf.encode()).digest() for leaf in leaves])
    levels = [level]
    while len(level) > 32:  # noqa: PLR2004 - bytes of a digest
        pairs = [sha256(_NODE + level[at : at + 64]).digest() for at in range(0, len(level) - 32, 64)]
        level = b"".join(pairs) + (level[-32:] if len(level) % 64 else b"")
        levels.append(level)
    return Tree(tuple(levels))


def holds(root: str, leaf: str, proof: Sequence[tuple[str, str]]) -> bool:
    """Say whether ``leaf`` stands under ``root`` by ``proof``."""
    digest = hashlib.sha256(_LEAF + leaf.encode()).digest()
    for side, other in proof:
        pair = bytes.fromhex(other) + digest if side == "left" else digest + bytes.fromhex(other)
        digest = hashlib.sha256(_NODE + pair).digest()
    return digest.hex() == root


def salts(secret: bytes, ids: Sequence[str]) -> list[str]:
    """Return a salt per unit from one secret of at least 16 bytes: without it nobody guesses a leaf from its few classes.

    Raises:
        ValueError: for a shorter secret.
    """
    if len(secret) < 16:  # noqa: PLR2004 - 128 bits
        raise ValueError("the secret of salts needs 16 bytes or more")
    start = hashlib.sha256(secret + b"|")
    out = []
    for unit in ids:
        one = start.copy()
        one.update(unit.encode())
        out.append(one.hexdigest()[:32])
    return out
