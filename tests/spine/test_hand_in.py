"""What is handed in is judged beside what stands: one by one or all at once, the same verdicts."""

import datetime as dt

import polars as pl
import pytest

import cast
import hands
from hands import COURSE, FILER
from xinqu.returns.canonical import from_parquet
from xinqu.returns.document import cell_map_from_json
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook
from xinqu.spine import accounts, hand_in
from xinqu.spine.returns import next_version, record
from xinqu.spine.steps import Decide, HandIn, Key, Step
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.problem import Refused

FEBRUARY, MARCH, APRIL = "2026-02", "2026-03", "2026-04"
AS_OF = dt.date(2026, 6, 1)


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def person(opened: Workspace, account: str, role: str) -> accounts.Person:
    return accounts.person(opened, account, role, realm=hands.REALM)


ROLES = dict(
    zip((account for _, account in COURSE), ("stat_office", "area_checker", "province", "ndrc"), strict=True)
)  # fmt: skip


def handed(opened: Workspace, period: str, version: int, day: int, **values: str) -> HandIn:
    file = hands.upload(period, **values)
    document = read_return(cast.pack(), file.body, file.name, as_of=AS_OF, origin=Origin.SIMULATED)
    return HandIn(document=document, actor=person(opened, FILER, "filer"), version=version, recorded_at=hands.at(day)())


def decided(opened: Workspace, period: str, version: int, day: int, kinds=COURSE, **how) -> list[Step]:
    key = Key("xm1", "lanzhou", period)
    return [
        Decide(
            type=kind, key=key, version=version, actor=person(opened, account, ROLES[account]),
            recorded_at=hands.at(day)(),
            data={"result": "agreed"} if kind == "return.co_checked" else {}, **how,
        )
        for kind, account in kinds
    ]  # fmt: skip


def history(opened: Workspace) -> list[Step]:
    """February stands, March comes twice, the second time below February; April is handed in and never accepted."""
    back = Decide(
        type="return.sent_back", key=Key("xm1", "lanzhou", MARCH), version=1,
        actor=person(opened, "lanzhou.checker", "area_checker"), recorded_at=hands.at(21)(), reason="unit",
        data={"findings": "xm1_r16"},
    )  # fmt: skip
    return [
        handed(opened, FEBRUARY, 1, 10),
        *decided(opened, FEBRUARY, 1, 11),
        handed(opened, MARCH, 1, 20, xm1_output="9500"),
        back,
        handed(opened, MARCH, 2, 22, xm1_output="8500", xm1_sales="8400"),
        *decided(opened, MARCH, 2, 23),
    ]


def counted(opened: Workspace) -> list[tuple[object, ...]]:
    """What the door noted of each submission."""
    return submissions_at(opened, hands.REALM).select("period", "version", "state", "errors", "warnings").rows()


def test_second_versions_are_judged_beside_first_versions_of_the_same_call(tmp_path):
    """xm1_r16: output year-to-date does not fall (9,000 in February, 8,500 in March's second version)."""
    at_once, one_by_one = hands.workspace(tmp_path / "a"), hands.workspace(tmp_path / "b")
    record(at_once, cast.pack(), hands.REALM, history(at_once), explain=lambda _step, check: f"{check}: revised")
    for step in history(one_by_one):
        record(one_by_one, cast.pack(), hands.REALM, [step], explain=lambda _step, check: f"{check}: revised")
    assert counted(at_once) == counted(one_by_one)
    second = next(row for row in counted(at_once) if row[:2] == (MARCH, 2))
    assert second[2:4] == ("accepted", 0)
    assert second[4] >= 1
    first_alone = hands.workspace(tmp_path / "c")
    record(
        first_alone, cast.pack(), hands.REALM, [handed(first_alone, MARCH, 1, 22, xm1_output="8500", xm1_sales="8400")]
    )
    assert counted(first_alone)[0][4] < second[4]  # without February there is nothing to fall below


def test_a_first_version_that_nobody_accepted_is_not_beside_them(opened):
    """April's first version is on its way when May's second is judged: it does not stand yet."""
    pending = handed(opened, APRIL, 1, 30, xm1_output="99000")
    may_twice = [
        handed(opened, "2026-05", 1, 40),
        Decide(
            type="return.recalled", key=Key("xm1", "lanzhou", "2026-05"), version=1,
            actor=person(opened, FILER, "filer"), recorded_at=hands.at(41)(), reason="typing error",
        ),
        handed(opened, "2026-05", 2, 42),
    ]  # fmt: skip
    record(opened, cast.pack(), hands.REALM, [pending, *may_twice])
    noted = {row[:2]: row[4] for row in counted(opened)}
    assert noted["2026-05", 2] < noted["2026-05", 1]  # the first was judged beside its own call's first versions


def test_all_steps_are_recorded_or_none(opened):
    steps = history(opened)
    before = hands.stored(opened)
    with pytest.raises(Refused, match="XQ-RETURN-103"):
        record(
            opened,
            cast.pack(),
            hands.REALM,
            [step for step in steps if step.__class__ is HandIn or step.type != "return.co_checked"],
        )
    assert hands.stored(opened) == before


def test_three_objects_stand_behind_a_submission_and_give_the_same_return(opened):
    (event,) = hands.submit(opened, hands.upload())
    row = submissions_at(opened, hands.REALM).row(0, named=True)
    assert event.objects == (row["file_hash"], row["rows_hash"], row["cells_hash"])
    header, rows = from_parquet(opened.objects.get(row["rows_hash"]))
    cells = cell_map_from_json(opened.objects.get(row["cells_hash"]))
    assert header.key == ("xm1", "lanzhou", "", MARCH)
    written = opened.objects.get(row["file_hash"]).decode().splitlines()
    for item, value in rows.filter(pl.col("value").is_not_null()).select("item", "value").rows():
        code, said = written[int(cells[item].cell[1:]) - 1].split(",")[:2]
        assert (code, said) == (item, value)


def test_the_annotated_workbook_comes_back_with_the_fault_in_its_cell(opened, tmp_path):
    import openpyxl

    pack = cast.pack()
    file = hands.upload(xm1_rev_tax="501")
    document = read_return(pack, file.body, file.name, as_of=AS_OF)
    book = hand_in.Upload("xm1.xlsx", export_workbook(pack, pack.forms["xm1"], document=document))
    taken = hand_in.examined(opened, hands.REALM, [book], clock=hands.at(10))
    assert taken.has_errors
    ((read, findings),) = taken.by_document()
    path = hand_in.write_annotated(taken, read, findings, tmp_path / "out", "zh")
    cell = read.cells["xm1_rev_tax"]
    sheet = openpyxl.load_workbook(path)[cell.sheet]
    assert "xm1_r07" in sheet[cell.cell].comment.text


def test_versions_are_counted_per_key(opened):
    assert next_version(opened, hands.REALM, hands.MARCH) == 1
    hands.submit(opened, hands.upload())
    assert next_version(opened, hands.REALM, hands.MARCH) == 2
    assert next_version(opened, hands.REALM, Key("xm1", "lanzhou", APRIL)) == 1
    assert next_version(opened, hands.REALM, Key("xm1", "lanzhou", MARCH, "u1")) == 1


def test_the_same_content_handed_in_again_is_recognised(opened):
    hands.submit(opened, hands.upload())
    before = hands.stored(opened)
    with pytest.raises(Refused, match="XQ-FLOW-004") as caught:
        hands.submit(opened, hands.upload(), day=11)
    assert FILER in caught.value.problems[0].why.en
    assert hands.stored(opened) == before


def test_the_same_content_after_a_recall_is_a_second_submission_of_one_identity(opened):
    (first,) = hands.submit(opened, hands.upload())
    hands.act(opened, "return.recalled", FILER, reason="too early", day=11)
    (second,) = hands.submit(opened, hands.upload(), day=12)
    assert first.data["content_hash"] == second.data["content_hash"]
    assert (first.data["version"], second.data["version"]) == (1, 2)
