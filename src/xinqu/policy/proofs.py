"""Proofs about a pack's records: everything named exists, is dated and cited, is served, and is reached; no orphan."""

from collections.abc import Callable, Container, Iterator
from itertools import pairwise

from xinqu.policy import model
from xinqu.policy.faults import fault
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.text import Text

_OFFICIAL = ("seen", "adopted")


def served(pack: Pack) -> Iterator[Problem]:
    """Every operative sentence of a served article has a measure with an instrument and a line in a report."""
    lines = {line.id for report in pack.reports.values() for line in report.lines}
    for sentence in pack.sentences.values():
        if sentence.kind != "operative" or sentence.article not in pack.info.served_articles:
            continue
        where = f"sentence:{sentence.id}"
        measure = pack.measures.get(sentence.id)
        if measure is None:
            yield fault(pack, where, "XQ-POLICY-010", Text("没有措施落实这一句", "no measure serves this sentence"),
                        fix=Text("在 measures/ 中增加同编号的措施", "add a measure with its id under measures/"))  # fmt: skip
            continue
        here = f"measure:{measure.id}"
        if not measure.instruments:
            yield fault(pack, here, "XQ-POLICY-011", Text("措施没有工具", "the measure names no instrument"),
                        fix=Text("写明承担该措施的工具", "name the instruments that carry it"))  # fmt: skip
        if measure.report_line not in lines:
            yield fault(pack, here, "XQ-POLICY-012",
                        Text(f"报告行 {measure.report_line} 不存在", f"report line {measure.report_line} does not exist"),
                        fix=Text("在 reports/ 中增加该行", "add the line to a report under reports/"))  # fmt: skip
    for identity in pack.measures.keys() - pack.sentences.keys():
        yield fault(pack, f"measure:{identity}", "XQ-POLICY-013",
                    Text("措施没有对应的句子", "the measure has no sentence"),
                    fix=Text("措施编号即句子编号", "a measure bears the id of its sentence"))  # fmt: skip


def reached(pack: Pack) -> Iterator[Problem]:
    """Every indicator reaches a report line, every instrument a measure; an instrument without indicator says why."""
    in_lines = {name for report in pack.reports.values() for line in report.lines for name in line.indicators}
    in_measures = {name for measure in pack.measures.values() for name in measure.instruments}
    for name in pack.indicators:
        if name not in in_lines:
            yield fault(pack, f"indicator:{name}", "XQ-POLICY-014",
                        Text("指标未进入任何报告行", "the indicator reaches no report line"),
                        fix=Text("写入 reports/ 某一行", "name it in a line under reports/"))  # fmt: skip
    for name, instrument in pack.instruments.items():
        where = f"instrument:{name}"
        if name not in in_measures:
            yield fault(pack, where, "XQ-POLICY-015", Text("工具不落实任何措施", "the instrument serves no measure"),
                        fix=Text("写入 measures/ 某一行", "name it in a measure"))  # fmt: skip
        if not instrument.indicators and not instrument.no_indicator_reason:
            yield fault(pack, where, "XQ-POLICY-016",
                        Text("工具没有指标，也没有说明理由", "the instrument has no indicator and gives no reason"),
                        fix=Text("写明 no_indicator_reason", "state no_indicator_reason"))  # fmt: skip


def cited(pack: Pack) -> Iterator[Problem]:
    """Whatever is marked official names its document and clause; versions of a number don't overlap."""
    for name, parameter in pack.parameters.items():
        where = f"parameter:{name}"
        for version in parameter.versions:
            if not (version.document and version.clause):
                yield fault(pack, where, "XQ-POLICY-020",
                            Text(f"参数 {version.valid_from} 起的版本没有文件或条款",
                                 f"the version from {version.valid_from} names no document or clause"),
                            why=Text("没有依据的规则不能给出正式结果", "a rule without a citation gives no official result"),
                            fix=Text("写明 document 与 clause", "state document and clause"))  # fmt: skip
            if _not_a_number(version):
                yield fault(pack, where, "XQ-POLICY-021",
                            Text(f"“{version.value}”不是数", f"{version.value!r} is not a number"),
                            fix=Text("写小数或分数", "write a decimal or a fraction"))  # fmt: skip
        yield from _overlaps(pack, where, parameter.versions)
    cited_records: list[
        tuple[
            str,
            model.Check | model.Indicator | model.Instrument | model.Form | model.Framework | model.ReleaseTable,
        ]
    ] = [
        *((f"check:{name}", record) for name, record in pack.checks.items()),
        *((f"indicator:{name}", record) for name, record in pack.indicators.items()),
        *((f"instrument:{name}", record) for name, record in pack.instruments.items()),
        *((f"form:{name}", record) for name, record in pack.forms.items()),
        *((f"framework:{name}", record) for name, record in pack.frameworks.items()),
        *((f"release_table:{name}", record) for name, record in pack.release_tables.items()),
    ]
    for where, record in cited_records:
        if not record.citation:
            yield fault(pack, where, "XQ-POLICY-022", Text("没有依据", "no citation"),
                        why=Text("没有依据的规则不能给出正式结果", "a rule without a citation gives no official result"),
                        fix=Text("写明 citation", "state citation"))  # fmt: skip


def _not_a_number(version: model.ParameterVersion) -> bool:
    try:
        return version.exact is None
    except (ValueError, ZeroDivisionError):
        return True


def _overlaps(pack: Pack, where: str, versions: list[model.ParameterVersion]) -> Iterator[Problem]:
    ordered = sorted(versions, key=lambda version: version.valid_from)
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            yield fault(pack, where, "XQ-POLICY-023",
                        Text(f"{earlier.valid_from} 与 {later.valid_from} 起的版本重叠",
                             f"the versions from {earlier.valid_from} and {later.valid_from} overlap"),
                        fix=Text("为旧版本写 valid_to", "give the older version its valid_to"))  # fmt: skip


def named(pack: Pack) -> Iterator[Problem]:
    """Every name of another record resolves."""
    for where, kind, name, known in _names(pack):
        if name not in known:
            yield fault(pack, where, "XQ-POLICY-024",
                        Text(f"{kind} {name} 不存在", f"{kind} {name} does not exist"),
                        fix=Text("改正编号，或先增加该记录", "correct the id, or add the record first"))  # fmt: skip


def _names(pack: Pack) -> Iterator[tuple[str, str, str, Container[str]]]:  # noqa: C901, PLR0912 - one line per reference
    for measure in pack.measures.values():
        for name in measure.instruments:
            yield f"measure:{measure.id}", "instrument", name, pack.instruments
        for name in measure.indicators:
            yield f"measure:{measure.id}", "indicator", name, pack.indicators
    for instrument in pack.instruments.values():
        for name in instrument.indicators:
            yield f"instrument:{instrument.id}", "indicator", name, pack.indicators
        states = {state.state for state in instrument.states}
        for move in instrument.transitions:
            for state in (move.from_state, move.to_state):
                yield f"instrument:{instrument.id}", "state", state, states
    for form in pack.forms.values():
        for item in form.items:
            yield f"form:{form.id}", "unit", item.unit, pack.units
            if item.codelist:
                yield f"form:{form.id}", "code list", item.codelist, pack.codelists
            if item.origin.startswith("register:"):
                yield f"form:{form.id}", "instrument", item.origin.removeprefix("register:"), pack.instruments
    for check in pack.checks.values():
        yield f"check:{check.id}", "form", check.form, pack.forms
        if check.owner:
            yield f"check:{check.id}", "organisation", check.owner, _patterns(pack)
    if pack.info.check_owner:
        yield f"pack:{pack.info.id}", "organisation", pack.info.check_owner, pack.organisations
    for broken in pack.series_breaks.values():
        where = f"series_break:{broken.id}"
        yield from ((where, "item", name, pack.items) for name in broken.items)
        yield from ((where, "area", splice.area, pack.areas) for splice in broken.splices)
        yield from ((where, "item of the break", splice.item, broken.items) for splice in broken.splices)
    for figure in pack.outside_figures.values():
        yield f"outside_figure:{figure.id}", "unit", figure.unit, pack.units
        for said in figure.values:
            yield f"outside_figure:{figure.id}", "area", said.area, pack.areas
    for indicator in pack.indicators.values():
        yield f"indicator:{indicator.id}", "unit", indicator.unit, pack.units
        for form_id in indicator.forms:
            yield f"indicator:{indicator.id}", "form", form_id, pack.forms
    users = pack.checks.keys() | pack.indicators.keys() | pack.instruments.keys() | pack.oracles.keys()
    users |= pack.frameworks.keys() | pack.major_matters.keys()
    for parameter in pack.parameters.values():
        yield f"parameter:{parameter.id}", "unit", parameter.unit, pack.units
        for name in parameter.used_by:
            yield f"parameter:{parameter.id}", "user", name, users
    for framework in pack.frameworks.values():
        for row in framework.indicators:
            yield f"framework:{framework.id}", "indicator", row.indicator, pack.indicators
    for target in pack.targets.values():
        if target.area != "*":
            yield f"target:{target.id}", "area", target.area, pack.areas
        if target.indicator:
            yield f"target:{target.id}", "indicator", target.indicator, pack.indicators
        if target.item:
            yield f"target:{target.id}", "item", target.item, pack.items
    for organisation in pack.organisations.values():
        if organisation.parent:
            yield f"organisation:{organisation.id}", "organisation", organisation.parent, pack.organisations
    for event_type in pack.event_types.values():
        for role in event_type.roles:
            yield f"event_type:{event_type.type}", "role", role, pack.roles
    for permission in pack.permissions:
        yield "permission", "role", permission.role, pack.roles
    for conflict in pack.conflict_classes:
        for name in (conflict.class_a, conflict.class_b):
            yield "conflict_class", "space class", name, pack.codelists.get("CL_SPACE_CLASS", {})
    for report in pack.reports.values():
        for line in report.lines:
            for name in line.indicators:
                yield f"report:{report.id}", "indicator", name, pack.indicators
    if pack.info.size_item:
        yield f"pack:{pack.info.id}", "item", pack.info.size_item, pack.items
    for series in pack.release_series.values():
        # an area form of the series' frequency; anything else could not come out with the others
        fitting = [form.id for form in pack.area_forms if form.frequency is series.frequency]
        for name in series.forms:
            yield f"release_series:{series.id}", f"area form ({series.frequency})", name, fitting
    for table in pack.release_tables.values():
        items = {item.code: item for item in pack.forms[table.form].items} if table.form in pack.forms else {}
        where = f"release_table:{table.id}"
        yield where, "form", table.form, pack.forms
        yield where, "item", table.contributor, items
        yield where, "number", table.measure, [c for c, i in items.items() if i.type in ("decimal", "integer")]
        for name in table.dimensions:
            yield where, "coded item", name, ["area", *(c for c, i in items.items() if i.codelist)]


def _patterns(pack: Pack) -> set[str]:
    """Return what may stand for an organisation: ids, and the patterns that forms name their bodies by."""
    patterns = {pattern for form in pack.forms.values() for pattern in (form.reporting_org, form.co_check_org)}
    return patterns | pack.organisations.keys()


def used(pack: Pack) -> Iterator[Problem]:
    """No orphan: each parameter, and each code list, is used by something."""
    lists = {item.codelist for item in pack.items.values()}
    lists |= {field.codelist for instrument in pack.instruments.values() for field in instrument.fields}
    for name in pack.codelists:
        known_here = name in lists or name in _LISTS_OF_THE_PRODUCT
        if not known_here:
            yield fault(pack, f"codelist:{name}", "XQ-POLICY-026",
                        Text(f"代码表 {name} 无人使用", f"code list {name} is used by nothing"),
                        fix=Text("删除或引用它", "remove it or name it in an item or field"))  # fmt: skip
    for name, parameter in pack.parameters.items():
        if not parameter.used_by:
            yield fault(pack, f"parameter:{name}", "XQ-POLICY-025",
                        Text("参数无人使用", "the parameter is used by nothing"),
                        fix=Text("写明 used_by，或删除", "state used_by, or remove it"))  # fmt: skip


# lists that the code itself reads, not an item or a field
_LISTS_OF_THE_PRODUCT = frozenset(
    {"CL_UNIT", "CL_STAT_TOLERANCE", "CL_SCOPE", "CL_REGION", "CL_PEER_GROUP", "CL_VALUE_STATE", "CL_SUBMISSION",
     "CL_LAMP", "CL_RUNG", "CL_PILLAR", "CL_LEDGER", "CL_SPACE_CLASS", "CL_REVISION_REASON"}
)  # fmt: skip

PROOFS: tuple[Callable[[Pack], Iterator[Problem]], ...] = (served, reached, cited, named, used)
