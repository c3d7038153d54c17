"""Records of a pack about text, areas, forms, checks, indicators and numbers."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from xinqu.policy.model_base import ItemType, Level, Record, Status
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.text import Text


class PackInfo(Record, kw_only=True, frozen=True):
    """Identity of a pack (pack.yaml), and what the product can't tell from its other records.

    ``areas_called``: what reports call the areas. ``difficulties``: the instrument (a case with states) that
    difficulties go through; "" when the policy has none. ``recalled_calendar``: the public package that fills years
    missing from calendar.yaml in a rehearsal. ``check_owner``: the organisation that answers for checks of forms
    without a co-checker; "" for the root.
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
    size_item: str = ""
    check_owner: str = ""
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

    @property
    def km2(self) -> str:
        """Land and sea together."""
        return str(Decimal(self.km2_land) + Decimal(self.km2_sea or "0"))


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

    ``factor`` is a number or, in CL_UNIT, the unit's definition. ``meaning`` is what reports say of it. ``members``
    are codes of another list that fall under this one (regions of a peer group, pillars of a field of difficulties). ``holder``, in CL_RUNG, is the organisation
    that holds a difficulty there, with ``{area}`` and ``{province}`` to be filled in.
    """

    code: str
    name: Text
    note: str = ""
    factor: str = ""
    meaning: Text | None = None
    members: list[str] = []
    holder: str = ""
    status: Status = "proposed"


class Item(Record, kw_only=True, frozen=True):
    """One item of a form, stored in ``unit``.

    ``reliability``: how far its values are trusted when a return contradicts itself, against 1 for an ordinary item.
    ``accumulation``: ``ytd`` counts from 1 January to the period's end, ``stock`` stands at its end, ``flow`` is of the
    period alone, ``rate`` is none of these and is never added or subtracted over periods; "" is not said. ``growth_of``:
    the item of the same form whose growth on the year before this item releases. ``prices``: what a value is told in.
    """

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
    reliability: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    accumulation: Literal["", "ytd", "stock", "flow", "rate"] = ""
    growth_of: str = ""
    prices: Literal["", "current", "constant"] = ""


class Form(Record, kw_only=True, frozen=True):
    """A form with its items, calendar and co-checker.

    ``reporting_org`` and ``co_check_org`` are organisation ids with ``{area}`` and ``{province}`` to be filled in; a
    form that the area statistics office compiles is filed by the committee, because a statistics office checks and
    may not file; ``co_check_org`` is empty where the committee itself is named: its approval is that check.
    ``data_class``: the class of data that permissions are asked for when somebody reads what was filed, where it isn't
    that of the kind.
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
    data_class: Literal["", "enterprise_micro"] = ""
    items: list[Item]

    @property
    def read_as(self) -> str:
        """The class of data of what was filed: ``return``, ``record`` or what ``data_class`` names."""
        return self.data_class or ("record" if self.kind == "record" else "return")

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
    """A condition that must hold on a form.

    ``owner``: the organisation that answers for the check, with ``{area}`` and ``{province}`` to be filled in; "" for
    the form's co-checker, and ``check_owner`` of the pack where the form has none (``policy.owners``).
    """

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
    owner: str = ""


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


class Splice(Record, kw_only=True, frozen=True):
    """How earlier values of one area are brought to the new base: multiplied by ``factor``, by the document that gives it."""

    area: str
    item: str
    factor: Annotated[str, msgspec.Meta(pattern=r"^\d+(\.\d+)?$")]
    document: Annotated[str, msgspec.Meta(min_length=1)]
    status: Status


class SeriesBreak(Record, kw_only=True, frozen=True):
    """A day from which items are counted anew (a census, another classification): no growth across it but by a splice.

    A value of a period that ends on or after ``valid_from`` is not compared with one of a period that ended before,
    unless ``splices`` give the method for the area and the item.
    """

    id: str
    name: Text
    valid_from: dt.date
    items: Annotated[list[str], msgspec.Meta(min_length=1)]
    splices: list[Splice] = []
    document: Annotated[str, msgspec.Meta(min_length=1)]
    note: str = ""
    status: Status


class OutsideValue(Record, kw_only=True, frozen=True):
    """What an outside source says of one area from ``valid_from`` to ``valid_to``, and where it says it."""

    area: str
    value: Annotated[str, msgspec.Meta(pattern=r"^-?\d+(\.\d+)?$")]
    valid_from: dt.date
    valid_to: dt.date | None = None
    document: Annotated[str, msgspec.Meta(min_length=1)]
    status: Status


class OutsideFigure(Record, kw_only=True, frozen=True):
    """A figure of areas that somebody else states: a document, a register, another office; checks read it by ``outside``.

    ``of_extent``: it is the extent of the area that its approval document states: the ``main`` scopes of the area records
    where they are ``seen``, each as long as it holds (after a change that no seen document states, nothing is said);
    else ``values``.
    """

    id: str
    title: Text
    unit: str
    of_extent: Literal["", "land", "total"] = ""
    values: list[OutsideValue] = []
    citation: Annotated[str, msgspec.Meta(min_length=1)]
    status: Status


class ReleaseTable(Record, kw_only=True, frozen=True):
    """A table made from the records of ``form`` that may be released once no contributor can be found out.

    ``measure``: the item that is added up. ``dimensions``: ``area`` (with its regions) or items that hold codes, each
    with its total. ``contributor``: the item that says whose a record is. Tables of one form and measure share cells and
    are protected together.
    """

    id: str
    title: Text
    form: str
    contributor: str
    measure: str
    dimensions: list[str]
    valid_from: dt.date
    valid_to: dt.date | None = None
    citation: str
    status: Status
