"""How often the checks of a realm's pack fire on everything that was ever handed in to it."""

from collections.abc import Collection

from xinqu.policy.pack import Pack
from xinqu.spine.check_layers import layers
from xinqu.spine.policy import adopted
from xinqu.spine.workspace import Workspace
from xinqu.validation.history import History, history
from xinqu.validation.rules import expressions_of
from xinqu.validation.run import validate
from xinqu.vocabulary.origin import Realm


def check_history(workspace: Workspace, realm: Realm, forms: Collection[str] = ()) -> History:
    """Return the history of all checks of ``forms`` (none: all forms) under the pack in force.

    Returns sent back, recalled or replaced count as well as accepted ones. A file that an error-level check refused at
    the door was never handed in and is not kept: what such checks stop there leaves no trace to count.
    """
    pack = adopted(workspace, realm)
    judged = sorted(forms) or list(pack.forms)
    return history(
        (validate(pack, layer.facts, layer.form, kind=layer.kinds, keys=layer.keys), layer.is_accepted)
        for layer in layers(workspace, pack, realm, judged, read=_read(pack, judged))
    )


def _read(pack: Pack, forms: Collection[str]) -> set[str]:
    """Return the forms whose values the checks of ``forms`` read."""
    items = {item for form in forms for expression in expressions_of(pack, form) for item in expression.items}
    return {pack.form_of_item[item] for item in items}
