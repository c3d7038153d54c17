"""The records of a pack as typed frozen values; field names are the keys of the YAML."""

import datetime as dt
from fractions import Fraction
from typing import Literal

import msgspec

from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.text import Text

Status = Literal["seen", "recalled", "product_policy", "proposed", "adopted"]
Level = Literal["error", "warning", "info"]
ItemType = Literal["decimal", "integer", "code", "text", "date", "bool", "uscc"]
MatterRule = Literal[
    "", "difficulty_on_rung", "scope_change", "red_in_a_row", "clustered_difficulties", "falsified_statistics",
    "disputed_postings",
]  # fmt: skip
Shape = Literal[
    "dated_register", "pilot", "account_with_limit", "case_with_clock", "classification_rule_set", "draw",
    "statistical_return", "spatial_layer",
]  # fmt: skip


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Base of all pack records: frozen, unknown keys refused."""


class PackInfo(Record, kw_only=True, frozen=True):
    """Identity of a pack (pack.yaml), and what the product can't tell from its other records.

    ``areas_called``: what reports call the areas. ``difficulties``: the instrument (a case with states) that
    difficulties go through; "" when the policy has none. ``recalled_calendar``: the public package that fills years
    missing from calendar.yaml in a rehearsal.
    """

    id: str
    version: str
    title: Text
    issuer: Text
    document: str
    issued_on: dt.date
    valid_from: dt.date
    served_articles: list[int]
    areas_called: Text = Text("地区", "areas")
    difficulties: str = ""
    recalled_calendar: Literal["", "chinesecalendar"] = ""
    changelog: list[dict[str, str]] = []


class Sentence(Record, kw_only=True, frozen=True):
    """One sentence of the policy text; the Chinese wording is marked until someone has seen the official text."""

    id: str
    article: int
    kind: Literal["operative", "principle", "heading"]
    text: Text
    zh_status: str


class Measure(Record, kw_only=True, frozen=True):
    """What one operative sentence asks for: its instruments, indicators and report line."""

    id: str
    article: int
    instruments: list[str]
    indicators: list[str]
    missions: list[str] = []
    report_line: str
    status: Status = "proposed"


class AreaScope(Record, kw_only=True, frozen=True):
    """One dated territorial extent of an area; land only is a denominator."""

    scope: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    km2_land: str
    km2_sea: str = ""
    main: bool = False
    status: Status
    source: str = ""
    note: str = ""


class Area(Record, kw_only=True, frozen=True):
    """One of the nineteen areas."""

    code: str
    name: Text
    short: Text
    province: Text
    province_org: str
    region: str
    approved_on: dt.date
    date_evidence: Status
    approval_document: str
    document_evidence: Status
    area_km2: str
    land_km2: str
    sea_km2: str = ""
    area_evidence: Status
    special_scope: str = ""
    host_city: str = ""
    seat_lon: str
    seat_lat: str
    seat_evidence: Status
    source: str
    scopes: list[AreaScope]


class Code(Record, kw_only=True, frozen=True):
    """One code of a list.

    ``factor`` is a number or, in CL_UNIT, the unit's definition. ``members`` are codes of another list that fall under
    this one (regions of a peer group, pillars of a field of difficulties). ``holder``, in CL_RUNG, is the organisation
    that holds a difficulty there, with ``{area}`` and ``{province}`` to be filled in.
    """

    code: str
    name: Text
    note: str = ""
    factor: str = ""
    members: list[str] = []
    holder: str = ""
    status: Status = "proposed"


class Item(Record, kw_only=True, frozen=True):
    """One item of a form, stored in ``unit``."""

    code: str
    name: Text
    type: ItemType
    unit: str
    min: str = ""
    max: str = ""
    required: bool = True
    codelist: str = ""
    link: Literal["", "previous_period", "same_period_last_year"] = ""
    origin: str = "reported"
    key: bool = False
    range_level: Level = (
        "error"  # warning where min and max are plausibility, not arithmetic: a breach must be reportable
    )
    territory: Literal["area", "province"] = "area"  # a province's item stands outside the scope of the area


class Form(Record, kw_only=True, frozen=True):
    """A form with its items, calendar and co-checker.

    ``reporting_org`` and ``co_check_org`` are organisation ids with ``{area}`` and ``{province}`` to be filled in; a
    form that the area statistics office compiles is filed by the committee, because a statistics office checks and
    may not file; ``co_check_org`` is empty where the committee itself is named: its approval is that check.
    """

    id: str
    version: int = 1
    name: Text
    kind: Literal["area", "record"]
    frequency: Frequency
    reporting_unit: str
    reporting_org: str
    deadline: str
    due: "DueRule"
    grace_working_days: int
    co_checker: str
    co_check_org: str = ""
    note: str = ""
    valid_from: dt.date
    valid_to: dt.date | None = None
    citation: str
    status: Status
    items: list[Item]

    def previous(self, period: Period) -> Period:
        """Return the period that ``prev`` leads to: the last one before ``period`` that the form has a return for."""
        return period.prev(self.due.skip_periods)

    @property
    def awaits_co_check(self) -> str:
        """The decision that waits for the co-check: area or province approval, a partner's before acceptance; "" without."""
        if not self.co_check_org:
            return ""
        if self.co_check_org == "partner":
            return "return.accepted"
        return "return.area_approved" if self.co_check_org.startswith("{area}") else "return.province_approved"

    @property
    def keys(self) -> list[str]:
        """Codes of the key items (record forms)."""
        return [item.code for item in self.items if item.key]


class DueRule(Record, kw_only=True, frozen=True):
    """When a form is due: working day or calendar day after the period's end, or a month and day of the next year."""

    rule: Literal["working_day", "calendar_day", "month_day"]
    day: int
    month: int = 0
    skip_periods: list[int] = []


class Check(Record, kw_only=True, frozen=True):
    """A condition that must hold on a form."""

    id: str
    form: str
    level: Level
    type: str
    expression: str
    message: Text
    valid_from: dt.date
    valid_to: dt.date | None = None
    citation: str
    status: Status


class Indicator(Record, kw_only=True, frozen=True):
    """An indicator compiled from items."""

    id: str
    name: Text
    short: Text
    pillar: str
    headline: bool
    unit: str
    direction: str
    formula: str
    annual_formula: str = ""  # the value of a full year where it is released apart (growth), never derived
    frequency: Frequency
    forms: list[str]
    articles: list[int]
    territorial_scope: str
    source: str
    note: str = ""
    valid_from: dt.date
    valid_to: dt.date | None = None
    citation: str
    status: Status


class ParameterVersion(Record, kw_only=True, frozen=True):
    """One dated value with the document it stands in. ``value`` is an exact number or fraction as text."""

    value: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    document: str
    clause: str
    status: Status

    @property
    def exact(self) -> Fraction:
        """The value as a fraction."""
        return Fraction(self.value)


class Parameter(Record, kw_only=True, frozen=True):
    """A legal or policy number; its versions don't overlap."""

    id: str
    unit: str
    versions: list[ParameterVersion]
    used_by: list[str]

    def on(self, day: dt.date) -> ParameterVersion | None:
        """Return the version in force on ``day``."""
        return next(
            (v for v in self.versions if v.valid_from <= day and (v.valid_to is None or day <= v.valid_to)), None
        )


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
