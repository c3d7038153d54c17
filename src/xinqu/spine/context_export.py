"""Takes from a workspace what the checks of one return read beside it, to be shipped with the form."""

import polars as pl

from xinqu.engines.context import build_context
from xinqu.expressions.parse import Expression
from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns.check_context import ROW_COLUMNS, CheckContext
from xinqu.shapes import statistical_return
from xinqu.spine.compact import facts_of, rows_of
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.validation.rules import expressions_of
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period

_YEARS_BACK = 2  # as far as a check reaches: last year's of the period before


def context_for(
    workspace: Workspace, pack: Pack, realm: Realm, form: Form, *, area: str, period: Period
) -> CheckContext:
    """Return the area's own accepted returns that the checks of ``form`` can read, and the statistics of its peers.

    Peers come as medians and deviations alone, and only where there are as many as the pack asks for: no other area's
    value leaves the workspace.
    """
    expressions = expressions_of(pack, form.id)
    forms = sorted({form.id, *(pack.form_of_item[item] for one in expressions for item in one.items)})
    submissions = submissions_at(workspace, realm)
    return CheckContext(
        pack=pack.info.id,
        pack_version=pack.info.version,
        pack_sha256=pack.sha256,
        realm=realm,
        form=form.id,
        area=area,
        period=str(period),
        rows=_own_rows(workspace, realm, submissions, forms, area, period),
        peers=_peers(pack, facts_of(workspace, pack, realm, submissions, forms=forms), expressions, form, area, period),
    )


def _own_rows(
    workspace: Workspace, realm: Realm, submissions: pl.DataFrame, forms: list[str], area: str, period: Period
) -> dict[str, list[str | int | None]]:
    years = [str(period.year - back) for back in range(_YEARS_BACK + 1)]
    near = pl.col("period").str.slice(0, 4).is_in(years)
    mine = statistical_return.current(submissions).filter(near, pl.col("area") == area)
    parts = [
        rows_of(workspace, realm, form, own).with_columns(form=pl.lit(form)).select(ROW_COLUMNS)
        for form in forms
        if not (own := mine.filter(pl.col("form") == form)).is_empty()
    ]
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(ROW_COLUMNS, pl.String))
    return rows.sort("form", "period", "sub_unit", "item").to_dict(as_series=False)


def _peers(
    pack: Pack,
    facts: dict[str, pl.DataFrame],
    expressions: list[Expression],
    form: Form,
    area: str,
    period: Period,
) -> dict[str, float | str | None]:
    """Return the statistics of the area's peers; they never depend on the area's own return."""
    keys = pl.DataFrame({"area": [area], "sub_unit": [""], "period": [str(period)]})
    context = build_context(pack, facts, form.id, expressions, keys=keys)
    names = [name for name in context.columns if name.startswith("peer_") and not name.endswith("#half")]
    return {name: context[name][0] for name in names}
