"""What a reader may see of a realm: the rights of his roles asked for each area and class of data."""

from collections.abc import Iterable

from xinqu.policy.pack import Pack
from xinqu.spine.delegated import Held
from xinqu.spine.pages.model import Sight
from xinqu.spine.permissions import Allowed, Target, may
from xinqu.vocabulary.origin import Realm

# Figures of the published realm stand in public sources: to the rights they are released. Those of the other realms
# come from accepted returns and wait for their release.
_STATE = {Realm.PUBLISHED: "released"}
_ACCEPTED = "accepted"
_DRAFT = "draft"  # an evaluation that two persons have not released


def sight_of(account: str, *, pack: Pack, roles: Iterable[Held], realm: Realm) -> Sight:
    """Return the areas whose figures, lamps, returns, evaluation and difficulties ``account`` may read in ``realm``."""
    held = frozenset(roles)
    state = _STATE.get(realm, _ACCEPTED)

    def areas(data_class: str, state: str = state) -> frozenset[str]:
        targets = {code: Target(data_class=data_class, organisation=code, release_state=state) for code in pack.areas}
        return frozenset(
            code
            for code, target in targets.items()
            if isinstance(may(account, "read", target, pack=pack, roles=held, realm=realm), Allowed)
        )

    figures = areas("indicator")
    returns = figures if realm is Realm.PUBLISHED else areas("return") & figures
    return Sight(
        figures=figures,
        lamps=areas("lamp") & figures,
        returns=returns,
        evaluation=areas("evaluation", _DRAFT) & figures,
        difficulties=areas("difficulty") & figures,
    )
