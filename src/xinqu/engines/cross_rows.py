"""Context calls as joins: earlier periods, latest value, sums of sub-units, statistics of peers.

Each function adds to ``whole`` one column per call, named by its canonical text, and ``…#why``, the reason when NULL.
Everything joins on the period as a value, never on the order of rows: a missing month is missing, not the month before.
"""

from collections.abc import Collection, Sequence

import polars as pl

from xinqu.engines.facts import KEYS
from xinqu.engines.reasons import reason_of
from xinqu.engines.scopes import UNSTATED
from xinqu.expressions import tree
from xinqu.expressions.compile import to_polars
from xinqu.expressions.parse import ContextCall
from xinqu.policy.model import SeriesBreak
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.truth import Unknown

_PEER_GROUPS = "CL_PEER_GROUP"
_PEERS_MIN = "peer_group_min"


def earlier(
    whole: pl.DataFrame,
    source: pl.DataFrame,
    calls: Sequence[ContextCall],
    *,
    step: str,
    record_keys: Sequence[str],
    breaks: Sequence[SeriesBreak] = (),
) -> pl.DataFrame:
    """Add ``prev`` or ``ly`` calls: the value in the period that column ``step`` of ``whole`` names.

    NULL across a series break: when an item of the argument has another scope version then and now, or an unstated one
    and the territory of the area changed in between, or when a day of ``breaks`` lies between. A single item that a
    break splices for the area itself is brought to the new base instead.
    """
    same_unit = ["area", "sub_unit", *record_keys]
    parts: list[pl.Expr] = [
        pl.col("period").alias("#at"),
        pl.lit(value=True).alias("#there"),
        pl.col("sys_epoch").alias("#epoch"),
        pl.col("sys_end").alias("#end"),
    ]
    for call in calls:
        parts += [*_values(source, call), _why(source, call)]
        parts += [_text_scope(code).alias(f"{call.column}#was:{code}") for code in call.argument.own_items]
    then = source.select(*same_unit, *parts).unique(subset=[*same_unit, "#at"], keep="last", maintain_order=True)
    joined = whole.join(
        then, left_on=[*same_unit, step], right_on=[*same_unit, "#at"], how="left", maintain_order="left"
    )
    joined = joined.with_columns(column for call in calls for column in _spliced(call, breaks, joined.columns))
    joined = joined.with_columns(column for call in calls for column in _broken(call, breaks))
    return joined.drop([name for name in joined.columns if name in ("#there", "#epoch", "#end") or "#was:" in name])


def _crosses(one: SeriesBreak) -> pl.Expr:
    """Say whether the day of a break lies between the period that is looked back to and the row's own."""
    day = pl.lit(one.valid_from.isoformat())
    return ((pl.col("#end") < day) & (pl.col("sys_end") >= day)).fill_null(value=False)


def _factor(one: SeriesBreak, code: str) -> pl.Expr:
    """Return what brings an earlier value of the area itself to the new base; null where the pack gives no method."""
    factors = {splice.area: float(splice.factor) for splice in one.splices if splice.item == code}
    known = pl.col("area").replace_strict(factors, default=None, return_dtype=pl.Float64)
    return pl.when(pl.col("sub_unit") == "").then(known)


def _spliced(call: ContextCall, breaks: Sequence[SeriesBreak], columns: Collection[str]) -> list[pl.Expr]:
    """Return value and half digit of a call of one item, brought over the breaks that are spliced."""
    if not isinstance(call.argument.tree, tree.Item):
        return []
    code = call.argument.sql
    mine = [one for one in breaks if any(splice.item == code for splice in one.splices)]
    if not mine:
        return []
    factor = pl.lit(1.0)
    for one in mine:
        factor = factor * pl.when(_crosses(one)).then(_factor(one, code).fill_null(1.0)).otherwise(1.0)
    return [(pl.col(name) * factor).alias(name) for name in (call.column, f"{call.column}#half") if name in columns]


def _recounted(call: ContextCall, breaks: Sequence[SeriesBreak]) -> pl.Expr:
    """Say whether an item of a call is counted anew since, with nothing that splices it."""
    found = pl.lit(value=False)
    is_item = isinstance(call.argument.tree, tree.Item)
    for one in breaks:
        for code in call.argument.own_items:
            if code in one.items:
                found = found | (_crosses(one) & _factor(one, code).is_null() if is_item else _crosses(one))
    return found


def _scopes(source: pl.DataFrame) -> frozenset[str]:
    return frozenset(name for name in source.columns if name.endswith("#scope"))


def _value(source: pl.DataFrame, call: ContextCall) -> pl.Expr:
    """Return the argument of a call over ``source``, NULL where it joins several scope versions."""
    return to_polars(call.argument, scopes=_scopes(source))


def _values(source: pl.DataFrame, call: ContextCall) -> list[pl.Expr]:
    """Return the value and half digit of a call's argument, named for the call."""
    values = [_value(source, call).alias(call.column)]
    if isinstance(call.argument.tree, tree.Item):
        values.append(pl.col(f"{call.argument.sql}#half").alias(f"{call.column}#half"))
    return values


def _why(source: pl.DataFrame, call: ContextCall) -> pl.Expr:
    unknown = pl.coalesce(reason_of(call.argument.tree, _scopes(source)), pl.lit(Unknown.NO_RULE_BASIS.value))
    return pl.when(_value(source, call).is_null()).then(unknown).alias(f"{call.column}#why")


def _text_scope(code: str) -> pl.Expr:
    return pl.col(f"{code}#scope").cast(pl.String)


def _broken(call: ContextCall, breaks: Sequence[SeriesBreak]) -> list[pl.Expr]:
    column, broken = call.column, _recounted(call, breaks)
    moved = pl.col("#epoch") != pl.col("sys_epoch")
    for code in call.argument.own_items:
        was, now = pl.col(f"{column}#was:{code}"), _text_scope(code)
        broken = broken | (was != now).fill_null(value=False) | ((was == UNSTATED) & moved).fill_null(value=False)
    why = pl.when(pl.col("#there").is_null()).then(pl.lit(Unknown.MISSING.value)).otherwise(pl.col(f"{column}#why"))
    return [
        pl.when(broken).then(None).otherwise(pl.col(column)).alias(column),
        pl.when(broken).then(pl.lit(Unknown.SERIES_BREAK.value)).otherwise(why).alias(f"{column}#why"),
    ]


def latest(
    whole: pl.DataFrame, source: pl.DataFrame, calls: Sequence[ContextCall], *, frequency: Frequency
) -> pl.DataFrame:
    """Add ``latest`` calls: the last known value of a more frequent form within each period of ``frequency``."""
    inside = {text: str(_containing(Period.parse(text), frequency)) for text in source["period"].unique()}
    within = pl.col("period").replace_strict(inside, default=None, return_dtype=pl.String)
    ordered = source.sort("sys_end").with_columns(within.alias("#within"))
    parts = [part for call in calls for part in _last_known(call)]
    found = ordered.group_by("area", "sub_unit", "#within", maintain_order=True).agg(parts)
    joined = whole.join(
        found, left_on=list(KEYS), right_on=["area", "sub_unit", "#within"], how="left", maintain_order="left"
    )
    absent = [
        pl.when(pl.col(c.column).is_null())
        .then(pl.col(f"{c.column}#why").fill_null(Unknown.MISSING.value))
        .alias(f"{c.column}#why")
        for c in calls
    ]
    return joined.with_columns(absent)


def _last_known(call: ContextCall) -> list[pl.Expr]:
    code, column = call.argument.sql, call.column
    known = pl.col(code).is_not_null()
    return [
        pl.col(code).filter(known).last().alias(column),
        pl.col(f"{code}#half").filter(known).last().alias(f"{column}#half"),
        pl.col(f"{code}#scope").filter(known).last().alias(f"{column}#scope"),
        pl.col("period").filter(known).last().alias(f"{column}#period"),
        pl.col(f"{code}#state").cast(pl.String).last().alias(f"{column}#why"),
    ]


def _containing(period: Period, frequency: Frequency) -> Period:
    month = (period.number * 12) // period.frequency.per_year
    return Period(period.year, (month * frequency.per_year + 11) // 12, frequency)


def sub_sum(whole: pl.DataFrame, source: pl.DataFrame, calls: Sequence[ContextCall]) -> pl.DataFrame:
    """Add ``sub_sum`` calls on the rows of areas: the sum over their sub-units' returns, NULL when there are none.

    A sub-unit to which the item doesn't apply adds nothing; one that owes a value makes the sum unknown, because a
    part is not the sum.
    """
    subs = source.filter(pl.col("sub_unit") != "")
    parts = [part for call in calls for part in _summed(source, call)]
    sums = subs.group_by("area", "period", maintain_order=True).agg(parts).with_columns(pl.lit("").alias("sub_unit"))
    joined = whole.join(sums, on=list(KEYS), how="left", maintain_order="left")
    return joined.with_columns(
        pl.when(pl.col(c.column).is_null())
        .then(pl.col(f"{c.column}#why").fill_null(Unknown.MISSING.value))
        .alias(f"{c.column}#why")
        for c in calls
    )


def _summed(source: pl.DataFrame, call: ContextCall) -> list[pl.Expr]:
    value, why = _value(source, call), _why(source, call)
    owed = why.is_not_null() & (why != Unknown.NOT_APPLICABLE.value)
    usable = ~owed.any() & value.is_not_null().any()
    return [pl.when(usable).then(value.sum()).alias(call.column), why.drop_nulls().first().alias(f"{call.column}#why")]


def peers(pack: Pack, whole: pl.DataFrame, source: pl.DataFrame, calls: Sequence[ContextCall]) -> pl.DataFrame:
    """Add ``peer_med`` and ``peer_mad`` calls over the area's peer group in the period, without the area itself."""
    minimum = {text: _peers_min(pack, text) for text in whole["period"].unique()}
    needed = pl.col("period").replace_strict(minimum, default=None, return_dtype=pl.Float64)
    for call in calls:
        stats = _peer_statistics(pack, source, call).with_columns(pl.lit("").alias("sub_unit"))
        joined = whole.join(stats, on=list(KEYS), how="left", maintain_order="left")
        enough = (pl.col("#count") >= needed).fill_null(value=False)
        no_spread = (pl.col("#statistic") == 0) & (call.function == "peer_mad")
        value = pl.when(enough & ~no_spread).then(pl.col("#statistic"))
        why = (
            pl.when(~enough)
            .then(pl.lit(Unknown.TOO_FEW_PEERS.value))
            .when(no_spread)
            .then(pl.lit(Unknown.NO_SPREAD.value))
        )
        whole = joined.with_columns(value.alias(call.column), why.alias(f"{call.column}#why")).drop(
            "#count", "#statistic"
        )
    return whole


def _peer_statistics(pack: Pack, source: pl.DataFrame, call: ContextCall) -> pl.DataFrame:
    """Return ``area, period, #statistic, #count`` over the other areas of the group with a known value."""
    groups = {code: peer_group(pack, area.region) for code, area in pack.areas.items()}
    group = pl.col("area").replace_strict(groups, default=None, return_dtype=pl.String)
    rows = source.filter(pl.col("sub_unit") == "").select(
        "area", "period", group.alias("#group"), _value(source, call).alias("#value")
    )
    others = rows.filter(pl.col("#value").is_not_null()).rename({"area": "#other"})
    pairs = (
        rows.drop("#value")
        .join(others, on=["period", "#group"], how="inner")
        .filter(pl.col("area") != pl.col("#other"))
    )
    statistic = pl.col("#value").median()
    if call.function == "peer_mad":
        statistic = (pl.col("#value") - pl.col("#value").median()).abs().median()
    return pairs.group_by("area", "period").agg(statistic.alias("#statistic"), pl.len().alias("#count"))


def peer_group(pack: Pack, region: str) -> str:
    """Return the peer group of a region: the code of CL_PEER_GROUP whose members name it, else the region itself."""
    codes = pack.codelists.get(_PEER_GROUPS, {})
    return next((code for code, group in codes.items() if region in group.members), region)


def _peers_min(pack: Pack, period: str) -> float | None:
    """Return the least number of peers in force; None (no statistic at all) when the pack has no such parameter."""
    parameter = pack.parameters.get(_PEERS_MIN)
    version = parameter.on(Period.parse(period).end) if parameter else None
    return float(version.exact) if version else None
