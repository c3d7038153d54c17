"""The distributed engine: the same Polars code inside Spark's Arrow functions, block by block or group by group.

Nothing is computed in Spark's own language: Spark moves Arrow blocks to Python workers, and what runs there is what runs
here. The session's workers need this package installed; in local mode they are processes of this machine.
"""

import importlib
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from xinqu.engines.local import BLOCK_ROWS, Judged, judge
from xinqu.expressions.parse import Expression, parse
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.text import Text

LOCAL = "local[2]"
Work = Callable[[pl.DataFrame], pl.DataFrame]
_SETTINGS = {
    "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BLOCK_ROWS), "spark.sql.shuffle.partitions": "4",
    "spark.sql.session.timeZone": "Asia/Shanghai",
}  # fmt: skip
_ROW = "#row"


def open_session(master: str = LOCAL, *, name: str = "xinqu") -> Any:
    """Return a Spark session on ``master`` whose Python workers are this interpreter.

    Raises:
        Refused: XQ-SPARK-001 without pyspark, -002 without Java; -003 (exit 4) when the session does not start.
    """
    spark_sql = _library("pyspark.sql")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise Refused(_no_java())
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    settings = dict(_SETTINGS)
    if master.startswith("local"):  # a cluster's workers must reach the driver, this machine's need no network
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    # of pandas we use nothing: blocks pass as Arrow
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    builder = spark_sql.SparkSession.builder.master(master).appName(name)
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise Refused(_no_session(master, error), Exit.OUR_FAULT) from error


def map_blocks(session: Any, frame: pl.DataFrame, work: Work, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the rows that ``work`` makes of the blocks of ``frame``, in no order; ``work`` and its values are pickled."""
    sent, restore = _packed(frame)

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            made = work(restore(pl.DataFrame(pl.from_arrow(_table(batch)))))
            yield from _to_arrow(made, schema).to_batches()

    return _collected(session.createDataFrame(sent).mapInArrow(run, _spark_schema(schema)), schema)


def map_groups(rows: Any, key: str, work: Work, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the rows that ``work`` makes of each group of a Spark frame ``rows`` by column ``key``, in no order."""

    def run(group: Any) -> Any:
        return _to_arrow(work(pl.DataFrame(pl.from_arrow(group))), schema)

    return _collected(rows.groupBy(key).applyInArrow(run, _spark_schema(schema)), schema)


def judge_on(session: Any, context: pl.DataFrame, checks: Mapping[str, Expression]) -> Judged:
    """Return ``engines.local.judge`` of a context frame, computed by the session; pairs sorted by record and check."""
    texts = {name: expression.sql for name, expression in checks.items()}

    def work(block: pl.DataFrame) -> pl.DataFrame:
        rows = block[_ROW]
        found = judge(block.drop(_ROW), {name: parse(text) for name, text in texts.items()})
        pairs = [
            found.failing.with_columns(part=pl.lit("failing")),
            found.indeterminate.with_columns(part=pl.lit("open")),
        ]
        both = pl.concat(pairs, how="diagonal").with_columns(
            rows.gather(pl.concat(pairs, how="diagonal")["record"]).alias("record")
        )
        counts = found.counts.with_columns(part=pl.lit("counts"))
        return pl.concat([counts, both], how="diagonal_relaxed").select(list(_JUDGED))

    told = map_blocks(session, context.with_row_index(_ROW).cast({_ROW: pl.Int64}), work, _JUDGED)
    counts = told.filter(pl.col("part") == "counts").group_by("check").agg(pl.col(_COUNTS).sum())
    order = pl.DataFrame({"check": list(checks)}, schema={"check": pl.String})
    failing = told.filter(pl.col("part") == "failing").select(
        pl.col("record").cast(pl.UInt32), "check", "item", "value", "text"
    )
    unknown = told.filter(pl.col("part") == "open").select(pl.col("record").cast(pl.UInt32), "check")
    return Judged(
        counts=order.join(counts, on="check", how="left", maintain_order="left").with_columns(
            pl.col(_COUNTS).fill_null(0)
        ),
        failing=failing.sort("record", "check", "item"),
        indeterminate=unknown.sort("record", "check"),
    )


_COUNTS = ["true", "false", "indeterminate"]
_JUDGED: dict[str, pl.DataType] = {
    "part": pl.String(), "record": pl.Int64(), "check": pl.String(), "item": pl.String(), "value": pl.Float64(),
    "text": pl.String(), **dict.fromkeys(_COUNTS, pl.Int64()),
}  # fmt: skip


def _packed(frame: pl.DataFrame) -> tuple[Any, Callable[[pl.DataFrame], pl.DataFrame]]:
    """Return a frame as Arrow that Spark takes, and how to make it itself again.

    Spark knows no dictionaries, no unsigned numbers and no names with signs in them.
    """
    names, kinds = frame.columns, list(frame.dtypes)
    plain = frame.select(_plain(frame[name]).alias(f"c{number}") for number, name in enumerate(names))

    def restore(block: pl.DataFrame) -> pl.DataFrame:
        return block.select(
            pl.col(f"c{number}").cast(kind).alias(name)
            for number, (name, kind) in enumerate(zip(names, kinds, strict=True))
        )

    return plain.to_arrow(compat_level=pl.CompatLevel.oldest()), restore


def _plain(column: pl.Series) -> pl.Series:
    if column.dtype in (pl.Categorical, pl.Enum, pl.Null):
        return column.cast(pl.String)
    return column.cast(pl.Int64) if column.dtype.is_unsigned_integer() else column


def _table(batch: Any) -> Any:
    return _library("pyarrow").Table.from_batches([batch])


def _to_arrow(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> Any:
    typed = frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
    arrow = _library("pyspark.sql.pandas.types").to_arrow_schema(
        _spark_schema(schema)
    )  # Spark's own kinds of text and list
    return typed.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(arrow)


def _spark_schema(schema: Mapping[str, pl.DataType]) -> Any:
    arrow = pl.DataFrame(schema=dict(schema)).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    return _library("pyspark.sql.pandas.types").from_arrow_schema(arrow)


def _collected(rows: Any, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(rows.toArrow())).select(pl.col(name).cast(kind) for name, kind in schema.items())


def _library(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Refused(
            Problem(
                code="XQ-SPARK-001",
                what=Text("缺少 pyspark", "pyspark is not installed"),
                why=Text("分布式引擎运行在 Spark 上", "the distributed engine runs on Spark"),
                fix=Text("安装 xinqu[spark]，或用 --engine local", "install xinqu[spark], or take --engine local"),
            )
        ) from error


def _no_java() -> Problem:
    return Problem(
        code="XQ-SPARK-002",
        what=Text("没有 Java", "there is no Java"),
        why=Text("Spark 需要 Java 17 或更新版本", "Spark needs Java 17 or newer"),
        fix=Text("安装 Java 17 并设置 JAVA_HOME，或用 --engine local", "install Java 17 and set JAVA_HOME, or take --engine local"),
    )  # fmt: skip


def _no_session(master: str, error: Exception) -> Problem:
    return Problem(
        code="XQ-SPARK-003",
        what=Text(f"Spark（{master}）未能启动", f"Spark on {master} did not start"),
        why=Text(str(error).splitlines()[0][:200], str(error).splitlines()[0][:200]),
        fix=Text("核对 --master 与 Java 版本", "check --master and the version of Java"),
    )
