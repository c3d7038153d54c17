"""The seed of a draw: made of the committed frame, the plan, and sources that nobody knew when they were committed."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from xinqu.vocabulary.canonical import canonical_json


class Source(msgspec.Struct, frozen=True):
    """A named source of the seed: ``reveal`` (a party's secret, committed before) or ``lottery`` (a public result)."""

    kind: str
    name: str
    value: str


def plan_sha256(plan: Mapping[str, object]) -> str:
    """Return the hash of a plan: quotas, rates, exclusions and the sources it names."""
    return hashlib.sha256(canonical_json(dict(plan))).hexdigest()


def commitment(party: str, secret: str) -> str:
    """Return what a party publishes before the draw; its secret is revealed after the frame is committed."""
    return hashlib.sha256(f"{party}|{secret}".encode()).hexdigest()


def seed_of(root: str, plan: str, sources: Sequence[Source]) -> str:
    """Return SHA-256 of ``root|plan|value|value ...`` in hex, the sources in the order in which the plan names them."""
    return hashlib.sha256("|".join([root, plan, *(source.value for source in sources)]).encode()).hexdigest()


def unrevealed(sources: Sequence[Source], commitments: Mapping[str, str]) -> list[str]:
    """Return the parties whose secret is not there or is not the one they committed to."""
    revealed = {source.name: source.value for source in sources if source.kind == "reveal"}
    return [party for party, said in commitments.items() if commitment(party, revealed.get(party, "")) != said]
