"""The tree of organisations through time: splits, mergers and new names, each from a day on; nothing is taken away."""

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec

from xinqu.policy.model import Organisation
from xinqu.policy.pack import Pack
from xinqu.vocabulary.text import Text

ONE_DAY = dt.timedelta(days=1)


class Successor(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation that takes over; one that stands already keeps its own name."""

    id: str
    name_zh: str = ""
    name_en: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to organisations on ``valid_from``: a new name, or ``successors`` in place of ``organisations``."""

    organisations: tuple[str, ...]
    valid_from: dt.date
    successors: tuple[Successor, ...] = ()
    name: Text | None = None


def with_changes(pack: Pack, changes: Iterable[Change], *, on: dt.date) -> Pack:
    """Return the pack with its organisations as the changes leave them.

    Predecessors stay, with their last day and their successors: their returns are theirs for ever. A successor that is
    new takes parent, level, kind and field from its (first) predecessor. A new name counts from its day on: ``on`` is
    the day whose names are wanted.
    """
    tree = dict(pack.organisations)
    for change in changes:
        if not set(change.organisations) <= tree.keys():
            continue  # a later pack no longer has them
        if change.name is not None:
            if change.valid_from <= on:
                (renamed,) = change.organisations
                tree[renamed] = msgspec.structs.replace(tree[renamed], name=change.name)
            continue
        first = tree[change.organisations[0]]
        for successor in change.successors:
            if successor.id not in tree:
                tree[successor.id] = _new(first, successor, tree[first.parent], change.valid_from)
        names = [successor.id for successor in change.successors]
        for name in change.organisations:
            if name not in names:
                last = change.valid_from - ONE_DAY
                tree[name] = msgspec.structs.replace(tree[name], valid_to=last, successors=names)
    return msgspec.structs.replace(pack, organisations=tree)


def _new(first: Organisation, successor: Successor, parent: Organisation, day: dt.date) -> Organisation:
    return msgspec.structs.replace(
        first,
        id=successor.id,
        name=Text(successor.name_zh, successor.name_en),
        path=f"{parent.path}/{successor.id.rpartition('.')[2]}",
        valid_from=day,
        valid_to=None,
        successors=[],
    )


def stands(organisation: Organisation, day: dt.date) -> bool:
    """Say whether the organisation is there on ``day``."""
    begun = organisation.valid_from is None or organisation.valid_from <= day
    return begun and (organisation.valid_to is None or day <= organisation.valid_to)


def in_place_of(pack: Pack, name: str, day: dt.date) -> str:
    """Return the organisation that stands on ``day`` for one that the pack names: itself, or who took over.

    Where one was split the successor named first takes over what the pack assigns to it.
    """
    seen = {name}
    while (own := pack.organisations.get(name)) and own.valid_to is not None and own.valid_to < day and own.successors:
        name = own.successors[0]
        if name in seen:
            break
        seen.add(name)
    return name


def heirs(pack: Pack, name: str) -> frozenset[str]:
    """Return every organisation that took over from ``name``, directly or through others; itself not included."""
    found: set[str] = set()
    waiting: Sequence[str] = [name]
    while waiting:
        coming = [s for n in waiting if n in pack.organisations for s in pack.organisations[n].successors]
        waiting = [s for s in coming if s not in found]
        found.update(waiting)
    return frozenset(found - {name})
