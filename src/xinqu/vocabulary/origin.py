"""Realms that are never mixed, and the origin that every figure carries."""

from collections.abc import Iterable
from enum import StrEnum

from xinqu.vocabulary.text import Text


class Realm(StrEnum):
    """The world a return, event, figure or report belongs to (DESIGN section 2)."""

    OFFICIAL = "official"
    PUBLISHED = "published"
    REHEARSAL = "rehearsal"

    @property
    def label(self) -> Text:
        """The name a person reads."""
        return _REALM_LABELS[self]

    @property
    def mark(self) -> Text:
        """The mark on every page and file of the realm; empty for the official one."""
        return _REALM_MARKS[self]


class Origin(StrEnum):
    """Where a value comes from; the worst of the inputs is the origin of the result."""

    REPORTED = "reported"
    PUBLISHED = "published"
    ESTIMATED = "estimated"
    SIMULATED = "simulated"

    @property
    def rank(self) -> int:
        """0 (best) to 3 (worst)."""
        return ORIGINS.index(self)

    @property
    def label(self) -> Text:
        """The name a person reads."""
        return _ORIGIN_LABELS[self]


ORIGINS = tuple(Origin)
_REALM_LABELS = {
    Realm.OFFICIAL: Text("正式", "Official"),
    Realm.PUBLISHED: Text("公开数据", "Published figures"),
    Realm.REHEARSAL: Text("演练", "Rehearsal"),
}
_REALM_MARKS = {
    Realm.OFFICIAL: Text("", ""),
    Realm.PUBLISHED: Text("非官方：数据摘自公开来源", "Unofficial: figures taken from public sources"),
    Realm.REHEARSAL: Text("演练数据，不得用于正式报告", "Rehearsal data, not for official reports"),
}
_ORIGIN_LABELS = {
    Origin.REPORTED: Text("报送", "reported"),
    Origin.PUBLISHED: Text("公开", "published"),
    Origin.ESTIMATED: Text("估计", "estimated"),
    Origin.SIMULATED: Text("模拟", "simulated"),
}


def worst_origin(origins: Iterable[Origin]) -> Origin:
    """Return the worst origin of a result's inputs; REPORTED when there are none."""
    return max(origins, key=lambda origin: origin.rank, default=Origin.REPORTED)
