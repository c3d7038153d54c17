"""Gives out the SDMX structures of a pack by type, agency, id and version, as SDMX REST 2 asks for them."""

import datetime as dt
import json
from functools import lru_cache
from typing import Any

from xinqu.policy.pack import Pack
from xinqu.returns import sdmx_names as names
from xinqu.returns.sdmx_library import library
from xinqu.returns.sdmx_structure import StructureFormat, write_structure
from xinqu.spine.sdmx_query import ANY, nothing_found, syntax
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Text

# type in an address -> (element of SDMX-ML 3.0, list in SDMX-JSON 2.0)
TYPES = {
    "codelist": ("Codelist", "codelists"),
    "conceptscheme": ("ConceptScheme", "conceptSchemes"),
    "datastructure": ("DataStructure", "dataStructures"),
    "dataflow": ("Dataflow", "dataflows"),
}
_ALONE = ("none", "parents", "")
_REFERENCES = ("none", "parents", "parentsandsiblings", "ancestors", "children", "descendants", "all")
_NEWEST = ("~", "+", "latest", ANY)
_packs: dict[str, Pack] = {}


def structures(
    pack: Pack,
    kind: str,
    owner: str,
    name: str,
    version: str,
    *,
    references: str = "",
    data_format: StructureFormat = "ml",
) -> bytes:
    """Return the artefacts asked for; with ``references`` what they rest on comes along.

    Args:
        pack: whose structures they are.
        kind: a key of ``TYPES``, or ``*``.
        owner, name: agency and id, or ``*``; several by comma.
        version: one, ``~`` or ``+`` for the newest, ``*`` for all: there is one.
        references: as the standard names it; ``none`` gives the artefacts alone.
        data_format: ``ml`` or ``json``.

    Raises:
        Refused: XQ-SDMX-021 for a type or reference that is not served, -022 when nothing answers, -001.
    """
    if kind != ANY and kind not in TYPES:
        raise Refused(syntax(kind, Text(f"可查：{', '.join(TYPES)}", f"served are {', '.join(TYPES)}")))
    if references not in (*_REFERENCES, "", *TYPES):
        raise Refused(syntax(f"references={references}", Text("不认识", "it is not known")))
    _packs.setdefault(pack.sha256, pack)
    forms = _forms(pack, kind, name, references)
    body = _whole(pack.sha256, forms, data_format)
    alone = references in _ALONE
    found = (
        _json_of(body, kind, owner, name, version, alone)
        if data_format == "json"
        else _ml_of(body, kind, owner, name, version, alone)
    )
    if found is None:
        raise Refused(nothing_found(f"{kind}/{owner}/{name}/{version}"))
    return found


def _forms(pack: Pack, kind: str, name: str, references: str) -> tuple[str, ...]:
    """Return the forms whose structures hold what is asked for: one when its flow or data structure is named."""
    known = names.forms_by_id(pack)
    if kind in ("dataflow", "datastructure") and references not in ("ancestors", "parentsandsiblings"):
        named = tuple(dict.fromkeys(known[one].id for one in name.split(",") if one in known))
        if named:
            return named
    return tuple(form.id for form in pack.area_forms)


@lru_cache(maxsize=64)
def _whole(pack_sha256: str, forms: tuple[str, ...], data_format: StructureFormat) -> bytes:
    pack = _packs[pack_sha256]
    made = dt.datetime.combine(pack.info.valid_from, dt.time(), dt.UTC)
    return write_structure(pack, [pack.forms[name] for name in forms], prepared=made, form=data_format)


def _wanted(of_kind: bool, artefact: Any, owner: str, name: str, version: str) -> bool:  # noqa: FBT001 - three tests in one
    said = ((owner, artefact.get("agencyID")), (name, artefact.get("id")))
    fits = all(asked == ANY or value in asked.split(",") for asked, value in said)
    return of_kind and fits and (version in _NEWEST or artefact.get("version") in version.split(","))


def _ml_of(body: bytes, kind: str, owner: str, name: str, version: str, alone: bool) -> bytes | None:  # noqa: FBT001
    etree = library("lxml.etree")
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    elements = {element: key for key, (element, _) in TYPES.items()}
    hit = False
    for artefact in list(root.iter(*(f"{{*}}{element}" for element in elements))):
        if artefact.get("agencyID") is None:  # a reference inside a component bears the same name
            continue
        key = elements[etree.QName(artefact).localname]
        if _wanted(kind in (ANY, key), artefact, owner, name, version):
            hit = True
        elif alone:
            artefact.getparent().remove(artefact)
    for empty in [node for node in root.iter() if isinstance(node.tag, str) and len(node) == 0 and node.tag.endswith(
            ("Codelists", "ConceptSchemes", "DataStructures", "Dataflows"))]:  # fmt: skip
        empty.getparent().remove(empty)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) if hit else None


def _json_of(body: bytes, kind: str, owner: str, name: str, version: str, alone: bool) -> bytes | None:  # noqa: FBT001
    message = json.loads(body)
    hit = False
    for key, (_, plural) in TYPES.items():
        listed = message["data"].get(plural, [])
        chosen = [artefact for artefact in listed if _wanted(kind in (ANY, key), artefact, owner, name, version)]
        hit = hit or bool(chosen)
        if alone and plural in message["data"]:
            message["data"][plural] = chosen
            if not chosen:
                del message["data"][plural]
    return json.dumps(message, ensure_ascii=False).encode() if hit else None
