"""A pack as one object: all its files in canonical JSON, so that a vintage can be rebuilt under the rules it was made with."""

import contextlib
import json
import tempfile
from pathlib import Path

from xinqu.policy.load import load_pack, pack_files
from xinqu.policy.pack import Pack
from xinqu.vocabulary.canonical import canonical_json


def pack_bytes(folder: Path) -> bytes:
    """Return all files of the pack in ``folder`` as one canonical JSON object ``{name: text}``."""
    return canonical_json(
        {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in pack_files(folder)}
    )


def unpack(body: bytes, folder: Path) -> Path:
    """Write the files of an archived pack into ``folder`` (made when absent) and return it."""
    for name, text in json.loads(body).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def load_archived(body: bytes, sha256: str, cache: Path) -> Pack:
    """Load an archived pack whose hash is ``sha256``; files and parsed form are kept in ``cache``.

    Raises:
        ValueError: when the files don't have that hash.
    """
    folder = cache / f"pack-{sha256}"
    if not folder.exists():
        _unpack_whole(body, folder)
    pack = load_pack(folder, cache=cache)
    if pack.sha256 != sha256:
        raise ValueError(f"archived pack has hash {pack.sha256}, its event says {sha256}")
    return pack


def _unpack_whole(body: bytes, folder: Path) -> None:
    """Unpack so that another process sees all files or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".pack-") as building:
        whole = unpack(body, Path(building) / "pack")
        with contextlib.suppress(OSError):  # another process was first: its folder is the same
            whole.rename(folder)
