"""Record returns go through the same door: judged with the month before, refused with their cells, accepted into facts."""

import io

import openpyxl
import polars as pl
import pytest

import cast
import hands
from xinqu.returns.document import record_places_from_json
from xinqu.spine import deep, hand_in
from xinqu.spine.hand_in import Upload
from xinqu.spine.returns import record
from xinqu.spine.scripted import full_course
from xinqu.spine.snapshot import take
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.problem import Refused

FILER = "lanzhou.svc.filer"
GOOD = {
    "xr3_case_no": "c1", "xr3_item_code": "i9", "xr3_kind": "startup", "xr3_channel": "online", "xr3_accepted_on": "2026-03-02",
    "xr3_decided_on": "2026-03-04", "xr3_closed_on": "2026-03-04", "xr3_limit_wd": "20", "xr3_promised_wd": "5",
    "xr3_office_wd": "2", "xr3_applicant_wd": "0", "xr3_stop_wd": "0", "xr3_elapsed_wd": "2", "xr3_rework_n": "0",
    "xr3_visits_n": "0", "xr3_docs_n": "3", "xr3_result": "granted", "xr3_reopened": "false",
}  # fmt: skip


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def upload(*records, period="2026-03"):
    codes = [item.code for item in cast.pack().forms["xr3"].items]
    head = f"#form,xr3\n#form_version,1\n#area,lanzhou\n#period,{period}\n#scope,S5\n"
    lines = [",".join(record.get(code, "") for code in codes) for record in records]
    return Upload("cases.csv", (head + ",".join(codes) + "\n" + "\n".join(lines) + "\n").encode())


def examined(opened, *records, day=10, **how):
    return hand_in.examined(opened, hands.REALM, [upload(*records, **how)], clock=hands.at(day))


def accepted(opened, *records, **how):
    taken = examined(opened, *records, **how)
    return record(
        opened, taken.pack, hands.REALM, full_course(taken.pack, taken.examined.documents), clock=hands.at(12)
    )


def test_accepted_records_stand_in_the_facts_and_every_kept_part_is_what_the_objects_say(opened):
    accepted(opened, GOOD, GOOD | {"xr3_case_no": "c0", "xr3_docs_n": "4"})
    snapshot = take(opened, hands.REALM)
    facts = snapshot.facts["xr3"]
    assert facts.select("area", "period", "row", "xr3_case_no", "xr3_docs_n", "origin").rows() == [
        ("lanzhou", "2026-03", 0, "c0", 4.0, "simulated"), ("lanzhou", "2026-03", 1, "c1", 3.0, "simulated"),
    ]  # fmt: skip
    assert snapshot.findings.filter(pl.col("form") == "xr3", pl.col("verdict") == "false").is_empty()
    assert deep.replayed(opened) == []


def test_the_cell_map_names_the_row_of_each_record(opened):
    event = accepted(opened, GOOD | {"xr3_case_no": "z"}, GOOD | {"xr3_case_no": "a"})[0]
    places = record_places_from_json(opened.objects.get(event.data["cells_hash"]))
    assert [places.cell(row, "xr3_case_no").cell for row in (0, 1)] == ["A8", "A7"]


def test_a_record_is_judged_beside_itself_a_month_before(opened):
    accepted(opened, GOOD | {"xr3_closed_on": "", "xr3_decided_on": "", "xr3_result": "open"})
    later = GOOD | {"xr3_accepted_on": "2026-03-03", "xr3_decided_on": "2026-04-02", "xr3_closed_on": "2026-04-02"}
    findings = examined(opened, later, period="2026-04", day=40).examined.findings.findings
    said = findings.filter(pl.col("verdict") == "false", pl.col("items").list.contains("xr3_accepted_on"))
    prev = [check.id for check in cast.pack().checks.values() if "prev(xr3_accepted_on)" in check.expression]
    assert set(prev) <= set(said["check"])


def test_an_impossible_record_is_refused_at_its_cell_and_nothing_is_stored(opened):
    bad = GOOD | {"xr3_case_no": "c2", "xr3_closed_on": "2026-03-01"}
    taken = examined(opened, GOOD, bad)
    with pytest.raises(Refused) as caught:
        hand_in.submit(opened, hands.REALM, taken, account=FILER, clock=hands.at(10))
    cells = {problem.where.cell for problem in caught.value.problems}
    assert "I8" in cells
    assert take(opened, hands.REALM).submissions.is_empty()


def test_a_key_that_stands_twice_is_refused(opened):
    taken = examined(opened, GOOD, GOOD)
    assert "xr3_key" in set(taken.examined.findings.findings.filter(pl.col("verdict") == "false")["check"])


def test_what_many_records_fail_is_told_twenty_times_and_counted(opened):
    bad = [GOOD | {"xr3_case_no": f"c{n}", "xr3_closed_on": "2026-03-01"} for n in range(60)]
    with pytest.raises(Refused) as caught:
        hand_in.submit(opened, hands.REALM, examined(opened, *bad), account=FILER, clock=hands.at(10))
    more = [problem.what.en for problem in caught.value.problems if problem.code == "XQ-RETURN-110"]
    assert more
    assert all("40 more" in text for text in more)


def test_the_annotated_workbook_marks_the_cell_of_the_record(opened, tmp_path):
    taken = examined(opened, GOOD, GOOD | {"xr3_case_no": "c2", "xr3_closed_on": "2026-03-01"})
    ((document, findings),) = taken.by_document()
    path = hand_in.write_annotated(taken, document, findings, tmp_path, "en")
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    marked = [cell for row in sheet["xr3"].iter_rows() for cell in row if cell.comment]
    assert {sheet["xr3"].cell(cell.row, 2).value for cell in marked} == {"c2"}
    assert sheet["Checks"]["C2"].value == "error"


def test_a_department_of_another_area_may_not_file_them(opened):
    with pytest.raises(Refused) as caught:
        hand_in.submit(opened, hands.REALM, examined(opened, GOOD), account="nansha.svc.filer", clock=hands.at(10))
    assert caught.value.exit_code == 3


def test_facts_of_records_are_read_when_asked_for_and_not_held(opened):
    accepted(opened, GOOD)
    facts = take(opened, hands.REALM).facts
    assert set(facts) == set(cast.pack().forms)
    assert "xr3" in facts
    assert "xr9" not in facts
    assert facts["xr3"] is not facts["xr3"]
    assert facts["xm1"] is facts["xm1"]
