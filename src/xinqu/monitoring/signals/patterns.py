"""The five signals: round digits, bunching at thresholds, copied returns, last-minute copies, revisions always upward."""

import datetime as dt
from collections.abc import Iterator, Mapping

import msgspec
import polars as pl

from xinqu.monitoring.signals.chance import at_least, holm
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text

KINDS = {
    "round_digits": Text("整数尾数偏多", "too many round last digits"),
    "bunching": Text("数值集中在门槛之上", "values bunched just above a threshold"),
    "copied": Text("与另一份报表雷同", "the same numbers as another return"),
    "last_minute_copy": Text("临期报送且与上期雷同", "handed in on the last day with last period's numbers"),
    "upward_revisions": Text("修订总是向上", "revisions that always go up"),
}
SCHEMA: dict[str, pl.DataType] = {
    "signal": pl.String(), "area": pl.String(), "form": pl.String(), "period": pl.String(), "hits": pl.Int64(),
    "of": pl.Int64(), "expected": pl.Float64(), "chance": pl.Float64(), "corrected": pl.Float64(), "raised": pl.Boolean(),
    "other": pl.String(),
}  # fmt: skip
_ROUND_SHARE = 0.2  # of last digits 0 to 9, two are round: 0 and 5
_EVEN = 0.5
_EXACT = 2.0**53  # beyond, a double has no units digit
_KEY = ["area", "sub_unit", "period"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the pack says of signals (parameters ``SETTINGS``).

    level: chance that honest data of a kind raise one. band: around a threshold, as a share of it. copy_share: of equal
    numbers that makes a copy. least: numbers of a test. digits_from: least size of a number whose last digit is free.
    """

    level: float
    band: float
    copy_share: float
    least: int
    digits_from: float


SETTINGS = {
    "level": "signal_level", "band": "signal_band", "copy_share": "signal_copy_share", "least": "signal_least",
    "digits_from": "signal_digits_from",
}  # fmt: skip


def settings_on(pack: Pack, day: dt.date) -> Settings | None:
    """Return the settings in force on ``day``; None where the pack has none: then nothing is looked at."""
    versions = {name: pack.parameters[code].on(day) for name, code in SETTINGS.items() if code in pack.parameters}
    values = {name: version.exact for name, version in versions.items() if version}
    if len(values) < len(SETTINGS):
        return None
    numbers = {name: float(value) for name, value in values.items() if name != "least"}
    return Settings(least=int(values["least"]), **numbers)


def round_digits(pack: Pack, facts: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """Return, per area, whether the units digits of its large amounts are 0 or 5 more often than chance lets them be."""
    parts = [_units_digits(pack, frame, form, settings) for form, frame in facts.items() if _is_area(pack, form)]
    counts = pl.concat(parts).group_by("area").agg(pl.col("round").sum(), pl.len().alias("of")).sort("area")
    return _judged("round_digits", counts.rename({"round": "hits"}), _ROUND_SHARE, settings)


def _units_digits(pack: Pack, frame: pl.DataFrame, form: str, settings: Settings) -> pl.DataFrame:
    items = [
        item.code
        for item in pack.forms[form].items
        if item.type in ("decimal", "integer") and item.code in frame.columns
    ]
    long = frame.select("area", *items).unpivot(index="area", on=items, variable_name="item", value_name="value")
    size = pl.col("value").abs()
    long = long.unique()  # a stock that stands still is one number, not one a month
    large = long.filter(size.is_finite() & (size >= settings.digits_from) & (size < _EXACT))
    digit = large["value"].abs().floor() % 10
    return large.select("area", round=digit.is_in([0.0, 5.0]))


def bunching(figures: pl.DataFrame, thresholds: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return, per area, whether figures near a threshold lie on its good side more often than half the time.

    Args:
        figures: ``indicator, area, period, value``.
        thresholds: ``indicator, area, stated`` (a value that it pays to reach) and ``sense`` (1 more is better, -1 less).
    """
    known = thresholds.filter(pl.col("stated").is_finite() & (pl.col("stated") != 0) & (pl.col("sense") != 0))
    both = figures.join(known.select("indicator", "area", "stated", "sense").unique(), on=["indicator", "area"])
    gap = (pl.col("value") - pl.col("stated")) / pl.col("stated").abs() * pl.col("sense")
    near = both.select("area", gap=gap).filter(pl.col("gap").abs() <= settings.band)
    counts = near.group_by("area").agg((pl.col("gap") >= 0).sum().alias("hits"), pl.len().alias("of")).sort("area")
    return _judged("bunching", counts, _EVEN, settings)


def copied(pack: Pack, facts: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """Return the returns whose numbers are mostly those of another area's return of the same form and period.

    Counted are numbers that say something: not zero, and large enough that two areas don't share them by chance.
    """
    rows = []
    for form, frame in facts.items():
        if _is_area(pack, form):
            rows += list(_pairs_of_areas(form, _long(pack, form, frame, settings), settings))
    return _frame(rows)


def _pairs_of_areas(form: str, long: pl.DataFrame, settings: Settings) -> Iterator[dict[str, object]]:
    own = long.filter(pl.col("sub_unit") == "").select("area", "period", "item", "value")
    sizes = own.group_by("area", "period").len("of")
    same = own.join(own, on=["period", "item", "value"], suffix="_other").filter(pl.col("area") != pl.col("area_other"))
    pairs = same.group_by("area", "period", "area_other").len("hits").join(sizes, on=["area", "period"])
    for area, period, other, hits, of in pairs.sort("area", "period", "area_other").iter_rows():
        if of >= settings.least and hits >= settings.copy_share * of:
            yield _row("copied", area, form, period, hits, of, other)


def last_minute_copies(
    pack: Pack, facts: Mapping[str, pl.DataFrame], on_last_day: pl.DataFrame, settings: Settings
) -> pl.DataFrame:
    """Return the returns handed in on the due day whose flows repeat last period's numbers.

    ``on_last_day``: ``form, area, period`` of the returns handed in on their due day. Stocks may stand still; counted are
    items that run through the year or the period.
    """
    rows = []
    for (form,), keys in on_last_day.partition_by("form", as_dict=True).items():
        if str(form) in facts and _is_area(pack, str(form)):
            rows += list(_repeats(pack, str(form), facts[str(form)], keys, settings))
    return _frame(rows)


def _repeats(
    pack: Pack, form: str, frame: pl.DataFrame, keys: pl.DataFrame, settings: Settings
) -> Iterator[dict[str, object]]:
    definition = pack.forms[form]
    moving = {item.code for item in definition.items if item.accumulation in ("ytd", "flow")}
    long = _long(pack, form, frame, settings).filter((pl.col("sub_unit") == "") & pl.col("item").is_in(moving))
    before = {text: str(definition.previous(Period.parse(text))) for text in long["period"].unique()}
    earlier = long.select("area", "item", pl.col("period").alias("#before"), pl.col("value").alias("was"))
    both = long.with_columns(pl.col("period").replace_strict(before, return_dtype=pl.String).alias("#before")).join(
        earlier, on=["area", "item", "#before"]
    )
    counts = both.group_by("area", "period").agg(
        (pl.col("value") == pl.col("was")).sum().alias("hits"), pl.len().alias("of")
    )
    for area, period, hits, of in (
        counts.join(keys, on=["area", "period"], how="semi").sort("area", "period").iter_rows()
    ):
        if of >= settings.least and hits >= settings.copy_share * of:
            yield _row("last_minute_copy", area, form, period, hits, of, before[period])


def upward_revisions(revisions: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return, per area, whether its revisions go up more often than half the time.

    ``revisions``: ``area`` and ``revision`` (later less earlier value, in the good direction of the figure); zeros say
    nothing.
    """
    moved = revisions.filter(pl.col("revision") != 0)
    counts = moved.group_by("area").agg((pl.col("revision") > 0).sum().alias("hits"), pl.len().alias("of")).sort("area")
    return _judged("upward_revisions", counts, _EVEN, settings)


def _judged(signal: str, counts: pl.DataFrame, share: float, settings: Settings) -> pl.DataFrame:
    """Return one row per area with enough numbers; the chances are corrected for all areas looked at."""
    enough = counts.filter(pl.col("of") >= settings.least)
    chances = [at_least(hits, of, share) for hits, of in enough.select("hits", "of").iter_rows()]
    corrected = holm(chances)
    rows = [
        {
            "signal": signal, "area": area, "form": "", "period": "", "hits": hits, "of": of, "expected": share * of,
            "chance": chance, "corrected": fair, "raised": fair < settings.level, "other": "",
        }
        for (area, hits, of), chance, fair in zip(
            enough.select("area", "hits", "of").iter_rows(), chances, corrected, strict=True
        )
    ]  # fmt: skip
    return _frame(rows)


def _row(signal: str, area: str, form: str, period: str, hits: int, of: int, other: str) -> dict[str, object]:
    """Return a copy: there is no honest model of it, so it has no chance."""
    return {
        "signal": signal, "area": area, "form": form, "period": period, "hits": hits, "of": of, "expected": None,
        "chance": None, "corrected": None, "raised": True, "other": other,
    }  # fmt: skip


def _frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA) if rows else pl.DataFrame(schema=SCHEMA)


def _is_area(pack: Pack, form: str) -> bool:
    return pack.forms[form].kind == "area"


def _long(pack: Pack, form: str, frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return the numbers of a form that are large enough to tell returns apart: area, sub_unit, period, item, value."""
    items = [
        item.code
        for item in pack.forms[form].items
        if item.type in ("decimal", "integer") and item.code in frame.columns
    ]
    long = frame.select(*_KEY, *items).unpivot(index=_KEY, on=items, variable_name="item", value_name="value")
    return long.filter(pl.col("value").abs() >= settings.digits_from)
