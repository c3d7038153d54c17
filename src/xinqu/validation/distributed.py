"""Checks of record forms area by area, here or on Spark: the same facts, context and checks, from frames or from files."""

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from xinqu.engines.record_facts import facts_of_return, records_to_facts
from xinqu.engines.spark import map_groups
from xinqu.policy.pack import Pack
from xinqu.returns import faults
from xinqu.returns.read import read_return
from xinqu.returns.record_file import parquet_header
from xinqu.validation.findings import COUNTS_SCHEMA, FINDINGS_SCHEMA, Findings
from xinqu.validation.run import validate
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text


def _wide(kind: Any) -> Any:
    """Return a type that Spark knows for one of ours: no unsigned numbers, no enumerations."""
    if isinstance(kind, pl.Enum) or kind in (pl.Enum, pl.Categorical):
        return pl.String()
    return pl.Int64() if kind == pl.UInt32 else kind


_GROUP = "group"
_SCHEMA: dict[str, Any] = {
    "part": pl.String(), **{name: _wide(kind) for name, kind in {**FINDINGS_SCHEMA, **COUNTS_SCHEMA}.items()},
}  # fmt: skip


def validate_records_on(rows: Any, pack: Pack, form: str) -> Findings:
    """Return ``validation.run.validate`` of record form ``form``, computed by the session of ``rows``.

    Args:
        rows: a Spark frame of canonical record rows with ``area, sub_unit, period, submission, event, row, scope, origin``;
            all rows of an area go to one worker, so that keys and the period before are seen whole.
    """
    body = msgspec.msgpack.encode(pack)

    def work(group: pl.DataFrame) -> pl.DataFrame:
        own = _decoded(body)
        return _told(validate(own, {form: records_to_facts(own, form, group.sort("period", "row"))}, form))

    return _gathered(map_groups(rows, "area", work, _SCHEMA))


def list_files(pack: Pack, paths: Sequence[Path]) -> pl.DataFrame:
    """Return ``group, form, area, period, path`` of Parquet files of record returns, from the headers in their metadata.

    Raises:
        Refused: XQ-CHECK-002 a file without such a header, -003 two files of one return; XQ-RETURN-… when unreadable.
    """
    found: dict[tuple[str, ...], Path] = {}
    problems: list[Problem] = []
    for path in paths:
        header = parquet_header(path)
        form = pack.forms.get(header["form"]) if header else None
        if header is None or form is None or form.kind != "record":
            problems.append(_no_record_return(path))
            continue
        key = (header["form"], header["area"], header["period"])
        if key in found:
            problems.append(_twice(path, found[key], key))
        found[key] = path
    if problems:
        raise Refused(problems)
    rows = [
        (f"{form}/{area}", form, area, period, str(found[form, area, period])) for form, area, period in sorted(found)
    ]
    return pl.DataFrame(rows, schema=[_GROUP, "form", "area", "period", "path"], orient="row")


def validate_files(pack: Pack, files: pl.DataFrame, *, as_of: dt.date) -> Findings:
    """Return the findings of the files of ``list_files``, read and judged area by area on this machine.

    Raises:
        Refused: with every problem of every file.
    """
    parts = [_of_files(pack, group, as_of) for group in files.partition_by(_GROUP, maintain_order=True)]
    return _gathered(pl.concat(parts) if parts else pl.DataFrame(schema=_SCHEMA))


def validate_files_on(session: Any, pack: Pack, files: pl.DataFrame, *, as_of: dt.date) -> Findings:
    """Return ``validate_files``, each area of a form read and judged by a worker of ``session``, which must see the paths."""
    body = msgspec.msgpack.encode(pack)

    def work(group: pl.DataFrame) -> pl.DataFrame:
        return _of_files(_decoded(body), group, as_of)

    return _gathered(map_groups(session.createDataFrame(files.to_arrow(compat_level=_OLDEST)), _GROUP, work, _SCHEMA))


_OLDEST = pl.CompatLevel.oldest()  # Spark knows no string views


def _of_files(pack: Pack, group: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Judge the files of one form and area; what refuses them is data too, so that it passes between machines."""
    form = group["form"][0]
    facts: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for path in group.sort("period")["path"]:
        try:
            facts.append(_facts(pack, Path(path), form, as_of))
        except Refused as refused:
            problems += refused.problems
    if problems:
        told = [msgspec.json.encode(problem).decode() for problem in problems]
        return _as_told(pl.DataFrame({"detail": told}).with_columns(part=pl.lit("refused")))
    return _told(validate(pack, {form: pl.concat(facts)}, form))


def _facts(pack: Pack, path: Path, form: str, as_of: dt.date) -> pl.DataFrame:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise Refused(faults.damaged(path.name, error.strerror or str(error))) from error
    document = read_return(pack, body, path.name, as_of=as_of, expect_form=form)
    header = document.header
    return facts_of_return(
        pack, form, document.rows, area=header.area, period=header.period,
        submission=document.content_sha256, scope=header.scope, origin=Origin.REPORTED.value,
    )  # fmt: skip


def _told(found: Findings) -> pl.DataFrame:
    findings = found.findings.with_columns(part=pl.lit("findings"))
    counts = found.counts.with_columns(part=pl.lit("counts"))
    return pl.concat([_as_told(findings), _as_told(counts)])


def _as_told(frame: pl.DataFrame) -> pl.DataFrame:
    empty = pl.DataFrame(schema=_SCHEMA)
    return pl.concat([empty, frame.cast({name: _SCHEMA[name] for name in frame.columns})], how="diagonal")


def _gathered(told: pl.DataFrame) -> Findings:
    """Return what the groups told as one: sorted findings, added counts; or raise with all that was refused."""
    refused = told.filter(pl.col("part") == "refused")["detail"].sort()
    if not refused.is_empty():
        raise Refused([msgspec.json.decode(text, type=Problem) for text in refused])
    counts = told.filter(pl.col("part") == "counts")
    sums = [name for name, kind in COUNTS_SCHEMA.items() if kind == pl.UInt32]
    added = counts.group_by("form", "check", "level").agg(pl.col(sums).sum())
    order = [name for name in FINDINGS_SCHEMA if name not in ("items", "values", "detail")]
    return Findings(
        told.filter(pl.col("part") == "findings").select(_cast(FINDINGS_SCHEMA)).sort(*order, "detail"),
        added.select(_cast(COUNTS_SCHEMA)).sort("form", "check", "level"),
    )


@functools.lru_cache(maxsize=2)
def _decoded(body: bytes) -> Pack:
    """Return the pack; a worker decodes it once, whatever the number of its groups."""
    return msgspec.msgpack.decode(body, type=Pack)


def _cast(schema: Mapping[str, Any]) -> list[pl.Expr]:
    return [pl.col(name).cast(kind) for name, kind in schema.items()]


def _no_record_return(path: Path) -> Problem:
    return Problem(
        code="XQ-CHECK-002",
        what=Text("不是按记录填报的 Parquet 报表", "not a return of records in Parquet"),
        where=Where(file=str(path)),
        why=Text("元数据中没有此类报表的表头", "its metadata bears no header of such a return")
        if path.is_file()
        else Text("没有这个文件", "there is no such file"),
        fix=Text("其他文件用：xinqu return check", "take xinqu return check for files of other kinds"),
    )


def _twice(path: Path, first: Path, key: tuple[str, ...]) -> Problem:
    return Problem(
        code="XQ-CHECK-003",
        what=Text(f"报表 {'/'.join(key)} 有两个文件", f"return {'/'.join(key)} has two files"),
        where=Where(file=str(path)),
        why=Text(f"另一个是 {first}", f"the other is {first}"),
        fix=Text("只保留一个", "leave one of them out"),
    )
