"""An open-data package as files: tables as CSV and Parquet, what describes them, and notes; same content, same bytes."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping, Sequence

import msgspec
import polars as pl

from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Lang, Text

_FORMULA = r"^[=+\-@\t\r]"  # what a spreadsheet would run: https://owasp.org/www-community/attacks/CSV_Injection
_NUMBER = r"^[+\-]?[0-9.,]+%?$"
_STAMP = (1980, 1, 1, 0, 0, 0)  # of every member of the archive: the first that ZIP knows
_TYPES = {
    pl.String(): "string",
    pl.Int64(): "integer",
    pl.Float64(): "number",
    pl.Boolean(): "boolean",
    pl.Date(): "date",
}
LICENCES = {
    "CC-BY-4.0": (Text("知识共享 署名 4.0 国际", "Creative Commons Attribution 4.0 International"),
                  "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": (Text("知识共享 CC0 1.0", "Creative Commons Zero 1.0"),
                "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODbL-1.0": (Text("开放数据库许可 1.0", "Open Database License 1.0"), "https://opendatacommons.org/licenses/odbl/1-0/"),
}  # fmt: skip


class DataTable(msgspec.Struct, frozen=True, kw_only=True):
    """One table: ``fields`` names every column of ``frame`` in both languages; ``keys`` together are unique."""

    name: str
    title: Text
    frame: pl.DataFrame
    fields: Mapping[str, Text]
    keys: tuple[str, ...]


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What a package says of itself.

    ``first_day`` and ``last_day`` are those of its data, ``made_on`` the day it became known; ``vintage`` and ``head_sha256``
    lead to the log, ``sources`` (title, address) to where published figures stand.
    """

    id: str
    title: Text
    description: Text
    realm: Realm
    origins: tuple[str, ...]
    period: str
    first_day: dt.date
    last_day: dt.date
    made_on: dt.date
    vintage: int
    head_sha256: str
    pack_id: str
    pack_version: str
    pack_sha256: str
    publisher: Text
    licence: str
    notes: tuple[Text, ...]
    sources: tuple[tuple[str, str], ...] = ()


def safe_csv(frame: pl.DataFrame) -> bytes:
    """Return a table as CSV that a spreadsheet opens in Chinese and of which it runs nothing."""
    text = pl.col(pl.String)
    risky = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    safe = frame.with_columns(pl.when(risky).then("'" + text).otherwise(text).name.keep())
    return safe.write_csv(include_bom=True).encode()


def parquet(frame: pl.DataFrame) -> bytes:
    """Return a table as Parquet."""
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd", statistics=True)
    return out.getvalue()


def files_of(package: Package, tables: Sequence[DataTable], extra: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a package by path: ``tables`` in two formats, ``extra`` as it is, notes, licence, descriptor."""
    files: dict[str, bytes] = {}
    for table in tables:
        files[f"data/{table.name}.csv"] = safe_csv(table.frame)
        files[f"data/{table.name}.parquet"] = parquet(table.frame)
    files |= extra
    for lang in ("zh", "en"):
        files[f"NOTES.{lang}.md"] = notes_text(package, lang).encode()
    files["LICENCE.txt"] = _licence_text(package).encode()
    files["datapackage.json"] = _json(descriptor(package, tables, files))
    return dict(sorted(files.items()))


def archive(files: Mapping[str, bytes], folder: str) -> bytes:
    """Return the files as one ZIP under ``folder``, with fixed stamps and rights."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as opened:
        for name, body in sorted(files.items()):
            member = zipfile.ZipInfo(f"{folder}/{name}", _STAMP)
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            opened.writestr(member, body)
    return out.getvalue()


def descriptor(package: Package, tables: Sequence[DataTable], files: Mapping[str, bytes]) -> dict[str, object]:
    """Return the Frictionless descriptor (Data Package 2.0, https://datapackage.org) of the CSV and Parquet files."""
    licence, address = LICENCES[package.licence]
    described: dict[str, object] = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": package.id.lower(),
        "id": f"urn:xinqu:{package.realm}:{package.id}:{package.vintage}",
        "title": both(package.title),
        "description": both(package.description),
        "version": f"{package.vintage}",
        "created": f"{package.made_on}T00:00:00Z",
        "licenses": [{"name": package.licence, "title": licence.en, "path": address}],
        "contributors": [{"title": both(package.publisher), "roles": ["publisher"]}],
        "resources": [
            resource for table in tables for resource in _resources(package, table, files)
        ],
        "realm": str(package.realm), "origins": list(package.origins), "period": package.period,
        "vintage": package.vintage, "log_head": package.head_sha256, "pack": package.pack_id,
        "pack_version": package.pack_version, "pack_sha256": package.pack_sha256, "official": package.realm is Realm.OFFICIAL,
    }  # fmt: skip
    if package.sources:
        described["sources"] = [{"title": title, "path": path} for title, path in package.sources]
    return described


def _resources(package: Package, table: DataTable, files: Mapping[str, bytes]) -> list[dict[str, object]]:
    schema = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [
            {"name": name, "type": _TYPES[kind], "title": both(table.fields[name])}
            for name, kind in table.frame.schema.items()
        ],
        "missingValues": [""],
        "primaryKey": list(table.keys),
    }
    found = []
    for suffix, media in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet")):
        path = f"data/{table.name}.{suffix}"
        found.append(
            {
                "name": table.name.replace("_", "-") + ("" if suffix == "csv" else "-parquet"),
                "path": path, "title": both(table.title), "format": suffix, "mediatype": media,
                "bytes": len(files[path]), "hash": f"sha256:{sha256_hex(files[path])}",
                "realm": str(package.realm), "rows": table.frame.height,
            }
        )  # fmt: skip
    found[0] |= {"type": "table", "encoding": "utf-8", "dialect": {"delimiter": ","}, "schema": schema}
    return found


def both(text: Text) -> str:
    """Return both languages in one line, for fields that hold one text."""
    return text.zh if text.zh == text.en else f"{text.zh} / {text.en}"


def notes_text(package: Package, lang: Lang) -> str:
    """Return the notes: what it is, whose and how far official, then scope, breaks, estimates and coverage."""
    licence, address = LICENCES[package.licence]
    heads = {
        "zh": ("数据性质", "期间", "数据版本", "规则包", "许可", "说明", "来源"),
        "en": ("Origin", "Period", "Vintage", "Pack", "Licence", "Notes", "Sources"),
    }[lang]
    mark = package.realm.mark.say(lang)
    lines = [f"# {package.title.say(lang)}", ""]
    lines += [f"**{mark}**", ""] if mark else []
    lines += [package.description.say(lang), ""]
    facts = (
        f"{package.realm.label.say(lang)} ({', '.join(package.origins)})", package.period,
        f"#{package.vintage} {package.head_sha256} ({package.made_on})",
        f"{package.pack_id} {package.pack_version} {package.pack_sha256}", f"{licence.say(lang)} <{address}>",
    )  # fmt: skip
    lines += [f"- {head}: {fact}" for head, fact in zip(heads, facts, strict=False)]
    lines += ["", f"## {heads[5]}", *(f"- {note.say(lang)}" for note in package.notes)]
    if package.sources:
        lines += ["", f"## {heads[6]}", *(f"- {title} {path}" for title, path in package.sources)]
    return "\n".join(lines) + "\n"


def _licence_text(package: Package) -> str:
    licence, address = LICENCES[package.licence]
    mark = package.realm.mark
    return (
        f"{package.licence}\n{both(licence)}\n{address}\n\n{both(package.title)}, {both(package.publisher)}, "
        f"#{package.vintage}\n{both(mark) if mark.zh else ''}\n"
    )


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
