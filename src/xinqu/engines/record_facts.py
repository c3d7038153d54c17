"""Facts frames of record forms from their wide canonical rows: typed columns and states, one row per record.

Registers hold what was written: there are no half digits, and scope and origin are the whole return's (docs/architecture.md).
"""

import polars as pl

from xinqu.engines.facts import STATE, facts_schema, typed_column
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import ValueState

STATES = "#states"
_HEAD = ("area", "sub_unit", "period", "submission", "event", "row", "scope", "origin")


def records_to_facts(pack: Pack, form: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the facts frame of record form ``form``.

    Args:
        rows: canonical record rows (an item of an earlier version may be absent) with ``area, sub_unit, period,
            submission, event, row, scope, origin``.

    Raises:
        Refused: XQ-ENGINE-003 a value that is not of its type (NaN and infinities included).
    """
    definition = pack.forms[form]
    schema = facts_schema(pack, form)
    has_states = STATES in rows.columns and bool((rows[STATES] != "").any())
    columns = [pl.col(name).cast(schema[name]) for name in _HEAD]
    for item in definition.items:
        if item.code not in rows.columns:
            columns += [
                pl.lit(None, schema[item.code]).alias(item.code),
                pl.lit(ValueState.MISSING.value).cast(STATE).alias(f"{item.code}#state"),
            ]
            continue
        value = typed_column(pl.col(item.code), item.type)
        columns += [value.alias(item.code), _state(item.code, has_states=has_states).alias(f"{item.code}#state")]
    facts = rows.select(columns)
    _refuse_wrong(definition, rows, facts)
    return facts.select(list(schema))


def facts_of_return(
    pack: Pack, form: str, rows: pl.DataFrame, *,
    area: str, period: str, submission: str, scope: str, origin: str, event: int = 0,
) -> pl.DataFrame:  # fmt: skip
    """Return the facts frame of the canonical rows of one record return; raises as ``records_to_facts``."""
    heads = {
        "area": area, "sub_unit": "", "period": period, "submission": submission, "scope": scope, "origin": origin,
    }  # fmt: skip
    said = rows.with_columns(
        *(pl.lit(value, pl.String).alias(name) for name, value in heads.items()),
        event=pl.lit(event, pl.Int64), row=pl.int_range(pl.len(), dtype=pl.Int64),
    )  # fmt: skip
    return records_to_facts(pack, form, said)


def _state(item: str, *, has_states: bool) -> pl.Expr:
    missing = pl.lit(ValueState.MISSING.value)
    named = pl.col(STATES).str.extract(f'"{item}":"([a-z_]+)"').fill_null(missing) if has_states else missing
    reported = pl.lit(ValueState.REPORTED.value)
    return pl.when(pl.col(item).is_not_null()).then(reported).otherwise(named).cast(STATE)


def _refuse_wrong(definition: Form, rows: pl.DataFrame, facts: pl.DataFrame) -> None:
    for item in definition.items:
        if item.code in rows.columns and rows[item.code].null_count() != facts[item.code].null_count():
            at = (rows[item.code].is_not_null() & facts[item.code].is_null()).arg_true()[0]
            row = facts.row(at, named=True)
            raise Refused(
                Problem(
                    code="XQ-ENGINE-003",
                    what=Text(f"{item.code} 的值“{rows[item.code][at]}”类型不符",
                              f"{item.code}: {rows[item.code][at]!r} is not of its type {item.type}"),
                    where=Where(subject=f"{definition.id}/{row['area']}/{row['period']}, {item.code}, row {row['row']}"),
                    fix=Text("改正后重新报送", "correct it and file again"),
                )
            )  # fmt: skip
