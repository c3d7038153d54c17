"""The calendar as people use it: an extension by the right hands, locks at the door, the board and the log that agree."""

import datetime as dt

import polars as pl
import pytest

import hands
from xinqu.cli.main import main
from xinqu.monitoring.punctuality import punctuality
from xinqu.spine import calendar_acts, closing, log, salted
from xinqu.spine.steps import Key
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.problem import Exit, Refused

MARCH = hands.MARCH  # xm1 of Lanzhou: due 17 April 2026, the 12th working day (1-3, 7-10, 13-17 April)
DUE, MOVED = dt.date(2026, 4, 17), dt.date(2026, 4, 24)
PROVINCE, OTHER_PROVINCE, NATION = "gansu.approver", "shaanxi.approver", "ndrc.acceptor"


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def extend(opened: Workspace, account: str = PROVINCE, *, key: Key = MARCH, due: dt.date = MOVED, day: int = 5):
    return calendar_acts.extend(
        opened, hands.REALM, key, due, account=account, reason="flood in the county", clock=hands.at(day)
    )


def march(opened: Workspace, as_of: str) -> dict:
    found = calendar_acts.board_of(
        opened, hands.REALM, as_of=dt.date.fromisoformat(as_of), first=dt.date(2026, 3, 1)
    )  # fmt: skip
    return found.row(by_predicate=pl.col("form").eq("xm1") & pl.col("area").eq("lanzhou"), named=True)


@pytest.mark.parametrize(("account", "organisation"), [(PROVINCE, "gansu"), (NATION, "ndrc")])
def test_province_or_nation_moves_a_due_day_and_the_board_honours_it(opened, account, organisation):
    assert march(opened, "2026-04-20")["state"] == "late"
    event = extend(opened, account)
    assert (event.type, event.organisation) == ("return.extended", organisation)
    assert salted.get_text(opened, str(event.data["reason"])) == "flood in the county"
    assert event.objects == (event.data["reason"],)
    row = march(opened, "2026-04-20")
    assert (row["state"], row["due_on"], row["extended"]) == ("due", MOVED, True)


WRONG = [
    ("another province", {"account": OTHER_PROVINCE}, "XQ-CALENDAR-004", Exit.NOT_PERMITTED),
    ("the filer", {"account": hands.FILER}, "XQ-CALENDAR-004", Exit.NOT_PERMITTED),
    ("nobody we know", {"account": "mallory"}, "XQ-CALENDAR-004", Exit.NOT_PERMITTED),
    ("an earlier day", {"due": dt.date(2026, 4, 16)}, "XQ-CALENDAR-003", Exit.REFUSED),
    ("the same day", {"due": DUE}, "XQ-CALENDAR-003", Exit.REFUSED),
    ("after the due day", {"day": 17}, "XQ-CALENDAR-002", Exit.REFUSED),
    ("a month without a return", {"key": Key("xm1", "lanzhou", "2026-01")}, "XQ-CALENDAR-001", Exit.REFUSED),
    ("before the form was in force", {"key": Key("xm1", "lanzhou", "2018-03")}, "XQ-CALENDAR-001", Exit.REFUSED),
    ("a period of another frequency", {"key": Key("xm1", "lanzhou", "2026-Q1")}, "XQ-RETURN-108", Exit.REFUSED),
    ("a form that is not there", {"key": Key("xm9", "lanzhou", "2026-03")}, "XQ-RETURN-011", Exit.REFUSED),
]


@pytest.mark.parametrize(("how", "code", "exit_code"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG])
def test_what_may_not_be_extended_leaves_everything_as_it_was(opened, how, code, exit_code):
    before = hands.stored(opened)
    with pytest.raises(Refused) as caught:
        extend(opened, **how)
    assert [p.code for p in caught.value.problems] == [code]
    assert caught.value.exit_code is exit_code
    assert hands.stored(opened) == before
    for problem in caught.value.problems:
        for text in (problem.what, problem.why, problem.fix):
            assert text.zh
            assert text.en
        assert problem.where.say()


def test_a_return_that_came_in_is_not_extended(opened):
    hands.submit(opened, hands.upload(), day=4)
    with pytest.raises(Refused, match="XQ-CALENDAR-002"):
        extend(opened)


def test_an_extension_may_be_moved_on_again_but_not_back(opened):
    extend(opened)
    extend(opened, due=dt.date(2026, 4, 28), day=6)
    with pytest.raises(Refused, match="XQ-CALENDAR-003"):
        extend(opened, due=MOVED, day=7)
    assert march(opened, "2026-04-20")["due_on"] == dt.date(2026, 4, 28)


def test_the_board_shows_what_the_door_refuses(opened):
    """The board's ``locked`` and the door's closed periods are two folds of the same events."""
    area_forms = {"lanzhou", "pudong"}
    closing.lock(opened, hands.REALM, "xm1", Period.parse("2026-03"), account="ndrc.admin", clock=hands.at(5))
    closing.unlock(
        opened, hands.REALM, MARCH, account="ndrc.admin", second="ndrc.admin2", reason="audit", clock=hands.at(6)
    )  # fmt: skip
    found = calendar_acts.board_of(opened, hands.REALM, as_of=dt.date(2026, 4, 20), first=dt.date(2026, 3, 1))
    closed = closing.closed_periods(opened, hands.REALM)
    rows = found.filter(pl.col("area").is_in(area_forms)).select("form", "area", "period", "locked").rows()
    assert [locked for *_, locked in rows] == [closed.holds(Key(*key)) for *key, _ in rows]
    assert {(form, area) for form, area, _, locked in rows if locked} == {("xm1", "pudong")}


def test_the_commands_extend_and_list(opened, capsys):
    def xinqu(*words: str) -> int:
        return main([*words, "--dir", str(opened.dir), "--realm", "rehearsal"])

    assert (
        xinqu("calendar", "extend", "xa4", "2026", "lanzhou", "--due", "2027-05-10", "--reason", "r", "--as", PROVINCE)
        == 0
    )
    assert xinqu("calendar", "lock", "xm1", "2026-03", "--as", "ndrc.admin") == 0
    unlocked = ("calendar", "unlock", "xm1", "2026-03", "lanzhou", "--reason", "r", "--as", "ndrc.admin")
    assert xinqu(*unlocked, "--second", "ndrc.admin") == Exit.NOT_PERMITTED
    assert xinqu(*unlocked, "--second", "ndrc.admin2") == 0
    assert [e for e in log.events(opened, hands.REALM)["type"].to_list() if e.startswith("return.")] == [
        "return.extended", "return.locked", "return.unlocked"
    ]  # fmt: skip
    capsys.readouterr()
    assert xinqu("calendar", "due", "--days", "3", "--as-of", "2026-04-15", "--format", "json") == 0
    assert '"xm1"' in capsys.readouterr().out
    assert xinqu("calendar", "board", "--as-of", "2026-04-15", "--state", "missing", "--format", "csv") == 0
    assert "xm2,lanzhou,2026-02,missing" in capsys.readouterr().out
    assert xinqu("calendar", "punctuality", "--as-of", "2026-04-15", "--by", "form") == 0
    assert "share_on_time" in capsys.readouterr().out


def test_the_rehearsal_board_agrees_with_what_the_tick_wrote(demo_workspace):
    """late and missing of the board are the ``return.due_passed`` events of the log, for all that was due in the year."""
    realm = Realm.REHEARSAL
    as_of = calendar_acts.day_of(demo_workspace, realm)
    found = calendar_acts.board_of(demo_workspace, realm, as_of=as_of, first=dt.date(2021, 1, 1))
    events = log.events(demo_workspace, realm, types=["return.due_passed"])
    written = {
        (row["form"], row["area"], row["period"])
        for row in events["data"].str.json_decode(pl.Struct(dict.fromkeys(("form", "area", "period"), pl.String))).to_list()
    }  # fmt: skip
    overdue = found.filter(pl.col("timing").is_in(["late", "missing", "after_grace"]))
    shown = set(overdue.select("form", "area", "period").iter_rows())
    assert written
    assert written <= shown
    total = punctuality(found, by=[], as_of=as_of)
    assert total["late"].item() + total["after_grace"].item() + total["missing"].item() == overdue.height
    assert found["holder"].drop_nulls().len() == found.filter(~pl.col("state").is_in(["accepted", "not_due"])).height
