"""What is done to returns, as values: a document handed in, or a decision about one; and the events these become."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from xinqu.returns.document import ReturnDocument
from xinqu.spine.accounts import Person
from xinqu.store.records import NewEvent
from xinqu.vocabulary.origin import Realm


class Key(msgspec.Struct, frozen=True, order=True):
    """The address of a return in its realm."""

    form: str
    area: str
    period: str
    sub_unit: str = ""

    @property
    def subject(self) -> str:
        """The subject of its events."""
        unit = f"/{self.sub_unit}" if self.sub_unit else ""
        return f"return/{self.form}/{self.area}/{self.period}{unit}"

    def data(self) -> dict[str, object]:
        """The fields that every return event holds."""
        return {"form": self.form, "area": self.area, "sub_unit": self.sub_unit, "period": self.period}

    @classmethod
    def of(cls, document: ReturnDocument) -> "Key":
        """Return the key of a document."""
        header = document.header
        return cls(header.form, header.area, header.period, header.sub_unit)


class HandIn(msgspec.Struct, frozen=True, kw_only=True):
    """A document handed in; ``version`` counts the submissions of its key from 1.

    ``revision``: the code of CL_REVISION_REASON for which it corrects a return in force; "" for none.
    """

    document: ReturnDocument
    actor: Person
    version: int
    revision: str = ""
    recorded_at: dt.datetime | None = None
    effective_on: dt.date | None = None

    @property
    def key(self) -> Key:
        """The key of the document."""
        return Key.of(self.document)


class Decide(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about a submission: co-checked, approved, accepted, sent back, recalled, explained.

    ``reason`` is free text: it becomes a salted object when the step is recorded, and the event carries its hash.
    """

    type: str
    key: Key
    version: int
    actor: Person
    data: Mapping[str, object] = {}
    reason: str = ""
    recorded_at: dt.datetime | None = None
    effective_on: dt.date | None = None


Step = HandIn | Decide
_OBJECTS = ("file_hash", "rows_hash", "cells_hash", "reason")  # of what is stored for a step, the names of objects


def event_of(step: Step, realm: Realm, stored: Mapping[str, object]) -> NewEvent:
    """Return the event of a step; ``stored`` are the hashes of what was stored for it, with counts for a document."""
    said = ({"revision": step.revision} if step.revision else {}) if isinstance(step, HandIn) else step.data
    extra = {**said, **stored}
    return NewEvent(
        type=kind_of(step),
        realm=realm,
        actor=step.actor.account,
        organisation=step.actor.organisation,
        role=step.actor.role,
        subject=step.key.subject,
        data={**step.key.data(), "version": step.version, **extra},
        recorded_at=step.recorded_at,
        effective_on=step.effective_on,
        objects=tuple(str(stored[name]) for name in _OBJECTS if name in stored),
    )


def kind_of(step: Step) -> str:
    """Return the event type of a step."""
    return "return.submitted" if isinstance(step, HandIn) else step.type
