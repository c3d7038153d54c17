"""Wide facts frames from canonical rows: one row per return, typed, finite, of known items.

Record forms: ``engines.record_facts``. Public: ``rows_to_facts(pack, form, rows) -> pl.DataFrame``, ``empty_facts(pack, form)``, ``facts_schema(pack, form)``.
Columns are those of docs/architecture.md; ``#state`` and ``#origin`` are Enum, ``#scope`` is Categorical: a national
month of records fits in memory only so.
"""

import polars as pl

from xinqu.engines.definitions import in_present_items
from xinqu.engines.scopes import scope_keys
from xinqu.policy.model import Form, ItemType
from xinqu.policy.pack import Pack
from xinqu.vocabulary.origin import ORIGINS
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import ValueState

KEYS = ("area", "sub_unit", "period")
STATE = pl.Enum([state.value for state in ValueState])
ORIGIN = pl.Enum([origin.value for origin in ORIGINS])
_NUMERIC: tuple[ItemType, ...] = ("decimal", "integer")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_SHOWN = 20  # a broken file would otherwise print a line per cell


def value_type(item_type: ItemType) -> pl.DataType:
    """Return the type of an item's column: Float64, Boolean, or String for codes, texts and ISO dates."""
    if item_type in _NUMERIC:
        return pl.Float64()
    return pl.Boolean() if item_type == "bool" else pl.String()


def facts_schema(pack: Pack, form: str) -> dict[str, pl.DataType]:
    """Return the columns of a facts frame of ``form`` with their types, in order.

    A record form has one row per record (``row``), one scope and origin for the row, and no half digits.
    """
    schema: dict[str, pl.DataType] = {name: pl.String() for name in (*KEYS, "submission")} | {"event": pl.Int64()}
    if pack.forms[form].kind == "record":
        schema |= {"row": pl.Int64(), "scope": pl.String(), "origin": ORIGIN}
        for item in pack.forms[form].items:
            schema |= {item.code: value_type(item.type), f"{item.code}#state": STATE}
        return schema
    for item in pack.forms[form].items:
        schema |= {item.code: value_type(item.type), f"{item.code}#state": STATE, f"{item.code}#half": pl.Float64()}
        schema |= {f"{item.code}#scope": pl.Categorical(), f"{item.code}#origin": ORIGIN}
    return schema


def empty_facts(pack: Pack, form: str) -> pl.DataFrame:
    """Return a facts frame of ``form`` without rows."""
    return pl.DataFrame(schema=facts_schema(pack, form))


def rows_to_facts(pack: Pack, form: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the facts frame of ``form`` from the canonical rows of any number of its returns.

    Args:
        rows: one row per return and item: ``area, sub_unit, period, submission, event, item, value, state, half_digit,
            scope, origin``.

    Raises:
        Refused: XQ-ENGINE-001 unknown item, -002 an item twice in one return, -003 a value that is not of its type
            (NaN and infinities included).
    """
    if rows.is_empty():
        return empty_facts(pack, form)
    definition = pack.forms[form]
    rows = in_present_items(pack, form, rows)
    index = [*KEYS, "submission", "event"]
    _refuse_unknown(definition, rows)
    _refuse_twice(form, rows, index)
    keyed = rows.join(scope_keys(pack, rows), on=["area", "scope", "period"], how="left", nulls_equal=True)
    wide = _pivot(definition, keyed, index)
    typed = _typed(definition, wide)
    _refuse_wrong(definition, wide, typed)
    return typed.select(list(facts_schema(pack, form)))


def _pivot(definition: Form, rows: pl.DataFrame, index: list[str]) -> pl.DataFrame:
    """Spread the five attributes of each item in one pass; items that nobody filed become null columns."""
    attributes = ["value", "state", "half_digit", "scope_key", "origin"]
    wide = rows.pivot("item", index=index, values=attributes, aggregate_function=None, maintain_order=True)
    wanted = [f"{attribute}_{item.code}" for item in definition.items for attribute in attributes]
    return wide.with_columns(pl.lit(None, pl.String).alias(name) for name in wanted if name not in wide.columns)


def _typed(definition: Form, wide: pl.DataFrame) -> pl.DataFrame:
    columns: list[pl.Expr] = []
    for item in definition.items:
        code, raw = item.code, pl.col(f"value_{item.code}")
        half = pl.col(f"half_digit_{code}").cast(pl.Float64, strict=False).fill_null(0.0)
        columns += [
            typed_column(raw, item.type).alias(code),
            pl.col(f"state_{code}").cast(STATE).alias(f"{code}#state"),
            pl.when(raw.is_not_null()).then(half).alias(f"{code}#half"),
            pl.col(f"scope_key_{code}").cast(pl.Categorical).alias(f"{code}#scope"),
            pl.col(f"origin_{code}").cast(ORIGIN).alias(f"{code}#origin"),
        ]
    return wide.with_columns(*columns, pl.col("event").cast(pl.Int64))


def typed_column(raw: pl.Expr, item_type: ItemType) -> pl.Expr:
    """Return canonical texts as the type of an item's column; null where a text is none of it."""
    if item_type in _NUMERIC:
        number = raw.cast(pl.Float64, strict=False)
        return pl.when(number.is_finite()).then(number)
    if item_type == "bool":
        return raw.replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
    if item_type == "date":
        return pl.when(raw.str.to_date("%Y-%m-%d", strict=False).is_not_null()).then(raw)
    return raw


def _refuse_unknown(definition: Form, rows: pl.DataFrame) -> None:
    known = [item.code for item in definition.items]
    unknown = rows.filter(~pl.col("item").is_in(known))["item"].unique().sort().to_list()
    if unknown:
        raise Refused(
            [
                Problem(
                    code="XQ-ENGINE-001",
                    what=Text(f"表 {definition.id} 没有指标 {item}", f"form {definition.id} has no item {item}"),
                    where=Where(subject=definition.id),
                    fix=Text("核对指标代码与报表版本", "check the item code and the version of the form"),
                )
                for item in unknown
            ]
        )


def _refuse_twice(form: str, rows: pl.DataFrame, index: list[str]) -> None:
    keys = [name for name in index if name not in ("submission", "event")]
    twice = rows.group_by(*keys, "item", maintain_order=True).len().filter(pl.col("len") > 1)
    if not twice.is_empty():
        raise Refused(
            [
                Problem(
                    code="XQ-ENGINE-002",
                    what=Text(
                        f"{row['item']} 在同一报表中出现{row['len']}次",
                        f"{row['item']} stands {row['len']} times in one return",
                    ),
                    where=Where(subject=_subject(form, row)),
                    why=Text(
                        "每个地区、下级单位和报告期只取最后受理的一份",
                        "only the last accepted return of an area, sub-unit and period counts",
                    ),
                    fix=Text("先去重再载入", "keep one return per key before loading"),
                )
                for row in twice.head(_SHOWN).iter_rows(named=True)
            ]
        )


def _refuse_wrong(definition: Form, wide: pl.DataFrame, typed: pl.DataFrame) -> None:
    problems: list[Problem] = []
    for item in definition.items:
        raw = wide[f"value_{item.code}"]
        lost = raw.is_not_null() & typed[item.code].is_null()
        if lost.any():
            places = wide.select(*KEYS, raw.alias("value")).filter(lost).head(_SHOWN).iter_rows(named=True)
            problems += [_wrong(definition.id, item.code, item.type, row) for row in places]
    if problems:
        raise Refused(problems)


def _wrong(form: str, code: str, item_type: str, row: dict[str, str]) -> Problem:
    return Problem(
        code="XQ-ENGINE-003",
        what=Text(
            f"{code} 的值“{row['value']}”不是{_TYPE_ZH[item_type]}",
            f"{code}: {row['value']!r} is not a {_TYPE_EN[item_type]}",
        ),
        where=Where(subject=f"{_subject(form, row)}, {code}"),
        why=Text("NaN 与无穷大不入库", "NaN and infinities are refused at the door")
        if item_type in _NUMERIC
        else Text("", ""),
        fix=Text("改正后重新报送", "correct it and file again"),
    )


_TYPE_ZH = {"decimal": "有限小数", "integer": "有限整数", "bool": "真假值（true/false）", "date": "日期（YYYY-MM-DD）"}
_TYPE_EN = {
    "decimal": "finite number",
    "integer": "finite number",
    "bool": "flag (true, false)",
    "date": "date (YYYY-MM-DD)",
}


def _subject(form: str, row: dict[str, str]) -> str:
    return "/".join(part for part in (form, row["area"], row["sub_unit"], row["period"]) if part)
