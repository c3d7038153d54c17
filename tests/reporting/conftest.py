"""The pack and the made frames, once for all tests of the room."""

import pytest
from made_reports import edition_of, made_figures, made_submissions

from xinqu.policy.load import load_pack
from xinqu.reporting.bulletin import bulletin_model


@pytest.fixture(scope="session")
def pack():
    return load_pack()


@pytest.fixture(scope="session")
def edition(pack):
    return edition_of(pack)


@pytest.fixture(scope="session")
def figures():
    return made_figures()


@pytest.fixture(scope="session")
def submissions():
    return made_submissions()


@pytest.fixture(scope="session")
def bulletin(pack, figures, submissions, edition):
    return bulletin_model(pack, figures, None, submissions, edition=edition)
