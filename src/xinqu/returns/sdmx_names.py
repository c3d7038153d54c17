"""What forms, areas, items and states are called in SDMX: identifiers, versions and codes, both ways."""

import re

import msgspec

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Frequency
from xinqu.vocabulary.text import Text
from xinqu.vocabulary.truth import ValueState

DIMENSIONS = ("FREQ", "REF_AREA", "SUB_UNIT", "ITEM", "TIME_PERIOD")
MEASURE = "OBS_VALUE"
ATTRIBUTES = (
    "OBS_STATUS",
    "UNIT_MEASURE",
    "SCOPE",
    "ORIGIN",
    "HALF_DIGIT",
    "NOTE",
    "FORM_VERSION",
    "RETURN_KIND",
    "RETURN_SCOPE",
)
REQUIRED_ATTRIBUTES = ("OBS_STATUS", "FORM_VERSION")
COMPONENTS = (*DIMENSIONS, MEASURE, *ATTRIBUTES)

WHOLE_AREA = "_T"  # the total of a dimension, by the SDMX guidelines on generic codes
FREQUENCY_CODES = {
    Frequency.MONTHLY: "M",
    Frequency.QUARTERLY: "Q",
    Frequency.HALF_YEAR: "S",
    Frequency.ANNUAL: "A",
}
# The cross-domain list SDMX:CL_OBS_STATUS says: A normal value; O missing value, no reason told apart; M missing, data
# cannot exist; Q missing, suppressed. It has no word for what is not owed yet: ND is our own.
STATUS_CODES = {
    ValueState.REPORTED: "A",
    ValueState.MISSING: "O",
    ValueState.NOT_APPLICABLE: "M",
    ValueState.SUPPRESSED: "Q",
    ValueState.NOT_DUE: "ND",
}
STATES = {code: state for state, code in STATUS_CODES.items()}
LABELS = {
    "FREQ": Text("频率", "Frequency"),
    "REF_AREA": Text("地区", "Reference area"),
    "SUB_UNIT": Text("片区", "Sub-unit of the area"),
    "ITEM": Text("指标", "Item of the form"),
    "TIME_PERIOD": Text("报告期", "Time period"),
    "OBS_VALUE": Text("数值", "Observation value"),
    "OBS_STATUS": Text("数值状态", "Observation status"),
    "UNIT_MEASURE": Text("计量单位", "Unit of measure"),
    "SCOPE": Text("口径", "Territorial scope of the value"),
    "ORIGIN": Text("数据性质", "Origin of the value"),
    "HALF_DIGIT": Text("取整误差", "Half of the last digit written"),
    "NOTE": Text("备注", "Note"),
    "FORM_VERSION": Text("表版本", "Version of the form"),
    "RETURN_KIND": Text("报送类型", "Kind of the return"),
    "RETURN_SCOPE": Text("默认口径", "Default scope of the return"),
}
_REFERENCE = re.compile(
    r"(?:urn:sdmx:org\.sdmx\.infomodel\.datastructure\.)?(?:(?P<kind>\w+)=)?"
    r"(?P<agency>[A-Za-z][\w\-.]*):(?P<id>[\w@$\-]+)\((?P<version>[0-9.+*]+)\)"
)


class Reference(msgspec.Struct, frozen=True):
    """What a message says its data are of: ``kind`` (dataflow, datastructure, ... or ""), agency, id, version."""

    kind: str
    agency: str
    id: str
    version: str

    def __str__(self) -> str:
        return f"{self.agency}:{self.id}({self.version})"


def parse_reference(text: str, kind: str = "") -> Reference | None:
    """Read ``AGENCY:ID(1.0.0)``, a short or a whole URN, with or without ``: label``; None when it is none of them."""
    found = _REFERENCE.fullmatch(text.split(": ", maxsplit=1)[0].strip())
    if found is None:
        return None
    return Reference((found["kind"] or kind).lower(), found["agency"], found["id"], found["version"])


def agency(pack: Pack) -> str:
    """Return the agency that maintains the structures: the pack's own, so that two policies never share a name."""
    return pack.info.id.upper()


def _numbers(version: str) -> tuple[int, int, int]:
    parts = [int(part) for part in re.findall(r"\d+", version)][:3]
    major, minor, patch = parts + [0] * (3 - len(parts))
    return major, minor, patch


def list_version(pack: Pack) -> str:
    """Return the version of code lists and concepts: the pack's, in three numbers."""
    return ".".join(str(number) for number in _numbers(pack.info.version))


def flow_version(pack: Pack, form_version: int) -> str:
    """Return the version of a form's data structure and dataflow.

    The first number is the form's version: another one breaks readers. The other two are the pack's (2026.11.1 gives
    202611.1), since a new pack may bring longer code lists.
    """
    major, minor, patch = _numbers(pack.info.version)
    return f"{form_version}.{major}{minor:02d}.{patch}"


def flow_id(form: str) -> str:
    """Return the dataflow of a form, ``DF_XM1``."""
    return f"DF_{form.upper()}"


def structure_id(form: str) -> str:
    """Return the data structure of a form, ``DSD_XM1``."""
    return f"DSD_{form.upper()}"


def item_list(form: str) -> str:
    """Return the code list of a form's items, ``CL_ITEM_XM1``."""
    return f"CL_ITEM_{form.upper()}"


def flow_reference(pack: Pack, form: str, form_version: int) -> str:
    """Return the dataflow as SDMX-CSV names it, ``AGENCY:DF_XM1(1.202611.1)``."""
    return f"{agency(pack)}:{flow_id(form)}({flow_version(pack, form_version)})"


def forms_by_id(pack: Pack) -> dict[str, Form]:
    """Return the area forms by the ids of their dataflows and data structures."""
    forms = pack.area_forms
    return {flow_id(form.id): form for form in forms} | {structure_id(form.id): form for form in forms}


def sub_unit_codes(pack: Pack) -> dict[tuple[str, str], str]:
    """Return the SUB_UNIT code of each (area, sub-unit): ``lanzhou-u1``, since ids of SDMX hold no dot."""
    units = [o.id.split(".", 1) for o in pack.organisations.values() if o.kind == "sub_unit" and "." in o.id]
    return {(area, unit): f"{area}-{unit}" for area, unit in units}
