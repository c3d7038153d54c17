"""The values shown beside each cell to fill are those accepted for the period before."""

import io

import openpyxl
import pytest

from xinqu.cli.main import main
from xinqu.policy.load import load_pack
from xinqu.spine.last_values import last_values
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period

PACK = load_pack()


def test_values_of_the_period_before_as_accepted(published_workspace):
    """Nansha 2023: real growth 4.3 (published_figures.csv, ns-2023)."""
    values = last_values(
        published_workspace, Realm.PUBLISHED, PACK.forms["xa1"], area="nansha", period=Period.parse("2024")
    )
    assert values["xa1_gdp_growth"] == "4.3"
    assert values["xa1_gdp"] == "23235400"


@pytest.mark.parametrize(("area", "period"), [("nansha", "2015"), ("xiongan", "2012")])
def test_nothing_accepted_is_nothing_shown(published_workspace, area, period):
    assert (
        last_values(published_workspace, Realm.PUBLISHED, PACK.forms["xa1"], area=area, period=Period.parse(period))
        == {}
    )


def test_the_command_writes_them_beside_the_cells(published_workspace, tmp_path):
    path = tmp_path / "xa1.xlsx"
    words = ["form", "export", "xa1", "--area", "nansha", "--period", "2024", "--with-last", "--output", str(path)]
    assert main([*words, "--dir", str(published_workspace.dir), "--realm", "published"]) == 0
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))["xa1"]
    beside = {sheet.cell(row, 1).value: sheet.cell(row, 12).value for row in range(10, 25)}
    assert beside["xa1_gdp_growth"] == 4.3


def test_the_command_refuses_an_unknown_form_and_area(capsys):
    assert main(["form", "export", "zz9"]) == 1
    assert "XQ-RETURN-011" in capsys.readouterr().err
    assert main(["form", "export", "xa1", "--area", "mars"]) == 1
    assert "XQ-RETURN-019" in capsys.readouterr().err


def test_the_command_lists_all_forms(capsys):
    assert main(["form", "list", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 26
