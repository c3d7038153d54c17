"""Who has to act on a return at each stage: the role and organisation that the pack names."""

import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack

FILED = "return.submitted"
_PARTNER = "partner"


def holders(pack: Pack) -> pl.DataFrame:
    """Return form, area, stage (the event that is awaited), holder_role, holder (organisation; "" for any partner)."""
    rows = [row for form in pack.forms.values() for area in pack.areas for row in _of_form(pack, form, area)]
    columns = ("form", "area", "stage", "holder_role", "holder")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _of_form(pack: Pack, form: Form, area: str) -> list[tuple[str, str, str, str, str]]:
    province = pack.areas[area].province_org
    acts = {
        FILED: form.reporting_org.format(area=area, province=province),
        "return.area_approved": area,
        "return.province_approved": province,
        "return.accepted": _national(pack, _first_role(pack, "return.accepted")),
    }
    rows = [(form.id, area, stage, _first_role(pack, stage), organisation) for stage, organisation in acts.items()]
    if form.co_check_org:
        checker = form.co_check_org.format(area=area, province=province)
        stage = "return.co_checked"
        if checker == _PARTNER:
            rows.append((form.id, area, stage, _PARTNER, ""))
        else:
            rows.append((form.id, area, stage, _role_for(pack, stage, checker), checker))
    return rows


def _first_role(pack: Pack, kind: str) -> str:
    return pack.event_types[kind].roles[0]


def _role_for(pack: Pack, kind: str, organisation: str) -> str:
    """Return the first role of an event type that the kind of the organisation may hold; the type's first if none."""
    held = pack.organisations[organisation].kind if organisation in pack.organisations else ""
    roles = pack.event_types[kind].roles
    return next((role for role in roles if held in pack.roles[role].organisation_kinds), roles[0])


def _national(pack: Pack, role: str) -> str:
    kinds = pack.roles[role].organisation_kinds
    return next((o.id for o in pack.organisations.values() if o.kind in kinds), pack.root)
