"""Reads a pack folder of YAML: strictly typed, duplicate and unknown keys refused, all faults told with file and line."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
import yaml

from xinqu.policy import model
from xinqu.policy.pack import Pack, Place
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

DEFAULT_PACK = Path(__file__).parent.parent / "packs" / "guobanfa_2019_58"

# kind -> (glob, key of the list in the file or "" when the file is one record, record type, id field)
_LAYOUT: dict[str, tuple[str, str, type[model.Record], str]] = {
    "sentence": ("text/*.yaml", "sentences", model.Sentence, "id"),
    "measure": ("measures/*.yaml", "measures", model.Measure, "id"),
    "area": ("areas/*.yaml", "", model.Area, "code"),
    "form": ("forms/*.yaml", "", model.Form, "id"),
    "form_version": ("form_versions/*.yaml", "", model.FormVersion, "id"),
    "check": ("checks/*.yaml", "checks", model.Check, "id"),
    "indicator": ("indicators/*.yaml", "indicators", model.Indicator, "id"),
    "parameter": ("parameters/*.yaml", "parameters", model.Parameter, "id"),
    "instrument": ("instruments/*.yaml", "", model.Instrument, "id"),
    "framework": ("frameworks/*.yaml", "", model.Framework, "id"),
    "target": ("targets.yaml", "targets", model.Target, "id"),
    "event_type": ("event_types.yaml", "event_types", model.EventType, "type"),
    "organisation": ("organisations.yaml", "organisations", model.Organisation, "id"),
    "role": ("permissions.yaml", "roles", model.Role, "role"),
    "permission": ("permissions.yaml", "permissions", model.Permission, ""),
    "holiday": ("calendar.yaml", "holidays", model.Holiday, ""),
    "major_matter": ("major_matters.yaml", "major_matters", model.MajorMatter, "id"),
    "conflict_class": ("conflict_classes.yaml", "conflict_classes", model.ConflictClass, ""),
    "oracle": ("oracles.yaml", "oracles", model.Oracle, "id"),
    "report": ("reports/*.yaml", "", model.Report, "id"),
    "release_table": ("disclosure/*.yaml", "tables", model.ReleaseTable, "id"),
    "release_series": ("releases.yaml", "series", model.ReleaseSeries, "id"),
    "series_break": ("series_breaks.yaml", "series_breaks", model.SeriesBreak, "id"),
    "outside_figure": ("outside/*.yaml", "figures", model.OutsideFigure, "id"),
    "code": ("codelists/*.yaml", "codes", model.Code, "code"),
}
_PLURAL = {"conflict_class": "conflict_classes", "release_series": "release_series"}


class _Lines(yaml.CSafeLoader):
    """Safe loader that refuses duplicate keys and notes the line of each mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key_node.value!r} stands twice", key_node.start_mark
                )
            seen.add(key_node.value)
        mapping = super().construct_mapping(node, deep=deep)
        mapping["__line__"] = node.start_mark.line + 1
        return mapping


def _mapping(loader: _Lines, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


_Lines.add_constructor("tag:yaml.org,2002:map", _mapping)


def pack_files(folder: Path) -> list[Path]:
    """Return the files that make up a pack, in name order."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in {".yaml", ".txt", ".md"})


def pack_sha256(folder: Path) -> str:
    """Return the hash of all files of a pack: names and bytes, in name order."""
    digest = hashlib.sha256()
    for path in pack_files(folder):
        body = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()


def load_pack(folder: Path = DEFAULT_PACK, *, cache: Path | None = None) -> Pack:
    """Load the pack in ``folder``; with ``cache`` (a folder) the parsed form is kept there under the pack's hash.

    Raises:
        Refused: with one problem per fault (unknown key, wrong type, duplicate id, broken YAML), each with file and line.
    """
    digest = pack_sha256(folder)
    kept = cache / f"pack-{digest}-{_LOADER_VERSION}.msgpack" if cache else None
    if kept and kept.exists():
        return msgspec.msgpack.decode(kept.read_bytes(), type=Pack)
    pack = _load(folder, digest)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_bytes(msgspec.msgpack.encode(pack))
        temporary.replace(kept)
    return pack


def load_checks(path: Path) -> tuple[list[model.Check], dict[str, Place]]:
    """Read a file of checks as it would stand in a pack (``defaults``, ``checks``), and where each stands.

    Raises:
        Refused: XQ-POLICY-001 or -002 per fault with its line: broken YAML, unknown key, wrong type, an id twice.
    """
    problems: list[Problem] = []
    document: Any = dict(_documents_of(path.parent, [path], problems)).get(path, {})
    if not isinstance(document, dict) or not isinstance(document.get("checks", []), list):
        raise Refused(_fault(path.name, 1, "Expected `checks`, a list"))
    checks: list[model.Check] = []
    places: dict[str, Place] = {}
    for raw in _raw_records(document, "checks", "check"):
        check = _convert(raw, model.Check, path.name, problems)
        if check is None:
            continue
        full = f"check:{check.id}"
        if full in places:
            problems.append(_twice(full, path.name, raw["__line__"], places[full]))
        places[full] = Place(path.name, raw["__line__"])
        checks.append(check)
    if problems:
        raise Refused(problems)
    return checks, places


def _code_sha256() -> str:
    """Return the hash of the code that shapes a kept pack: another shape is another file, never a decoding fault."""
    digest = hashlib.sha256()
    for name in (
        "model_base.py",
        "model_forms.py",
        "model_statistics.py",
        "model_practice.py",
        "model_release.py",
        "pack.py",
        "load.py",
    ):
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:16]


_LOADER_VERSION = _code_sha256()
T = TypeVar("T", bound=model.Record)


def _load(folder: Path, digest: str) -> Pack:
    problems: list[Problem] = []
    files = dict(_documents(folder, problems))
    info = _one(files, folder, "pack.yaml", problems)
    places: dict[str, Place] = {f"pack:{info.id}": Place("pack.yaml", 1)} if info else {}
    tables: dict[str, Any] = {}
    lists: dict[str, dict[str, model.Code]] = {}
    for kind, (glob, key, record_type, id_field) in _LAYOUT.items():
        records: list[Any] = []
        for path in sorted(folder.glob(glob)):
            document = files.get(path)
            if document is None:
                continue
            for raw in _raw_records(document, key, kind):
                name = path.relative_to(folder).as_posix()
                list_name = raw.pop("list", None) if kind == "code" else None
                record = _convert(raw, record_type, name, problems)
                if record is None:
                    continue
                identity = getattr(record, id_field) if id_field else f"{name}#{len(records)}"
                full = f"{kind}:{list_name}.{identity}" if list_name else f"{kind}:{identity}"
                if full in places:
                    problems.append(_twice(full, name, raw["__line__"], places[full]))
                places[full] = Place(name, raw["__line__"])
                if list_name:
                    lists.setdefault(str(list_name), {})[identity] = cast("model.Code", record)
                else:
                    records.append(record)
        if kind != "code":
            plural = _PLURAL.get(kind, f"{kind}s")
            tables[plural] = {getattr(r, id_field): r for r in records} if id_field else records
    if problems or info is None:
        raise Refused(problems)
    return Pack(info=info, sha256=digest, codelists=lists, places=places, **tables)


def _documents(folder: Path, problems: list[Problem]) -> Iterator[tuple[Path, dict[str, Any]]]:
    yield from _documents_of(folder, sorted(folder.rglob("*.yaml")), problems)


def _documents_of(
    folder: Path, paths: Iterable[Path], problems: list[Problem]
) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in paths:
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Lines)  # noqa: S506 - a SafeLoader
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            problems.append(_fault(path.relative_to(folder).as_posix(), line, str(getattr(error, "problem", error))))
            continue
        yield path, document


def _raw_records(document: dict[str, Any], key: str, kind: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a file; keys of ``defaults`` hold for each record of the file unless it says otherwise."""
    if not key:
        yield document
        return
    defaults = {k: v for k, v in document.get("defaults", {}).items() if k != "__line__"}
    if kind == "code":
        for list_name, codes in document.items():
            if list_name != "__line__":
                for code in codes:
                    yield {**code, "list": list_name}
        return
    for raw in document.get(key, []):
        yield {**defaults, **raw}


def _one(files: dict[Path, Any], folder: Path, name: str, problems: list[Problem]) -> model.PackInfo | None:
    if folder / name not in files:
        problems.append(_fault(name, 1, "pack.yaml is missing"))
        return None
    return _convert(files[folder / name], model.PackInfo, name, problems)


def _strip(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strip(item) for key, item in value.items() if key != "__line__"}
    if isinstance(value, list):
        return [_strip(item) for item in value]
    return value


def _convert(raw: dict[str, Any], record_type: type[T], file: str, problems: list[Problem]) -> T | None:
    try:
        return msgspec.convert(_strip(raw), record_type)
    except msgspec.ValidationError as error:
        problems.append(_fault(file, _line_of(raw, str(error)), str(error)))
        return None


def _line_of(raw: dict[str, Any], message: str) -> int:
    """Return the line of the innermost mapping that msgspec's path names."""
    line, current = raw.get("__line__", 1), raw
    path = message.rpartition("`$")[2].rstrip("`") if "`$" in message else ""
    for step in path.replace("[", ".[").split("."):
        if not step:
            continue
        nested: Any = None
        if step.startswith("[") and isinstance(current, list) and step[1:-1].isdigit():
            nested = current[int(step[1:-1])]
        elif isinstance(current, dict):
            nested = current.get(step)
        if nested is None:
            break
        current = nested
        if isinstance(current, dict):
            line = current.get("__line__", line)
    return int(line)


def _fault(file: str, line: int, message: str) -> Problem:
    return Problem(
        code="XQ-POLICY-001",
        what=Text(f"规则包记录有误：{message}", f"a pack record is wrong: {message}"),
        where=Where(file=file, line=line),
        fix=Text("按 CONTRIBUTING 所列字段改正", "correct it as CONTRIBUTING describes"),
    )


def _twice(identity: str, file: str, line: int, first: Place) -> Problem:
    return Problem(
        code="XQ-POLICY-002",
        what=Text(f"{identity} 重复", f"{identity} stands twice"),
        where=Where(file=file, line=line),
        why=Text(f"首次出现于 {first.file} 第{first.line}行", f"first at {first.file}, line {first.line}"),
        fix=Text("编号只能用一次：改用新编号", "an id is used once: give a new one"),
    )
