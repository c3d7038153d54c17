"""Tries a check on everything that was handed in to a realm; nothing is stored, a new version of the pack adopts it."""

from xinqu.expressions.parse import parse
from xinqu.policy.model import Check
from xinqu.policy.pack import Pack, Place
from xinqu.spine.check_layers import layers
from xinqu.spine.policy import adopted
from xinqu.spine.workspace import Workspace
from xinqu.validation.trial import Batch, Trial, proof_problems, try_check
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused


def trial(workspace: Workspace, realm: Realm, check: Check, *, replaces: str = "", place: Place | None = None) -> Trial:
    """Return what ``check`` says of all returns of its form that were ever handed in, accepted or not.

    ``replaces``: the check of the pack in force that it is compared with; "" for the one of its own id, if there is one.
    ``place``: where it is written, for its faults.

    Raises:
        Refused: what the pack's proofs find in it (XQ-EXPR-..., XQ-POLICY-024, -050 to -057, -063).
    """
    pack = adopted(workspace, realm)
    problems = proof_problems(pack, check, place)
    if problems:
        raise Refused(problems)
    replaced = pack.checks.get(replaces or check.id)
    read = _read(pack, [check, *([replaced] if replaced else [])])
    batches = (
        Batch(
            facts=layer.facts, keys=layer.keys, kinds=layer.kinds, is_accepted=layer.is_accepted,
            states=dict(zip(layer.submissions["content_hash"], layer.submissions["state"], strict=True)),
        )
        for layer in layers(workspace, pack, realm, [check.form], read=read)
    )  # fmt: skip
    return try_check(pack, check, replaced, batches)


def _read(pack: Pack, checks: list[Check]) -> set[str]:
    items = {item for check in checks for item in parse(check.expression).items}
    return {pack.form_of_item[item] for item in items}
