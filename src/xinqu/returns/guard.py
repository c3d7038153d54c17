"""Looks at an upload before anything parses it: size, zip structure, XML declarations, macros, security markings."""

import functools
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

import msgspec

from xinqu.returns import faults
from xinqu.returns.places import place_of
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text


class Limits(msgspec.Struct, frozen=True):
    """Most that an upload may hold; far above what a return needs, far below what hurts the machine."""

    file_bytes: int = 16 * 1024 * 1024
    unpacked_bytes: int = 64 * 1024 * 1024
    ratio: int = 200
    ratio_floor_bytes: int = 1024 * 1024
    entries: int = 400
    rows: int = 5_000
    columns: int = 100
    value_characters: int = 400
    note_characters: int = 8_000


LIMITS = Limits()
_CFB_MAGIC = b"\xd0\xcf\x11\xe0"  # old .xls, or an encrypted .xlsx
_MACRO_PARTS = re.compile(r"(?i)vbaproject|macrosheets|/embeddings/|activex|\.(?:exe|dll|js|vbs)$")
_CELL_BREAK = re.compile(rb"</(?:si|c|t|is|v|row|comment|a:p|oddHeader|oddFooter)>")
_TAG = re.compile(rb"<[^<>]*>")
_SECRET = re.compile(rb"(?:<[^<>]*>)*".join([b"s", b"e", b"c", b"r", b"e", b"t"]), re.IGNORECASE)  # tags may part it
# 秘密 as a grade, not 商业秘密 or 技术秘密 (civil law); 机密 not inside 手机密码, 计算机密集 and their like.
_MARKS = re.compile(
    r"绝\s*密|(?<![手算动])机\s*密(?![码度集封钥])|(?<!商业)(?<!技术)(?<!非)秘\s*密|"
    r"(?<![a-z])(?<!trade )(?:top[ _-]?)?secret(?![a-z])",
    re.IGNORECASE,
)


def security_mark(text: str) -> str | None:
    """Return the first security marking in a text, None when there is none."""
    if "密" not in text and "secret" not in text.casefold():  # a hundred times faster than the search on long files
        return None
    found = _MARKS.search(text)
    return found[0] if found else None


def open_workbook(body: bytes, filename: str, *, limits: Limits = LIMITS) -> dict[str, bytes]:
    """Return the XML parts of a workbook by name, after all checks that must come before parsing.

    Sizes are counted while unpacking: what the zip directory says is not believed.

    Raises:
        Refused: XQ-RETURN-003 to 007, 030, with all faults found.
    """
    if body.startswith(_CFB_MAGIC):
        raise Refused(_old_container(body, filename))
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        parts = _unpack(archive, filename, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise Refused(faults.damaged(filename, type(error).__name__)) from error
    problems = list(_part_problems(archive, parts, filename))
    if problems:
        raise Refused(problems)
    if "xl/workbook.xml" not in parts:
        found = Text("压缩包内没有工作簿", "the zip archive holds no workbook")
        raise Refused(faults.unknown_type(filename, found))
    return parts


def _old_container(body: bytes, filename: str) -> Problem:
    if "EncryptedPackage".encode("utf-16-le") in body:
        return faults.encrypted(filename)
    return faults.unknown_type(filename, Text("这是旧版 .xls 文件", "it is an old .xls file"))


def _unpack(archive: zipfile.ZipFile, filename: str, limits: Limits) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise Refused(faults.too_large(filename, _more("压缩包内文件数", "files in the archive", limits.entries)))
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(faults.encrypted(filename))
    parts: dict[str, bytes] = {}
    left = limits.unpacked_bytes
    for entry in entries:
        with archive.open(entry) as stream:
            content = stream.read(left + 1)
        left -= len(content)
        packed = max(entry.compress_size, 1)
        if left < 0:
            raise Refused(
                faults.too_large(filename, _more("解压后字节数", "bytes when unpacked", limits.unpacked_bytes))
            )
        if len(content) > limits.ratio_floor_bytes and len(content) > limits.ratio * packed:
            raise Refused(faults.too_large(filename, _more("压缩比", "compression ratio", limits.ratio)))
        if entry.filename.endswith((".xml", ".rels", ".vml")):
            parts[entry.filename] = content
    return parts


def _more(zh: str, en: str, limit: int) -> Text:
    return Text(f"{zh}超过 {limit:,}", f"{en}: more than {limit:,}")


def _part_problems(archive: zipfile.ZipFile, parts: dict[str, bytes], filename: str) -> Iterator[Problem]:
    for name in archive.namelist():
        if _MACRO_PARTS.search(name):
            yield faults.macros(filename, name)
    for name, content in parts.items():
        bare = _as_utf8(content)
        if bare is None:
            yield faults.damaged(filename, f"{name}: encoding")
            continue
        if b"<!DOCTYPE" in bare or b"<!ENTITY" in bare:
            yield faults.xml_entities(filename, name)
        if b"macroEnabled" in bare and name == "[Content_Types].xml":
            yield faults.macros(filename, name)
        mark = security_mark(_texts(name, bare)) if _may_be_marked(bare) else None
        if mark:
            yield faults.classified(mark, place_of(parts, name, functools.partial(_is_marked, name), filename))


def _may_be_marked(content: bytes) -> bool:
    """Say whether a part can hold a marking at all: far cheaper than to take its words out, and never wrong by a no."""
    return "密".encode() in content or b"&#" in content or _SECRET.search(content) is not None


def _is_marked(part: str, content: bytes) -> bool:
    return security_mark(_texts(part, content)) is not None


def _as_utf8(content: bytes) -> bytes | None:
    """Return an XML part in UTF-8, None when it is in an encoding that no spreadsheet writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace").encode()
    declared = re.search(rb'<\?xml[^>]*encoding=["\']([^"\']+)', content[:200])
    plain = declared is None or declared[1].lower() in {b"utf-8", b"utf8", b"us-ascii"}
    return content if plain and b"\0" not in content[:200] else None


def _texts(name: str, content: bytes) -> str:
    """Return the words of an XML part, runs of one cell joined, cells kept apart; sheet names too."""
    words = _TAG.sub(b"", _CELL_BREAK.sub(b"\n", content.replace(b"</t></r>", b"")))
    if name == "xl/workbook.xml":
        words += b"\n" + b"\n".join(re.findall(rb'<sheet [^>]*name="([^"]*)"', content))
    return html.unescape(words.decode("utf-8", errors="replace"))  # a mark written as character references is one too


def decode_text(body: bytes, filename: str) -> str:
    """Return the text of a CSV file in UTF-8 (with or without mark) or GB18030.

    Raises:
        Refused: XQ-RETURN-008 for other encodings, 007 for a security marking.
    """
    text = _decoded(body)
    if text is None or "\0" in text:
        raise Refused(faults.wrong_encoding(filename))
    mark = security_mark(text)
    if mark:
        line = text.count("\n", 0, text.index(mark)) + 1
        raise Refused(faults.classified(mark, Where(file=filename, line=line)))
    return text


def _decoded(body: bytes) -> str | None:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
