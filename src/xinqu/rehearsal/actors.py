"""The scripted accounts of a rehearsal: for each duty on a return another person, in the organisation the pack names."""

from dataclasses import dataclass

import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack

NATION = "ndrc"
# kind of organisation -> the role in which its people co-check (roles of permissions.yaml)
_CO_CHECK_ROLES = {"stat_office": "stat_office", "dept": "dept", "province_dept": "province", "province": "province"}


@dataclass(frozen=True)
class Actor:
    """An account with the one role it holds for its organisation."""

    account: str
    role: str
    organisation: str


@dataclass(frozen=True)
class Cast:
    """Who acts on the returns of one form and area; ``co_checker`` is None where the committee's approval is the check."""

    filer: Actor
    co_checker: Actor | None
    area_checker: Actor
    province: Actor
    acceptor: Actor


def cast_of(pack: Pack, form: Form, area: str, sub_unit: str = "") -> Cast:
    """Return who acts on the returns of ``form`` in ``area``; a sub-unit files its own."""
    province = pack.areas[area].province_org
    unit = f"{area}.{sub_unit}" if sub_unit else form.reporting_org.format(area=area, province=province)
    return Cast(
        filer=Actor(f"{unit}.filer", "filer", unit),
        co_checker=_co_checker(pack, form, area, province),
        area_checker=Actor(f"{area}.checker", "area_checker", area),
        province=Actor(f"{province}.approver", "province", province),
        acceptor=Actor(f"{NATION}.acceptor", NATION, NATION),
    )


def actors(pack: Pack) -> list[Actor]:
    """Return all accounts that the returns of the pack's forms need, and a second one at the top for pairs.

    Distinct accounts for distinct duties; every role is one that the organisation's kind may hold.
    """
    found: dict[str, Actor] = {}
    for area in pack.areas:
        for form in pack.forms.values():
            cast = cast_of(pack, form, area)
            for actor in (cast.filer, cast.co_checker, cast.area_checker, cast.province, cast.acceptor):
                if actor:
                    found[actor.account] = actor
        for number in _sub_units(pack, area):
            found[f"{number}.filer"] = Actor(f"{number}.filer", "filer", number)
    second = Actor(f"{NATION}.second", NATION, NATION)
    return [*found.values(), second]


def actor_frame(pack: Pack) -> pl.DataFrame:
    """Return ``actors`` as a frame: account, role, organisation."""
    rows = [(actor.account, actor.role, actor.organisation) for actor in actors(pack)]
    return pl.DataFrame(rows, schema=dict.fromkeys(("account", "role", "organisation"), pl.String), orient="row")


def _co_checker(pack: Pack, form: Form, area: str, province: str) -> Actor | None:
    if not form.co_check_org:
        return None
    if form.co_check_org == "partner":
        partner = _partner(pack, area)
        return Actor(f"{partner}.partner", "partner", partner)
    organisation = form.co_check_org.format(area=area, province=province)
    kind = pack.organisations[organisation].kind
    return Actor(f"{organisation}.co_checker", _CO_CHECK_ROLES[kind], organisation)


def _partner(pack: Pack, area: str) -> str:
    """Return the area that counter-signs: the next one in the pack's order, in a circle."""
    areas = list(pack.areas)
    return areas[(areas.index(area) + 1) % len(areas)]


def _sub_units(pack: Pack, area: str) -> list[str]:
    return [o.id for o in pack.organisations.values() if o.kind == "sub_unit" and o.parent == area]
