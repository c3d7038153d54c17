"""A pack is adopted by two persons when all its proofs hold; each vintage keeps the rules it was made under."""

import shutil
from pathlib import Path

import pytest

import hands
from hands import upload
from xinqu.cli.main import main
from xinqu.policy.load import DEFAULT_PACK, load_pack
from xinqu.spine import log, policy, scripted
from xinqu.spine.snapshot import take
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace, open_workspace
from xinqu.vocabulary.problem import Exit, Refused

FIRST, SECOND = scripted.ADMINISTRATORS
NEXT = "2026.12.1"


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The pack of the software adopted, and one accepted return."""
    made = hands.workspace(tmp_path_factory.mktemp("packs") / "workspace")
    adopt(made, DEFAULT_PACK, day=5)
    hands.accept(made, upload())
    return made.dir


@pytest.fixture
def opened(whole, tmp_path) -> Workspace:
    return open_workspace(shutil.copytree(whole, tmp_path / "workspace"))


def adopt(opened: Workspace, folder: Path, *, day: int, second: str = SECOND):
    first = scripted.administrator(opened, hands.REALM)
    return policy.adopt(opened, hands.REALM, first, second=second, folder=folder, clock=hands.at(day))


def changed(tmp_path: Path, *edits: tuple[str, str, str], version: str = NEXT) -> Path:
    """Return a copy of the pack under another version, with texts replaced in its files."""
    folder = shutil.copytree(DEFAULT_PACK, tmp_path / "pack")
    ours = load_pack().info.version
    for name, old, new in (("pack.yaml", f"version: {ours}", f"version: {version}"), *edits):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


FORMULA = ("indicators/real_economy.yaml", "formula: xm1_iva_growth", "formula: xm1_fai_growth")


def value(opened: Workspace, vintage: int | None = None) -> float:
    figures = take(opened, hands.REALM, vintage).figures
    return figures.filter(indicator="R02", area="lanzhou", period="2026-03")["value"].item()


def test_a_changed_rule_holds_from_its_adoption_and_old_vintages_keep_theirs(opened, tmp_path):
    """R02 read from another item of the same return: 4.2 in place of 5.1, and 5.1 still at the vintage before."""
    before = take(opened, hands.REALM)
    event = adopt(opened, changed(tmp_path, FORMULA), day=50)
    assert event.data["version"] == NEXT
    assert (value(opened), value(opened, before.vintage)) == (4.2, 5.1)
    assert take(opened, hands.REALM).pack.sha256 == event.data["hash"]
    old = take(opened, hands.REALM, before.vintage)
    assert (old.pack.sha256, old.pack.info.version) == (before.pack.sha256, before.pack.info.version)
    assert old.key == before.key
    shutil.rmtree(opened.cache_dir)  # the pack is kept whole in the log's objects, not in the cache
    assert (value(opened), value(opened, before.vintage)) == (4.2, 5.1)
    assert verify(opened, deep=True).problems == []


def test_a_realm_that_adopted_nothing_has_the_pack_of_the_software(opened):
    assert policy.adopted(opened, "published").sha256 == load_pack().sha256


def refused(opened: Workspace, folder: Path, code: str, *, exit_code: Exit = Exit.REFUSED, second: str = SECOND) -> str:
    before = hands.stored(opened)
    with pytest.raises(Refused, match=code) as caught:
        adopt(opened, folder, day=50, second=second)
    assert caught.value.exit_code is exit_code
    assert hands.stored(opened) == before
    return caught.value.problems[0].say("en")


def test_the_same_pack_is_not_adopted_twice(opened):
    refused(opened, DEFAULT_PACK, "XQ-POLICY-040")


def test_other_content_needs_another_version(opened, tmp_path):
    refused(opened, changed(tmp_path, FORMULA, version=load_pack().info.version), "XQ-POLICY-042")


@pytest.mark.parametrize("second", ["", FIRST, hands.FILER, "cnao.auditor", "nobody"])
def test_two_persons_adopt(opened, tmp_path, second):
    refused(opened, changed(tmp_path), "XQ-DUTY-002", exit_code=Exit.NOT_PERMITTED, second=second)


BROKEN = {
    "a formula that names no item": (FORMULA[0], FORMULA[1], "formula: xm1_happiness"),
    "a formula in another unit": (FORMULA[0], FORMULA[1], "formula: xm1_output"),
    "a field that is unknown": ("pack.yaml", "issued_on:", "colour: red\nissued_on:"),
    "YAML that ends early": ("indicators/real_economy.yaml", "- id: R02", "- {id: R02"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_pack_is_refused_with_file_and_line(opened, tmp_path, case):
    said = refused(opened, changed(tmp_path, BROKEN[case]), "XQ-POLICY")
    assert BROKEN[case][0] in said
    assert "line" in said


def test_the_adoption_is_verified_like_any_object(opened):
    event = log.event(opened, log.events(opened, hands.REALM, types=["policy.published"])["seq"][0])
    path = opened.objects.path(str(event.data["archive"]))
    path.write_bytes(path.read_bytes()[:-1])
    codes = {problem.code for problem in verify(opened).problems}
    assert codes == {"XQ-STORE-007"}


def test_adopting_by_the_command(opened, tmp_path, capsys):
    folder = changed(tmp_path, FORMULA)
    where = ["--dir", str(opened.dir), "--realm", "rehearsal", "--lang", "en"]
    assert main(["policy", "adopt", str(folder), "--as", FIRST, "--second", FIRST, *where]) == 3
    assert "XQ-DUTY-002" in capsys.readouterr().err
    assert main(["policy", "adopt", str(folder), "--as", hands.FILER, "--second", SECOND, *where]) == 3
    assert main(["policy", "adopt", str(folder), "--as", FIRST, "--second", SECOND, *where]) == 0
    assert "published, event #" in capsys.readouterr().out
    assert main(["policy", "diff", str(DEFAULT_PACK), str(folder), "--lang", "en", "--format", "csv"]) == 0
    assert "R02" in capsys.readouterr().out
