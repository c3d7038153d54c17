"""The values that were accepted for the period before: what an officer sees beside each cell to fill."""

from fractions import Fraction

import polars as pl

from xinqu.policy import form_versions
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns.values import exact_text
from xinqu.shapes import statistical_return
from xinqu.spine.compact import rows_of
from xinqu.spine.policy import adopted
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import ValueState


def last_values(
    workspace: Workspace, realm: Realm, form: Form, *, area: str, period: Period, pack: Pack | None = None
) -> dict[str, str]:
    """Return item -> value text of the area's accepted return for the period before ``period``; empty when none."""
    pack = pack or adopted(workspace, realm)
    current = statistical_return.current(submissions_at(workspace, realm))
    mine = current.filter(form=form.id, area=area, sub_unit="", period=str(form.previous(period)))
    if mine.is_empty():
        return {}
    rows = rows_of(workspace, realm, form.id, mine).filter(pl.col("state") == ValueState.REPORTED)
    said = dict(zip(rows["item"].to_list(), rows["value"].to_list(), strict=True))
    return _in_version_of(pack, form, period, said)


def _in_version_of(pack: Pack, form: Form, period: Period, said: dict[str, str]) -> dict[str, str]:
    """Return values of the period before as the form of ``period`` names and measures them; redefined ones are left out."""
    then = form_versions.on(pack, form.id, form.previous(period).end).version
    now = form_versions.on(pack, form.id, period.end).version
    if then == now:
        return said
    fates = form_versions.fates(pack, form.id, old=then, new=now)
    kept = {code: fates[code] for code in said if fates[code].broken_by is None}
    return {
        fate.code: said[code] if fate.factor == 1 else str(exact_text(Fraction(said[code]) * fate.factor))
        for code, fate in kept.items()
    }
