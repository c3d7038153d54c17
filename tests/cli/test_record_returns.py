"""`xinqu return` on records: faults named by record, files given back in each format, nothing to strangers."""

import polars as pl
import pytest

import cast
import hands
from xinqu.cli.main import main

GOOD = {
    "xr3_case_no": "c1", "xr3_item_code": "i9", "xr3_kind": "startup", "xr3_channel": "online", "xr3_accepted_on": "2026-03-02",
    "xr3_decided_on": "2026-03-04", "xr3_closed_on": "2026-03-04", "xr3_limit_wd": "20", "xr3_promised_wd": "5",
    "xr3_office_wd": "2", "xr3_applicant_wd": "0", "xr3_stop_wd": "0", "xr3_elapsed_wd": "2", "xr3_rework_n": "0",
    "xr3_visits_n": "0", "xr3_docs_n": "3", "xr3_result": "granted", "xr3_reopened": "false",
}  # fmt: skip
FILER = ("--as", "lanzhou.svc.filer")


@pytest.fixture
def opened(tmp_path):
    return hands.workspace(tmp_path / "workspace")


def run(opened, *words):
    return main(["--dir", str(opened.dir), "--realm", "rehearsal", "--lang", "en", "return", *map(str, words)])


def written(folder, *records):
    """Write a CSV upload of xr3 and return its path."""
    codes = [item.code for item in cast.pack().forms["xr3"].items]
    lines = [",".join(record.get(code, "") for code in codes) for record in records]
    path = folder / "cases.csv"
    head = "#form,xr3\n#form_version,1\n#area,lanzhou\n#period,2026-03\n#scope,S5\n"
    path.write_text(head + "\n".join([",".join(codes), *lines]) + "\n")
    return path


def test_faults_are_listed_by_record_twenty_of_a_check(opened, tmp_path, capsys):
    bad = [GOOD | {"xr3_case_no": f"c{n}", "xr3_closed_on": "2026-03-01"} for n in range(30)]
    assert run(opened, "check", written(tmp_path, *bad), "--annotated", tmp_path / "back") == 1
    said = capsys.readouterr().out
    assert "xr3_case_no:c0" in said
    assert "20 more are not listed" in said
    assert "60 false" in said


def test_a_filed_return_is_given_back_to_its_area_alone(opened, tmp_path, capsys):
    sent = written(tmp_path, GOOD, GOOD | {"xr3_case_no": "c2"})
    assert run(opened, "submit", sent, *FILER) == 0
    asked = ("xr3", "lanzhou", "2026-03")
    as_filed, parquet = tmp_path / "a.csv", tmp_path / "a.parquet"
    assert run(opened, "get", *asked, "--output", as_filed, *FILER) == 0
    assert as_filed.read_bytes() == sent.read_bytes()
    assert run(opened, "get", *asked, "--to", "parquet", "--output", parquet, "--as", "lanzhou.checker") == 0
    assert pl.read_parquet(parquet)["xr3_case_no"].to_list() == ["c1", "c2"]
    capsys.readouterr()
    for act in (("get", *asked, "--output", tmp_path / "b"), ("show", *asked, "--values"), ("diff", *asked)):
        assert run(opened, *act, "--as", "nansha.checker") == 3
        assert "c2" not in capsys.readouterr().out
    assert not (tmp_path / "b").exists()
    assert run(opened, "show", *asked, "--values", "--as", "lanzhou.checker") == 0
    assert "c2" in capsys.readouterr().out


def test_blank_forms_of_records_are_written(tmp_path):
    for name, more in (("xr3.xlsx", ()), ("xr3.csv", ("--csv",))):
        path = tmp_path / name
        assert (
            main(["form", "export", "xr3", "--area", "lanzhou", "--period", "2026-03", "--output", str(path), *more])
            == 0
        )
        assert path.stat().st_size > 0
