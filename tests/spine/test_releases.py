"""A release from acceptance to recall: who sees the return in each state, who may act, and what the package holds."""

import datetime as dt
import io
import json
import zipfile

import polars as pl
import pytest

import hands
from xinqu.cli.main import main
from xinqu.shapes import statistical_return
from xinqu.spine import corrections, log, open_data, releases
from xinqu.spine.release_sight import seen_by
from xinqu.spine.snapshot import take
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.moments import BEIJING
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Exit, Refused

FIRST, SECOND = "ndrc.admin", "ndrc.admin2"
SECOND_OF_OFFICE = "cnao.auditor"  # a second person of the office, which orders corrections of what is out
ID = "monthly-2026-03"
# accepted on 11 April (UTC+8): 5 days later at 10:00 in Beijing is 2 o'clock UTC
HOUR = dt.datetime(2026, 4, 16, 10, tzinfo=BEIJING)
OWNERS = [hands.FILER, hands.CO_CHECKER, hands.CHECKER, hands.PROVINCE, hands.ACCEPTOR, FIRST, "cnao.auditor"]
OTHERS = ["", "mallory", "nansha.checker", "shaanxi.approver", "cn.reader"]


@pytest.fixture
def accepted(tmp_path) -> Workspace:
    opened = hands.workspace(tmp_path / "workspace")
    hands.grant(opened, SECOND_OF_OFFICE, "stat_office", "lanzhou.stat")
    hands.accept(opened, hands.upload())
    return opened


def prepare(opened: Workspace, day: int = 11) -> str:
    event = releases.prepare(opened, hands.REALM, "monthly", "2026-03", account=FIRST, clock=hands.at(day))
    return event.data["release_id"]


def publish(opened: Workspace, *, name: str = ID, day: int = 16, **persons: str):
    who = {"account": FIRST, "second": SECOND} | persons
    return releases.publish(opened, hands.REALM, name, **who, clock=hands.at(day))


def recall(opened: Workspace, *wrong: str, reason: str = "error", name: str = ID, day: int = 17):
    return releases.recall(
        opened, hands.REALM, name, account=FIRST, second=SECOND, reason=reason, wrong=wrong, clock=hands.at(day)
    )


@pytest.fixture
def released(accepted) -> Workspace:
    prepare(accepted)
    publish(accepted)
    return accepted


def state(opened: Workspace) -> list[str]:
    return submissions_at(opened, hands.REALM).sort("version")["state"].to_list()


def sees(opened: Workspace, account: str) -> bool:
    return seen_by(take(opened, hands.REALM), account).facts["xm1"].height > 0


def test_a_release_is_prepared_at_its_vintage_and_comes_out_at_the_hour_five_days_after_acceptance(accepted):
    before = log.head(accepted).seq
    assert prepare(accepted) == ID
    found = releases.release_of(accepted, hands.REALM, ID)
    assert (found.vintage, found.release_at, found.state, found.forms) == (before, HOUR, "prepared", ("xm1", "xm2"))
    assert state(accepted) == ["accepted"]
    event = publish(accepted)
    assert (event.data["hash"], event.subject) == (found.hash, f"release/{ID}")
    assert state(accepted) == ["released"]
    recall(accepted)
    assert state(accepted) == ["accepted"]


@pytest.mark.parametrize("account", OWNERS)
def test_owners_see_the_return_in_every_state(accepted, account):
    assert sees(accepted, account)
    prepare(accepted)
    assert sees(accepted, account)
    publish(accepted)
    assert sees(accepted, account)
    recall(accepted)
    assert sees(accepted, account)


@pytest.mark.parametrize("account", OTHERS)
def test_nobody_else_sees_it_before_the_hour_or_after_a_recall(accepted, account):
    assert not sees(accepted, account)
    prepare(accepted)
    assert not sees(accepted, account)
    publish(accepted)
    assert sees(accepted, account)
    recall(accepted)
    assert not sees(accepted, account)


def output_seen(opened: Workspace, account: str) -> float:
    return seen_by(take(opened, hands.REALM), account).facts["xm1"]["xm1_output"].item()


def test_the_public_reads_the_released_version_until_the_correction_is_released(released):
    hands.submit(released, hands.upload(xm1_output="9100"), day=18, explained=True)
    hands.act(released, *hands.COURSE[0], day=19)
    corrections.order_edit(
        released, hands.REALM, hands.MARCH, account=hands.CO_CHECKER, second=SECOND_OF_OFFICE, reason="typing error",
        clock=hands.at(19),
    )  # fmt: skip
    for kind, account in hands.COURSE[1:]:
        hands.act(released, kind, account, day=20)
    assert (output_seen(released, ""), output_seen(released, FIRST)) == (9000, 9100)
    assert prepare(released, day=21) == f"{ID}.2"
    publish(released, name=f"{ID}.2", day=30)
    assert output_seen(released, "") == 9100
    recall(released, name=f"{ID}.2", day=31)
    assert output_seen(released, "") == 9000  # the first release is still out


def test_a_recall_takes_the_named_return_out_of_the_figures_and_leaves_the_rest(released):
    recall(released, "xm1/lanzhou/2026-03")
    assert state(released) == ["recalled"]
    assert statistical_return.current(submissions_at(released, hands.REALM)).is_empty()
    assert not sees(released, FIRST)
    hands.submit(released, hands.upload(xm1_output="9100"), day=18, explained=True)
    assert state(released) == ["recalled", "submitted"]


def test_a_past_vintage_shows_the_public_what_was_out_then(released):
    out = releases.release_of(released, hands.REALM, ID).released_event
    recall(released)
    assert seen_by(take(released, hands.REALM, out)).facts["xm1"].height == 1
    assert seen_by(take(released, hands.REALM, out - 1)).facts["xm1"].is_empty()
    assert seen_by(take(released, hands.REALM)).facts["xm1"].is_empty()


def test_what_is_kept_of_a_public_snapshot_is_what_a_fresh_one_gives(released):
    public = seen_by(take(released, hands.REALM))
    assert public.figures.equals(public.fresh().figures)
    assert (
        not public.figures.equals(take(released, hands.REALM).figures) or public.key != take(released, hands.REALM).key
    )


REFUSED = [
    ("an unknown series", lambda o: releases.prepare(o, hands.REALM, "weekly", "2026-03", account=FIRST), "XQ-RELEASE-001"),
    ("a quarter of a monthly series", lambda o: releases.prepare(o, hands.REALM, "monthly", "2026-Q1", account=FIRST), "XQ-RELEASE-002"),
    ("a month nobody filed", lambda o: releases.prepare(o, hands.REALM, "monthly", "2026-02", account=FIRST), "XQ-RELEASE-003"),
    ("the same again", lambda o: (prepare(o), prepare(o)), "XQ-RELEASE-004"),
    ("before the hour", lambda o: (prepare(o), publish(o, day=14)), "XQ-RELEASE-005"),
    ("an unknown release", lambda o: publish(o, name="monthly-1999-01"), "XQ-RELEASE-006"),
    ("publishing twice", lambda o: (prepare(o), publish(o), publish(o)), "XQ-RELEASE-007"),
    ("recalling what is not out", lambda o: (prepare(o), recall(o)), "XQ-RELEASE-007"),
    ("a reason we don't know", lambda o: (prepare(o), publish(o), recall(o, reason="mood")), "XQ-RELEASE-010"),
    ("a return it does not hold", lambda o: (prepare(o), publish(o), recall(o, "xm1/nansha/2026-03")), "XQ-RELEASE-011"),
    ("the published realm", lambda o: releases.prepare(o, Realm.PUBLISHED, "monthly", "2026-03", account=FIRST), "XQ-RELEASE-009"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_refused_leaves_nothing(accepted, act, code):
    with pytest.raises(Refused) as refused:
        act(accepted)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert all(part.zh and part.en for p in refused.value.problems for part in (p.what, p.fix))


@pytest.mark.parametrize(
    "persons", [{"second": FIRST}, {"second": hands.CHECKER}, {"account": hands.CHECKER}, {"account": hands.PROVINCE}]
)
def test_a_release_takes_two_persons_of_the_nation(accepted, persons):
    prepare(accepted)
    with pytest.raises(Refused) as refused:
        publish(accepted, **persons)
    assert refused.value.exit_code is Exit.NOT_PERMITTED
    assert state(accepted) == ["accepted"]


def test_the_calendar_says_what_is_expected_and_what_is_fixed(accepted):
    def march():
        return next(x for x in releases.plan(take(accepted, hands.REALM), first=dt.date(2026, 3, 1), series="monthly")
                    if x.period == "2026-03")  # fmt: skip

    # 19 areas owe xm1 and xm2; the last due day of both is 22 April, so 27 April is expected
    line = march()
    assert (line.owed, line.accepted, line.state, line.expected) == (38, 1, "collecting", True)
    assert line.release_at == dt.datetime.combine(line.due_on + dt.timedelta(days=5), dt.time(10), BEIJING)
    prepare(accepted)
    assert (march().state, march().expected, march().release_at) == ("prepared", False, HOUR)


def test_a_package_has_the_released_values_alone_and_the_same_bytes_again(released):
    built = open_data.build(released, hands.REALM, ID)
    again = open_data.build(released, hands.REALM, ID)
    assert built.archive() == again.archive()
    assert built.name.endswith("_simulated")
    with zipfile.ZipFile(io.BytesIO(built.archive())) as opened:
        assert {name.split("/", 1)[1] for name in opened.namelist()} == set(built.files)
    rows = pl.read_csv(built.files["data/returns.csv"], infer_schema=False)
    assert rows["area"].unique().to_list() == ["lanzhou"]
    output = rows.filter(pl.col("item") == "xm1_output").row(0, named=True)
    assert (output["value"], output["origin"], output["realm"], output["area_zh"]) == (
        "9000",
        "simulated",
        "rehearsal",
        "兰州新区",
    )
    assert pl.read_parquet(io.BytesIO(built.files["data/returns.parquet"])).equals(rows.cast(pl.String))
    for name in ("NOTES.zh.md", "tables/xm1.zh.html"):
        assert "演练数据" in built.files[name].decode()
    described = json.loads(built.files["datapackage.json"])
    assert (described["realm"], described["official"], described["origins"]) == ("rehearsal", False, ["simulated"])


def test_nothing_can_be_taken_away_under_embargo_or_after_a_recall_even_by_owners(accepted):
    prepare(accepted)
    for code in ("XQ-RELEASE-005", "XQ-RELEASE-007"):
        with pytest.raises(Refused) as refused:
            open_data.build(accepted, hands.REALM, ID)
        assert refused.value.problems[0].code == code
        if code == "XQ-RELEASE-005":
            publish(accepted)
            recall(accepted)


def test_the_command_plans_prepares_lists_and_shows(accepted, capsys):
    def run(*words: str) -> int:
        return main(["--dir", str(accepted.dir), "--realm", "rehearsal", "--lang", "en", "release", *words])

    assert run("prepare", "monthly", "2026-03", "--as", FIRST) == 0
    assert "under embargo until 2026-04-16 10:00" in capsys.readouterr().out
    assert run("publish", ID, "--as", FIRST, "--second", SECOND) == 0  # the clock of this machine is past the hour
    for words, shown in ((["list"], ID), (["show", ID], "lanzhou"), (["plan", "--series", "monthly"], "2026-03")):
        assert run(*words) == 0
        assert shown in capsys.readouterr().out
    assert run("recall", ID, "--reason", "error", "--as", FIRST) == 3
