"""The values that were accepted for the period before: what an officer sees beside each cell to fill."""

import polars as pl

from xinqu.policy.model import Form
from xinqu.shapes import statistical_return
from xinqu.spine.compact import rows_of
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import ValueState


def last_values(workspace: Workspace, realm: Realm, form: Form, *, area: str, period: Period) -> dict[str, str]:
    """Return item -> value text of the area's accepted return for the period before ``period``; empty when none."""
    current = statistical_return.current(submissions_at(workspace, realm))
    mine = current.filter(form=form.id, area=area, sub_unit="", period=str(form.previous(period)))
    if mine.is_empty():
        return {}
    rows = rows_of(workspace, realm, form.id, mine).filter(pl.col("state") == ValueState.REPORTED)
    return dict(zip(rows["item"].to_list(), rows["value"].to_list(), strict=True))
