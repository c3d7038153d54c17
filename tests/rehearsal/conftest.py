"""One nation for all tests of the rehearsal: it is generated once per process and never changed."""

import polars as pl
import pytest

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.rehearsal.calibrate import published_calibration
from xinqu.rehearsal.nation import Nation, generate

SEED = 7


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack()


@pytest.fixture(scope="session")
def calibration(pack: Pack) -> pl.DataFrame:
    return published_calibration(pack)


@pytest.fixture(scope="session")
def nation(pack: Pack, calibration: pl.DataFrame) -> Nation:
    return generate(pack, SEED, calibration=calibration)
