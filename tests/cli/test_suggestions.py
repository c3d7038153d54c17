"""`xinqu return check` tells corrections below the findings and in the workbook, and changes nothing."""

import openpyxl
import pytest

import cast
import hands
from returns.return_files import edited
from xinqu.cli.main import main
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook
from xinqu.vocabulary.origin import Origin


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return hands.workspace(tmp_path_factory.mktemp("suggest") / "workspace")


def place(body, item):
    sheet = openpyxl.load_workbook(body)["xm1"]
    return next(f"F{row[0].row}" for row in sheet["A1:A60"] if row[0].value == item)


@pytest.fixture
def file(tmp_path):
    """An xm1 workbook whose imports are a hundred times what trade and exports leave for them."""
    upload, pack = hands.upload("2026-03"), cast.pack()
    document = read_return(pack, upload.body, upload.name, as_of=hands.at(1)().date(), origin=Origin.SIMULATED)
    found = tmp_path / "a.xlsx"
    found.write_bytes(export_workbook(pack, pack.forms["xm1"], document=document, area="lanzhou", period="2026-03"))
    imports, exports, trade = (place(found, item) for item in ("xm1_imports", "xm1_exports", "xm1_trade"))

    def change(book):
        for address, value in ((imports, 25_000), (exports, 300), (trade, 550)):
            book["xm1"][address] = value

    found.write_bytes(edited(found.read_bytes(), change))
    return found


def test_a_suggestion_is_told_and_stands_in_the_returned_workbook(opened, file, tmp_path, capsys):
    before = hands.stored(opened)
    words = ["--dir", str(opened.dir), "--realm", "rehearsal", "--lang", "en"]
    assert main(["return", "check", str(file), "--annotated", str(tmp_path / "back"), *words]) == 1
    out = capsys.readouterr().out
    assert "nothing was changed" in out
    assert "xm1_imports\n      looks too large by 100: reported 25,000" in out
    assert "with 250 in its place xm1_r10" in out
    back = openpyxl.load_workbook(tmp_path / "back" / "a_checked.xlsx")["xm1"]
    cell = back[place(file, "xm1_imports")]
    assert cell.value == 25_000
    assert "with 250 in its place" in cell.comment.text
    assert hands.stored(opened) == before
