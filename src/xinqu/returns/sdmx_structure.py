"""Makes the SDMX structures of a pack: code lists, concepts, one data structure and dataflow per area form.

pysdmx builds and writes them; it knows one language, so the names in both are set in what it wrote.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns import sdmx_names as names
from xinqu.returns.document import UNSTATED
from xinqu.returns.layout import KIND_LABELS, UNSTATED_LABEL
from xinqu.returns.rows import STATE_LABELS
from xinqu.returns.sdmx_library import library
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.periods import Frequency
from xinqu.vocabulary.text import Text

StructureFormat = Literal["ml", "json"]
Names = dict[tuple[str, str], Text]  # (id of the maintainable artefact, id of the item or "") -> name
_CONCEPTS = "CS_RETURNS"
_NUMBERS = {"decimal", "integer"}
_FREQUENCIES = {
    Frequency.MONTHLY: Text("月", "Monthly"),
    Frequency.QUARTERLY: Text("季", "Quarterly"),
    Frequency.HALF_YEAR: Text("半年", "Half-yearly"),
    Frequency.ANNUAL: Text("年", "Annual"),
}
_COMMON_LISTS = {
    "FREQ": "CL_FREQ",
    "REF_AREA": "CL_AREA",
    "SUB_UNIT": "CL_SUB_UNIT",
    "OBS_STATUS": "CL_OBS_STATUS",
    "UNIT_MEASURE": "CL_UNIT",
    "SCOPE": "CL_SCOPE",
    "ORIGIN": "CL_ORIGIN",
    "RETURN_KIND": "CL_RETURN_KIND",
    "RETURN_SCOPE": "CL_SCOPE",
}
_LIST_NAMES = {
    "CL_FREQ": Text("频率", "Frequency"),
    "CL_AREA": Text("地区", "Areas"),
    "CL_SUB_UNIT": Text("片区", "Sub-units of the areas"),
    "CL_OBS_STATUS": Text("数值状态", "Observation status"),
    "CL_UNIT": Text("计量单位", "Units of measure"),
    "CL_SCOPE": Text("口径", "Territorial scopes"),
    "CL_ORIGIN": Text("数据性质", "Origins of values"),
    "CL_RETURN_KIND": Text("报送类型", "Kinds of returns"),
}


def code_lists(pack: Pack, forms: Iterable[Form]) -> dict[str, dict[str, Text]]:
    """Return all code lists that the data structures of ``forms`` use: list id -> code -> name."""
    units = names.sub_unit_codes(pack)
    lists: dict[str, dict[str, Text]] = {
        "CL_FREQ": {code: _FREQUENCIES[frequency] for frequency, code in names.FREQUENCY_CODES.items()},
        "CL_AREA": {area.code: area.name for area in pack.areas.values()},
        "CL_SUB_UNIT": {names.WHOLE_AREA: Text("全区", "The whole area")}
        | {code: pack.organisations[f"{area}.{unit}"].name for (area, unit), code in units.items()},
        "CL_OBS_STATUS": {code: STATE_LABELS[state] for state, code in names.STATUS_CODES.items()},
        "CL_UNIT": {code: record.name for code, record in pack.units.items()},
        "CL_SCOPE": {code: record.name for code, record in pack.codelists["CL_SCOPE"].items()}
        | {UNSTATED: UNSTATED_LABEL},
        "CL_ORIGIN": {origin.value: origin.label for origin in Origin},
        "CL_RETURN_KIND": dict(KIND_LABELS),
    }
    for form in forms:
        lists[names.item_list(form.id)] = {item.code: item.name for item in form.items}
    return lists


def write_structure(
    pack: Pack,
    forms: Iterable[Form] | None = None,
    *,
    prepared: dt.datetime,
    message_id: str = "STRUCTURE",
    form: StructureFormat = "ml",
) -> bytes:
    """Return the structures of ``forms`` (None: all area forms) as SDMX-ML 3.0 or SDMX-JSON 2.0.

    The bytes depend on the arguments alone.

    Args:
        pack: the policy whose structures they are.
        forms: area forms of the pack.
        prepared: the time the message bears; aware, to the second.
        message_id: the id the message bears.
        form: ``ml`` or ``json``.

    Raises:
        Refused: XQ-SDMX-001 without the packages of ``xinqu[sdmx]``.
    """
    wanted = list(pack.area_forms if forms is None else forms)
    message = library("pysdmx.model.message")
    header = message.Header(
        id=message_id,
        prepared=prepared.astimezone(dt.UTC),
        sender=library("pysdmx.model").Organisation(id=names.agency(pack)),
    )
    artefacts, labels = _artefacts(pack, wanted)
    if form == "json":
        text = library("pysdmx.io.json.sdmxjson2.writer.v2_0.structure").write(artefacts, header=header)
        return _json_names(json.loads(text), labels)
    text = library("pysdmx.io.xml.sdmx30.writer.structure").write(artefacts, header=header)
    return _ml_names(text.encode(), labels)


def _artefacts(pack: Pack, forms: list[Form]) -> tuple[list[Any], Names]:
    model = library("pysdmx.model")
    owner, version = names.agency(pack), names.list_version(pack)
    labels: Names = {}
    lists: dict[str, Any] = {}
    for list_id, codes in code_lists(pack, forms).items():
        label = _LIST_NAMES.get(list_id) or _items_of(pack, list_id)
        labels[list_id, ""] = label
        labels |= {(list_id, code): name for code, name in codes.items()}
        lists[list_id] = model.Codelist(
            id=list_id,
            agency=owner,
            version=version,
            name=label.en,
            urn=f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={owner}:{list_id}({version})",
            items=[model.Code(id=code, name=name.en) for code, name in codes.items()],
        )
    scheme_urn = f"{owner}:{_CONCEPTS}({version})"
    concepts = {
        name: model.Concept(
            id=name, name=label.en, urn=f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={scheme_urn}.{name}"
        )
        for name, label in names.LABELS.items()
    }
    labels[_CONCEPTS, ""] = Text("报表概念", "Concepts of returns")
    labels |= {(_CONCEPTS, name): label for name, label in names.LABELS.items()}
    scheme = model.ConceptScheme(
        id=_CONCEPTS,
        agency=owner,
        version=version,
        name=labels[_CONCEPTS, ""].en,
        items=list(concepts.values()),
    )
    structures, flows = [], []
    for form in forms:
        structure = _data_structure(pack, form, lists, concepts)
        flow_id = names.flow_id(form.id)
        labels[structure.id, ""] = labels[flow_id, ""] = form.name
        structures.append(structure)
        flows.append(
            model.Dataflow(id=flow_id, agency=owner, version=structure.version, name=form.name.en, structure=structure)
        )
    return [*lists.values(), scheme, *structures, *flows], labels


def _items_of(pack: Pack, list_id: str) -> Text:
    form = next(form for form in pack.area_forms if names.item_list(form.id) == list_id)
    return Text(f"{form.id} 指标：{form.name.zh}", f"Items of {form.id}: {form.name.en}")


def _data_structure(pack: Pack, form: Form, lists: Mapping[str, Any], concepts: Mapping[str, Any]) -> Any:
    model = library("pysdmx.model")
    numeric = all(item.type in _NUMBERS for item in form.items)
    kinds = {
        "TIME_PERIOD": model.DataType.PERIOD,
        "OBS_VALUE": model.DataType.DECIMAL if numeric else model.DataType.STRING,
        "HALF_DIGIT": model.DataType.DECIMAL,
        "NOTE": model.DataType.STRING,
        "FORM_VERSION": model.DataType.INTEGER,
    }

    def component(name: str, role: Any, *, required: bool) -> Any:
        list_id = names.item_list(form.id) if name == "ITEM" else _COMMON_LISTS.get(name)
        return model.Component(
            id=name,
            required=required,
            role=role,
            concept=concepts[name],
            local_dtype=kinds.get(name),
            local_codes=lists[list_id] if list_id else None,
            attachment_level="O" if role is model.Role.ATTRIBUTE else None,
        )

    components = [component(name, model.Role.DIMENSION, required=True) for name in names.DIMENSIONS]
    components.append(component(names.MEASURE, model.Role.MEASURE, required=False))
    components += [
        component(name, model.Role.ATTRIBUTE, required=name in names.REQUIRED_ATTRIBUTES) for name in names.ATTRIBUTES
    ]
    return model.DataStructureDefinition(
        id=names.structure_id(form.id),
        agency=names.agency(pack),
        version=names.flow_version(pack, form.version),
        name=form.name.en,
        components=model.Components(components),
    )


def _ml_names(body: bytes, labels: Names) -> bytes:
    """Give each artefact its name in both languages; the text comes from the pack, not from what pysdmx escaped."""
    etree = library("lxml.etree")
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True))
    common = root.nsmap["com"]
    tag, lang = f"{{{common}}}Name", "{http://www.w3.org/XML/1998/namespace}lang"
    for name in list(root.iter(tag)):
        parent = name.getparent()
        above = parent.getparent()
        label = labels.get((parent.get("id"), "")) or labels.get((above.get("id"), parent.get("id")))
        if label is None:
            continue
        name.text = label.en
        chinese = etree.Element(tag)
        chinese.set(lang, "zh")
        chinese.text = label.zh
        name.addnext(chinese)
    for relation in list(root.iter(f"{{{root.nsmap['str']}}}MeasureRelationship")):
        relation.getparent().remove(relation)  # optional, says nothing where there is one measure; sdmx1 can't read it
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _json_names(message: Any, labels: Names) -> bytes:
    """Give each artefact its names in both languages, and drop what the schema of SDMX-JSON does not take."""
    for artefacts in message["data"].values():
        for artefact in artefacts:
            _name(artefact, labels.get((artefact["id"], "")))
            for key in ("codes", "concepts"):
                for item in artefact.get(key) or []:
                    _name(item, labels.get((artefact["id"], item["id"])))
            lists = artefact.get("dataStructureComponents")
            if lists and not lists.get("groups"):
                lists.pop("groups", None)
    return json.dumps(message, ensure_ascii=False, indent=1).encode()


def _name(artefact: dict[str, Any], label: Text | None) -> None:
    if label is not None:
        artefact["name"] = label.en
        artefact["names"] = {"en": label.en, "zh": label.zh}
