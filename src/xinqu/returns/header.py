"""Understands the head of a return: which form, area and period it is, and whether that return may be filed now."""

import datetime as dt
import re
from collections.abc import Callable

import msgspec

from xinqu.policy import form_versions
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns import faults
from xinqu.returns.document import UNSTATED, Header, Kind
from xinqu.returns.layout import HEADER_LABELS, KIND_LABELS, UNSTATED_LABEL
from xinqu.returns.raw import RawTable
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

IsClosed = Callable[[str, Period], bool]
_EXAMPLES = {
    Frequency.MONTHLY: "2026-03",
    Frequency.QUARTERLY: "2026-Q1",
    Frequency.HALF_YEAR: "2026-S1",
    Frequency.ANNUAL: "2025",
}


class Expected(msgspec.Struct, frozen=True):
    """What the caller knows about the return before reading it; None = any."""

    form: str | None = None
    area: str | None = None
    period: str | None = None


def find_form(pack: Pack, form: str, where: Where, *, records: bool = False) -> Form:
    """Return an area form of the pack; with ``records`` a record form.

    Raises:
        Refused: XQ-RETURN-011 for an unknown form, 029 for one of the other kind.
    """
    found = pack.forms.get(form)
    if found is None:
        known = "、".join(f.id for f in pack.forms.values() if (f.kind == "record") == records)
        raise Refused(faults.other_form(where, found=form or "?", expected=known))
    if (found.kind == "record") != records:
        raise Refused(faults.other_kind(where, form=form, is_record=not records))
    return found


def refuse_wrong_preset(pack: Pack, form: Form, *, area: str | None, period: str | None) -> None:
    """Refuse to export a form for an area or period that could not be filed.

    Raises:
        Refused: XQ-RETURN-019, 020, 021.
    """
    problems: list[Problem] = []
    fields = {"area": area or next(iter(pack.areas)), "period": period or ""}
    raw = RawTable("", "", fields, {}, {}, [], {})
    _area(pack, raw, Expected(), problems)
    if period:
        _period(form, raw, Expected(), problems)
        parsed = _parsed(period)
        if not problems and parsed is not None and parsed.number in form.due.skip_periods:
            problems.append(faults.no_return_due(raw.where_header("period"), text=period, form=form.id))
    if problems:
        raise Refused(problems)


def read_header(
    pack: Pack, raw: RawTable, *, expected: Expected, as_of: dt.date, is_closed: IsClosed, records: bool = False
) -> tuple[Form, Header, list[Problem]]:
    """Return the form as its template has it, header and all problems of the head.

    The header names the version in force for the period; the form returned is of that version, or of an earlier one whose
    template was used (``returns.old_template`` maps it).

    Raises:
        Refused: when the form itself can't be told, so nothing else can be judged.
    """
    form = _form(pack, raw, expected, records=records)
    problems: list[Problem] = []
    period_text = _period(form, raw, expected, problems)
    template, filed = _versions(pack, form, raw, _parsed(period_text), problems)
    kind = _kind(raw, problems)
    area = _area(pack, raw, expected, problems)
    header = Header(
        form=form.id,
        form_version=filed.version,
        area=area,
        sub_unit=_sub_unit(pack, raw, area, problems),
        period=period_text,
        kind=kind,
        scope=read_scope(pack, raw.header.get("scope", ""), raw.where_header("scope"), problems) or UNSTATED,
    )
    period = _parsed(header.period)
    if period is not None and not problems:
        problems += _calendar_problems(form, header, period, raw, as_of=as_of, is_closed=is_closed)
    return template, header, problems


def _form(pack: Pack, raw: RawTable, expected: Expected, *, records: bool) -> Form:
    where = raw.where_header("form")
    text = raw.header.get("form", "")
    if not text and expected.form is None:
        raise Refused(faults.header_missing(where, HEADER_LABELS["form"]))
    text = text or expected.form or ""
    if expected.form is not None and text != expected.form:
        raise Refused(faults.other_form(where, found=text, expected=expected.form))
    return find_form(pack, text, where, records=records)


def _versions(
    pack: Pack, form: Form, raw: RawTable, period: Period | None, problems: list[Problem]
) -> tuple[Form, Form]:
    """Return the form as the template has it and as it is filed for the period; a later template than that is refused."""
    filed = form_versions.on(pack, form.id, period.end) if period else form
    text, where = raw.header.get("form_version", ""), raw.where_header("form_version")
    if not text:
        problems.append(faults.header_missing(where, HEADER_LABELS["form_version"]))
        return filed, filed
    number = int(text) if text.isdecimal() else 0
    template = form_versions.in_version(pack, form.id, number)
    if template is None or number > filed.version:
        problems.append(faults.other_version(where, form=form.id, found=text, expected=filed.version))
        return filed, filed
    return template, filed


def _chosen(raw: RawTable, field: str, problems: list[Problem]) -> str:
    """Return the code of a header field; drop-downs offer ``code name``, the code alone counts."""
    text = raw.header.get(field, "").strip()
    code = text.split()[0] if text else ""
    exported = raw.fixed.get(field, "")
    if exported and code and code != exported:
        where = raw.where_header(field)
        problems.append(faults.not_as_exported(where, field=HEADER_LABELS[field], found=code, exported=exported))
    return code


def _area(pack: Pack, raw: RawTable, expected: Expected, problems: list[Problem]) -> str:
    code, where = _chosen(raw, "area", problems), raw.where_header("area")
    code = next((a.code for a in pack.areas.values() if code in {a.name.zh, a.short.zh}), code) if code else ""
    if not code:
        problems.append(faults.header_missing(where, HEADER_LABELS["area"]))
    elif code not in pack.areas:
        why = Text("它不在新区名录中", "it is not in the list of new areas")
        problems.append(faults.unknown_area(where, code=code, why=why))
    elif expected.area is not None and code != expected.area:
        why = Text(f"此处应报 {expected.area}", f"the return being filed is that of {expected.area}")
        problems.append(faults.unknown_area(where, code=code, why=why))
    return code


def _sub_unit(pack: Pack, raw: RawTable, area: str, problems: list[Problem]) -> str:
    """Return the sub-unit inside its area (``u1``); the whole id of the organisation (``lanzhou.u1``) says the same."""
    code = _chosen(raw, "sub_unit", problems).removeprefix(f"{area}.")
    if not code:
        return ""
    organisation = pack.organisations.get(f"{area}.{code}")
    if organisation is None or organisation.kind != "sub_unit":
        why = Text("它不是该新区的片区", "it is not a sub-unit of that area")
        problems.append(faults.unknown_area(raw.where_header("sub_unit"), code=code, why=why))
    return code


def _kind(raw: RawTable, problems: list[Problem]) -> Kind:
    text = raw.header.get("kind", "").strip()
    for kind in ("regular", "backfill"):
        if text in {kind, KIND_LABELS[kind].zh, KIND_LABELS[kind].en}:
            return "backfill" if kind == "backfill" else "regular"
    if text:
        admitted = "、".join(label.zh for label in KIND_LABELS.values())
        where = raw.where_header("kind")
        problems.append(faults.unknown_word(where, text=text, field=HEADER_LABELS["kind"], admitted=admitted))
    return "regular"


def read_scope(pack: Pack, text: str, where: Where, problems: list[Problem]) -> str:
    """Return a scope code (``S1``..``S5``, ``unstated``), "" when blank; a problem is added for any other text."""
    text = text.strip()
    codes = pack.codelists["CL_SCOPE"]
    if not text or text in codes or text == UNSTATED:
        return text
    first = text.split()[0]
    if first in codes or first == UNSTATED:
        return first
    if text in {UNSTATED_LABEL.zh, UNSTATED_LABEL.en}:
        return UNSTATED
    admitted = "、".join([*codes, UNSTATED])
    problems.append(faults.unknown_word(where, text=text, field=Text("口径", "scope"), admitted=admitted))
    return ""


def _period(form: Form, raw: RawTable, expected: Expected, problems: list[Problem]) -> str:
    text, where = _chosen(raw, "period", problems), raw.where_header("period")
    example = _EXAMPLES[form.frequency]
    if not text:
        problems.append(faults.header_missing(where, HEADER_LABELS["period"]))
        return ""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) and form.frequency is Frequency.MONTHLY:
        text = text[:7] if text.endswith("-01") else text  # Excel turns 2026-03 into the first day of the month
    period = _parsed(text)
    if period is None:
        why = Text("不是四种报告期写法之一", "it is none of the four ways to write a period")
        problems.append(faults.wrong_period(where, text=text, why=why, example=example))
    elif period.frequency is not form.frequency:
        why = Text(f"{form.id} 的频率是 {form.frequency}", f"{form.id} is {form.frequency}")
        problems.append(faults.wrong_period(where, text=text, why=why, example=example))
    elif expected.period is not None and text != expected.period:
        why = Text(f"此处应报 {expected.period}", f"the return being filed is that of {expected.period}")
        problems.append(faults.wrong_period(where, text=text, why=why, example=expected.period))
    return text


def _parsed(text: str) -> Period | None:
    try:
        return Period.parse(text)
    except Refused:
        return None


def _calendar_problems(
    form: Form, header: Header, period: Period, raw: RawTable, *, as_of: dt.date, is_closed: IsClosed
) -> list[Problem]:
    where, text = raw.where_header("period"), header.period
    if period.number in form.due.skip_periods:
        return [faults.no_return_due(where, text=text, form=form.id)]
    if period.end > as_of:
        return [faults.future_period(where, text=text, as_of=as_of.isoformat())]
    if header.kind == "regular" and is_closed(form.id, period):
        return [faults.closed_period(where, text=text)]
    return []
