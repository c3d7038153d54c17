"""What a person is told when something is refused: what, where, why, what to do; all problems at once."""

from collections.abc import Sequence
from enum import IntEnum

import msgspec

from xinqu.vocabulary.text import Lang, Text

NO_TEXT = Text(zh="", en="")
_LABELS = {"where": Text("位置", "where"), "why": Text("原因", "why"), "fix": Text("处理", "do")}


class Exit(IntEnum):
    """Exit codes of every command (DESIGN section 9)."""

    DONE = 0
    REFUSED = 1
    WRONG_COMMAND = 2
    NOT_PERMITTED = 3
    OUR_FAULT = 4


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a problem: a file with sheet and cell or line and column, or a subject such as a return."""

    file: str = ""
    sheet: str = ""
    cell: str = ""
    line: int | None = None
    column: str = ""
    subject: str = ""

    def say(self) -> str:
        """Return the place on one line; empty parts are left out."""
        line = f"line {self.line}" if self.line is not None else ""
        return ", ".join(part for part in (self.file, self.sheet, self.cell, line, self.column, self.subject) if part)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One problem as a value. ``code`` is XQ-ROOM-NNN, stable, and documented in docs/errors.md."""

    code: str
    what: Text
    where: Where = Where()
    why: Text = NO_TEXT
    fix: Text = NO_TEXT

    def say(self, lang: Lang = "zh") -> str:
        """Return the problem as the indented block that commands print."""
        lines = [f"{self.code} {self.what.say(lang)}"]
        parts = (("where", self.where.say()), ("why", self.why.say(lang)), ("fix", self.fix.say(lang)))
        lines += [f"  {_LABELS[name].say(lang):<6}{body}" for name, body in parts if body]
        return "\n".join(lines)


class Refused(Exception):  # noqa: N818 - the word of the design: input is refused, not in error
    """Input or an act is refused, with every problem found; nothing was stored."""

    def __init__(self, problems: Sequence[Problem] | Problem, exit_code: Exit = Exit.REFUSED) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.exit_code = exit_code
        super().__init__("\n".join(problem.say("en") for problem in self.problems))

    def __reduce__(self) -> tuple[type["Refused"], tuple[tuple[Problem, ...], Exit]]:
        return type(self), (self.problems, self.exit_code)
