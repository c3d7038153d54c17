"""A loaded pack: every record by id, the place each stands at, and the pack's hash."""

import datetime as dt
from functools import cached_property

import msgspec

from xinqu.policy import model
from xinqu.vocabulary.calendars import WorkingCalendar


class Place(msgspec.Struct, frozen=True):
    """Where a record stands in the pack."""

    file: str
    line: int


class Pack(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All records of one policy. Dictionaries are keyed by id; ``places`` by ``kind:id`` such as ``check:xm1_r01``."""

    info: model.PackInfo
    sha256: str
    sentences: dict[str, model.Sentence]
    measures: dict[str, model.Measure]
    areas: dict[str, model.Area]
    codelists: dict[str, dict[str, model.Code]]
    forms: dict[str, model.Form]
    form_versions: dict[str, model.FormVersion]
    checks: dict[str, model.Check]
    indicators: dict[str, model.Indicator]
    parameters: dict[str, model.Parameter]
    instruments: dict[str, model.Instrument]
    frameworks: dict[str, model.Framework]
    targets: dict[str, model.Target]
    event_types: dict[str, model.EventType]
    organisations: dict[str, model.Organisation]
    roles: dict[str, model.Role]
    permissions: list[model.Permission]
    holidays: list[model.Holiday]
    major_matters: dict[str, model.MajorMatter]
    conflict_classes: list[model.ConflictClass]
    oracles: dict[str, model.Oracle]
    reports: dict[str, model.Report]
    release_tables: dict[str, model.ReleaseTable]
    release_series: dict[str, model.ReleaseSeries]
    series_breaks: dict[str, model.SeriesBreak]
    outside_figures: dict[str, model.OutsideFigure]
    places: dict[str, Place]

    @cached_property
    def items(self) -> dict[str, model.Item]:
        """All items of all forms by code."""
        return {item.code: item for form in self.forms.values() for item in form.items}

    @cached_property
    def form_of_item(self) -> dict[str, str]:
        """Form id of each item code."""
        return {item.code: form.id for form in self.forms.values() for item in form.items}

    @cached_property
    def units(self) -> dict[str, model.Code]:
        """The codes of CL_UNIT."""
        return self.codelists["CL_UNIT"]

    @cached_property
    def unit_definitions(self) -> dict[str, str]:
        """The definition of each unit as the pack writes it (``expressions.units.unit_of`` reads them)."""
        return {code: record.factor for code, record in self.units.items() if record.factor}

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The working-day calendar of the pack's holidays."""
        return WorkingCalendar(
            days={h.date: h.kind for h in self.holidays}, known_years=frozenset(h.date.year for h in self.holidays)
        )

    @cached_property
    def root(self) -> str:
        """The organisation at the top of the tree."""
        return next(o.id for o in self.organisations.values() if not o.parent)

    @property
    def area_forms(self) -> list[model.Form]:
        """The forms with one row per area and period."""
        return [form for form in self.forms.values() if form.kind == "area"]

    def outside_values(self, name: str) -> list[model.OutsideValue]:
        """Return what the outside source ``name`` says of each area, in force from which day, by which document."""
        figure = self.outside_figures[name]
        if not figure.of_extent:
            return figure.values
        return [
            model.OutsideValue(
                area=area.code, value=scope.km2_land if figure.of_extent == "land" else scope.km2,
                valid_from=scope.valid_from, valid_to=scope.valid_to, document=area.approval_document,
                status=scope.status,
            )
            for area in self.areas.values()
            for scope in area.scopes
            if scope.main and scope.status == "seen"
        ]  # fmt: skip

    def outside_value(self, name: str, area: str, day: dt.date) -> float | None:
        """Return the figure of the outside source ``name`` for ``area`` on ``day``; None where it says nothing."""
        said = (v for v in self.outside_values(name) if v.area == area and in_force(v, day))
        first = next(said, None)
        return float(first.value) if first else None

    def checks_of(self, form: str, day: dt.date) -> list[model.Check]:
        """Return the written checks of ``form`` in force on ``day``."""
        return [c for c in self.checks.values() if c.form == form and in_force(c, day)]


def in_force(
    record: model.Check
    | model.Indicator
    | model.Form
    | model.Instrument
    | model.ReleaseSeries
    | model.ReleaseTable
    | model.OutsideValue,
    day: dt.date,
) -> bool:
    """Say whether a dated record is in force on ``day``."""
    return (record.valid_from is None or record.valid_from <= day) and (
        record.valid_to is None or day <= record.valid_to
    )
