"""What all records of a pack share: frozen, typed, unknown keys refused; and the words their fields may hold."""

from typing import Literal

import msgspec

Status = Literal["seen", "recalled", "product_policy", "proposed", "adopted"]
Level = Literal["error", "warning", "info"]
ItemType = Literal["decimal", "integer", "code", "text", "date", "bool", "uscc"]
MatterRule = Literal[
    "", "difficulty_on_rung", "scope_change", "red_in_a_row", "clustered_difficulties", "falsified_statistics",
    "disputed_postings",
]  # fmt: skip
Shape = Literal[
    "dated_register", "pilot", "account_with_limit", "case_with_clock", "classification_rule_set", "draw",
    "statistical_return", "spatial_layer",
]  # fmt: skip


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Base of all pack records: frozen, unknown keys refused."""
