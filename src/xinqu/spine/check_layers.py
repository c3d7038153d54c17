"""All returns ever handed in, in layers that can be judged: what stands accepted, and what was sent back, recalled or replaced."""

from collections.abc import Collection, Iterator, Mapping

import msgspec
import polars as pl

from xinqu.engines.facts import rows_to_facts
from xinqu.policy.pack import Pack
from xinqu.shapes import statistical_return
from xinqu.spine.compact import facts_of, rows_of
from xinqu.spine.record_store import record_facts
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm

_KEY = ("area", "sub_unit", "period")


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """Returns of one form to be judged at once: at most one per area, sub-unit and period.

    ``facts``: their own, with everything accepted of other keys and forms around them. ``keys``: which returns of
    ``form`` are meant; None: all of ``facts[form]``. ``submissions``: their rows of the fold.
    """

    form: str
    facts: Mapping[str, pl.DataFrame]
    keys: pl.DataFrame | None
    submissions: pl.DataFrame
    is_accepted: bool

    @property
    def kinds(self) -> dict[str, str]:
        """Return the kind (regular, backfill) by content hash."""
        rows = self.submissions
        return dict(zip(rows["content_hash"].to_list(), rows["kind"].to_list(), strict=True))


def layers(
    workspace: Workspace, pack: Pack, realm: Realm, judged: Collection[str], *, read: Collection[str]
) -> Iterator[Layer]:
    """Yield the returns of the forms ``judged``, accepted ones first, then the others by version.

    What was not accepted is judged beside what stands accepted now: who sent it back saw an earlier state of the other
    returns, which differs only where these were corrected since. ``read``: all forms that the checks read.
    """
    submissions = submissions_at(workspace, realm)
    standing = facts_of(workspace, pack, realm, submissions, forms=sorted({*judged, *read}))
    current = statistical_return.current(submissions)
    rest = submissions.join(current.select(statistical_return.KEY), on=statistical_return.KEY, how="anti")
    for form in judged:
        mine = current.filter(pl.col("form") == form)
        if not mine.is_empty():
            yield Layer(form=form, facts=standing, keys=None, submissions=mine, is_accepted=True)
        others = rest.filter(pl.col("form") == form, pl.col("rows_hash").is_not_null())
        for _, layer in sorted(others.partition_by("version", as_dict=True).items()):
            fresh = _facts(workspace, pack, realm, form, layer)
            kept = standing[form].join(fresh.select(_KEY).unique(), on=_KEY, how="anti")
            facts = {**standing, form: pl.concat([kept, fresh])}
            yield Layer(form=form, facts=facts, keys=layer.select(_KEY), submissions=layer, is_accepted=False)


def _facts(workspace: Workspace, pack: Pack, realm: Realm, form: str, submissions: pl.DataFrame) -> pl.DataFrame:
    if pack.forms[form].kind == "record":
        return record_facts(workspace, pack, realm, form, submissions)
    return rows_to_facts(pack, form, rows_of(workspace, realm, form, submissions).drop("rows_hash", "note"))
