"""What must hold of every source file: it says what it is for, is not too long, and names no path or host of a workshop."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(p for p in (ROOT / "src" / "xinqu").rglob("*.py") if "migrations" not in p.parts)
LONGEST_LINES = 500  # EXAMPLES of the design: "none over 500"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_starts_with_one_sentence_and_is_short(path):
    source = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), f"{path} has no sentence that says what it is for"
    assert source.count("\n") <= LONGEST_LINES


def test_no_depth_over_five_folders():
    assert max(len(p.relative_to(ROOT / "src").parts) - 1 for p in MODULES) <= 5


def test_the_pack_is_text_alone():
    kinds = {p.suffix for p in (ROOT / "src" / "xinqu" / "packs").rglob("*") if p.is_file()}
    assert kinds <= {".yaml", ".txt", ".md", ".csv"}


def test_locks_name_no_host():
    for path in (ROOT / "locks").glob("*.txt"):
        assert not re.search(r"https?://|--index-url|--find-links", path.read_text(encoding="utf-8")), path
