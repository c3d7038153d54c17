"""How punctually returns come in: shares and days by form, area or the quarter they were due in."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

GROUPS = ("form", "area", "quarter")


def punctuality(board: pl.DataFrame, *, by: Sequence[str], as_of: dt.date) -> pl.DataFrame:
    """Return punctuality of the returns whose due day is past on ``as_of`` and was never provisional.

    Args:
        board: ``submission_board.board`` of the same day.
        by: some of ``GROUPS``; ``quarter`` is that of the due day, such as 2026-Q2. Empty: all in one row.
        as_of: the day of judging.

    Returns: the columns of ``by``, owed, on_time, late (within grace), after_grace, missing (never filed),
    share_on_time (0..1, of owed), median_days (working days after the due day of those filed; negative = early, null
    when none was), times_sent_back and sent_back_per_return (of filed ones); sorted by group. Returns not yet due are
    left out even when filed: counting only the early ones of them would flatter the share.
    """
    year, quarter = pl.col("due_on").dt.year().cast(pl.String), pl.col("due_on").dt.quarter().cast(pl.String)
    settled = board.filter((pl.col("due_on") < as_of) & ~pl.col("provisional")).with_columns(
        quarter=year + "-Q" + quarter, is_filed=pl.col("filed_on").is_not_null()
    )
    timing = pl.col("timing")
    counts = {
        "owed": pl.len(),
        "on_time": (timing == "on_time").sum(),
        "late": (timing == "late").sum(),
        "after_grace": (timing == "after_grace").sum(),
        "missing": (timing == "missing").sum(),
    }
    measures = [
        *(expression.cast(pl.Int64).alias(name) for name, expression in counts.items()),
        (timing == "on_time").mean().alias("share_on_time"),
        pl.col("days_after_due").median().alias("median_days"),
        pl.col("times_sent_back").sum().cast(pl.Int64).alias("times_sent_back"),
        pl.col("times_sent_back").filter(pl.col("is_filed")).mean().alias("sent_back_per_return"),
    ]
    if not by:
        return settled.select(measures)
    return settled.group_by(list(by)).agg(measures).sort(list(by))
