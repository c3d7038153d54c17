"""Organisations change from a day on and rewrite nothing: Liangjiang, an administrative district since 2025-11-06.

The facts (DOMAIN f, China News Service): the district of about 1,360 km2 was set up on that day, Jiangbei and Yubei were
abolished. Here the units of the new area that covered them are merged on that day.
"""

import datetime as dt

import polars as pl
import pytest

import cast
import hands
from hands import Key, upload
from xinqu.cli.main import main
from xinqu.policy.organisation_changes import Successor, in_place_of
from xinqu.spine import accounts, calendar_acts, decide, hand_in, log, organisations, scripted
from xinqu.spine.accounts import Grant
from xinqu.spine.permissions import Target, may, roles_of
from xinqu.spine.policy import adopted
from xinqu.spine.snapshot import take
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.problem import Exit, Problem, Refused
from xinqu.vocabulary.text import Text

REALM = hands.REALM
CHANGE = dt.date(2025, 11, 6)
ADMINISTRATORS = scripted.ADMINISTRATORS
NORTH = Successor(id="liangjiang.u9", name_zh="江北渝北片区", name_en="Jiangbei and Yubei unit")
ORDER = {
    "document": "State Council reply on Chongqing, 2025",
    "account": ADMINISTRATORS[0],
    "second": ADMINISTRATORS[1],
}
HANDS = (
    ("return.co_checked", "liangjiang.stat.co_checker"), ("return.area_approved", "liangjiang.checker"),
    ("return.province_approved", "chongqing.approver"), ("return.accepted", "ndrc.acceptor"),
)  # fmt: skip


def key(period: str, sub_unit: str = "") -> Key:
    return Key("xm1", "liangjiang", period, sub_unit)


def file(opened: Workspace, period: str, *, scope: str, by: str = "liangjiang.filer", sub_unit: str = "", day: int = 10, **values: str):  # fmt: skip
    given = upload(period, area="liangjiang", scope=scope, sub_unit=sub_unit, **values)
    return hands.submit(opened, given, account=by, day=day)


def accept(opened: Workspace, period: str, *, scope: str, day: int = 10, **values: str) -> None:
    file(opened, period, scope=scope, day=day, **values)
    for kind, account in HANDS:
        decide.decide(opened, REALM, key(period), kind, account=account, clock=hands.at(day))


def merge(
    opened: Workspace, *, into: Successor = NORTH, units=("liangjiang.u1", "liangjiang.u2"), day: int = 20, **more
):
    return organisations.replace(opened, REALM, units, [into], on=CHANGE, **(ORDER | more), clock=hands.at(day))


def grant(opened: Workspace, account: str, role: str, organisation: str, day: int = 21) -> None:
    given = [Grant(account=account, role=role, organisation=organisation)]
    by = scripted.administrator(opened, REALM)
    accounts.grant(
        opened, adopted(opened, REALM), given, realm=REALM, by=by, second=ADMINISTRATORS[1], clock=hands.at(day)
    )


@pytest.fixture
def opened(tmp_path) -> Workspace:
    made = hands.workspace(tmp_path / "workspace")
    accept(made, "2024-12", scope="S1", xm1_trade="500")
    accept(made, "2025-10", scope="S1", xm1_trade="500")
    file(made, "2025-10", scope="S1", by="liangjiang.u1.filer", sub_unit="u1")
    return made


def refused(step, code: str, exit_code: Exit = Exit.REFUSED) -> Refused:
    with pytest.raises(Refused, match=code) as caught:
        step()
    assert caught.value.exit_code is exit_code
    return caught.value


def test_nothing_that_was_filed_changes_by_a_byte(opened):
    vintage = log.head(opened).seq
    before = log.events(opened, REALM)
    bodies = {name: opened.objects.get(name) for name in opened.objects.all()}
    figures, tree = take(opened, REALM).figures, adopted(opened, REALM).organisations
    merge(opened)
    accept(opened, "2025-12", scope="S4", day=30, xm1_trade="900", xm1_exports="600", xm1_imports="300")
    assert log.events(opened, REALM, upto=vintage).equals(before)
    assert {name: opened.objects.get(name) for name in bodies} == bodies
    assert take(opened, REALM, vintage).figures.equals(figures)
    assert take(opened, REALM, vintage).fresh().figures.equals(figures)
    assert adopted(opened, REALM, vintage).organisations == tree
    assert verify(opened, deep=True).problems == []


def test_growth_across_the_change_is_a_series_break(opened):
    """Foreign trade of December 2025 against December 2024: another territory, so no growth, and the reason is said."""
    (growth,) = (i.id for i in cast.pack().indicators.values() if "ly(xm1_trade)" in i.formula)
    merge(opened)
    accept(opened, "2025-12", scope="S4", day=30, xm1_trade="900", xm1_exports="600", xm1_imports="300")
    figures = take(opened, REALM).figures.filter(indicator=growth, area="liangjiang", period="2025-12")
    assert figures.select("value", "unknown").rows() == [(None, "series_break")]


def test_the_tree_of_a_day_knows_names_and_successors_of_that_day(opened):
    merge(opened)
    organisations.rename(
        opened, REALM, "liangjiang.u9", Text("两江北区", "Liangjiang North"), on=dt.date(2026, 4, 1), **ORDER,
        clock=hands.at(22),
    )  # fmt: skip

    def units(day: str) -> dict[str, str]:
        tree = organisations.tree_at(opened, REALM, dt.date.fromisoformat(day))
        mine = tree.filter(parent="liangjiang", kind="sub_unit")
        return dict(zip(mine["organisation"].to_list(), mine["name_en"].to_list(), strict=True))

    assert set(units("2025-11-05")) == {"liangjiang.u1", "liangjiang.u2", "liangjiang.u3"}
    assert units("2025-11-06").keys() == {"liangjiang.u3", "liangjiang.u9"}
    assert units("2026-03-31")["liangjiang.u9"] == "Jiangbei and Yubei unit"
    assert units("2026-04-01")["liangjiang.u9"] == "Liangjiang North"
    assert organisations.history(opened, REALM, "liangjiang.u2")["type"].to_list() == ["org.merged"]


def test_who_files_what_before_and_after(opened):
    merge(opened)
    accounts.add(opened, [("liangjiang.u9.filer", "liangjiang.u9")])
    grant(opened, "liangjiang.u9.filer", "filer", "liangjiang.u9")
    before = hands.stored(opened)
    found = refused(
        lambda: file(opened, "2025-12", scope="S4", by="liangjiang.u1.filer", sub_unit="u1", day=25), "XQ-ORG-005"
    )
    assert "liangjiang.u9" in found.problems[0].why.en
    refused(lambda: file(opened, "2025-10", scope="S1", by="liangjiang.u9.filer", sub_unit="u9", day=25), "XQ-ORG-005")
    assert hands.stored(opened) == before
    file(opened, "2025-11", scope="S4", by="liangjiang.u9.filer", sub_unit="u9", day=25)
    # the return of October is its predecessor's; who took over corrects it under the predecessor's name
    (event,) = file(opened, "2025-10", scope="S1", by="liangjiang.u9.filer", sub_unit="u1", day=26, xm1_output="9100")
    assert (event.data["version"], event.organisation) == (2, "liangjiang.u9")


def test_successors_read_what_their_predecessors_filed_and_others_do_not(opened):
    merge(opened)
    accounts.add(opened, [("liangjiang.u9.filer", "liangjiang.u9")])
    grant(opened, "liangjiang.u9.filer", "filer", "liangjiang.u9")
    pack = adopted(opened, REALM)

    def reads(account: str, unit: str) -> bool:
        target = Target(data_class="return", organisation=unit, release_state="submitted")
        roles = roles_of(opened, account, on=hands.at(25)().date())
        return not isinstance(may(account, "read", target, pack=pack, roles=roles, realm=REALM), Problem)

    assert reads("liangjiang.u9.filer", "liangjiang.u1")
    assert reads("liangjiang.u9.filer", "liangjiang.u2")
    assert not reads("liangjiang.u9.filer", "liangjiang.u3")
    assert not reads("liangjiang.u1.filer", "liangjiang.u9")
    assert not reads("liangjiang.u3.filer", "liangjiang.u1")
    assert reads("liangjiang.checker", "liangjiang.u1")


def test_the_area_owes_before_and_after_the_change_what_it_owed(opened):
    as_of, first = dt.date(2026, 4, 25), dt.date(2025, 9, 1)
    before = calendar_acts.board_of(opened, REALM, as_of=as_of, first=first)
    merge(opened)
    after = calendar_acts.board_of(opened, REALM, as_of=as_of, first=first)
    owed = ["form", "area", "period", "due_on", "state"]
    assert after.select(owed).equals(before.select(owed))
    assert not before.filter(pl.col("area") == "liangjiang").is_empty()


def test_a_split_department_files_through_the_successor_named_first(opened):
    """xm1 of the area is filed by its committee; what the pack assigns to an office goes to the first successor."""
    two = [Successor(id=f"liangjiang.{n}", name_zh=n, name_en=n) for n in ("plan", "nature")]
    organisations.replace(opened, REALM, ["liangjiang.land"], two, on=CHANGE, **ORDER, clock=hands.at(20))
    pack = adopted(opened, REALM)
    assert in_place_of(pack, "liangjiang.land", CHANGE) == "liangjiang.plan"
    assert in_place_of(pack, "liangjiang.land", CHANGE - dt.timedelta(days=1)) == "liangjiang.land"
    assert pack.organisations["liangjiang.nature"].field == pack.organisations["liangjiang.land"].field


WRONG = [
    ("a unit that is none", {"units": ("liangjiang.u1", "liangjiang.u7")}, "XQ-ORG-001"),
    ("of two areas", {"units": ("liangjiang.u1", "lanzhou.u1")}, "XQ-ORG-002"),
    ("areas themselves", {"units": ("liangjiang", "lanzhou")}, "XQ-ORG-002"),
    ("a split into one", {"units": ("liangjiang.u1",)}, "XQ-ORG-003"),
    ("an id of another area", {"into": Successor(id="lanzhou.u9", name_zh="x", name_en="x")}, "XQ-ORG-003"),
    ("no name", {"into": Successor(id="liangjiang.u9")}, "XQ-ORG-004"),
    ("no document", {"document": " "}, "XQ-ORG-004"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "code"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_change_leaves_nothing_behind(opened, said, code):
    before = hands.stored(opened)
    refused(lambda: merge(opened, **said), code)
    assert hands.stored(opened) == before


def test_two_persons_change_organisations_and_once(opened):
    refused(lambda: merge(opened, second=ADMINISTRATORS[0]), "XQ-DUTY-002", Exit.NOT_PERMITTED)
    refused(lambda: merge(opened, account="liangjiang.checker"), "XQ-DECISION-001", Exit.NOT_PERMITTED)
    merge(opened)
    refused(lambda: merge(opened, day=21), "XQ-ORG-001")


def test_units_may_be_merged_into_one_of_them(opened):
    merge(opened, into=Successor(id="liangjiang.u1"))
    pack = adopted(opened, REALM)
    assert pack.organisations["liangjiang.u1"].valid_to is None
    assert pack.organisations["liangjiang.u2"].successors == ["liangjiang.u1"]


def test_the_commands_say_it(opened, capsys):
    where = ["--dir", str(opened.dir), "--realm", "rehearsal", "--lang", "en"]
    said = [
        "--on",
        "2025-11-06",
        "--document",
        "State Council reply",
        "--as",
        ADMINISTRATORS[0],
        "--second",
        ADMINISTRATORS[1],
    ]
    into = "liangjiang.u9=江北渝北片区=North"
    assert main(["org", "merge", "liangjiang.u1", "liangjiang.u2", "--into", into, *said, *where]) == 0
    assert main(["org", "tree", "--at", "2025-11-06", "--format", "csv", *where]) == 0
    assert "liangjiang.u9" in capsys.readouterr().out
    assert main(["org", "history", *where]) == 0
    assert "org.merged" in capsys.readouterr().out
    assert main(["org", "list", *where]) == 0
    assert hand_in.next_version(opened, REALM, key("2025-10", "u1")) == 2
