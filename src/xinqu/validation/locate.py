"""From verdict columns to findings: where a check is false or unknown, with the inputs it read, in one pass."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from xinqu.policy.model import Form
from xinqu.validation.findings import COUNTS_SCHEMA, FINDINGS_SCHEMA, REASONS, Findings, joined
from xinqu.validation.rules import Rule
from xinqu.vocabulary.truth import Unknown, ValueState, Verdict

# Rows a block: keeps the texts of 100 inputs below 100 MB.
BLOCK_ROWS = 50_000
UNKNOWN, FALSE, TRUE = -1, 0, 1
_KEY = ("area", "sub_unit", "period", "submission")
_REASON_NUMBER = {reason.value: number for number, reason in enumerate(REASONS)}


def locate(rows: pl.DataFrame, rules: Sequence[Rule], form: Form) -> Findings:
    """Run ``rules`` on ``rows`` (part of the context frame of ``form``) and return findings and counts.

    All rules are one ``select``; the false and unknown ones are found by index in the same pass, so that the cost
    beyond it grows with what is found, not with what was checked. Of record forms the unknown ones are counted by reason,
    not listed: a month of new records has millions of them (nothing stood there the month before).
    """
    return joined(_locate(block, rules, form) for block in rows.iter_slices(BLOCK_ROWS))


def _locate(rows: pl.DataFrame, rules: Sequence[Rule], form: Form) -> Findings:
    said = verdicts(rows, rules)
    row, rule = np.nonzero(said == FALSE if form.keys else said != TRUE)
    false = said[row, rule] == FALSE
    reasons = _reasons_of_records(rows, rules, said) if form.keys else None
    if form.keys:  # the rest reads the rows that something was found in, a few of millions
        kept, row = np.unique(row, return_inverse=True)
        rows = rows[kept]
    found = pl.DataFrame({"row": row, "rule": rule, "false": false}).with_row_index("at")
    told = _told(found, _inputs(rows, rules, found))
    told = told.with_columns(_reasons(told, rows, rules))
    known = _reasons_told(told, len(rules)) if reasons is None else reasons
    return Findings(_frame(rows, rules, told, form), _counts(said, known, rules, form.id))


def verdicts(rows: pl.DataFrame, rules: Sequence[Rule]) -> NDArray[np.int8]:
    """Return what each rule (column) says of each row: TRUE, FALSE or UNKNOWN."""
    columns = [rule.verdict.cast(pl.Int8).fill_null(UNKNOWN).alias(rule.id) for rule in rules]
    return rows.with_columns(columns).select(rule.id for rule in rules).to_numpy()


def _inputs(rows: pl.DataFrame, rules: Sequence[Rule], found: pl.DataFrame) -> pl.DataFrame:
    """Return one row per input of each found verdict, in reading order: at, input, own, value and state as text.

    An input's state is ``reported`` where it is usable, else its state or the reason why it isn't.
    """
    names = list(dict.fromkeys(name for rule in rules for name in rule.inputs))
    number = {name: n for n, name in enumerate(names)}
    reads = pl.Series([[number[name] for name in rule.inputs] for rule in rules], dtype=pl.List(pl.Int64))
    schema = rows.schema
    texts = rows.select(_text(name, schema).alias(name) for name in names)
    states = rows.select(_state(name, schema).alias(name) for name in names)
    long = (
        found.select("at", "row", reads=reads.gather(found["rule"]))
        .filter(pl.col("reads").list.len() > 0)
        .explode("reads")
    )
    at = long["reads"] * rows.height + long["row"]  # place in the columns laid end to end
    return long.with_columns(
        value=_end_to_end(texts).gather(at),
        state=_end_to_end(states).gather(at),
        input=pl.Series(names, dtype=pl.String).gather(long["reads"]),
        own=pl.Series([_is_item(name) for name in names], dtype=pl.Boolean).gather(long["reads"]),
    )


def _end_to_end(columns: pl.DataFrame) -> pl.Series:
    return pl.concat([pl.Series(dtype=pl.String), *columns.iter_columns()], rechunk=True)


def _is_item(name: str) -> bool:
    return not name.endswith(")")  # context calls and parameters end so; item codes never


def _text(name: str, schema: pl.Schema) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    return text.str.strip_suffix(".0") if schema[name].is_float() else text


def _state(name: str, schema: pl.Schema) -> pl.Expr:
    if _is_item(name):
        return pl.col(f"{name}#state").cast(pl.String).fill_null(Unknown.MISSING.value)
    if f"{name}#why" in schema:
        return pl.col(f"{name}#why").cast(pl.String).fill_null(ValueState.REPORTED.value)
    known, unknown = pl.lit(ValueState.REPORTED.value), pl.lit(Unknown.NO_PARAMETER.value)
    return pl.when(pl.col(name).is_not_null()).then(known).otherwise(unknown)


def _told(found: pl.DataFrame, inputs: pl.DataFrame) -> pl.DataFrame:
    """Add to each found verdict its items with their values, its first unusable input, and its detail."""
    unusable = pl.col("state") != ValueState.REPORTED
    with_value = ~pl.col("own") & ~unusable & pl.col("value").is_not_null()
    by_finding = inputs.group_by("at", maintain_order=True).agg(
        pl.col("input").filter("own").alias("items"),
        pl.col("value").filter("own").alias("values"),
        pl.col("state").filter(unusable).first().alias("first_reason"),
        _pair("input", "state").filter(unusable).str.join(",").alias("unknown"),
        _pair("input", "value").filter(with_value).str.join(",").alias("context"),
    )
    empty = pl.lit([], dtype=pl.List(pl.String))
    return found.join(by_finding, on="at", how="left", maintain_order="left").with_columns(
        pl.col("items").fill_null(empty),
        pl.col("values").fill_null(empty),
        pl.col("unknown", "context").fill_null(""),
    )


def _pair(name: str, value: str) -> pl.Expr:
    escaped = pl.col(value).str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return pl.concat_str(pl.lit('"'), name, pl.lit('":"'), escaped, pl.lit('"'))


def _reasons(told: pl.DataFrame, rows: pl.DataFrame, rules: Sequence[Rule]) -> pl.Series:
    """Return the reason of each unknown verdict: its first unusable input, else mixed scopes, else a zero divisor."""
    unexplained = told.filter(~pl.col("false") & pl.col("first_reason").is_null())
    mixed: list[int] = []
    for (rule,), group in unexplained.group_by("rule"):
        condition = rules[int(str(rule))].mixed
        if condition is not None:
            differs = rows[group["row"]].select(condition.alias("mixed"))["mixed"]
            mixed += group["at"].filter(differs).to_list()
    reason = (
        pl.when("false")
        .then(pl.lit(""))
        .when(pl.col("at").is_in(mixed))
        .then(pl.lit(Unknown.SCOPE_MISMATCH.value))
        .otherwise(pl.col("first_reason").fill_null(Unknown.ZERO_DIVISOR.value))
    )
    return told.select(reason.alias("reason")).to_series()


def _frame(rows: pl.DataFrame, rules: Sequence[Rule], told: pl.DataFrame, form: Form) -> pl.DataFrame:
    of_rule = pl.DataFrame(
        {"check": [rule.id for rule in rules], "level": [rule.level for rule in rules]},
        schema={"check": pl.String, "level": pl.String},
    )
    names = told.select("items", "values", "reason")
    verdict = pl.when("false").then(pl.lit(Verdict.FALSE.value)).otherwise(pl.lit(Verdict.INDETERMINATE.value))
    parts = (pl.lit('{"unknown":{'), "unknown", pl.lit('},"context":{'), "context", pl.lit("}"), "record", pl.lit("}"))
    detail = pl.concat_str(parts)
    keyed = told.with_columns(record=_records(rows, form).gather(told["row"]))
    found = keyed.select(pl.lit(form.id).alias("form"), verdict.alias("verdict"), detail.alias("detail"))
    return pl.concat([rows.select(_KEY)[told["row"]], of_rule[told["rule"]], names, found], how="horizontal").select(
        list(FINDINGS_SCHEMA)
    )


def _records(rows: pl.DataFrame, form: Form) -> pl.Series:
    """Return the part of the detail that names the record; empty for an area form, which has one row a return."""
    if not form.keys:
        return pl.Series([""]).new_from_index(0, rows.height)
    texts = rows.select(pl.col(key).cast(pl.String).fill_null("") for key in form.keys)
    pairs = [
        texts.with_columns(name=pl.lit(key)).select(_pair("name", key)).to_series().alias(key) for key in form.keys
    ]
    record = pl.concat_str(pl.lit(',"record":{'), pl.concat_str(form.keys, separator=","), pl.lit("}"))
    return pl.DataFrame(pairs).select(record.alias("record")).to_series()


def _reasons_told(told: pl.DataFrame, rules: int) -> NDArray[np.uint32]:
    """Return how often each rule (row) is unknown for each of ``REASONS`` (column)."""
    unknown = told.filter(~pl.col("false"))
    number = unknown["reason"].replace_strict(_REASON_NUMBER, return_dtype=pl.Int64).to_numpy()
    reasons = np.zeros((rules, len(REASONS)), dtype=np.uint32)
    np.add.at(reasons, (unknown["rule"].to_numpy(), number), 1)
    return reasons


def _reasons_of_records(rows: pl.DataFrame, rules: Sequence[Rule], said: NDArray[np.int8]) -> NDArray[np.uint32]:
    """Return the same without listing: one column of reasons for each rule that is unknown somewhere."""
    reasons = np.zeros((len(rules), len(REASONS)), dtype=np.uint32)
    for number in np.flatnonzero((said == UNKNOWN).any(axis=0)).tolist():
        states = [_state(name, rows.schema) for name in rules[number].inputs]
        unusable = [pl.when(state != ValueState.REPORTED.value).then(state) for state in states]
        reason = pl.coalesce([*unusable, pl.lit(Unknown.ZERO_DIVISOR.value)]).alias("reason")
        unknown = pl.Series(said[:, number] == UNKNOWN)
        counted = rows.filter(unknown).select(reason)["reason"].value_counts()
        for name, count in counted.iter_rows():
            reasons[number, _REASON_NUMBER[name]] = count
    return reasons


def _counts(said: NDArray[np.int8], reasons: NDArray[np.uint32], rules: Sequence[Rule], form: str) -> pl.DataFrame:
    codes = (("true", TRUE), ("false", FALSE), ("indeterminate", UNKNOWN))
    return pl.DataFrame(
        {
            "form": [form] * len(rules),
            "check": [rule.id for rule in rules],
            "level": [rule.level for rule in rules],
            **{name: (said == code).sum(axis=0) for name, code in codes},
            **{reason.value: reasons[:, n] for n, reason in enumerate(REASONS)},
        },
        schema_overrides={name: kind for name, kind in COUNTS_SCHEMA.items() if kind == pl.UInt32},
    )
