"""Measures the quality of a realm's statistics from its log: how timely, complete, tested, revised and covered they are.

Dimensions after the ESS handbook for quality and metadata reports (2020) and GSBPM 5.1: timeliness and punctuality (TP),
completeness (A2), revisions (A6), coverage and share of estimates; validation as the share of checks that hold.
"""

import datetime as dt

import polars as pl

from xinqu.indicators.revisions import revision_statistics
from xinqu.monitoring.punctuality import punctuality
from xinqu.monitoring.submission_board import board
from xinqu.reporting.quality import Quality
from xinqu.shapes import statistical_return
from xinqu.spine.revisions import releases_of
from xinqu.spine.snapshot import Snapshot
from xinqu.vocabulary.event_frame import read_events
from xinqu.vocabulary.periods import Period

_KEY = ["form", "area", "period"]
_EVENTS = {"events": pl.len().cast(pl.Int64), "first_event": pl.col("first").min(), "last_event": pl.col("last").max()}


def measure(snapshot: Snapshot, *, since: dt.date | None = None) -> Quality:
    """Return the measures of a snapshot; ``since`` None is the first day of the year before it."""
    first = since or dt.date(snapshot.as_of.year - 1, 1, 1)
    owed = board(
        snapshot.pack, snapshot.calendar, snapshot.events, snapshot.submissions, as_of=snapshot.as_of, first=first,
        last=snapshot.as_of,
    )  # fmt: skip
    handled = _handled(snapshot)
    return Quality(
        since=first,
        by_form=_timed(owed, handled, "form", snapshot.as_of),
        by_area=_timed(owed, handled, "area", snapshot.as_of),
        by_quarter=punctuality(owed, by=["quarter"], as_of=snapshot.as_of),
        validation=_validation(snapshot),
        values=_values(snapshot),
        revisions=_revisions(snapshot),
    )


def _handled(snapshot: Snapshot) -> pl.DataFrame:
    """Return one row per area's own return: key, days to the first filing and to acceptance, first and last event."""
    own = snapshot.submissions.filter(pl.col("sub_unit") == "")
    rows = own.group_by(_KEY).agg(
        filed=pl.col("submitted_at").min(), accepted=pl.col("accepted_at").min(), first=pl.col("submitted_event").min(),
        last=pl.coalesce("accepted_event", "state_event").max(), versions=pl.len(),
    )  # fmt: skip
    texts = rows["period"].unique().to_list()
    ends = pl.DataFrame(
        {"period": texts, "ends_on": [Period.parse(text).end for text in texts]},
        schema={"period": pl.String, "ends_on": pl.Date},
    )
    day = pl.col("filed").dt.convert_time_zone("Asia/Shanghai").dt.date()
    return rows.join(ends, on="period", how="left").with_columns(
        days_to_file=(day - pl.col("ends_on")).dt.total_days(),
        days_to_accept=(pl.col("accepted") - pl.col("filed")).dt.total_days(fractional=True),
    )


def _timed(owed: pl.DataFrame, handled: pl.DataFrame, by: str, as_of: dt.date) -> pl.DataFrame:
    settled = owed.filter((pl.col("due_on") < as_of) & ~pl.col("provisional")).select(_KEY)
    mine = handled.join(settled, on=_KEY, how="semi")
    times = mine.group_by(by).agg(
        days_to_file=pl.col("days_to_file").median(), days_to_accept=pl.col("days_to_accept").median(), **_EVENTS
    )
    return punctuality(owed, by=[by], as_of=as_of).join(times, on=by, how="left").sort(by)


def _validation(snapshot: Snapshot) -> pl.DataFrame:
    """Return how often checks hold over the returns in force, and what was said of warnings."""
    counts = snapshot.checked.counts
    number = {name: pl.col(name).cast(pl.Int64).sum() for name in ("true", "false", "indeterminate")}
    found = counts.group_by("form").agg(
        holds=number["true"], fails=number["false"], indeterminate=number["indeterminate"],
        checks=pl.col("check").n_unique().cast(pl.Int64),
        firing=pl.col("check").filter(pl.col("false") > 0).n_unique().cast(pl.Int64),
    )  # fmt: skip
    words = read_events(snapshot.events, ["return.finding_explained", "return.explanation_judged"], ["form", "result"])
    said = words.group_by("form").agg(
        explained=(pl.col("type") == "return.finding_explained").sum().cast(pl.Int64),
        words_accepted=(pl.col("result") == "accepted").sum().cast(pl.Int64),
        words_refused=(pl.col("result") == "refused").sum().cast(pl.Int64),
    )
    told = pl.col("holds") + pl.col("fails")
    return (
        found.join(said, on="form", how="left")
        .join(_events_of_current(snapshot), on="form", how="left")
        .with_columns(pl.col("explained", "words_accepted", "words_refused").fill_null(0))
        .with_columns(pass_rate=pl.when(told > 0).then(pl.col("holds") / told))
        .sort("form")
    )


def _events_of_current(snapshot: Snapshot) -> pl.DataFrame:
    current = statistical_return.current(snapshot.submissions)
    return current.with_columns(first="submitted_event", last="accepted_event").group_by("form").agg(**_EVENTS)


def _values(snapshot: Snapshot) -> pl.DataFrame:
    """Return of each form how many values of its returns in force are there, missing or estimated."""
    current = statistical_return.current(snapshot.submissions)
    counted = [_counted(str(form), snapshot.facts[str(form)]) for (form,), _ in current.partition_by("form", as_dict=True).items()
               if snapshot.pack.forms[str(form)].kind == "area"]  # fmt: skip
    schema = {"form": pl.String, "due": pl.Int64, "reported": pl.Int64, "estimated": pl.Int64}
    held = current.group_by("form").agg(
        returns=pl.len().cast(pl.Int64), released=(pl.col("state") == "released").sum().cast(pl.Int64),
        areas=pl.col("area").n_unique().cast(pl.Int64), periods=pl.col("period").n_unique().cast(pl.Int64),
    )  # fmt: skip
    return (
        pl.DataFrame(counted, schema=schema, orient="row")
        .join(held, on="form")
        .join(_events_of_current(snapshot), on="form")
        .with_columns(
            completeness=pl.when(pl.col("due") > 0).then(pl.col("reported") / pl.col("due")),
            estimated_share=pl.when(pl.col("reported") > 0).then(pl.col("estimated") / pl.col("reported")),
        )
        .sort("form")
    )


def _counted(form: str, facts: pl.DataFrame) -> tuple[str, int, int, int]:
    """Return form, values that were due (given or missing), given, and estimated of these."""
    states = [name for name in facts.columns if name.endswith("#state")]
    origins = [name for name in facts.columns if name.endswith("#origin")]

    def count(columns: list[str], *words: str) -> int:
        sums = facts.select(pl.sum_horizontal(pl.col(c).cast(pl.String).is_in(words).sum() for c in columns))
        return int(sums.item() or 0) if columns else 0

    reported = count(states, "reported")
    return form, reported + count(states, "missing"), reported, count(origins, "estimated")


def _revisions(snapshot: Snapshot) -> pl.DataFrame:
    """Return the revisions of the figures by indicator, with the acceptances that made their values known."""
    known = releases_of(snapshot)
    spans = known.group_by("indicator").agg(
        events=pl.col("event").n_unique().cast(pl.Int64),
        first_event=pl.col("event").min(),
        last_event=pl.col("event").max(),
    )
    return revision_statistics(known).join(spans, on="indicator", how="left").sort("indicator")
