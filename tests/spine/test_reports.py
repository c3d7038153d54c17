"""An issued report is released by two persons, and its vintage builds it again, whatever happened since."""

import shutil
from pathlib import Path

import pytest

import hands
from hands import act, upload
from xinqu.cli.main import main
from xinqu.reporting.verify import Outcome
from xinqu.spine import reports, scripted
from xinqu.spine.snapshot import take
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace, open_workspace
from xinqu.vocabulary.problem import Exit, Refused

KINDS = ("bulletin", "major_matters")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """One accepted return, both reports issued in both languages, then a correction, a late return and a decision."""
    made = hands.workspace(tmp_path_factory.mktemp("reports") / "workspace")
    hands.accept(made, upload())
    snapshot = take(made, hands.REALM)
    for kind in KINDS:
        for lang in ("zh", "en"):
            issue(made, reports.build(snapshot, kind, lang=lang), snapshot, day=12)
    hands.accept(made, upload(xm1_iva_growth="4.8"), day=20)
    hands.accept(made, upload("2026-02"), key=hands.Key("xm1", "lanzhou", "2026-02"), day=25)
    hands.submit(made, upload("2026-04"), day=45)
    act(made, "return.co_checked", hands.CO_CHECKER, key=hands.Key("xm1", "lanzhou", "2026-04"), day=46)
    return made.dir


def issue(opened: Workspace, built: reports.Built, snapshot, *, day: int, second: str = scripted.ADMINISTRATORS[1]):
    first = scripted.administrator(opened, hands.REALM)
    return reports.issue(opened, snapshot, built, first, second=second, clock=hands.at(day))


@pytest.fixture
def opened(whole) -> Workspace:
    return open_workspace(whole)


def names(opened: Workspace) -> list[str]:
    return reports.issued(opened, hands.REALM)["report"].to_list()


def test_what_was_issued_is_listed(opened):
    listed = reports.issued(opened, hands.REALM)
    assert listed["kind"].to_list() == ["bulletin", "bulletin", "major_matters", "major_matters"]
    assert listed["lang"].to_list() == ["zh", "en"] * 2
    assert listed["by"].unique().to_list() == [scripted.ADMINISTRATORS[0]]
    assert listed["vintage"].n_unique() == 1
    assert listed["event"].min() > listed["vintage"].max()


@pytest.mark.parametrize("index", range(4))
def test_an_old_vintage_builds_the_same_content_and_the_same_bytes(opened, index):
    done = reports.verify(opened, hands.REALM, names(opened)[index])
    assert done.outcome is Outcome.EQUAL
    assert done.differences == ()
    assert done.old_model_sha256 == done.new_model_sha256


def test_also_when_nothing_is_kept(opened, tmp_path):
    copied = open_workspace(shutil.copytree(opened.dir, tmp_path / "copy"))
    shutil.rmtree(copied.cache_dir)
    assert reports.verify(copied, hands.REALM, names(copied)[0]).outcome is Outcome.EQUAL


def test_the_present_report_says_something_else(opened):
    then = opened.objects.get(reports.issued(opened, hands.REALM)["model_hash"][0])
    now = reports.build(take(opened, hands.REALM), "bulletin")
    assert now.model != then


def test_another_lock_or_release_changes_nothing_that_is_said(opened, monkeypatch):
    """DESIGN 2: the model regenerates identically under any later release with the same compute version."""
    monkeypatch.setattr(reports, "lock_sha256", lambda: "e" * 64)
    monkeypatch.setattr(reports, "software", lambda: "xinqu 9.9.9")
    assert reports.build(take(opened, hands.REALM), "bulletin").report.edition.software == "xinqu 9.9.9"
    assert reports.verify(opened, hands.REALM, names(opened)[0]).outcome is Outcome.EQUAL


def test_another_compute_version_is_told_as_a_difference(opened, monkeypatch):
    monkeypatch.setattr(reports, "COMPUTE_VERSION", 99)
    done = reports.verify(opened, hands.REALM, names(opened)[0])
    assert done.outcome is Outcome.MODEL_DIFFERS
    assert [(d.where, d.new) for d in done.differences] == [("edition/compute_version", "99")]


def test_another_renderer_is_told_as_one(opened, monkeypatch):
    monkeypatch.setattr(reports, "render_pdf", lambda *_, **__: b"%PDF of another program")
    assert reports.verify(opened, hands.REALM, names(opened)[0]).outcome is Outcome.RENDERER_DIFFERS


def test_one_person_alone_issues_nothing(opened, tmp_path):
    copied = open_workspace(shutil.copytree(opened.dir, tmp_path / "copy"))
    snapshot = take(copied, hands.REALM)
    built = reports.build(snapshot, "bulletin")
    before = hands.stored(copied)
    for second in (scripted.ADMINISTRATORS[0], "", hands.FILER):
        with pytest.raises(Refused, match="XQ-DUTY-002") as caught:
            issue(copied, built, snapshot, day=60, second=second)
        assert caught.value.exit_code is Exit.NOT_PERMITTED
    assert hands.stored(copied) == before


def test_its_files_are_demanded_by_verify(opened, tmp_path):
    copied = open_workspace(shutil.copytree(opened.dir, tmp_path / "copy"))
    row = reports.issued(copied, hands.REALM).row(0, named=True)
    copied.objects.path(row["model_hash"]).unlink()
    (problem,) = verify(copied).problems
    assert f"#{row['event']}" in problem.say("en")
    with pytest.raises(Refused, match="XQ-STORE-006"):
        reports.verify(copied, hands.REALM, row["report"])


def test_what_does_not_exist_is_refused(opened):
    with pytest.raises(Refused, match="XQ-REPORT-101"):
        reports.build(take(opened, hands.REALM), "horoscope")
    with pytest.raises(Refused, match="XQ-REPORT-102"):
        reports.verify(opened, hands.REALM, "rehearsal-bulletin-1-zh")


def test_files_are_written_whole_under_the_name_of_realm_kind_vintage_and_language(opened, tmp_path):
    built = reports.build(take(opened, hands.REALM), "bulletin", lang="en")
    paths = reports.write(built, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in paths)
    assert {path.name.partition(".")[0] for path in paths} == {built.name}
    assert built.name == f"rehearsal-bulletin-{take(opened, hands.REALM).vintage}-en"


def test_the_commands_list_build_issue_and_verify(opened, tmp_path, capsys):
    copied = shutil.copytree(opened.dir, tmp_path / "copy")
    where = ["--dir", str(copied), "--realm", "rehearsal", "--lang", "en"]
    first, second = scripted.ADMINISTRATORS
    assert main(["report", "build", "bulletin", "--output", str(tmp_path / "out"), *where]) == 0
    assert len(list((tmp_path / "out").iterdir())) == 3
    before = sorted(path.name for path in (copied / "reports").rglob("*"))
    assert main(["report", "issue", "bulletin", *where]) == 3  # nobody is named
    assert main(["report", "issue", "bulletin", "--as", first, "--second", first, *where]) == 3
    assert sorted(path.name for path in (copied / "reports").rglob("*")) == before
    assert main(["report", "issue", "bulletin", "--as", first, "--second", second, *where]) == 0
    assert "issued, event #" in capsys.readouterr().out
    assert main(["report", "list", *where, "--format", "csv"]) == 0
    name = capsys.readouterr().out.splitlines()[-1].split(",")[1]
    assert main(["report", "verify", name, *where]) == 0
    assert "equal: same content model, same bytes" in capsys.readouterr().out
    assert main(["report", "verify", "nothing", *where]) == 1
