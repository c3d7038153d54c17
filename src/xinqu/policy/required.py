"""Proves that a pack brings what the product itself reads: lists, organisations, rights, event types (docs/architecture.md)."""

from collections.abc import Callable, Container, Iterator

from xinqu.policy import model
from xinqu.policy.faults import fault
from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import Problem
from xinqu.vocabulary.text import Text

PARTNER = "partner"  # the co-checker of an agreement, which names him
_LISTS = ("CL_UNIT", "CL_SCOPE", "CL_LAMP", "CL_REGION", "CL_PEER_GROUP")
_ROLES = ("public", "system")
_RIGHTS = (("account", "grant"), ("return", "submit"), ("return", "approve"), ("return", "accept"))
_EVENTS = (
    "return.submitted", "return.recalled", "return.sent_back", "return.co_checked", "return.area_approved",
    "return.province_approved", "return.accepted", "return.due_passed", "matter.triggered", "policy.published",
    "account.granted", "account.revoked",
)  # fmt: skip
DISCLOSURE_NUMBERS = ("cell_min", "disclosure_p_pct", "disclosure_dominance_n", "disclosure_dominance_k_pct")

Need = tuple[str, str, str, Container[str]]  # record that needs it, kind, name, what there is


def brings_what_is_read(pack: Pack) -> Iterator[Problem]:
    """The pack has every record that the product reads by name, and each pattern of an organisation leads to one."""
    for needs in (_named_by_product, _of_areas, _of_forms, _of_difficulties, _of_numbers):
        for where, kind, name, there in needs(pack):
            if name not in there:
                yield fault(pack, where, "XQ-POLICY-027",
                            Text(f"规则包缺少 {kind} {name}", f"the pack lacks the {kind} {name}"),
                            why=Text("产品按此名称读取", "the product reads it by this name"),
                            fix=Text("补充该记录；见 docs/architecture.md", "add the record; docs/architecture.md says what for"))  # fmt: skip


def _named_by_product(pack: Pack) -> Iterator[Need]:
    here = f"pack:{pack.info.id}"
    roots = [o.id for o in pack.organisations.values() if not o.parent]
    yield here, "organisation", "single root", ("single root",) if len(roots) == 1 else ()
    for name in _LISTS:
        yield here, "code list", name, pack.codelists
    for name in _ROLES:
        yield here, "role", name, pack.roles
    rights = {f"{p.data_class}.{p.action}" for p in pack.permissions}
    for data_class, action in _RIGHTS:
        yield here, "permission", f"{data_class}.{action}", rights
    for name in _EVENTS:
        yield here, "event type", name, pack.event_types


def _of_areas(pack: Pack) -> Iterator[Need]:
    members = {region for group in pack.codelists.get("CL_PEER_GROUP", {}).values() for region in group.members}
    for area in pack.areas.values():
        where = f"area:{area.code}"
        yield where, "organisation", area.code, pack.organisations
        yield where, "organisation", area.province_org, pack.organisations
        yield where, "region", area.region, pack.codelists.get("CL_REGION", {})
        yield where, "member of a peer group", area.region, members


def _of_forms(pack: Pack) -> Iterator[Need]:
    for form in pack.forms.values():
        for pattern in (form.reporting_org, form.co_check_org):
            if pattern in ("", PARTNER):
                continue
            for area in pack.areas.values():
                name = pattern.format(area=area.code, province=area.province_org)
                yield f"form:{form.id}", "organisation", name, pack.organisations


def _of_difficulties(pack: Pack) -> Iterator[Need]:
    name = pack.info.difficulties
    if not name:
        return
    yield f"pack:{pack.info.id}", "instrument", name, pack.instruments
    instrument = pack.instruments.get(name)
    yield f"instrument:{name}", "code list", "CL_RUNG", pack.codelists
    states = {state.state for state in instrument.states} if instrument else set()
    for code, rung in pack.codelists.get("CL_RUNG", {}).items():
        yield f"instrument:{name}", "state", code, states
        for area in pack.areas.values():
            holder = rung.holder.format(area=area.code, province=area.province_org)
            yield f"code:CL_RUNG.{code}", "organisation", holder, pack.organisations


def _of_numbers(pack: Pack) -> Iterator[Need]:
    for framework in pack.frameworks.values():
        for name in _numbers_of(framework):
            yield f"framework:{framework.id}", "parameter", name, pack.parameters
    for table in pack.release_tables.values():
        for name in DISCLOSURE_NUMBERS:
            yield f"release_table:{table.id}", "parameter", name, pack.parameters
    for matter in pack.major_matters.values():
        if matter.rule == "red_in_a_row":
            yield f"major_matter:{matter.id}", "parameter", matter.parameter, pack.parameters


def _numbers_of(framework: model.Framework) -> tuple[str, ...]:
    common = ("framework_coverage_min", "peer_group_min")
    is_efficacy = any(line.normalisation == "efficacy" for line in framework.indicators)
    return (*common, "efficacy_base", "efficacy_span") if is_efficacy else common


REQUIRED: tuple[Callable[[Pack], Iterator[Problem]], ...] = (brings_what_is_read,)
