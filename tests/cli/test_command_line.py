"""The command line as a person meets it: exit codes, all problems on stderr, no traceback, the first day by commands."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cast
from xinqu.cli import main as command
from xinqu.cli import output
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.problem import Problem, Refused
from xinqu.vocabulary.text import Text

HEAVY = ("django", "polars", "pandas", "scipy", "numpy", "pyarrow", "sqlglot", "openpyxl", "yaml")
PASSWORDS = {"u001": "Long-enough-58-words", "u002": "Other-enough-58-words"}


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("XINQU_LANG", "en")
    for name in ("XINQU_TOKEN", "XINQU_SECOND_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def xinqu(*words: object, stdin: str = "", monkeypatch=None) -> int:
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    return command.main([str(word) for word in words])


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(' '.join(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split("\n")[-2].split())


@pytest.mark.parametrize("code", ["import xinqu", "from xinqu.cli.main import main; main(['--lang', 'en'])"])
def test_neither_the_import_nor_the_help_loads_what_is_heavy(code: str):
    assert modules_after(code).isdisjoint(HEAVY)


def test_help_and_import_are_quick():
    """Limits of 0.3 s and 0.2 s, in time of the processor so that a busy machine does not decide."""
    for code, limit_s in (("import xinqu", 0.2), ("from xinqu.cli.main import main; main([])", 0.3)):
        started = os.times()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        ended = os.times()
        spent = ended.children_user - started.children_user + ended.children_system - started.children_system
        assert spent < limit_s


@pytest.mark.parametrize("name", command.COMMANDS)
def test_every_command_has_help_that_ends_with_an_example_of_it(name: str, capsys):
    with pytest.raises(SystemExit) as left:
        command.main([name, "--help"])
    assert left.value.code == 0
    assert f"xinqu {name} " in capsys.readouterr().out.strip().rpartition("\n")[2] + " "


def test_a_wrong_command_line_ends_with_two(capsys):
    for words in (["dance"], ["org"], ["org", "burn"], ["log", "list", "--after", "x"]):
        with pytest.raises(SystemExit) as left:
            command.main(words)
        assert left.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_what_is_refused_is_told_whole_on_stderr_and_ends_with_one(tmp_path: Path, capsys):
    assert xinqu("org", "list", "--dir", tmp_path) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        f"XQ-WORKSPACE-003 there is no workspace here\n  where {tmp_path}\n  why   there is no workspace.json\n"
        "  do    name it with --dir, or run xinqu init or xinqu demo\n"
    )


def test_every_problem_is_printed_and_the_language_is_the_callers(monkeypatch, capsys, rehearsal: Workspace):
    def refuse(_args):
        raise Refused([Problem(code=f"XQ-TEST-00{n}", what=Text(f"甲{n}", f"a{n}")) for n in (1, 2)])

    monkeypatch.setattr("xinqu.cli.org.run", refuse)
    assert xinqu("org", "list", "--lang", "zh") == 1
    assert capsys.readouterr().err == "XQ-TEST-001 甲1\nXQ-TEST-002 甲2\n"


def test_our_own_fault_ends_with_four_and_leaves_the_trace_in_a_file(monkeypatch, capsys, rehearsal: Workspace):
    def fail(_args):
        raise KeyError("unit")

    monkeypatch.setattr("xinqu.cli.org.run", fail)
    assert xinqu("org", "list", "--dir", rehearsal.dir) == 4
    told = capsys.readouterr().err
    assert told.startswith("XQ-CLI-001")
    assert "Traceback" not in told
    file = Path(re.search(r"where (\S+)", told)[1])
    assert file.parent == rehearsal.dir / "logs"
    assert "KeyError: 'unit'" in file.read_text()


def test_an_interruption_is_told_in_a_word(monkeypatch, capsys):
    def interrupted(_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("xinqu.cli.org.run", interrupted)
    assert xinqu("org", "list") == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_reader_that_goes_away_is_no_fault(rehearsal: Workspace):
    pipe = f"{sys.executable} -m xinqu.cli.main org list --dir {rehearsal.dir} | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {pipe}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""


def test_the_workspace_is_named_by_option_then_environment_then_folder(
    monkeypatch, capsys, rehearsal: Workspace, official: Workspace, tmp_path
):
    def realms() -> str:
        return capsys.readouterr().out

    monkeypatch.setenv("XINQU_HOME", str(official.dir))
    assert xinqu("log", "list") == 0
    assert "official" in realms()
    assert xinqu("--dir", rehearsal.dir, "log", "list", "--realm", "rehearsal") == 0
    assert "rehearsal" in realms()
    monkeypatch.delenv("XINQU_HOME")
    monkeypatch.chdir(tmp_path)
    assert xinqu("log", "list") == 1
    (tmp_path / "xinqu-workspace").symlink_to(official.dir)
    assert xinqu("log", "list") == 0


def test_where_there_are_several_realms_one_must_be_named(capsys, rehearsal: Workspace):
    assert xinqu("log", "list", "--dir", rehearsal.dir) == 2
    assert "XQ-CLI-002" in capsys.readouterr().err
    assert xinqu("log", "list", "--dir", rehearsal.dir, "--realm", "official") == 1
    assert "XQ-STORE-004" in capsys.readouterr().err


FRAME = pl.DataFrame({"text": ["=1+1", "-5.2", "+86", "@x", "兰州", "\tx", "-a"], "number": [1, -2, 3, 4, 5, 6, 7]})


def test_tables_go_out_as_people_and_machines_want_them(capfdbinary):
    output.emit(FRAME, "json")
    assert json.loads(capfdbinary.readouterr().out)[4] == {"text": "兰州", "number": 5}
    output.emit(FRAME, "parquet")
    assert_frame_equal(pl.read_parquet(io.BytesIO(capfdbinary.readouterr().out)), FRAME)
    output.emit(FRAME.head(2), "table")
    assert "=1+1" in capfdbinary.readouterr().out.decode()


def test_no_cell_of_a_csv_runs_as_a_formula(capsys):
    """OWASP, CSV injection: cells beginning with = + - @ tab or carriage return; numbers are none."""
    output.emit(FRAME, "csv")
    cells = pl.read_csv(io.StringIO(capsys.readouterr().out), infer_schema=False)["text"].to_list()
    assert cells == ["'=1+1", "-5.2", "+86", "'@x", "兰州", "'\tx", "'-a"]


def first_day(tmp_path: Path, capsys, monkeypatch) -> Path:
    home = tmp_path / "official"
    assert xinqu("init", home) == 0
    links = dict(re.findall(r"^  (u\d+)  (\S+)$", capsys.readouterr().out, re.MULTILINE))
    for account, link in links.items():
        assert (
            xinqu("user", "redeem", "--dir", home, stdin=f"{link}\n{PASSWORDS[account]}\n", monkeypatch=monkeypatch)
            == 0
        )
    tokens = []
    for account in links:
        capsys.readouterr()
        assert (
            xinqu("user", "token", account, "--dir", home, stdin=f"{PASSWORDS[account]}\n", monkeypatch=monkeypatch)
            == 0
        )
        tokens.append(capsys.readouterr().out.strip())
    monkeypatch.setenv("XINQU_HOME", str(home))
    monkeypatch.setenv("XINQU_TOKEN", tokens[0])
    monkeypatch.setenv("XINQU_SECOND_TOKEN", tokens[1])
    return home


def test_the_first_day_by_commands(tmp_path: Path, capsys, monkeypatch):
    """init -> first administrators by one-time links -> organisations -> calendar -> an account with a role."""
    first_day(tmp_path, capsys, monkeypatch)
    assert xinqu("org", "load") == 0
    assert xinqu("calendar", "show", "--year", "2026") == 0
    assert "2026-10-01" in capsys.readouterr().out
    assert xinqu("user", "add", "u204", "lanzhou.stat") == 0
    assert xinqu("user", "grant", "u204", "stat_office", "lanzhou.stat") == 0
    assert xinqu("user", "link", "u204") == 0
    capsys.readouterr()
    assert xinqu("user", "list", "--format", "json") == 0
    rows = {row["account"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["u204"]["roles"] == ["official:stat_office@lanzhou.stat"]
    assert xinqu("user", "revoke", "u204", "stat_office", "lanzhou.stat", "--reason", "left") == 0
    assert xinqu("verify") == 0


def test_in_the_official_realm_nobody_acts_by_name(tmp_path: Path, capsys, monkeypatch):
    first_day(tmp_path, capsys, monkeypatch)
    grant = ["user", "grant", "u002", "ndrc", "ndrc", "--as", "u001", "--second", "u002"]
    monkeypatch.delenv("XINQU_SECOND_TOKEN")
    assert xinqu(*grant) == 3
    assert "XQ-CLI-003" in capsys.readouterr().err
    monkeypatch.setenv("XINQU_TOKEN", "forged")
    assert xinqu(*grant) == 3
    assert "XQ-ACCOUNT-013" in capsys.readouterr().err


def test_nobody_acts_as_the_system(capsys, rehearsal: Workspace):
    words = ["user", "add", "u500", "nansha", "--as", "system", "--realm", "rehearsal", "--dir", rehearsal.dir]
    assert xinqu(*words) == 3
    assert "XQ-CLI-003" in capsys.readouterr().err


def test_a_head_is_signed_published_and_verified(capsys, rehearsal: Workspace, tmp_path: Path):
    assert xinqu("log", "head", "--sign", "--out", tmp_path / "head.json", "--dir", rehearsal.dir) == 0
    assert xinqu("verify", "--head", tmp_path / "head.json", "--dir", rehearsal.dir) == 0
    assert "0 problems" in capsys.readouterr().out


def test_verify_ends_with_one_when_it_finds_something(capsys, rehearsal: Workspace):
    name = rehearsal.objects.put(b"whole")
    rehearsal.objects.path(name).write_bytes(b"whoLe")
    assert xinqu("verify", "--dir", rehearsal.dir) == 1
    told = capsys.readouterr()
    assert "1 problems" in told.out
    assert "XQ-STORE-007" in told.err


def test_backup_restore_upgrade_and_redact_by_commands(capsys, rehearsal: Workspace, tmp_path: Path):
    from xinqu.spine import salted

    home = ["--dir", rehearsal.dir]
    text = salted.put_text(rehearsal, "text")
    who = ["--realm", "rehearsal", "--as", cast.FIRST, "--second", cast.SECOND]
    assert xinqu("redact", text, "--reason", "privacy", *who, *home) == 0
    assert xinqu("redact", text, "--reason", "privacy", *who, *home) == 0
    assert xinqu("backup", tmp_path / "b.tar", *home) == 0
    assert xinqu("restore", tmp_path / "b.tar", tmp_path / "again") == 0
    assert xinqu("upgrade", "--backup", tmp_path / "c.tar", *home) == 0
    assert capsys.readouterr().out.count("0 problems") == 2


def test_a_year_without_a_known_calendar_is_told_as_provisional(capsys):
    assert xinqu("calendar", "show", "--year", "2040") == 0
    assert "provisional" in capsys.readouterr().out


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_server_binds_this_machine_alone_and_answers_on_its_health(rehearsal: Workspace):
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "xinqu.cli.main", "serve", "--dir", str(rehearsal.dir), "--port", str(port), "--lang", "en"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                    state = json.load(answer)
                break
            except OSError:
                assert time.monotonic() < deadline
                assert server.poll() is None, server.stdout.read()
                time.sleep(0.1)
        assert state["ok"]
        assert state["triggers"]
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
