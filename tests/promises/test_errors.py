"""Every error code that a person can meet is documented once, and every documented code exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"XQ-[A-Z]+-\d{3}")


def _codes_in(paths):
    return {code for path in paths for code in CODE.findall(path.read_text(encoding="utf-8"))}


def test_every_code_is_documented_and_every_documented_code_exists():
    raised = _codes_in((ROOT / "src").rglob("*.py"))
    documented = CODE.findall((ROOT / "docs" / "errors.md").read_text(encoding="utf-8"))
    assert sorted(documented) == sorted(set(documented)), "a code is documented twice"
    assert set(documented) == raised
