"""Spark in local mode gives what the local engine gives: exact types equal, floats to 1e-12, on all forms and indicators."""

import datetime as dt
import shutil

import polars as pl
import pytest
import sqlglot

from example_facts import NOW, example_facts, pack
from xinqu.engines.context import build_context
from xinqu.engines.local import evaluate, judge
from xinqu.engines.record_facts import records_to_facts
from xinqu.engines.spark import judge_on, map_blocks, open_session
from xinqu.expressions.compile import to_duckdb, to_polars
from xinqu.expressions.parse import parse
from xinqu.indicators.formulas import formulas
from xinqu.returns.record_bulk import build_record_documents
from xinqu.validation.distributed import list_files, validate_files, validate_files_on, validate_records_on
from xinqu.validation.run import validate
from xinqu.vocabulary.problem import Refused

pytest.importorskip("pyspark", reason="pyspark is not installed: pip install xinqu[spark]")
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine: Spark needs Java 17"),
]
RELATIVE = 1e-12
AREAS = ("nansha", "lanzhou", "pudong", "binhai", "tianfu", "guian", "xixian", "fuzhou")


@pytest.fixture(scope="module")
def session():
    opened = open_session("local[2]")
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def facts():
    """The example return in eight areas, so that peers are there; one value made wrong so that checks fail."""
    given = dict(example_facts(*AREAS))
    first = pl.int_range(pl.len()) % 7 == 0
    given["xm1"] = given["xm1"].with_columns(
        xm1_output=pl.when(first).then(pl.col("xm1_output") * 100).otherwise("xm1_output")
    )
    return given


def same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    assert one.columns == other.columns
    for name in one.columns:
        left, right = one[name], other[name]
        if left.dtype.is_float():
            assert (left.is_null() == right.is_null()).all(), name
            gap = (left - right).abs() <= RELATIVE * pl.select(pl.max_horizontal(left.abs(), right.abs())).to_series()
            assert gap.fill_null(value=True).all(), name
        else:
            assert left.equals(right), name


@pytest.mark.parametrize("form", [form.id for form in pack().area_forms])
def test_all_checks_of_a_form_are_judged_alike(session, facts, form):
    checks = {check.id: parse(check.expression) for check in pack().checks.values() if check.form == form}
    context = build_context(pack(), facts, form, checks.values())
    here, there = judge(context, checks), judge_on(session, context, checks)
    same(here.counts, there.counts)
    same(here.failing.sort("record", "check", "item"), there.failing)
    same(here.indeterminate.sort("record", "check"), there.indeterminate)


def test_some_of_these_checks_fail_and_some_are_open(facts):
    checks = {check.id: parse(check.expression) for check in pack().checks.values() if check.form == "xm1"}
    found = judge(build_context(pack(), facts, "xm1", checks.values()), checks)
    assert found.failing.height > 0


def test_all_indicators_come_out_alike(session, facts):
    """Each formula on the form of its first item, with the same context on both sides."""
    by_form: dict[str, dict] = {}
    for formula in formulas(pack(), None):
        form = next(iter(formula.forms))
        by_form.setdefault(form, {})[f"{formula.indicator.id}/{formula.frequency}"] = formula.expression
    count = 0
    for form, expressions in by_form.items():
        context = build_context(pack(), facts, form, expressions.values()).filter(
            pl.col("period") == NOW[pack().forms[form].frequency]
        )
        here = evaluate(context, expressions)
        texts = {name: expression.sql for name, expression in expressions.items()}

        def work(block: pl.DataFrame, texts: dict[str, str] = texts) -> pl.DataFrame:
            rows = block["#row"]
            return evaluate(block.drop("#row"), {name: parse(text) for name, text in texts.items()}).with_columns(rows)

        schema = {**here.schema, "#row": pl.Int64()}
        there = map_blocks(session, context.with_row_index("#row").cast({"#row": pl.Int64}), work, schema)
        same(here, there.sort("#row").drop("#row"))
        count += len(expressions)
    assert count >= len(pack().indicators)


@pytest.mark.parametrize("form", [form.id for form in pack().forms.values() if form.kind == "record"])
def test_record_forms_are_validated_alike(session, form):
    texts = record_texts(form)
    local_facts = records_to_facts(pack(), form, texts.sort("area", "period", "row"))
    here = validate(pack(), {form: local_facts}, form)
    there = validate_records_on(
        session.createDataFrame(texts.to_arrow(compat_level=pl.CompatLevel.oldest())), pack(), form
    )
    order = [name for name in here.findings.columns if name not in ("items", "values", "detail")]
    assert here.findings.sort(*order, "detail").equals(there.findings)
    assert here.counts.sort("check").equals(there.counts)
    assert there.counts["true"].sum() > 0


def record_texts(form: str) -> pl.DataFrame:
    """The example records of eight areas as canonical rows with heads."""
    facts = example_facts(*AREAS)[form]
    return facts.select(
        "area", "sub_unit", "period", "submission", "event", "row", "scope", pl.col("origin").cast(pl.String),
        *(_text(facts, item.code) for item in pack().forms[form].items), pl.lit("").alias("#states"),
    )  # fmt: skip


def _text(facts: pl.DataFrame, item: str) -> pl.Expr:
    column = facts[item]
    text = pl.col(item).cast(pl.String)
    return text.str.strip_suffix(".0") if column.dtype.is_float() else text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Parquet returns of two record forms in eight areas and several periods."""
    made = tmp_path_factory.mktemp("returns")
    for form in ("xr1", "xr3"):
        typed = record_texts(form).drop("#states", "sub_unit", "submission", "event", "row", "scope", "origin")
        for document in build_record_documents(pack(), pack().forms[form], typed):
            (made / document.filename).write_bytes(document.upload)
    return made


def test_files_are_validated_alike(session, folder):
    files, day = list_files(pack(), sorted(folder.glob("*.parquet"))), dt.date(2027, 12, 31)
    here, there = validate_files(pack(), files, as_of=day), validate_files_on(session, pack(), files, as_of=day)
    assert here.findings.equals(there.findings)
    assert here.counts.equals(there.counts)
    assert set(here.counts["form"]) == {"xr1", "xr3"}


def test_a_refusal_in_a_worker_is_the_refusal_here(session, folder):
    files, day = list_files(pack(), sorted(folder.glob("*.parquet"))), dt.date(2001, 1, 1)
    with pytest.raises(Refused) as here:
        validate_files(pack(), files, as_of=day)
    with pytest.raises(Refused) as there:
        validate_files_on(session, pack(), files, as_of=day)
    assert there.value.problems == here.value.problems


@pytest.mark.parametrize("form", ["xm1", "xq2", "xa4"])
def test_spark_sql_of_the_same_checks_gives_the_same_truth(session, facts, form):
    """Another engine and another compiler: our tree as SQL text, put into Spark's dialect by sqlglot."""
    checks = {check.id: parse(check.expression) for check in pack().checks.values() if check.form == form}
    context = build_context(pack(), facts, form, checks.values())
    here = context.select("area", "period", *(to_polars(check).alias(name) for name, check in checks.items()))
    wanted = ", ".join(f'{to_duckdb(check)} AS "{name}"' for name, check in checks.items())
    query = f"SELECT area, period, {wanted} FROM facts"  # noqa: S608 - made of the pack's own checks
    spark_query = sqlglot.transpile(query, read="duckdb", write="spark")[0]
    plain = context.select(
        pl.col(pl.String, pl.Float64, pl.Boolean, pl.Int64), pl.col(pl.Enum, pl.Null).cast(pl.String)
    )
    session.createDataFrame(plain.to_arrow(compat_level=pl.CompatLevel.oldest())).createOrReplaceTempView("facts")
    there = pl.DataFrame(pl.from_arrow(session.sql(spark_query).toArrow()))
    assert here.sort("area", "period").equals(there.select(here.columns).sort("area", "period"))


def test_a_master_that_is_none_is_refused(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(Refused, match="XQ-SPARK-002"):
        open_session()
