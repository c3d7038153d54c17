"""The context frame of a form: its facts, and a column for everything its expressions read from other rows.

Public: ``build_context(pack, facts, form, expressions, *, keys=None, released_peers=None) -> pl.DataFrame``.

Columns: those of the facts frame; items of other forms on the same area, sub-unit and period (``code``, ``code#state``,
``code#half``, ``code#scope``); ``sys_year, sys_period`` (Int64), ``sys_area, sys_region, sys_start, sys_end`` (text, ISO),
``sys_epoch`` (day the territory last changed), ``sys_mixed`` (Boolean: the row's values have different scope versions);
``param('id')`` in force on ``sys_end``; ``outside('id')`` of the area on that day; and per context call its canonical text with ``…#why`` (reason when NULL),
``…#half`` (calls of one item) and, for ``latest``, ``…#scope`` and ``…#period`` (where the value comes from).
"""

import functools
import operator
from collections.abc import Iterable, Mapping

import polars as pl

from xinqu.engines import cross_rows
from xinqu.engines.facts import KEYS, empty_facts
from xinqu.engines.outside import with_outside
from xinqu.engines.scopes import epochs
from xinqu.expressions.parse import ContextCall, Expression
from xinqu.policy.form_versions import redefinitions
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

Facts = Mapping[str, pl.DataFrame]


def build_context(
    pack: Pack,
    facts: Facts,
    form: str,
    expressions: Iterable[Expression],
    *,
    keys: pl.DataFrame | None = None,
    released_peers: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the context frame of ``form`` for ``expressions``; what can't be known is NULL with a reason.

    Args:
        facts: facts frames by form id (docs/architecture.md); history and other areas are read from here.
        keys: ``area, sub_unit, period`` rows to return, in this order, whether a return exists or not;
            None: the rows of ``facts[form]``.
        released_peers: ``area, period`` and columns named like ``peer_med(...)``, with ``…#why``: released peer statistics,
            used where ``facts`` holds too few peers (work offline).

    Raises:
        Refused: XQ-ENGINE-004 an expression reads an item the pack doesn't have, or a record form from elsewhere.
    """
    wanted = list(expressions)
    _refuse_foreign(pack, form, wanted)
    whole = _with_keys(facts.get(form, empty_facts(pack, form)), keys)
    whole = _with_items(pack, facts, form, whole, wanted)
    whole = _with_system(pack, form, whole)
    whole = _with_parameters(pack, whole, wanted)
    whole = with_outside(pack, whole, dict.fromkeys(name for expression in wanted for name in expression.outside))
    for calls in _by_depth(wanted):
        whole = _with_calls(pack, facts, form, whole, calls)
    whole = _with_released(whole, released_peers)
    mixed = pl.lit(value=False) if pack.forms[form].kind == "record" else _mixed(whole)  # a record has one scope
    whole = whole.with_columns(sys_mixed=mixed)
    return whole if keys is None else keys.select(KEYS).join(whole, on=list(KEYS), how="left", maintain_order="left")


def _with_keys(frame: pl.DataFrame, keys: pl.DataFrame | None) -> pl.DataFrame:
    if keys is None:
        return frame
    absent = keys.select(KEYS).unique(maintain_order=True).join(frame, on=list(KEYS), how="anti", maintain_order="left")
    return pl.concat([frame, absent], how="diagonal")


def _with_items(
    pack: Pack, facts: Facts, form: str, whole: pl.DataFrame, expressions: list[Expression]
) -> pl.DataFrame:
    """Join the items of other forms and complete the columns that a hand-made frame may lack."""
    used = dict.fromkeys(code for expression in expressions for code in expression.items)
    by_form: dict[str, list[str]] = {}
    for code in used:
        by_form.setdefault(pack.form_of_item[code], []).append(code)
    for other, codes in by_form.items():
        if other != form:
            source = _complete(facts.get(other, empty_facts(pack, other)), codes)
            columns = [name for code in codes for name in (code, f"{code}#state", f"{code}#half", f"{code}#scope")]
            whole = whole.join(source.select(*KEYS, *columns), on=list(KEYS), how="left", maintain_order="left")
    return _complete(whole, by_form.get(form, []))


def _complete(frame: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
    defaults: dict[str, pl.Expr] = {}
    for code in codes:
        defaults |= {
            f"{code}#state": pl.lit(None, pl.String),
            f"{code}#half": pl.lit(0.0),
            f"{code}#scope": pl.lit(None, pl.String),
        }
    return frame.with_columns(value.alias(name) for name, value in defaults.items() if name not in frame.columns)


def _with_system(pack: Pack, form: str, whole: pl.DataFrame) -> pl.DataFrame:
    periods = {text: Period.parse(text) for text in whole["period"].unique()}
    table = pl.DataFrame(
        {
            "period": list(periods),
            "sys_year": [period.year for period in periods.values()],
            "sys_period": [period.number for period in periods.values()],
            "sys_start": [period.start.isoformat() for period in periods.values()],
            "sys_end": [period.end.isoformat() for period in periods.values()],
            "#prev": [str(pack.forms[form].previous(period)) for period in periods.values()],
            "#ly": [str(period.last_year()) for period in periods.values()],
        },
        schema_overrides=_CALENDAR,
    )
    regions = {code: area.region for code, area in pack.areas.items()}
    epoch = epochs(pack, whole.select("area", "period").unique(maintain_order=True).iter_rows())
    region = pl.col("area").replace_strict(regions, default=None, return_dtype=pl.String)
    return (
        whole.join(table, on="period", how="left", maintain_order="left")
        .join(epoch, on=["area", "period"], how="left", maintain_order="left")
        .with_columns(sys_area=pl.col("area"), sys_region=region)
    )


_CALENDAR: dict[str, type[pl.DataType]] = {
    "period": pl.String,
    "sys_year": pl.Int64,
    "sys_period": pl.Int64,
    "sys_start": pl.String,
    "sys_end": pl.String,
    "#prev": pl.String,
    "#ly": pl.String,
}


def _with_parameters(pack: Pack, whole: pl.DataFrame, expressions: list[Expression]) -> pl.DataFrame:
    wanted = dict.fromkeys(identity for expression in expressions for identity in expression.parameters)
    ends = {text: Period.parse(text).end for text in whole["period"].unique()}
    columns = []
    for identity in wanted:
        parameter = pack.parameters.get(identity)
        versions = {period: parameter.on(day) if parameter else None for period, day in ends.items()}
        values = {period: float(version.exact) for period, version in versions.items() if version}
        valued = (
            pl.col("period").replace_strict(values, default=None, return_dtype=pl.Float64)
            if values
            else pl.lit(None, pl.Float64)
        )
        columns.append(valued.alias(f"param('{identity}')"))
    return whole.with_columns(columns)


def _by_depth(expressions: list[Expression]) -> list[list[ContextCall]]:
    """Return the distinct context calls, those with nested calls after the ones they read."""
    levels: dict[int, dict[str, ContextCall]] = {}
    for expression in expressions:
        for call in expression.context:
            levels.setdefault(_depth(call), {})[call.column] = call
    return [list(levels[depth].values()) for depth in sorted(levels)]


def _depth(call: ContextCall) -> int:
    return 1 + max((_depth(inner) for inner in call.argument.context), default=0)


def _with_calls(pack: Pack, facts: Facts, form: str, whole: pl.DataFrame, calls: list[ContextCall]) -> pl.DataFrame:
    groups: dict[tuple[str, str], list[ContextCall]] = {}
    for call in calls:
        groups.setdefault((call.function, _source_form(pack, form, call)), []).append(call)
    for (function, source_form), group in groups.items():
        source = whole
        if source_form != form:
            source = build_context(pack, facts, source_form, [call.argument for call in group])
        keys = tuple(pack.forms[source_form].keys)
        match function:
            case "prev" | "ly":
                breaks = (*pack.series_breaks.values(), *redefinitions(pack, source_form))
                whole = cross_rows.earlier(
                    whole, source, group, step=f"#{function}", record_keys=keys, breaks=breaks
                )  # fmt: skip
            case "latest":
                whole = cross_rows.latest(whole, source, group, frequency=pack.forms[form].frequency)
            case "sub_sum":
                whole = cross_rows.sub_sum(whole, source, group)
            case _:
                whole = cross_rows.peers(pack, whole, source, group)
    return whole


def _source_form(pack: Pack, form: str, call: ContextCall) -> str:
    """Return the form whose rows a call reads: that of its items when they are all of one form, else ``form``."""
    forms = {pack.form_of_item[code] for code in call.argument.items}
    return forms.pop() if len(forms) == 1 else form


def _with_released(whole: pl.DataFrame, released: pl.DataFrame | None) -> pl.DataFrame:
    if released is None:
        return whole
    names = [name for name in released.columns if name.startswith("peer_") and name in whole.columns]
    given = released.select("area", "period", *(pl.col(name).alias(f"{name}#given") for name in names))
    given = given.with_columns(pl.lit("").alias("sub_unit"))  # a sub-unit has no peers
    joined = whole.join(given, on=list(KEYS), how="left", maintain_order="left")
    filled = [_filled(name, joined.columns) for name in names]
    return joined.with_columns(filled).drop(f"{name}#given" for name in names)


def _filled(name: str, columns: list[str]) -> pl.Expr:
    """Return a peer statistic with the released one in its place where it is unknown; so the reason of one still unknown."""
    value = name.removesuffix("#why")
    if value == name:
        return pl.coalesce(name, f"{name}#given").alias(name)
    known = pl.col(value).is_not_null()
    if f"{value}#given" in columns:
        known = known | pl.col(f"{value}#given").is_not_null()
    return pl.when(~known).then(pl.coalesce(f"{name}#given", name)).alias(name)


def _mixed(whole: pl.DataFrame) -> pl.Expr:
    """Say of each row whether any two of its known scope versions differ; cheap when the frame has one key only."""
    names = [name for name in whole.columns if name.endswith("#scope")]
    distinct = {key for name in names for key in whole[name].unique() if key is not None}
    if len(distinct) < 2:  # noqa: PLR2004 - two keys are needed to differ
        return pl.lit(value=False)
    first = pl.coalesce(pl.col(name).cast(pl.String) for name in names)
    differ = [(first != pl.col(name).cast(pl.String)).fill_null(value=False) for name in names]
    return functools.reduce(operator.or_, differ)


def _refuse_foreign(pack: Pack, form: str, expressions: list[Expression]) -> None:
    problems = []
    for expression in expressions:
        for code in expression.items:
            owner = pack.form_of_item.get(code)
            if owner is None or (owner != form and pack.forms[owner].kind == "record"):
                problems.append(_foreign(form, expression, code))
    if problems:
        raise Refused(problems)


def _foreign(form: str, expression: Expression, code: str) -> Problem:
    return Problem(
        code="XQ-ENGINE-004",
        what=Text(f"表 {form} 的表达式不能读取 {code}", f"an expression on form {form} can't read {code}"),
        where=Where(subject=expression.sql),
        why=Text("没有此指标，或属于另一张记录表", "no such item, or it belongs to another record form"),
        fix=Text("改用本表或综合报表的指标", "use an item of this form or of an area form"),
    )
