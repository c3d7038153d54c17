"""Which fonts a report is set in, and which characters they hold.

The locked font package is the floor: with it alone two machines print the same bytes. An office that owns FangSong and
XiaoBiaoSong names their folders; they are then preferred, and the renderer's identity says so.
"""

import struct
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec
import typst

from xinqu.vocabulary.canonical import sha256_hex

# Families by role in order of preference: the names of GB/T 9704 first, then the free ones.
_ROLES = {
    "body": ("FangSong_GB2312", "FangSong", "STFangsong", "FandolFang", "Noto Serif CJK SC", "Noto Serif SC"),
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "Noto Serif CJK SC", "Noto Serif SC"),
    "head": ("SimHei", "STHeiti", "FandolHei", "Noto Sans CJK SC", "Noto Sans SC"),
    "kai": ("KaiTi_GB2312", "KaiTi", "STKaiti", "FandolKai", "Noto Serif CJK SC", "Noto Serif SC"),
    "table": ("SimSun", "FandolSong", "Noto Serif CJK SC", "Noto Serif SC"),
}
_LAST_SEGMENT = 0xFFFF
_FLOOR = ("Noto Serif SC", "Noto Sans SC")


class FontSet(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Font folders and what is found in them."""

    folders: tuple[str, ...]

    @cached_property
    def loaded(self) -> typst.Fonts:
        """The fonts as the typesetter takes them; system fonts are never looked at."""
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[Path(f) for f in self.folders]
        )

    @cached_property
    def families(self) -> dict[str, list[str]]:
        """Role (body, title, head, kai, table) -> families present, best first, the floor last."""
        present = set(self.loaded.families())
        return {
            role: list(dict.fromkeys(f for f in (*names, *_FLOOR) if f in present)) for role, names in _ROLES.items()
        }

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The font files that are used, by name."""
        used = {name for names in self.families.values() for name in names}
        paths = {Path(font.path) for font in self.loaded.fonts() if font.family in used and font.path}
        return tuple(sorted(paths, key=lambda path: path.name))

    @cached_property
    def sha256(self) -> str:
        """One hash of names and bytes of the fonts that are used: part of the renderer's identity."""
        return sha256_hex("".join(f"{path.name}\0{_file_sha256(path)}\n" for path in self.files).encode())

    @cached_property
    def characters(self) -> frozenset[int]:
        """Code points that at least one of the fonts draws."""
        return frozenset().union(*(_characters(path) for path in self.files))


def font_set(folders: Sequence[Path] = ()) -> FontSet:
    """Return the locked fonts, with the fonts of ``folders`` preferred when a role names them."""
    import pylopdf_fonts_zh_cn

    floor = pylopdf_fonts_zh_cn.serif_path().parent
    return _font_set(tuple(str(folder) for folder in (*folders, floor)))


@lru_cache(maxsize=4)
def _font_set(folders: tuple[str, ...]) -> FontSet:
    return FontSet(folders=folders)


@lru_cache(maxsize=32)
def _file_sha256(path: Path) -> str:
    return sha256_hex(path.read_bytes())


@lru_cache(maxsize=32)
def _characters(path: Path) -> frozenset[int]:
    """Return the code points of a font file's Unicode character maps (all fonts of a collection)."""
    body = path.read_bytes()
    starts = [0]
    if body[:4] == b"ttcf":
        count = struct.unpack_from(">I", body, 8)[0]
        starts = list(struct.unpack_from(f">{count}I", body, 12))
    found: set[int] = set()
    for start in starts:
        tables = struct.unpack_from(">H", body, start + 4)[0]
        for n in range(tables):
            tag, _, offset, _ = struct.unpack_from(">4sIII", body, start + 12 + 16 * n)
            if tag == b"cmap":
                found |= _cmap(body, offset)
    return frozenset(found)


def _cmap(body: bytes, offset: int) -> set[int]:
    """Read subtables of format 4 and 12 (OpenType spec, cmap)."""
    found: set[int] = set()
    count = struct.unpack_from(">H", body, offset + 2)[0]
    for n in range(count):
        sub = offset + struct.unpack_from(">I", body, offset + 8 + 8 * n)[0]
        kind = struct.unpack_from(">H", body, sub)[0]
        if kind == 12:  # noqa: PLR2004
            groups = struct.unpack_from(">I", body, sub + 12)[0]
            for first, last, glyph in struct.iter_unpack(">III", body[sub + 16 : sub + 16 + 12 * groups]):
                found.update(range(first + (glyph == 0), last + 1))
        elif kind == 4:  # noqa: PLR2004
            segments = struct.unpack_from(">H", body, sub + 6)[0] // 2
            ends = struct.unpack_from(f">{segments}H", body, sub + 14)
            begins = struct.unpack_from(f">{segments}H", body, sub + 16 + 2 * segments)
            found.update(
                code for a, b in zip(begins, ends, strict=True) if b != _LAST_SEGMENT for code in range(a, b + 1)
            )
    return found
