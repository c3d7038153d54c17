"""The submission board: where every owed return of every area stands on a day, who holds it, and how long it has."""

import datetime as dt
import itertools
from collections.abc import Collection

import polars as pl

from xinqu.monitoring.holders import FILED, holders
from xinqu.monitoring.owed_returns import KEY, first_filed, owed_returns
from xinqu.policy.pack import Pack
from xinqu.shapes.statistical_return import MOVES
from xinqu.vocabulary.calendars import WorkingCalendar
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.text import Text

_CO_CHECK = "return.co_checked"
# state of a submission -> the approval that comes next
_NEXT = {state: kind for kind in ("return.area_approved", "return.province_approved", "return.accepted")
         for state in MOVES[kind][0]}  # fmt: skip
STATES: dict[str, Text] = {
    "not_due": Text("报告期未结束", "period not over"),
    "due": Text("待报送", "due"),
    "late": Text("逾期", "late"),
    "missing": Text("缺报", "missing"),
    "returned": Text("已退回", "sent back"),
    "recalled": Text("已撤回", "recalled"),
    "in_approval": Text("审核中", "in approval"),
    "accepted": Text("已验收", "accepted"),
    "released": Text("已发布", "released"),
}
COLUMNS = (
    "form", "area", "period", "state", "timing", "due_on", "provisional", "extended", "days_left", "filed_on",
    "days_after_due", "version", "is_accepted", "times_sent_back", "holder_role", "holder", "locked", "grace_until",
)  # fmt: skip


def board(
    pack: Pack,
    calendar: WorkingCalendar,
    events: pl.DataFrame,
    submissions: pl.DataFrame,
    *,
    as_of: dt.date,
    first: dt.date,
    last: dt.date,
    forms: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return one row per form, area and period that ends between ``first`` and ``last``.

    Args:
        pack: forms, areas and who holds which role.
        calendar: the working days.
        events: the log of one realm, as a frame.
        submissions: ``statistical_return.fold`` of the same log.
        as_of: the day of judging.
        first: first day on which a period may end.
        last: last day on which a period may end.
        forms: form ids; None means the area forms of the pack.

    Returns: the columns of ``COLUMNS``, by form, period and area. ``state`` is a key of ``STATES``: that of the newest
    version once one was filed. ``timing`` is not_due, due, late or missing until then, afterwards on_time, late or
    after_grace by the first filing; ``unsettled`` where that is later than a provisional due day, which never lapses.
    ``days_left`` (working days to the due day, negative when past) stands while nothing was filed, ``days_after_due``
    (negative when early) from then on. ``holder_role`` and ``holder`` (an organisation) say who has to act; the holder
    is "" for any partner, both are null where nobody has to. ``is_accepted``: some version of it is.
    """
    wanted = [form.id for form in pack.area_forms] if forms is None else forms
    owed = owed_returns(pack, events, calendar, first, last, as_of=as_of, forms=wanted)
    rows = (
        owed.join(first_filed(events, as_of=as_of), on=KEY, how="left")
        .join(_newest(submissions), on=KEY, how="left")
        .with_columns(timing=_timing(as_of), times_sent_back=pl.col("times_sent_back").fill_null(0))
        .with_columns(is_accepted=pl.col("is_accepted").fill_null(value=False), stage=_stage(pack))
        .with_columns(state=_state())
        .join(holders(pack), on=["form", "area", "stage"], how="left")
        .join(_locks(events, as_of), on=["form", "period"], how="left")
        .join(_unlocks(events, as_of), on=KEY, how="left")
        .with_columns(locked=_locked())
    )
    return _with_days(rows, calendar, as_of).select(COLUMNS).sort("form", "period", "area")


def falling_due(rows: pl.DataFrame, *, working_days: int) -> pl.DataFrame:
    """Return the rows of a board that are due within ``working_days``, and those late but still in grace; soonest first."""
    soon = (pl.col("state") == "due") & pl.col("days_left").is_between(0, working_days)
    return rows.filter(soon | (pl.col("state") == "late")).sort("due_on", "form", "area")


def _timing(as_of: dt.date) -> pl.Expr:
    day, due, grace, filed = pl.lit(as_of), pl.col("due_on"), pl.col("grace_until"), pl.col("filed_on")
    return (
        pl.when(filed.is_null() & (day <= pl.col("ends_on"))).then(pl.lit("not_due"))
        .when(filed.is_null() & ((day <= due) | pl.col("provisional"))).then(pl.lit("due"))
        .when(filed.is_null() & (day <= grace)).then(pl.lit("late"))
        .when(filed.is_null()).then(pl.lit("missing"))
        .when(filed <= due).then(pl.lit("on_time"))
        .when(pl.col("provisional")).then(pl.lit("unsettled"))
        .when(filed <= grace).then(pl.lit("late"))
        .otherwise(pl.lit("after_grace"))
    )  # fmt: skip


def _stage(pack: Pack) -> pl.Expr:
    """Return the event that the newest version, or the return that is owed, waits for; null for nothing."""
    awaits = {form.id: form.awaits_co_check for form in pack.forms.values()}
    coming = pl.col("newest").replace_strict(_NEXT, default=None, return_dtype=pl.String)
    co_check = pl.col("form").replace_strict(awaits, return_dtype=pl.String) == coming
    return (
        pl.when(pl.col("newest").is_in(["returned", "recalled"])).then(pl.lit(FILED))
        .when(pl.col("newest").is_null() & (pl.col("timing") != "not_due")).then(pl.lit(FILED))
        .when(co_check & ~pl.col("is_co_checked")).then(pl.lit(_CO_CHECK))
        .otherwise(coming)
    )  # fmt: skip


def _state() -> pl.Expr:
    return (
        pl.when(pl.col("newest").is_null()).then(pl.col("timing"))
        .when(pl.col("newest").is_in(list(_NEXT))).then(pl.lit("in_approval"))
        .otherwise(pl.col("newest"))
    )  # fmt: skip


def _newest(submissions: pl.DataFrame) -> pl.DataFrame:
    """Return the newest version of each area's own return, and what its earlier ones came to."""
    return (
        submissions.filter(pl.col("sub_unit") == "")
        .sort("version")
        .group_by(KEY)
        .agg(
            pl.col("version").last(),
            newest=pl.col("state").last(),
            is_co_checked=pl.col("co_checked_event").last().is_not_null(),
            is_accepted=pl.col("accepted_event").is_not_null().any(),
            times_sent_back=pl.col("sent_back_event").is_not_null().sum().cast(pl.Int64),
        )
    )


def _locked() -> pl.Expr:
    """Locked, and not unlocked for the area since."""
    return pl.col("locked_at").is_not_null() & (pl.col("unlocked_at").fill_null(-1) < pl.col("locked_at"))


def _locks(events: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    return _numbered(events, as_of).filter(pl.col("type") == "return.locked").group_by("form", "period").agg(
        locked_at=pl.col("order").max()
    )  # fmt: skip


def _unlocks(events: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    return _numbered(events, as_of).filter(pl.col("type") == "return.unlocked").group_by(KEY).agg(
        unlocked_at=pl.col("order").max()
    )  # fmt: skip


def _numbered(events: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    found = read_events(events, ["return.locked", "return.unlocked"], KEY, as_of=as_of)
    return found.with_row_index("order").with_columns(pl.col("order").cast(pl.Int64))


def _with_days(rows: pl.DataFrame, calendar: WorkingCalendar, as_of: dt.date) -> pl.DataFrame:
    """Add days_left and days_after_due, counted by numbering the working days once."""
    known = [day for name in ("due_on", "filed_on") for day in rows[name].drop_nulls().to_list()] + [as_of]
    first, last = min(known), max(known)
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    numbers = dict(zip(days, itertools.accumulate(int(calendar.is_working_day(day)) for day in days), strict=True))

    def number(name: str) -> pl.Expr:
        return pl.col(name).replace_strict(numbers, default=None, return_dtype=pl.Int64)

    is_filed = pl.col("filed_on").is_not_null()
    return rows.with_columns(
        days_left=pl.when(~is_filed).then(number("due_on") - numbers[as_of]),
        days_after_due=pl.when(is_filed).then(number("filed_on") - number("due_on")),
    )
