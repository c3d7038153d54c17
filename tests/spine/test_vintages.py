"""A figure as known at an older event stays what it was then, whatever comes later; a snapshot is a pure function of its key."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hands
from hands import COURSE, Key, act, upload
from xinqu.shapes import statistical_return
from xinqu.spine import log
from xinqu.spine.compact import rows_of
from xinqu.spine.snapshot import Snapshot, take
from xinqu.spine.submissions import submissions_at, submissions_of
from xinqu.spine.workspace import Workspace, open_workspace

GROWTH = "R02"  # R02 is xm1_iva_growth as it was released
PARTS = ("findings", "figures", "lamps", "difficulties", "matters", "submissions")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """March 2026 accepted at 5.1, corrected to 4.8 and again to 4.9; February came late, between the two."""
    made = hands.workspace(tmp_path_factory.mktemp("vintages") / "workspace")
    hands.accept(made, upload())
    hands.accept(made, upload(xm1_iva_growth="4.8"), day=20)
    hands.accept(made, upload("2026-02", xm1_iva_growth="6.0"), key=Key("xm1", "lanzhou", "2026-02"), day=25)
    hands.accept(made, upload(xm1_iva_growth="4.9"), day=30)
    hands.submit(made, upload(xm1_iva_growth="5.5"), day=40)
    return made.dir


@pytest.fixture
def opened(whole) -> Workspace:
    return open_workspace(whole)


def value(snapshot: Snapshot, period: str = "2026-03") -> float | None:
    row = snapshot.figures.filter(indicator=GROWTH, area="lanzhou", period=period)
    return row["value"].item() if row.height else None


def accepted(opened: Workspace) -> list[int]:
    return log.events(opened, hands.REALM, types=["return.accepted"])["seq"].to_list()


def test_an_older_vintage_knows_what_was_known_then(opened):
    first, second, february, third = accepted(opened)
    known = {seq: value(take(opened, hands.REALM, seq)) for seq in (first, second, february, third)}
    assert known == {first: 5.1, second: 4.8, february: 4.8, third: 4.9}
    assert value(take(opened, hands.REALM, first - 1)) is None
    assert value(take(opened, hands.REALM, second), "2026-02") is None
    assert value(take(opened, hands.REALM), "2026-02") == 6.0
    assert value(take(opened, hands.REALM)) == 4.9  # what is only handed in counts for nothing


def test_the_submission_behind_a_figure_is_the_one_of_its_vintage(opened):
    rows = submissions_at(opened, hands.REALM)
    by_event = dict(rows.select("accepted_event", "content_hash").drop_nulls().rows())
    for seq in accepted(opened):
        figure = take(opened, hands.REALM, seq).figures.filter(indicator=GROWTH, area="lanzhou", period="2026-03")
        behind = figure["submissions"].item()[0]
        assert behind in {by_event[earlier] for earlier in accepted(opened) if earlier <= seq}


def test_between_two_events_of_a_realm_the_earlier_one_counts(opened):
    first = accepted(opened)[0]
    submitted = log.events(opened, hands.REALM, types=["return.submitted"])["seq"].to_list()[1]
    assert submitted == first + 1
    assert take(opened, "published", first).vintage == 0
    assert take(opened, hands.REALM, 10**9).vintage == log.head(opened).seq
    at = take(opened, hands.REALM, first)
    assert (at.vintage, at.head_hash) == (first, log.event(opened, first).hash)


def test_the_key_differs_by_vintage_day_and_pack(opened):
    base = take(opened, hands.REALM)
    others = [
        take(opened, hands.REALM, base.vintage - 1),
        take(opened, hands.REALM, as_of=base.as_of + dt.timedelta(days=1)),
        _with_pack(base, "f" * 64),
    ]
    keys = {base.key, *(other.key for other in others)}
    assert len(keys) == 4
    assert take(opened, hands.REALM, base.vintage, as_of=base.as_of).key == base.key


def _with_pack(snapshot: Snapshot, sha256: str) -> Snapshot:
    import msgspec

    return msgspec.structs.replace(snapshot, pack=msgspec.structs.replace(snapshot.pack, sha256=sha256))


def test_the_day_of_judging_defaults_to_the_day_of_the_event_in_beijing(opened):
    for seq in accepted(opened):
        snapshot = take(opened, hands.REALM, seq)
        recorded = log.event(opened, seq).recorded_at
        assert snapshot.as_of == (recorded + dt.timedelta(hours=8)).date()


def test_figures_outlive_events_that_accept_nothing(opened):
    """An event that changes no accepted return costs no compilation; the figures are the same file."""
    last = accepted(opened)[-1]
    then, now = take(opened, hands.REALM, last), take(opened, hands.REALM, as_of=take(opened, hands.REALM, last).as_of)
    assert then.key != now.key
    assert then.part_path("figures") == now.part_path("figures")
    assert then.part_path("lamps") != now.part_path("lamps")
    assert now.fresh().figures.equals(then.fresh().figures)


def _frames(snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    return {part: getattr(snapshot, part) for part in PARTS} | {"xm1": snapshot.facts["xm1"]}


def test_fresh_cached_and_read_again_are_one(opened):
    """Computed from objects, computed and kept, and read from what was kept: three ways, one result."""
    snapshot = take(opened, hands.REALM, accepted(opened)[1])
    kept, again, fresh = _frames(snapshot), _frames(take(opened, hands.REALM, snapshot.vintage)), snapshot.fresh()
    assert not fresh.__dict__.keys() & set(PARTS)
    for name, frame in _frames(fresh).items():
        assert frame.equals(kept[name]), name
        assert frame.equals(again[name]), name


@settings(max_examples=6, deadline=None)
@given(order=st.permutations(range(5)), drop=st.booleans())
def test_vintages_may_be_asked_for_in_any_order(whole, order, drop):
    """Whatever was asked for before and whether anything is kept: each vintage gives its own answer."""
    opened = open_workspace(whole)
    events = [accepted(opened)[0] - 1, *accepted(opened)]
    expected = [None, 5.1, 4.8, 4.8, 4.9]
    if drop:
        shutil.rmtree(opened.cache_dir / "snapshots", ignore_errors=True)
        shutil.rmtree(opened.cache_dir / "facts", ignore_errors=True)
    assert [value(take(opened, hands.REALM, events[index])) for index in order] == [expected[index] for index in order]


def test_rows_kept_in_bulk_are_the_rows_of_the_objects(published_workspace):
    """The door puts the rows of many documents into the cache at once; reading the objects gives the same."""
    rows = submissions_at(published_workspace, "published")
    for (form,), mine in rows.partition_by("form", as_dict=True).items():
        kept = rows_of(published_workspace, "published", form, mine)
        read = rows_of(published_workspace, "published", form, mine, cached=False)
        assert kept.sort("rows_hash", "item").equals(read.sort("rows_hash", "item"))


def test_old_parts_are_forgotten_and_made_again(opened, tmp_path, monkeypatch):
    from xinqu.spine import snapshot as module

    copied = open_workspace(shutil.copytree(opened.dir, tmp_path / "copy"))
    monkeypatch.setattr(module, "_SNAPSHOTS_KEPT", 3)
    for seq in accepted(copied):
        for day in range(2):
            at = take(copied, hands.REALM, seq)
            take(copied, hands.REALM, seq, as_of=at.as_of + dt.timedelta(days=day)).figures.height  # noqa: B018 - computed when asked for
    assert len(list((copied.cache_dir / "snapshots" / "rehearsal").iterdir())) == 3
    assert value(take(copied, hands.REALM, accepted(copied)[0])) == 5.1


def test_a_realm_without_events_has_an_empty_snapshot(opened):
    empty = take(opened, "published")
    assert empty.vintage == 0
    assert empty.submissions.is_empty()
    assert empty.figures.filter(pl.col("value").is_not_null()).is_empty()


def test_a_late_decision_does_not_rewrite_an_earlier_vintage(opened, tmp_path):
    copied = open_workspace(shutil.copytree(opened.dir, tmp_path / "copy"))
    before = {seq: _frames(take(copied, hands.REALM, seq)) for seq in accepted(copied)}
    for kind, account in COURSE:
        act(copied, kind, account, day=41)
    assert value(take(copied, hands.REALM)) == 5.5
    for seq, frames in before.items():
        for name, frame in _frames(take(copied, hands.REALM, seq)).items():
            assert frame.equals(frames[name]), (seq, name)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(6)), data=st.data())
def test_a_kept_fold_goes_on_to_what_folding_from_the_start_gives(whole, order, data):
    """Asked at events in any order, each answer is the fold of all events up to there."""
    opened = open_workspace(whole)
    shutil.rmtree(opened.cache_dir / "submissions", ignore_errors=True)
    last = log.head(opened).seq
    marks = [data.draw(st.integers(0, last)) for _ in range(5)] + [last]
    for index in order:
        events = log.events(opened, hands.REALM, upto=marks[index])
        assert submissions_at(opened, hands.REALM, marks[index]).equals(statistical_return.fold(events))


def test_the_submissions_of_a_key_are_those_of_the_whole(published_workspace):
    everything = submissions_at(published_workspace, "published")
    keys = [Key(*row) for row in everything.select("form", "area", "period", "sub_unit").unique().rows()]
    for some in (keys[:1], keys[5:9], keys):
        wanted = pl.DataFrame(
            [(key.form, key.area, key.period) for key in some], schema=["form", "area", "period"], orient="row"
        )
        right = everything.join(wanted, on=["form", "area", "period"], how="semi", maintain_order="left")
        assert submissions_of(published_workspace, "published", some).equals(right)
