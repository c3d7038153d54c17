"""The script is a lawful history: every move allowed, every hand another, every hour a working hour, nothing after as_of."""

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from xinqu.policy.due import due_date
from xinqu.rehearsal.actors import actor_frame, actors, cast_of
from xinqu.rehearsal.script import BEIJING, write_script
from xinqu.shapes.statistical_return import fold, sequence_faults
from xinqu.vocabulary.periods import Period

KEY = ["form", "area", "sub_unit", "period"]


@pytest.fixture(scope="module")
def script(pack, nation):
    return write_script(pack, nation)


@pytest.fixture(scope="module")
def folded(script):
    data = pl.struct("form", "area", "sub_unit", "period", "version", "reason", "result").struct.json_encode()
    columns = ["type", "actor", "role", "recorded_at", "effective_on"]
    return fold(
        script.select(
            *columns, pl.lit("rehearsal").alias("realm"), pl.int_range(1, pl.len() + 1).alias("seq"), data.alias("data")
        )
    )


def test_the_same_nation_has_the_same_history(pack, nation, script):
    assert_frame_equal(script, write_script(pack, nation))
    assert 29_000 < len(script) < 33_000


def test_time_only_rises_and_ends_with_as_of(nation, script):
    assert script["recorded_at"].diff().drop_nulls().min() > dt.timedelta(0)
    assert script["recorded_at"].dtype == pl.Datetime("us", "UTC")
    local = script["recorded_at"].dt.convert_time_zone(str(BEIJING))
    assert local.dt.date().max() <= nation.as_of
    assert (local.dt.date() == script["effective_on"]).all()
    assert local.dt.hour().min() >= 9
    assert local.dt.hour().max() < 17
    days = script["effective_on"].unique().to_list()
    assert [day for day in days if not nation.calendar.calendar.is_working_day(day)] == []


def test_every_move_is_allowed_by_the_state_of_its_return(script):
    events = script.with_columns(realm=pl.lit("rehearsal"), seq=pl.int_range(pl.len())).iter_rows(named=True)
    assert sequence_faults(events) == []


def test_all_returns_end_accepted_but_the_silent_one_and_those_on_their_way(nation, script, folded):
    last = folded.sort("version").unique(KEY, keep="last")
    states = nation.returns.join(last, on=KEY, how="left")
    assert states.filter(pl.col("state").is_null())["filed"].to_list() == ["never"]
    late = states.filter(pl.col("state").is_not_null() & (pl.col("state") != "accepted"))
    assert late["due"].is_empty() or late["due"].min() > nation.as_of - dt.timedelta(days=10)
    assert folded.filter(state="returned")["version"].to_list() == [1] * nation.returns.filter(versions=2).height


def test_co_checks_come_before_the_decision_that_waits_for_them(pack, script):
    awaited = {form.id: form.awaits_co_check for form in pack.area_forms}
    checked = script.filter(type="return.co_checked").select(*KEY, "version", checked="recorded_at")
    decided = script.join(checked, on=[*KEY, "version"], how="left").with_columns(
        awaited=pl.col("form").replace_strict(awaited)
    )
    waiting = decided.filter(pl.col("type") == pl.col("awaited"))
    assert (waiting["checked"] < waiting["recorded_at"]).all()
    none = [form for form, kind in awaited.items() if not kind]
    assert sorted(none) == ["xa6", "xh1", "xq2"]
    assert script.filter(pl.col("form").is_in(none), type="return.co_checked").is_empty()


def test_nobody_decides_on_what_he_handed_in_or_decided_before(folded):
    hands = ["submitted_by", "co_checked_by", "area_approved_by", "province_approved_by", "accepted_by"]
    people = folded.select(pl.concat_list(hands).list.drop_nulls().alias("people"))["people"]
    assert (people.list.n_unique() == people.list.len()).all()


def test_handed_in_when_the_list_says_so(pack, nation, script):
    first = script.filter(type="return.submitted").group_by(KEY).agg(pl.col("effective_on").min().alias("day"))
    both = nation.returns.join(first, on=KEY, how="inner")
    assert both.filter((pl.col("filed") == "on_time") & (pl.col("day") > pl.col("due"))).is_empty()
    grace = {form.id: form.grace_working_days for form in pack.area_forms}
    calendar = nation.calendar.calendar
    for row in both.filter(pl.col("filed") != "on_time").iter_rows(named=True):
        over = calendar.between(row["due"], row["day"]) - grace[row["form"]]
        assert (over <= 0) == (row["filed"] == "late"), row
        assert row["day"] > row["due"]


def test_due_days_are_those_of_the_pack(pack, nation):
    calendar = nation.calendar.calendar
    for form, period, due in nation.returns.select("form", "period", "due").unique().iter_rows():
        stated = due_date(pack.forms[form], Period.parse(period), calendar)
        assert stated is not None
        assert stated.day == due


def test_returns_sent_back_say_why_and_warnings_are_explained(nation, script):
    back = script.filter(type="return.sent_back")
    assert back["reason"].str.len_chars().min() > 0
    slips = nation.planted.filter(pl.col("check") == pl.col("check")).join(back, on=KEY, how="inner")
    assert slips.filter(pl.col("check") != pl.col("findings")).is_empty()
    told = script.filter(type="return.finding_explained").select(*KEY, check="rule")
    planted = nation.planted.filter(kind="explained_warning").select(*KEY, "check")
    assert set(told.iter_rows()) == set(planted.iter_rows())


def test_every_actor_holds_a_role_that_his_organisation_may_give(pack, script):
    frame = actor_frame(pack)
    assert frame["account"].n_unique() == len(frame)
    for actor in actors(pack):
        kind = pack.organisations[actor.organisation].kind
        assert kind in pack.roles[actor.role].organisation_kinds, actor
    acting = script.select(account="actor", role="role", organisation="organisation").unique()
    assert acting.join(frame, on=["account", "role", "organisation"], how="anti").is_empty()
    for kind, role in script.select("type", "role").unique().iter_rows():
        assert role in pack.event_types[kind].roles


def test_a_partner_counter_signs_cooperation(pack):
    cast = cast_of(pack, pack.forms["xa10"], "lanzhou")
    assert cast.co_checker is not None
    assert cast.co_checker.role == "partner"
    assert cast.co_checker.organisation in pack.areas
    assert cast.co_checker.organisation != "lanzhou"
    assert cast_of(pack, pack.forms["xq2"], "lanzhou").co_checker is None
    assert cast_of(pack, pack.forms["xq2"], "lanzhou", "u1").filer.organisation == "lanzhou.u1"
