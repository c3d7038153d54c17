"""Accepted returns leave as SDMX and come back the same; the command says so without a workspace."""

import datetime as dt

import polars as pl
import pytest

from xinqu.cli import main as command
from xinqu.policy.load import load_pack
from xinqu.returns.sdmx_read import read_sdmx
from xinqu.shapes import statistical_return
from xinqu.spine.sdmx_export import export_returns
from xinqu.spine.submissions import submissions_at
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused

PACK = load_pack()
PREPARED = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
AS_OF = dt.date(2026, 11, 25)


@pytest.fixture
def current(published_workspace) -> pl.DataFrame:
    return statistical_return.current(submissions_at(published_workspace, Realm.PUBLISHED))


def exported(workspace, form, **options):
    return export_returns(workspace, PACK, Realm.PUBLISHED, form, prepared=PREPARED, **options)


@pytest.mark.parametrize("data_format", ["csv", "ml"])
def test_published_figures_come_back_with_the_identity_they_were_accepted_under(
    published_workspace, current, data_format
):
    for form in current["form"].unique().sort().to_list():
        accepted = current.filter(form=form)
        body, count = exported(published_workspace, form, data_format=data_format)
        assert count == accepted.height > 0
        documents = read_sdmx(PACK, body, f"{form}.{data_format}", as_of=AS_OF)
        assert sorted(document.content_sha256 for document in documents) == accepted["content_hash"].sort().to_list()


def test_area_and_period_narrow_it(published_workspace, current):
    form, area, period = current.select("form", "area", "period").row(0)
    body, count = exported(published_workspace, form, area=area, period=period)
    assert count == current.filter(form=form, area=area, period=period).height
    assert {d.header.area for d in read_sdmx(PACK, body, "x.csv", as_of=AS_OF)} == {area}


def test_nothing_accepted_is_said(published_workspace):
    with pytest.raises(Refused) as caught:
        exported(published_workspace, "xm1", area="lanzhou", period="1999-12")
    assert [problem.code for problem in caught.value.problems] == ["XQ-SDMX-012"]


def test_export_and_check_by_the_command(published_workspace, current, tmp_path, capsys):
    form, area, period = current.select("form", "area", "period").row(0)
    for to in ("csv", "ml"):
        file = tmp_path / f"out.{to}"
        words = ["sdmx", "export", form, "--area", area, "--period", period, "--to", to, "--output", str(file)]
        options = ["--dir", str(published_workspace.dir), "--realm", "published", "--lang", "en"]
        assert command.main([*words, "--prepared", PREPARED.isoformat(), *options]) == 0
        assert "1 returns" in capsys.readouterr().out
        assert command.main(["sdmx", "check", str(file), "--format", "csv"]) == 0
        assert f'{form},{area},"",{period}' in capsys.readouterr().out


def test_structure_and_check_by_the_command(tmp_path, capsys):
    for to in ("ml", "json"):
        file = tmp_path / f"structure.{to}"
        assert command.main(["sdmx", "structure", "xm1", "--to", to, "--output", str(file)]) == 0
        capsys.readouterr()
        assert command.main(["sdmx", "check", str(file), "--format", "csv"]) == 0
        assert "DataStructure,GUOBANFA_2019_58:DSD_XM1(1.202611.2),15" in capsys.readouterr().out


def test_check_refuses_what_is_no_return_of_ours(tmp_path, capsys):
    file = tmp_path / "bad.csv"
    file.write_text("STRUCTURE,STRUCTURE_ID,FREQ\ndataflow,ECB:EXR(1.0),D\n", encoding="utf-8")
    assert command.main(["sdmx", "check", str(file), "--lang", "en"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("XQ-SDMX-003")
    assert said.err.count("XQ-") == 1
    assert not said.out


def test_an_unknown_area_or_form_is_refused_before_anything_is_read(published_workspace, capsys):
    options = ["--dir", str(published_workspace.dir), "--realm", "published", "--lang", "en"]
    assert command.main(["sdmx", "export", "xm1", "--area", "nowhere", *options]) == 1
    assert "XQ-CLI-006" in capsys.readouterr().err
    assert command.main(["sdmx", "export", "xx9", *options]) == 1
    assert "XQ-RETURN-011" in capsys.readouterr().err
