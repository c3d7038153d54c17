"""Records of a pack about instruments, evaluation, people, events, matters and reports."""

import datetime as dt
from typing import Literal

from xinqu.policy.model_base import MatterRule, Record, Shape, Status
from xinqu.vocabulary.text import Text


class Field(Record, kw_only=True, frozen=True):
    """One field of an instrument's record."""

    name: str
    label: Text
    type: str
    unit: str = ""
    codelist: str = ""
    key: bool = False
    required: bool = False
    min: str = ""
    max: str = ""
    status: Status = "proposed"


class CaseState(Record, kw_only=True, frozen=True):
    """A state of a case."""

    state: str
    label: Text
    initial: bool = False
    final: bool = False
    clock: str
    status: Status = "proposed"


class Transition(Record, kw_only=True, frozen=True):
    """An allowed move of a case with its role, guard and deadline in working days."""

    from_state: str
    event: str
    to_state: str
    label: Text
    role: str
    guard_kind: str = ""
    guard: str = ""
    deadline_wd: str = ""
    deadline_field: str = ""
    deadline_basis: str = ""
    stop_clock: bool = False
    next_holder: str = ""
    citation: str = ""
    status: Status = "proposed"


class Instrument(Record, kw_only=True, frozen=True):
    """One instrument: its shape, fields, states and why it exists."""

    id: str
    article: int
    mission: str
    name: Text
    shape: Shape
    computes: str
    indicators: list[str]
    no_indicator_reason: str = ""
    citation: str
    evidence: str
    rule_status: str
    basis_status: Status
    method_status: Status
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    policy_phrases: list[str]
    fields: list[Field]
    states: list[CaseState] = []
    transitions: list[Transition] = []


class FrameworkIndicator(Record, kw_only=True, frozen=True):
    """One indicator of an evaluation framework with its weight (exact) and goalposts."""

    indicator: str
    pillar: str
    direction: Literal["positive", "negative", "target"]
    weight: str
    goalpost_lo: str = ""
    goalpost_hi: str = ""
    normalisation: str
    note: str = ""
    status: Status


class Framework(Record, kw_only=True, frozen=True):
    """An evaluation framework; trial until adopted."""

    id: str
    valid_from: dt.date
    citation: str
    status: Status
    indicators: list[FrameworkIndicator]


class Target(Record, kw_only=True, frozen=True):
    """A target of one area (or ``*``: a rule for all); ``parameter`` names the dated limit of a step."""

    id: str
    area: str
    indicator: str = ""
    item: str = ""
    base_period: str = ""
    target_period: str
    value: str = ""
    value_rule: str = ""
    parameter: str = ""
    unit: str
    trajectory: Literal["linear", "level_each_year", "cap", "floor", "milestone", "s_curve", "step"]
    band: str = ""
    qualifier: str = ""
    source_id: str = ""
    note: str = ""
    status: Status


class EventType(Record, kw_only=True, frozen=True):
    """A type of event with the fields its data must hold and who may write it."""

    type: str
    schema_version: int
    subject: str
    required_fields: list[str]
    two_person: bool
    roles: list[str]
    label: Text
    status: Status


class Organisation(Record, kw_only=True, frozen=True):
    """A node of the organisation tree; ``path`` is the permission."""

    id: str
    parent: str = ""
    level: str
    kind: str
    name: Text
    path: str
    field: str = ""
    template: bool = False
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successors: list[str] = []
    status: Status


class Role(Record, kw_only=True, frozen=True):
    """A role an account may hold in organisations of given kinds."""

    role: str
    label: Text
    organisation_kinds: list[str]
    home_scope: str
    person: bool
    status: Status


class Permission(Record, kw_only=True, frozen=True):
    """What a role may do with a class of data in a scope and release state."""

    role: str
    data_class: str
    action: str
    scope: str
    release_state: str
    note: str = ""
    status: Status


class Holiday(Record, kw_only=True, frozen=True):
    """A day off or a make-up working day."""

    date: dt.date
    kind: Literal["off", "work"]
    source: str


class MajorMatter(Record, kw_only=True, frozen=True):
    """A trigger of a report of major matters.

    ``rule`` names what the product computes for a condition in words, with the numbers that the words name; without
    one such a matter is indeterminate. ``parameter`` is the dated number that the rule reads.
    """

    id: str
    label: Text
    condition: str
    condition_kind: Literal["expr", "words"]
    rule: MatterRule = ""
    parameter: str = ""
    source: str
    due_wd: int
    two_person: bool
    opens: str
    article: int
    status: Status


class ConflictClass(Record, kw_only=True, frozen=True):
    """How two classes of a plan overlay conflict."""

    class_a: str
    class_b: str
    kind: str
    level: str
    tolerance_m2: str
    mmu_m2: str
    mmu_status: str
    owner: str
    citation: str
    status: Status


class Oracle(Record, kw_only=True, frozen=True):
    """A published or worked number that an instrument must reproduce."""

    id: str
    instrument: str
    inputs: str
    expected: str
    derivation: str
    source: str
    evidence: str


class ReportLine(Record, kw_only=True, frozen=True):
    """A line of a report: which measure and indicators it tells of."""

    id: str
    article: int
    title: Text
    indicators: list[str] = []


class Report(Record, kw_only=True, frozen=True):
    """A report kind with its lines; ``addressee`` is the organ it goes to."""

    id: str
    title: Text
    citation: str
    addressee: Text | None = None
    status: Status
    lines: list[ReportLine]
