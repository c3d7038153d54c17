"""Items of equal meaning across forms, with how often the returns of a realm answer both with one value."""

import polars as pl

from xinqu.engines.overlap_values import agreement
from xinqu.policy.overlaps import LEAST, overlaps
from xinqu.spine.compact import facts_of
from xinqu.spine.policy import adopted
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm


def values_of_overlaps(workspace: Workspace, realm: Realm, *, least: float = LEAST) -> pl.DataFrame:
    """Return ``engines.overlap_values.agreement`` of the accepted returns of ``realm`` for all pairs of its pack."""
    pack = adopted(workspace, realm)
    pairs = overlaps(pack, least=least)
    forms = sorted({pack.form_of_item[item] for one in pairs for item in (one.item, one.other)})
    facts = facts_of(workspace, pack, realm, submissions_at(workspace, realm), forms=forms)
    return agreement(pack, facts, pairs)
