"""Proofs about a pack's expressions: they parse, name what exists, keep their unit and scale, and hold no legal number."""

import datetime as dt
from collections.abc import Callable, Iterator
from fractions import Fraction

import msgspec

from xinqu.expressions.literals import undeclared_numbers
from xinqu.expressions.parse import Expression, parse
from xinqu.expressions.units import definition_of, unit_faults, unit_of
from xinqu.policy.faults import fault
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_NO_QUANTITIES = frozenset({"code", "none"})  # units of codes, texts, dates and flags
_FORM_ONLY_CONTEXT = frozenset({"ly", "latest", "sub_sum", "peer_med", "peer_mad"})


class Written(msgspec.Struct, frozen=True):
    """An expression of the pack with where it stands, its kind of tolerance and its declared unit ("" for a condition)."""

    record: str
    id: str
    text: str
    kind: str
    unit: str
    form: str = ""
    forms: tuple[str, ...] = ()


def written(pack: Pack) -> Iterator[Written]:
    """Yield every expression of the pack: checks, formulas, and targets and matters written as expressions."""
    for check in pack.checks.values():
        yield Written(f"check:{check.id}", check.id, check.expression, check.type, "", form=check.form)
    for indicator in pack.indicators.values():
        yield Written(
            f"indicator:{indicator.id}",
            indicator.id,
            indicator.formula,
            "",
            indicator.unit,
            forms=tuple(indicator.forms),
        )


def names_of(pack: Pack) -> dict[str, Text]:
    """Return what a person calls each item and parameter, for expressions in words."""
    names = {code: item.name for code, item in pack.items.items()}
    names |= {name: figure.title for name, figure in pack.outside_figures.items()}
    return names | {name: Text(name, name) for name in pack.parameters}


def parsed(pack: Pack) -> tuple[dict[str, Expression], list[Problem]]:
    """Return the expressions that parse, by id, and the problems of the rest at their file and line."""
    expressions: dict[str, Expression] = {}
    problems: list[Problem] = []
    for entry in written(pack):
        place = pack.places.get(entry.record)
        where = Where(file=place.file, line=place.line, subject=entry.record) if place else Where(subject=entry.record)
        try:
            expressions[entry.id] = parse(entry.text, where=where)
        except Refused as refused:
            problems += refused.problems
    return expressions, problems


def parse_and_name(pack: Pack) -> Iterator[Problem]:
    """Every expression parses and names existing items and parameters that declare it as a user."""
    expressions, problems = parsed(pack)
    yield from problems
    for entry in written(pack):
        expression = expressions.get(entry.id)
        if expression is None:
            continue
        yield from _unknown_names(pack, entry, expression)
        yield from _form_faults(pack, entry, expression)


def _unknown_names(pack: Pack, entry: Written, expression: Expression) -> Iterator[Problem]:
    for code in expression.items:
        if code not in pack.items:
            yield fault(pack, entry.record, "XQ-POLICY-050",
                        Text(f"指标项 {code} 不存在", f"item {code} does not exist"),
                        fix=Text("改正代码", "correct the code"))  # fmt: skip
    for name in expression.outside:
        if name not in pack.outside_figures:
            yield fault(pack, entry.record, "XQ-POLICY-063",
                        Text(f"外部数据 {name} 不存在", f"outside figure {name} does not exist"),
                        fix=Text("先在 outside/ 中登记", "declare it under outside/ first"))  # fmt: skip
    for name in expression.parameters:
        if name not in pack.parameters:
            yield fault(pack, entry.record, "XQ-POLICY-051",
                        Text(f"参数 {name} 不存在", f"parameter {name} does not exist"),
                        fix=Text("先在 parameters/ 中登记", "declare it under parameters/ first"))  # fmt: skip
        elif entry.id.partition(" ")[0] not in pack.parameters[name].used_by:
            yield fault(pack, f"parameter:{name}", "XQ-POLICY-052",
                        Text(f"used_by 缺少 {entry.id}", f"used_by lacks {entry.id}"),
                        fix=Text("补入 used_by", "add it to used_by"))  # fmt: skip


def _form_faults(pack: Pack, entry: Written, expression: Expression) -> Iterator[Problem]:
    read = {pack.form_of_item[code] for code in expression.items if code in pack.items}
    if entry.forms and read != set(entry.forms):
        yield fault(pack, entry.record, "XQ-POLICY-053",
                    Text(f"forms 应为 {sorted(read)}", f"forms should be {sorted(read)}"),
                    why=Text("公式读取的表与声明不同", "the formula reads other forms than it declares"),
                    fix=Text("改正 forms", "correct forms"))  # fmt: skip
    if entry.form and pack.forms[entry.form].kind == "record":
        calls = {call.function for call in expression.context}
        if read - {entry.form} or calls & _FORM_ONLY_CONTEXT:
            yield fault(pack, entry.record, "XQ-POLICY-054",
                        Text("记录表规则只能用本表与 prev()", "a record rule uses its own form and prev() only"),
                        fix=Text("改写规则", "rewrite the rule"))  # fmt: skip


def no_legal_number(pack: Pack) -> Iterator[Problem]:
    """A literal is 0, 1, a unit factor, a period number or a declared statistical tolerance; the rest are parameters."""
    expressions, _ = parsed(pack)
    tolerances: dict[str, set[Fraction]] = {}
    for code, record in pack.codelists.get("CL_STAT_TOLERANCE", {}).items():
        tolerances.setdefault(code.partition(":")[0], set()).add(Fraction(record.factor))
    for entry in written(pack):
        if entry.id in expressions:
            for use in undeclared_numbers(expressions[entry.id], tolerances.get(entry.kind, set())):
                yield fault(pack, entry.record, "XQ-POLICY-055",
                            Text(f"数 {use.text} 不是单位换算也不是已声明的容差",
                                 f"the number {use.text} is neither a unit factor nor a declared tolerance"),
                            why=Text("法定数与政策目标只能写在 parameters/ 中",
                                     "legal numbers and policy targets stand only in parameters/"),
                            fix=Text("改用 param('编号')", "use param('id')"))  # fmt: skip


def units_hold(pack: Pack) -> Iterator[Problem]:
    """Every formula comes out in its declared unit and scale, and both sides of each comparison agree."""
    expressions, _ = parsed(pack)
    units = {code: item.unit for code, item in pack.items.items()}
    units |= {name: parameter.unit for name, parameter in pack.parameters.items()}
    units |= {name: figure.unit for name, figure in pack.outside_figures.items()}
    units = {
        name: unit for name, unit in units.items() if _is_defined(pack, unit)
    }  # others are told by their own proof
    for entry in written(pack):
        names = (
            {*expressions[entry.id].items, *expressions[entry.id].parameters, *expressions[entry.id].outside}
            if entry.id in expressions
            else set()
        )
        if not names or not names <= units.keys() or not (_is_defined(pack, entry.unit) or not entry.unit):
            continue
        for said in unit_faults(expressions[entry.id], units=units, declared=entry.unit, defined=pack.unit_definitions):
            yield fault(pack, entry.record, "XQ-POLICY-056", said,
                        fix=Text("改正换算系数或声明的单位", "correct the factor or the declared unit"))  # fmt: skip


def _is_defined(pack: Pack, unit: str) -> bool:
    try:
        return unit in pack.units and (unit in _NO_QUANTITIES or bool(unit_of(unit, pack.unit_definitions)))
    except KeyError:
        return False


def units_known(pack: Pack) -> Iterator[Problem]:
    """Every code of CL_UNIT is a unit with an exact definition, and none has another size than the product knows."""
    for code in pack.units.keys() - _NO_QUANTITIES:
        try:
            unit = unit_of(code, pack.unit_definitions)
        except KeyError:
            yield fault(pack, f"code:CL_UNIT.{code}", "XQ-POLICY-058",
                        Text(f"单位 {code} 没有确切定义", f"unit {code} has no exact definition"),
                        fix=Text("在 factor 中写明，如“1000 crown”；自成一体的写“1 crown”",
                                 "state it in factor, such as '1000 crown'; one of its own kind is '1 crown'"))  # fmt: skip
            continue
        said = definition_of(pack.units[code].factor, pack.unit_definitions)
        if said is not None and said.dimensions and said != unit:
            yield fault(pack, f"code:CL_UNIT.{code}", "XQ-POLICY-059",
                        Text(f"单位 {code} 写作 {said}，应为 {unit}", f"unit {code} is given as {said}, it is {unit}"),
                        why=Text("换算系数须准确", "a unit factor is exact"),
                        fix=Text("改正 factor", "correct factor"))  # fmt: skip


def parameters_in_force(pack: Pack) -> Iterator[Problem]:
    """A parameter that an expression reads has a version in force on the day the pack's newest version begins."""
    expressions, _ = parsed(pack)
    day = max(
        (dt.date.fromisoformat(entry["valid_from"]) for entry in pack.info.changelog), default=pack.info.valid_from
    )
    for entry in written(pack):
        for name in expressions[entry.id].parameters if entry.id in expressions else ():
            if name in pack.parameters and not any(
                v.valid_to is None or v.valid_to >= day for v in pack.parameters[name].versions
            ):
                yield fault(pack, f"parameter:{name}", "XQ-POLICY-057",
                            Text(f"{entry.id} 读取的参数已无有效版本", f"no version of the parameter that {entry.id} reads is in force"),
                            fix=Text("登记现行版本", "add the version in force"))  # fmt: skip


EXPRESSION_PROOFS: tuple[Callable[[Pack], Iterator[Problem]], ...] = (
    parse_and_name, no_legal_number, units_known, units_hold, parameters_in_force,
)  # fmt: skip
