"""Records of a pack about earlier versions of forms: their items, and how the next version differs."""

import datetime as dt
from fractions import Fraction
from typing import Literal

from xinqu.policy.model_base import Record, Status
from xinqu.policy.model_statistics import Item
from xinqu.vocabulary.text import Text


class ItemChange(Record, kw_only=True, frozen=True):
    """What became of an item in the next version of its form.

    ``added``: only ``new`` is given. ``removed``: only ``old``. ``renamed``: the same thing under another code or name, its
    series goes on; ``factor`` is the exact factor to another unit. ``redefined``: another thing, its series breaks; nothing
    filed under the old definition is taken for the new one. ``note`` says what changed.
    """

    what: Literal["added", "renamed", "redefined", "removed"]
    old: str = ""
    new: str = ""
    factor: str = "1"
    note: Text = Text("", "")

    @property
    def exact(self) -> Fraction:
        """The factor, exactly."""
        return Fraction(self.factor)


class FormVersion(Record, kw_only=True, frozen=True):
    """An earlier version of an area form: its items while it was in force, and how the version after it differs.

    ``id`` is ``form@version``. Periods that end up to ``valid_to`` are filed and kept on it.
    """

    id: str
    form: str
    version: int
    valid_to: dt.date
    items: list[Item]
    next: list[ItemChange]
    citation: str
    status: Status
