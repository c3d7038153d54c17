"""The import contracts hold, and each fails on a planted break."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = {
    "a lower room imports a higher one": ("vocabulary/money.py", "from xinqu.policy import pack  # noqa: F401\n"),
    "the core imports Django": ("engines/local.py", "import django  # noqa: F401\n"),
    "a command imports the store": ("cli/tick.py", "from xinqu.store import records  # noqa: F401\n"),
    "the store imports a rule": ("store/records.py", "from xinqu.policy import model  # noqa: F401\n"),
    "a room without a name in the list": ("utils/__init__.py", '"""Things."""\n'),
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).parent / "lint-imports"),
        "--config",
        "pyproject.toml",
        "--no-cache",
        "--no-logo",
    ]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder / "src"), "PATH": ""},
        check=False,
    )


@pytest.fixture
def checkout(tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(checkout):
    done = _lint(checkout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("file", "line"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_break_is_found(checkout, file, line):
    path = checkout / "src" / "xinqu" / file
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before + line, encoding="utf-8")
    done = _lint(checkout)
    assert done.returncode == 1, done.stdout + done.stderr
