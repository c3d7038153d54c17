"""The commands over data: the whole door, figures in every format, what is asked wrongly, and no fault of ours."""

import io
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import hands
from xinqu.cli import main as command
from xinqu.spine.snapshot import take
from xinqu.spine.workspace import open_workspace
from xinqu.vocabulary.origin import Realm


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("XINQU_LANG", "en")


def xinqu(*words: object) -> int:
    """Run a command; a wrong command line leaves by argparse's own exit."""
    try:
        return command.main([str(word) for word in words])
    except SystemExit as left:
        return int(left.code or 0)


@pytest.fixture(scope="module")
def filed(tmp_path_factory) -> Path:
    """March of Lanzhou accepted."""
    made = hands.workspace(tmp_path_factory.mktemp("commands") / "workspace")
    hands.accept(made, hands.upload())
    return made.dir


def at(folder: Path) -> list[str]:
    return ["--dir", str(folder), "--realm", "rehearsal"]


# the door ----------------------------------------------------------------------------------------------------------


def test_a_return_goes_through_five_hands_by_commands(tmp_path, capsys):
    opened = hands.workspace(tmp_path / "workspace")
    where = at(opened.dir)
    file = hands.upload()
    path = tmp_path / file.name
    path.write_bytes(file.body)
    assert xinqu("return", "check", path, "--annotated", tmp_path / "back", *where) == 0
    assert xinqu("return", "submit", path, "--as", hands.FILER, *where) == 0
    for act, account in (
        ("co-check", hands.CO_CHECKER),
        ("area", hands.CHECKER),
        ("province", hands.PROVINCE),
        ("accept", hands.ACCEPTOR),
    ):
        assert xinqu("approve", act, "xm1", "lanzhou", "2026-03", "--as", account, *where) == 0
    said = capsys.readouterr().out
    assert said.count("done, event #") == 4
    assert xinqu("figures", "--indicator", "R02", "--area", "lanzhou", "--known", "--format", "csv", *where) == 0
    assert "R02,lanzhou,2026-03,5.1," in capsys.readouterr().out
    assert xinqu("trace", "R02/lanzhou/2026-03", *where) == 0
    walk = capsys.readouterr().out
    for part in (file.name, "xm1_iva_growth = 5.1", "submitted lanzhou.filer", "accepted ndrc.acceptor", "B24"):
        assert part in walk
    assert xinqu("explain", "R02/lanzhou/2026-03", *where) == 0
    assert "5.1 %" in capsys.readouterr().out
    assert xinqu("cycle", *where) == 0
    assert "1 submissions, 1 accepted, 0 awaited" in capsys.readouterr().out


def test_sent_back_explained_recalled_locked_and_unlocked_by_commands(tmp_path, capsys):
    opened = hands.workspace(tmp_path / "workspace")
    where = at(opened.dir)
    path = tmp_path / "xm1.csv"
    path.write_bytes(hands.upload().body)
    key = ("xm1", "lanzhou", "2026-03")
    assert xinqu("return", "submit", path, "--as", hands.FILER, *where) == 0
    assert (
        xinqu("approve", "explain", *key, "--rule", "xm1_r16", "--reason", "revised", "--as", hands.FILER, *where) == 0
    )
    back = ("--findings", "xm1_r16", "--reason", "please check")
    assert xinqu("approve", "send-back", *key, *back, "--as", hands.CHECKER, *where) == 0
    assert xinqu("return", "submit", path, "--as", hands.FILER, *where) == 0
    assert xinqu("approve", "recall", *key, "--reason", "wrong file", "--as", hands.FILER, *where) == 0
    assert xinqu("return", "lock", "xm1", "2026-03", "--as", "ndrc.admin", *where) == 0
    assert xinqu("return", "submit", path, "--as", hands.FILER, *where) == 1
    assert "XQ-RETURN-023" in capsys.readouterr().err
    unlock = ("return", "unlock", "xm1", "2026-03", "lanzhou", "--reason", "audit", "--as", "ndrc.admin")
    assert xinqu(*unlock, "--second", "ndrc.admin", *where) == 3
    assert xinqu(*unlock, "--second", "ndrc.admin2", *where) == 0
    assert xinqu("return", "submit", path, "--as", hands.FILER, *where) == 0
    capsys.readouterr()
    assert xinqu("return", "list", "--area", "lanzhou", "--format", "json", *where) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(row["version"], row["state"]) for row in listed] == [(1, "returned"), (2, "recalled"), (3, "submitted")]


WITHOUT_WHAT_IT_NEEDS = [
    ("send-back", hands.CHECKER, ("--findings", "xm1_r16"), "XQ-LOG-004"),
    ("explain", hands.FILER, ("--reason", "x"), "XQ-LOG-004"),
    ("recall", hands.FILER, (), "XQ-LOG-004"),
]


@pytest.mark.parametrize(("act", "account", "words", "code"), WITHOUT_WHAT_IT_NEEDS)
def test_a_decision_says_what_its_type_asks_for(tmp_path, capsys, act, account, words, code):
    opened = hands.workspace(tmp_path / "workspace")
    hands.submit(opened, hands.upload())
    before = hands.stored(opened)
    assert xinqu("approve", act, "xm1", "lanzhou", "2026-03", "--as", account, *words, *at(opened.dir)) == 1
    assert code in capsys.readouterr().err
    assert hands.stored(opened) == before


# tables ------------------------------------------------------------------------------------------------------------


def test_figures_are_the_same_in_every_format(filed, capfdbinary):
    words = ["figures", "--area", "lanzhou", "--known", *at(filed)]
    frame = take(open_workspace(filed), Realm.REHEARSAL).figures
    frame = frame.filter(pl.col("value").is_not_null() & (pl.col("area") == "lanzhou"))
    assert frame.height
    assert xinqu(*words, "--format", "parquet") == 0
    assert_frame_equal(pl.read_parquet(io.BytesIO(capfdbinary.readouterr().out)), frame)
    assert xinqu(*words, "--format", "json") == 0
    read = json.loads(capfdbinary.readouterr().out)
    assert [row["value"] for row in read] == frame["value"].to_list()
    assert [row["submissions"] for row in read] == frame["submissions"].to_list()
    assert xinqu(*words, "--format", "csv") == 0
    as_csv = pl.read_csv(io.BytesIO(capfdbinary.readouterr().out))
    assert as_csv["value"].to_list() == frame["value"].to_list()
    assert xinqu(*words) == 0
    table = capfdbinary.readouterr().out.decode()
    assert "R02" in table
    assert "submissions" not in table


def test_an_older_vintage_is_asked_for_by_its_number(filed, capsys):
    last = take(open_workspace(filed), Realm.REHEARSAL).vintage
    words = ["figures", "--indicator", "R02", "--known", "--format", "csv", *at(filed)]
    assert xinqu(*words, "--vintage", last) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    for earlier in (last - 1, 0, -3):
        assert xinqu(*words, "--vintage", earlier) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1


def test_checks_go_to_machines_as_one_table(filed, tmp_path, capsys):
    names = []
    for period in ("2026-04", "2026-05"):
        path = tmp_path / f"{period}.csv"
        path.write_bytes(hands.upload(period, xm1_rev_tax="501").body)
        names.append(path)
    words = ["return", "check", *names, "--annotated", tmp_path / "back", "--format", "json", *at(filed)]
    assert xinqu(*words) == 1
    said = json.loads(capsys.readouterr().out)
    false = {(row["file"], row["check"]) for row in said if row["verdict"] == "false" and row["level"] == "error"}
    assert false == {("2026-04.csv", "xm1_r07"), ("2026-05.csv", "xm1_r07")}


def test_the_index_says_what_is_missing(filed, capsys):
    assert xinqu("index", "--year", 2025, "--format", "json", *at(filed)) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["verdict"] for row in rows} == {"indeterminate"}
    assert all(row["missing"] for row in rows)
    assert xinqu("index", *at(filed)) == 0
    assert "trial (framework not adopted)" in capsys.readouterr().out


# asked wrongly -----------------------------------------------------------------------------------------------------

ASKED_WRONGLY = [
    ("figures --area atlantis", 1, "XQ-CLI-006"),
    ("figures --indicator Q99", 1, "XQ-CLI-006"),
    ("figures --period 2023-Q9", 1, "XQ-PERIOD-001"),
    ("figures --vintage x", 2, "usage"),
    ("figures --as-of yesterday", 2, "usage"),
    ("figures --format xls", 2, "xinqu: error: argument --format"),
    ("figures --realm moon", 2, "xinqu: error: argument --realm"),
    ("figures --realm official", 1, "XQ-STORE-004"),
    ("trace", 2, "usage"),
    ("trace R02", 2, "XQ-CLI-005"),
    ("trace R02/lanzhou", 1, "XQ-FIGURE-004"),
    ("trace R02/lanzhou/2026-03/x", 1, "XQ-FIGURE-004"),
    ("trace R02/lanzhou/soon", 1, "XQ-PERIOD-001"),
    ("trace R99/lanzhou/2026-03", 1, "XQ-FIGURE-001"),
    ("trace R02/atlantis/2026-03", 1, "XQ-FIGURE-001"),
    ("trace R02/lanzhou/2026", 1, "XQ-FIGURE-002"),
    ("explain nothing", 1, "XQ-CLI-011"),
    ("explain R02/lanzhou/soon", 1, "XQ-PERIOD-001"),
    ("index --year 1900", 1, "XQ-EVALUATION-004"),
    ("approve dance xm1 lanzhou 2026-03", 2, "usage"),
    ("approve area xm1 lanzhou 2026-03", 3, "XQ-CLI-003"),
    ("approve area zz9 lanzhou 2026-03 --as lanzhou.checker", 1, "XQ-RETURN-104"),
    ("approve area xm1 atlantis 2026-03 --as lanzhou.checker", 1, "XQ-RETURN-104"),
    ("approve area xm1 lanzhou 2026-03 --as nobody", 3, "XQ-RETURN-105"),
    ("approve area xm1 lanzhou 2026-03 --version 9 --as lanzhou.checker", 1, "XQ-RETURN-104"),
    ("return", 2, "usage"),
    ("return submit", 2, "usage"),
    ("return check /nowhere.csv", 1, "XQ-CLI-004"),
    ("return lock zz9 2026-03 --as ndrc.admin", 1, "XQ-RETURN-011"),
    ("return lock xm1 2026-Q1 --as ndrc.admin", 1, "XQ-RETURN-108"),
    ("return lock xm1 soon --as ndrc.admin", 1, "XQ-PERIOD-001"),
    ("return lock xm1 2026-03 --as lanzhou.filer", 3, "XQ-ACCOUNT-009"),
    ("return unlock xm1 2026-03 atlantis --reason x --as ndrc.admin --second ndrc.admin2", 1, "XQ-CLI-006"),
    ("report build horoscope", 2, "usage"),
    ("report verify nothing", 1, "XQ-REPORT-102"),
    ("report issue bulletin --as lanzhou.filer --second ndrc.admin2", 3, "XQ-ACCOUNT-009"),
    ("policy adopt /nowhere --as ndrc.admin --second ndrc.admin2", 1, "XQ-POLICY-001"),
    ("policy show nothing", 1, "XQ-POLICY-041"),
    ("demo --no-serve", 1, "XQ-CLI-010"),
]


@pytest.mark.parametrize(("line", "code", "said"), ASKED_WRONGLY, ids=[case[0] for case in ASKED_WRONGLY])
def test_what_is_asked_wrongly_is_told_and_changes_nothing(filed, capsys, line, code, said):
    before = hands.stored(open_workspace(filed))
    realm = [] if "--realm" in line else ["--realm", "rehearsal"]
    assert xinqu(*line.split(), "--dir", filed, *realm) == code
    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err
    assert told.out == ""
    assert hands.stored(open_workspace(filed)) == before


@pytest.mark.parametrize(
    "line", ["figures", "tick", "cycle", "return list", "report list", "index", "trace R02/lanzhou/2026-03", "verify"]
)
def test_without_a_workspace_each_command_says_so(tmp_path, capsys, line):
    assert xinqu(*line.split(), "--dir", tmp_path / "none") == 1
    assert "XQ-WORKSPACE-003" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_with_several_realms_one_is_named(filed, capsys):
    assert xinqu("figures", "--dir", filed) == 2
    assert "XQ-CLI-002" in capsys.readouterr().err


# help --------------------------------------------------------------------------------------------------------------

ACTS = {
    "return": ("check", "submit", "list", "lock", "unlock"),
    "report": ("list", "build", "issue", "verify"),
    "policy": ("check", "show", "diff", "adopt", "import-text"),
}


@pytest.mark.parametrize(("name", "act"), [(name, act) for name, acts in ACTS.items() for act in acts])
def test_each_act_says_what_it_does_and_ends_with_an_example(capsys, name, act):
    assert xinqu(name, act, "--help") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    described = next(line for line in lines[1:] if not line.startswith(" "))
    assert described.split()[0].rstrip(",") in {
        "check", "hand", "list", "close", "open", "write", "release", "build", "prove", "show", "publish", "compare",
    }  # fmt: skip
    assert lines[-1].startswith(f"xinqu {name} {act}")


@pytest.mark.parametrize("name", command.COMMANDS)
def test_every_command_begins_with_a_verb_in_both_languages(capsys, name):
    line = command.COMMANDS[name][1]
    assert line.en.split()[0].rstrip(",").islower()
    assert xinqu(name, "--help", "--lang", "zh") == 0
    assert line.zh in capsys.readouterr().out


def test_a_demo_replaces_only_what_a_demo_made(filed, tmp_path, capsys):
    copied = shutil.copytree(filed, tmp_path / "copy")
    assert xinqu("demo", "--no-serve", "--fresh", "--dir", copied) == 1
    assert "XQ-CLI-010" in capsys.readouterr().err
    assert (copied / "workspace.json").exists()
