"""What happens to each return: handed in, sent back, co-checked, approved twice, accepted; when, and by whom."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.rehearsal.actors import Actor, cast_of
from xinqu.rehearsal.draws import Draws
from xinqu.rehearsal.mistakes import CORRECTED, KEY
from xinqu.rehearsal.nation import Nation
from xinqu.vocabulary.calendars import WorkingCalendar

BEIJING = ZoneInfo("Asia/Shanghai")
_DAY_MINUTES = 480  # a working day from nine to five
_OPENS_MINUTE = 540
_EARLY_DAYS, _GRACE_OVER_DAYS = 4, 6
_EXPLAIN_MINUTES = 30
_DECISIONS = (
    ("return.area_approved", "area_checker"),
    ("return.province_approved", "province"),
    ("return.accepted", "acceptor"),
)
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

# what each mistake is called when a return goes back
_REASONS = {
    "x10": "与上年同期相差十倍左右，请核对位数",
    "unit_yuan": "数值疑以元为单位填报，应为万元，请核对",
    "unit_yi": "数值疑以亿元为单位填报，应为万元，请核对",
    "identity_break": "分项大于总项，请核对",
}
EXPLANATION = "已核实：数据无误，系修订或实际变动所致（演练）"
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "type": pl.String, "actor": pl.String, "organisation": pl.String, "role": pl.String,
    "recorded_at": pl.Datetime("us", "UTC"), "effective_on": pl.Date, "subject": pl.String, "form": pl.String,
    "area": pl.String, "sub_unit": pl.String, "period": pl.String, "version": pl.Int64, "reason": pl.String,
    "findings": pl.String, "rule": pl.String, "result": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class _Moments:
    """Working time as one running count of minutes: day number x 480 + minute."""

    days: list[dt.date]
    grace: dict[str, int]

    def number(self, days: pl.Series) -> Ints:
        """Return the number of the first working day on or after each of ``days``."""
        return np.searchsorted(np.array(self.days, "datetime64[D]"), days.to_numpy()).astype(np.int64)

    def stamps(self, minutes: Ints) -> pl.Series:
        """Return naive Beijing times of running minutes."""
        day = np.array(self.days, "datetime64[us]")[minutes // _DAY_MINUTES]
        clock = (minutes % _DAY_MINUTES + _OPENS_MINUTE) * np.timedelta64(60_000_000, "us")
        return pl.Series("at", day + clock)


@dataclass(frozen=True)
class _Act:
    """One kind of decision on some of the returns."""

    kind: str
    hand: str  # who acts: a field of Cast
    rows: Flags  # of the returns it is taken on
    version: Ints
    minutes: Ints


def write_script(pack: Pack, nation: Nation, records: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return all events on the nation's returns up to the end of ``as_of``, in order of ``recorded_at``.

    ``records``: the record returns (``records.filed.Registers.returns``); they leave the other returns' hours alone.

    Columns: type, actor, organisation, role, recorded_at (UTC, strictly rising), effective_on (the day in Beijing),
    subject (``return/<form>/<area>/<period>``), form, area, sub_unit, period, version, and what the type asks for:
    reason and findings (checks, by ``;``) of a return sent back, rule and reason of an explanation, result of a
    co-check. A return handed in shortly before ``as_of`` is still on its way then.
    """
    draws = Draws(nation.seed, 1)
    moments = _working_time(pack, nation)
    parts, filed = [], []
    for name, owed in (("script", nation.returns), ("script:records", records)):
        if owed is None:
            continue
        returns = owed.filter(pl.col("filed") != "never")
        acts = _timeline(pack, returns, moments, draws.stream(name))
        parts += [_events(returns, act, order, moments) for order, act in enumerate(acts)]
        filed.append(returns)
    events = pl.concat(parts)
    events = _with_words(pl.concat([events, _explanations(nation, events)]), nation)
    return _finish(events, _casts(pack, pl.concat(filed)), nation.as_of)


def _timeline(pack: Pack, returns: pl.DataFrame, moments: _Moments, stream: np.random.Generator) -> list[_Act]:
    """Walk every return from hand-in to acceptance, all returns at once."""
    count = len(returns)
    awaits = returns["form"].replace_strict({f.id: f.awaits_co_check for f in pack.forms.values()}).to_numpy()
    final = returns["versions"].to_numpy()
    first, everyone = np.ones(count, dtype=np.int64), np.ones(count, dtype=bool)
    twice = final > 1
    day = moments.number(returns["due"]) + _offset_days(returns, moments, stream)
    at = np.maximum(day, 0) * _DAY_MINUTES + stream.integers(0, _DAY_MINUTES - 90, count)
    back = at + stream.integers(60, 700, count)
    acts = [
        _Act("return.submitted", "filer", twice, first, at),
        _Act("return.sent_back", "area_checker", twice, first, back),
    ]
    at = np.where(twice, back + stream.integers(120, 900, count), at)
    acts.append(_Act("return.submitted", "filer", everyone, final, at))
    at = at + _EXPLAIN_MINUTES
    for kind, hand in _DECISIONS:
        waits = awaits == kind
        at = at + np.where(waits, stream.integers(40, 420, count), 0)
        acts.append(_Act("return.co_checked", "co_checker", waits, final, at))
        at = at + stream.integers(45, 560, count)
        acts.append(_Act(kind, hand, everyone, final, at))
    return acts


def _working_time(pack: Pack, nation: Nation) -> _Moments:
    first: dt.date = nation.returns.sort("due")["due"][0]
    start, end = first - dt.timedelta(days=40), nation.as_of + dt.timedelta(days=90)
    return _Moments(
        _working_days(nation.calendar.calendar, start, end),
        {form.id: form.grace_working_days for form in pack.forms.values()},
    )


def _working_days(calendar: WorkingCalendar, start: dt.date, end: dt.date) -> list[dt.date]:
    days = (start + dt.timedelta(days=n) for n in range((end - start).days + 1))
    return [day for day in days if calendar.is_working_day(day)]


def _offset_days(returns: pl.DataFrame, moments: _Moments, stream: np.random.Generator) -> Ints:
    """Working days from the due day to the first hand-in."""
    filed, count = returns["filed"].to_numpy(), len(returns)
    grace = returns["form"].replace_strict(moments.grace, return_dtype=pl.Int64).to_numpy()
    late = 1 + (stream.random(count) * grace).astype(np.int64)
    over = grace + stream.integers(1, _GRACE_OVER_DAYS, count)
    early = -stream.integers(0, _EARLY_DAYS, count)
    offset: Ints = np.select([filed == "late", filed == "very_late"], [late, over], early).astype(np.int64)
    return offset


def _events(returns: pl.DataFrame, act: _Act, order: int, moments: _Moments) -> pl.DataFrame:
    """Return the events of one act; ``order`` settles the same minute."""
    return returns.filter(pl.Series(act.rows)).select(
        pl.lit(act.kind).alias("type"),
        pl.lit(act.hand).alias("hand"),
        pl.lit(order, pl.Int64).alias("order"),
        *KEY,
        pl.Series("version", act.version[act.rows]),
        pl.lit("").alias("rule"),
        moments.stamps(act.minutes[act.rows]),
    )


def _explanations(nation: Nation, events: pl.DataFrame) -> pl.DataFrame:
    """The filer explains each planted warning shortly after the hand-in."""
    told = nation.planted.filter(kind="explained_warning").select(*KEY, pl.col("check").alias("rule"))
    final = nation.returns.select(*KEY, pl.col("versions").alias("version"))
    handed_in = events.filter(type="return.submitted").join(final, on=[*KEY, "version"], how="semi").drop("rule")
    explained = handed_in.join(told, on=KEY, how="inner", maintain_order="left_right").with_columns(
        pl.lit("return.finding_explained").alias("type"), (pl.col("at") + pl.duration(minutes=_EXPLAIN_MINUTES // 2))
    )
    return explained.select(*events.columns)


def _with_words(events: pl.DataFrame, nation: Nation) -> pl.DataFrame:
    """Add reason, findings and result to the events whose type asks for them."""
    slips = nation.planted.filter(pl.col("kind").is_in(CORRECTED)).select(
        *KEY,
        pl.col("kind").replace_strict(_REASONS, return_dtype=pl.String).alias("why"),
        pl.col("check").alias("found"),
    )
    back, explained = pl.col("type") == "return.sent_back", pl.col("type") == "return.finding_explained"
    return events.join(slips, on=KEY, how="left", maintain_order="left").with_columns(
        pl.when(back).then("why").when(explained).then(pl.lit(EXPLANATION)).otherwise(pl.lit("")).alias("reason"),
        pl.when(back).then("found").otherwise(pl.lit("")).alias("findings"),
        pl.when(pl.col("type") == "return.co_checked").then(pl.lit("agreed")).otherwise(pl.lit("")).alias("result"),
    )


def _casts(pack: Pack, returns: pl.DataFrame) -> pl.DataFrame:
    """Return who acts: form, area, sub_unit, hand -> actor, role, organisation."""
    rows = []
    for form, area, sub_unit in returns.select("form", "area", "sub_unit").unique(maintain_order=True).iter_rows():
        cast = cast_of(pack, pack.forms[form], area, sub_unit)
        for hand in ("filer", "co_checker", "area_checker", "province", "acceptor"):
            actor: Actor | None = getattr(cast, hand)
            if actor:
                rows.append((form, area, sub_unit, hand, actor.account, actor.role, actor.organisation))
    names = ("form", "area", "sub_unit", "hand", "actor", "role", "organisation")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _finish(events: pl.DataFrame, casts: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Cut at the end of ``as_of``, put in order, name the actors; equal minutes are told apart by microseconds."""
    inside = events.filter(pl.col("at").dt.date() <= as_of).sort("at", "order", *KEY, "version")
    named = inside.join(casts, on=["form", "area", "sub_unit", "hand"], how="left", maintain_order="left")
    unit = pl.when(pl.col("sub_unit") == "").then(pl.lit("")).otherwise(pl.concat_str(pl.lit("/"), "sub_unit"))
    moment = pl.col("at") + pl.duration(microseconds=pl.int_range(pl.len()))
    return named.with_columns(
        moment.dt.replace_time_zone(str(BEIJING)).dt.convert_time_zone("UTC").alias("recorded_at"),
        pl.col("at").dt.date().alias("effective_on"),
        pl.concat_str(pl.lit("return/"), "form", pl.lit("/"), "area", pl.lit("/"), "period", unit).alias("subject"),
    ).select(pl.col(name).cast(kind) for name, kind in _COLUMNS.items())
