"""How often honest rehearsal nations raise each signal: measured by `xinqu bench signals --write`, kept beside the code."""

import hashlib
from pathlib import Path

import msgspec

RATES_FILE = Path(__file__).with_name("rates.json")
_CODE = ("chance.py", "patterns.py")


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured.

    code: hash of the code it holds for. nations: how many. false_alarms: share of areas in which honest data raise a
    signal, by kind. detected: share found of what was doctored, by kind.
    """

    code: str
    nations: int
    false_alarms: dict[str, float]
    detected: dict[str, float]


def code_sha256() -> str:
    """Return the hash of the code that the rates hold for."""
    digest = hashlib.sha256()
    for name in _CODE:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()


def measured() -> Rates:
    """Return the rates as they were measured."""
    return msgspec.json.decode(RATES_FILE.read_bytes(), type=Rates)


def false_alarm_rates() -> dict[str, float]:
    """Return the share of areas in which honest data raise each signal."""
    return measured().false_alarms
