"""The pack, loaded once for all tests of the room."""

import pytest

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack()
