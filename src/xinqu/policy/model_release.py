"""Records of a pack that say what is released together, and when."""

import datetime as dt
from typing import Annotated

import msgspec

from xinqu.policy.model_base import Record, Status
from xinqu.vocabulary.periods import Frequency
from xinqu.vocabulary.text import Text


class ReleaseSeries(Record, kw_only=True, frozen=True):
    """Forms of one frequency whose figures come out together.

    A release comes out ``days_after_approval`` calendar days after the last of its returns was accepted, at ``hour``
    (HH:MM, Beijing), for all areas at once. ``licence`` is the SPDX id under which it may be used.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    frequency: Frequency
    forms: Annotated[list[str], msgspec.Meta(min_length=1)]
    days_after_approval: Annotated[int, msgspec.Meta(ge=0)]
    hour: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    licence: Annotated[str, msgspec.Meta(min_length=1)]
    valid_from: dt.date
    valid_to: dt.date | None = None
    citation: Annotated[str, msgspec.Meta(min_length=1)]
    status: Status

    @property
    def opens_at(self) -> dt.time:
        """The hour as a time of day."""
        return dt.time.fromisoformat(self.hour)
