"""What a trace says, as frozen values: the figure, its formula, every input to its cell and source, checks, sentences."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from xinqu.policy.model import Level, Status
from xinqu.returns.document import Cell
from xinqu.vocabulary.text import Text


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller knows of a submission beyond the facts; all optional.

    ``cells``: item -> cell of the upload. ``notes``: item -> note of the canonical row (JSON text).
    """

    kind: str = "regular"
    filename: str = ""
    file_sha256: str = ""
    cells: Mapping[str, Cell] = {}
    notes: Mapping[str, str] = {}


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """The figure itself (a row of the figures frame). ``detail``: unusable input -> state, reason or scope version."""

    indicator: str
    area: str
    period: str
    value: float | None
    unknown: str
    detail: Mapping[str, str]
    unit: str
    scope: str
    origin: str
    status: str
    submissions: tuple[str, ...]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a formula, check or parameter that was used, and what it rests on."""

    id: str
    valid_from: dt.date
    valid_to: dt.date | None
    citation: str
    status: Status
    file: str = ""
    line: int = 0


class Formula(msgspec.Struct, frozen=True, kw_only=True):
    """How the figure is computed."""

    text: str
    words: Text
    rule: Rule


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One item that the formula reads, where it was filed.

    ``call``: the context call it was read through (``prev(x)``), "" for an item of the figure's own period.
    ``value``: number in ``unit``, or text; None when ``state`` isn't ``reported``. ``why``: why a call gives nothing
    although the item is there (``series_break``). ``note``: source address, quote, the figures that lost; {} when none.
    ``register``: the register that fills the item, as ``register:I26``; ``reported`` when a person does.
    """

    item: str
    name: Text
    call: str
    form: str
    form_name: Text
    area: str
    period: str
    value: float | str | None
    unit: str
    state: str
    why: str
    half_digit: float
    scope: str
    origin: str
    register: str
    submission: str
    event: int | None
    filename: str
    file_sha256: str
    cell: Cell | None
    note: Mapping[str, Any]


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A dated number that the formula reads; ``value`` None when no version was in force."""

    rule: Rule | None
    id: str
    value: str | None
    unit: str
    clause: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A check that read an input, with what it said of that return."""

    rule: Rule
    form: str
    period: str
    submission: str
    level: Level
    verdict: str
    reason: str
    message: Text
    expression: str


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """A measure that the indicator serves: its sentence (``zh_status`` says whether the wording was seen) and report line."""

    measure: str
    article: int
    sentence: Text
    zh_status: str
    report_line: str
    report_title: Text
    instruments: tuple[str, ...]


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One figure walked back to everything it rests on."""

    figure: Value
    name: Text
    area_name: Text
    period_label: Text
    unit_name: Text
    formula: Formula
    inputs: tuple[Input, ...]
    parameters: tuple[Parameter, ...]
    checks: tuple[Checked, ...]
    articles: tuple[int, ...]
    basis: tuple[Basis, ...]

    def verdicts(self) -> dict[str, int]:
        """Return how many of the checks are true, false and indeterminate."""
        return {name: sum(c.verdict == name for c in self.checks) for name in ("true", "false", "indeterminate")}
