"""Walks a figure back to what it rests on; lineage is not stored, it is derived again from facts and pack."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import polars as pl

from xinqu.engines.context import Facts
from xinqu.expressions.explain import explain
from xinqu.expressions.parse import parse
from xinqu.indicators import formulas, panel
from xinqu.indicators import trace_model as model
from xinqu.indicators.compile import compile_figures
from xinqu.indicators.problems import not_due, unknown_figure, wrong_frequency
from xinqu.policy.model import Check, Indicator, ParameterVersion
from xinqu.policy.pack import Pack
from xinqu.validation.generated import GeneratedCheck, generated_of_form
from xinqu.validation.rules import written_in_force
from xinqu.validation.run import validate
from xinqu.vocabulary.identifiers import FigureId
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import ValueState, Verdict

_NO_FILED = model.Filed()


def derive_trace(
    pack: Pack,
    facts: Facts,
    figure: FigureId,
    *,
    as_of: dt.date,
    filed: Mapping[str, model.Filed] | None = None,
    findings: pl.DataFrame | None = None,
) -> model.Trace:
    """Return the trace of ``figure``: of an indicator, or of an item as an area filed it (its code in place of the id).

    Args:
        filed: what is known of each submission beside its facts: file, cells, notes, kind.
        findings: findings of the returns involved (a check that is not among them was true); None: the checks are run
            here on those returns.

    Raises:
        Refused: XQ-FIGURE-001 when there is no such indicator or area, -002 when the indicator has no figure of that
            frequency, -003 when the period is neither owed nor filed.
    """
    pack = with_item(pack, figure.indicator)
    formula = _formula(pack, figure)
    value = _value(pack, facts, figure, as_of)
    inputs = _inputs(pack, facts, formula, figure, value, filed or {})
    return model.Trace(
        figure=value,
        name=formula.indicator.name,
        area_name=pack.areas[figure.area].name,
        period_label=figure.period.label,
        unit_name=pack.units[value.unit].name,
        formula=_formula_used(pack, formula),
        inputs=inputs,
        parameters=tuple(_parameter(pack, name, figure.period) for name in formula.expression.parameters),
        checks=tuple(_checks(pack, facts, inputs, filed or {}, findings)),
        articles=tuple(formula.indicator.articles),
        basis=_basis(pack, figure.indicator),
    )


def with_item(pack: Pack, code: str) -> Pack:
    """Return the pack in which an item of an area form stands as the plainest of indicators: itself."""
    if code in pack.indicators or code not in pack.items:
        return pack
    item, form = pack.items[code], pack.forms[pack.form_of_item[code]]
    if form.kind != "area" or item.type not in ("decimal", "integer"):
        return pack
    reading = Indicator(
        id=code, name=item.name, short=item.name, pillar="", headline=False, unit=item.unit, direction="neutral",
        formula=code, frequency=form.frequency, forms=[form.id], articles=[], territorial_scope="", source=form.name.en,
        valid_from=form.valid_from, valid_to=form.valid_to, citation=form.citation, status=form.status,
    )  # fmt: skip
    places = pack.places | {f"indicator:{code}": pack.places[f"form:{form.id}"]}
    return msgspec.structs.replace(pack, indicators=pack.indicators | {code: reading}, places=places)


def _formula(pack: Pack, figure: FigureId) -> formulas.Formula:
    if figure.indicator not in pack.indicators or figure.area not in pack.areas:
        raise unknown_figure(figure)
    formula = formulas.formula_of(pack, figure.indicator, figure.period)
    if formula is None:
        raise wrong_frequency(figure, pack.indicators[figure.indicator].frequency)
    return formula


def _value(pack: Pack, facts: Facts, figure: FigureId, as_of: dt.date) -> model.Value:
    rows = compile_figures(
        pack, facts, as_of=as_of, periods=[str(figure.period)], areas=[figure.area], indicators=[figure.indicator]
    )
    if rows.is_empty():
        raise not_due(figure)
    row = rows.row(0, named=True)
    row |= {name: row[name] or "" for name in ("unknown", "scope", "origin")}
    return model.Value(**row | {"detail": json.loads(row["detail"]), "submissions": tuple(row["submissions"])})


def _formula_used(pack: Pack, formula: formulas.Formula) -> model.Formula:
    indicator, expression = formula.indicator, formula.expression
    names = {code: pack.items[code].name for code in expression.items}
    return model.Formula(
        text=expression.text,
        words=Text(zh=explain(expression, names, "zh"), en=explain(expression, names, "en")),
        rule=_rule(pack, f"indicator:{indicator.id}", indicator),
    )


def _rule(pack: Pack, place: str, record: Indicator | Check) -> model.Rule:
    at = pack.places.get(place)
    return model.Rule(
        id=record.id, valid_from=record.valid_from, valid_to=record.valid_to, citation=record.citation,
        status=record.status, file=at.file if at else "", line=at.line if at else 0,
    )  # fmt: skip


def _inputs(
    pack: Pack,
    facts: Facts,
    formula: formulas.Formula,
    figure: FigureId,
    value: model.Value,
    filed: Mapping[str, model.Filed],
) -> tuple[model.Input, ...]:
    """Return the items of the figure's own period, then those read through context calls in their own periods."""
    reads = [(item, "", figure.period) for item in formula.expression.own_items]
    for call in formula.expression.context:
        read_form = pack.forms[pack.form_of_item[call.argument.own_items[0]]]
        moves = call.function in ("prev", "ly")
        then = panel.earlier(call.function, read_form, figure.period) if moves else figure.period
        reads += [(item, call.column, then) for item in call.argument.own_items]
    return tuple(_input(pack, facts, figure.area, read, value, filed) for read in reads)


def _input(
    pack: Pack,
    facts: Facts,
    area: str,
    read: tuple[str, str, Period],
    value: model.Value,
    filed: Mapping[str, model.Filed],
) -> model.Input:
    code, call, period = read
    item, form = pack.items[code], pack.forms[pack.form_of_item[code]]
    row = _return_of(facts, form.id, area, str(period))
    source = filed.get(row.get("submission", ""), _NO_FILED)
    absent = value.detail.get(call or code, ValueState.MISSING.value)
    note = source.notes.get(code, "")
    return model.Input(
        item=code, name=item.name, call=call, form=form.id, form_name=form.name, area=area, period=str(period),
        value=row.get(code), unit=item.unit, state=row.get(f"{code}#state") or absent,
        why=value.detail.get(call, "") if call else "",
        half_digit=row.get(f"{code}#half") or 0.0, scope=row.get(f"{code}#scope") or "",
        origin=row.get(f"{code}#origin") or "", register=item.origin,
        submission=row.get("submission", ""), event=row.get("event"), filename=source.filename,
        file_sha256=source.file_sha256, cell=source.cells.get(code), note=json.loads(note) if note else {},
    )  # fmt: skip


def _return_of(facts: Facts, form: str, area: str, period: str) -> dict[str, Any]:
    if form not in facts:
        return {}
    wanted = (pl.col("area") == area) & (pl.col("sub_unit") == "") & (pl.col("period") == period)
    rows = facts[form].filter(wanted)
    return {} if rows.is_empty() else rows.row(0, named=True)


def _parameter(pack: Pack, identity: str, period: Period) -> model.Parameter:
    parameter = pack.parameters[identity]
    version = parameter.on(period.end)
    return model.Parameter(
        rule=_parameter_rule(pack, identity, version) if version else None,
        id=identity,
        value=version.value if version else None,
        unit=parameter.unit,
        clause=version.clause if version else "",
    )


def _parameter_rule(pack: Pack, identity: str, version: ParameterVersion) -> model.Rule:
    at = pack.places.get(f"parameter:{identity}")
    return model.Rule(
        id=identity, valid_from=version.valid_from, valid_to=version.valid_to, citation=version.document,
        status=version.status, file=at.file if at else "", line=at.line if at else 0,
    )  # fmt: skip


def _checks(
    pack: Pack,
    facts: Facts,
    inputs: tuple[model.Input, ...],
    filed: Mapping[str, model.Filed],
    findings: pl.DataFrame | None,
) -> list[model.Checked]:
    read: dict[tuple[str, str, str, str], set[str]] = {}
    for one in inputs:
        if one.submission:
            read.setdefault((one.form, one.area, one.period, one.submission), set()).add(one.item)
    checked: list[model.Checked] = []
    for (form, area, period, submission), items in read.items():
        kind = filed.get(submission, _NO_FILED).kind
        if findings is None:
            keys = pl.DataFrame({"area": [area], "sub_unit": [""], "period": [period]})
            found = validate(pack, facts, form, kind=kind, keys=keys).findings
        else:
            found = findings.filter((pl.col("form") == form) & (pl.col("submission") == submission))
        told = {row["check"]: row for row in found.iter_rows(named=True)}
        written = [c for c in written_in_force(pack, form, period) if items & set(parse(c.expression).items)]
        generated = [c for c in generated_of_form(pack, form) if items & set(c.items)]
        checks: list[Check | GeneratedCheck] = [*written, *generated]
        for check in checks:
            said = told.get(check.id, {"verdict": Verdict.TRUE.value, "reason": "", "level": _level(check, kind)})
            checked.append(_checked(pack, check, said, (form, period, submission)))
    return checked


def _level(check: Check | GeneratedCheck, kind: str) -> str:
    return check.level_of(kind) if isinstance(check, GeneratedCheck) else check.level


def _checked(
    pack: Pack, check: Check | GeneratedCheck, said: Mapping[str, str], at: tuple[str, str, str]
) -> model.Checked:
    form, period, submission = at
    if isinstance(check, Check):
        rule, expression = _rule(pack, f"check:{check.id}", check), check.expression
    else:
        rule, expression = _form_rule(pack, check), ""
    return model.Checked(
        rule=rule, form=form, period=period, submission=submission, level=said["level"],  # type: ignore[arg-type]
        verdict=said["verdict"], reason=said["reason"], message=check.message, expression=expression,
    )  # fmt: skip


def _form_rule(pack: Pack, check: GeneratedCheck) -> model.Rule:
    """Return the rule of a generated check: it stands as long as the form that implies it."""
    form, at = pack.forms[check.form], pack.places.get(f"form:{check.form}")
    return model.Rule(
        id=check.id, valid_from=form.valid_from, valid_to=form.valid_to, citation=form.citation, status=form.status,
        file=at.file if at else "", line=at.line if at else 0,
    )  # fmt: skip


def _basis(pack: Pack, indicator: str) -> tuple[model.Basis, ...]:
    titles = {line.id: line.title for report in pack.reports.values() for line in report.lines}
    return tuple(
        model.Basis(
            measure=measure.id, article=measure.article, sentence=pack.sentences[measure.id].text,
            zh_status=pack.sentences[measure.id].zh_status, report_line=measure.report_line,
            report_title=titles.get(measure.report_line, Text("", "")), instruments=tuple(measure.instruments),
        )
        for measure in pack.measures.values()
        if indicator in measure.indicators
    )  # fmt: skip
