"""What changes between two versions of a pack, and which figures a change reaches."""

import msgspec

from xinqu.policy import model
from xinqu.policy.pack import Pack

_KINDS = (
    "sentences", "measures", "areas", "forms", "form_versions", "checks", "indicators", "parameters", "instruments", "frameworks",
    "targets", "event_types", "organisations", "roles", "major_matters", "reports",
    "outside_figures",
)  # fmt: skip


class Change(msgspec.Struct, frozen=True, order=True):
    """One record added, removed or changed; ``before`` and ``after`` hold the differing fields as text."""

    kind: str
    id: str
    what: str
    before: dict[str, str] = {}
    after: dict[str, str] = {}


def diff(old: Pack, new: Pack) -> list[Change]:
    """Return the changed records of ``new`` against ``old``, by kind and id."""
    changes = []
    for kind in _KINDS:
        before, after = getattr(old, kind), getattr(new, kind)
        for name in sorted(before.keys() | after.keys()):
            if name not in after:
                changes.append(Change(kind, name, "removed"))
            elif name not in before:
                changes.append(Change(kind, name, "added"))
            elif before[name] != after[name]:
                changes.append(_changed(kind, name, before[name], after[name]))
    return changes


def _changed(kind: str, name: str, before: model.Record, after: model.Record) -> Change:
    fields = [f for f in before.__struct_fields__ if getattr(before, f) != getattr(after, f)]
    return Change(
        kind,
        name,
        "changed",
        {f: _say(getattr(before, f)) for f in fields},
        {f: _say(getattr(after, f)) for f in fields},
    )


def _say(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def reaches(change: Change, pack: Pack) -> list[str]:
    """Return the indicators whose past figures may change by ``change``: itself, or those that read the parameter or item."""
    if change.kind == "indicators":
        return [change.id]
    if change.kind == "parameters":
        users = pack.parameters[change.id].used_by if change.id in pack.parameters else []
        return [name for name in users if name in pack.indicators]
    if change.kind in {"forms", "areas"}:
        return [
            name
            for name, indicator in pack.indicators.items()
            if change.kind == "areas" or change.id in indicator.forms
        ]
    return []
