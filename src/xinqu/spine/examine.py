"""What the checks say of documents before anything is stored: against each other and against what stands accepted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns.document import ReturnDocument
from xinqu.spine.compact import facts_of, with_documents
from xinqu.spine.steps import HandIn, Key, Step
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.validation.findings import FINDINGS_SCHEMA, Findings, joined
from xinqu.validation.rules import expressions_of
from xinqu.validation.run import validate
from xinqu.validation.suggest import no_suggestions, suggestions
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.periods import Period

_KEY = ("area", "sub_unit", "period")
_ACCEPTED = "return.accepted"
Facts = Mapping[str, pl.DataFrame]


class Examined(msgspec.Struct, frozen=True):
    """Documents with what the checks say of them; nothing is stored yet. ``facts`` hold them and what was accepted."""

    documents: Sequence[ReturnDocument]
    findings: Findings
    facts: Facts


def examine(workspace: Workspace, pack: Pack, realm: Realm, documents: Sequence[ReturnDocument]) -> Examined:
    """Check documents against each other and against what is accepted now, in one pass per form."""
    return examine_against(pack, realm, _standing(workspace, pack, realm, documents), documents)


def _standing(
    workspace: Workspace, pack: Pack, realm: Realm, documents: Iterable[ReturnDocument]
) -> dict[str, pl.DataFrame]:
    """Return the accepted facts of the forms that judging ``documents`` reads: their own and those their checks name."""
    own = {document.header.form for document in documents}
    items = {item for form in own for expression in expressions_of(pack, form) for item in expression.items}
    read = own | {pack.form_of_item[item] for item in items}
    submissions = submissions_at(workspace, realm)
    near = submissions.filter(_not_far_records(pack, documents))
    return facts_of(workspace, pack, realm, near, forms=sorted(read))


def _not_far_records(pack: Pack, documents: Iterable[ReturnDocument]) -> pl.Expr:
    """Keep of record returns those of the same area and the period before: their checks read no others, and they are large."""
    wanted = [
        (pl.col("form") == header.form) & (pl.col("area") == header.area)
        & (pl.col("period") == str(pack.forms[header.form].previous(Period.parse(header.period))))
        for header in (document.header for document in documents if document.places is not None)
    ]  # fmt: skip
    records = [form.id for form in pack.forms.values() if form.kind == "record"]
    return ~pl.col("form").is_in(records) | pl.any_horizontal([pl.lit(value=False), *wanted])


def examine_against(
    pack: Pack,
    realm: Realm,
    standing: Facts,
    documents: Sequence[ReturnDocument],
    *,
    released_peers: pl.DataFrame | None = None,
) -> Examined:
    """Check documents against each other and against the facts ``standing``, in one pass per form.

    ``released_peers``: statistics of peers that ``standing`` does not hold (work without a workspace).
    """
    facts = with_documents(pack, realm, standing, documents)
    kinds = {d.content_sha256: d.header.kind for d in documents}
    parts = [
        validate(pack, facts, form, keys=_keys(documents, form), kind=kinds, released_peers=released_peers)
        for form in sorted({d.header.form for d in documents})
    ]
    return Examined(documents, joined(parts), facts)


def suggestions_for(pack: Pack, examined: Examined) -> pl.DataFrame:
    """Return suggested corrections of the examined documents that fail checks, against the facts they were judged by."""
    documents = examined.documents
    kinds = {d.content_sha256: d.header.kind for d in documents}
    parts = [
        suggestions(pack, examined.facts, form, keys=_keys(documents, form), kind=kinds)
        for form in sorted({d.header.form for d in documents})
    ]
    return pl.concat([no_suggestions(), *parts])


def findings_of_steps(workspace: Workspace, pack: Pack, realm: Realm, steps: Sequence[Step]) -> pl.DataFrame:
    """Return the findings of all hand-ins among ``steps``, with the ``version`` they are about.

    Versions are examined in order, each in one pass: a second version stands against first versions of other keys that
    the same steps accept, as it would if the steps came one by one, and against everything accepted before.
    """
    hand_ins = sorted((step for step in steps if isinstance(step, HandIn)), key=lambda step: step.version)
    if not hand_ins:
        return pl.DataFrame(schema={**FINDINGS_SCHEMA, "version": pl.Int64})
    standing: Facts = _standing(workspace, pack, realm, [step.document for step in hand_ins])
    accepted = {(step.key, step.version) for step in steps if not isinstance(step, HandIn) and step.type == _ACCEPTED}
    parts = []
    for version, group in groupby(hand_ins, key=lambda step: step.version):
        batch = list({step.key: step for step in group}.values())  # a key handed in twice is a wrong move, told there
        examined = examine_against(pack, realm, standing, [step.document for step in batch])
        parts.append(examined.findings.findings.with_columns(version=pl.lit(version, pl.Int64)))
        if version != hand_ins[-1].version:
            pending = [step for step in batch if (step.key, version) not in accepted]
            standing = dict(_standing_after(standing, examined.facts, pending))
    return pl.concat(parts)


def _standing_after(before: Facts, after: Facts, pending: Sequence[HandIn]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the facts ``after`` a batch without the documents that nobody accepted: what stood ``before`` stays."""
    open_keys: dict[str, list[Key]] = {}
    for step in pending:
        open_keys.setdefault(step.key.form, []).append(step.key)
    for form, frame in after.items():
        keys = pl.DataFrame(
            [(key.area, key.sub_unit, key.period) for key in open_keys.get(form, [])],
            schema=dict.fromkeys(_KEY, pl.String),
            orient="row",
        )
        if keys.is_empty():
            yield form, frame
        else:
            kept = before[form].join(keys, on=list(_KEY), how="semi")
            yield form, pl.concat([frame.join(keys, on=list(_KEY), how="anti"), kept])


def _keys(documents: Sequence[ReturnDocument], form: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(d.header.area, d.header.sub_unit, d.header.period) for d in documents if d.header.form == form],
        schema=dict.fromkeys(_KEY, pl.String),
        orient="row",
    )
