"""Released growth beside the growth that the levels imply: where they differ beyond rounding, and what is known of why."""

from collections.abc import Iterable

import polars as pl

from xinqu.engines.context import Facts, build_context
from xinqu.expressions.parse import parse
from xinqu.policy.model import Item
from xinqu.policy.pack import Pack
from xinqu.vocabulary.truth import Unknown

COLUMNS = ("area", "period", "growth_item", "level_item", "released_pct", "implied_pct", "gap_points",
           "rounding_points", "implied_price_pct", "verdict", "reasons")  # fmt: skip
_PRICES, _BASE = "prices", "revised_base"
_FLOAT_SLACK = 1e-9  # points: growth at the very edge of rounding is not told apart from it by binary fractions


def compare_growth(pack: Pack, facts: Facts, form: str, *, revised: Iterable[tuple[str, str]] = ()) -> pl.DataFrame:
    """Compare each released growth of ``form`` with the growth of its level (``Item.growth_of``) on the year before.

    Args:
        pack: which item releases the growth of which level, and in what prices.
        facts: facts frames by form (docs/architecture.md).
        form: a form of the pack.
        revised: (area, period) whose accepted return was replaced later: bases that were revised.

    Returns: the columns of ``COLUMNS``, a row per area's own return in which the growth is reported. ``implied_pct`` is null where a level is not known,
    then ``reasons`` says why. ``gap_points`` = released - implied, ``rounding_points`` the most that the half digits of
    all three can make of it. ``implied_price_pct``: the price change between the years that would join both, where
    growth is at constant and the level at current prices. ``verdict``: ``agrees`` within rounding; ``may_differ`` beyond
    it with a known reason: ``prices`` (growth is told in other prices than the level) or ``revised_base``; ``flagged``
    when none is known; ``unknown`` when the level of one year is missing or stands for another territory
    (``series_break``). A known reason says that the two may differ, not that it accounts for the whole gap.
    """
    pairs = [item for item in pack.forms[form].items if item.growth_of]
    parts = [_compared(pack, facts, form, item, list(revised)) for item in pairs if form in facts]
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    return pl.concat(parts).sort("area", "period", "growth_item")


def _compared(pack: Pack, facts: Facts, form: str, item: Item, revised: list[tuple[str, str]]) -> pl.DataFrame:
    code, level = item.code, item.growth_of
    before = f"ly({level})"
    frame = build_context(pack, facts, form, [parse(f"{level} - {before}"), parse(code)])
    rows = frame.filter((pl.col("sub_unit") == "") & pl.col(code).is_not_null())
    x, base = pl.col(level), pl.when(pl.col(before) > 0).then(pl.col(before))
    x_half, base_half = pl.col(f"{level}#half"), pl.col(f"{before}#half")
    implied = 100 * (x / base - 1)
    highest = 100 * ((x + x_half) / (base - base_half) - 1)
    has_prices = {pack.items[code].prices, pack.items[level].prices} == {"constant", "current"}
    year_before = pl.concat_str(pl.col("period").str.slice(0, 4).cast(pl.Int32) - 1, pl.col("period").str.slice(4))
    was_revised = pl.concat_str("area", year_before, separator=" ").is_in(
        [f"{area} {period}" for area, period in revised]
    )
    why = pl.coalesce(pl.col(f"{before}#why"), pl.lit(Unknown.MISSING.value))
    released = pl.col(code).cast(pl.Float64)
    growth = rows.select(
        "area", "period", pl.lit(code).alias("growth_item"), pl.lit(level).alias("level_item"),
        released.alias("released_pct"), implied.alias("implied_pct"), (released - implied).alias("gap_points"),
        (pl.col(f"{code}#half") + (highest - implied)).alias("rounding_points"),
        (100 * ((1 + implied / 100) / (1 + released / 100) - 1) if has_prices else pl.lit(None, pl.Float64)).alias(
            "implied_price_pct"
        ),
        pl.when(was_revised).then(pl.lit(_BASE)).alias("base_reason"), why.alias("why"),
    )  # fmt: skip
    differs = pl.col("gap_points").abs() > pl.col("rounding_points") + _FLOAT_SLACK
    known = pl.concat_list(pl.lit(_PRICES if has_prices else None, pl.String), "base_reason").list.drop_nulls()
    no_reason = pl.lit([], pl.List(pl.String))
    unknown = pl.col("implied_pct").is_null()
    return (
        growth.with_columns(known=known)
        .with_columns(
            reasons=pl.when(unknown).then(pl.concat_list("why")).when(differs).then("known").otherwise(no_reason),
            verdict=pl.when(unknown).then(pl.lit("unknown")).when(~differs).then(pl.lit("agrees"))
            .when(pl.col("known").list.len() > 0).then(pl.lit("may_differ")).otherwise(pl.lit("flagged")),
        )
        .select(COLUMNS)
    )  # fmt: skip
